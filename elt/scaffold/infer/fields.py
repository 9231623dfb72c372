"""The fields that records have: nested objects taken apart, lists left whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.scaffold.infer.lists import is_keyed_by_data

DEEPEST = 4
"""Levels of objects that are taken apart; what is below stays JSON."""
_MANY = 30
"""Names in an object from which on it may be a map whose names are data."""


@dataclass(frozen=True)
class Field:
    """A place in the records, and what the records that have it hold there."""

    path: tuple[str, ...]
    values: Sequence[Any]
    missing: int
    """Records that have no such place."""

    @property
    def present(self) -> list[Any]:
        """The values that are not null."""
        return [value for value in self.values if value is not None]


def fields(records: Sequence[Mapping[str, Any]]) -> list[Field]:
    """The fields of ``records``, in the order in which they come.

    >>> [field.path for field in fields([{"a": 1, "b": {"c": 2}}, {"b": None, "d": []}])]
    [('a',), ('b', 'c'), ('d',)]
    """
    return list(_fields(records, (), len(records)))


def _fields(
    objects: Sequence[Mapping[str, Any]], path: tuple[str, ...], records: int
) -> Iterator[Field]:
    names = dict.fromkeys(name for found in objects for name in found)
    for name in names:
        values = [found[name] for found in objects if name in found]
        below = [value for value in values if isinstance(value, dict)]
        place = (*path, name)
        are_objects = below and all(value is None or isinstance(value, dict) for value in values)
        if are_objects and any(below) and len(place) < DEEPEST + 1 and not _is_map(below):
            yield from _fields(below, place, records)
        else:
            yield Field(place, values, records - len(values))


def _is_map(objects: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the names in ``objects`` are data, such as ids, that each record has others of."""
    if is_keyed_by_data(objects):
        return True
    if len(objects) < 2:
        return False
    names = {name for found in objects for name in found}
    return len(names) > _MANY and sum(map(len, objects)) * 2 <= len(names) * len(objects)
