"""dbt beside other people: their views, rights and open transactions on what it builds."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest

from elt import warehouse as names
from elt.local import postgres
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests import dbt_in_process
from tests.integration.conftest import DBT_PROJECT, Dbt, Land
from tests.integration.test_marts import OF_USERS, messages, physical, user

TEAM = "bi_team"
KINDS = ("table", "incremental")

Sql = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def warehouse(cluster: Server) -> Server:
    """A warehouse without tables: making the database anew would take seconds."""
    postgres.prepare(cluster)
    dsn = cluster.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("drop schema if exists raw, analytics, ops, analytics_audit cascade")
    postgres.prepare(cluster)
    return cluster


@pytest.fixture
def sql(warehouse: Server) -> Iterator[Sql]:
    """Run statements as the superuser; a team with a schema of its own is there."""
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)

    def run(statement: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(dsn) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    run(f"drop role if exists {TEAM}")
    # The one step that docs/server.md has for a team that reads everything.
    run(f"create role {TEAM} login password 'secret' in role {names.READER}")
    run(f"create schema bi authorization {TEAM}")
    yield run
    run(f"drop owned by {TEAM} cascade; drop role {TEAM}")


@pytest.fixture
def team(warehouse: Server, sql: Sql) -> Callable[..., psycopg.Connection[Any]]:
    """Connect as somebody of the team."""

    def connect(**options: Any) -> psycopg.Connection[Any]:
        dsn = warehouse.dsn(names.READER, names.WAREHOUSE_DATABASE)
        return psycopg.connect(
            dsn, user=TEAM, password="secret", application_name="a notebook", **options
        )

    return connect


class Project:
    """A dbt project with the macros of ours, whose models change between two runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(DBT_PROJECT / "macros", folder / "macros")
        shutil.copy(DBT_PROJECT / "profiles.yml", folder)
        (folder / "models").mkdir()
        (folder / "seeds").mkdir()
        (folder / "dbt_project.yml").write_text(
            "name: small\nprofile: elt\nconfig-version: 2\n"
            "flags: {send_anonymous_usage_stats: false}\n"
        )

    def model(self, name: str, query: str, **config: object) -> None:
        options = ", ".join(f"{key}={value!r}" for key, value in config.items())
        (self.folder / "models" / f"{name}.sql").write_text(f"{{{{ config({options}) }}}}\n{query}")

    def yaml(self, text: str) -> None:
        (self.folder / "models" / "models.yml").write_text(text)

    def seed(self, text: str) -> None:
        (self.folder / "seeds" / "colours.csv").write_text(text)

    def invoke(self, *options: str) -> Any:
        return dbt_in_process.call(self.folder, *options)

    def run(self, *options: str) -> None:
        result = self.invoke("run", *options)
        assert result.success, messages(result)

    def failure(self, *options: str) -> str:
        result = self.invoke("run", *options)
        assert not result.success
        return messages(result)


@pytest.fixture
def project(dbt: Dbt, sql: Sql, tmp_path: Path) -> Project:
    return Project(tmp_path)


def rights(sql: Sql, table: str) -> list[tuple[Any, ...]]:
    return sql(
        "select distinct a.grantee::regrole::text, a.privilege_type from pg_class as c,"
        f" aclexplode(c.relacl) as a where c.oid = 'analytics.{table}'::regclass order by 1, 2"
    )


def identity(sql: Sql, table: str) -> list[tuple[Any, ...]]:
    """The relation, and whoever wrote its definition last."""
    return sql(
        "select c.oid, r.oid, r.xmin::text from pg_class as c left join pg_rewrite as r"
        f" on r.ev_class = c.oid where c.oid = 'analytics.{table}'::regclass"
    )


