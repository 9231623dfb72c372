"""Which failures of a task are retried, how often and how soon: Airflow's retry policy of all ours.

Settings that differ from stack to stack are read here, when a task has failed, and not while a DAG
file is parsed: else each stack would write a version of the DAG of its own. ``retries`` of a task
is therefore the most that may be asked for, the same everywhere; fewer are made as
ELT_TASK_RETRIES says.

An attempt whose process was killed never gets here. Airflow retries it while attempts are left.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jinja2
from airflow.sdk.definitions.retry_policy import RetryDecision, RetryPolicy
from airflow.sdk.exceptions import AirflowFailException, AirflowNotFoundException

from elt.errors import PermanentError, SourceError, SourceUnavailableError
from elt.settings import MOST_RETRIES, number

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

_LONGEST = 20
"""Delays are doubled up to this many times the first: 10 minutes for 30 s."""

_OF_CODE = (
    jinja2.TemplateError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    AirflowNotFoundException,
)
"""What a template, a declaration, a connection that is not there, or our code raises."""


def check() -> None:
    """Raise ValueError where a setting of retries is not what it may be."""
    retries()
    delay(1)


def retries() -> int:
    """How often a task is retried: ELT_TASK_RETRIES."""
    return int(number("ELT_TASK_RETRIES", 3, most=MOST_RETRIES))


def delay(retry: int, asked: float | None = None) -> timedelta:
    """How long after a failure the ``retry``-th retry begins, counted from 1.

    ELT_TASK_RETRY_DELAY, doubled for each further one; longer where a source has ``asked`` for
    that many seconds; 20 times the first one at most.
    """
    first = number("ELT_TASK_RETRY_DELAY", 30)
    seconds = max(first * 2.0 ** min(retry - 1, 10), asked or 0.0)
    return timedelta(seconds=min(seconds, first * _LONGEST))


def heals(error: BaseException) -> bool:
    """Whether a later attempt may succeed where this one failed with ``error``."""
    return not isinstance(error, (PermanentError, AirflowFailException, *_OF_CODE))


def keeps_pages(error: BaseException) -> bool:
    """Whether the next attempt goes on with the pages that this one has fetched.

    Not where the source itself was wrong: what it has may have changed.
    """
    return heals(error) and (
        isinstance(error, SourceUnavailableError) or not isinstance(error, SourceError)
    )


@dataclass(frozen=True)
class ByKind(RetryPolicy):
    """Retries what time may mend, as often and as soon as the environment says."""

    def evaluate(
        self,
        exception: BaseException,
        try_number: int,
        max_tries: int,
        context: Context | None = None,
    ) -> RetryDecision:
        """Airflow's question after each failed attempt."""
        if not heals(exception):
            return RetryDecision.fail(f"time does not mend a {type(exception).__name__}")
        task = None if context is None else context.get("task")
        retry, most = _counted(try_number, max_tries, getattr(task, "retries", MOST_RETRIES))
        if retry > most:
            return RetryDecision.fail(f"attempt {retry} was the last of {most + 1}")
        wait = delay(retry, getattr(exception, "after", None))
        _report(wait)
        return RetryDecision.retry(wait, f"retry {retry} of {most}")

    def is_last(self, instance: Any) -> bool:
        """Whether no attempt follows that of a running task ``instance``, however it fails."""
        retry, most = _counted(instance.try_number, instance.max_tries, instance.task.retries)
        return retry > most

    def serialize(self) -> dict[str, Any]:
        """Airflow keeps of it that there is one."""
        return {}


POLICY = ByKind()


def _counted(try_number: int, max_tries: int, declared: int) -> tuple[int, int]:
    """The number of the retry that would follow, and how many may be made.

    Attempts before the task was last cleared do not count. A task that declares another number
    than that of all ours has its own.
    """
    most = retries() if declared == MOST_RETRIES else declared
    return try_number - max(0, max_tries - declared), most


def _report(wait: timedelta) -> None:
    until = datetime.now(UTC) + wait
    log.warning(
        "it will be tried again in %.0f s, at %s UTC",
        wait.total_seconds(),
        f"{until:%H:%M:%S}",
        extra={"progress": {"step": "retry", "until": until.isoformat()}},
    )
