"""What `elt run` says when a run has succeeded: first rows, counts, where things are."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from elt import warehouse
from elt.local.home import Home
from elt.local.ports import LOOPBACK
from elt.stack.server import Server
from elt.stack.words import size_words

_USERS = "users"
_USER_COLUMNS = ("firstname", "lastname", "country", "email")
_EXAMPLE = "select * from analytics.users limit 5"
_FIRST_ROWS = 5
_TOP_COUNTRIES = 5


def show(
    home: Home, server: Server, run_id: str, console: Console, *, seconds: float, log: Path
) -> None:
    """Print what the run `run_id` brought."""
    with psycopg.connect(server.dsn(warehouse.READER)) as connection:
        console.print()
        _show_users(connection, console)
        _show_loads(connection, run_id, console)
    console.print(f"Finished in {seconds:.1f} s.", highlight=False)
    elt = command_name()
    _print_pairs(
        console,
        "Where things are:",
        {
            "data and state": str(home.root),
            "log of this run": str(log),
            "database": f"{warehouse.WAREHOUSE_DATABASE} on {LOOPBACK}:{server.port},"
            " stopped while nothing uses it",
        },
    )
    _print_pairs(
        console,
        "What to try next:",
        {
            f"{elt} psql -c '{_EXAMPLE}'": "query the data",
            f"{elt} status": "loads, rows, freshness",
            f"{elt} run --results 20000": "more users",
            f"{elt} up": "Airflow with its UI; Ctrl-C stops it",
            f'eval "$({elt} env)"; cd dbt_project; dbt test': "dbt by hand, while that is up",
        },
    )


def command_name() -> str:
    """How the `elt` of this environment is called from the current folder."""
    script = Path(sys.executable).with_name("elt")
    found = shutil.which("elt")
    if found is not None and Path(found).resolve() == script.resolve():
        return "elt"
    with suppress(ValueError):
        return str(script.relative_to(Path.cwd()))
    return str(script)


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
        rejected = connection.execute("select count(*) from analytics.rejected_records").fetchone()
        line += f", {rejected[0] if rejected else 0:,} rejected records"
    countries = connection.execute(
        sql.SQL(
            "select country, count(*) from {} group by country"
            " order by count(*) desc, country limit {}"
        ).format(users, sql.Literal(_TOP_COUNTRIES))
    ).fetchall()
    by_country = ", ".join(f"{country} {count:,}" for country, count in countries)
    said = f"{line}; most from {by_country}."
    console.print(said, markup=False, highlight=False, soft_wrap=True)


def _show_loads(connection: psycopg.Connection[TupleRow], run_id: str, console: Console) -> None:
    if not _exists(connection, warehouse.RAW_SCHEMA, warehouse.LEDGER_TABLE):
        return
    loads = connection.execute(
        "select source, period, records, bytes from raw.loads where run_id = %s order by source",
        (run_id,),
    ).fetchall()
    for source, period, records, size in loads:
        console.print(
            f"Load of {source} for {period:%Y-%m-%d %H:%M} UTC:"
            f" {records:,} records, {size_words(size)}.",
            markup=False,
            highlight=False,
        )
