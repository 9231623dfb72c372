"""Dates in a URL: the day that was asked for, as a template for the day that a run loads.

A date that stays what it was makes each run load the same document. So each one becomes
``{{ period(dag_run, …) }}`` in the form that it has in the URL, and each has a note, which says
what it was read as.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from elt.scaffold.naming import snake
from elt.source.written_dates import (
    BEGINS,
    ENDS,
    OTHERS,
    Grain,
    WrittenDate,
    day_of,
    in_param,
    in_path,
    is_version,
    parts_of_a_date,
    versions,
    words,
)

TEMPLATE = re.compile(r"\{\{ [A-Za-z0-9_ (),.'%:/+~*|-]+ \}\}")
"""What this module writes; no text of a URL can be like it, since braces are refused there."""

_TIME = re.compile(r"[T ]([0-9]{2}):?([0-9]{2})")


@dataclass(frozen=True)
class Dated:
    """A request by day: endpoint and parameters as templates, and what one load covers."""

    endpoint: str
    params: Mapping[str, str]
    period: Grain = "day"
    notes: tuple[str, ...] = ()
    """Sentences without a full stop, a date each."""
    names: frozenset[str] = frozenset()
    """The parameters that have a template now."""

    @property
    def is_by_period(self) -> bool:
        """Whether what is asked for depends on the period."""
        return bool(self.names or TEMPLATE.search(self.endpoint))


def dated(path: str, params: Mapping[str, str]) -> Dated:
    """``path`` and ``params`` with a template for each date in them.

    >>> dated("/rates", {"on": "2025-04-25", "q": "usd"}).params
    {'on': '{{ period(dag_run) }}', 'q': 'usd'}
    >>> dated("/rates/25.04.2025.xml", {}).endpoint
    "/rates/{{ period(dag_run, '%d.%m.%Y') }}.xml"
    """
    return _Dating(path, params).dated()


class _Dating:
    def __init__(self, path: str, params: Mapping[str, str]) -> None:
        self._path = path
        self._params = params
        self._parts = parts_of_a_date(params)
        of_path = list(in_path(path))
        of_params = {name: list(in_param(name, value)) for name, value in params.items()}
        everywhere = [*of_path, *(found for some in of_params.values() for found in some)]
        # A day past the twelfth shows the order of all others that are written alike.
        self._sure = {found.form for found in everywhere if not found.is_ambiguous}
        self._in_path = list(map(self._resolved, of_path))
        self._in_params = {name: list(map(self._resolved, of_params[name])) for name in params}
        self._pair = _pair(self._in_path, self._in_params)
        self._period: Grain = "day"
        are_months = everywhere and all(found.grain == "month" for found in everywhere)
        is_month_in_parts = self._parts and "day" not in map(snake, self._parts)
        if (
            are_months
            or (self._pair and self._pair.is_month)
            or (not everywhere and is_month_in_parts)
        ):
            self._period = "month"
        self._notes: list[str] = []

    def dated(self) -> Dated:
        endpoint = self._written(self._path, self._in_path, "")
        params = {
            name: self._written(value, self._in_params[name], name)
            for name, value in self._params.items()
        }
        for name, form in self._parts.items():
            params[name] = f"{{{{ period(dag_run, '{form}') }}}}"
            self._notes.append(
                f"the parameter {name!a} was {self._params[name]}, a part of a date; it became"
                f" {params[name]}"
            )
        names = frozenset(name for name, some in self._in_params.items() if some)
        self._note_what_stays()
        return Dated(endpoint, params, self._period, tuple(self._notes), names | self._parts.keys())

    def _resolved(self, found: WrittenDate) -> WrittenDate:
        """``found`` in the order of day and month that another date shows."""
        if not found.is_ambiguous:
            return found
        if found.form in self._sure:
            return replace(found, is_ambiguous=False)
        if found.other in self._sure:
            day = found.day.replace(day=found.day.month, month=found.day.day)
            return replace(found, day=day, form=found.other, is_ambiguous=False)
        return found

    def _written(self, text: str, some: list[WrittenDate], param: str) -> str:
        """``text`` with its dates as templates; ``param`` is empty for the path."""
        parts = []
        at = 0
        for number, found in enumerate(some):
            is_end = self._pair is not None and (param, number) == self._pair.end
            pair = self._pair if is_end else None
            template = _template(found, pair, self._period)
            parts += [text[at : found.begin], template]
            at = found.end
            self._note(text, found, param, pair, template)
        return "".join([*parts, text[at:]])

    def _note(
        self, text: str, found: WrittenDate, param: str, pair: _Pair | None, template: str
    ) -> None:
        place = f"the parameter {param!a}" if param else "the path"
        was = text[found.begin : found.end]
        note = f"{place} had the {found.grain} {was}; it became {template}"
        if found.is_ambiguous:
            note += (
                f", read as day before month ({found.day:%d %B %Y}): if the source writes the"
                f" month first, make the form '{found.other}'"
            )
        elif found.epoch:
            note += f" ({found.day}, in {'milli' if found.epoch > 1 else ''}seconds since 1970)"
        time = _TIME.match(text, found.end)
        if time and time[0][1:].replace(":", "") not in ("0000", "2359"):
            note += f"; the time of day stays {time[1]}:{time[2]}"
        if pair is not None and pair.note:
            note += f"; {pair.note}"
        if self._pair is None and not BEGINS.isdisjoint(words(param)):
            note += "; the request names no end, so a run loads all since then"
        self._notes.append(note)

    def _note_what_stays(self) -> None:
        """Say of what looks like a date, too, that it stays."""
        for name, value in self._params.items():
            if self._in_params[name] or name in self._parts:
                continue
            if is_version(name):
                if not re.search(r"[0-9]{4}-?[0-9]{2}", value):
                    continue
                why = "it is read as the version of the API"
            elif re.fullmatch(r"[0-9]{8}", value) and day_of(value, "%Y%m%d"):
                why = "it is read as a number"
            elif snake(name) in ("year", "month") and value.isdecimal():
                why = "each run asks for it"
            elif OTHERS.fullmatch(value):
                why = "it may be a date, in a form that is not read"
            else:
                continue
            self._notes.append(f"the parameter {name!a} stays {value[:40]!a}: {why}")
        for segment in versions(self._path):
            self._notes.append(f"the path keeps {segment}: it is read as the version of the API")


@dataclass(frozen=True)
class _Pair:
    """The end of a range: which date it is, and how it lies to the beginning."""

    end: tuple[str, int]
    """Parameter (empty: the path), and number of the date in it."""
    shift: Literal["same", "next", "last"]
    """The day of the beginning, the first one after the period, or its last one."""
    is_month: bool = False
    note: str = ""


def _pair(in_path: list[WrittenDate], in_params: Mapping[str, list[WrittenDate]]) -> _Pair | None:
    """The range that two dates make, if they do."""
    everywhere = [
        *((("", number), found) for number, found in enumerate(in_path)),
        *(
            ((name, number), found)
            for name, some in in_params.items()
            for number, found in enumerate(some)
        ),
    ]
    if len(everywhere) == 1:
        ((place, found),) = everywhere
        # The end of a range that has no beginning is that of the period.
        if found.grain == "day" and place[0] and ENDS & set(words(place[0])):
            return _Pair(place, "next")
        return None
    if len(everywhere) != 2:
        return None
    (one, begin), (other, end) = everywhere
    if begin.day > end.day or (begin.day == end.day and ENDS & set(words(one[0]))):
        begin, end, one, other = end, begin, other, one
    if "month" in (begin.grain, end.grain):
        if begin.day == end.day:
            return _Pair(other, "same", is_month=True)
        note = "the range is of one month now, with the next one as its end"
        return _Pair(other, "next", is_month=True, note=note)
    days = (end.day - begin.day).days
    if days in (0, 1):
        return _Pair(other, "same" if days == 0 else "next")
    following = (begin.day.replace(day=1) + timedelta(days=32)).replace(day=1)
    if begin.day.day == 1 and end.day == following:
        return _Pair(other, "next", is_month=True)
    if begin.day.day == 1 and end.day == following - timedelta(days=1):
        return _Pair(other, "last", is_month=True)
    return _Pair(
        other,
        "next",
        note=f"the range was of {days} days, and is of one day now, with the next one as its end",
    )


def _template(found: WrittenDate, pair: _Pair | None, period: Grain) -> str:
    name = "period_end" if pair and pair.shift == "next" else "period"
    if found.epoch:
        times = f" * {found.epoch}" if found.epoch > 1 else ""
        moment = f"{name}(dag_run, '%Y-%m-%dT00:00:00+00:00')"
        seconds = f"macros.datetime.fromisoformat({moment}).timestamp()"
        return f"{{{{ ({seconds}{times}) | int }}}}" if times else f"{{{{ {seconds} | int }}}}"
    if pair and pair.shift == "last":
        last = "macros.ds_add(period_end(dag_run, '%Y-%m-%d'), -1)"
        if found.form == "%Y-%m-%d":
            return f"{{{{ {last} }}}}"
        return f"{{{{ macros.ds_format({last}, '%Y-%m-%d', '{found.form}') }}}}"
    if found.form == {"day": "%Y-%m-%d", "month": "%Y-%m"}[period]:
        return f"{{{{ {name}(dag_run) }}}}"
    return f"{{{{ {name}(dag_run, '{found.form}') }}}}"
