"""A spool into its raw table, and the ledger of loads: both in one transaction or not at all."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from itertools import chain
from typing import Any, cast

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg import sql

from elt.errors import LandingError
from elt.extract.decode.unstorable import wrong_bytes
from elt.extract.fetch import Fetched
from elt.extract.spool import Spool
from elt.load import copying, ledger, registry
from elt.load.ledger import RawRef, Run
from elt.load.raw_tables import LEDGER, SCHEMA, lock
from elt.source import Source
from elt.source.period import Period
from elt.warehouse import greenplum, locks
from elt.warehouse.connection import connected

log = logging.getLogger(__name__)

_COPY = "copy {schema}.{table} (load_id, record_no, record) from stdin"
_COPY_OF_ACCOUNT = "copy {schema}.{table} (load_id, record_no, record, account) from stdin"

_LINE = re.compile(r"COPY .*, line (\d+)")

_UNSTORABLE = (psycopg.DataError, psycopg.errors.StatementTooComplex)
"""What PostgreSQL says to a value it cannot store; the second one to very deep nesting."""


def land(
    hook: PostgresHook,
    source: Source,
    period: Period,
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
            f"{source.table}, period {period}: {which} cannot be stored:"
            f" {error.diag.message_primary}; nothing was landed"
        ) from None


def _expect_utf8(source: Source, period: Period, spool: Spool) -> None:
    """Raise LandingError for a record in an encoding that nobody has declared.

    It is text that could be read, and likely so is that of records without such bytes. Where the
    declaration says UTF-8, it is one broken record, and stops no other.
    """
    if source.encoding is not None:
        return
    for number, record in enumerate(chain.from_iterable(spool.pages()), 1):
        if (fault := wrong_bytes(record)) is not None:
            raise LandingError(
                f"{source.table}, period {period}: record {number}: {fault};"
                " nothing was landed. Declare the source's 'encoding'; encoding='utf-8' keeps such"
                " records as text, which staging rejects"
            )


def _land(
    hook: PostgresHook,
    source: Source,
    period: Period,
    run: Run,
    spool: Spool,
    fetched: Fetched,
    account: str,
    *,
    salvage: bool,
) -> RawRef:
    names = _names(source)
    identity = " ".join(filter(None, (source.table, account, period.start.isoformat())))
    with connected(hook) as connection, connection.transaction():
        lock(connection, identity)
        former = ledger.former(connection, source, account, period)
        if former is not None and former.dag_id not in (run.dag_id, *run.takes_over):
            raise LandingError(
                f"{source.table}, period {period}: load {former.load_id} of"
                f" that period is by the DAG {former.dag_id!r}, and this is {run.dag_id!r};"
                f" nothing was landed, and nothing replaced. {registry.way_out(former.dag_id)}"
            )
        if former is not None:
            same = _same(connection, source, former, fetched, spool, salvage=salvage)
            if same is not None:
                ledger.enter_again(connection, former.load_id, run, fetched)
                log.info(
                    "load %d of %s%s has the same %d records: it stays",
                    former.load_id,
                    f"{account}, " if account else "",
                    period,
                    same.records,
                )
                return _ref(former.load_id, source, account, period, same)
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
                    sql.Identifier(SCHEMA, table), sql.Literal(former.load_id)
                )
                locks.execute(
                    connection, statement, SCHEMA, table, patience=ledger.REPLACE_PATIENCE
                )
        ledger.enter(connection, source, load_id, run, fetched, account, period, copied)
    log.info(
        "landed load %d of %s%s: %d records, %d bytes%s",
        load_id,
        f"{account}, " if account else "",
        period,
        copied.records,
        copied.bytes,
        f"; it replaces load {former.load_id}" if former else "",
    )
    if on_greenplum:
        with connected(hook) as connection:
            greenplum.report_skew(connection, SCHEMA, source.table, load_id)
    return _ref(load_id, source, account, period, copied)


def _same(
    connection: psycopg.Connection[Any],
    source: Source,
    former: ledger.Former,
    fetched: Fetched,
    spool: Spool,
    *,
    salvage: bool,
) -> copying.Copied | None:
    """What the former load and ``spool`` both have; None where they differ.

    They do where raw rows of the former load are missing, so that landing it again brings them.
    """
    if former.records != fetched.records:
        return None
    found = copying.content(spool, salvage=salvage)
    if (found.records, found.checksum) != (former.records, former.checksum):
        return None
    statement = sql.SQL("select count(*) from {schema}.{table} where load_id = {load_id}")
    (there,) = _one(
        connection, statement, {**_names(source), "load_id": sql.Literal(former.load_id)}
    )
    return found if there == former.records else None


def _ref(
    load_id: int, source: Source, account: str, period: Period, copied: copying.Copied
) -> RawRef:
    return RawRef(
        load_id=load_id,
        table=f"{SCHEMA}.{source.table}",
        source=source.table,
        account=account,
        period=period.start.isoformat(),
        records=copied.records,
        bytes=copied.bytes,
        checksum=copied.checksum,
    )


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
