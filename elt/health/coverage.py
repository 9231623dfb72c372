"""Which periods a schedule covers, and which of them no load has.

A period is missing once it is over and the run that was due for it is older than the period is
long: a run that is under way leaves no gap.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, pairwise

from croniter import CroniterBadDateError, croniter

from elt.source.period import Grain, Period

LOOKED_AT = 1000
"""Periods that gaps are looked for in, at most, the newest ones."""

_AT_EACH_START: dict[Grain, tuple[str, ...]] = {
    "hour": ("@hourly", "0 * * * *"),
    "day": ("@daily", "@midnight", "0 0 * * *"),
    "month": ("@monthly", "0 0 1 * *"),
}
"""Schedules that need no croniter, which is slow."""
_PRESETS = {"@quarterly": "0 0 1 */3 *"}
"""Those of Airflow that croniter does not know."""


@dataclass(frozen=True)
class Span:
    """Periods that follow each other: the starts of the first and the last, and how many."""

    first: datetime
    last: datetime
    periods: int


@dataclass(frozen=True)
class Coverage:
    """What is not loaded of the periods of a source, oldest first.

    ``missing`` are those that the schedule covers and that only a load of their own brings.
    ``skipped`` are no gaps: they lie between loads and before the schedule, or, where requests do
    not name the period, later loads have made up for them.
    """

    missing: list[Span]
    skipped: list[Span]


def coverage(
    loaded: Collection[datetime],
    grain: Grain,
    now: datetime,
    *,
    schedule: str | None,
    since: datetime | None,
    asks_by_period: bool,
) -> Coverage:
    """What is missing of a source with the ``loaded`` periods, by their starts.

    ``schedule`` is a cron expression, UTC, None where it is not known: then each period is due at
    its start. ``since`` is the first period that it covers; None: it covers none yet.
    """
    have = {Period.of(start, grain) for start in loaded}
    missing = []
    if since is not None:
        asked = reversed(due(schedule, grain, since, now))
        missing = [
            Span(found[0].start, found[-1].start, len(found))
            for is_loaded, group in groupby(asked, have.__contains__)
            if not is_loaded and (found := list(group))
        ]
    if asks_by_period:
        return Coverage(missing, _holes(have, grain, since))
    return Coverage([], [span for span in missing if have and span.last < max(have).start])


def due(schedule: str | None, grain: Grain, since: datetime, now: datetime) -> list[Period]:
    """The periods whose load a schedule has asked for from ``since`` on, newest first."""
    found: list[Period] = []
    first = Period.of(since, grain)
    moment = now
    while len(found) < LOOKED_AT:
        before = _run_before(moment, schedule, grain)
        if before is None or (period := Period.of(before, grain)) < first:
            break
        if period.end <= now and before + (period.end - period.start) <= now:
            found.append(period)
        # Of several runs in one period the last is enough.
        moment = period.start
    return found


def words(span: Span, grain: Grain) -> str:
    """``2026-11-21 to 2026-11-24``."""
    first, last = Period.of(span.first, grain), Period.of(span.last, grain)
    return str(first) if span.periods == 1 else f"{first} to {last}"


def _run_before(moment: datetime, schedule: str | None, grain: Grain) -> datetime | None:
    if schedule is None or schedule in _AT_EACH_START[grain]:
        return Period.before(moment, grain).start
    expression = _PRESETS.get(schedule, schedule)
    # `@once` and `@continuous` cover no period.
    if not croniter.is_valid(expression):
        return None
    try:
        return croniter(expression, moment).get_prev(datetime)
    except CroniterBadDateError:
        # A day that no year has, the 30th of February.
        return None


def _holes(have: Collection[Period], grain: Grain, until: datetime | None) -> list[Span]:
    """The periods between loads, those before ``until``."""
    found = []
    for former, later in pairwise(sorted(have)):
        first, last = former.next, later.previous
        if until is not None:
            last = min(last, Period.before(until, grain))
        if first <= last:
            found.append(Span(first.start, last.start, first.count_to(last)))
    return found
