"""A source that misbehaves: the right data after retries, or an error and everything as before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from elt.local.sample_api.testing import SampleApi
from tests.e2e.conftest import Elt

# No second attempt of a task, and a second for each page: what fails is to fail soon.
IMPATIENT = {
    "ELT_TASK_RETRIES": "0",
    "ELT_SENSOR_TIMEOUT": "2",
    "ELT_SENSOR_POKE_INTERVAL": "1",
    "ELT_FETCH_PATIENCE": "1",
}


@pytest.fixture(scope="module")
def misled(elt: Elt, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Elt]:
    """The command on a copy of the day's load, which no test of this module changes for good."""
    own = elt.copy(tmp_path_factory.mktemp("faults") / "state")
    yield own
    own("down")
    assert own.processes() == []


@pytest.fixture(scope="module")
def api() -> Iterator[SampleApi]:
    with SampleApi() as api:
        yield api


def everything(elt: Elt) -> dict[str, list[tuple[Any, ...]]]:
    """All that the warehouse holds, with where each row lies."""
    return {
        table: elt.rows(f"select ctid::text, xmin::text, t.* from {table} as t order by ctid")
        for table in (
            "raw.loads",
            "raw.randomuser__users",
            "analytics.users",
            "analytics.users_by_country",
            "analytics.rejected_records",
            "ops.model_loads",
        )
    }


# The first request is the sensor's.
@pytest.mark.parametrize(
    ("fault", "task", "said"),
    [
        ("status:code=500,skip=1", "extract_users", "it answered 500"),
        ("status:code=503,body=html,skip=1", "extract_users", "it answered 503"),
        ("status:code=429,skip=1", "extract_users", "it answered 429"),
        ("status:code=429,retry_after=900,skip=1", "extract_users", "it asks to wait 900 s"),
        ("status:code=404,skip=1", "extract_users", "it answered 404"),
        ("truncated:skip=1", "extract_users", "its answer broke off"),
        ("reset:skip=1", "extract_users", "it closed the connection"),
        ("invalid_json:skip=1", "extract_users", "the answer is not JSON"),
        ("error_200:skip=1", "extract_users", "the answer is an error"),
        ("empty_results:skip=1", "extract_users", "it gave 0 records of the 750 asked for"),
        ("fewer:skip=1", "extract_users", "it gave 375 records of the 750 asked for"),
        ("repeated_page:of=1,pages=2", "extract_users", "page 2 repeats the records of page 1"),
        ("empty_results", "is_api_available", "at last: "),
        ("status:code=401", "is_api_available", "it answered 401"),
    ],
)
def test_a_fault_that_stays_fails_the_task_and_changes_nothing(
    fault: str, task: str, said: str, misled: Elt, api: SampleApi
) -> None:
    api.clear()
    api.faults(fault)
    before = everything(misled)
    answer = misled("run", "--api", api.url, "--results", "1500", **IMPATIENT)
    assert answer.returncode == 1
    assert f"{task} failed: " in answer.stderr
    assert said in answer.stderr
    assert "randomuser__users" in answer.stderr
    assert "Traceback" not in answer.stdout + answer.stderr
    assert everything(misled) == before


def test_faults_that_pass_are_waited_out(misled: Elt, api: SampleApi) -> None:
    """A fault of each kind, on a page each; the data is what it is without them."""
    passing = ("--results", "7000", "--seed", "faults", "--date", "2026-03-01", "--api", api.url)
    faults = [
        "empty_results:times=1",  # the sensor's request
        "status:code=429,retry_after=1,pages=1,skip=1,times=2",
        "status:code=503,body=html,pages=2,times=1",
        "truncated:pages=3,times=1",
        "reset:pages=4,times=1",
        "invalid_json:pages=5,times=1",
        "fewer:pages=6,times=1",
        "repeated_page:of=1,pages=7,times=1",
        "latency:seconds=0.2",
    ]
    api.clear()
    api.faults(*faults)
    answer = misled("run", *passing)
    assert answer.returncode == 0, answer.stderr
    query = (
        "select record from raw.randomuser__users where load_id = "
        "(select load_id from raw.loads where period = '2026-03-01') order by record_no"
    )
    met = misled.rows(query)
    api.clear()
    assert misled("run", *passing).returncode == 0
    assert len(met) == 7000
    assert misled.rows(query) == met
