"""Each record is typed once, and again when its model has changed; nothing else reads JSON."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook

from elt.reconcile import reconcile
from elt.stack.server import Server
from elt.transform.models import KeyedMart
from tests import dbt_in_process
from tests.integration.conftest import Dbt, Land, Sql, parse
from tests.integration.test_marts import messages, user
from tests.integration.test_rates_models import read

USERS = KeyedMart("analytics.users", "analytics.stg_randomuser__users", "user_id")
STAGING = "models/staging/randomuser/stg_randomuser__users.sql"
OF_USERS = ("--select", "+users", "+rejected_records")

Edit = Callable[[str, str, str], None]


@pytest.fixture
def project(dbt_project: Path, tmp_path: Path) -> Path:
    """A copy of the dbt project, to be changed."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(dbt_project, copy, ignore=shutil.ignore_patterns("target", "logs"))
    parse(copy)
    return copy


@pytest.fixture
def edit(project: Path) -> Edit:
    def edit(name: str, former: str, latter: str) -> None:
        text = (project / name).read_text()
        assert former in text
        (project / name).write_text(text.replace(former, latter))

    return edit


@pytest.fixture
def run(dbt: Dbt, project: Path) -> Callable[..., str]:
    """dbt on the copy, which succeeds; returns what it logs."""

    def run(command: str, *options: str) -> str:
        lines: list[str] = []
        result = dbt_in_process.call(
            project, command, *options, listeners=[lambda event: lines.append(str(event.info.msg))]
        )
        assert result.success, messages(result)
        return "\n".join(lines)

    return run


def test_after_staging_no_statement_reads_a_record(
    warehouse: Server, land: Land, dbt: Dbt, sql: Sql, airflow_connections: None
) -> None:
    """Marts, their tests and those of staging, reconciliation: by a role that may not read one."""
    for day in ("2026-11-02", "2026-11-03", "2026-11-02", "2026-11-01"):
        # The last two: a load that is replaced, and one that is backfilled.
        ref = land(day, user(1, day), user(2), user(2), {"login": {"uuid": "none"}})
        assert dbt("run", "--select", "stg_randomuser__users").success
        sql("revoke select on raw.randomuser__users from elt_transformer")
        sql("grant select (load_id, record_no) on raw.randomuser__users to elt_transformer")
        built = dbt("build", *OF_USERS, "--exclude", "stg_randomuser__users", "test_type:unit")
        assert built.success, messages(built)
        assert dbt(
            "test", "--select", "stg_randomuser__users", "--exclude", "test_type:unit"
        ).success
        hook = PostgresHook(postgres_conn_id="warehouse_transformer")
        assert reconcile(hook, ref, [USERS])["analytics.users"]["raw"] == 4
        # That it would have been noticed.
        failed = dbt("run", "--select", "stg_randomuser__users", "--full-refresh")
        assert "permission denied" in messages(failed)
        sql("grant select on raw.randomuser__users to elt_transformer")


def test_a_changed_model_is_applied_to_the_loads_that_are_there(
    warehouse: Server, land: Land, edit: Edit, run: Callable[..., str]
) -> None:
    """A record that was rejected is in the mart once the model has been mended."""
    for day in (1, 2):
        moved = {"id": {"uuid": f"00000000-0000-0000-0000-00000000010{day}"}, "nat": "GB"}
        land(f"2026-11-0{day}", user(day), moved)
    run("build", *OF_USERS)
    rejected = "select rejection_reason as reason from analytics.rejected_records"
    assert read(warehouse, rejected) == [{"reason": "login.uuid: missing"}] * 2
    edit(STAGING, "('user_id', 'login.uuid', 'uuid')", "('user_id', ['id', 'uuid'], 'uuid')")
    edit(STAGING, "required=['login.uuid']", "required=['id.uuid']")
    said = run("run", *OF_USERS)
    assert "analytics.stg_randomuser__users: retyping 2 loads: the model has changed" in said
    assert read(warehouse, rejected) == [{"reason": "id.uuid: missing"}] * 2
    rows = read(warehouse, "select right(user_id::text, 3) as id from analytics.users order by 1")
    assert [row["id"] for row in rows] == ["101", "102"]
    assert "retyping" not in run("run", *OF_USERS)
    # White space and comments are not a change.
    edit(STAGING, "select * from final", "-- all of it\n\n  select  * from final")
    assert "retyping" not in run("run", *OF_USERS)


