"""A spool into its raw table, and the ledger of loads: both in one transaction or not at all."""

from __future__ import annotations

import hashlib
import logging
import re
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, cast

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg import sql

from elt import greenplum, locks, rights, warehouse
from elt.decode import storable
from elt.errors import LandingError
from elt.fetch import Fetched
from elt.source import Source
from elt.spool import Spool

log = logging.getLogger(__name__)

SCHEMA = warehouse.RAW_SCHEMA
LEDGER = warehouse.LEDGER_TABLE

_CREATE_LEDGER = """
create table if not exists {schema}.{ledger} (
    load_id bigint not null,
    source text not null,
    dag_id text not null,
    run_id text not null,
    request text not null,
    checksum text not null,
    pages integer not null,
    records bigint not null,
    bytes bigint not null,
    period timestamptz not null,
    started_at timestamptz not null,
    fetched_at timestamptz not null,
    landed_at timestamptz not null,
    cursor text,
    primary key (source, period)
){distribution}
"""
_CREATE_TABLE = """
create table if not exists {schema}.{table} (
    load_id bigint not null,
    record_no integer not null,
    record jsonb not null
){distribution}
"""
_COPY = "copy {schema}.{table} (load_id, record_no, record) from stdin"

# PostgreSQL's COPY BINARY: signature, flags, extension; a row is its number of fields, then each
# field's length and value; a jsonb value is the version byte 1 and the text.
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
_COPY_ROW = struct.Struct("!hiqiiib")
_COPY_TRAILER = struct.pack("!h", -1)
# COPY's text format, for Greenplum; JSON has the last three between its tokens only.
_COPY_ESCAPES = ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))
_LINE = re.compile(r"COPY .*, line (\d+)")

_REPLACE_PATIENCE = 600.0
"""Seconds to wait for others that write the table: on Greenplum a delete waits for each landing."""

_UNSTORABLE = (psycopg.DataError, psycopg.errors.StatementTooComplex)
"""What PostgreSQL says to a value it cannot store; the second one to very deep nesting."""


class RawRef(TypedDict):
    """What an extract hands on: where its records are, never a record.

    ``period`` is the start of the period, ISO 8601 in UTC; ``bytes`` counts the records' JSON texts
    and ``checksum`` is ``sha256:`` and the digest of these, each followed by a line feed, in
    landing order.
    """

    load_id: int
    table: str
    source: str
    period: str
    records: int
    bytes: int
    checksum: str


@dataclass(frozen=True)
class Run:
    """The DAG run that a load belongs to."""

    dag_id: str
    run_id: str


def create_tables(hook: PostgresHook, source: Source, others: Iterable[str] = ()) -> None:
    """Create the raw schema, the ledger and the raw table of ``source`` where they are missing.

    Also the ``others``, raw tables of other sources: `dbt build` by hand wants to read them all,
    also those that no run has landed anything in.

    Takes the loader's connection; it needs the right to create schemas only where there is no raw
    schema yet. The table is read at the end: a warehouse that has lost a segment still answers to
    what looks at no table, and no source should be asked for what cannot be landed.
    """
    names = _names(source)
    with closing(_connect(hook)) as connection, connection.transaction():
        # "if not exists" is no protection against another run that creates the same just now.
        _lock(connection, f"create {SCHEMA}")
        if not _exists(connection, "select 1 from pg_namespace where nspname = %s", SCHEMA):
            connection.execute(sql.SQL("create schema {schema}").format(**names))
        # Greenplum 6 knows no "if not exists" of sequences and indexes.
        if not _exists(
            connection, "select 1 where to_regclass(%s) is not null", f"{SCHEMA}.load_id"
        ):
            connection.execute(sql.SQL("create sequence {schema}.load_id").format(**names))
        spread = greenplum.distributed_by(connection, "source", "period")
        connection.execute(sql.SQL(_CREATE_LEDGER).format(**names, distribution=spread))
        _add_cursor(connection)
        _create_index(connection, LEDGER, "load_id")
        rights.grant_ledger(connection)
        spread = greenplum.distributed_by(connection, "load_id", "record_no")
        for table in dict.fromkeys((source.table, *others)):
            connection.execute(
                sql.SQL(_CREATE_TABLE).format(
                    **names | {"table": sql.Identifier(table)}, distribution=spread
                )
            )
            _create_index(connection, table, "load_id", "record_no")
        connection.execute(sql.SQL("select load_id from {schema}.{table} limit 1").format(**names))
        connection.execute(sql.SQL("select load_id from {schema}.{ledger} limit 1").format(**names))
    log.info("%s.%s and %s.%s are there", SCHEMA, LEDGER, SCHEMA, source.table)


