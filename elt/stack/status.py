"""What has been loaded, how much there is, how fresh it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, class_row
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from elt import warehouse
from elt.stack import freshness
from elt.stack.freshness import Rule, State
from elt.stack.words import size_words

FILE_WIDTH = 160
"""Columns of a table that goes to a file or a pipe, which need not fit a screen."""

_LATEST = 20

_COLOURS = {"pass": "green", "warn": "yellow", "error": "red"}


@dataclass(frozen=True)
class Load:
    """A load of the ledger."""

    source: str
    period: datetime
    landed_at: datetime
    records: int
    bytes: int
    run_id: str | None


@dataclass(frozen=True)
class Freshness:
    """How long ago a source's last load landed."""

    source: str
    landed_at: datetime
    state: State


@dataclass(frozen=True)
class Report:
    """What a warehouse holds."""

    loads: list[Load]
    """The latest ones, newest first."""
    rows: dict[str, int]
    """Rows of each table of `analytics`, by name."""
    freshness: list[Freshness]


def collect(
    connection: psycopg.Connection[TupleRow], now: datetime, rules: Mapping[str, Rule]
) -> Report:
    """Read the state of any stack's warehouse, over a connection of the reader.

    `rules` say by source when its last load is old (`elt.stack.freshness`).
    """
    if not _has_ledger(connection):
        return Report([], _rows(connection), [])
    with connection.cursor(row_factory=class_row(Load)) as cursor:
        loads = cursor.execute(
            "select source, period, landed_at, records, bytes, run_id from raw.loads"
            " order by landed_at desc, source, period limit %s",
            (_LATEST,),
        ).fetchall()
    newest = connection.execute(
        "select source, max(landed_at) from raw.loads group by source order by source"
    ).fetchall()
    judged = [
        Freshness(source, at, rules.get(source, freshness.DEFAULT).judge(now - at))
        for source, at in newest
    ]
    return Report(loads, _rows(connection), judged)


def _has_ledger(connection: psycopg.Connection[TupleRow]) -> bool:
    row = connection.execute(
        "select to_regclass(%s) is not null",
        (f"{warehouse.RAW_SCHEMA}.{warehouse.LEDGER_TABLE}",),
    ).fetchone()
    return row is not None and bool(row[0])


def _rows(connection: psycopg.Connection[TupleRow]) -> dict[str, int]:
    tables = connection.execute(
        "select tablename from pg_catalog.pg_tables where schemaname = %s order by tablename",
        (warehouse.ANALYTICS_SCHEMA,),
    ).fetchall()
    counts = {}
    for (table,) in tables:
        name = sql.Identifier(warehouse.ANALYTICS_SCHEMA, table)
        row = connection.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
        counts[str(table)] = int(row[0]) if row else 0
    return counts


def as_json(report: Report, **about: object) -> str:
    """The report as a JSON object, what is known of the stack first."""
    return json.dumps({**about, **asdict(report)}, indent=2, default=_iso)


def _iso(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


def show(report: Report, now: datetime, console: Console, *, advice: str) -> None:
    """Print the report; `advice` says how to load something where nothing has been."""
    if not report.loads:
        console.print(f"Nothing has been loaded yet: {advice}", markup=False, highlight=False)
        return
    loads = Table(title="latest loads, times in UTC", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("period", "source", "landed"):
        loads.add_column(name, no_wrap=True)
    for name in ("records", "size"):
        loads.add_column(name, justify="right", no_wrap=True)
    # The one that gives way where the screen is narrow.
    loads.add_column("run", overflow="ellipsis")
    for load in report.loads:
        loads.add_row(
            f"{load.period.astimezone(UTC):%Y-%m-%d %H:%M}".removesuffix(" 00:00"),
            escape(load.source),
            f"{load.landed_at.astimezone(UTC):%Y-%m-%d %H:%M}",
            f"{load.records:,}",
            size_words(load.bytes),
            escape(load.run_id or ""),
        )
    console.print(loads)
    tables = Table("table", title="rows", title_justify="left", box=box.SIMPLE_HEAD)
    tables.add_column("rows", justify="right")
    for table, count in report.rows.items():
        tables.add_row(escape(table), f"{count:,}")
    console.print(tables)
    for source in report.freshness:
        hours = (now - source.landed_at).total_seconds() / 3600
        colour = _COLOURS[source.state]
        console.print(
            f"{escape(source.source)}: last load {hours:.1f} h ago,"
            f" [{colour}]{source.state}[/{colour}]",
            highlight=False,
        )
