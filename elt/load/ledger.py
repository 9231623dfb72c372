"""The ledger of loads, `raw.loads`: a row for each, and the reference that XCom carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypedDict, cast

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg import sql

from elt.extract.pages import Fetched
from elt.load.copying import Copied
from elt.load.raw_tables import LEDGER, SCHEMA
from elt.source import Source
from elt.source.period import Period
from elt.warehouse import locks
from elt.warehouse.connection import connected

_LEDGER = sql.Identifier(SCHEMA, LEDGER)

REPLACE_PATIENCE = 600.0
"""Seconds to wait for others that write the table: on Greenplum a delete waits for each landing."""


class RawRef(TypedDict):
    """What an extract hands on: where its records are, never a record.

    ``account`` is empty of a source without accounts. ``period`` is the start of the period, ISO
    8601 in UTC; ``bytes`` counts the records' JSON texts and ``checksum`` is ``sha256:`` and the
    digest of these, each followed by a line feed, in landing order.
    """

    load_id: int
    table: str
    source: str
    account: str
    period: str
    records: int
    bytes: int
    checksum: str


@dataclass(frozen=True)
class Run:
    """The DAG run that a load belongs to; ``takes_over`` are DAGs whose loads it may replace."""

    dag_id: str
    run_id: str
    takes_over: tuple[str, ...] = ()


@dataclass(frozen=True)
class Former:
    """The load of a period that is there already."""

    load_id: int
    dag_id: str
    records: int
    checksum: str


def cursor_before(
    hook: PostgresHook, source: Source, period: Period, account: str = ""
) -> str | None:
    """Where the load of ``period`` goes on from: the cursor of the account's latest load before it.

    None where there is none. A period landed again begins where it began the first time, so what
    it replaces is asked for again.
    """
    with connected(hook) as connection:
        row = connection.execute(
            sql.SQL(
                "select cursor from {} where source = %s and account = %s"
                " and period < %s order by period desc limit 1"
            ).format(_LEDGER),
            (source.table, account, period.start),
        ).fetchone()
    return None if row is None else cast("str | None", row[0])


def former(
    connection: psycopg.Connection[Any], source: Source, account: str, period: Period
) -> Former | None:
    """The load of ``period`` that is there; None if there is none."""
    row = connection.execute(
        sql.SQL(
            "select load_id, dag_id, records, checksum from {}"
            " where source = %s and account = %s and period = %s"
        ).format(_LEDGER),
        (source.table, account, period.start),
    ).fetchone()
    return None if row is None else Former(*row)


def enter(
    connection: psycopg.Connection[Any],
    source: Source,
    load_id: int,
    run: Run,
    fetched: Fetched,
    account: str,
    period: Period,
    copied: Copied,
) -> None:
    """Add the row of a load that has just been copied."""
    row = {
        "load_id": load_id,
        "source": source.table,
        "account": account,
        "period": period.start,
        "records": copied.records,
        "bytes": copied.bytes,
        "checksum": copied.checksum,
        **_of_fetching(run, fetched),
    }
    connection.execute(
        sql.SQL("insert into {} ({}, landed_at) values ({}, clock_timestamp())").format(
            _LEDGER,
            sql.SQL(", ").join(map(sql.Identifier, row)),
            sql.SQL(", ").join(map(sql.Placeholder, row)),
        ),
        row,
    )


def enter_again(
    connection: psycopg.Connection[Any], load_id: int, run: Run, fetched: Fetched
) -> None:
    """Say who fetched a load last, and when."""
    changed = sql.SQL(", ").join(
        sql.SQL("{} = {}").format(sql.Identifier(name), sql.Literal(value))
        for name, value in _of_fetching(run, fetched).items()
    )
    statement = sql.SQL(
        "update {} set {}, landed_at = clock_timestamp() where load_id = {}"
    ).format(_LEDGER, changed, sql.Literal(load_id))
    locks.execute(connection, statement, SCHEMA, LEDGER, patience=REPLACE_PATIENCE)


def _of_fetching(run: Run, fetched: Fetched) -> dict[str, Any]:
    return {
        "dag_id": run.dag_id,
        "run_id": run.run_id,
        "request": fetched.request,
        "pages": fetched.pages,
        "started_at": fetched.started_at,
        "fetched_at": fetched.fetched_at,
        "cursor": fetched.cursor,
    }