def cursor_before(hook: PostgresHook, source: Source, period: datetime) -> str | None:
    """Where the load of ``period`` goes on from: the cursor of the latest load before it.

    None where there is none. A period landed again begins where it began the first time, so what
    it replaces is asked for again.
    """
    with closing(_connect(hook)) as connection:
        row = connection.execute(
            sql.SQL(
                "select cursor from {schema}.{ledger} where source = %s and period < %s"
                " order by period desc limit 1"
            ).format(**_names(source)),
            (source.table, period),
        ).fetchone()
    return None if row is None else cast("str | None", row[0])


def land(
    hook: PostgresHook,
    source: Source,
    period: datetime,
    run: Run,
    spool: Spool,
    fetched: Fetched,
) -> RawRef:
    """Copy ``spool`` into the raw table and enter the load in the ledger, in one transaction.

    A load is identified by source and period: a former load of the same period is replaced, and two
    attempts at one load wait for each other. The former records and the ledger's row come last,
    just before the commit, so that their locks are short.

    Raises LandingError if the records in the spool cannot be stored or are not as many as fetched.
    """
    log.info("landing %d records in %s.%s", fetched.records, SCHEMA, source.table)
    try:
        return _land(hook, source, period, run, spool, fetched, salvage=False)
    except _UNSTORABLE as error:
        log.warning("a record cannot be stored as it is: %s", error.diag.message_primary)
    try:
        return _land(hook, source, period, run, spool, fetched, salvage=True)
    except _UNSTORABLE as error:
        line = _LINE.search(error.diag.context or "")
        which = f"record {line[1]}" if line else "a record"
        raise LandingError(
            f"{source.table}, period {source.period_label(period)}: {which} cannot be stored:"
            f" {error.diag.message_primary}; nothing was landed"
        ) from None


def _land(
    hook: PostgresHook,
    source: Source,
    period: datetime,
    run: Run,
    spool: Spool,
    fetched: Fetched,
    *,
    salvage: bool,
) -> RawRef:
    names = _names(source)
    with closing(_connect(hook)) as connection, connection.transaction():
        _lock(connection, f"{source.table} {period.isoformat()}")
        (load_id,) = _one(connection, sql.SQL("select nextval('{schema}.load_id')"), names)
        on_greenplum = greenplum.is_greenplum(connection)
        copied = _copy(
            connection,
            sql.SQL(_COPY).format(**names),
            load_id,
            spool,
            salvage=salvage,
            # Greenplum spreads what comes over its segments; that it does for text was measured.
            as_text=on_greenplum,
        )
        if copied.records != fetched.records:
            raise LandingError(
                f"{source.table}: the spool holds {copied.records} records of the"
                f" {fetched.records} fetched; nothing was landed"
            )
        former = connection.execute(
            sql.SQL(
                "select load_id from {schema}.{ledger} where source = %s and period = %s"
            ).format(**names),
            (source.table, period),
        ).fetchone()
        if former is not None:
            for table in (source.table, LEDGER):
                statement = sql.SQL("delete from {} where load_id = {}").format(
                    sql.Identifier(SCHEMA, table), sql.Literal(former[0])
                )
                locks.execute(connection, statement, SCHEMA, table, patience=_REPLACE_PATIENCE)
        connection.execute(
            sql.SQL(
                "insert into {schema}.{ledger} (load_id, source, dag_id, run_id, request, checksum,"
                " pages, records, bytes, period, started_at, fetched_at, cursor, landed_at)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, clock_timestamp())"
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
            ),
        )
    log.info(
        "landed load %d of %s: %d records, %d bytes%s",
        load_id,
        source.period_label(period),
        copied.records,
        copied.bytes,
        f"; it replaces load {former[0]}" if former else "",
    )
    if on_greenplum:
        with closing(_connect(hook)) as connection:
            greenplum.report_skew(connection, SCHEMA, source.table, load_id)
    return RawRef(
        load_id=load_id,
        table=f"{SCHEMA}.{source.table}",
        source=source.table,
        period=period.isoformat(),
        records=copied.records,
        bytes=copied.bytes,
        checksum=copied.checksum,
    )


