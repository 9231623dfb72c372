"""How the tables of the warehouse are: rows, size, last load, freshness, tests, rejected records.

All statements run as the reader, in one read-only snapshot. None reads a large table whole: a page
answers as fast with 100,000 loads in the ledger as with one (`make bench ARGS=data_page`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row

from elt.ui.tables import Rule, Table
from elt.warehouse import (
    LEDGER_TABLE,
    OPS_SCHEMA,
    RAW_SCHEMA,
    READER_CONN_ID,
    RESULTS_TABLE,
)

COUNTED_BYTES = 32 * 1024 * 1024
"""Tables are counted, small ones first, until this much has been read; of the others PostgreSQL's
own estimate is shown."""
HISTORY = 30
"""Results of a test, at most, newest last."""
LATEST_LOADS = 20
BINS = 300
"""Points of a plot, at most; more loads than that share them."""
REJECTED = 20_000
"""Rejected records that are looked at, newest first, to tell how many have which reason."""
REASONS = 50

_CONNECT_TIMEOUT = 5
"""Seconds; a warehouse that hangs must not keep the threads that Airflow's own pages need."""
_STATEMENT_TIMEOUT = "5s"
_LOCK_TIMEOUT = "1s"

_LEDGER = f"{RAW_SCHEMA}.{LEDGER_TABLE}"
_RESULTS = f"{OPS_SCHEMA}.{RESULTS_TABLE}"


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


@dataclass(frozen=True)
class TestState:
    """A data test and its last results, oldest first; none where it has not run by Airflow."""

    name: str
    history: list[dict[str, Any]]


@dataclass(frozen=True)
class State:
    """A table as the page lists it.

    ``rows`` is None for views and for what is not there; ``is_estimate`` says that they are
    PostgreSQL's estimate. ``docs`` is the table's place in dbt's documentation. ``age`` is seconds
    since the last load, ``freshness`` dbt's word for it (pass, warn, error; None without a rule).
    ``tests`` counts the last results by dbt's status; ``untested`` those tests that have none.
    """

    name: str
    group: str
    kind: str
    docs: str
    exists: bool
    rows: int | None
    is_estimate: bool
    bytes: int | None
    last_load: Load | None
    age: float | None
    freshness: str | None
    rule: Rule | None
    tests: dict[str, int]
    untested: int


@dataclass(frozen=True)
class Detail:
    """What the page shows of one table beside its `State`.

    ``plot`` has the records per load by period, oldest first: a point a load, or, of very many, one
    for a stretch of time with ``loads`` in it: ``records`` on average, ``least`` and ``most``.
    ``rejected_is_all`` is False where there are more rejected records than were looked at, or
    their table is being built anew.
    """

    description: str
    reads: list[str]
    plot: list[dict[str, Any]]
    loads: list[Load]
    tests: list[TestState]
    rejected: list[dict[str, Any]]
    rejected_in: list[str]
    rejected_total: int
    rejected_is_all: bool


