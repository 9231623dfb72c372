"""`elt warehouse init`: a warehouse on a server that others use, too, run or printed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from elt import warehouse as names
from elt.local.home import Home
from elt.local.postgres import Cluster, programs
from elt.stack import elsewhere, warehouse_init
from elt.stack.command import parser
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.warehouse import rights
from tests.integration.test_warehouse import ALLOWED, REFUSED

PASSWORDS = {role: f"pass'word of {role}" for role in names.WAREHOUSE_ROLES}


@pytest.fixture(scope="module")
def somebody_s(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Home]]:
    """A running PostgreSQL that no stack has prepared."""
    home = Home(tmp_path_factory.mktemp("somebody"))
    with Cluster(home, home.create()).lease() as lease:
        yield lease.server, home


class Dba:
    """A superuser of the server."""

    def __init__(self, server: Server) -> None:
        self.server = server

    def dsn(self, database: str = "postgres") -> str:
        return self.server.dsn(SUPERUSER, database)

    def __call__(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn(database), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def dba(somebody_s: tuple[Server, Home]) -> Iterator[Dba]:
    dba = Dba(somebody_s[0])
    yield dba
    for (database,) in dba("select datname from pg_database where datname like 'dw%'"):
        dba(f"drop database {database} with (force)")
    dba("alter system reset all")
    dba("select pg_reload_conf()")
    for role in (*names.WAREHOUSE_ROLES, "maker", "colleague"):
        if dba(f"select 1 from pg_roles where rolname = '{role}'"):
            dba(f"drop owned by {role} cascade")
    for role in (*names.WAREHOUSE_ROLES, "maker", "colleague"):
        dba(f"drop role if exists {role}")


@pytest.fixture
def environment(dba: Dba, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """What a user exports."""
    monkeypatch.setenv(elsewhere.HOST, dba.server.host)
    monkeypatch.setenv(elsewhere.PORT, str(dba.server.port))
    monkeypatch.setenv(elsewhere.DATABASE, "dw")
    monkeypatch.setenv(elsewhere.ADMIN_PASSWORD, dba.server.secrets.databases[SUPERUSER])
    for name in (elsewhere.TARGET, elsewhere.USER, elsewhere.OWN, elsewhere.ADMIN):
        monkeypatch.delenv(name, raising=False)
    for role, variables in elsewhere.PASSWORDS.items():
        monkeypatch.setenv(variables[0], PASSWORDS[role])
    return monkeypatch


def init(*options: str) -> int:
    made, commands = parser("", "")
    warehouse_init.add(commands)
    given = made.parse_args(["warehouse", "init", *options])
    return int(given.command(given))


def of(role: str, dba: Dba, database: str = "dw") -> str:
    """The connection string of one of the warehouse's roles."""
    return make_conninfo(
        host=dba.server.host,
        port=dba.server.port,
        user=role,
        password=PASSWORDS[role],
        dbname=database,
    )


def all_rights(dba: Dba, database: str) -> list[tuple[Any, ...]]:
    """Roles, settings, owners and grants, as the catalogue has them, in any order of grants."""
    return dba(
        "select 'role', rolname::text, concat_ws(' ', rolsuper, rolcanlogin, rolcreatedb,"
        " rolcreaterole, rolreplication, rolbypassrls, rolconfig) from pg_roles"
        " where rolname like 'elt%'"
        " union all select 'schema', nspname, concat(nspowner::regrole, (select array_agg(a::text"
        " order by a::text) from unnest(nspacl) as a)) from pg_namespace"
        " where nspname !~ '^(pg_|information)'"
        " union all select 'default', concat(defaclrole::regrole, defaclnamespace::regnamespace),"
        " defaclacl::text from pg_default_acl"
        " union all select 'function', proname, concat(proowner::regrole, prosecdef, proconfig,"
        " (select array_agg(a::text order by a::text) from unnest(proacl) as a)) from pg_proc"
        " where pronamespace = 'raw'::regnamespace"
        " union all select 'database', 'it', (select array_agg(a::text order by a::text)"
        " from unnest(datacl) as a)::text from pg_database where datname = current_database()"
        " order by 1, 2",
        database,
    )


