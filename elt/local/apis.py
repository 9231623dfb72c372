"""Which API each connection of a source names: `--api`, the environment, the sample API."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from elt.local.home import Home
from elt.stack import command, connections
from elt.stack.connections import BUNDLED
from elt.stack.errors import UsageError

REAL = "real"
"""Stands for the URL that `dags/connections.toml` names."""


@dataclass(frozen=True)
class Choice:
    """What `--api` says, each a URL or REAL; without it, the bundled sample API is read."""

    every: str | None = None
    """For every connection that is not named."""
    named: Mapping[str, str] = field(default_factory=dict)
    """By connection."""

    @staticmethod
    def of(given: Sequence[tuple[str | None, str]]) -> Choice:
        """From what `argument` made of each `--api`. Raises UsageError where two contradict."""
        chosen: dict[str | None, str] = {}
        for conn_id, api in given:
            if chosen.setdefault(conn_id, api) != api:
                what = conn_id or "every connection"
                raise UsageError(f"--api names two APIs for {what}: {chosen[conn_id]} and {api}")
        every = chosen.pop(None, None)
        return Choice(every, {conn_id: api for conn_id, api in chosen.items() if conn_id})


def argument(text: str) -> tuple[str | None, str]:
    """An `--api`: the connection, None for all, and its URL or REAL. Raises ArgumentTypeError."""
    conn_id, separator, api = text.partition("=")
    if not separator or ":" in conn_id:
        conn_id, api = "", text
    elif not conn_id:
        raise argparse.ArgumentTypeError(f"{text!r} is not CONNECTION=URL")
    return conn_id or None, api if api == REAL else command.url(api)


def plan(home: Home, choice: Choice, environment: Mapping[str, str]) -> dict[str, str | None]:
    """URLs by connection, None where the sample API is to be read.

    Leaves out what the environment defines in Airflow's way, unless `choice` names a URL for it.
    Raises UsageError where `choice` names an unknown connection, StackError where
    `dags/connections.toml` or the environment is wrong.
    """
    declared = connections.read(home.connections_file)
    for conn_id in choice.named:
        if conn_id not in declared:
            known = ", ".join(declared) or "none"
            raise UsageError(
                f"--api: there is no connection {conn_id!r} in {home.connections_file};"
                f" there are: {known}"
            )
    planned: dict[str, str | None] = {}
    for conn_id, url in declared.items():
        chosen = choice.named.get(conn_id, choice.every)
        if chosen is not None and chosen != REAL:
            planned[conn_id] = chosen
        elif not connections.is_defined(conn_id, environment):
            is_sampled = chosen is None and conn_id in BUNDLED
            override = connections.override(conn_id, environment)
            planned[conn_id] = override or (None if is_sampled else url)
    return planned


def with_sample(planned: Mapping[str, str | None], sample: str | None) -> dict[str, str]:
    """The plan with the URL of the sample API, which is None where none is needed."""
    return {
        conn_id: url
        for conn_id, planned_url in planned.items()
        if (url := planned_url or sample) is not None
    }


def difference(
    choice: Choice, planned: Mapping[str, str | None], running: Mapping[str, str]
) -> tuple[str, str, str] | None:
    """A connection that `choice` wants elsewhere than `running` has it: id, wanted, had."""
    for conn_id, url in planned.items():
        is_chosen = conn_id in choice.named or choice.every is not None
        if is_chosen and url is not None and url != running.get(conn_id):
            return conn_id, url, running.get(conn_id, "what AIRFLOW_CONN_… or the UI says")
    return None


def described(apis: Mapping[str, str]) -> list[str]:
    """A line for each API: its URL, and the connections that name it."""
    by_url: dict[str, list[str]] = {}
    for conn_id, url in apis.items():
        by_url.setdefault(url, []).append(conn_id)
    return [f"{url}  ({', '.join(ids)})" for url, ids in by_url.items()]
