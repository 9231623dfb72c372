"""What a document has around its records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from elt.source.place import Place


@dataclass(frozen=True)
class Around:
    """What was read of a document beside its records.

    ``values`` are those of the places that were asked for, ``present`` the places that the document
    has, if only as null; ``outline`` is the document without its records. ``is_one`` says that the
    document is a record itself, so that its fields are data.
    """

    values: Mapping[Place, Any] = field(default_factory=dict)
    present: frozenset[Place] = frozenset()
    outline: Mapping[Any, Any] = field(default_factory=dict)
    is_one: bool = False
