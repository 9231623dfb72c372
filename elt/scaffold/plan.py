"""What is to be written: everything that was made out of an endpoint, put together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from elt.scaffold.infer.dates import Dated
from elt.scaffold.look import Target
from elt.scaffold.sample import Sample
from elt.source import Source

ORDER = (
    ("ids", ("uuid",)),
    ("strings", ("text",)),
    ("numerics", ("integer", "bigint", "numeric", "numeric_comma")),
    ("booleans", ("boolean",)),
    ("dates", ("date", "date_dmy")),
    ("timestamps", ("timestamp", "timestamptz")),
    ("lists and objects, as JSON", ("jsonb",)),
)
"""Groups of columns in the order that the project's tables have them in, with their types."""


@dataclass(frozen=True)
class Request:
    """What the command was asked for."""

    source: str
    url: str
    entity: str | None = None
    records: str | None = None
    key: str | None = None
    connection: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A field as a column; ``number`` counts the fields from 1, in the order of the records."""

    name: str
    path: tuple[str, ...]
    type: str
    number: int

    @property
    def group(self) -> str:
        """Which of a table's groups it belongs to."""
        if re.search(r"(^|_)(id|uuid)$", self.name) and self.type != "jsonb":
            return "ids"
        return next(group for group, of in ORDER if self.type in of)


@dataclass(frozen=True)
class Plan:
    """A pipeline to write."""

    source: Source
    target: Target
    columns: tuple[Column, ...]
    """In the order of the tables: the key first."""
    key: Column | None
    candidates: tuple[str, ...]
    """Other places that may identify a record, the likeliest first, as `--key` takes them."""
    mart: str | None
    """The keyed mart; None without a key."""
    rejected: str
    page: Sample
    """The first page, redacted."""
    envelope: Any
    """What is around its records."""
    secrets: tuple[str, ...]
    """Values that must not be written anywhere."""
    dates: Dated
    """The dates of the URL, which the declaration has as templates."""
    new_connection: bool
    """Whether the connection is to be added to `dags/connections.toml`."""
    asked: int = 1
    """How often the endpoint was asked."""
    limit: int | None = None
    """How many records a run loads, of a source that has no end."""
    remarks: tuple[str, ...] = ()

    @property
    def staging(self) -> str:
        """The staging model."""
        return f"stg_{self.source.table}"

    @property
    def marts(self) -> list[str]:
        """The models that the DAG names."""
        return [self.mart or self.staging, self.rejected]

    def groups(self) -> list[tuple[str, list[Column]]]:
        """The columns by group."""
        grouped = [
            (name, [column for column in self.columns if column.group == name]) for name, _ in ORDER
        ]
        return [(name, members) for name, members in grouped if members]