class Warehouse:
    """A snapshot of the warehouse, over one connection of the reader."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        self._rows(
            "select set_config('statement_timeout', %s, false),"
            " set_config('lock_timeout', %s, false)",
            _STATEMENT_TIMEOUT,
            _LOCK_TIMEOUT,
        )
        (there,) = self._rows(
            "select to_regclass(%s) is not null as ledger, to_regclass(%s) is not null as results,"
            " now() as now",
            _LEDGER,
            _RESULTS,
        )
        self._has_ledger: bool = there["ledger"]
        self._has_results: bool = there["results"]
        self.now: datetime = there["now"]

    def states(self, tables: Iterable[Table]) -> list[State]:
        """The state of each table."""
        tables = list(tables)
        relations = self._relations(tables)
        ledger = self._ledger()
        landed = self._landed([entry["load_id"] for entry in ledger.values()])
        built = self._built(tables)
        rows = self._count(tables, relations, ledger)
        tests = self._last_results(test.node for table in tables for test in table.tests)
        return [
            self._state(table, relations, rows, landed.get(table.relation[1]), built, tests)
            for table in tables
        ]

    def detail(self, table: Table, loads: int | None) -> Detail:
        """What else there is to say of a table; its plot has the last ``loads``, None for all."""
        rejected = self._rejected(table)
        total = sum(reason["records"] for reason in rejected or ())
        return Detail(
            description=table.description,
            reads=list(table.reads),
            plot=self._plot(table, loads),
            loads=self._latest(table),
            tests=self._tests(table),
            rejected=(rejected or [])[:REASONS],
            rejected_in=[".".join(relation) for relation in table.rejected_in],
            rejected_total=total,
            rejected_is_all=rejected is not None and total < REJECTED,
        )

    def _state(
        self,
        table: Table,
        relations: Mapping[tuple[str, str], Mapping[str, Any]],
        rows: Mapping[str, tuple[int | None, bool]],
        landed: Load | None,
        built: Mapping[str, tuple[Load, datetime]],
        tests: Mapping[str, str],
    ) -> State:
        relation = relations.get(table.relation)
        load: Load | None = None
        at: datetime | None = None
        if table.is_raw and landed is not None:
            load, at = landed, landed.at
        elif table.node in built:
            load, at = built[table.node]
        age = None if at is None else max(0.0, (self.now - at).total_seconds())
        counts: dict[str, int] = {}
        for test in table.tests:
            if test.node in tests:
                counts[tests[test.node]] = counts.get(tests[test.node], 0) + 1
        count, is_estimate = rows.get(table.name, (None, False))
        return State(
            name=table.name,
            group=table.group,
            kind="raw" if table.group == "raw" else table.materialized,
            docs=table.docs,
            exists=relation is not None,
            rows=count,
            is_estimate=is_estimate,
            bytes=relation["bytes"] if relation and relation["is_table"] else None,
            last_load=load,
            age=age,
            freshness=table.freshness.judge(age) if table.freshness and age is not None else None,
            rule=table.freshness,
            tests=counts,
            untested=len(table.tests) - sum(counts.values()),
        )

    def _relations(self, tables: Sequence[Table]) -> dict[tuple[str, str], Mapping[str, Any]]:
        """Those that are there: size with indexes, size of the rows, an estimate of how many.

        Sizes are None while one of the tables is being built anew: PostgreSQL locks what it sizes.
        """
        try:
            with self._connection.transaction():
                return self._found(tables, is_sized=True)
        except psycopg.errors.LockNotAvailable:
            return self._found(tables, is_sized=False)

    def _found(
        self, tables: Sequence[Table], *, is_sized: bool
    ) -> dict[tuple[str, str], Mapping[str, Any]]:
        rows = self._rows(
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

    def _ledger(self) -> dict[str, Mapping[str, Any]]:
        """Of each source the records it has in raw, and its last load."""
        if not self._has_ledger:
            return {}
        rows = self._rows(
            "select source, sum(records)::bigint as records, max(load_id) as load_id"
            " from raw.loads group by source"
        )
        return {row["source"]: row for row in rows}

    def _landed(self, load_ids: Sequence[int]) -> dict[str, Load]:
        if not load_ids:
            return {}
        rows = self._rows(
            "select source, load_id, period, dag_id, run_id, landed_at as at, records, bytes"
            " from raw.loads where load_id = any(%s)",
            list(load_ids),
        )
        return {row.pop("source"): Load(**row) for row in rows}

    def _built(self, tables: Sequence[Table]) -> dict[str, tuple[Load, datetime]]:
        """Of each node the last build that went well, and when what it was built of had landed."""
        if not self._has_results:
            return {}
        rows = self._rows(
            """
            select n.node, r.load_id, r.dag_id, r.run_id, r.finished_at as at, r.rows as records
            from unnest(%s::text[]) as n (node)
            cross join lateral (
                select x.load_id, x.dag_id, x.run_id, x.finished_at, x.rows
                from ops.dbt_results as x
                where x.node = n.node and x.status = 'success'
                order by x.finished_at desc
                limit 1
            ) as r
            """,
            [table.node for table in tables if not table.is_raw],
        )
        landed = self._periods([row["load_id"] for row in rows if row["load_id"] is not None])
        built = {}
        for row in rows:
            node = row.pop("node")
            # The load may have been replaced since; then the build is all that is known.
            period, at = landed.get(row["load_id"], (None, row["at"]))
            built[node] = (Load(period=period, **row), at)
        for table in tables:
            if not table.sources and table.node in built:
                # A seed, say, is built beside a load and not of it.
                load, _ = built[table.node]
                built[table.node] = (replace(load, load_id=None, period=None), load.at)
        return built

    def _periods(self, load_ids: Sequence[int]) -> dict[int, tuple[datetime, datetime]]:
        if not load_ids or not self._has_ledger:
            return {}
        rows = self._rows(
            "select load_id, period, landed_at from raw.loads where load_id = any(%s)",
            sorted(set(load_ids)),
        )
        return {row["load_id"]: (row["period"], row["landed_at"]) for row in rows}

    def _count(
        self,
        tables: Sequence[Table],
        relations: Mapping[tuple[str, str], Mapping[str, Any]],
        ledger: Mapping[str, Mapping[str, Any]],
    ) -> dict[str, tuple[int | None, bool]]:
        """Rows of each table, and whether that is an estimate."""
        counts: dict[str, tuple[int | None, bool]] = {}
        uncounted = []
        for table in tables:
            relation = relations.get(table.relation)
            if relation is None or not relation["is_table"]:
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
        counts.update(self._count_exactly(small))
        return counts

    def _count_exactly(self, tables: Sequence[Table]) -> dict[str, tuple[int, bool]]:
        if not tables:
            return {}
        statement = sql.SQL(" union all ").join(
            sql.SQL("select {}::text as name, count(*) as rows from {}").format(
                sql.Literal(table.name), sql.Identifier(*table.relation)
            )
            for table in tables
        )
        try:
            with self._connection.transaction():
                rows = self._rows(statement)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.InsufficientPrivilege):
            # A table is being built anew, or is none of the reader's: the estimates have to do.
            return {}
        return {row["name"]: (row["rows"], False) for row in rows}

    def _last_results(self, nodes: Iterable[str]) -> dict[str, str]:
        if not self._has_results:
            return {}
        rows = self._rows(
            """
            select n.node, r.status
            from unnest(%s::text[]) as n (node)
            cross join lateral (
                select x.status
                from ops.dbt_results as x
                where x.node = n.node
                order by x.finished_at desc
                limit 1
            ) as r
            """,
            sorted(set(nodes)),
        )
        return {row["node"]: row["status"] for row in rows}

    def _tests(self, table: Table) -> list[TestState]:
        history: dict[str, list[dict[str, Any]]] = {test.node: [] for test in table.tests}
        if self._has_results:
            rows = self._rows(
                """
                select
                    n.node, r.status, r.failures, r.seconds, r.dag_id, r.run_id, r.load_id,
                    r.finished_at as at
                from unnest(%s::text[]) as n (node)
                cross join lateral (
                    select x.*
                    from ops.dbt_results as x
                    where x.node = n.node
                    order by x.finished_at desc
                    limit %s
                ) as r
                order by r.finished_at
                """,
                list(history),
                HISTORY,
            )
            for row in rows:
                history[row.pop("node")].append(row)
        return [TestState(test.name, history[test.node]) for test in table.tests]

    def _latest(self, table: Table) -> list[Load]:
        """The last loads by period, newest first."""
        if not self._has_ledger or not table.sources:
            return []
        with self._connection.cursor(row_factory=class_row(Load)) as cursor:
            return cursor.execute(
                """
                select
                    r.load_id, r.period, r.dag_id, r.run_id, r.landed_at as at, r.records, r.bytes
                from unnest(%s::text[]) as s (source)
                cross join lateral (
                    select l.*
                    from raw.loads as l
                    where l.source = s.source
                    order by l.period desc
                    limit %s
                ) as r
                order by r.period desc, r.load_id desc
                limit %s
                """,
                (list(table.sources), LATEST_LOADS, LATEST_LOADS),
            ).fetchall()

    def _plot(self, table: Table, loads: int | None) -> list[dict[str, Any]]:
        if not self._has_ledger or not table.sources:
            return []
        sources = list(table.sources)
        if loads is not None and loads <= BINS:
            return self._rows(
                """
                select
                    s.source, r.period as at, 1 as loads, r.records,
                    r.records as least, r.records as most, r.load_id
                from unnest(%s::text[]) as s (source)
                cross join lateral (
                    select l.period, l.records, l.load_id
                    from raw.loads as l
                    where l.source = s.source
                    order by l.period desc
                    limit %s
                ) as r
                order by s.source, r.period
                """,
                sources,
                loads,
            )
        return self._rows(
            """
            with

            bounds as (
                select
                    s.source,
                    (
                        select l.period from raw.loads as l
                        where l.source = s.source order by l.period desc limit 1
                    ) as until,
                    coalesce(
                        (
                            select l.period from raw.loads as l
                            where l.source = s.source order by l.period desc
                            offset %s limit %s
                        ),
                        (
                            select l.period from raw.loads as l
                            where l.source = s.source order by l.period limit 1
                        )
                    ) as since
                from unnest(%s::text[]) as s (source)
                -- Else they are worked out anew for every load.
                offset 0
            ),

            placed as (
                select
                    l.source,
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
                inner join raw.loads as l on b.source = l.source and l.period >= b.since
            )

            select
                p.source,
                min(p.period) as at,
                count(*) as loads,
                round(avg(p.records::double precision))::bigint as records,
                min(p.records) as least,
                max(p.records) as most,
                max(p.load_id) as load_id
            from placed as p
            group by p.source, p.bin
            order by p.source, p.bin
            """,
            loads - 1 if loads else 0,
            1 if loads else 0,
            sources,
            BINS,
        )

    def _rejected(self, table: Table) -> list[dict[str, Any]] | None:
        """The reasons of the newest rejected records, those of most records first.

        None while their table is being built anew.
        """
        try:
            with self._connection.transaction():
                there = [
                    relation
                    for relation in table.rejected_in
                    if self._rows("select 1 where to_regclass(%s) is not null", ".".join(relation))
                ]
                return self._reasons(table, there) if there else []
        except psycopg.errors.LockNotAvailable:
            return None

    def _reasons(self, table: Table, relations: list[tuple[str, str]]) -> list[dict[str, Any]]:
        newest = sql.SQL(
            "(select r.rejection_reason, r.load_id, r.load_period from {} as r"
            " where r.source = any(%s) order by r.load_id desc limit %s)"
        )
        return self._rows(
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

    def _rows(self, statement: str | sql.Composed, *parameters: Any) -> list[dict[str, Any]]:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            query = statement if isinstance(statement, sql.Composed) else sql.SQL(statement)
            return cursor.execute(query, parameters or None).fetchall()


def states(tables: Iterable[Table]) -> tuple[list[State], datetime]:
    """The state of each table now. Raises psycopg.Error where the warehouse does not answer."""
    with closing(_connect()) as connection:
        warehouse = Warehouse(connection)
        return warehouse.states(tables), warehouse.now


def detail(table: Table, loads: int | None) -> tuple[State, Detail]:
    """All there is to say of a table. Raises psycopg.Error as `states` does."""
    with closing(_connect()) as connection:
        warehouse = Warehouse(connection)
        (state,) = warehouse.states([table])
        return state, warehouse.detail(table, loads)


def _connect() -> psycopg.Connection[Any]:
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    hook = PostgresHook(postgres_conn_id=READER_CONN_ID)
    known = hook.connection
    known.extra = json.dumps({"connect_timeout": _CONNECT_TIMEOUT} | known.extra_dejson)
    return cast("psycopg.Connection[Any]", hook.get_conn())
