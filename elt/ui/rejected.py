"""The records that could not be typed, by reason."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from elt.health.tables import Table
from elt.ui.snapshot import Snapshot

REJECTED = 20_000
"""Rejected records that are looked at, newest first, to tell how many have which reason."""
REASONS = 50


def reasons(snapshot: Snapshot, table: Table) -> list[dict[str, Any]] | None:
    """The reasons of the newest rejected records, those of most records first.

    None while their table is being built anew.
    """
    try:
        with snapshot.connection.transaction():
            there = [
                relation
                for relation in table.rejected_in
                if snapshot.rows("select 1 where to_regclass(%s) is not null", ".".join(relation))
            ]
            return _reasons(snapshot, table, there) if there else []
    except psycopg.errors.LockNotAvailable:
        return None


def _reasons(
    snapshot: Snapshot, table: Table, relations: list[tuple[str, str]]
) -> list[dict[str, Any]]:
    newest = sql.SQL(
        "(select r.rejection_reason, r.load_id, r.load_period from {} as r"
        " where r.source = any(%s) order by r.load_id desc limit %s)"
    )
    return snapshot.rows(
        sql.SQL(
            """
            select
                x.rejection_reason as reason,
                count(*) as records,
                max(x.load_id) as last_load_id,
                max(x.load_period) as last_period
            from ({}) as x
            group by x.rejection_reason
            order by count(*) desc, x.rejection_reason
            """
        ).format(
            sql.SQL(" union all ").join(
                newest.format(sql.Identifier(*relation)) for relation in relations
            )
        ),
        *[value for _ in relations for value in (list(table.sources), REJECTED)],
    )
