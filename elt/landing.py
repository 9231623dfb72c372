"""A spool into its raw table, and the ledger of loads: both in one transaction or not at all."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any, TypedDict, cast

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg import sql

from elt import copying, greenplum, locks, registry
from elt.decode.unstorable import wrong_bytes
from elt.errors import LandingError
from elt.fetch import Fetched
from elt.raw_tables import LEDGER, SCHEMA, create_tables, lock
from elt.source import Source
from elt.spool import Spool

__all__ = ["LEDGER", "SCHEMA", "RawRef", "Run", "create_tables", "cursor_before", "land"]

log = logging.getLogger(__name__)

_COPY = "copy {schema}.{table} (load_id, record_no, record) from stdin"
_COPY_OF_ACCOUNT = "copy {schema}.{table} (load_id, record_no, record, account) from stdin"

_LINE = re.compile(r"COPY .*, line (\d+)")

_REPLACE_PATIENCE = 600.0
"""Seconds to wait for others that write the table: on Greenplum a delete waits for each landing."""

_UNSTORABLE = (psycopg.DataError, psycopg.errors.StatementTooComplex)
"""What PostgreSQL says to a value it cannot store; the second one to very deep nesting."""


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


def cursor_before(
    hook: PostgresHook, source: Source, period: datetime, account: str = ""
) -> str | None:
    """Where the load of ``period`` goes on from: the cursor of the account's latest load before it.

    None where there is none. A period landed again begins where it began the first time, so what
    it replaces is asked for again.
    """
    with closing(_connect(hook)) as connection:
        row = connection.execute(
            sql.SQL(
                "select cursor from {schema}.{ledger} where source = %s and account = %s"
                " and period < %s order by period desc limit 1"
            ).format(**_names(source)),
            (source.table, account, period),
        ).fetchone()
    return None if row is None else cast("str | None", row[0])


def land(
    hook: PostgresHook,
    source: Source,
    period: datetime,
    run: Run,
    spool: Spool,
    fetched: Fetched,
    account: str = "",
) -> RawRef:
    """Copy ``spool`` into the raw table and enter the load in the ledger, in one transaction.

    A load is identified by source, account and period: a former load of the same is replaced, and
    two attempts at one load wait for each other. The former records and the ledger's row come last,
    just before the commit, so that their locks are short.

    A former load that has the same records, byte by byte and in the same order, stays: only its row
    in the ledger says who fetched it last and when. So a day loaded again without changes costs
    its fetching.

    A record that no jsonb column takes is kept as text, and rejected by staging.

    Raises LandingError if the records in the spool are not as many as fetched, if one has bytes
    that are not UTF-8 though no encoding is declared, or if the former load is another DAG's.
    """
    log.info("landing %d records in %s.%s", fetched.records, SCHEMA, source.table)
    try:
        return _land(hook, source, period, run, spool, fetched, account, salvage=False)
    except _UNSTORABLE as error:
        log.warning("a record cannot be stored as it is: %s", error.diag.message_primary)
    _expect_utf8(source, period, spool)
    try:
        return _land(hook, source, period, run, spool, fetched, account, salvage=True)
    except _UNSTORABLE as error:
        line = _LINE.search(error.diag.context or "")
        which = f"record {line[1]}" if line else "a record"
        raise LandingError(
            f"{source.table}, period {source.period_label(period)}: {which} cannot be stored:"
            f" {error.diag.message_primary}; nothing was landed"
        ) from None


def _expect_utf8(source: Source, period: datetime, spool: Spool) -> None:
    """Raise LandingError for a record in an encoding that nobody has declared.

    It is text that could be read, and likely so is that of records without such bytes. Where the
    declaration says UTF-8, it is one broken record, and stops no other.
    """
    if source.encoding is not None:
        return
    for number, record in enumerate(chain.from_iterable(spool.pages()), 1):
        if (fault := wrong_bytes(record)) is not None:
            raise LandingError(
                f"{source.table}, period {source.period_label(period)}: record {number}: {fault};"
                " nothing was landed. Declare the source's 'encoding'; encoding='utf-8' keeps such"
                " records as text, which staging rejects"
            )


def _land(
    hook: PostgresHook,
    source: Source,
    period: datetime,
    run: Run,
    spool: Spool,
    fetched: Fetched,
    account: str,
    *,
    salvage: bool,
) -> RawRef:
    names = _names(source)
    identity = " ".join(filter(None, (source.table, account, period.isoformat())))
    with closing(_connect(hook)) as connection, connection.transaction():
        lock(connection, identity)
        former = connection.execute(
            sql.SQL(
                "select load_id, dag_id, records, checksum from {schema}.{ledger}"
                " where source = %s and account = %s and period = %s"
            ).format(**names),
            (source.table, account, period),
        ).fetchone()
        if former is not None and former[1] not in (run.dag_id, *run.takes_over):
            raise LandingError(
                f"{source.table}, period {source.period_label(period)}: load {former[0]} of that"
                f" period is by the DAG {former[1]!r}, and this is {run.dag_id!r}; nothing was"
                f" landed, and nothing replaced. {registry.way_out(former[1])}"
            )
        if former is not None:
            same = _same(connection, source, former, fetched, spool, salvage=salvage)
            if same is not None:
                _enter_again(connection, source, former[0], run, fetched)
                log.info(
                    "load %d of %s%s has the same %d records: it stays",
                    former[0],
                    f"{account}, " if account else "",
                    source.period_label(period),
                    same.records,
                )
                return _ref(former[0], source, account, period, same)
        (load_id,) = _one(connection, sql.SQL("select nextval('{schema}.load_id')"), names)
        on_greenplum = greenplum.is_greenplum(connection)
        copied = copying.copy(
            connection,
            sql.SQL(_COPY_OF_ACCOUNT if source.accounts else _COPY).format(**names),
            load_id,
            spool,
            account if source.accounts else None,
            salvage=salvage,
            # Greenplum spreads what comes over its segments; that it does for text was measured.
            as_text=on_greenplum,
        )
        if copied.records != fetched.records:
            raise LandingError(
                f"{source.table}: the spool holds {copied.records} records of the"
                f" {fetched.records} fetched; nothing was landed"
            )
        if former is not None:
            for table in (source.table, LEDGER):
                statement = sql.SQL("delete from {} where load_id = {}").format(
                    sql.Identifier(SCHEMA, table), sql.Literal(former[0])
                )
                locks.execute(connection, statement, SCHEMA, table, patience=_REPLACE_PATIENCE)
        connection.execute(
            sql.SQL(
                "insert into {schema}.{ledger} (load_id, source, dag_id, run_id, request, checksum,"
                " pages, records, bytes, period, started_at, fetched_at, cursor, account,"
                " landed_at) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,"
                " clock_timestamp())"
            ).format(**names),
            (
                load_id,
                source.table,
                run.dag_id,
                run.run_id,
                fetched.request,
                copied.checksum,
                fetched.pages,
                copied.records,
                copied.bytes,
                period,
                fetched.started_at,
                fetched.fetched_at,
                fetched.cursor,
                account,
            ),
        )
    log.info(
        "landed load %d of %s%s: %d records, %d bytes%s",
        load_id,
        f"{account}, " if account else "",
        source.period_label(period),
        copied.records,
        copied.bytes,
        f"; it replaces load {former[0]}" if former else "",
    )
    if on_greenplum:
        with closing(_connect(hook)) as connection:
            greenplum.report_skew(connection, SCHEMA, source.table, load_id)
    return _ref(load_id, source, account, period, copied)


def _same(
    connection: psycopg.Connection[Any],
    source: Source,
    former: tuple[Any, ...],
    fetched: Fetched,
    spool: Spool,
    *,
    salvage: bool,
) -> copying.Copied | None:
    """What the former load and ``spool`` both have; None where they differ.

    They do where raw rows of the former load are missing, so that landing it again brings them.
    """
    load_id, _, records, checksum = former
    if records != fetched.records:
        return None
    found = copying.content(spool, salvage=salvage)
    if (found.records, found.checksum) != (records, checksum):
        return None
    statement = sql.SQL("select count(*) from {schema}.{table} where load_id = {load_id}")
    (there,) = _one(connection, statement, {**_names(source), "load_id": sql.Literal(load_id)})
    return found if there == records else None


def _enter_again(
    connection: psycopg.Connection[Any], source: Source, load_id: int, run: Run, fetched: Fetched
) -> None:
    """Say in the ledger who fetched a load last, and when."""
    statement = sql.SQL(
        "update {schema}.{ledger} set dag_id = {dag_id}, run_id = {run_id}, request = {request},"
        " pages = {pages}, started_at = {started_at}, fetched_at = {fetched_at},"
        " cursor = {cursor}, landed_at = clock_timestamp() where load_id = {load_id}"
    ).format(
        **_names(source),
        dag_id=sql.Literal(run.dag_id),
        run_id=sql.Literal(run.run_id),
        request=sql.Literal(fetched.request),
        pages=sql.Literal(fetched.pages),
        started_at=sql.Literal(fetched.started_at),
        fetched_at=sql.Literal(fetched.fetched_at),
        cursor=sql.Literal(fetched.cursor),
        load_id=sql.Literal(load_id),
    )
    locks.execute(connection, statement, SCHEMA, LEDGER, patience=_REPLACE_PATIENCE)


def _ref(
    load_id: int, source: Source, account: str, period: datetime, copied: copying.Copied
) -> RawRef:
    return RawRef(
        load_id=load_id,
        table=f"{SCHEMA}.{source.table}",
        source=source.table,
        account=account,
        period=period.isoformat(),
        records=copied.records,
        bytes=copied.bytes,
        checksum=copied.checksum,
    )


def _connect(hook: PostgresHook) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", hook.get_conn())


def _names(source: Source) -> dict[str, sql.Identifier]:
    return {
        "schema": sql.Identifier(SCHEMA),
        "ledger": sql.Identifier(LEDGER),
        "table": sql.Identifier(source.table),
    }


def _one(
    connection: psycopg.Connection[Any],
    statement: sql.SQL,
    names: Mapping[str, sql.Composable],
) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", connection.execute(statement.format(**names)).fetchone())
