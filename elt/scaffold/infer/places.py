"""Places in a response: as a path, as a declaration has them, and as `--records` takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from elt.source.place import Place, Step

Path = tuple[Step, ...]
"""The names and indices of a place."""


def place_of(path: Path) -> Place:
    """A place as a declaration writes it: with dots where that will do, else a list.

    >>> place_of(("data", "items")), place_of(("@odata.nextLink",)), place_of((1,))
    ('data.items', ('@odata.nextLink',), (1,))
    """
    names = [step for step in path if isinstance(step, str) and "." not in step]
    return ".".join(names) if path and len(names) == len(path) else path


def as_option(path: Path) -> str:
    """A place as `--records` takes it, printable."""
    place = place_of(path)
    return ascii(place)[1:-1] if isinstance(place, str) else json.dumps(list(place))


def given(text: str) -> Place | None:
    """The place that `--records` names; None: the response itself. Raises ValueError.

    >>> given("data.items"), given('["a.b", 1]'), given("[1]"), given(".")
    ('data.items', ('a.b', 1), (1,), None)
    """
    if text.strip() in (".", "[]"):
        return None
    steps: Path = tuple(text.split("."))
    if text.lstrip().startswith("["):
        try:
            steps = tuple(json.loads(text))
        except ValueError:
            raise ValueError("is no list in JSON") from None
    if not is_addressable(steps):
        raise ValueError("is neither names joined by dots nor a list of names and indices in JSON")
    return place_of(steps)


def is_addressable(path: Iterable[Any]) -> bool:
    """Whether a declaration can name the place."""
    return all(
        (isinstance(step, int) and not isinstance(step, bool))
        or (
            isinstance(step, str)
            and step.isprintable()
            and step != ""
            and step.encode(errors="replace").decode() == step
        )
        for step in path
    )
