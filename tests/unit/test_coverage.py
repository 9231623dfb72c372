"""Which periods a schedule covers, and which of them are missing: days that nobody has seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from elt.health import coverage, sources
from elt.health.coverage import Coverage, Span
from elt.source.period import Grain
from elt.transform.freshness import Rule

NOW = datetime(2026, 11, 25, 17, 3, tzinfo=UTC)


def day(number: int, month: int = 11) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


def of(
    *loaded: datetime,
    since: datetime | None,
    schedule: str | None = "@daily",
    grain: Grain = "day",
    asks_by_period: bool = True,
    now: datetime = NOW,
) -> Coverage:
    return coverage.coverage(
        loaded, grain, now, schedule=schedule, since=since, asks_by_period=asks_by_period
    )


def labels(spans: list[Span], grain: Grain = "day") -> list[str]:
    return [coverage.words(span, grain) for span in spans]


def test_a_load_of_today_hides_no_day_before_it() -> None:
    found = of(day(19), day(20), day(25), since=day(19))
    assert labels(found.missing) == ["2026-11-21 to 2026-11-24"]
    assert found.missing[0].periods == 4
    assert found.skipped == []


def test_days_after_the_newest_are_missing_too_once_they_are_over() -> None:
    """Today is under way: its run may be, too."""
    assert labels(of(day(23), since=day(23)).missing) == ["2026-11-24"]
    at_midnight = day(26)
    assert labels(of(day(23), since=day(23), now=at_midnight).missing) == [
        "2026-11-24 to 2026-11-25"
    ]


def test_a_run_that_is_due_late_in_its_period_has_as_long_as_the_period() -> None:
    shortly_after = datetime(2026, 11, 25, 0, 5, tzinfo=UTC)
    late = "55 23 * * *"
    assert of(day(23), since=day(23), schedule=late, now=shortly_after).missing == []
    a_day_later = shortly_after + timedelta(days=1)
    assert labels(of(day(23), since=day(23), schedule=late, now=a_day_later).missing) == [
        "2026-11-24"
    ]


def test_days_that_no_schedule_covers_are_no_gaps() -> None:
    """A backfill of 14 to 17, with a hole, before a schedule that began on the 24th."""
    found = of(day(14), day(17), day(24), since=day(24))
    assert found.missing == []
    assert labels(found.skipped) == ["2026-11-15 to 2026-11-16", "2026-11-18 to 2026-11-23"]


def test_by_hand_only_nothing_is_missing() -> None:
    found = of(day(5, 1), day(25), since=None)
    assert found.missing == []
    assert labels(found.skipped) == ["2026-01-06 to 2026-11-24"]
    assert found.skipped[0].periods == 323


def test_days_that_are_never_due_part_no_gap() -> None:
    """By a schedule of working days: Saturday and Sunday, 21 and 22, are not asked for."""
    found = of(day(18), day(25), since=day(18), schedule="0 6 * * 1-5")
    assert labels(found.missing) == ["2026-11-19 to 2026-11-24"]
    assert found.missing[0].periods == 4


def test_where_a_load_brings_all_there_is_later_ones_make_up() -> None:
    found = of(day(20), day(25), since=day(19), asks_by_period=False)
    assert found.missing == []
    assert labels(found.skipped) == ["2026-11-19", "2026-11-21 to 2026-11-24"]


@pytest.mark.parametrize(
    ("grain", "schedule", "loaded", "missing"),
    [
        ("hour", "@hourly", ["2026-11-25T12", "2026-11-25T15"], ["2026-11-25T13 to 2026-11-25T14"]),
        ("month", "@monthly", ["2026-07-01T00", "2026-10-01T00"], ["2026-08 to 2026-09"]),
        ("month", "@quarterly", ["2026-01-01T00", "2026-07-01T00"], ["2026-04"]),
        # Every five minutes, for a load an hour.
        (
            "hour",
            "*/5 * * * *",
            ["2026-11-25T12", "2026-11-25T14", "2026-11-25T15"],
            ["2026-11-25T13"],
        ),
        ("day", "@once", ["2026-11-20T00"], []),
        ("day", "0 0 30 2 *", ["2026-11-20T00"], []),
        # Of a warehouse of an earlier release the expression is not known.
        ("day", None, ["2026-11-23T00"], ["2026-11-24"]),
    ],
)
def test_other_grains_and_schedules(
    grain: Grain, schedule: str | None, loaded: list[str], missing: list[str]
) -> None:
    starts = [datetime.fromisoformat(f"{start}:00Z") for start in loaded]
    found = of(*starts, since=starts[0], schedule=schedule, grain=grain)
    until = [span for span in found.missing if span.first < starts[-1] or grain == "day"]
    assert labels(until, grain) == missing


def test_of_very_many_periods_the_newest_are_looked_at() -> None:
    found = of(since=datetime(2000, 1, 1, tzinfo=UTC))
    (span,) = found.missing
    assert (span.periods, span.last) == (coverage.LOOKED_AT, day(24))


@pytest.mark.parametrize(
    ("newest", "age", "state"),
    [
        # It ends in the future: that is under way.
        (day(25), 0.0, "pass"),
        (day(24), 17.05, "pass"),
        (day(23), 41.05, "warn"),
        (day(20), 113.05, "error"),
        (None, None, "error"),
    ],
)
def test_a_source_is_as_old_as_its_newest_period(
    newest: datetime | None, age: float | None, state: str
) -> None:
    rule = Rule(timedelta(hours=26), timedelta(hours=50))
    found: tuple[Any, Any] = sources.judge(newest, "day", rule, NOW)
    assert (found[0] and found[0].total_seconds() / 3600, found[1]) == (
        pytest.approx(age) if age else age if age is None else timedelta(),
        state,
    )
    assert sources.judge(newest, "day", None, NOW)[1] is None
