"""Databases, roles, schemas and grants of a stack: one idempotent step, run by a superuser."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

from elt import catalog_conflicts
from elt.warehouse import (
    AIRFLOW_DATABASE,
    AIRFLOW_ROLE,
    LEDGER_TABLE,
    LOADER,
    RAW_SCHEMA,
    READER,
    ROLES,
    SCHEMAS,
    SESSIONS_FUNCTION,
    SOURCES_TABLE,
    TRANSFORMER,
    WAREHOUSE_DATABASE,
    Schema,
)

_PREPARE_LOCK = 0x656C74
"""Key of the advisory lock that serialises `prepare`: two at once fail on the catalogue's rows."""
_LOCK_TIMEOUT = "60s"
"""How long `prepare` waits for whoever has an open transaction that grants or alters the same."""

_SESSIONS = """
create or replace function {function}()
returns table (
    pid integer,
    usename name,
    application_name text,
    state text,
    xact_start timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog
as $$
    select pid, usename, application_name, state, xact_start
    from pg_catalog.pg_stat_activity
    where datname = current_database()
$$
"""


@catalog_conflicts.repeated
def prepare(admin_conninfo: str, passwords: Mapping[str, str]) -> None:
    """Create what is missing and set every role's password and rights.

    `admin_conninfo` names a superuser of the cluster; its database serves only to connect.
    `passwords` has one entry for each of `ROLES`. Running it again changes nothing, and with
    other passwords it changes only those, so it is also how passwords are rotated.

    Raises ValueError when a role has no password, psycopg.Error when the server refuses.
    """
    missing = [role for role in ROLES if not passwords.get(role)]
    if missing:
        raise ValueError(f"no password given for the roles {', '.join(missing)}")

    with psycopg.connect(admin_conninfo, autocommit=True) as connection:
        _bound_waits(connection)
        connection.execute("select pg_advisory_lock(%s)", (_PREPARE_LOCK,))
        for role in ROLES:
            _prepare_role(connection, role, passwords[role])
        _prepare_database(connection, AIRFLOW_DATABASE, owner=AIRFLOW_ROLE, users=())
        _prepare_database(
            connection,
            WAREHOUSE_DATABASE,
            owner=None,
            users=(LOADER, TRANSFORMER, READER),
            creators=(LOADER, TRANSFORMER),
        )
        for database in ("postgres", "template1"):
            connection.execute(
                sql.SQL("revoke all on database {} from public").format(sql.Identifier(database))
            )
        with psycopg.connect(admin_conninfo, dbname=WAREHOUSE_DATABASE) as warehouse:
            _bound_waits(warehouse)
            _close_public_schema(warehouse)
            for schema in SCHEMAS:
                _prepare_schema(warehouse, schema)
            _prepare_sessions(warehouse)
            grant_ledger(warehouse)
        with psycopg.connect(admin_conninfo, dbname=AIRFLOW_DATABASE) as airflow:
            _bound_waits(airflow)
            airflow.execute(
                sql.SQL("alter schema public owner to {}").format(sql.Identifier(AIRFLOW_ROLE))
            )
            _close_public_schema(airflow)


def set_password(
    connection: psycopg.Connection[tuple[object, ...]], role: str, password: str
) -> None:
    """Give a role a password, so that no statement log ever holds it."""
    # The verifier rather than the password.
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    ).decode()
    connection.execute(
        sql.SQL("alter role {} with password {}").format(
            sql.Identifier(role), sql.Literal(verifier)
        )
    )