def test_a_new_field_is_a_new_column_with_its_values(
    warehouse: Server, land: Land, edit: Edit, run: Callable[..., str], sql: Sql
) -> None:
    """The mart takes it up as its model does; a type that changes, and a field that goes, too."""
    land("2026-11-01", user(1, floor="7"), user(2, floor=None))
    run("run", *OF_USERS)
    sql("create view public.names as select first_name from analytics.stg_randomuser__users")
    before = read(warehouse, "select ctid::text, xmin::text from analytics.users order by 1")
    edit(STAGING, "('age', 'dob.age'", "('floor', 'floor', 'text'),\n    ('age', 'dob.age'")
    run("run", *OF_USERS)
    staged = "select floor from analytics.stg_randomuser__users order by record_no"
    assert read(warehouse, staged) == [{"floor": "7"}, {"floor": None}]
    assert (
        read(warehouse, "select ctid::text, xmin::text from analytics.users order by 1") == before
    )
    edit(STAGING, "('floor', 'floor', 'text')", "('floor', 'floor', 'integer')")
    edit("models/marts/users.sql", "street_number,", "street_number,\n        floor,")
    edit(
        "models/marts/users.yml",
        "      - name: street_number\n",
        "      - name: floor\n        data_type: integer\n      - name: street_number\n",
    )
    said = run("run", *OF_USERS)
    assert "analytics.users: building all loads again: the model has changed" in said
    assert read(warehouse, staged) == [{"floor": 7}, {"floor": None}]
    rows = read(warehouse, "select floor from analytics.users order by user_id")
    assert rows == [{"floor": 7}, {"floor": None}]
    assert len(read(warehouse, "select * from public.names")) == 2


def test_retyping_goes_on_where_it_was_interrupted(
    warehouse: Server,
    land: Land,
    edit: Edit,
    project: Path,
    run: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dbt.adapters.sql.connections import SQLConnectionManager

    for day in range(1, 6):
        land(f"2026-11-0{day}", user(day))
    run("run", *OF_USERS)
    edit(STAGING, "as password_digest", "|| '!'::text as password_digest")
    few = ("--vars", "{records_per_transaction: 2}")
    send = SQLConnectionManager.add_query
    typed = []

    def add_query(self: Any, sql: str, *args: Any, **options: Any) -> Any:
        if "insert into" in sql and "as typed" in sql:
            typed.append(sql)
            if len(typed) == 3:
                raise RuntimeError("pulled the plug")
        return send(self, sql, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(SQLConnectionManager, "add_query", add_query)
        failed = dbt_in_process.call(project, "run", *OF_USERS, *few)
    assert "pulled the plug" in messages(failed)
    of_definition = (
        "select count(*) as loads from ops.current_staged_loads"
        " where model = 'analytics.stg_randomuser__users' group by definition order by 1"
    )
    assert read(warehouse, of_definition) == [{"loads": 1}, {"loads": 4}]
    users = "select right(password, 1) as mark, count(*) as n from analytics.users group by 1"
    assert read(warehouse, users) == [{"mark": "d", "n": 5}]
    said = run("run", *OF_USERS, *few)
    assert "retyping 1 loads" in said
    assert read(warehouse, of_definition) == [{"loads": 5}]
    assert read(warehouse, users) == [{"mark": "!", "n": 5}]


def test_retyping_can_be_refused(
    warehouse: Server,
    land: Land,
    edit: Edit,
    project: Path,
    run: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    land("2026-11-01", user(1))
    run("run", *OF_USERS)
    edit(STAGING, "as password_digest", "|| '!'::text as password_digest")
    land("2026-11-02", user(2))
    monkeypatch.setenv("ELT_RETYPE", "never")
    said = run("run", *OF_USERS)
    assert "1 loads stay as a former definition of the model has typed them" in said
    marks = "select right(password, 1) as mark from analytics.users order by user_id"
    assert read(warehouse, marks) == [{"mark": "d"}, {"mark": "!"}]
    edit(STAGING, "('age', 'dob.age', 'integer')", "('age', 'dob.age', 'numeric')")
    failed = dbt_in_process.call(project, "run", *OF_USERS)
    assert "ELT_RETYPE=never keeps the loads from being typed again" in messages(failed)
    monkeypatch.setenv("ELT_RETYPE", "sometimes")
    failed = dbt_in_process.call(project, "run", *OF_USERS)
    assert 'ELT_RETYPE is "sometimes"' in messages(failed)
    monkeypatch.delenv("ELT_RETYPE")
    run("run", *OF_USERS)
    assert read(warehouse, marks) == [{"mark": "!"}, {"mark": "!"}]
