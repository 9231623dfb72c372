"""The `elt` command: what it answers, its exit codes, and what it starts and stops."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.conftest import Elt, answer_of

PIPELINES = sorted(file.stem for file in (Path(__file__).parents[2] / "dags").glob("[!_]*.py"))
COMMANDS = ("run", "up", "down", "status", "psql", "env", "warehouse")


@pytest.fixture
def bare(tmp_path: Path) -> Elt:
    """The command on a state folder that is not there yet."""
    return Elt(tmp_path / "state")


def test_help_of_each_command(bare: Elt) -> None:
    overview = bare("--help")
    assert overview.returncode == 0
    for command in COMMANDS:
        assert re.search(rf"\n    {command}\s", overview.stdout)
        own = bare(command, "--help")
        assert own.returncode == 0
        assert "examples:" in own.stdout
    assert bare().stdout == overview.stdout
    assert bare("--version").stdout.startswith("elt 0.")
    assert not bare.home.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("bogus", "invalid choice"),
        ("run nope", f"there is no pipeline 'nope'; there are: {', '.join(PIPELINES)}"),
        ("run --results 0", "not a whole number"),
        ("run --results many", "not a whole number"),
        ("run --date 2026-13-01", "not a date"),
        ("run --date 2199-01-01", ", which is today in UTC"),
        ("run --results 5000000", "results is 5000000, but takes a whole number from 1 to 1,0"),
        ("run --param results=-1", "results is -1, but takes a whole number from 1 to 1,000,000"),
        ("run --seed a,b", 'seed is "a,b", but takes text of 1 to 64 characters out of A-Z a-z'),
        ('run --param nationalities=["XX"]', 'is ["XX"], but takes a list of AU, BR, CA, CH'),
        ("run --param nation=CH", "has no parameter nation; it has: results, seed, nationalities"),
        ("run data_catalog --seed a", "data_catalog has no parameter seed; it has: none"),
        ("run --api ftp://x", "not a URL"),
        ("run --api http://me:secret@x", "a login does not belong in a URL"),
        ("run --api cbr_api=", "not a URL"),
        ("run --api =http://x", "is not CONNECTION=URL"),
        ("run --api nope=http://x", "there is no connection 'nope'"),
        ("run --api http://x --api real", "two APIs for every connection"),
        ("up --api nope=real", "there is no connection 'nope'"),
        ("run --param seed", "is not NAME=VALUE"),
        ("run --param =1", "is not NAME=VALUE"),
        ("run --seed a --param seed=b", "the parameter seed is given twice"),
        ("run --seed=", "seed is empty"),
        ("run --bogus", "unrecognized"),
        ("up --port 99999", "not a port"),
        ("psql --role nobody", "invalid choice"),
        ("status more", "unrecognized"),
    ],
)
def test_a_wrong_call_is_refused_in_one_line(bare: Elt, arguments: str, said: str) -> None:
    answer = bare(*arguments.split())
    assert answer.returncode == 2
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert answer.stdout == ""
    assert not bare.home.exists()


def test_where_nothing_is_set_up(bare: Elt) -> None:
    for command in ("psql", "env"):
        answer = bare(command)
        assert answer.returncode == 1
        assert "there is no stack" in answer.stderr
    assert bare("down").returncode == 0
    status = bare("status")
    assert status.returncode == 0
    assert "Nothing has been loaded yet" in status.stdout
    assert not bare.home.exists()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    answer = Elt(tmp_path / "file" / "state")("run")
    assert answer.returncode == 1
    assert "cannot be written" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_what_only_the_loaded_dag_knows_is_refused_as_well(own_elt: Elt, tmp_path: Path) -> None:
    """Its file makes the parameters by a function of its own."""
    (tmp_path / "made.py").write_text(
        "from airflow.sdk import DAG, Param\n"
        "def most(): return 7\n"
        "with DAG('made', params={'size': Param(1, type='integer', maximum=most())}): pass\n"
    )
    for value, said in (("size=8", "size is 8, but takes a whole number up to 7"), ("a=1", "no p")):
        answer = own_elt("run", "made", "--param", value, ELT_DAGS_FOLDER=str(tmp_path))
        assert answer.returncode == 2, answer.stderr
        assert said in answer.stderr
        assert len(answer.stderr.splitlines()) == 1
    assert own_elt.processes() == []


def test_a_connection_that_the_environment_defines_is_airflows(own_elt: Elt) -> None:
    impatient = {"ELT_SENSOR_TIMEOUT": "1", "ELT_TASK_RETRIES": "0"}
    nowhere = '{"conn_type": "http", "host": "http://127.0.0.1:9"}'
    answer = own_elt("run", AIRFLOW_CONN_RANDOMUSER_API=nowhere, **impatient)
    assert answer.returncode == 1
    assert "is_api_available failed" in answer.stderr
    assert "refused the connection" in answer.stderr


def test_status_starts_postgresql_and_stops_it(elt: Elt) -> None:
    said = elt("status")
    assert said.returncode == 0, said.stderr
    for text in ("Airflow is down", "randomuser__users", "analytics.users_by_country", "1,000"):
        assert text in said.stdout
    assert "which is under way, fresh" in said.stdout
    report = answer_of(elt("status", "--json"))
    assert report["rows"]["users"] == 1000
    assert report["loads"][0]["records"] == 1000
    assert report["up"] is False
    (users,) = report["freshness"]
    # Its run was by hand: no schedule covers anything yet.
    assert (users["source"], users["state"], users["coverage"]["missing"]) == (
        "randomuser__users",
        "pass",
        [],
    )
    assert elt.rows("select schedule, scheduled_since from raw.sources") == [("@daily", None)]
    assert elt("status", "--fail-on-gaps", "--fail-on-stale", "--fail-on-behind").returncode == 0
    elt.rows("update raw.sources set scheduled_since = now() - interval '3 days'")
    try:
        failed = elt("status", "--json", "--fail-on-gaps")
    finally:
        elt.rows("update raw.sources set scheduled_since = null")
    assert failed.returncode == 1
    assert failed.stderr == "elt: randomuser__users: 3 periods of its schedule are missing\n"
    assert len(answer_of(failed)["freshness"][0]["coverage"]["missing"]) == 1
    assert elt.processes() == []


def test_psql_starts_postgresql_and_stops_it(elt: Elt) -> None:
    counted = elt("psql", "-Atc", "select count(*) from analytics.users")
    assert (counted.returncode, counted.stdout) == (0, "1000\n")
    assert elt.processes() == []
    typed = elt("psql", "-At", given="select current_user;\n\\conninfo\n")
    assert "elt_reader" in typed.stdout
    assert elt("psql", "-c", "select no_such_column").returncode == 1
    as_admin = elt("psql", "--role", "admin", "-Atc", "select current_user")
    assert as_admin.stdout == "postgres\n"


def test_env_names_the_stack_and_says_that_it_is_down(elt: Elt) -> None:
    answer = elt("env")
    assert answer.returncode == 0
    assert "PostgreSQL is down" in answer.stderr
    assert f"export AIRFLOW_HOME={elt.home}/airflow" in answer.stdout
    assert all(line.startswith("export ") for line in answer.stdout.splitlines())
    assert elt.processes() == []
