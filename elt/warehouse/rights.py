"""Databases, roles, schemas and grants: one step that may be repeated.

`prepare` is of a stack's own PostgreSQL, `prepare_warehouse` of a warehouse on somebody's server,
where it adds and takes nothing away from others; `script` prints the latter for whoever may do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, LiteralString, Self

import psycopg
from psycopg import sql

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
    WAREHOUSE_ROLES,
    Schema,
    catalog_conflicts,
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


_CREATE_ROLE = """
do $$ begin
    if not exists (select 1 from pg_catalog.pg_roles where rolname = {text}) then
        create role {name};
    end if;
end $$
"""
"""In a script, which cannot ask first."""

_CLOSE_PUBLIC_SCHEMA: LiteralString = "revoke all on schema public from public"

_CREATORS = (LOADER, TRANSFORMER)
"""Who makes schemas and temporary tables in the warehouse."""


@dataclass(frozen=True)
class Abilities:
    """What a server knows of roles, and what the role that prepares it may do to them."""

    knows_bypassrls: bool = True
    """Since PostgreSQL 9.5, so Greenplum 6 does not."""
    takes_scram: bool = True
    """Else a verifier would be taken for the password. Since PostgreSQL 10."""
    is_superuser: bool = True
    """Else it makes roles by CREATEROLE, as on the servers of cloud providers."""

    @classmethod
    def of(cls, connection: psycopg.Connection[Any]) -> Self:
        row = connection.execute(
            "select current_setting('server_version_num')::integer >= 90500,"
            " coalesce((select 'scram-sha-256'::text = any(s.enumvals) from pg_catalog.pg_settings"
            " as s where s.name = 'password_encryption'), false),"
            " (select r.rolsuper from pg_catalog.pg_roles as r where r.rolname = current_user)"
        ).fetchone()
        return cls() if row is None else cls(*map(bool, row))


@catalog_conflicts.repeated
def prepare(admin_conninfo: str, passwords: Mapping[str, str]) -> None:
    """Create what is missing and set every role's password and rights.

    `admin_conninfo` names a superuser of the cluster; its database serves only to connect.
    `passwords` has one entry for each of `ROLES`. Running it again changes nothing, and with
    other passwords it changes only those, so it is also how passwords are rotated.

    Raises ValueError when a role has no password, psycopg.Error when the server refuses.
    """
    _expect_passwords(ROLES, passwords)
    with psycopg.connect(admin_conninfo, autocommit=True) as connection:
        _begin(connection)
        for role in ROLES:
            _prepare_role(connection, role, passwords[role])
        _create_database(connection, AIRFLOW_DATABASE)
        connection.execute(
            sql.SQL("alter database {} owner to {}").format(
                sql.Identifier(AIRFLOW_DATABASE), sql.Identifier(AIRFLOW_ROLE)
            )
        )
        _create_database(connection, WAREHOUSE_DATABASE)
        for database in (AIRFLOW_DATABASE, WAREHOUSE_DATABASE, "postgres", "template1"):
            connection.execute(_close_database(database))
        _execute(connection, _open_database(WAREHOUSE_DATABASE))
        with psycopg.connect(admin_conninfo, dbname=WAREHOUSE_DATABASE) as warehouse:
            _bound_waits(warehouse)
            _close_public_schema(warehouse)
            _prepare_schemas(warehouse)
        with psycopg.connect(admin_conninfo, dbname=AIRFLOW_DATABASE) as airflow:
            _bound_waits(airflow)
            airflow.execute(
                sql.SQL("alter schema public owner to {}").format(sql.Identifier(AIRFLOW_ROLE))
            )
            _close_public_schema(airflow)


@catalog_conflicts.repeated
def prepare_warehouse(admin_conninfo: str, database: str, passwords: Mapping[str, str]) -> bool:
    """Make `database` a warehouse, on a server that others use, too; whether it was made anew.

    `admin_conninfo` names a superuser, or a role that may create roles (and databases, if it is
    not there) and create schemas in it; its database serves only to connect. `passwords` has one
    entry for each of `WAREHOUSE_ROLES`. A database that is there stays open to whoever may connect
    to it; one that is made is closed to all others.

    Raises ValueError when a role has no password, psycopg.Error when the server refuses.
    """
    _expect_passwords(WAREHOUSE_ROLES, passwords)
    with psycopg.connect(admin_conninfo, autocommit=True) as connection:
        _begin(connection)
        for role in WAREHOUSE_ROLES:
            _prepare_role(connection, role, passwords[role])
        is_new = _create_database(connection, database)
        if is_new:
            connection.execute(_close_database(database))
        _execute(connection, _open_database(database))
        with psycopg.connect(admin_conninfo, dbname=database) as warehouse:
            _bound_waits(warehouse)
            if is_new and Abilities.of(warehouse).is_superuser:
                _close_public_schema(warehouse)
            _prepare_schemas(warehouse)
    return is_new


def script(database: str, abilities: Abilities) -> str:
    """The statements of `prepare_warehouse` for psql, with placeholders for the passwords."""
    roles: list[str] = []
    for role in WAREHOUSE_ROLES:
        roles += map(
            _text,
            (
                sql.SQL(_CREATE_ROLE).format(name=sql.Identifier(role), text=sql.Literal(role)),
                *_define_role(role, abilities),
                _password(role, f"<password of {role}>"),
            ),
        )
    opened = [*map(_text, _open_database(database))]
    schemas: list[str] = []
    for schema in SCHEMAS:
        schemas += map(_text, _define_schema(schema))
        schemas += [
            _text(
                sql.SQL("grant select on all tables in schema {} to {}").format(
                    sql.Identifier(schema.name), sql.Identifier(role)
                )
            )
            for role in schema.readers
        ]
    schemas += map(_text, _define_sessions())
    quoted = _text(sql.Identifier(database))
    return "\n".join(
        (
            "-- For psql, as a superuser. Put the passwords in place of <password of …>, or leave",
            "-- these lines out and use \\password, so that no log of statements holds them.",
            *(f"{statement.strip()};" for statement in roles),
            "",
            "-- If it is not there yet; the second line, if nobody else is to connect to it.",
            f"create database {quoted};",
            f"{_text(_close_database(database))};",
            "",
            *(f"{statement};" for statement in opened),
            "",
            f"\\connect {quoted}",
            "-- The first line, if nobody else is to use the database.",
            _CLOSE_PUBLIC_SCHEMA + ";",
            *(f"{statement.strip()};" for statement in schemas),
            "",
        )
    )


def _text(statement: sql.Composable) -> str:
    return statement.as_string(None)


def _expect_passwords(roles: tuple[str, ...], passwords: Mapping[str, str]) -> None:
    missing = [role for role in roles if not passwords.get(role)]
    if missing:
        raise ValueError(f"no password given for the roles {', '.join(missing)}")


def _begin(connection: psycopg.Connection[Any]) -> None:
    _bound_waits(connection)
    connection.execute("select pg_advisory_lock(%s)", (_PREPARE_LOCK,))


def set_password(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    """Give a role a password, so that no statement log ever holds it."""
    abilities = Abilities.of(connection)
    if abilities.takes_scram:
        # The verifier rather than the password.
        password = connection.pgconn.encrypt_password(
            password.encode(), role.encode(), b"scram-sha-256"
        ).decode()
    elif abilities.is_superuser:
        connection.execute("set log_statement to 'none'")
    connection.execute(_password(role, password))


def _password(role: str, password: str) -> sql.Composed:
    return sql.SQL("alter role {} with password {}").format(
        sql.Identifier(role), sql.Literal(password)
    )


def grant_ledger(connection: psycopg.Connection[Any]) -> None:
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


def _exists(connection: psycopg.Connection[Any], query: sql.SQL, name: str) -> bool:
    return connection.execute(query, (name,)).fetchone() is not None


def _prepare_role(connection: psycopg.Connection[Any], role: str, password: str) -> None:
    name = sql.Identifier(role)
    abilities = Abilities.of(connection)
    if not _exists(
        connection,
        sql.SQL("select 1 from pg_catalog.pg_roles where rolname = %s"),
        role,
    ):
        connection.execute(sql.SQL("create role {}").format(name))
    _execute(connection, _define_role(role, abilities))
    set_password(connection, role, password)
    # What a role owns is made over to it only by its members.
    if not _exists(
        connection,
        sql.SQL("select 1 where pg_catalog.pg_has_role(current_user, %s::name, 'usage')"),
        role,
    ):
        connection.execute(sql.SQL("grant {} to current_user").format(name))


def _define_role(role: str, abilities: Abilities) -> Iterator[sql.Composed]:
    name = sql.Identifier(role)
    options = ["login"]
    if abilities.is_superuser:
        # Nobody else may say so, and a role of somebody else's making has none of these.
        options += ["nosuperuser", "nocreatedb", "nocreaterole", "noreplication"]
        if abilities.knows_bypassrls:
            options.append("nobypassrls")
    yield sql.SQL("alter role {} with {}").format(
        name, sql.SQL(" ").join(sql.SQL(option) for option in options)
    )
    yield sql.SQL("alter role {} set timezone to 'UTC'").format(name)


def _create_database(connection: psycopg.Connection[Any], database: str) -> bool:
    """Create `database` where it is missing; whether it was."""
    is_missing = not _exists(
        connection,
        sql.SQL("select 1 from pg_catalog.pg_database where datname = %s"),
        database,
    )
    if is_missing:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
    return is_missing


def _close_database(database: str) -> sql.Composed:
    return sql.SQL("revoke all on database {} from public").format(sql.Identifier(database))


def _open_database(database: str) -> Iterator[sql.Composed]:
    """Let the warehouse's roles connect, and those that make schemas make them."""
    name = sql.Identifier(database)
    for role in WAREHOUSE_ROLES:
        yield sql.SQL("grant connect on database {} to {}").format(name, sql.Identifier(role))
    for role in _CREATORS:
        yield sql.SQL("grant create, temporary on database {} to {}").format(
            name, sql.Identifier(role)
        )


