"""`elt run`: the pipeline end to end from one command."""

from __future__ import annotations

import re
import signal
import subprocess

from sample_api.testing import SampleApi
from tests.e2e.conftest import Elt, wait_until


def test_the_first_run_loads_users_and_says_where_they_are(
    first_run: tuple[Elt, subprocess.CompletedProcess[str]],
) -> None:
    elt, answer = first_run
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    for said in (
        "set up Airflow's database: done",
        "extract_users: done",
        "1,000 of 1,000 records",
        "records/s",
        "reconcile: done",
        "1,000 users, 0 rejected records",
        str(elt.home),
        "What to try next",
    ):
        assert said in answer.stdout
    assert elt.users() == 1000
    name = elt.rows("select lastname from analytics.users limit 1")[0][0]
    assert name
    assert elt.processes() == []


def test_a_run_that_ends_in_the_middle_leaves_nothing_and_the_next_succeeds(own_elt: Elt) -> None:
    interrupted = own_elt.start("run", "--results", "40")
    interrupted.wait_for("create_tables: done")
    assert interrupted.end(signal.SIGINT) == 130
    assert "Traceback" not in interrupted.output
    assert own_elt.processes() == []

    killed = own_elt.start("run", "--results", "30", "--date", "2026-01-31")
    killed.wait_for("extract_users: done")
    assert killed.end(signal.SIGKILL) == -signal.SIGKILL
    # The process that ran the DAG ends by itself; the sample API stays, which the next run stops.
    wait_until(lambda: "run_dag" not in str(own_elt.processes()), "the DAG's process to end")

    answer = limited(own_elt, "--results", "20", "--date", "2026-01-31", "--seed", "other")
    assert answer.returncode == 0, answer.stderr
    loads = own_elt.rows("select records, period::date::text from raw.loads order by period")
    assert (20, "2026-01-31") in loads
    (built,) = own_elt.rows(
        "select count(*) from analytics.users where load_id in"
        " (select load_id from raw.loads where records = 20)"
    )
    assert built == (20,)
    assert own_elt.processes() == []


def limited(elt: Elt, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A run against a source that is past its limit from the first request on."""
    with SampleApi() as api:
        # The sensor, the extract, which waits; its next request, which it gives up at.
        api.faults(
            "status:code=429,retry_after=3,times=2", "status:code=503,retry_after=60,times=1"
        )
        settings = {"ELT_FETCH_PATIENCE": "30", "ELT_TASK_RETRY_DELAY": "0.2"}
        answer = elt("run", "--api", api.url, *arguments, **settings)
    assert "is_api_available: done" in answer.stdout
    waiting = (
        r"extract_users: waiting until \d\d:\d\d:\d\d UTC \(\d s left\): it answered 429 Too Many"
    )
    assert re.search(waiting, answer.stdout), answer.stdout
    failed = (
        r"extract_users: failed after \d+\.\d s \(will be tried again at [\d:]+ UTC \(\d s left\): "
    )
    assert re.search(failed, answer.stdout), answer.stdout
    assert "503 Service Unavailable; it asks to wait 60 s; given up, having asked" in answer.stdout
    return answer


def test_a_source_that_does_not_answer_fails_the_run_with_the_cause(own_elt: Elt) -> None:
    before = own_elt.rows("select * from raw.loads")
    impatient = {"ELT_SENSOR_TIMEOUT": "1", "ELT_TASK_RETRIES": "0"}
    answer = own_elt("run", "--api", "http://127.0.0.1:9", **impatient)
    assert answer.returncode == 1
    assert "is_api_available failed" in answer.stderr
    assert "refused the connection" in answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
    assert own_elt.rows("select * from raw.loads") == before
    assert own_elt.users() == 1000
