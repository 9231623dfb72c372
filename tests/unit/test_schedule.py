"""The timetable that makes up for missed periods, asked as Airflow's scheduler asks it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
import pytest
from airflow.serialization.decoders import decode_timetable
from airflow.serialization.encoders import encode_timetable
from airflow.timetables.base import DataInterval, TimeRestriction

from elt.airflow.timetable import CatchUpTimetable

NOW = pendulum.datetime(2026, 11, 24, 10, 30)
WEEK = CatchUpTimetable("@daily", timedelta(days=7))


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pendulum, "now", lambda _timezone: NOW)


def day(text: str) -> pendulum.DateTime:
    return pendulum.parse(text)  # type: ignore[return-value]


def following(
    last: str | None, timetable: CatchUpTimetable = WEEK, **restriction: Any
) -> str | None:
    """The day of the run after the one of ``last``."""
    bounds = {"earliest": None, "latest": None, "catchup": False} | restriction
    info = timetable.next_dagrun_info(
        last_automated_data_interval=None if last is None else DataInterval.exact(day(last)),
        restriction=TimeRestriction(**bounds),
    )
    return None if info is None else str(info.logical_date)[:10]


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("2026-11-23", "2026-11-24"),
        ("2026-11-24", "2026-11-25"),
        # Missed days are made up for, one after the other ...
        ("2026-11-20", "2026-11-21"),
        ("2026-11-17", "2026-11-18"),
        # ... as long as they are no older than a week.
        ("2026-11-10", "2026-11-18"),
        ("2019-01-01", "2026-11-18"),
    ],
)
def test_missed_days_are_made_up_for_within_bounds(last: str, expected: str) -> None:
    assert following(last) == expected


@pytest.mark.parametrize("timetable", [WEEK, CatchUpTimetable("@daily")])
@pytest.mark.parametrize("earliest", [None, "2026-11-01"])
def test_the_first_run_is_the_next_that_is_due(
    timetable: CatchUpTimetable, earliest: str | None
) -> None:
    bounds = {} if earliest is None else {"earliest": day(earliest)}
    assert following(None, timetable, **bounds) == "2026-11-25"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # A parse at midnight leaves the run to the scheduler ...
        ("2026-11-24T00:00:01", "2026-11-24"),
        ("2026-11-24T00:04:59", "2026-11-24"),
        # ... and a stack that is started at night does not load the day that has begun.
        ("2026-11-24T00:06:00", "2026-11-25"),
        ("2026-11-24T02:00:00", "2026-11-25"),
    ],
)
def test_a_first_run_that_has_just_become_due_is_not_passed_over(
    monkeypatch: pytest.MonkeyPatch, now: str, expected: str
) -> None:
    monkeypatch.setattr(pendulum, "now", lambda _timezone: day(now))
    assert following(None) == expected


def test_without_catch_up_only_the_last_missed_run_is_made_up_for() -> None:
    plain = CatchUpTimetable("@daily")
    assert following("2026-11-01", plain) == "2026-11-24"
    assert following("2026-11-23", plain) == "2026-11-24"
    assert following("2026-11-24", plain) == "2026-11-25"


def test_a_backfill_is_not_bounded() -> None:
    asked: dict[str, Any] = {
        "catchup": True,
        "earliest": day("2020-01-01"),
        "latest": day("2020-01-02"),
    }
    assert following(None, **asked) == "2020-01-01"
    assert following("2020-01-01", **asked) == "2020-01-02"
    assert following("2020-01-02", **asked) is None


def test_start_and_end_of_the_dag_hold() -> None:
    assert following("2026-11-01", earliest=day("2026-11-22")) == "2026-11-22"
    assert following("2026-11-23", latest=day("2026-11-23")) is None


def test_it_survives_airflows_database() -> None:
    kept = decode_timetable(encode_timetable(CatchUpTimetable("0 6 * * *", timedelta(days=3))))
    assert isinstance(kept, CatchUpTimetable)
    assert following("2026-11-01", kept) == "2026-11-22"
    assert kept.summary == "0 6 * * *"
    plain = decode_timetable(encode_timetable(CatchUpTimetable("@daily")))
    assert isinstance(plain, CatchUpTimetable)
    assert following("2026-11-01", plain) == "2026-11-24"
