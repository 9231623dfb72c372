"""dbt by hand where no pipeline has run yet, or not all: it works, and says what is not loaded."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from elt import warehouse as names
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.integration.conftest import Dbt
from tests.integration.test_marts import user
from tests.integration.test_rates_models import Raw, messages, rate, read

SOURCES = ("cbr", "randomuser", "rickandmorty")

By_hand = Callable[..., tuple[Any, list[str]]]


@pytest.fixture
def by_hand(dbt: Dbt, dbt_project: Path) -> By_hand:
    """dbt as a user calls it: the result, and the lines it prints."""
    from dbt.cli.main import dbtRunner

    def run(*command: str, project: Path = dbt_project) -> tuple[Any, list[str]]:
        lines: list[str] = []

        def listen(event: Any) -> None:
            if event.info.level != "debug":
                lines.extend(event.info.msg.splitlines())

        folders = (f"--project-dir={project}", f"--profiles-dir={project}")
        arguments = ["--log-level=none", *command, *folders, f"--log-path={project}/logs"]
        return dbtRunner(callbacks=[listen]).invoke(arguments), lines

    return run


def warehouse_does(server: Server, *statements: str) -> None:
    with psycopg.connect(server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)) as connection:
        for statement in statements:
            connection.execute(statement.encode())


def not_loaded(lines: list[str]) -> list[str]:
    """The sources that lines name as not loaded, one a line."""
    return [line.split(":")[0] for line in lines if "nothing is loaded yet" in line]


def statuses(result: Any) -> dict[str, set[str]]:
    """What became of the nodes, by their kind."""
    found: dict[str, set[str]] = {}
    for node in result.result.results:
        found.setdefault(str(node.node.resource_type), set()).add(str(node.status))
    return found


@pytest.mark.parametrize("command", ["test", "test --store-failures", "build"])
def test_an_empty_warehouse_is_no_fault(command: str, by_hand: By_hand) -> None:
    """One line a source in place of a warning a test; unit tests run as ever."""
    result, lines = by_hand(*command.split())
    assert result.success, messages(result)
    assert not_loaded(lines) == list(SOURCES)
    assert statuses(result)["test"] == {"pass"}
    assert statuses(result)["unit_test"] == {"pass"}
    assert not [line for line in lines if "did not run" in line]
    other = [
        line
        for line in lines
        if line.strip() and not re.search(r"START|OK|PASS|RUN|INSERT|CREATE|NO-OP", line)
    ]
    assert len(other) <= 16, other


def test_docs_and_freshness_of_an_empty_warehouse(by_hand: By_hand) -> None:
    result, lines = by_hand("docs", "generate")
    assert result.success, messages(result)
    assert not_loaded(lines) == list(SOURCES)
    result, lines = by_hand("source", "freshness")
    assert result.success, messages(result)
    assert not_loaded(lines) == list(SOURCES)
    # What was never loaded is not late, nor is it fresh.
    assert statuses(result)["source"] == {"warn"}


def test_what_is_loaded_is_built_beside_what_is_not(warehouse: Server, by_hand: By_hand) -> None:
    raw = Raw(warehouse)
    # Today's, since an older one is late.
    raw.land("randomuser__users", f"{datetime.now(UTC):%Y-%m-%d}", user(1), user(2))
    warehouse_does(
        warehouse, "drop table raw.cbr__exchange_rates", "drop table raw.rickandmorty__locations"
    )
    for command in ("build", "test"):
        result, lines = by_hand(command)
        assert result.success, messages(result)
        assert not_loaded(lines) == ["cbr", "rickandmorty"]
    result, _ = by_hand("source", "freshness")
    assert result.success, messages(result)
    assert len(read(warehouse, "select * from analytics.users")) == 2
    assert read(warehouse, "select * from analytics.exchange_rates") == []
    result, lines = by_hand("test", "--select", "users")
    assert result.success, messages(result)
    assert not_loaded(lines) == []


def test_the_first_load_after_an_empty_build_comes_through(
    warehouse: Server, by_hand: By_hand
) -> None:
    """A mart that is built without its staging model says what it lacks."""
    result, _ = by_hand("run", "--select", "+exchange_rates")
    assert result.success, messages(result)
    Raw(warehouse).land("cbr__exchange_rates", "2020-04-25", rate())
    result, lines = by_hand("run", "--select", "exchange_rates")
    assert result.success, messages(result)
    assert [line for line in lines if "has yet to take 1 loads" in line] == [
        "WARNING analytics.stg_cbr__exchange_rates has yet to take 1 loads, which"
        " analytics.exchange_rates is built without: run `dbt run -s +exchange_rates`"
    ]
    result, lines = by_hand("run", "--select", "+exchange_rates")
    assert result.success, messages(result)
    assert not_loaded(lines) == []
    assert len(read(warehouse, "select * from analytics.exchange_rates")) == 1


def test_what_was_loaded_and_is_lost_is_a_fault(
    warehouse: Server, by_hand: By_hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    Raw(warehouse).land("randomuser__users", "2026-11-01", user(1))
    assert by_hand("run", "--select", "+users")[0].success
    tests = ("test", "--select", "users", "--exclude-resource-type", "unit_test")
    warehouse_does(warehouse, "alter table analytics.users rename to elsewhere")
    result, _ = by_hand(*tests)
    assert not result.success
    assert "analytics.users is missing" in messages(result)
    warehouse_does(
        warehouse,
        "alter table analytics.elsewhere rename to users",
        "alter table raw.randomuser__users rename to elsewhere",
    )
    result, _ = by_hand("run", "--select", "stg_randomuser__users")
    assert '"raw.randomuser__users" does not exist' in messages(result)
    # The marks say that there was a ledger.
    warehouse_does(warehouse, "alter table raw.loads rename to others")
    result, lines = by_hand("run", "--select", "users")
    assert '"raw.loads" does not exist' in messages(result)
    assert not_loaded(lines) == []


def test_a_task_of_airflow_takes_nothing_for_not_loaded(
    by_hand: By_hand, dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk import DAG

    from elt.transform.models import transform

    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))

    with DAG("test") as dag:
        transform("transform", ["users"], extract="extract")
    tests: Any = dag.get_task("transform.users.test")
    for name, value in tests.env.items():
        monkeypatch.setenv(name, value)
    result, lines = by_hand("build", "--select", "+users")
    assert "raw.loads is missing" in messages(result)
    result, lines = by_hand("run", "--select", "+users")
    assert '"raw.loads" does not exist' in messages(result)
    result, lines = by_hand("test", "--select", "users")
    assert "analytics.users is missing" in messages(result)
    assert not_loaded(lines) == []


@pytest.fixture
def project(dbt_project: Path, tmp_path: Path) -> Path:
    """A copy of the project, to be changed."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(dbt_project, copy)
    return copy


