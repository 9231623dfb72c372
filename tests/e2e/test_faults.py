"""A source that misbehaves: the right data after retries, or an error and everything as before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sample_api.testing import SampleApi
from tests.e2e.conftest import Elt, Stack


@pytest.fixture
def misled(stack: Stack, source: SampleApi) -> Iterator[SampleApi]:
    """The API that the stack loads from, to be told to misbehave."""
    source.clear()
    yield source
    source.clear()


def everything(elt: Elt) -> dict[str, list[tuple[Any, ...]]]:
    """All that the warehouse holds, with where each row lies."""
    return {
        table: elt.rows(f"select ctid::text, xmin::text, t.* from {table} as t order by ctid")
        for table in (
            "raw.loads",
            "raw.randomuser__users",
            "analytics.users",
            "analytics.users_by_country",
            "analytics.stg_randomuser__users",
            "ops.staged_loads",
            "ops.built_loads",
        )
    }


PASSING = (
    "empty_results:times=1",  # the sensor's request
    "status:code=429,retry_after=0,pages=1,skip=1,times=1",
    "status:code=503,body=html,pages=2,times=1",
    "truncated:pages=3,times=1",
    "reset:pages=4,times=1",
    "invalid_json:pages=5,times=1",
    "fewer:pages=6,times=1",
    "repeated_page:of=1,pages=7,times=1",
    "latency:seconds=0.1",
)


# One of each kind of fault; tests/integration/test_fetch.py has the others. The first request is
# the sensor's.
@pytest.mark.parametrize(
    ("fault", "task", "said"),
    [
        ("status:code=503,body=html,skip=1", "extract_users", "it answered 503"),
        ("status:code=429,retry_after=900,skip=1", "extract_users", "it asks to wait 900 s"),
        ("error_200:skip=1", "extract_users", "the answer is an error"),
        ("repeated_page:of=1,pages=2", "extract_users", "page 2 repeats the records of page 1"),
        ("empty_results", "is_api_available", "at last: "),
        ("status:code=401", "is_api_available", "it answered 401"),
    ],
)
def test_a_fault_that_stays_fails_the_task_and_changes_nothing(
    fault: str, task: str, said: str, stack: Stack, misled: SampleApi
) -> None:
    before = everything(stack.elt)
    misled.faults(fault)
    run_id = stack.trigger(results=1500)
    states = stack.wait_for_end(run_id)
    assert states[""] == "failed"
    assert states[task] == "failed"
    assert states["reconcile"] == "upstream_failed"
    log = stack.log_of(run_id, task)
    assert said in log
    assert "randomuser__users" in log
    assert everything(stack.elt) == before


def test_faults_that_pass_are_waited_out(stack: Stack, misled: SampleApi) -> None:
    """A fault of each kind, on a page each; the data is what the API has for the seed."""
    misled.faults(*PASSING)
    try:
        stack.wait_for(stack.trigger("2026-03-01T00:00:00Z", results=7000, seed="faults"))
        landed = stack.elt.rows(
            "select r.record from raw.randomuser__users as r inner join raw.loads as l"
            " on r.load_id = l.load_id where l.period = '2026-03-01T00:00Z' order by r.record_no"
        )
    finally:
        stack.elt.rows("delete from raw.loads where period = '2026-03-01T00:00Z'")
    misled.clear()
    sent = []
    for page in range(1, 8):
        answer = requests.get(
            f"{misled.url}/api/1.4/",
            params={"results": "1000", "page": str(page), "seed": "faults"},
            timeout=60,
        )
        sent += answer.json()["results"]
    for user in sent:
        del user["login"]["password"]
    assert [record for (record,) in landed] == sent


@pytest.fixture
def refused(stack: Stack, misled: SampleApi) -> Iterator[str]:
    """No row may be written into analytics.users; yields the period whose load is taken back."""
    period = "2026-03-02T00:00:00Z"
    stack.elt.rows(
        "create function analytics.refuse() returns trigger language plpgsql as"
        " $$ begin raise exception 'no row is wanted'; end $$"
    )
    stack.elt.rows(
        "create trigger refuse before insert on analytics.users"
        " for each row execute function analytics.refuse()"
    )
    yield period
    stack.elt.rows("drop function analytics.refuse cascade")
    stack.elt.rows("delete from raw.loads where period = %s", period)


def test_the_failing_sql_is_in_log_and_rendered_template(stack: Stack, refused: str) -> None:
    run_id = stack.trigger(refused, results=10, seed="refused")
    assert stack.wait_for_end(run_id)["transform.users.run"] == "failed"
    tasks = {str(task["task_id"]): task for task in stack.api.tasks("user_processing", run_id)}
    sql = tasks["transform.users.run"]["rendered_fields"]["compiled_sql"]
    # The statement has in it what dbt has compiled of the model, whose file is named.
    compiled = "target/compiled/elt/models/marts/users.sql"
    assert f"-- model.elt.users, the statement that failed, {compiled}" in sql
    assert 'insert into "warehouse"."analytics"."users"' in sql
    logged = stack.log_of(run_id, "transform.users.run").splitlines()
    assert [line for line in logged if sql in str(json.loads(line)["event"])]
    # The longest, of a task that went well.
    staging = tasks["transform.stg_randomuser__users.run"]["rendered_fields"]["compiled_sql"]
    assert len(staging) > 4096
    assert "Truncated" not in staging
