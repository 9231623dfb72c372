"""`elt up`: Airflow's services, runs triggered from outside, dbt and Airflow by hand."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from elt.stack.airflow_api import AirflowApi, AirflowApiError
from elt.stack.secrets import SUPERUSER
from elt.warehouse import AIRFLOW_DATABASE
from sample_api.testing import SampleApi
from tests.e2e.conftest import LAST_WORDS, Elt, Stack, answer_of, wait_until

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"
DAG_FILES = DBT_PROJECT.with_name("dags")


def test_it_takes_free_ports(stack: Stack) -> None:
    assert urlsplit(stack.url).hostname == "127.0.0.1"
    assert urlsplit(stack.url).port != 8080
    assert stack.server.port != 5432


def test_it_starts_no_run_by_itself(stack: Stack) -> None:
    """One for the day under way would replace what was loaded by hand."""
    assert {run["run_type"] for run in stack.runs()} <= {"manual"}


def test_its_api_wants_the_password(stack: Stack) -> None:
    with pytest.raises(AirflowApiError) as refused:
        AirflowApi(stack.url, "admin")
    assert refused.value.status == 401


def test_airflows_settings_in_the_environment_hold(stack: Stack) -> None:
    def value(option: str) -> str:
        (section,) = stack.api.get(f"config/section/core/option/{option}")["sections"]
        return str(section["options"][0]["value"])

    assert value("parallelism") == "7"
    assert value("executor") == "LocalExecutor"
    assert "not taken over: AIRFLOW__CORE__EXECUTOR (" in stack.output
    assert "PARALLELISM" not in stack.output


def test_the_log_of_the_last_crash_is_kept(stack: Stack) -> None:
    before, _, after = (
        (stack.elt.home / "logs" / "airflow-scheduler.log").read_text().partition("====")
    )
    assert before == LAST_WORDS
    assert "scheduler starts, " in after
    assert len(after.splitlines()) > 1


def test_a_run_beside_the_stack_is_done_by_it(stack: Stack, source: SampleApi) -> None:
    source.faults("status:code=429,retry_after=3,skip=1,times=1")
    answer = stack.elt("run", "--results", "7", "--seed", "beside", "--date", "2026-01-05")
    source.clear()
    assert answer.returncode == 0, answer.stderr
    assert stack.url in answer.stdout
    # What it waits for, for how long, and what the source says.
    assert "it answered 429 Too Many Requests; it asks to wait 3 s; it says: " in answer.stdout
    assert re.search(r"again in 3\.0 s, at \d\d:\d\d:\d\d UTC", answer.stdout)
    loads = stack.elt.rows("select records from raw.loads where period = '2026-01-05T00:00Z'")
    try:
        assert loads == [(7,)]
    finally:
        stack.elt.rows("delete from raw.loads where period = '2026-01-05T00:00Z'")
    # Of a DAG whose file does not say it plainly, Airflow does.
    known = stack.api.dag("user_processing")["params"]
    assert known["results"]["schema"]["maximum"] == 1_000_000
    refused = stack.elt("run", "--results", "5000000")
    assert refused.returncode == 2
    assert "results is 5000000, but takes a whole number from 1 to 1,000,000" in refused.stderr


def test_it_has_the_dags_that_elt_run_has_written(stack: Stack) -> None:
    """One version of each, although the two differ in retries and in patience."""
    with psycopg.connect(stack.server.dsn(SUPERUSER, AIRFLOW_DATABASE)) as connection:
        versions = connection.execute(
            "select dag_id, count(*) from dag_version group by dag_id"
        ).fetchall()
    dags = {file.stem for file in DAG_FILES.glob("[!_]*.py")}
    assert dict(versions) == dict.fromkeys(dags, 1)


def test_status_and_a_second_up_name_it(stack: Stack) -> None:
    report = answer_of(stack.elt("status", "--json"))
    assert (report["up"], report["url"]) == (True, stack.url)
    second = stack.elt("up")
    assert second.returncode == 1
    assert f"already running at {stack.url}" in second.stderr
    assert "Traceback" not in second.stderr


def test_airflow_by_hand(stack: Stack) -> None:
    answer = stack.elt.shell("airflow dags list -o plain", DAG_FILES)
    assert answer.returncode == 0, answer.stderr
    assert "user_processing" in answer.stdout


@pytest.fixture
def spoiled(stack: Stack) -> Iterator[None]:
    """One user with another e-mail address than was loaded."""
    with psycopg.connect(stack.server.dsn(SUPERUSER), autocommit=True) as connection:
        row = connection.execute(
            "update analytics.users set email = 'spoiled@example.com' where user_id ="
            " (select min(user_id::text)::uuid from analytics.users)"
            " returning user_id, (select u.email from analytics.users as u"
            " where u.user_id = users.user_id)"
        ).fetchone()
        assert row is not None
        yield
        connection.execute(
            "update analytics.users set email = %s where user_id = %s", (row[1], row[0])
        )


def test_dbt_by_hand_passes(stack: Stack) -> None:
    # First run, since other tests have taken loads out of the ledger.
    freshness = "dbt source freshness --select source:randomuser"
    answer = stack.elt.shell(f"dbt run && dbt test && {freshness}", DBT_PROJECT)
    assert answer.returncode == 0, answer.stdout
    assert "ERROR=0" in answer.stdout
    # dbt has what the stack has parsed, and leaves what it makes with the stack.
    assert "Unable to do partial parsing" not in answer.stdout
    assert (stack.elt.home / "dbt" / "target" / "run_results.json").exists()


def test_dbt_by_hand_finds_a_spoiled_row(stack: Stack, spoiled: None) -> None:
    answer = stack.elt.shell("dbt test --select users", DBT_PROJECT)
    assert answer.returncode == 1, answer.stdout
    assert "Failure in test assert_users_row_hash_is_of_its_content" in answer.stdout


def test_a_second_stack_beside_it_loads_the_day_again(stack: Stack, own_elt: Elt) -> None:
    before = own_elt.rows("select * from analytics.users order by user_id")
    answer = own_elt("run", "user_processing")
    assert answer.returncode == 0, answer.stderr
    assert "set up Airflow's database" not in answer.stdout
    assert "1,000 users" in answer.stdout
    assert own_elt.rows("select * from analytics.users order by user_id") == before
    assert own_elt.rows("select count(*), sum(records) from raw.loads") == [(1, 1000)]
    assert stack.elt.rows("select 1") == [(1,)]


def test_down_cleans_up_after_a_killed_up(own_elt: Elt) -> None:
    command = own_elt.start("up")
    services = ("api_server", "scheduler", "dag-processor", "triggerer", "LocalExecutor")
    wait_until(
        lambda: (
            all(name in str(own_elt.processes()) for name in services)
            or command.process.poll() is not None
        ),
        "the services",
        every=1.0,
    )
    assert command.end(signal.SIGKILL) == -signal.SIGKILL
    assert any("scheduler" in process for process in own_elt.processes())
    answer = own_elt("down")
    assert answer.returncode == 0, answer.stderr
    assert own_elt.processes() == []
    assert own_elt.users() == 1000
