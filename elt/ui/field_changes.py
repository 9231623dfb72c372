"""What has changed in the schema of the records: fields that came, went, or have another type."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elt.health.query import can_read
from elt.health.tables import Table
from elt.scaffold import naming
from elt.scaffold.render import literals
from elt.ui.snapshot import Snapshot
from elt.warehouse import FIELD_CHANGES_TABLE, OPS_SCHEMA

LATEST = 30

_TYPES = {
    "string": "text",
    "number": "numeric",
    "boolean": "boolean",
    "object": "jsonb",
    "array": "jsonb",
}
"""The type of a column that takes any value of a type of JSON."""


@dataclass(frozen=True)
class FieldChange:
    """A field that differs from the load before; without a value, which may be a secret.

    ``change`` is ``appeared``, ``disappeared`` or ``type changed``; the types are those of JSON.
    ``line`` is what the staging model lacks in ``fields`` to have the field as a column: None but
    of one that appeared. ``records`` are those of the load that have it.
    """

    path: str
    change: str
    former_type: str | None
    type: str | None
    records: int | None
    load_id: int
    period: datetime | None
    account: str
    noticed_at: datetime
    line: str | None


def latest(snapshot: Snapshot, table: Table) -> list[FieldChange]:
    """The last changes in the loads of a table, newest first."""
    if not table.sources or not can_read(snapshot.connection, OPS_SCHEMA, FIELD_CHANGES_TABLE):
        return []
    staged = list(table.staged_in.values()) or None
    rows = snapshot.rows(
        """
        select
            c.path, c.change, c.former_type, c.type, c.records, c.load_id, c.period,
            coalesce(c.account, '') as account, c.noticed_at
        from ops.field_changes as c
        where
            c.source = any(%s)
            -- Several staging tables of a source would notice the same.
            and (%s::text[] is null or c.model = any(%s))
        order by c.noticed_at desc, c.load_id desc, c.path
        limit %s
        """,
        list(table.sources),
        staged,
        staged,
        LATEST,
    )
    return [FieldChange(**row, line=_line(row)) for row in rows]


def _line(row: dict[str, Any]) -> str | None:
    """``('location_floor', 'location.floor', 'numeric'),``, for the staging model's ``fields``."""
    if row["change"] != "appeared":
        return None
    path = row["path"].split(".")
    (column,) = naming.columns([path])
    column_type = literals.jinja(_TYPES.get(row["type"], "text"))
    return f"({literals.jinja(column)}, {literals.jinja_path(path)}, {column_type}),"
