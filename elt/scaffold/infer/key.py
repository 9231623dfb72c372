"""What identifies a record: a field that each one has, with a value that no other one has."""

from __future__ import annotations

from collections.abc import Sequence

from elt.scaffold.infer.fields import Field
from elt.scaffold.infer.records import is_addressable
from elt.scaffold.naming import singulars, snake

_LONGEST = 200


def find(fields: Sequence[Field], entity: str) -> Field | None:
    """The key that the names of the fields suggest and their values do not refute; None: no such.

    Only fields of the record itself count: the id in a nested object is that of something else.
    """
    nouns = dict.fromkeys((*singulars(entity), *singulars(entity.rpartition("_")[2])))
    wanted = [
        "id",
        *(f"{noun}_{end}" for end in ("id", "uuid", "key", "code") for noun in nouns),
        "uuid",
        "guid",
        "key",
        "code",
        "slug",
        "sku",
        "isbn",
        "symbol",
    ]
    named = {snake(field.path[-1]): field for field in reversed(fields) if len(field.path) == 1}
    return next(
        (named[name] for name in wanted if name in named and fault(named[name]) is None), None
    )


def fault(field: Field) -> str | None:
    """Why the field is no key, by the values that were seen; None: it may be one."""
    if not is_addressable(field.path):
        return "has a name that a declaration cannot hold"
    if field.missing or len(field.present) < len(field.values):
        return "is missing, or null, in some records"
    if any(isinstance(value, bool | dict | list) for value in field.values):
        return "is neither a text nor a number"
    if any(not 0 < len(value) <= _LONGEST for value in field.values):
        return f"is empty, or longer than {_LONGEST} characters, in some records"
    if len(set(field.values)) < len(field.values):
        return "has the same value in several records"
    return None