def _add_cursor(connection: psycopg.Connection[Any]) -> None:
    """Give a ledger of an earlier release its last column."""
    if not _exists(
        connection,
        "select 1 from information_schema.columns"
        " where table_schema = %s and table_name = %s and column_name = %s",
        SCHEMA,
        LEDGER,
        "cursor",
    ):
        table = sql.Identifier(SCHEMA, LEDGER)
        statement = sql.SQL("alter table {} add column cursor text").format(table)
        locks.execute(connection, statement, SCHEMA, LEDGER, excludes_readers=True)


def _create_index(connection: psycopg.Connection[Any], table: str, *columns: str) -> None:
    """Index a table of the raw schema on ``columns`` where it is not."""
    index = "__".join((table, "_".join(columns)))
    if _exists(
        connection,
        "select 1 from pg_indexes where schemaname = %s and indexname = %s",
        SCHEMA,
        index,
    ):
        return
    statement = sql.SQL("create index {} on {} ({})").format(
        sql.Identifier(index),
        sql.Identifier(SCHEMA, table),
        sql.SQL(", ").join(map(sql.Identifier, columns)),
    )
    locks.execute(connection, statement, SCHEMA, table)


@dataclass(frozen=True)
class _Copied:
    records: int
    bytes: int
    checksum: str


def _copy(
    connection: psycopg.Connection[Any],
    statement: sql.Composed,
    load_id: int,
    spool: Spool,
    *,
    salvage: bool,
    as_text: bool,
) -> _Copied:
    records = size = 0
    digest = hashlib.sha256()
    begun = reported = time.monotonic()
    if not as_text:
        statement += sql.SQL(" (format binary)")
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        if not as_text:
            copy.write(_COPY_HEADER)
        for page in spool.pages():
            kept = [storable(record) for record in page] if salvage else page
            rows = _text_rows if as_text else _rows
            copy.write(b"".join(rows(load_id, records, kept)))
            records += len(kept)
            size += sum(map(len, kept))
            for record in kept:
                digest.update(record)
                digest.update(b"\n")
            if (now := time.monotonic()) - reported >= 1.0:
                reported = now
                _report(records, size, now - begun)
        if not as_text:
            copy.write(_COPY_TRAILER)
    _report(records, size, time.monotonic() - begun)
    return _Copied(records, size, f"sha256:{digest.hexdigest()}")


def _rows(load_id: int, before: int, records: list[bytes]) -> Iterator[bytes]:
    for number, record in enumerate(records, before + 1):
        yield _COPY_ROW.pack(3, 8, load_id, 4, number, len(record) + 1, 1)
        yield record


def _text_rows(load_id: int, before: int, records: list[bytes]) -> Iterator[bytes]:
    for number, record in enumerate(records, before + 1):
        text = record
        for character, escaped in _COPY_ESCAPES:
            text = text.replace(character, escaped)
        yield b"%d\t%d\t%b\n" % (load_id, number, text)


def _report(records: int, size: int, seconds: float) -> None:
    log.info(
        "copied %d records, %d bytes",
        records,
        size,
        extra={
            "progress": {
                "step": "land",
                "records": records,
                "bytes": size,
                "seconds": max(seconds, 1e-6),
            }
        },
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
    names: dict[str, sql.Identifier],
) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", connection.execute(statement.format(**names)).fetchone())


def _exists(connection: psycopg.Connection[Any], query: str, *values: str) -> bool:
    return connection.execute(query, values).fetchone() is not None


def _lock(connection: psycopg.Connection[Any], subject: str) -> None:
    """Hold the advisory lock of ``subject`` until the transaction ends."""
    key = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], signed=True)
    connection.execute("select pg_advisory_xact_lock(%s)", (key,))
