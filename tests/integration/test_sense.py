"""The sensor against the sample API, poked as the task runner does."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from airflow.sdk import Context
from airflow.sdk.exceptions import (
    AirflowRescheduleException,
    AirflowSensorTimeout,
)

from elt.airflow.hook import ApiHook
from elt.airflow.sensor import ApiSensor
from elt.errors import PermanentError, SourceRefusedError
from elt.extract import fetch
from elt.extract.spool import Spool
from elt.source import PageNumber, Source
from sample_api.testing import SampleApi

SECRET = "vErY-sEcReT"
SOURCE = Source(
    name="randomuser",
    entity="users",
    conn_id="randomuser_api",
    endpoint="/api/1.4/",
    records_path="results",
    error_path="error",
    pagination=PageNumber(page_param="page", size_param="results", endless=True),
    read_timeout=0.5,
)


class FirstPokes:
    """What a sensor asks of its task instance: when it was first put off."""

    def __init__(self, seconds_ago: float = 0.0) -> None:
        self.first = datetime.now(UTC) - timedelta(seconds=seconds_ago)

    def get_first_reschedule_date(self, context: Any) -> datetime:
        return self.first


@pytest.fixture(autouse=True)
def _log_all(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Set the Airflow connection of the source, with a login that is not to be read anywhere."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    def connect(host: str) -> None:
        fields = {"conn_type": "http", "host": host, "login": "loader", "password": SECRET}
        monkeypatch.setenv("AIRFLOW_CONN_RANDOMUSER_API", json.dumps(fields))

    return connect


@pytest.fixture
def source_api(api: SampleApi, connect: Callable[[str], None]) -> SampleApi:
    connect(api.url)
    return api


def sensor(timeout: float = 60.0) -> ApiSensor:
    return ApiSensor(
        task_id="is_api_available",
        source=SOURCE,
        limit="20",
        timeout=timeout,
        poke_interval=timedelta(seconds=7),
    )


def execute(timeout: float = 60.0, waited: float = 0.0) -> Any:
    """Run the task once, ``waited`` seconds after its first poke."""
    return sensor(timeout).execute(cast(Context, {"ti": FirstPokes(waited)}))


def test_it_asks_for_what_the_extract_asks_for_first(source_api: SampleApi) -> None:
    execute()
    with Spool() as spool:
        fetch.fetch(ApiHook("randomuser_api"), SOURCE, {}, 20, spool)
    sensed, extracted = source_api.requests()
    assert sensed == extracted
    assert (sensed.path, sensed.query, sensed.status) == ("/api/1.4/", "page=1&results=20", 200)


WAITED_OUT = {
    "500": ("status:code=500", "it answered 500 Internal Server Error"),
    "503 in HTML": ("status:code=503", "it answered 503 Service Unavailable"),
    "error with status 200": ("error_200", 'the answer is an error: "Whoa, ease up there cowboy.'),
    "no records": ("empty_results", "the answer's 'results' is empty"),
    "invalid JSON": ("invalid_json", "the answer is not JSON"),
    "HTML with status 200": ("status:code=200,body=html", "the answer is not JSON"),
    "truncated": ("truncated", "its answer broke off"),
    "reset": ("reset", "it closed the connection"),
    "latency": ("latency:seconds=1", "it did not answer in time"),
}


@pytest.mark.parametrize(("fault", "said"), WAITED_OUT.values(), ids=WAITED_OUT)
def test_it_waits_says_for_what_and_goes_on_when_the_api_recovers(
    source_api: SampleApi, fault: str, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    source_api.faults(fault)
    before = datetime.now(UTC)
    with pytest.raises(AirflowRescheduleException) as put_off:
        execute()
    # It takes no worker while it waits.
    assert timedelta(seconds=7) <= put_off.value.reschedule_date - before < timedelta(seconds=60)
    what = "randomuser__users (connection 'randomuser_api', endpoint '/api/1.4/')"
    task_log = caplog.text
    assert f"waiting for {what}: {said}" in task_log

    with pytest.raises(AirflowSensorTimeout) as timed_out:
        execute(timeout=10, waited=11)
    message = str(timed_out.value)
    assert message.startswith(f"{what} did not answer with records within 10 s; at last: {said}")
    assert SECRET not in task_log + str(timed_out.getrepr(chain=True))

    source_api.faults()
    execute(waited=5)


def test_a_429_is_a_response(source_api: SampleApi, caplog: pytest.LogCaptureFixture) -> None:
    """The source is up, and the extract waits, with the pages it has; the sensor has a time-out."""
    source_api.faults("status:code=429,retry_after=300")
    execute(timeout=10, waited=9)
    assert len(source_api.requests()) == 1
    task_log = caplog.text
    assert "randomuser__users: it answered 429 Too Many Requests" in task_log
    assert "Whoa, ease up" in task_log
    assert SECRET not in task_log


def test_no_connection_is_waited_out(
    connect: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    connect(f"http://127.0.0.1:{port}")
    with pytest.raises(AirflowRescheduleException):
        execute()
    task_log = caplog.text
    assert "it refused the connection" in task_log
    assert SECRET not in task_log


@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_what_time_does_not_mend_fails_at_once(source_api: SampleApi, code: int) -> None:
    source_api.faults(f"status:code={code}")
    with pytest.raises(
        SourceRefusedError, match=f"randomuser__users: .* it answered {code} "
    ) as no:
        execute()
    # Airflow does not retry it.
    assert isinstance(no.value, PermanentError)
    assert len(source_api.requests()) == 1
    assert SECRET not in str(no.getrepr(chain=True))


@pytest.mark.parametrize("host", [f"http://u:{SECRET}@[1", f"ftp://u:{SECRET}@127.0.0.1"])
def test_a_connection_that_makes_no_request_fails_at_once(
    connect: Callable[[str], None], host: str
) -> None:
    connect(host)
    with pytest.raises(SourceRefusedError, match="connection 'randomuser_api'") as no:
        execute()
    assert SECRET not in str(no.value)
