"""Which errors are worth another attempt of a task, how many, and when."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import jinja2
import psycopg
import pytest
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.sdk.exceptions import (
    AirflowException,
    AirflowNotFoundException,
    AirflowTaskTimeout,
)
from cosmos.exceptions import CosmosDbtRunError

from elt import errors
from elt.airflow import retries as task_retries
from elt.airflow.retries import POLICY
from elt.settings import MOST_RETRIES

KINDS: list[tuple[BaseException, bool, bool]] = [
    # error, whether time may mend it, whether the pages are kept
    (errors.SourceUnavailableError("429"), True, True),
    (errors.SourceError("fewer"), True, False),
    (errors.SourceInvalidError("repeats"), False, False),
    (errors.SourceRefusedError("404"), False, False),
    (errors.DeclarationError("limit"), False, False),
    (errors.LandingError("jsonb"), False, False),
    (errors.LockedError("in use by process 7"), True, True),
    (errors.ReconciliationError("counts"), False, False),
    (errors.RejectedError("share"), False, False),
    (errors.DataTestError("3 rows"), False, False),
    (errors.UnsettledError("others"), True, True),
    (psycopg.OperationalError("server closed the connection"), True, True),
    (OSError("no space left"), True, True),
    (AirflowTaskTimeout("6 h"), True, True),
    (AirflowException("anything"), True, True),
    (CosmosDbtRunError("locked"), True, True),
    (AirflowNotFoundException("The conn_id `shop_api` isn't defined"), False, False),
    (jinja2.UndefinedError("'parms' is undefined"), False, False),
    (jinja2.TemplateSyntaxError("unexpected '}'", 1), False, False),
    (TypeError("int and str"), False, False),
    (KeyError("x"), False, False),
]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ELT_TASK_RETRIES", "ELT_TASK_RETRY_DELAY"):
        monkeypatch.delenv(name, raising=False)


def decided(
    error: BaseException,
    try_number: int = 1,
    retries: int = MOST_RETRIES,
    max_tries: int | None = None,
) -> Any:
    context: Any = {"task": SimpleNamespace(retries=retries)}
    most = retries if max_tries is None else max_tries
    return POLICY.evaluate(error, try_number, most, context)


@pytest.mark.parametrize(
    ("error", "heals", "keeps"), KINDS, ids=[type(error).__name__ for error, _, _ in KINDS]
)
def test_the_kind_of_an_error_decides(error: BaseException, heals: bool, keeps: bool) -> None:
    assert (decided(error).action is RetryAction.RETRY) == heals
    assert (decided(error).action is RetryAction.FAIL) == (not heals)
    assert task_retries.keeps_pages(error) == keeps


def test_every_error_of_ours_has_been_looked_at() -> None:
    ours = {
        error
        for error in vars(errors).values()
        if isinstance(error, type) and error.__module__ == errors.__name__
    }
    assert ours - {errors.PermanentError} <= {type(error) for error, _, _ in KINDS}
    for error in ours:
        assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("retries", [0, 1, 3, 10])
def test_as_many_retries_as_are_set(retries: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELT_TASK_RETRIES", str(retries))
    for attempt in range(1, MOST_RETRIES + 2):
        wanted = RetryAction.RETRY if attempt <= retries else RetryAction.FAIL
        assert decided(OSError(), attempt).action is wanted
        # Cleared after seven attempts, they begin anew.
        again = decided(OSError(), 7 + attempt, max_tries=7 + MOST_RETRIES)
        assert again.action is wanted


def test_a_task_that_declares_a_number_of_its_own_keeps_it() -> None:
    assert decided(OSError(), 5, retries=5).action is RetryAction.RETRY
    assert decided(OSError(), 6, retries=5).action is RetryAction.FAIL


def test_the_last_attempt_keeps_no_pages() -> None:
    def is_last(try_number: int, max_tries: int = MOST_RETRIES) -> bool:
        task = SimpleNamespace(retries=MOST_RETRIES)
        instance = SimpleNamespace(try_number=try_number, max_tries=max_tries, task=task)
        return POLICY.is_last(instance)

    assert [is_last(number) for number in (1, 3, 4)] == [False, False, True]
    assert not is_last(4, MOST_RETRIES + 3)


def test_delays_double_and_respect_the_source(monkeypatch: pytest.MonkeyPatch) -> None:
    def delay(attempt: int, asked: float | None = None) -> float:
        decision = decided(errors.SourceUnavailableError("429", asked), attempt)
        assert isinstance(decision.retry_delay, timedelta)
        return decision.retry_delay.total_seconds()

    monkeypatch.setenv("ELT_TASK_RETRIES", "10")
    assert [delay(attempt) for attempt in (1, 2, 3, 4, 5, 6, 10)] == [
        30, 60, 120, 240, 480, 600, 600
    ]  # fmt: skip
    assert [delay(1, asked) for asked in (5, 300, 86_400)] == [30, 300, 600]
    monkeypatch.setenv("ELT_TASK_RETRY_DELAY", "5")
    assert [delay(1), delay(2), delay(1, 86_400)] == [5, 10, 100]
