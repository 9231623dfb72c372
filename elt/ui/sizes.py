"""Which tables are there, how large they are and how many rows they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg
from psycopg import sql

from elt.health.tables import Table
from elt.ui.snapshot import Snapshot

COUNTED_BYTES = 32 * 1024 * 1024
"""Tables are counted, small ones first, until this much has been read; of the others PostgreSQL's
own estimate is shown."""
COUNTED_REJECTED = 100_000
"""Of the views of rejected records so many rows are counted, by an index; of more, none."""


def relations(
    snapshot: Snapshot, tables: Sequence[Table]
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """Those that are there: size with indexes, size of the rows, an estimate of how many.

    Sizes are None while one of the tables is being built anew: PostgreSQL locks what it sizes.
    """
    try:
        with snapshot.connection.transaction():
            return _found(snapshot, tables, is_sized=True)
    except psycopg.errors.LockNotAvailable:
        return _found(snapshot, tables, is_sized=False)


def _found(
    snapshot: Snapshot, tables: Sequence[Table], *, is_sized: bool
) -> dict[tuple[str, str], Mapping[str, Any]]:
    rows = snapshot.rows(
        """
        select
            n.nspname as schema,
            c.relname as name,
            c.relkind in ('r', 'p', 'm') as is_table,
            c.reltuples::bigint as estimate,
            case when %s then pg_relation_size(c.oid) end as row_bytes,
            case when %s then pg_total_relation_size(c.oid) end as bytes
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        where
            n.nspname = any(%s) and c.relname = any(%s)
            and c.relkind in ('r', 'p', 'm', 'v', 'f')
        """,
        is_sized,
        is_sized,
        sorted({table.relation[0] for table in tables}),
        sorted({table.relation[1] for table in tables}),
    )
    return {(row["schema"], row["name"]): row for row in rows}


def count(
    snapshot: Snapshot,
    tables: Sequence[Table],
    relations: Mapping[tuple[str, str], Mapping[str, Any]],
    ledger: Mapping[str, Mapping[str, Any]],
) -> dict[str, tuple[int | None, bool]]:
    """Rows of each table, and whether that is an estimate."""
    counts: dict[str, tuple[int | None, bool]] = {}
    uncounted = []
    rejecting = []
    for table in tables:
        relation = relations.get(table.relation)
        if relation is None:
            continue
        if not relation["is_table"]:
            if table.relation in table.rejected_in:
                rejecting.append(table)
            continue
        if table.is_raw:
            # A load lands whole, with its number of records, or not at all.
            counts[table.name] = (ledger.get(table.relation[1], {}).get("records", 0), False)
        else:
            estimate = relation["estimate"]
            counts[table.name] = (estimate if estimate >= 0 else None, True)
            # What is locked or was dropped just now has no size.
            if relation["row_bytes"] is not None:
                uncounted.append((relation["row_bytes"], table))
    small = []
    budget = COUNTED_BYTES
    for size, table in sorted(uncounted, key=lambda entry: cast("int", entry[0])):
        budget -= size
        if budget < 0:
            break
        small.append(table)
    counts.update(_count_exactly(snapshot, small))
    for name, (rows, _) in _count_exactly(snapshot, rejecting, COUNTED_REJECTED + 1).items():
        counts[name] = (rows if rows <= COUNTED_REJECTED else None, False)
    return counts


def _count_exactly(
    snapshot: Snapshot, tables: Sequence[Table], limit: int | None = None
) -> dict[str, tuple[int, bool]]:
    if not tables:
        return {}
    statement = sql.SQL(" union all ").join(
        sql.SQL(
            "select {}::text as name, count(*) as rows from (select 1 from {} limit {}) as r"
        ).format(sql.Literal(table.name), sql.Identifier(*table.relation), sql.Literal(limit))
        for table in tables
    )
    try:
        with snapshot.connection.transaction():
            rows = snapshot.rows(statement)
    except (psycopg.errors.LockNotAvailable, psycopg.errors.InsufficientPrivilege):
        # A table is being built anew, or the reader may not read it: the estimates have to do.
        return {}
    return {row["name"]: (row["rows"], False) for row in rows}