def _execute(connection: psycopg.Connection[Any], statements: Iterator[sql.Composed]) -> None:
    for statement in statements:
        connection.execute(statement)


def _bound_waits(connection: psycopg.Connection[Any]) -> None:
    connection.execute(sql.SQL("set lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))


def _define_sessions() -> Iterator[sql.Composed]:
    """Let loader and transformer see who holds a lock that they wait for, but not the queries.

    A role that is no superuser sees of others' sessions only whose they are. The predefined role
    `pg_read_all_stats` would show it everybody's SQL, in Airflow's database, too.
    """
    function = sql.Identifier(RAW_SCHEMA, SESSIONS_FUNCTION)
    yield sql.SQL(_SESSIONS).format(function=function)
    yield sql.SQL("revoke all on function {}() from public").format(function)
    for role in _CREATORS:
        yield sql.SQL("grant execute on function {}() to {}").format(function, sql.Identifier(role))


def _close_public_schema(connection: psycopg.Connection[Any]) -> None:
    connection.execute(_CLOSE_PUBLIC_SCHEMA)


def _prepare_schemas(connection: psycopg.Connection[Any]) -> None:
    for schema in SCHEMAS:
        _execute(connection, _define_schema(schema))
        for role in schema.readers:
            for table in _tables_hidden_from(connection, schema.name, role):
                connection.execute(
                    sql.SQL("grant select on table {} to {}").format(
                        sql.Identifier(schema.name, table), sql.Identifier(role)
                    )
                )
    _execute(connection, _define_sessions())
    grant_ledger(connection)


def _define_schema(schema: Schema) -> Iterator[sql.Composed]:
    name, owner = sql.Identifier(schema.name), sql.Identifier(schema.owner)
    yield sql.SQL("create schema if not exists {}").format(name)
    yield sql.SQL("alter schema {} owner to {}").format(name, owner)
    # The ledger lies in `raw`, so its reader needs the schema but none of its other tables.
    for role in sorted({*schema.readers, READER}):
        yield sql.SQL("grant usage on schema {} to {}").format(name, sql.Identifier(role))
    for role in schema.readers:
        yield sql.SQL(
            "alter default privileges for role {} in schema {} grant select on tables to {}"
        ).format(owner, name, sql.Identifier(role))


def _tables_hidden_from(connection: psycopg.Connection[Any], schema: str, role: str) -> list[str]:
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
