"""What `elt run` says when a run has succeeded: first rows, counts, where things are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, class_row
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from elt import warehouse
from elt.local.home import Home
from elt.stack.command import command_name
from elt.stack.server import Server
from elt.stack.words import size_words

_USER_PIPELINE = "user_processing"
_USERS = "users"
_USER_COLUMNS = ("firstname", "lastname", "country", "email")
_EXAMPLE = "select * from analytics.{} limit 5"
_FIRST_ROWS = 5
_FIRST_COLUMNS = 6
_CELL = 28
"""Characters of a value that are shown."""
_TOP_COUNTRIES = 5
_REJECTED = "rejected_"
"""Begins the names of the views of records that were rejected or lack a field."""
_A_DAY = "2026-01-31"


@dataclass(frozen=True)
class Run:
    """A run of a pipeline that has succeeded."""

    pipeline: str
    run_id: str


@dataclass(frozen=True)
class Load:
    """A load that a run brought."""

    load_id: int
    source: str
    account: str
    period: datetime
    records: int
    bytes: int

    @property
    def entity(self) -> str:
        """What its records are: the raw table is `<source>__<entity>`."""
        return self.source.partition("__")[2]


def show(
    home: Home,
    server: Server,
    run: Run,
    console: Console,
    *,
    seconds: float,
    log: Path,
    database: str,
) -> None:
    """Print what the run brought into the warehouse on `server`, which `database` says in words."""
    with psycopg.connect(server.dsn(warehouse.READER)) as connection:
        console.print()
        loads = _loads(connection, run)
        if run.pipeline == _USER_PIPELINE:
            main: str | None = _USERS
            _show_users(connection, console)
        else:
            main = _show_marts(connection, run, loads, console)
    for load in loads:
        of_account = f", account {load.account}," if load.account else ""
        console.print(
            f"Load of {load.source}{of_account} for"
            f" {load.period.astimezone(UTC):%Y-%m-%d %H:%M} UTC:"
            f" {load.records:,} records, {size_words(load.bytes)}.",
            markup=False,
            highlight=False,
        )
    console.print(f"Finished in {seconds:.1f} s.", highlight=False)
    elt = command_name()
    _print_pairs(
        console,
        "Where things are:",
        {
            "data and state": str(home.root),
            "log of this run": str(log),
            "database": database,
        },
    )
    query = {f"{elt} psql -c '{_EXAMPLE.format(main)}'": "query the data"} if main else {}
    more = {}
    if run.pipeline == _USER_PIPELINE:
        more = {f"{elt} run --results 20000": "more users"}
    elif loads:
        more = {f"{elt} run {run.pipeline} --date {_A_DAY}": "another day"}
    _print_pairs(
        console,
        "What to try next:",
        {
            **query,
            f"{elt} status": "loads, rows, freshness",
            **more,
            f"{elt} up": "Airflow with its UI; Ctrl-C stops it",
            f'eval "$({elt} env)"; cd dbt_project; dbt test': "dbt by hand, while that is up",
        },
    )


def _print_pairs(console: Console, title: str, pairs: Mapping[str, str]) -> None:
    width = max(map(len, pairs))
    console.print(f"\n{title}")
    for left, right in pairs.items():
        line = f"  {left:<{width}}  {right}"
        console.print(line, markup=False, highlight=False, soft_wrap=True)


def _exists(connection: psycopg.Connection[TupleRow], schema: str, table: str) -> bool:
    row = connection.execute("select to_regclass(%s)", (f"{schema}.{table}",)).fetchone()
    return row is not None and row[0] is not None


def _show_users(connection: psycopg.Connection[TupleRow], console: Console) -> None:
    if not _exists(connection, warehouse.ANALYTICS_SCHEMA, _USERS):
        return
    users = sql.Identifier(warehouse.ANALYTICS_SCHEMA, _USERS)
    columns = sql.SQL(", ").join(map(sql.Identifier, _USER_COLUMNS))
    rows = connection.execute(
        sql.SQL("select {} from {} limit {}").format(columns, users, sql.Literal(_FIRST_ROWS))
    ).fetchall()
    table = Table(*_USER_COLUMNS, title="analytics.users, first rows", title_justify="left")
    for row in rows:
        table.add_row(*("" if value is None else escape(str(value)) for value in row))
    console.print(table)

    total = connection.execute(sql.SQL("select count(*) from {}").format(users)).fetchone()
    line = f"{total[0] if total else 0:,} users"
    if _exists(connection, warehouse.ANALYTICS_SCHEMA, "rejected_records"):
        line += f", {_faults(connection, ['rejected_records'])}"
    countries = connection.execute(
        sql.SQL(
            "select country, count(*) from {} group by country"
            " order by count(*) desc, country limit {}"
        ).format(users, sql.Literal(_TOP_COUNTRIES))
    ).fetchall()
    by_country = ", ".join(f"{country} {count:,}" for country, count in countries)
    said = f"{line}; most from {by_country}."
    console.print(said, markup=False, highlight=False, soft_wrap=True)


def _loads(connection: psycopg.Connection[TupleRow], run: Run) -> list[Load]:
    if not _exists(connection, warehouse.RAW_SCHEMA, warehouse.LEDGER_TABLE):
        return []
    with connection.cursor(row_factory=class_row(Load)) as cursor:
        return cursor.execute(
            "select load_id, source, account, period, records, bytes from raw.loads"
            " where dag_id = %s and run_id = %s order by source, account",
            (run.pipeline, run.run_id),
        ).fetchall()


def _show_marts(
    connection: psycopg.Connection[TupleRow], run: Run, loads: Sequence[Load], console: Console
) -> str | None:
    """Print the main table that the run built, and the rows of each; its name."""
    built = _built(connection, run)
    if not built:
        return None
    entities = [load.entity for load in loads]
    main = next((mart for mart in built if mart in entities), built[0])
    load_ids = [load.load_id for load in loads]
    _show_rows(connection, main, load_ids, console)
    counts = [f"{mart} {_count(connection, mart):,}" for mart in built]
    faults = _faults(connection, _rejecting(connection), load_ids)
    said = f"Rows: {', '.join(counts)}; {faults}."
    console.print(said, markup=False, highlight=False, soft_wrap=True)
    return main


def _built(connection: psycopg.Connection[TupleRow], run: Run) -> list[str]:
    """The marts that dbt built as tables in the run, in the order it built them."""
    if not _exists(connection, warehouse.OPS_SCHEMA, warehouse.RESULTS_TABLE):
        return []
    nodes = connection.execute(
        "select node from ops.dbt_results"
        " where dag_id = %s and run_id = %s and status = 'success' and node like 'model.%%'"
        " group by node order by max(finished_at)",
        (run.pipeline, run.run_id),
    ).fetchall()
    tables = connection.execute(
        "select t.tablename from pg_catalog.pg_tables as t"
        " where t.schemaname = %s and not exists ("
        "select 1 from ops.staged_loads as s where s.model = t.schemaname || '.' || t.tablename)",
        (warehouse.ANALYTICS_SCHEMA,),
    ).fetchall()
    models = [str(node).rpartition(".")[2] for (node,) in nodes]
    return [model for model in models if (model,) in tables]


def _show_rows(
    connection: psycopg.Connection[TupleRow],
    mart: str,
    load_ids: Sequence[int],
    console: Console,
) -> None:
    names = _columns(connection, mart)
    columns = names[:_FIRST_COLUMNS]
    query = sql.SQL("select {columns} from {mart}").format(
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        mart=sql.Identifier(warehouse.ANALYTICS_SCHEMA, mart),
    )
    limit = sql.SQL(" limit {}").format(sql.Literal(_FIRST_ROWS))
    rows: list[TupleRow] = []
    if "load_id" in names:
        # Those that the run brought; where it changed nothing, any.
        of_run = query + sql.SQL(" where load_id = any(%s)") + limit
        rows = connection.execute(of_run, (list(load_ids),)).fetchall()
    rows = rows or connection.execute(query + limit).fetchall()
    texts = [["" if value is None else _shortened(str(value)) for value in row] for row in rows]
    fitting = _fitting(columns, texts, console.width)
    table = Table(*columns[:fitting], title=f"analytics.{mart}, first rows", title_justify="left")
    for row in texts:
        table.add_row(*map(escape, row[:fitting]))
    console.print(table)


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _CELL else f"{line[: _CELL - 1]}…"


def _fitting(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> int:
    """How many columns have room beside each other, at least one."""
    taken = 1  # the border on the left
    for index, column in enumerate(columns):
        taken += max(map(cell_len, (column, *(row[index] for row in rows)))) + 3
        if taken > width:
            return max(1, index)
    return len(columns)


def _columns(connection: psycopg.Connection[TupleRow], table: str) -> list[str]:
    rows = connection.execute(
        "select column_name from information_schema.columns"
        " where table_schema = %s and table_name = %s order by ordinal_position",
        (warehouse.ANALYTICS_SCHEMA, table),
    ).fetchall()
    return [str(name) for (name,) in rows]


def _count(connection: psycopg.Connection[TupleRow], table: str) -> int:
    name = sql.Identifier(warehouse.ANALYTICS_SCHEMA, table)
    row = connection.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
    return int(row[0]) if row else 0


def _rejecting(connection: psycopg.Connection[TupleRow]) -> list[str]:
    """The views of rejected records."""
    rows = connection.execute(
        "select table_name from information_schema.columns"
        " where table_schema = %s and column_name = 'misfits' and starts_with(table_name, %s)",
        (warehouse.ANALYTICS_SCHEMA, _REJECTED),
    ).fetchall()
    return [str(name) for (name,) in rows]


def _faults(
    connection: psycopg.Connection[TupleRow],
    views: Sequence[str],
    load_ids: Sequence[int] | None = None,
) -> str:
    """``2 rejected records, 1 record without a field that did not fit``, of all loads or some."""
    rejected = lossy = 0
    for view in views:
        query = sql.SQL(
            "select count(rejection_reason), count(*) from {}"
            " where %s::bigint[] is null or load_id = any(%s::bigint[])"
        ).format(sql.Identifier(warehouse.ANALYTICS_SCHEMA, view))
        row = connection.execute(query, (load_ids, load_ids)).fetchone()
        if row is not None:
            rejected += row[0]
            lossy += row[1] - row[0]
    said = f"{rejected:,} rejected records"
    if lossy:
        said += f", {lossy:,} record{'s' if lossy > 1 else ''} without a field that did not fit"
    return said
