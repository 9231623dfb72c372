"""How far back an incremental load asks: the cursor that was reached, less a lag."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_FLOOR, Decimal, localcontext

Lag = timedelta | int | float

_MOMENT = re.compile(
    r"(?P<day>\d{4}-\d{2}-\d{2})"
    r"(?:(?P<between>[T ])(?P<time>\d{2}:\d{2}(?::\d{2})?)"
    r"(?:(?P<point>[.,])(?P<fraction>\d{1,12}))?"
    r"(?P<zone>[Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"-?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?", re.ASCII)
_TICKS = ((1e8, 1), (1e12, 1_000), (1e15, 1_000_000), (1e18, 1_000_000_000))
"""Seconds since 1970 that are of this age, and milliseconds, microseconds, nanoseconds: from which
number on, and how many of them are a second. The first is a day of 1973, the others one of 2001."""
_LATEST = 7.3e9
"""Seconds since 1970 in the year 2201: a greater number is no moment."""


class LagError(ValueError):
    """A lag that cannot be taken from a cursor; the message says why, and quotes the cursor."""


def moved_back(cursor: str, lag: Lag, earliest: str | None = None) -> str:
    """``cursor`` less ``lag``, in the form that it has; ``earliest`` where that would be later.

    From moments and dates (ISO 8601) a timedelta is taken, from a number that is a moment since
    1970 (in seconds, milliseconds, …), too; from any number, a number. What is finer than the form
    can say is rounded down. Raises LagError.

    >>> moved_back("2026-11-22T10:00:00+02:00", timedelta(hours=11))
    '2026-11-21T23:00:00+02:00'
    >>> moved_back("2026-11-22", timedelta(hours=1)), moved_back("500", 100)
    ('2026-11-21', '400')
    """
    moved = _moved_back(cursor.strip(), lag)
    if earliest is not None and (first := _order(earliest)) is not None:
        then = _order(moved)
        if then is not None and type(then) is type(first) and then < first:  # type: ignore[operator]
            return earliest
    return moved


def _moved_back(cursor: str, lag: Lag) -> str:
    if _NUMBER.fullmatch(cursor):
        with localcontext(prec=200):
            return _number_back(cursor, lag)
    match = _MOMENT.fullmatch(cursor)
    if match is None:
        raise LagError(f"the cursor {cursor[:60]!r} is neither a moment of ISO 8601 nor a number")
    if not isinstance(lag, timedelta):
        raise LagError(
            f"the cursor {cursor[:60]!r} is a moment, and the lag a number: declare a timedelta"
        )
    try:
        return _moment_back(match, lag)
    except (ValueError, OverflowError):
        raise LagError(f"the cursor {cursor[:60]!r} less {lag} is no moment") from None


def _number_back(cursor: str, lag: Lag) -> str:
    number = Decimal(cursor)
    if isinstance(lag, timedelta):
        less = Decimal(lag // timedelta(microseconds=1)) / 1_000_000 * _ticks(number)
    else:
        less = Decimal(str(lag))
    moved = number - less
    if number >= 0:
        moved = max(moved, Decimal(0))
    exponent = number.as_tuple().exponent
    finest = Decimal(1).scaleb(min(exponent, 0) if isinstance(exponent, int) else 0)
    return f"{moved.quantize(finest, ROUND_FLOOR):f}"


def _ticks(number: Decimal) -> int:
    """How many of the number's units are a second, of a moment since 1970."""
    for at_least, ticks in reversed(_TICKS):
        if number >= at_least and number / ticks < _LATEST:
            return ticks
    raise LagError(
        f"the cursor {number:f} is no moment since 1970, and the lag a timedelta: declare a number"
    )


def _moment_back(match: re.Match[str], lag: timedelta) -> str:
    day, time = match["day"], match["time"]
    if time is None:
        at = datetime.fromisoformat(day) - lag
        return at.date().isoformat()
    fraction = match["fraction"] or ""
    # Nanoseconds are not datetime's; a lag has none either, and they stay as they are.
    known = fraction[:6]
    at = datetime.fromisoformat(f"{day}T{time}") + timedelta(
        microseconds=int(known.ljust(6, "0") or 0)
    )
    at -= lag
    form = "%H:%M:%S" if time.count(":") == 2 else "%H:%M"
    text = f"{at.date().isoformat()}{match['between']}{at.strftime(form)}"
    if fraction:
        text += f"{match['point']}{f'{at.microsecond:06}'[: len(known)]}{fraction[6:]}"
    return text + (match["zone"] or "")


def _order(text: str) -> Decimal | datetime | None:
    """What a cursor is compared by; None of text that is neither a moment nor a number."""
    if _NUMBER.fullmatch(text.strip()):
        return Decimal(text.strip())
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
