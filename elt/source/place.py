"""A place inside a document: where records, a key, a total or a cursor are."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any

from pydantic import BeforeValidator

Step = str | int
"""The name of a field, or the index of an item in a list, counted from 0; -1 is the last item."""


def valid(value: Any) -> Any:
    """``value`` as a place. Raises ValueError."""
    if isinstance(value, str):
        if not all(value.split(".")):
            raise ValueError("a place is names joined by dots, none of them empty")
        return value
    if not isinstance(value, Sequence) or not value:
        raise ValueError("a place is names joined by dots, or a list of names and of indices")
    for step in value:
        if isinstance(step, bool) or not isinstance(step, str | int) or step == "":
            raise ValueError(f"a place has names and indices in its list, not {step!r}")
    return tuple(value)


Place = Annotated[str | tuple[Step, ...], BeforeValidator(valid)]
"""Names joined by dots, ``login.password``; or a list of names and of indices, where a name has a
dot itself or the way leads through a list: ``["@odata.nextLink"]``, ``[1]``."""


def steps(place: str | Sequence[Step]) -> tuple[Step, ...]:
    """The names and indices of a place.

    >>> steps("login.password"), steps(["@odata.nextLink"]), steps([1])
    (('login', 'password'), ('@odata.nextLink',), (1,))
    """
    return tuple(place.split(".")) if isinstance(place, str) else tuple(place)


def shown(place: str | Sequence[Step]) -> str:
    """A place as a declaration writes it, for messages.

    >>> shown("login.password"), shown(("@odata.nextLink",)), shown((1, "name"))
    ("'login.password'", "['@odata.nextLink']", "[1, 'name']")
    """
    return repr(place) if isinstance(place, str) else repr(list(place))


def plain(place: str | Sequence[Step]) -> str:
    """The names and indices of a place, joined by dots: what people read and type.

    >>> plain("info.next"), plain(("@odata.nextLink",)), plain((0, "total"))
    ('info.next', '@odata.nextLink', '0.total')
    """
    return place if isinstance(place, str) else ".".join(map(str, place))


def encoded(place: str | Sequence[Step]) -> str:
    r"""A place as one line of text, for `decoded`: dotted names as they are, a list as JSON.

    >>> encoded("login.password"), encoded(("@odata.nextLink", 0)), encoded("[x]")
    ('login.password', '["@odata.nextLink", 0]', '["[x]"]')
    """
    if isinstance(place, str) and not place.startswith("[") and place.isprintable():
        return place
    return json.dumps(list(steps(place)))


def decoded(text: str) -> str | tuple[Step, ...]:
    """The place that `encoded` wrote; other text is a dotted place.

    >>> decoded("login.password"), decoded('["@odata.nextLink", 0]'), decoded("[x]")
    ('login.password', ('@odata.nextLink', 0), '[x]')
    """
    if text.startswith("["):
        with suppress(ValueError, RecursionError):
            found = json.loads(text)
            if isinstance(found, list):
                place: str | tuple[Step, ...] = valid(found)
                return place
    return text


def follow(document: Any, way: Sequence[Step]) -> Any:
    """What is at the end of ``way`` in Python's lists and dictionaries; None where nothing is.

    >>> follow({"a": [1, {"b.c": 2}]}, ("a", -1, "b.c")), follow([1], ("a",))
    (2, None)
    """
    for step in way:
        if isinstance(document, dict) and isinstance(step, str):
            document = document.get(step)
        elif isinstance(document, list) and isinstance(step, int):
            document = document[step] if -len(document) <= step < len(document) else None
        else:
            return None
    return document


def are_elements(way: Sequence[Step]) -> bool:
    """Whether a place can be that of elements of XML: each index is one of the name before it.

    >>> are_elements(("channel", 0, "item")), are_elements((0,)), are_elements(("item", -1))
    (True, False, False)
    """
    return all(
        isinstance(step, str) or (step >= 0 and number > 0 and isinstance(way[number - 1], str))
        for number, step in enumerate(way)
    )