def test_each_role_may_do_there_what_it_may_do_in_a_stack(
    dba: Dba, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert init() == 0
    said = capsys.readouterr().out
    assert f"dw on 127.0.0.1:{dba.server.port} is ready: the database made" in said
    assert not any(password in said for password in PASSWORDS.values())
    for role, statement in [
        (names.LOADER, "create table raw.loads (load_id bigint)"),
        (names.LOADER, "create table raw.randomuser__users (record text)"),
        (names.TRANSFORMER, "create table analytics.users (email text)"),
        (names.TRANSFORMER, "create table ops.built_loads (model text)"),
    ]:
        with psycopg.connect(of(role, dba)) as connection:
            connection.execute(statement.encode())
            if role == names.LOADER:
                rights.grant_ledger(connection)
    for role, statement in (*ALLOWED, *REFUSED):
        with psycopg.connect(of(role, dba)) as connection:
            if (role, statement) in REFUSED:
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
            else:
                connection.execute(statement.encode())
            connection.rollback()


def test_again_it_changes_nothing_but_passwords(
    dba: Dba, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    init()
    before = all_rights(dba, "dw")
    environment.setenv("ELT_WAREHOUSE_READER_PASSWORD", "another")
    init()
    assert "the database was there" in capsys.readouterr().out
    assert all_rights(dba, "dw") == before
    psycopg.connect(of(names.READER, dba), password="another").close()


def test_what_others_have_on_the_server_stays_theirs(
    dba: Dba, environment: pytest.MonkeyPatch
) -> None:
    dba("create role colleague login password 'x'")
    dba("create database dw")
    dba("grant create on schema public to colleague", "dw")
    of_others = (
        "select datname::text, datacl::text from pg_database where datname <> 'dw'"
        " union all select nspname, nspacl::text from pg_namespace where nspname = 'public'"
        " order by 1"
    )
    before = dba(of_others, "dw")
    init()
    assert dba(of_others, "dw") == before
    with psycopg.connect(of(names.READER, dba), user="colleague", password="x") as connection:
        connection.execute("create table public.notes (id integer)")


def test_what_is_printed_is_what_is_run(
    dba: Dba, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    init()
    capsys.readouterr()
    run = all_rights(dba, "dw")
    dba("drop database dw")
    dba(f"drop role {', '.join(names.WAREHOUSE_ROLES)}")

    environment.delenv(elsewhere.HOST)
    environment.setenv(elsewhere.PORT, "")
    assert init("--print") == 0
    script = capsys.readouterr().out
    secrets = (*PASSWORDS.values(), dba.server.secrets.databases[SUPERUSER])
    assert not any(secret in script for secret in secrets)
    for role, password in PASSWORDS.items():
        assert f"'<password of {role}>'" in script
        quoted = sql.Literal(password).as_string(None)
        script = script.replace(f"'<password of {role}>'", quoted)
    psql(dba, script)
    assert all_rights(dba, "dw") == run
    for role in names.WAREHOUSE_ROLES:
        psycopg.connect(of(role, dba)).close()
    # Also where the roles are there already.
    psql(dba, script.replace("create database dw;", "").replace('create database "dw";', ""))
    assert all_rights(dba, "dw") == run


def psql(dba: Dba, script: str) -> None:
    done = subprocess.run(
        [programs() / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", dba.dsn()],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_role_that_may_make_roles_and_databases_is_enough(
    dba: Dba, environment: pytest.MonkeyPatch
) -> None:
    """As on the servers of cloud providers, where nobody is a superuser."""
    dba("create role maker login createrole createdb password 'x'")
    environment.setenv(elsewhere.ADMIN, "maker")
    environment.setenv(elsewhere.ADMIN_PASSWORD, "x")
    init()
    init()
    with psycopg.connect(of(names.LOADER, dba)) as connection:
        connection.execute("create table raw.loads (load_id bigint)")
        rights.grant_ledger(connection)
        connection.execute("select * from raw.sessions()")
    with psycopg.connect(of(names.TRANSFORMER, dba)) as connection:
        connection.execute("create table analytics.t as select load_id from raw.loads")
    with psycopg.connect(of(names.READER, dba)) as connection:
        connection.execute("select * from analytics.t, raw.loads")
    assert dba(
        "select count(*) from pg_roles where rolname like 'elt%'"
        " and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls)"
    ) == [(0,)]


def test_a_server_without_scram_and_row_security_gets_what_it_knows(
    dba: Dba,
    somebody_s: tuple[Server, Home],
    environment: pytest.MonkeyPatch,
) -> None:
    """Greenplum 6 takes a verifier for the password, and stops at `nobypassrls`."""
    dba("alter system set password_encryption = 'md5'")
    dba("alter system set log_statement = 'all'")
    dba("select pg_reload_conf()")
    old = rights.Abilities(knows_bypassrls=False, takes_scram=False)
    environment.setattr(rights.Abilities, "of", lambda _connection: old)
    rights.prepare_warehouse(dba.dsn(), "dw", PASSWORDS)
    log = (somebody_s[1].logs / "postgres.log").read_text()
    said = log[log.rindex("create role") :]
    assert "alter role" in said
    assert "bypassrls" not in said
    assert not any(password.replace("'", "''") in log for password in PASSWORDS.values())
    # The server has hashed it by itself.
    hashes = dba("select rolpassword from pg_authid where rolname like 'elt%'")
    assert [str(found)[:3] for (found,) in hashes] == ["md5"] * 3


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (
            "alter role elt_reader password 'x'",
            'FATAL: password authentication failed for user "el',
        ),
        ("alter role elt_loader nologin", 'role "elt_loader" is not permitted to log in'),
        ("drop schema ops cascade", "has no schema ops"),
        (
            "revoke usage on schema raw from elt_transformer",
            "elt_transformer may not use the schem",
        ),
        ("alter schema analytics owner to postgres", "elt_transformer may not use the schema anal"),
    ],
)
def test_what_a_warehouse_lacks_is_said(
    dba: Dba, environment: pytest.MonkeyPatch, spoil: str, said: str
) -> None:
    init()
    server = elsewhere.named(os.environ)
    assert server is not None
    elsewhere.expect_usable(server)
    dba(spoil, "dw")
    with pytest.raises(StackError, match=said) as raised:
        elsewhere.expect_usable(server)
    assert "elt warehouse init" in str(raised.value)
    assert not any(password in str(raised.value) for password in PASSWORDS.values())


def test_another_kind_of_server_is_said(dba: Dba, environment: pytest.MonkeyPatch) -> None:
    environment.setenv(elsewhere.TARGET, "greenplum")
    with pytest.raises(StackError, match="it is a postgres: set ELT_DBT_TARGET=postgres"):
        init()


def test_nobody_who_answers_is_said(dba: Dba, environment: pytest.MonkeyPatch) -> None:
    environment.setenv(elsewhere.PORT, "1")
    with pytest.raises(StackError, match=r"refused.* Look at ELT_WAREHOUSE_HOST"):
        init()
    environment.delenv(elsewhere.ADMIN_PASSWORD)
    with pytest.raises(StackError, match=r"ELT_WAREHOUSE_ADMIN_PASSWORD .* is not set"):
        init()


def test_a_database_in_another_encoding_is_refused(
    dba: Dba, environment: pytest.MonkeyPatch
) -> None:
    dba("create database dw encoding 'LATIN1' locale_provider libc locale 'C' template template0")
    with pytest.raises(StackError, match="LATIN1: the warehouse has to be in UTF8"):
        init()