def test_unit_tests_run_without_a_load(project: Path, warehouse: Server, by_hand: By_hand) -> None:
    """A fault is found on an empty warehouse; a test that asks for columns waits for them."""
    mart = project / "models" / "marts" / "users.sql"
    mart.write_text(mart.read_text().replace("from latest", "from latest where false"))
    (project / "models" / "marts" / "by_row.yml").write_text(
        """
        unit_tests:
          - name: users_by_country_counts
            model: users_by_country
            overrides: {macros: {is_incremental: false}}
            given:
              - {input: ref('users'), rows: [{nationality: FR}, {nationality: FR}]}
              - {input: ref('countries'), rows: []}
            expect: {rows: [{nationality: FR, users: 3}]}
        """
    )
    result, lines = by_hand("test", "--select", "test_type:unit", project=project)
    failed = [node.node.name for node in result.result.results if str(node.status) == "fail"]
    assert failed == ["users_takes_the_last_of_duplicates_in_one_load"]
    assert [line for line in lines if "users_by_country_counts did not run" in line]
    # What it asks for is there after a build, so it runs, and its fault shows.
    result, lines = by_hand(
        *("build", "--select", "+users_by_country", "--exclude", "users,test_type:unit"),
        project=project,
    )
    failed = [node.node.name for node in result.result.results if str(node.status) == "fail"]
    assert failed == ["users_by_country_counts"]
