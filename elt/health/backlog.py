"""What a model has yet to build of what raw has.

A staging table logs each load that it takes (`ops.staged_loads`), with a number that grows, and a
mart which of those numbers it has built (`ops.built_loads`), both in the transaction that does it.
What is in the ledger and not taken, the staging table has yet to take; what is not taken, or has
been taken anew since, the mart has yet to build; all of it once it is made anew, which begins a
generation. A view shows what the tables have that it reads. A model without a log of its own
(`users_by_country`) is made of others: it is as far as they are, and behind where Airflow has built
one of them since it last built the model; builds by hand leave no trace of when they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import psycopg

from elt.health.query import can_read, ledger, rows
from elt.health.sources import Source, newest_of_all
from elt.health.tables import Table
from elt.warehouse import (
    BUILT_TABLE,
    LEDGER_TABLE,
    OPS_SCHEMA,
    RAW_SCHEMA,
    RESULTS_TABLE,
    STAGED_TABLE,
)

COUNTED = 1000
"""Loads of a source that are looked at, the last to land. A model takes all there are when it is
built, so those that it lacks are the last ones."""

# A scalar subquery, or one in "exists", would do, but Greenplum fails on some that are correlated.
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
        %(models)s::text[],
        %(stagings)s::text[],
        %(sources)s::text[],
        %(accounts)s::text[],
        %(declared)s::boolean[]
    ) as p (model, staging, source, account, is_declared)
left join lateral (
    select m.generation
    from ops.built_loads as m
    where m.model = p.model
    order by m.generation desc
    limit 1
) as g on true
cross join lateral (
    select count(*) as loads, coalesce(sum(l.records), 0)::bigint as records
    from (
        select r.load_id, r.records
        from {ledger} as r
        where r.source = p.source and r.account = p.account
        order by r.load_id desc
        limit %(counted)s
    ) as l
    {taken_and_built}
    where not ({is_built})
) as u
left join lateral (
    select l.period
    from {ledger} as l
    {taken_and_built}
    where
        l.source = p.source
        and l.account = p.account
        and l.period <= %(now)s
        and {is_built}
    order by l.period desc
    limit 1
) as b on true
"""
_TAKEN_AND_BUILT = """
    left join lateral (
        select s.staged_no, s.is_dropped
        from ops.staged_loads as s
        where s.model = p.staging and s.load_id = l.load_id
        order by s.staged_no desc
        limit 1
    ) as taken on true
    left join lateral (
        select m.load_id
        from ops.built_loads as m
        where
            m.model = p.model
            and m.generation = g.generation
            and m.load_id = l.load_id
            and m.staged_no = taken.staged_no
        limit 1
    ) as built on true
"""
_IS_BUILT = (
    "not coalesce(taken.is_dropped, true) and (p.model = p.staging or built.load_id is not null)"
)
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
    ledger, a view as far as the table it reads that is furthest behind. A table has a period of a
    source with accounts when it has that of each.
    """
    present = set(present)
    newest = newest_of_all(landed)
    there = [table for table in tables if table.relation in present]
    built = _marked(connection, there, landed, now)
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
            read = {name: found[name] for name in table.reads if name in found}
            newest_read = _oldest(read.values())
            if table.materialized == "view" and read:
                worst = max(read.values(), key=lambda one: (one.loads, len(one.behind)))
                found[table.name] = replace(worst, newest=newest_read)
                continue
            late = tuple(
                name
                for name, one in read.items()
                if one.is_behind or _is_newer(by_name[name], table, finished)
            )
            found[table.name] = Backlog(newest_read, 0, 0, late)
    return found


def _is_newer(parent: Table, table: Table, finished: Mapping[str, datetime]) -> bool:
    # A view shows what is there now; a seed does not change with the loads.
    if parent.materialized in ("view", "seed"):
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
        and can_read(connection, OPS_SCHEMA, STAGED_TABLE)
        and can_read(connection, OPS_SCHEMA, BUILT_TABLE)
    ):
        return {}
    accounts: dict[str, list[tuple[str, bool]]] = {}
    for one in landed:
        accounts.setdefault(one.source, []).append((one.account, one.is_declared))
    asked = [
        (table.name, table.staged_in[source], source, account, is_declared)
        for table in tables
        for source in table.marks
        for account, is_declared in accounts.get(source, [("", True)])
    ]
    names = ("models", "stagings", "sources", "accounts", "declared")
    lacking = rows(
        connection,
        _BACKLOG.format(
            ledger=ledger(connection), taken_and_built=_TAKEN_AND_BUILT, is_built=_IS_BUILT
        ),
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
