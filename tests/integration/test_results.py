"""What dbt did in a task, told by Cosmos' own operators: the asset's event and the history."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.sdk.exceptions import AirflowNotFoundException, AirflowSkipException
from cosmos.exceptions import CosmosDbtRunError
from dbt.adapters.cache import RelationsCache
from dbt.adapters.postgres import PostgresAdapter  # type: ignore[attr-defined]

from elt import warehouse as names
from elt.airflow.retries import heals
from elt.errors import DataTestError
from elt.stack.airflow_config import common
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.transform import results
from tests.integration.conftest import Dbt, Land
from tests.integration.test_reconcile import spoil, user


class Task:
    """A task of the group, and what its run would tell Airflow."""

    def __init__(self, operator: Any, ref: object) -> None:
        from airflow.sdk.execution_time.context import OutletEventAccessors

        self.operator = operator
        instance = SimpleNamespace(
            dag_id="test",
            run_id="run",
            task_id=operator.task_id,
            xcom_pull=lambda task_ids: ref if task_ids == "extract" else None,
        )
        self.context: Any = {
            "ti": instance,
            "task": operator,
            "run_id": instance.run_id,
            "outlet_events": OutletEventAccessors(),
        }

    def run(self) -> Task:
        self.operator.execute(self.context)
        return self

    @property
    def event(self) -> dict[str, object]:
        """What the event of the task's asset has been given; nothing where there is none."""
        (asset,) = self.operator.outlets
        return dict(self.context["outlet_events"][asset].extra)


Tasks = Callable[..., Task]


