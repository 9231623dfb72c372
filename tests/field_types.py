"""The types of `from_json` in plain Python: which texts each takes, and for which values.

Written by hand beside the dbt macro `json_types`, with none of its patterns, so that the tests
compare two that were not made from each other.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

DIGITS = frozenset("0123456789")
HEXADECIMAL = DIGITS | frozenset("abcdefABCDEF")
DAY = 86_400
EPOCH = date(1970, 1, 1).toordinal()

Value = UUID | bool | int | Decimal | date | Fraction
"""What a text is; a moment is in seconds since 1970, in UTC or the local time it is written in."""


def value(type_: str, text: str) -> Value | None:
    """``text`` as ``type_``; None if it is none."""
    return _READERS[type_](text)


def _uuid(text: str) -> UUID | None:
    parts = text.split("-")
    if [len(part) for part in parts] != [8, 4, 4, 4, 12] or not set("".join(parts)) <= HEXADECIMAL:
        return None
    return UUID(text)


def _boolean(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text)


def _digits(text: str) -> bool:
    return bool(text) and set(text) <= DIGITS


def _without_sign(text: str) -> str:
    return text[1:] if text[:1] in ("+", "-") else text


def _integer(bits: int) -> Callable[[str], int | None]:
    def read(text: str) -> int | None:
        whole, point, zeros = _without_sign(text).partition(".")
        if len(text) > 40 or not _digits(whole) or (point and (not zeros or zeros.strip("0"))):
            return None
        number = -int(whole) if text[0] == "-" else int(whole)
        return number if -(2 ** (bits - 1)) <= number < 2 ** (bits - 1) else None

    return read


def _number(point: str) -> Callable[[str], Decimal | None]:
    def read(text: str) -> Decimal | None:
        if len(text) > 1000:
            return None
        at = max(text.find("e"), text.find("E"))
        mantissa = text if at < 0 else text[:at]
        whole, found, decimals = _without_sign(mantissa).partition(point)
        if not _digits(whole) or (found and not _digits(decimals)):
            return None
        if at >= 0:
            exponent = _without_sign(text[at + 1 :])
            if not _digits(exponent) or len(exponent) > 2:
                return None
        return Decimal(text.replace(point, "."))

    return read


def _day(year: str, month: str, day: str) -> date | None:
    if [len(year), len(month), len(day)] != [4, 2, 2] or not _digits(year + month + day):
        return None
    if not int(year) or not 1 <= int(month) <= 12:
        return None
    if not 1 <= int(day) <= monthrange(int(year), int(month))[1]:
        return None
    return date(int(year), int(month), int(day))


def _date(text: str) -> date | None:
    parts = text.split("-")
    return _day(*parts) if len(parts) == 3 else None


def _date_dmy(text: str) -> date | None:
    for separator in (".", "/"):
        parts = text.split(separator)
        if len(parts) == 3:
            return _day(*reversed(parts))
    return None


def _two(text: str, below: int) -> int | None:
    return int(text) if len(text) == 2 and _digits(text) and int(text) < below else None


def _local(text: str) -> Fraction | None:
    day = _date(text[:10])
    clock, point, fraction = text[11:].partition(".")
    parts = clock.split(":")
    if day is None or text[10:11] not in ("T", " ") or len(parts) not in (2, 3):
        return None
    if point and (len(parts) == 2 or not _digits(fraction)):
        return None
    hour, minute = _two(parts[0], 24), _two(parts[1], 60)
    second = _two(parts[2], 60) if len(parts) == 3 else 0
    if hour is None or minute is None or second is None:
        return None
    seconds = (day.toordinal() - EPOCH) * DAY + hour * 3600 + minute * 60 + second
    return seconds + Fraction(f"0.{fraction or 0}")


def _offset(text: str) -> int | None:
    """Seconds that local time is ahead by, of "+03", "+0330" or "-03:30"."""
    hours, minutes = text[1:3], text[3:].removeprefix(":")
    if not minutes and len(text) > 3:
        return None
    ahead, more = _two(hours, 15), _two(minutes or "00", 60)
    if ahead is None or more is None:
        return None
    return (ahead * 3600 + more * 60) * (-1 if text[0] == "-" else 1)


def _timestamp(text: str) -> Fraction | None:
    return _local(text) if len(text) <= 60 else None


def _timestamptz(text: str) -> Fraction | None:
    if len(text) > 60:
        return None
    if text.endswith("Z"):
        return _local(text[:-1])
    # The date has two "-".
    at = max(text.rfind("+"), text.rfind("-", 10))
    if at < 0:
        return None
    local, offset = _local(text[:at]), _offset(text[at:])
    return None if local is None or offset is None else local - offset


_READERS: dict[str, Callable[[str], Value | None]] = {
    "uuid": _uuid,
    "boolean": _boolean,
    "integer": _integer(32),
    "bigint": _integer(64),
    "numeric": _number("."),
    "numeric_comma": _number(","),
    "date": _date,
    "date_dmy": _date_dmy,
    "timestamp": _timestamp,
    "timestamptz": _timestamptz,
}
TYPES = tuple(_READERS)
