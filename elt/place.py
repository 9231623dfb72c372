"""A place inside a document: where records, a key, a total or a cursor are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator

Step = str | int
"""The name of a field, or the index of an item in a list, counted from 0; -1 is the last item."""


def _valid(value: Any) -> Any:
    """``value`` if it is a place. Raises ValueError."""
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


Place = Annotated[str | tuple[Step, ...], BeforeValidator(_valid)]
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
