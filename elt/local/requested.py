"""What `elt run` is asked for and how it ends, whoever does the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from elt.local.apis import Choice
from elt.stack.errors import UsageError

_ERROR_LINES = 8


@dataclass(frozen=True)
class Request:
    """What is to be run."""

    pipeline: str
    params: Mapping[str, object]
    """The run's configuration: the DAG's parameters that were named."""
    date: date | None
    apis: Choice

    @property
    def logical_date(self) -> datetime | None:
        """The start of the date, UTC; None stands for now."""
        if self.date is None:
            return None
        return datetime.combine(self.date, datetime.min.time(), tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    run_id: str
    failures: Mapping[str, str]
    """The error of each task that failed, by task; empty where the run succeeded."""


def unknown(pipeline: str, known: list[str]) -> UsageError:
    """The error of a pipeline that is not among those there are."""
    listed = ", ".join(known) if known else "none"
    return UsageError(f"there is no pipeline {pipeline!r}; there are: {listed}")


def shortened(error: str, lines: int = _ERROR_LINES) -> str:
    """The first lines of an error."""
    kept = [line.rstrip() for line in error.strip().splitlines() if line.strip()]
    return "\n".join(kept[:lines]) + (" …" if len(kept) > lines else "")