def test_all_models_beside_a_reader_s_transaction_and_a_team_s_views(
    warehouse: Server,
    land: Land,
    dbt: Dbt,
    sql: Sql,
    team: Callable[..., psycopg.Connection[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Builds and full refreshes pass, and leave views and rights of others where they are."""
    monkeypatch.setenv("ELT_BUILD_LOCK_TIMEOUT", "0")

    def build(*options: str) -> None:
        result = dbt(
            "build", "--select", *OF_USERS, "--exclude-resource-type", "unit_test", *options
        )
        assert result.success, messages(result)

    land("2026-11-01", user(1), user(2, login={"uuid": "no uuid"}))
    build()
    tables = [row[0] for row in sql("select tablename from pg_tables where schemaname='analytics'")]
    tables.append("rejected_records")
    for table in tables:
        with team() as connection:
            connection.execute(
                f"create view bi.of_{table} as select * from analytics.{table}".encode()
            )
        sql(f"grant update on analytics.{table} to {TEAM}")
    sql("revoke select on analytics.rejected_records from elt_reader")
    before = {table: (identity(sql, table), rights(sql, table)) for table in tables}
    unchanged = physical(warehouse)
    with team() as reader:
        for table in set(tables) - {"rejected_records"}:
            reader.execute(f"select * from bi.of_{table}".encode())
        build()
        build("--full-refresh")
        assert physical(warehouse) == unchanged
        land("2026-11-02", user(1, "Eve"), user(3))
        build("--full-refresh")
    assert {table: (identity(sql, table), rights(sql, table)) for table in tables} == before
    assert sql("select firstname from bi.of_users order by 1") == [("Ada",), ("Eve",)]


def test_a_changed_view_keeps_what_others_made_of_it(project: Project, sql: Sql) -> None:
    project.model("shown", "select 1::integer as number, 'x'::text as word", materialized="view")
    project.run()
    sql("create view bi.report as select number from analytics.shown")
    sql(f"grant update on analytics.shown to {TEAM}")
    before = identity(sql, "shown"), rights(sql, "shown")
    project.run()
    assert (identity(sql, "shown"), rights(sql, "shown")) == before
    project.model(
        "shown", "select 2::integer as number, 'x'::text as word, 3 as more", materialized="view"
    )
    project.run()
    assert sql("select number from bi.report") == [(2,)]
    assert rights(sql, "shown") == before[1]


def test_a_view_that_loses_a_column_names_who_stands_in_the_way(
    project: Project, sql: Sql, team: Callable[..., psycopg.Connection[Any]]
) -> None:
    project.model("shown", "select 1::integer as number, 'x'::text as word", materialized="view")
    project.run()
    with team() as connection:
        connection.execute("create view bi.report as select number from analytics.shown")
    sql("revoke select on analytics.shown from elt_reader")
    sql(f"grant select (number), update on analytics.shown to {TEAM}")
    project.model("shown", "select 1::bigint as number", materialized="view")
    said = project.failure()
    assert f"view bi.report (owner {TEAM})" in said
    assert "analytics.shown" in said
    assert "cascade" not in said.lower()
    assert sql("select word from analytics.shown") == [("x",)]
    sql("drop view bi.report")
    before = rights(sql, "shown")
    project.run()
    assert sql("select number from analytics.shown") == [(1,)]
    assert rights(sql, "shown") == before
    assert sql(
        "select attacl::text from pg_attribute where attacl is not null and attname='number'"
    )


@pytest.mark.parametrize("kind", ["view", "table"])
def test_views_of_the_project_are_kept_or_built_anew(kind: str, project: Project, sql: Sql) -> None:
    """They are no reason to refuse a change, unless somebody's view is on them."""
    project.model("below", "select 1 as number, 'x'::text as word", materialized=kind)
    project.model("above", "select number from {{ ref('below') }}", materialized="view")
    project.model("top", "select number from {{ ref('above') }}", materialized="view")
    project.run()
    sql(f"grant delete on analytics.above to {TEAM}")
    sql("create view bi.report as select number from analytics.top")
    project.model("below", "select 2::bigint as number", materialized=kind)
    said = project.failure("--select", "below")
    assert "analytics.top" in said
    assert "view bi.report (owner postgres)" in said
    sql("drop view bi.report")
    project.run("--select", "below")
    assert sql("select number from analytics.top") == [(2,)]
    assert (TEAM, "DELETE") in rights(sql, "above")
    # The next run finds what it expects, also where the former definition no longer fits.
    project.model("below", "select 3 as renamed", materialized=kind)
    project.model("above", "select renamed as number from {{ ref('below') }}", materialized="view")
    project.run()
    assert sql("select number from analytics.top") == [(3,)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_gets_other_columns_under_a_team_s_views(
    kind: str, project: Project, sql: Sql
) -> None:
    """Added, lost and retyped ones, keys, and what cannot be: a column that a view shows."""
    declared = (
        "models: [{{name: made, config: {{contract: {{enforced: true}}}}, columns: [{}]}}]".format
    )
    number = "{name: number, data_type: integer, constraints: [{type: not_null}]}"
    project.yaml(declared(f"{number}, {{name: word, data_type: text}}"))
    config = {"materialized": kind, "on_schema_change": "fail"}
    project.model("made", "select 1 as number, 'x'::text as word", **config)
    project.run()
    sql("create view bi.report as select number from analytics.made")
    sql(f"grant update (word), delete on analytics.made to {TEAM}")
    sql("create index by_hand on analytics.made (number)")
    before = identity(sql, "made"), rights(sql, "made")
    number = "{name: number, data_type: integer, constraints: [{type: primary_key}]}"
    more = "{name: more, data_type: date, constraints: [{type: not_null}]}"
    project.yaml(declared(f"{more}, {number}, {{name: word, data_type: bigint}}"))
    project.model(
        "made", "select '2026-11-01'::date as more, 2 as number, 5::bigint as word", **config
    )
    project.run("--full-refresh")
    assert sql("select number, word, more::text from analytics.made") == [(2, 5, "2026-11-01")]
    assert sql("select number from bi.report") == [(2,)]
    assert (identity(sql, "made"), rights(sql, "made")) == before
    indexes = "select indexname from pg_indexes where tablename = 'made' order by 1"
    assert sql(indexes) == [("by_hand",), ("made_pkey",)]
    assert sql(
        "select attname from pg_attribute where attrelid = 'analytics.made'::regclass"
        " and attnotnull and attnum > 0 order by 1"
    ) == [("more",), ("number",)]

    project.yaml(declared("{name: number, data_type: bigint}, {name: word, data_type: bigint}"))
    project.model("made", "select 3::bigint as number, 6::bigint as word", **config)
    said = project.failure("--full-refresh")
    assert "number" in said
    assert "view bi.report (owner postgres)" in said
    assert sql("select number, word, more::text from analytics.made") == [(2, 5, "2026-11-01")]
    sql("drop view bi.report")
    project.run("--full-refresh")
    assert sql("select number, word from analytics.made") == [(3, 6)]
    assert sql(indexes) == [("by_hand",)]


def test_columns_that_a_build_adds_or_retypes(project: Project, sql: Sql) -> None:
    """`on_schema_change`: dbt's own way drops the column of others' views by cascade."""
    config = {"materialized": "incremental", "on_schema_change": "sync_all_columns"}
    project.model("made", "select 1 as number, 'x'::varchar(3) as word", **config)
    project.run()
    sql("create view bi.report as select word from analytics.made")
    project.model("made", "select 2 as number, 'y'::varchar(3) as word, 7 as more", **config)
    project.run()
    assert sql("select word from bi.report order by 1") == [("x",), ("y",)]
    project.model("made", "select 3::bigint as number, 'longer'::varchar(9) as word", **config)
    assert "view bi.report (owner postgres)" in project.failure()
    assert sql("select word from bi.report order by 1") == [("x",), ("y",)]


GRANTED = ("users", "stg_randomuser__users", "rejected_records")
"""A mart, a staging model and a view of records with a fault."""


def test_what_a_role_was_granted_it_keeps(
    warehouse: Server, land: Land, dbt: Dbt, sql: Sql
) -> None:
    """After full refreshes, and for the reader also after a model was dropped by hand."""

    def build(*options: str) -> None:
        result = dbt("run", "--select", "+users", "+rejected_records", *options)
        assert result.success, messages(result)

    def grants(role: str) -> list[str]:
        return [table for table in GRANTED if (role, "SELECT") in rights(sql, table)]

    land("2026-11-01", user(1), user(2, login={"uuid": "none"}))
    build()
    # Without a further step.
    assert grants(names.READER) == list(GRANTED)
    sql("create role guest")
    try:
        for table in GRANTED:
            sql(f"grant select on analytics.{table} to guest")
        before = {table: rights(sql, table) for table in GRANTED}
        build("--full-refresh")
        land("2026-11-02", user(3))
        build()
        assert {table: rights(sql, table) for table in GRANTED} == before
        assert grants("guest") == list(GRANTED)

        sql("drop table analytics.stg_randomuser__users, analytics.users cascade")
        build()
        assert grants(names.READER) == list(GRANTED)
        dsn = warehouse.dsn(names.READER, names.WAREHOUSE_DATABASE)
        with psycopg.connect(dsn) as connection:
            for table in GRANTED:
                connection.execute(f"select * from analytics.{table}".encode())
    finally:
        sql("drop owned by guest; drop role guest")


@pytest.mark.parametrize(("former", "latter"), [("view", "table"), ("table", "view")])
def test_a_model_of_another_kind_keeps_its_rights(
    former: str, latter: str, project: Project, sql: Sql
) -> None:
    project.model("made", "select 1 as number", materialized=former)
    project.run()
    sql("revoke select on analytics.made from elt_reader")
    sql(f"grant select on analytics.made to {TEAM} with grant option")
    sql("create materialized view bi.kept as select number from analytics.made")
    sql("create view bi.report as select number from analytics.made")
    sql(
        "create function bi.counted() returns bigint"
        " begin atomic select count(*) from analytics.made; end"
    )
    sql(
        "create function bi.rows_of_it() returns setof analytics.made language sql"
        " as 'select * from analytics.made'"
    )
    before = rights(sql, "made")
    project.model("made", "select 2 as number", materialized=latter)
    said = project.failure()
    assert "materialized view bi.kept (owner postgres)" in said
    assert "view bi.report (owner postgres)" in said
    assert "function bi.counted() (owner postgres)" in said
    assert "function bi.rows_of_it() (owner postgres)" in said
    assert sql("select number from analytics.made") == [(1,)]
    sql("drop materialized view bi.kept; drop view bi.report")
    sql("drop function bi.counted; drop function bi.rows_of_it")
    project.run()
    assert sql("select number from analytics.made") == [(2,)]
    assert rights(sql, "made") == before


def test_a_seed_and_a_table_of_failures_keep_what_others_made_of_them(
    project: Project, sql: Sql
) -> None:
    project.seed("colour\nred\n")
    project.model("made", "select 1 as number", materialized="table")
    project.yaml(
        "models: [{name: made, columns: [{name: number, data_tests: [{accepted_values:"
        " {name: failures, arguments: {values: [7]},"
        " config: {store_failures: true, schema: audit, severity: warn}}}]}]}]"
    )
    assert project.invoke("build").success
    for table in ("analytics.colours", "analytics_audit.failures"):
        sql(f"grant delete on {table} to {TEAM}")
        sql(f"create view bi.{table.split('.')[1]} as select * from {table}")
    project.seed("shade,colour\n1,red\n2,blue\n")
    project.model("made", "select 2 as number", materialized="table")
    assert project.invoke("build", "--full-refresh").success
    assert sql("select colour from bi.colours order by 1") == [("blue",), ("red",)]
    assert sql("select shade from analytics.colours order by 1") == [(1,), (2,)]
    assert (TEAM, "DELETE") in rights(sql, "colours")
    assert sql("select value_field from bi.failures") == [(2,)]
    assert sql(f"select has_table_privilege('{TEAM}', 'analytics_audit.failures', 'delete')") == [
        (True,)
    ]


def test_a_table_of_somebody_else_is_named_with_its_owner(project: Project, sql: Sql) -> None:
    project.model("made", "select 1 as number", materialized="view")
    project.run()
    sql(f"alter view analytics.made owner to {TEAM}")
    project.run()
    project.model("made", "select 2 as number", materialized="view")
    said = project.failure()
    assert f"analytics.made belongs to the role {TEAM}" in said
    assert f"owner to {names.TRANSFORMER}" in said


def test_grants_of_the_config_come_beside_those_by_hand(project: Project, sql: Sql) -> None:
    """From the second run on, dbt's own way revokes whatever the config does not name."""
    project.model("made", "select 1 as number", materialized="incremental")
    project.run()
    sql(f"grant delete on analytics.made to {TEAM}")
    project.model(
        "made", "select 1 as number", materialized="incremental", grants={"update": [TEAM]}
    )
    for options in ((), (), ("--full-refresh",)):
        project.run(*options)
        assert {
            (TEAM, "DELETE"),
            (TEAM, "UPDATE"),
            (names.READER, "SELECT"),
        } <= set(rights(sql, "made"))


def test_a_team_reads_what_is_built_later(
    project: Project, sql: Sql, team: Callable[..., psycopg.Connection[Any]]
) -> None:
    project.model("made", "select 1 as number", materialized="table")
    project.run()
    sql("create table raw.randomuser__users (record text)")
    with team() as connection:
        assert connection.execute("select number from analytics.made").fetchall() == [(1,)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from raw.randomuser__users")


def test_a_change_names_who_is_in_the_way_and_lets_others_read(
    project: Project,
    sql: Sql,
    team: Callable[..., psycopg.Connection[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELT_BUILD_LOCK_TIMEOUT", "3")
    project.model("shown", "select 1 as number", materialized="view")
    project.run()
    project.model("shown", "select 2 as number", materialized="view")
    waits: list[float] = []
    ended = threading.Event()

    def read() -> None:
        with team(autocommit=True) as connection:
            while not ended.is_set():
                began = time.monotonic()
                connection.execute("select number from analytics.shown")
                waits.append(time.monotonic() - began)
                ended.wait(0.02)

    with team() as idle:
        idle.execute("select number from analytics.shown")
        others = threading.Thread(target=read)
        others.start()
        try:
            said = project.failure()
        finally:
            ended.set()
            others.join()
        assert f"process {idle.info.backend_pid}" in said
        assert f"user {TEAM}, application a notebook, idle in transaction" in said
        assert "since 20" in said
        assert "analytics.shown" in said
        assert "pg_terminate_backend" in said
    assert sql("select number from analytics.shown") == [(1,)]
    # It did wait, a second at a time.
    assert 0.5 < max(waits) < 2.5


def test_a_change_goes_on_when_the_reader_has_ended(
    warehouse: Server,
    project: Project,
    sql: Sql,
    team: Callable[..., psycopg.Connection[Any]],
) -> None:
    project.model("made", "select 1 as number", materialized="table")
    project.run()
    project.model("made", "select 2 as number, 3 as more", materialized="table")
    with team() as reader:
        reader.execute("select number from analytics.made")
        watcher = threading.Thread(target=end_when_waited_for, args=(warehouse, reader))
        watcher.start()
        project.run()
        watcher.join()
    assert sql("select number, more from analytics.made") == [(2, 3)]


def end_when_waited_for(server: Server, reader: psycopg.Connection[Any]) -> None:
    """End the transaction of ``reader`` when a lock request waits for it."""
    dsn = server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for _ in range(1200):
            (waiting,) = cast(
                "tuple[int]",
                connection.execute(
                    "select count(*) from pg_locks where not granted"
                    " and relation = 'analytics.made'::regclass"
                ).fetchone(),
            )
            if waiting:
                break
            threading.Event().wait(0.05)
    reader.rollback()
