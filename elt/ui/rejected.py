"""The records that were rejected, by reason, and the fields that were lost, by field and reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from elt.health.tables import Table
from elt.ui.snapshot import Snapshot

LOOKED_AT = 20_000
"""Faulty records that are looked at, newest first, to tell how many have which reason."""
REASONS = 50


@dataclass(frozen=True)
class Faults:
    """What the newest faulty records of a table's sources lack.

    ``rejected`` are the reasons for which records are in no table, ``lost`` the fields that are
    null there since their values do not fit; those of most records first. ``rejected_records``
    and ``lossy_records`` are the records with either. ``is_all`` is False where there are more
    than were looked at, or where their table is being built anew.
    """

    rejected: list[dict[str, Any]]
    lost: list[dict[str, Any]]
    rejected_records: int
    lossy_records: int
    is_all: bool


def faults(snapshot: Snapshot, table: Table) -> Faults:
    """The reasons of the newest faulty records, at most `REASONS` of either kind."""
    try:
        with snapshot.connection.transaction():
            # The table that a former release has in the place of the view has no such column.
            there = [
                relation
                for relation in table.rejected_in
                if snapshot.rows(
                    "select 1 from pg_catalog.pg_attribute"
                    " where attrelid = to_regclass(%s) and attname = 'misfits'",
                    ".".join(relation),
                )
            ]
            return _faults(snapshot, table, there) if there else Faults([], [], 0, 0, True)
    except psycopg.errors.LockNotAvailable:
        return Faults([], [], 0, 0, False)


def _faults(snapshot: Snapshot, table: Table, relations: Sequence[tuple[str, str]]) -> Faults:
    # In the order of the staging table's index of faulty records.
    newest = sql.SQL(
        "(select r.rejection_reason, r.misfits, r.load_id, r.load_period from {} as r"
        " where r.source = any(%s) order by r.load_id desc limit %s)"
    )
    statement = sql.SQL(
        """
        with

        faulty as (
            {newest}
        ),

        named as (
            select
                'rejected'::text as fault,
                f.rejection_reason as reason,
                f.load_id,
                f.load_period
            from faulty as f
            where f.rejection_reason is not null

            union all

            -- Each field by itself.
            select
                'lost'::text,
                x.misfit,
                f.load_id,
                f.load_period
            from faulty as f
            cross join lateral unnest(string_to_array(f.misfits, '; '::text)) as x (misfit)
            where f.rejection_reason is null
        ),

        counted as (
            select
                n.fault,
                n.reason,
                count(*) as records,
                max(n.load_id) as last_load_id,
                max(n.load_period) as last_period,
                row_number() over (
                    partition by n.fault order by count(*) desc, n.reason
                ) as place
            from named as n
            group by n.fault, n.reason
        )

        select
            t.looked_at,
            t.rejected_records,
            t.lossy_records,
            c.fault,
            c.reason,
            c.records,
            c.last_load_id,
            c.last_period
        from (
            select
                count(*) as looked_at,
                count(f.rejection_reason) as rejected_records,
                count(*) - count(f.rejection_reason) as lossy_records
            from faulty as f
        ) as t
        left join counted as c on c.place <= %s
        order by c.fault, c.place
        """
    ).format(
        newest=sql.SQL(" union all ").join(
            newest.format(sql.Identifier(*relation)) for relation in relations
        )
    )
    sources = list(table.sources)
    bounds = [value for _ in relations for value in (sources, LOOKED_AT)]
    rows = snapshot.rows(statement, *bounds, REASONS)
    total = rows[0]
    return Faults(
        rejected=_of(rows, "rejected"),
        lost=_of(rows, "lost"),
        rejected_records=total["rejected_records"],
        lossy_records=total["lossy_records"],
        is_all=total["looked_at"] < LOOKED_AT,
    )


def _of(rows: Sequence[dict[str, Any]], fault: str) -> list[dict[str, Any]]:
    columns = ("reason", "records", "last_load_id", "last_period")
    return [{name: row[name] for name in columns} for row in rows if row["fault"] == fault]
