"""Dates that are written in a request: in its path, in the values of its parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

Grain = Literal["day", "month"]

_EARLIEST, _LATEST = 1990, 2100
"""Years of what may be a date though it is nothing but digits."""
_NAMES = frozenset(
    {
        "after", "at", "before", "begin", "date", "dateend", "datefrom", "datestart", "dateto",
        "datum", "day", "dt", "end", "enddate", "from", "fromdate", "gt", "gte", "lt", "lte", "max",
        "min", "month", "on", "period", "since", "start", "startdate", "stop", "time", "timestamp",
        "to", "todate", "ts", "until", "when",
    }
)  # fmt: skip
"""Words of the names of parameters that take moments."""
ENDS = frozenset(
    {
        "before", "dateend", "dateto", "end", "enddate", "lt", "lte", "max", "stop", "to", "todate",
        "until",
    }
)  # fmt: skip
"""Words of the names of those that take the end of a range."""
BEGINS = frozenset({"after", "begin", "from", "gt", "gte", "since", "start", "startdate"})
_VERSIONS = frozenset({"v", "ver", "version", "apiversion"})
_FORMS = re.compile(
    r"(?<![0-9])(?:"
    r"(?P<year_first>[0-9]{4}(?P<dash>[-/.])[0-9]{1,2}(?P=dash)[0-9]{1,2})"
    r"|(?P<named>[0-9]{1,2}[- ][A-Za-z]{3,9}[- ][0-9]{4})"
    r"|(?P<year_last>[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})"
    r"|(?P<compact>(?<![A-Za-z])[0-9]{8}(?![A-SU-Za-z]))"
    r"|(?P<month>[0-9]{4}-[0-9]{2}(?!-?[0-9]))"
    r"|(?P<month_last>(?<![-/.])[0-9]{2}[/.][0-9]{4})"
    r")(?![0-9])"
)
OTHERS = re.compile(r"[0-9]{1,2}([-/.])[0-9]{1,2}\1[0-9]{2}|[0-9]{4}-?(W[0-9]{2}|Q[1-4])")
"""What may be a date, a week or a quarter, and gets no template."""
_KINDS = ("year_first", "named", "year_last", "compact", "month", "month_last")
_EPOCH = re.compile(r"([0-9]{10})(000)?")


@dataclass(frozen=True)
class WrittenDate:
    """A date in a text: where, which, and its form for strftime."""

    begin: int
    end: int
    day: date
    form: str
    grain: Grain = "day"
    is_ambiguous: bool = False
    epoch: int = 0
    """1 for seconds since 1970, 1000 for milliseconds."""

    @property
    def other(self) -> str:
        """The form with day and month exchanged."""
        return self.form.translate(str.maketrans("dm", "md"))


def in_path(path: str) -> Iterator[WrittenDate]:
    """The dates in a path."""
    known = versions(path)
    for found in _in_text(path, is_named=True):
        if path[found.begin : found.end] not in known:
            yield found


def versions(path: str) -> list[str]:
    """Months in a path that are the version of an API: ``/api/2024-10/orders``."""
    return re.findall(r"(?<=/api/)[0-9]{4}-[0-9]{2}(?=/)", path)


def in_param(name: str, value: str) -> Iterator[WrittenDate]:
    """The dates in the value of a parameter, whose name may say that it takes some."""
    if is_version(name):
        return
    is_named = not _NAMES.isdisjoint(words(name))
    if is_named and (match := _EPOCH.fullmatch(value)):
        moment = datetime.fromtimestamp(int(match[1]), UTC)
        if moment.year >= _EARLIEST:
            epoch = 1000 if match[2] else 1
            yield WrittenDate(0, len(value), moment.date(), "", epoch=epoch)
        return
    yield from _in_text(value, is_named=is_named)


def _in_text(text: str, *, is_named: bool) -> Iterator[WrittenDate]:
    for match in _FORMS.finditer(text):
        kind = next(name for name in _KINDS if match[name])
        was = match[0]
        if kind == "compact" and not is_named:
            continue
        for form in _forms(kind, was):
            if (day := day_of(was, form)) is None:
                continue
            is_month = kind in ("month", "month_last")
            is_ambiguous = (
                kind == "year_last" and "." not in was and day.day <= 12 and day.day != day.month
            )
            yield WrittenDate(
                match.start(),
                match.end(),
                day,
                form,
                "month" if is_month else "day",
                is_ambiguous=is_ambiguous,
            )
            break


def _forms(kind: str, was: str) -> Iterable[str]:
    separator = next((letter for letter in was if not letter.isdecimal()), "")
    match kind:
        case "compact":
            return ("%Y%m%d",)
        case "month":
            return ("%Y-%m",)
        case "month_last":
            return (f"%m{separator}%Y",)
        case "named":
            day = "%d" if was[1].isdecimal() else "%-d"
            return tuple(separator.join((day, name, "%Y")) for name in ("%b", "%B"))
        case "year_first":
            _, month, day = re.split(r"\D", was)
            return (separator.join(("%Y", *_padded(month, day, "%m", "%d"))),)
    first, second, _ = re.split(r"\D", was)
    by_day = separator.join((*_padded(first, second, "%d", "%m"), "%Y"))
    by_month = separator.join((*_padded(first, second, "%m", "%d"), "%Y"))
    # With points nobody writes the month first.
    return (by_day,) if separator == "." else (by_day, by_month)


def _padded(one: str, other: str, *forms: str) -> tuple[str, ...]:
    """The forms of two numbers: without leading zeros, if one of the numbers shows that."""
    if len(one) == 1 or len(other) == 1:
        return tuple(form.replace("%", "%-") for form in forms)
    return forms


def day_of(text: str, form: str) -> date | None:
    """The day that ``text`` is in a form of strftime; None: it is none."""
    try:
        day = datetime.strptime(text, form.replace("-d", "d").replace("-m", "m")).date()  # noqa: DTZ007
    except ValueError:
        return None
    return day if _EARLIEST <= day.year <= _LATEST else None


def parts_of_a_date(params: Mapping[str, str]) -> dict[str, str]:
    """Year, month and day that are a parameter each: the forms of those that are there."""
    checks: dict[str, tuple[str, Callable[[int], bool]]] = {
        "year": ("%Y", lambda number: _EARLIEST <= number <= _LATEST),
        "month": ("%m", lambda number: 1 <= number <= 12),
        "day": ("%d", lambda number: 1 <= number <= 31),
    }
    forms = {}
    for name, value in params.items():
        form, is_valid = checks.get("_".join(words(name)), ("", bool))
        if form and re.fullmatch(r"[0-9]{1,4}", value) and is_valid(int(value)):
            # One digit: without a leading zero.
            forms[name] = form.replace("%", "%-") if len(value) == 1 else form
    return forms if {"_".join(words(name)) for name in forms} >= {"year", "month"} else {}


def is_version(name: str) -> bool:
    """Whether a parameter takes the version of an API."""
    return not _VERSIONS.isdisjoint(words(name))


def words(name: str) -> list[str]:
    """The words of a parameter's name, in lower case.

    >>> words("fromDate"), words("date_req"), words("filter[since]")
    (['from', 'date'], ['date', 'req'], ['filter', 'since'])
    """
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[^A-Za-z0-9]+", apart) if word]
