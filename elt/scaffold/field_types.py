"""The types that the dbt macro `from_json` gives, as far as `elt new` writes about them.

The macro `json_types` is where a type is defined; a test compares the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class FieldType(NamedTuple):
    """A type of `from_json`."""

    data_type: str
    """Of the column in a contract; numeric with its schema, since dbt warns of one without
    precision."""
    hashed_as: str | None = None
    """How row_hash takes a column whose text depends on the session."""


FIELD_TYPES: Final[Mapping[str, FieldType]] = {
    "text": FieldType("text"),
    "uuid": FieldType("uuid"),
    "boolean": FieldType("boolean"),
    "integer": FieldType("integer"),
    "bigint": FieldType("bigint"),
    "numeric": FieldType("pg_catalog.numeric"),
    "numeric_comma": FieldType("pg_catalog.numeric"),
    "date": FieldType("date", "date"),
    "date_dmy": FieldType("date", "date"),
    "timestamp": FieldType("timestamp without time zone", "local"),
    "timestamptz": FieldType("timestamp with time zone", "at"),
    "jsonb": FieldType("jsonb"),
}
