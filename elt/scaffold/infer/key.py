"""What identifies a record: a field that each one has, with a value that no other one has."""

from __future__ import annotations

from collections.abc import Sequence

from elt.scaffold.infer.fields import Field
from elt.scaffold.infer.places import is_addressable
from elt.scaffold.infer.types import type_of
from elt.scaffold.naming import singulars, snake

_LONGEST = 200
_ENDS = frozenset({"id", "uuid", "guid", "key", "code"})
_ACCOUNTS = frozenset({"account", "email", "login", "mail", "nickname", "user", "username"})
_NO_KEYS = frozenset({"numeric", "numeric_comma", "date", "date_dmy", "timestamp", "timestamptz"})
"""Types of what is measured, which may differ in each record and identifies none."""


def find(fields: Sequence[Field], entity: str) -> Field | None:
    """The key that the names of the fields suggest and their values do not refute; None: no such.

    Only fields of the record itself count: the id in a nested object is that of something else.
    """
    wanted = _names(entity)
    named = {snake(field.path[-1]): field for field in reversed(fields) if len(field.path) == 1}
    return next(
        (named[name] for name in wanted if name in named and fault(named[name]) is None), None
    )


def candidates(fields: Sequence[Field], entity: str) -> list[Field]:
    """Fields at any depth that may be a key, by their values, the likeliest first.

    Those that are named like one; then names of accounts and the like; if there are neither, what
    else has a value of its own in each of several records.
    """
    ranked: dict[int, list[Field]] = {0: [], 1: [], 2: []}
    for field in fields:
        if fault(field) is None and _is_short(field):
            is_account = snake(field.path[-1]) in _ACCOUNTS
            rank = 0 if is_named_like_a_key(field, entity) else 1 if is_account else 2
            ranked[rank].append(field)
    likely = [*sorted(ranked[0], key=lambda field: len(field.path)), *ranked[1]]
    return likely or [field for field in ranked[2] if len(field.values) > 1]


def is_named_like_a_key(field: Field, entity: str) -> bool:
    """Whether the name of the field's last part says that it identifies something."""
    name = snake(field.path[-1])
    return name in _names(entity) or name.rpartition("_")[2] in _ENDS


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


def _names(entity: str) -> list[str]:
    """What the key of such records is called, the likeliest first."""
    nouns = dict.fromkeys((*singulars(entity), *singulars(entity.rpartition("_")[2])))
    return [
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


def _is_short(field: Field) -> bool:
    """Whether the values are words or numbers, not sentences, moments or measures."""
    return type_of(field) not in _NO_KEYS and not any(" " in value for value in field.values)
