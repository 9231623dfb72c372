"""Where a response says something about its pages, and how what is there is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from elt.source.place import Place, shown, steps

DottedPath = Annotated[str, Field(pattern=r"^[^.]+(\.[^.]+)*$")]
"""A place inside a document: field names joined by dots, ``login.password``."""

_MOST_DIGITS = 18
_FALSE = frozenset({"", "0", "false", "n", "no", "none", "null", "off"})
_EXACT = frozenset({"eq", "=", "==", "exact", "equal"})


class PaginationError(Exception):
    """A source's pages do not go on as they should; the message says in which way."""


class Header(BaseModel):
    """A header of the response as a place: ``Header(name="X-Total-Count")``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")
    """Its name, in any case."""


Said = Place | Header
"""A place in a response: in its body, or a header."""


@dataclass(frozen=True)
class Count:
    """A number of records or pages that a source says there are; at least so many, or exactly."""

    number: int
    is_exact: bool = True


def key_of(place: str | tuple[str | int, ...] | Header) -> str:
    """The name under which the value at ``place`` is kept.

    >>> key_of("meta.total"), key_of(("@odata.count",)), key_of(Header(name="X-Total-Count"))
    ('meta.total', "['@odata.count']", 'header X-Total-Count')
    """
    if isinstance(place, Header):
        return f"header {place.name}"
    return place if isinstance(place, str) else shown(place)


def named(place: str | tuple[str | int, ...] | Header) -> str:
    """``place`` for a message."""
    return f"header {place.name!r}" if isinstance(place, Header) else shown(place)


def relation_of(place: Said) -> Place | None:
    """Where Elasticsearch says whether the total at ``place`` is exact, if that is its shape."""
    if isinstance(place, Header):
        return None
    *around, last = steps(place)
    if last != "value":
        return None
    if isinstance(place, str):
        return ".".join([*map(str, around), "relation"])
    return (*around, "relation")


def is_true(value: Any) -> bool:
    """Whether a flag is set: a boolean, a number, or such a word as text.

    >>> [is_true(value) for value in (True, 1, "true", "Yes", False, 0, "false", "0", None)]
    [True, True, True, True, False, False, False, False, False]
    """
    if isinstance(value, str):
        return value.strip().casefold() not in _FALSE
    return bool(value)


def count_in(value: Any, relation: Any = None) -> Count | None:
    """The number that ``value`` is: a whole number, such a text, or an object of Elasticsearch's.

    None where it is no such number. ``relation`` is what stands beside it.

    >>> count_in("30"), count_in({"value": 30, "relation": "gte"})
    (Count(number=30, is_exact=True), Count(number=30, is_exact=False))
    """
    is_exact = relation is None or str(relation).strip().casefold() in _EXACT
    if isinstance(value, Mapping):
        return count_in(value["value"], value.get("relation")) if "value" in value else None
    if isinstance(value, str):
        text = value.strip()
        if text.endswith("+"):
            text, is_exact = text[:-1], False
        if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
            return None
        return Count(int(text), is_exact)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**_MOST_DIGITS:
        return None
    return Count(value, is_exact)


def as_parameter(value: Any) -> str | None:
    """``value`` as a query parameter takes it; None for what is neither text nor a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return None
    return str(value)