def grant_ledger(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Let the reader see the load ledger and the sources, the tables of `raw` without records.

    Default privileges cannot name one table, so whoever creates one of them calls this.
    Does nothing where a table or the reader is missing, or where it sees it already: a grant waits
    for whoever has granted something on the table in a transaction that is still open.
    """
    for table in (LEDGER_TABLE, SOURCES_TABLE):
        missing = connection.execute(
            "select 1 from pg_catalog.pg_roles where rolname = %s"
            " and not has_table_privilege(oid, to_regclass(%s)::oid, 'select')",
            (READER, f"{RAW_SCHEMA}.{table}"),
        ).fetchone()
        if missing:
            connection.execute(
                sql.SQL("grant select on table {} to {}").format(
                    sql.Identifier(RAW_SCHEMA, table), sql.Identifier(READER)
                )
            )


def _exists(connection: psycopg.Connection[tuple[object, ...]], query: sql.SQL, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None


def _prepare_role(
    connection: psycopg.Connection[tuple[object, ...]], role: str, password: str
) -> None:
    name = sql.Identifier(role)
    if not _exists(
        connection,
        sql.SQL("select 1 from pg_catalog.pg_roles where rolname = %s"),
        role,
    ):
        connection.execute(sql.SQL("create role {}").format(name))
    connection.execute(
        sql.SQL(
            "alter role {} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls"
        ).format(name)
    )
    set_password(connection, role, password)
    connection.execute(sql.SQL("alter role {} set timezone to 'UTC'").format(name))


def _prepare_database(
    connection: psycopg.Connection[tuple[object, ...]],
    database: str,
    *,
    owner: str | None,
    users: tuple[str, ...],
    creators: tuple[str, ...] = (),
) -> None:
    """Create `database` and let only its owner, `users` and superusers connect to it."""
    name = sql.Identifier(database)
    if not _exists(
        connection,
        sql.SQL("select 1 from pg_catalog.pg_database where datname = %s"),
        database,
    ):
        connection.execute(sql.SQL("create database {}").format(name))
    if owner is not None:
        connection.execute(
            sql.SQL("alter database {} owner to {}").format(name, sql.Identifier(owner))
        )
    connection.execute(sql.SQL("revoke all on database {} from public").format(name))
    for user in users:
        connection.execute(
            sql.SQL("grant connect on database {} to {}").format(name, sql.Identifier(user))
        )
    for creator in creators:
        connection.execute(
            sql.SQL("grant create, temporary on database {} to {}").format(
                name, sql.Identifier(creator)
            )
        )


def _bound_waits(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute(sql.SQL("set lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))


def _prepare_sessions(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    """Let loader and transformer see who holds a lock that they wait for, but not the queries.

    A role that is no superuser sees of others' sessions only whose they are. The predefined role
    `pg_read_all_stats` would show it everybody's SQL, in Airflow's database, too.
    """
    function = sql.Identifier(RAW_SCHEMA, SESSIONS_FUNCTION)
    connection.execute(sql.SQL(_SESSIONS).format(function=function))
    connection.execute(sql.SQL("revoke all on function {}() from public").format(function))
    for role in (LOADER, TRANSFORMER):
        connection.execute(
            sql.SQL("grant execute on function {}() to {}").format(function, sql.Identifier(role))
        )


def _close_public_schema(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    connection.execute("revoke all on schema public from public")


def _prepare_schema(connection: psycopg.Connection[tuple[object, ...]], schema: Schema) -> None:
    name, owner = sql.Identifier(schema.name), sql.Identifier(schema.owner)
    connection.execute(sql.SQL("create schema if not exists {}").format(name))
    connection.execute(sql.SQL("alter schema {} owner to {}").format(name, owner))
    # The ledger lies in `raw`, so its reader needs the schema but none of its other tables.
    for role in sorted({*schema.readers, READER}):
        connection.execute(
            sql.SQL("grant usage on schema {} to {}").format(name, sql.Identifier(role))
        )
    for role in schema.readers:
        reader = sql.Identifier(role)
        for table in _tables_hidden_from(connection, schema.name, role):
            connection.execute(
                sql.SQL("grant select on table {} to {}").format(
                    sql.Identifier(schema.name, table), reader
                )
            )
        connection.execute(
            sql.SQL(
                "alter default privileges for role {} in schema {} grant select on tables to {}"
            ).format(owner, name, reader)
        )


def _tables_hidden_from(
    connection: psycopg.Connection[tuple[object, ...]], schema: str, role: str
) -> list[str]:
    """The tables and views of `schema` that `role` may not read.

    Default privileges see to new ones. To grant what is granted already would make a grant of
    somebody else's at the same moment fail.
    """
    rows = connection.execute(
        "select c.relname from pg_catalog.pg_class as c"
        " join pg_catalog.pg_namespace as n on n.oid = c.relnamespace"
        " where n.nspname = %s and c.relkind in ('r', 'p', 'v', 'm', 'f')"
        " and not has_table_privilege(%s::name, c.oid, 'select') order by c.relname",
        (schema, role),
    ).fetchall()
    return [str(name) for (name,) in rows]