@pytest.fixture
def task(
    dbt_project: Path, dbt: Dbt, airflow_connections: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tasks]:
    """A task as Cosmos renders it, of a run that has landed ``ref``: ``task("users.run", ref)``."""
    from airflow.sdk import DAG

    from elt.transform.models import transform

    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))

    def of_name(name: str, ref: object = None) -> Task:
        with DAG("test") as dag:
            transform("transform", ["users_by_country", "rejected_records"], extract="extract")
        return Task(dag.get_task(f"transform.{name}"), ref)

    before = dict(os.environ)
    yield of_name
    # Cosmos leaves there what dbt is to know.
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def project(
    task: Tasks, dbt_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A copy of the project, to be changed, which ``task`` takes its tasks from."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(dbt_project, copy)
    monkeypatch.setenv("ELT_DBT_PROJECT", str(copy))
    return copy


@pytest.fixture
def lost_history(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """The transformer is refused, or has no connection; dbt has one of its own."""

    def lose(has_connection: bool) -> None:
        name = f"AIRFLOW_CONN_{names.TRANSFORMER_CONN_ID.upper()}"
        if has_connection:
            monkeypatch.setenv(name, json.dumps(json.loads(os.environ[name]) | {"password": "no"}))
        else:
            monkeypatch.delenv(name)

    return lose


def history(server: Server, columns: str, role: str = SUPERUSER) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.dsn(role, names.WAREHOUSE_DATABASE)) as connection:
        statement = f"select {columns} from ops.dbt_results order by finished_at, node"
        return connection.execute(statement.encode()).fetchall()


def test_rows_are_those_that_were_written(warehouse: Server, land: Land, task: Tasks) -> None:
    first = land("2026-11-01", user(1), user(2), user(3))
    assert task("stg_randomuser__users.run", first).run().event == {
        "load_id": first["load_id"],
        "rows": 3,
    }
    assert task("users.run", first).run().event == {"load_id": first["load_id"], "rows": 3}
    second = land("2026-11-02", user(1), user(2, "Eve"), user(4))
    assert task("stg_randomuser__users.run", second).run().event["rows"] == 3
    assert task("users.run", second).run().event == {"load_id": second["load_id"], "rows": 2}
    assert task("users.run", second).run().event == {"load_id": second["load_id"], "rows": 0}
    assert history(warehouse, "dag_id, run_id, task_id, load_id, node, status, rows, failures") == [
        ("test", "run", f"transform.{name}.run", load, f"model.elt.{name}", "success", rows, None)
        for name, load, rows in (
            ("stg_randomuser__users", first["load_id"], 3),
            ("users", first["load_id"], 3),
            ("stg_randomuser__users", second["load_id"], 3),
            ("users", second["load_id"], 2),
            ("users", second["load_id"], 0),
        )
    ]
    assert all(seconds > 0 for (seconds,) in history(warehouse, "seconds"))
    assert len(set(history(warehouse, "invocation_id"))) == 5


def test_without_an_extract_no_load_is_named(warehouse: Server, task: Tasks) -> None:
    seeded = task("countries.seed").run()
    lines = (Path(seeded.operator.project_dir) / "seeds" / "countries.csv").read_text().splitlines()
    assert seeded.event == {"load_id": None, "rows": len(lines) - 1}
    assert history(warehouse, "load_id, node") == [(None, "seed.elt.countries")]


def test_tests_are_in_the_history_with_what_they_found(
    warehouse: Server, land: Land, dbt: Dbt, task: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    ref = land("2026-11-01", user(1, nat="FR", gender="female"), user(2), user(3))
    assert dbt("run", "--select", "+users").success
    spoil(warehouse, "update analytics.users set row_hash = 'other' where nationality is null")
    with pytest.raises(DataTestError, match="assert_users_row_hash_is_of_its_content"):
        task("users.test", ref).run()
    found = {
        node.split(".")[2]: (status, rows, failures, load_id)
        for node, status, rows, failures, load_id in history(
            warehouse, "node, status, rows, failures, load_id"
        )
    }
    load_id = ref["load_id"]
    assert found["assert_users_row_hash_is_of_its_content"] == ("fail", None, 2, load_id)
    assert found["not_null_users_nationality"] == ("warn", None, 2, load_id)
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "the test not_null_users_nationality warns of 2 rows" in warned
    assert found["unique_users_user_id"] == ("pass", None, 0, load_id)


def test_no_test_finds_its_table_missing_while_another_looks_for_it(
    warehouse: Server, land: Land, dbt: Dbt, task: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Threads share dbt's cache of relations: here all look when one has added its first."""
    ref = land("2026-11-01", user(1, nat="FR"), user(2), user(3))
    assert dbt("run", "--select", "+users").success
    begun, first = threading.Event(), threading.Lock()
    add, is_cached = RelationsCache.add, PostgresAdapter._schema_is_cached

    def slowly(cache: RelationsCache, relation: Any) -> None:
        add(cache, relation)
        if not begun.is_set():
            begun.set()
            time.sleep(1)

    def late(adapter: PostgresAdapter, database: str | None, schema: str) -> bool:
        if not first.acquire(blocking=False):
            begun.wait(5)
        return is_cached(adapter, database, schema)

    monkeypatch.setattr(PostgresAdapter, "_schema_is_cached", late)
    monkeypatch.setattr(RelationsCache, "add", slowly)
    task("users.test", ref).run()
    statuses = {status for (status,) in history(warehouse, "status")}
    assert statuses <= {"pass", "warn"}


def test_a_model_that_fails_is_in_the_history_and_has_no_event(
    warehouse: Server, task: Tasks
) -> None:
    """The error is dbt's; there is no raw table yet."""
    failed = task("stg_randomuser__users.run")
    with pytest.raises(CosmosDbtRunError, match=r'"raw\.loads" does not exist'):
        failed.run()
    assert failed.event == {}
    assert history(warehouse, "node, status, rows") == [
        ("model.elt.stg_randomuser__users", "error", None)
    ]


@pytest.mark.parametrize("has_connection", [True, False])
def test_dbts_error_is_the_one_to_see_where_the_history_cannot_be_written(
    has_connection: bool, task: Tasks, lost_history: Callable[[bool], None]
) -> None:
    lost_history(has_connection)
    with pytest.raises(CosmosDbtRunError, match=r'"raw\.loads" does not exist'):
        task("stg_randomuser__users.run").run()


@pytest.mark.parametrize("has_connection", [True, False])
def test_what_went_well_and_cannot_be_written_fails(
    has_connection: bool, task: Tasks, lost_history: Callable[[bool], None]
) -> None:
    lost_history(has_connection)
    seeded = task("countries.seed")
    with pytest.raises((psycopg.OperationalError, AirflowNotFoundException)):
        seeded.run()
    assert seeded.event == {}


@pytest.mark.parametrize(("skips", "status"), [(False, "success"), (True, "skipped")])
def test_a_hook_that_fails_fails_the_task(
    skips: bool, status: str, warehouse: Server, task: Tasks, project: Path
) -> None:
    """Whether dbt goes on to the node or not; the history is of nodes, not of hooks."""
    options = project / "dbt_project.yml"
    flag = f"flags:\n  skip_nodes_if_on_run_start_fails: {str(skips).lower()}"
    options.write_text(
        options.read_text().replace("flags:", flag).replace("create_load_tables()", "'select 1/0'")
    )
    seeded = task("countries.seed")
    with pytest.raises(CosmosDbtRunError, match="division by zero"):
        seeded.run()
    assert seeded.event == {}
    assert history(warehouse, "node, status") == [("seed.elt.countries", status)]


def test_where_dbt_finds_nothing_to_do_the_task_is_skipped(warehouse: Server, task: Tasks) -> None:
    """A model that was disabled after the DAG was parsed."""
    users = task("users.run")
    users.operator.select = "fqn:elt.marts.former"
    with pytest.raises(AirflowSkipException, match=r"model\.elt\.users: marts\.users is as it was"):
        users.run()
    assert users.event == {}
    assert history(warehouse, "node") == []


@pytest.fixture
def rendered(warehouse: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each ``compiled_sql`` that a running task gives Airflow for its rendered templates."""
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import SetRenderedFields

    given: list[str] = []

    def send(message: object) -> None:
        assert isinstance(message, SetRenderedFields)
        given.append(str(message.rendered_fields["compiled_sql"]))

    monkeypatch.setattr(task_runner, "SUPERVISOR_COMMS", SimpleNamespace(send=send), raising=False)
    longest = common(warehouse, Path("none"))["core"]["max_templated_field_length"]
    monkeypatch.setenv("AIRFLOW__CORE__MAX_TEMPLATED_FIELD_LENGTH", str(longest))
    return given


REFUSE = """
create function public.refuse() returns trigger language plpgsql as
$$ begin raise exception 'no row is wanted'; end $$;
grant usage on schema public to public;
create trigger refuse before insert on {} for each row execute function public.refuse()
"""


@pytest.mark.parametrize(
    ("table", "begins", "ends"),
    [
        # The model's own statement, and one of a hook, of which dbt keeps no file.
        ("analytics.users", 'insert into "warehouse"."analytics"."users"', ") as written"),
        ("ops.built_loads", "insert into ops.built_loads", "on loads.load_id = counted.load_id"),
    ],
)
def test_the_sql_of_a_model_that_fails_is_in_log_and_template(
    table: str,
    begins: str,
    ends: str,
    warehouse: Server,
    land: Land,
    dbt: Dbt,
    task: Tasks,
    rendered: list[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """While the task is running: an attempt that will be tried again can give nothing later."""
    land("2026-11-01", user(1))
    assert dbt("run", "--select", "+users").success
    ref = land("2026-11-02", user(2))
    assert dbt("run", "--select", "stg_randomuser__users").success
    spoil(warehouse, REFUSE.format(table))
    failed = task("users.run", ref)
    with pytest.raises(CosmosDbtRunError, match="no row is wanted") as raised:
        failed.run()
    (text,) = rendered
    assert text == failed.operator.compiled_sql
    assert text in caplog.text
    statement = text.partition("the statement that failed")[2]
    assert begins in statement
    assert ends in statement.partition(begins)[2]
    # What the model selects, whole.
    assert "-- model.elt.users" in text
    assert "target/compiled/elt/models/marts/users.sql" in text
    assert "select * from final" in text
    assert "target/" not in str(raised.value)
    assert "rendered template compiled_sql" in str(raised.value)


def test_long_sql_is_not_cut(
    warehouse: Server, land: Land, dbt: Dbt, task: Tasks, rendered: list[str]
) -> None:
    land("2026-11-01", user(1))
    assert dbt("run", "--select", "stg_randomuser__users").success
    ref = land("2026-11-02", user(2))
    spoil(warehouse, REFUSE.format("analytics.stg_randomuser__users"))
    with pytest.raises(CosmosDbtRunError, match="no row is wanted"):
        task("stg_randomuser__users.run", ref).run()
    (text,) = rendered
    assert len(text) > 4096
    assert "select * from final" in text[-80:]
    assert text.rstrip().endswith(") as typed")


def test_the_sql_of_a_test_that_fails_shows_the_rows(
    warehouse: Server, land: Land, dbt: Dbt, task: Tasks, rendered: list[str]
) -> None:
    ref = land("2026-11-01", user(1), user(2))
    assert dbt("run", "--select", "+users").success
    spoil(warehouse, "update analytics.users set row_hash = 'other'")
    with pytest.raises(DataTestError, match="assert_users_row_hash_is_of_its_content") as failed:
        task("users.test", ref).run()
    assert not heals(failed.value)
    (text,) = rendered
    assert text.startswith("-- test.elt.assert_users_row_hash_is_of_its_content")
    # Only of what failed, so that it can be run as it is.
    with psycopg.connect(warehouse.dsn(names.TRANSFORMER, names.WAREHOUSE_DATABASE)) as connection:
        assert len(connection.execute(text.encode()).fetchall()) == 2


def test_a_test_that_the_warehouse_cuts_off_is_worth_a_retry(
    warehouse: Server, land: Land, dbt: Dbt, project: Path, task: Tasks
) -> None:
    ref = land("2026-11-01", user(1))
    assert dbt("run", "--select", "+users").success
    test = project / "tests" / "assert_users_row_hash_is_of_its_content.sql"
    test.write_text("select 1 from {{ ref('users') }} where pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(CosmosDbtRunError, match="assert_users_row_hash_is_of_its_content") as cut:
        task("users.test", ref).run()
    assert heals(cut.value)


def test_what_stops_dbt_before_the_first_node_is_dbts_to_say(
    task: Tasks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_WAREHOUSE_PASSWORD", "wrong")
    with pytest.raises(CosmosDbtRunError, match="password authentication failed"):
        task("users.run").run()


def test_tasks_that_begin_at_once_create_the_table_once(
    warehouse: Server, dbt: Dbt, dbt_project: Path, task: Tasks, tmp_path: Path
) -> None:
    assert dbt("seed").success
    made = json.loads((dbt_project / "target" / "run_results.json").read_text())
    folders = [tmp_path / str(number) for number in range(3)]
    for folder in folders:
        made["metadata"]["invocation_id"] = folder.name
        (folder / "target").mkdir(parents=True)
        (folder / "target" / "run_results.json").write_text(json.dumps(made))
    context = task("countries.seed").context
    with (
        ThreadPoolExecutor(len(folders)) as threads,
        psycopg.connect(warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)) as catalogue,
    ):
        # Nobody creates a table until all have seen that it is missing.
        catalogue.execute("lock table pg_catalog.pg_class in share mode")
        begun = [
            threads.submit(results.record, str(folder), context, extract="extract")
            for folder in folders
        ]
        wait_for_locks(catalogue, len(folders))
        catalogue.commit()
        for record in begun:
            record.result()
    assert sorted(history(warehouse, "invocation_id, node")) == [
        (folder.name, "seed.elt.countries") for folder in folders
    ]


def wait_for_locks(connection: psycopg.Connection, waiting: int) -> None:
    deadline = time.monotonic() + 60
    while connection.execute("select count(*) from pg_locks where not granted").fetchone() != (
        waiting,
    ):
        assert time.monotonic() < deadline, "waited in vain for others to wait"
        time.sleep(0.05)


def test_the_reader_reads_the_history_and_cannot_write_it(warehouse: Server, task: Tasks) -> None:
    task("countries.seed").run()
    assert history(warehouse, "node", role=names.READER) == [("seed.elt.countries",)]
    for statement in (
        "insert into ops.dbt_results select * from ops.dbt_results",
        "update ops.dbt_results set rows = 0",
        "delete from ops.dbt_results",
        "drop table ops.dbt_results",
    ):
        with (
            psycopg.connect(warehouse.dsn(names.READER, names.WAREHOUSE_DATABASE)) as reader,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            reader.execute(statement.encode())
