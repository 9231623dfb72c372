"""The loads of a table: the last ones, and all of them as a plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elt.health.tables import Table
from elt.ui.snapshot import Snapshot

LATEST_LOADS = 20
BINS = 300
"""Points of a plot, at most; more loads than that share them."""


@dataclass(frozen=True)
class Load:
    """A load: which, of what period, by which run, and when it landed (or was built)."""

    load_id: int | None
    period: datetime | None
    dag_id: str
    run_id: str
    at: datetime
    records: int | None = None
    bytes: int | None = None
    account: str = ""
    """Of a source that has accounts."""


def latest(snapshot: Snapshot, table: Table) -> list[Load]:
    """The last loads by period, newest first."""
    if not snapshot.has_ledger or not table.sources:
        return []
    found = snapshot.loads(
        """
        select
            r.load_id, r.period, r.dag_id, r.run_id, r.landed_at as at, r.records, r.bytes,
            r.account
        from unnest(%s::text[]) as s (source)
        cross join lateral (
            select l.*
            from {ledger} as l
            where l.source = s.source
            order by l.period desc
            limit %s
        ) as r
        order by r.period desc, r.load_id desc
        limit %s
        """,
        list(table.sources),
        LATEST_LOADS,
        LATEST_LOADS,
    )
    return [Load(**row) for row in found]


def plot(snapshot: Snapshot, table: Table, loads: int | None) -> list[dict[str, Any]]:
    if not snapshot.has_ledger or not table.sources:
        return []
    sources = list(table.sources)
    if loads is not None and loads <= BINS:
        return snapshot.loads(
            """
            select
                s.source || coalesce(', ' || nullif(r.account, ''), '') as source,
                r.period as at, 1 as loads, r.records,
                r.records as least, r.records as most, r.load_id
            from unnest(%s::text[]) as s (source)
            cross join lateral (
                select l.source, l.account, l.period, l.records, l.load_id
                from {ledger} as l
                where l.source = s.source
                order by l.period desc
                limit %s
            ) as r
            order by s.source, r.account, r.period
            """,
            sources,
            loads,
        )
    return snapshot.loads(
        """
        with

        bounds as (
            select
                s.source,
                newest.period as until,
                coalesce(nth.period, oldest.period) as since
            from unnest(%s::text[]) as s (source)
            -- As joins: Greenplum fails on several scalar subqueries that are correlated.
            cross join lateral (
                select l.period from raw.loads as l
                where l.source = s.source order by l.period desc limit 1
            ) as newest
            cross join lateral (
                select l.period from raw.loads as l
                where l.source = s.source order by l.period limit 1
            ) as oldest
            left join lateral (
                select l.period from raw.loads as l
                where l.source = s.source order by l.period desc offset %s limit %s
            ) as nth on true
            -- Else they are worked out anew for every load.
            offset 0
        ),

        placed as (
            select
                l.source,
                l.account,
                l.period,
                l.records,
                l.load_id,
                width_bucket(
                    date_part('epoch', l.period),
                    date_part('epoch', b.since),
                    date_part('epoch', b.until) + 1,
                    %s
                ) as bin
            from bounds as b
            inner join {ledger} as l on b.source = l.source and l.period >= b.since
        )

        select
            -- Each account is a line of its own.
            p.source || coalesce(', ' || nullif(p.account, ''), '') as source,
            min(p.period) as at,
            count(*) as loads,
            round(avg(p.records::double precision))::bigint as records,
            min(p.records) as least,
            max(p.records) as most,
            max(p.load_id) as load_id
        from placed as p
        group by p.source, p.account, p.bin
        order by p.source, p.account, p.bin
        """,
        sources,
        loads - 1 if loads else 0,
        1 if loads else 0,
        BINS,
    )


def ledger(snapshot: Snapshot) -> dict[str, Mapping[str, Any]]:
    """Of each source the records it has in raw, and its last load."""
    if not snapshot.has_ledger:
        return {}
    rows = snapshot.rows(
        "select source, sum(records)::bigint as records, max(load_id) as load_id"
        " from raw.loads group by source"
    )
    return {row["source"]: row for row in rows}


def landed(snapshot: Snapshot, load_ids: Sequence[int]) -> dict[str, Load]:
    if not load_ids:
        return {}
    rows = snapshot.loads(
        "select l.source, l.load_id, l.period, l.dag_id, l.run_id, l.landed_at as at, l.records,"
        " l.bytes, l.account from {ledger} as l where l.load_id = any(%s)",
        list(load_ids),
    )
    return {row.pop("source"): Load(**row) for row in rows}
