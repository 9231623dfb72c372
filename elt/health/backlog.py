"""What a model has yet to build of what raw has.

A model marks each load it takes (`ops.model_loads`), in the transaction that takes it. What is in
the ledger and not marked, it has not built. A model without marks of its own (`users_by_country`)
is made of others: it is as far as they are, and behind where Airflow has built one of them since
it last built the model; builds by hand leave no trace of when they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from elt.health.query import can_read, ledger, rows
from elt.health.sources import Source, newest_of_all
from elt.health.tables import Table
from elt.warehouse import LEDGER_TABLE, MARKS_TABLE, OPS_SCHEMA, RAW_SCHEMA, RESULTS_TABLE

COUNTED = 1000
"""Loads of a source that are looked at, the last to land. A model takes all there are when it is
built, so those that it lacks are the last ones."""

_BACKLOG = """
select
    p.model,
    p.source,
    p.is_declared,
    u.loads,
    u.records,
    b.period
from
    unnest(
        %(models)s::text[], %(sources)s::text[], %(accounts)s::text[], %(declared)s::boolean[]
    ) as p (model, source, account, is_declared)
cross join lateral (
    select count(*) as loads, coalesce(sum(l.records), 0)::bigint as records
    from (
        select r.load_id, r.records
        from {ledger} as r
        where r.source = p.source and r.account = p.account
        order by r.load_id desc
        limit %(counted)s
    ) as l
    where not exists (
        select 1
        from ops.model_loads as m
        where m.model = p.model and m.load_id = l.load_id
    )
) as u
left join lateral (
    select r.period
    from {ledger} as r
    where
        r.source = p.source
        and r.account = p.account
        and r.period <= %(now)s
        and exists (
            select 1
            from ops.model_loads as m
            where m.model = p.model and m.load_id = r.load_id
        )
    order by r.period desc
    limit 1
) as b on true
"""
_MARKED = """
select p.model, p.source
from unnest(%s::text[], %s::text[]) as p (model, source)
where exists (
    select 1
    from ops.model_loads as m
    where m.model = p.model and m.source = p.source
)
"""
_BUILDS = """
select n.node, r.finished_at
from unnest(%s::text[]) as n (node)
cross join lateral (
    select x.finished_at
    from ops.dbt_results as x
    where x.node = n.node and x.status = 'success'
    order by x.finished_at desc
    limit 1
) as r
"""


@dataclass(frozen=True)
class Backlog:
    """How far a table has come.

    ``newest`` is the start of the newest period of each source that it has built, by raw table;
    None where it has built none. ``loads`` and ``records`` are those that raw has and it has not,
    ``behind`` the tables it is made of that are newer than it, or that are behind themselves.
    """

    newest: Mapping[str, datetime | None]
    loads: int
    records: int
    behind: tuple[str, ...]

    @property
    def is_behind(self) -> bool:
        return self.loads > 0 or bool(self.behind)

    @property
    def words(self) -> str:
        """``2 loads (68 records) behind raw``; nothing where it is not behind."""
        if self.loads:
            more = " or more" if self.loads >= COUNTED else ""
            loads = f"{self.loads:,} load{'s' if self.loads > 1 else ''}{more}"
            records = f"{self.records:,} record{'' if self.records == 1 else 's'}"
            return f"{loads} ({records}) behind raw"
        return f"made before {', '.join(self.behind)}" if self.behind else ""


def read(
    connection: psycopg.Connection[Any],
    tables: Sequence[Table],
    landed: Sequence[Source],
    present: Iterable[tuple[str, str]],
    now: datetime,
) -> dict[str, Backlog]:
    """How far each of ``tables``, all that dbt knows in their order, has come, by name.

    ``landed`` are the sources as `elt.health.sources` reads them, ``present`` the relations that
    are in the warehouse: what has never been built is not behind. Raw tables are as far as the
    ledger. A table has a period of a source with accounts when it has that of each.
    """
    present = set(present)
    newest = newest_of_all(landed)
    built = _marked(connection, tables, landed, now)
    finished = _builds(connection, tables)
    found: dict[str, Backlog] = {}
    by_name = {table.name: table for table in tables}
    for table in tables:
        if table.is_raw:
            name = table.relation[1]
            found[table.name] = Backlog({name: newest[name]} if name in newest else {}, 0, 0, ())
        elif table.relation not in present:
            found[table.name] = Backlog({}, 0, 0, ())
        elif table.name in built:
            found[table.name] = built[table.name]
        else:
            parents = [found[name] for name in table.reads if name in found]
            late = tuple(
                name
                for name in table.reads
                if name in found
                and (found[name].is_behind or _is_newer(by_name[name], table, finished))
            )
            found[table.name] = Backlog(_oldest(parents), 0, 0, late)
    return found


def _is_newer(parent: Table, table: Table, finished: Mapping[str, datetime]) -> bool:
    # A view shows what is there now; a seed does not change with the loads.
    if "view" in (parent.materialized, table.materialized) or parent.materialized == "seed":
        return False
    built, made = finished.get(parent.node), finished.get(table.node)
    return built is not None and made is not None and made < built


def _oldest(parents: Iterable[Backlog]) -> dict[str, datetime | None]:
    """Of each source the newest period that all of ``parents`` have."""
    found: dict[str, datetime | None] = {}
    for parent in parents:
        for source, newest in parent.newest.items():
            former = found.get(source, newest)
            found[source] = None if newest is None or former is None else min(newest, former)
    return found


def _marked(
    connection: psycopg.Connection[Any],
    tables: Iterable[Table],
    landed: Sequence[Source],
    now: datetime,
) -> dict[str, Backlog]:
    if not (
        can_read(connection, RAW_SCHEMA, LEDGER_TABLE)
        and can_read(connection, OPS_SCHEMA, MARKS_TABLE)
    ):
        return {}
    declared = {(table.name, source) for table in tables for source in table.marks}
    others = sorted(
        {
            (table.name, source)
            for table in tables
            if not table.is_raw
            for source in table.sources
            if (table.name, source) not in declared
        }
    )
    found = rows(connection, _MARKED, ([one for one, _ in others], [one for _, one in others]))
    pairs = sorted(declared | {(row["model"], row["source"]) for row in found})
    accounts: dict[str, list[tuple[str, bool]]] = {}
    for one in landed:
        accounts.setdefault(one.source, []).append((one.account, one.is_declared))
    asked = [
        (model, source, account, is_declared)
        for model, source in pairs
        for account, is_declared in accounts.get(source, [("", True)])
    ]
    names = ("models", "sources", "accounts", "declared")
    lacking = rows(
        connection,
        _BACKLOG.format(ledger=ledger(connection)),
        {
            **{name: [one[index] for one in asked] for index, name in enumerate(names)},
            "counted": COUNTED,
            "now": now,
        },
    )
    built: dict[str, Backlog] = {}
    for row in lacking:
        former = built.get(row["model"], Backlog({}, 0, 0, ()))
        newest = {row["source"]: row["period"]} if row["is_declared"] else {}
        built[row["model"]] = Backlog(
            _oldest([former, Backlog(newest, 0, 0, ())]),
            former.loads + row["loads"],
            former.records + row["records"],
            (),
        )
    return built


def _builds(connection: psycopg.Connection[Any], tables: Iterable[Table]) -> dict[str, datetime]:
    """When Airflow last built each node."""
    if not can_read(connection, OPS_SCHEMA, RESULTS_TABLE):
        return {}
    nodes = [table.node for table in tables if not table.is_raw]
    return {row["node"]: row["finished_at"] for row in rows(connection, _BUILDS, (nodes,))}
