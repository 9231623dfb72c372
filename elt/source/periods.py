"""Periods of a source: an hour, a day or a month, by their first moment in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Literal

Grain = Literal["hour", "day", "month"]

_FORMATS: dict[Grain, str] = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}


def start_of(moment: datetime, grain: Grain) -> datetime:
    """The first moment, in UTC, of the period that ``moment`` is in."""
    start = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0, fold=0)
    if grain != "hour":
        start = start.replace(hour=0)
    if grain == "month":
        start = start.replace(day=1)
    return start


def next_start(start: datetime, grain: Grain) -> datetime:
    """The first moment, in UTC, of the period after the one that begins at ``start``."""
    start = start.astimezone(UTC)
    match grain:
        case "hour":
            return start + timedelta(hours=1)
        case "day":
            return start + timedelta(days=1)
        case "month":
            return (start.replace(day=1) + timedelta(days=32)).replace(day=1)


def previous_start(start: datetime, grain: Grain) -> datetime:
    """The first moment, in UTC, of the period before the one that begins at ``start``."""
    return start_of(start - timedelta(microseconds=1), grain)


def number(first: datetime, last: datetime, grain: Grain) -> int:
    """How many periods there are from ``first`` to ``last``, their starts, both counted."""
    first, last = first.astimezone(UTC), last.astimezone(UTC)
    if grain == "month":
        return (last.year - first.year) * 12 + last.month - first.month + 1
    return (last - first) // timedelta(hours=1 if grain == "hour" else 24) + 1


def label(start: datetime, grain: Grain) -> str:
    """A period as people write it: ``2026-11-22`` for a day."""
    return start.astimezone(UTC).strftime(_FORMATS[grain])
