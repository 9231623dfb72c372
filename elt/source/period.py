"""Periods: an hour, a day or a month, by their first moment in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

Grain = Literal["hour", "day", "month"]

_FORMATS: dict[Grain, str] = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}


@dataclass(frozen=True, order=True)
class Period:
    """What one load covers: from ``start``, its first moment in UTC, to the next period's.

    >>> period = Period.of(datetime(2026, 12, 31, 7, tzinfo=UTC), "month")
    >>> str(period), str(period.next), period.end.isoformat()
    ('2026-12', '2027-01', '2027-01-01T00:00:00+00:00')
    """

    start: datetime
    grain: Grain

    @classmethod
    def of(cls, moment: datetime, grain: Grain) -> Self:
        """The period that ``moment`` is in."""
        start = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0, fold=0)
        if grain != "hour":
            start = start.replace(hour=0)
        if grain == "month":
            start = start.replace(day=1)
        return cls(start, grain)

    @classmethod
    def before(cls, moment: datetime, grain: Grain) -> Self:
        """The last period that begins before ``moment``."""
        return cls.of(moment - timedelta(microseconds=1), grain)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        match self.grain:
            case "hour":
                return self.start + timedelta(hours=1)
            case "day":
                return self.start + timedelta(days=1)
            case "month":
                return (self.start + timedelta(days=32)).replace(day=1)

    @property
    def next(self) -> Self:
        """The period after it."""
        return type(self)(self.end, self.grain)

    @property
    def previous(self) -> Self:
        """The period before it."""
        return self.before(self.start, self.grain)

    def count_to(self, last: Period) -> int:
        """How many periods there are from this one to ``last``, both counted."""
        if self.grain == "month":
            years = last.start.year - self.start.year
            return years * 12 + last.start.month - self.start.month + 1
        return (last.start - self.start) // timedelta(hours=1 if self.grain == "hour" else 24) + 1

    def __str__(self) -> str:
        """As people write it: ``2026-11-22`` for a day."""
        return self.start.strftime(_FORMATS[self.grain])
