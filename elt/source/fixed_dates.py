"""Dates that a declaration fixes: every run asks for the same day, whichever it loads."""

from __future__ import annotations

import re

from elt.source import Source
from elt.source.written_dates import (
    BEGINS,
    OTHERS,
    WrittenDate,
    in_param,
    in_path,
    is_version,
    parts_of_a_date,
    words,
)

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def remarks(source: Source) -> tuple[str, ...]:
    """What is to be said of the dates in requests that are the same for every period.

    None of a source that is asked by period or by a cursor, and none of the beginning of a range
    that has no end: that is a history, which grows.
    """
    if source.is_asked_by_period or source.incremental is not None:
        return ()
    texts = {name: _TEMPLATE.sub("", value) for name, value in _values(source)}
    dates = {name: list(in_param(name, value)) for name, value in texts.items()}
    dates = {name: found for name, found in dates.items() if found}
    found = [
        _remark(f"the parameter {name!r} is", value[date.begin : date.end], date)
        for name, value in texts.items()
        for date in dates.get(name, ())
        if len(dates) > 1 or BEGINS.isdisjoint(words(name))
    ]
    found += [
        f"the parameter {name!r} is {value}, which may be a fixed date; if so, each run loads the"
        f" same, whatever its {source.period}: write period(dag_run, …) in its form instead"
        for name, value in texts.items()
        if name not in dates and OTHERS.fullmatch(value) and not is_version(name)
    ]
    path = _TEMPLATE.sub("", source.endpoint)
    found += [_remark("the endpoint has", path[at.begin : at.end], at) for at in in_path(path)]
    if not found and (parts := parts_of_a_date(texts)):
        names = ", ".join(repr(name) for name in parts)
        form = next(iter(parts.values()))
        found.append(
            f"the parameters {names} are parts of a fixed date, so each run loads the same,"
            f" whatever its {source.period}: write {{{{ period(dag_run, '{form}') }}}}"
            " for the first, and so on"
        )
    return tuple(found)


def _values(source: Source) -> list[tuple[str, str]]:
    """Each parameter that is a text; of one that occurs several times, each value."""
    pairs: list[tuple[str, str]] = []
    for name, value in source.params.items():
        pairs += [(name, one) for one in ([value] if isinstance(value, str) else value)]
    return pairs


def _remark(where: str, text: str, date: WrittenDate) -> str:
    form = f", '{date.form}'" if date.form else ""
    return (
        f"{where} the fixed date {text}, so each run loads the same, whatever day it is for: write"
        f" {{{{ period(dag_run{form}) }}}} instead"
    )
