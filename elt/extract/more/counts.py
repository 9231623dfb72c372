"""Counts: a page that has exactly as many records as were asked for may not be the last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elt.extract.more.names import names, squashed
from elt.extract.more.sign import Sign, number

SIZES = names(
    "batchsize count first itemsperpage length limit max maxitems maxresults maxrecords most num"
    " numrows pagelength pagelimit pagesize per perpage recordsperpage results resultsperpage"
    " resultrecordcount resultspage rows size take top itemcount maxkeys hitsperpage"
    " maxreturn"
)
"""Parameters that take the records in a page, without blanks, signs and capitals."""


def in_count(size: int, params: Mapping[str, Any], *, says_all: bool) -> tuple[Sign, ...]:
    """The sign that a page has exactly as many records as were asked for, where nothing denies it.

    >>> in_count(100, {"per_page": "100"}, says_all=False)[0].place
    'parameter per_page'
    >>> in_count(99, {"per_page": "100"}, says_all=False)
    ()
    """
    if size == 0 or says_all:
        return ()
    return tuple(
        Sign("full", f"parameter {name}", f"{size} records", size)
        for name, value in params.items()
        if is_size(name) and number(value) == size
    )[:1]


def is_size(param: str) -> bool:
    """Whether a parameter is known to take the records in a page.

    >>> [is_size(param) for param in ("per_page", "$top", "page[size]", "maxResults", "city")]
    [True, True, True, True, False]
    """
    known = squashed(param)
    return known in SIZES or known.endswith(("limit", "pagesize", "perpage"))
