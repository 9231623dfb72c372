"""Databases, roles and rights: each role may do what its work needs, and no more."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from elt import warehouse as names
from elt.local import postgres
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.warehouse import rights

Execute = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def execute(warehouse: Server) -> Execute:
    """Run a statement as a role, in the warehouse; after the tables of a first run are there."""

    def run(role: str, statement: str, database: str = names.WAREHOUSE_DATABASE) -> list:
        with psycopg.connect(warehouse.dsn(role, database)) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    run(names.LOADER, "create table raw.loads (load_id bigint)")
    run(names.LOADER, "create table raw.randomuser__users (record text)")
    run(names.TRANSFORMER, "create table analytics.users (email text)")
    run(names.TRANSFORMER, "create table ops.built_loads (model text)")
    with psycopg.connect(warehouse.dsn(names.LOADER)) as connection:
        rights.grant_ledger(connection)
    return run


ALLOWED = [
    (names.LOADER, "insert into raw.randomuser__users values ('x')"),
    (names.LOADER, "drop table raw.randomuser__users"),
    (names.LOADER, "create temporary table t (id int)"),
    (names.TRANSFORMER, "select * from raw.randomuser__users"),
    (names.TRANSFORMER, "select * from raw.loads"),
    (names.TRANSFORMER, "create view analytics.v as select * from raw.randomuser__users"),
    (names.TRANSFORMER, "insert into ops.built_loads values ('x')"),
    (names.READER, "select * from analytics.users"),
    (names.READER, "select * from ops.built_loads"),
    (names.READER, "select * from raw.loads"),
]
REFUSED = [
    (names.LOADER, "select * from analytics.users"),
    (names.LOADER, "create table analytics.t (id int)"),
    (names.LOADER, "create table public.t (id int)"),
    (names.TRANSFORMER, "insert into raw.randomuser__users values ('x')"),
    (names.TRANSFORMER, "delete from raw.loads"),
    (names.TRANSFORMER, "create table raw.t (id int)"),
    (names.TRANSFORMER, "create table public.t (id int)"),
    (names.READER, "select * from raw.randomuser__users"),
    (names.READER, "insert into analytics.users values ('x')"),
    (names.READER, "delete from raw.loads"),
    (names.READER, "create table analytics.t (id int)"),
    (names.READER, "create temporary table t (id int)"),
    (names.READER, "create schema s"),
]


@pytest.mark.parametrize(("role", "statement"), ALLOWED)
def test_a_role_may(execute: Execute, role: str, statement: str) -> None:
    execute(role, statement)


@pytest.mark.parametrize(("role", "statement"), REFUSED)
def test_a_role_may_not(execute: Execute, role: str, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        execute(role, statement)


@pytest.mark.parametrize("role", names.ROLES)
def test_a_role_reaches_its_own_database_only(warehouse: Server, role: str) -> None:
    own = names.AIRFLOW_DATABASE if role == names.AIRFLOW_ROLE else names.WAREHOUSE_DATABASE
    for database in (names.AIRFLOW_DATABASE, names.WAREHOUSE_DATABASE, "postgres", "template1"):
        if database == own:
            psycopg.connect(warehouse.dsn(role, database)).close()
        else:
            with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                psycopg.connect(warehouse.dsn(role, database))


def test_no_role_is_more_than_it_needs(warehouse: Server) -> None:
    with psycopg.connect(warehouse.dsn(SUPERUSER, "postgres")) as connection:
        powerful = connection.execute(
            "select rolname from pg_roles where rolname = any(%s)"
            " and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls)",
            (list(names.ROLES),),
        ).fetchall()
    assert powerful == []


def test_tables_made_later_are_readable_too(execute: Execute) -> None:
    execute(names.LOADER, "create table raw.later (id int)")
    execute(names.TRANSFORMER, "select * from raw.later")
    execute(names.TRANSFORMER, "create table analytics.later (id int)")
    execute(names.READER, "select * from analytics.later")


def test_preparing_again_and_at_once_changes_nothing(warehouse: Server, execute: Execute) -> None:
    def rights() -> object:
        return execute(
            SUPERUSER,
            "select nspname, nspacl::text from pg_namespace where nspname in"
            " ('raw', 'analytics', 'ops', 'public')"
            " union all select datname, datacl::text from pg_database"
            " union all select rolname, rolconfig::text from pg_roles"
            " union all select relname, relacl::text from pg_class where relname = 'loads'"
            " order by 1, 2",
        )

    before = rights()
    with ThreadPoolExecutor(4) as workers:
        for done in [workers.submit(postgres.prepare, warehouse) for _ in range(4)]:
            done.result()
    assert rights() == before
    execute(names.LOADER, "insert into raw.loads values (1)")
    assert execute(names.READER, "select * from raw.loads") == [(1,)]


def test_a_password_is_rotated_by_preparing(warehouse: Server) -> None:
    passwords = {role: warehouse.secrets.databases[role] for role in names.ROLES}
    admin = warehouse.dsn(SUPERUSER, "postgres")
    try:
        rights.prepare(admin, passwords | {names.READER: "another, 'quoted'"})
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(warehouse.dsn(names.READER))
        psycopg.connect(warehouse.dsn(names.READER), password="another, 'quoted'").close()
        psycopg.connect(warehouse.dsn(names.LOADER)).close()
    finally:
        rights.prepare(admin, passwords)
    psycopg.connect(warehouse.dsn(names.READER)).close()


def test_a_role_without_a_password_is_refused(warehouse: Server) -> None:
    with pytest.raises(ValueError, match="elt_reader"):
        rights.prepare(
            warehouse.dsn(SUPERUSER, "postgres"),
            dict.fromkeys(names.ROLES, "x") | {names.READER: ""},
        )
