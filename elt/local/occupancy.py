"""One at a time: an `elt up`, or an `elt run` that runs its DAG in-process.

A scheduler takes up any run it finds in the metadata database, so it must not meet one that
`dag.test()` is working on.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Literal

import psutil

from elt import files
from elt.local.home import Home
from elt.local.processes import is_same
from elt.stack.errors import StackError

Command = Literal["run", "up"]


@dataclass(frozen=True)
class Occupant:
    """The command that runs this stack's Airflow."""

    command: Command
    pid: int
    created: float
    """When its process was started, in seconds since the epoch: a pid may be used again."""
    url: str | None = None
    """Where the UI is, once it answers."""
    apis: Mapping[str, str] | None = None
    """The URL of each HTTP connection."""
    project: str | None = None
    """The clone whose DAGs it runs."""
    warehouse: str | None = None
    """Which warehouse it loads into, None where that is the stack's own."""

    @property
    def is_alive(self) -> bool:
        return is_same(self.pid, self.created)


class OccupiedError(Exception):
    """Another command runs this stack's Airflow."""

    def __init__(self, occupant: Occupant | None) -> None:
        super().__init__("another elt command is running")
        self.occupant = occupant


class Claim:
    """The right to run this stack's Airflow, and what others are told about it."""

    def __init__(self, home: Home, occupant: Occupant) -> None:
        self._file = home.root / "running.json"
        self._occupant = occupant
        self._write()

    def announce(self, *, url: str, apis: Mapping[str, str], warehouse: str | None) -> None:
        self._occupant = replace(self._occupant, url=url, apis=dict(apis), warehouse=warehouse)
        self._write()

    def withdraw(self) -> None:
        self._file.unlink(missing_ok=True)

    def _write(self) -> None:
        files.replace(self._file, json.dumps(asdict(self._occupant)))


@contextmanager
def claim(home: Home, command: Command) -> Iterator[Claim]:
    """Take the stack's Airflow for this command.

    Raises OccupiedError when another has it, StackError when that is one of another clone: it would
    run other DAGs than those that are here.
    """
    with ExitStack() as held:
        try:
            held.enter_context(files.locked(home.root / "airflow.lock", wait=False))
        except BlockingIOError:
            occupant = read(home)
            if occupant is not None and occupant.project not in {None, str(home.project)}:
                raise StackError(
                    f"`elt {occupant.command}` of another clone, {occupant.project}, is at work in "
                    f"{home.root}: let it end, or name another folder in ELT_HOME"
                ) from None
            raise OccupiedError(occupant) from None
        created = psutil.Process().create_time()
        own = Claim(home, Occupant(command, os.getpid(), created, project=str(home.project)))
        try:
            yield own
        finally:
            own.withdraw()


def read(home: Home) -> Occupant | None:
    """The command that said it runs this stack's Airflow, None when it is gone."""
    try:
        occupant = Occupant(**json.loads((home.root / "running.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return occupant if occupant.is_alive else None
