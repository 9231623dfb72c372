"""The tables of the raw schema: the ledger of loads, and a table a source."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from typing import Any, LiteralString

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg import sql

from elt import warehouse
from elt.source import Source
from elt.warehouse import greenplum, locks, rights
from elt.warehouse.connection import connected

log = logging.getLogger(__name__)

SCHEMA = warehouse.RAW_SCHEMA
LEDGER = warehouse.LEDGER_TABLE

# The period comes before the account: what the newest periods of a source are is asked often, and
# of all accounts. Greenplum distributes by the first two.
_KEY = ("source", "period", "account")
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
    account text not null default '',
    primary key ({key})
){distribution}
"""
_CREATE_TABLE = """
create table if not exists {schema}.{table} (
    load_id bigint not null,
    record_no integer not null,
    record jsonb not null{account}
){distribution}
"""
_ACCOUNT = "account text not null default ''"

_PRIMARY_KEY = """
select
    c.conname::text,
    array_agg(a.attname::text)
from pg_constraint as c
inner join pg_attribute as a on c.conrelid = a.attrelid and a.attnum = any(c.conkey)
where c.conrelid = to_regclass(%s) and c.contype = 'p'::"char"
group by c.conname
"""


def create_tables(
    hook: PostgresHook, source: Source, others: Mapping[str, bool] | Iterable[str] = ()
) -> None:
    """Create the raw schema, the ledger and the raw table of ``source`` where they are missing.

    Also the ``others``, raw tables of other sources: `dbt build` by hand wants to read them all,
    also those that no run has landed anything in; as a mapping, it says which of them have
    accounts. A ledger of an earlier release gets the columns and the key that it lacks, and the
    table of a source that has accounts now the column that names them.

    Takes the loader's connection; it needs the right to create schemas only where there is no raw
    schema yet. The table is read at the end: a warehouse that has lost a segment still answers to
    what looks at no table, and no source should be asked for what cannot be landed.

    Raises LockedError where others keep a table in use that has to be altered; they go first.
    """
    names = {
        "schema": sql.Identifier(SCHEMA),
        "ledger": sql.Identifier(LEDGER),
        "table": sql.Identifier(source.table),
    }
    tables = dict(others) if isinstance(others, Mapping) else dict.fromkeys(others, False)
    tables[source.table] = bool(source.accounts)
    with connected(hook) as connection:
        # The ledger in a transaction of its own: nobody waits for it while others are waited for.
        with connection.transaction():
            _create_ledger(connection, names)
        with connection.transaction():
            # "if not exists" is no protection against another run that creates the same just now.
            lock(connection, f"create {SCHEMA}")
            for table, has_accounts in tables.items():
                _create_table(connection, table, has_accounts=has_accounts)
            for table in (source.table, LEDGER):
                connection.execute(
                    sql.SQL("select load_id from {} limit 1").format(sql.Identifier(SCHEMA, table))
                )
    log.info("%s.%s and %s.%s are there", SCHEMA, LEDGER, SCHEMA, source.table)


def _create_ledger(
    connection: psycopg.Connection[Any], names: Mapping[str, sql.Identifier]
) -> None:
    lock(connection, f"create {SCHEMA}")
    if not _exists(connection, "select 1 from pg_namespace where nspname = %s", SCHEMA):
        connection.execute(sql.SQL("create schema {schema}").format(**names))
    # Greenplum 6 knows no "if not exists" of sequences and indexes.
    if not _exists(connection, "select 1 where to_regclass(%s) is not null", f"{SCHEMA}.load_id"):
        connection.execute(sql.SQL("create sequence {schema}.load_id").format(**names))
    spread = greenplum.distributed_by(connection, "source", "period")
    key = sql.SQL(", ").join(map(sql.Identifier, _KEY))
    connection.execute(sql.SQL(_CREATE_LEDGER).format(**names, key=key, distribution=spread))
    add_column(connection, LEDGER, "cursor", "cursor text")
    add_column(connection, LEDGER, "account", _ACCOUNT)
    _extend_key(connection)
    _create_index(connection, LEDGER, "load_id")
    rights.grant_ledger(connection)


def _extend_key(connection: psycopg.Connection[Any]) -> None:
    """Make the account a part of the key, in a ledger of an earlier release."""
    found = connection.execute(_PRIMARY_KEY, (f"{SCHEMA}.{LEDGER}",)).fetchone()
    if found is not None and set(found[1]) == set(_KEY):
        return
    clauses = [] if found is None else [sql.SQL("drop constraint {}").format(_name(found[0]))]
    clauses.append(sql.SQL("add primary key ({})").format(sql.SQL(", ").join(map(_name, _KEY))))
    statement = sql.SQL("alter table {} {}").format(
        sql.Identifier(SCHEMA, LEDGER), sql.SQL(", ").join(clauses)
    )
    locks.execute(connection, statement, SCHEMA, LEDGER, excludes_readers=True)


def _create_table(connection: psycopg.Connection[Any], table: str, *, has_accounts: bool) -> None:
    connection.execute(
        sql.SQL(_CREATE_TABLE).format(
            schema=_name(SCHEMA),
            table=_name(table),
            account=sql.SQL(f",\n    {_ACCOUNT}" if has_accounts else ""),
            distribution=greenplum.distributed_by(connection, "load_id", "record_no"),
        )
    )
    if has_accounts:
        add_column(connection, table, "account", _ACCOUNT)
    _create_index(connection, table, "load_id", "record_no")


def add_column(
    connection: psycopg.Connection[Any], table: str, name: str, definition: LiteralString
) -> None:
    """Give a table of the raw schema, of an earlier release, a column that it lacks."""
    if not _exists(
        connection,
        "select 1 from information_schema.columns"
        " where table_schema = %s and table_name = %s and column_name = %s",
        SCHEMA,
        table,
        name,
    ):
        statement = sql.SQL("alter table {} add column ").format(sql.Identifier(SCHEMA, table))
        locks.execute(
            connection, statement + sql.SQL(definition), SCHEMA, table, excludes_readers=True
        )


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


def lock(connection: psycopg.Connection[Any], subject: str) -> None:
    """Hold the advisory lock of ``subject`` until the transaction ends."""
    key = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8], signed=True)
    connection.execute("select pg_advisory_xact_lock(%s)", (key,))


def _exists(connection: psycopg.Connection[Any], query: LiteralString, *values: str) -> bool:
    return connection.execute(query, values).fetchone() is not None


def _name(name: str) -> sql.Identifier:
    return sql.Identifier(name)
