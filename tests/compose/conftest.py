"""One stack that `docker compose up` runs, for all tests of this folder, with the sample API.

Each test finds it up and leaves it up; what a test does to it in between is its own affair.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from elt.stack.airflow_api import AirflowApi, AirflowApiError
from tests import pages

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("postgres", "api-server", "scheduler", "dag-processor", "triggerer", "sample-api")
DAG = "user_processing"
DAY = datetime(2026, 1, 5, tzinfo=UTC)
# A command, or a run, on a machine that is busy with something else.
SECONDS = 240.0


# Seconds for a test with the set-up of its fixtures: the first one builds an image and starts the
# stack, beside other tests.
TIMEOUT = 1200


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests of this folder more time than the others have."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.timeout(TIMEOUT))


class Compose:
    """Calls `docker compose` on one project, from a clone."""

    def __init__(self, clone: Path, project: str, port: int, **settings: str) -> None:
        self.clone = clone
        self.project = project
        self.port = port
        self.refused_up: subprocess.CompletedProcess[str] | None = None
        self.running_after_refusal: list[str] = []
        self.dbt_test_when_empty: subprocess.CompletedProcess[str] | None = None
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ELT_", "COMPOSE_", "AIRFLOW", "DBT_"))
        } | {
            "COMPOSE_PROJECT_NAME": project,
            "COMPOSE_PROFILES": "sample",
            # The user's .env is not the tests'.
            "COMPOSE_ENV_FILES": "/dev/null",
            "ELT_UI_PORT": str(port),
            "ELT_VERSION": project,
            "ELT_TASK_RETRY_DELAY": "5",
            **settings,
        }

    def __call__(self, *arguments: str, given: str | None = None) -> str:
        """Run `docker compose ARGUMENTS`, which must succeed; its standard output."""
        done = self.attempt(*arguments, given=given)
        assert done.returncode == 0, f"{arguments}: {done.stdout[-2000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def attempt(
        self, *arguments: str, given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return self._run(["docker", "compose", *arguments], given)

    def shell(self, script: str, folder: Path) -> None:
        """Run lines of documentation in a shell, as they are written."""
        files = {"COMPOSE_FILE": str(self.clone / "docker-compose.yml")}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=folder,
            env=self.environment | files,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout[-2000:]}\n{done.stderr[-3000:]}"

    def up(self, *arguments: str) -> None:
        done = self.attempt("up", "--detach", "--wait", *arguments)
        if done.returncode:
            said = self.attempt("logs", "--no-color", "secrets", "init").stdout
            raise AssertionError(f"up: {done.stderr[-1000:]}\n{said[-2000:]}")

    def containers(self) -> list[dict[str, Any]]:
        """What `docker inspect` says of every container of the project, ended ones too."""
        ids = self("ps", "--all", "--quiet").split()
        if not ids:
            return []
        return list(json.loads(self._run(["docker", "inspect", *ids]).stdout))

    def container(self, service: str) -> dict[str, Any]:
        (found,) = [
            container for container in self.containers() if service_of(container) == service
        ]
        return found

    def psql(self, database: str, statement: str) -> list[list[str]]:
        """Rows that PostgreSQL answers, as its superuser."""
        answer = self(
            *("exec", "-T", "postgres", "psql", "-U", "postgres", "-d", database),
            *("--no-psqlrc", "--tuples-only", "--no-align", "--field-separator=\t"),
            *("--variable=ON_ERROR_STOP=1", "--command", statement),
        )
        return [line.split("\t") for line in answer.splitlines() if line]

    def left(self) -> list[str]:
        """Containers, volumes and networks of the project."""
        label = f"label=com.docker.compose.project={self.project}"
        found = []
        for kind in (["ps", "--all"], ["volume", "ls"], ["network", "ls"]):
            found += self._run(["docker", *kind, "--quiet", "--filter", label]).stdout.split()
        return found

    def _run(
        self, command: list[str], given: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=self.clone,
            env=self.environment,
            input=given,
            stdin=subprocess.DEVNULL if given is None else None,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )


class Stack:
    """The stack that is up, and its Airflow."""

    def __init__(self, compose: Compose) -> None:
        self.compose = compose
        self.url = f"http://localhost:{compose.port}"
        self._kept: AirflowApi | None = None
        self.logs_of_first_run = ""
        self.task_logs_of_first_run: dict[str, list[str]] = {}
        self.chain_before_first_run: set[str] = set()
        self.assets_before_first_run: dict[str, dict[str, str]] = {}

    @cached_property
    def password(self) -> str:
        return login_of(self.compose)["password"]

    @property
    def api(self) -> AirflowApi:
        """A new session: an older one does not outlive a rotation, or a restart."""
        return AirflowApi(self.url, self.password)

    def forget_password(self) -> None:
        self.__dict__.pop("password", None)
        self._kept = None

    def trigger(self, results: int = 1000, **conf: object) -> str:
        """Start a run by REST; all are of one day, so each replaces the load before it."""
        now = timedelta(microseconds=time.time_ns() // 1000 % 86_400_000_000)
        body = {"logical_date": (DAY + now).isoformat(), "conf": {"results": results, **conf}}
        return str(self.api.post(f"dags/{DAG}/dagRuns", body)["dag_run_id"])

    def state(self, run_id: str, dag: str = DAG) -> str:
        """Of a run, which is asked again and again: by one session while that is taken.

        Each login is a password hashed, 0.2 s of the processor.
        """
        try:
            kept = self._kept or self.api
            state = str(kept.run(dag, run_id)["state"])
        except AirflowApiError:
            if self._kept is None:
                raise
            self._kept = None
            return self.state(run_id, dag)
        self._kept = kept
        return state

    def log(self, run_id: str, task: str) -> list[str]:
        """The messages in the log of a task's first attempt, as the UI shows them."""
        path = f"dags/{DAG}/dagRuns/{quote(run_id, safe='')}/taskInstances/{task}/logs/1"
        answer = self.api.get(f"{path}?full_content=true")
        return [str(entry["event"]) for entry in answer["content"]]

    def wait_for_task(self, run_id: str, task: str) -> None:
        """Wait until a task of the run is at work; a short one may already be done."""
        api = self.api
        wait_until(
            lambda: any(
                found["task_id"] == task and found["state"] in ("running", "success")
                for found in api.tasks(DAG, run_id)
            ),
            f"{task} to be at work",
            every=0.5,
        )

    def expect_success(self, run_id: str, seconds: float = SECONDS) -> None:
        wait_until(lambda: self.state(run_id) in ("success", "failed"), f"{run_id} to end", seconds)
        states = {task["task_id"]: task["state"] for task in self.api.tasks(DAG, run_id)}
        assert self.state(run_id) == "success", states

    def users(self) -> int:
        ((count,),) = self.compose.psql("warehouse", "select count(*) from analytics.users")
        return int(count)

    def last_run(self) -> str:
        """The last run that succeeded."""
        runs = self.api.get(f"dags/{DAG}/dagRuns?state=success&order_by=-start_date&limit=1")
        return str(runs["dag_runs"][0]["dag_run_id"])

    def expect_users(self, count: int) -> None:
        """The users of the last load are there, each once, in raw and in the mart alike."""
        compose = self.compose
        ((loads, records),) = compose.psql(
            "warehouse",
            "select count(*), sum(records) from raw.loads where source = 'randomuser__users'",
        )
        ((raw, distinct),) = compose.psql(
            "warehouse",
            "select count(*), count(distinct record #>> '{login,uuid}') from raw.randomuser__users",
        )
        ((users, keys, rejected),) = compose.psql(
            "warehouse",
            "select (select count(*) from analytics.users),"
            " (select count(distinct user_id) from analytics.users),"
            " (select count(*) from analytics.rejected_records)",
        )
        expected = [str(count)] * 5
        assert [records, raw, distinct, users, keys] == expected
        assert (loads, rejected) == ("1", "0")


def service_of(container: dict[str, Any]) -> str:
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def login_of(compose: Compose) -> dict[str, str]:
    """What `elt login` prints, by its first words."""
    lines = compose("exec", "-T", "api-server", "elt", "login").splitlines()
    return dict(line.split(maxsplit=1) for line in lines)


def wait_until(
    condition: Callable[[], object], what: str, seconds: float = SECONDS, every: float = 1.0
) -> None:
    """Wait for something, also while the API does not answer; each look costs what is waited for.

    Containers and the API answer by some tenths of a second of the processor.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except (AirflowApiError, AssertionError) as error:
            what = f"{what} ({error})" if str(error) not in what else what
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(every)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require_engine() -> None:
    if shutil.which("docker") is None:
        pytest.skip("needs Docker")
    for command in (["docker", "info"], ["docker", "compose", "version"]):
        if subprocess.run(command, capture_output=True, timeout=60, check=False).returncode:
            pytest.skip(f"needs a Docker engine: `{' '.join(command)}` fails")


@pytest.fixture(scope="session")
def compose() -> Iterator[Compose]:
    """A project with an image of its own, nothing started; removed at the end."""
    require_engine()
    made = Compose(ROOT, f"elt-test-{os.getpid()}", free_port())
    try:
        made("build", "--quiet")
        yield made
    finally:
        made.attempt("--profile", "*", "down", "--volumes", "--remove-orphans", "--timeout=5")
        subprocess.run(
            ["docker", "image", "rm", "--force", f"elt:{made.project}"],
            capture_output=True,
            check=False,
        )
    assert made.left() == []


@pytest.fixture(scope="session")
def first_up(compose: Compose) -> Compose:
    """The project after its first `docker compose up` that succeeded.

    A first one finds the port of the UI taken. What both leave is for tests to judge.
    """
    with socket.create_server(("127.0.0.1", compose.port)):
        compose.refused_up = compose.attempt("up", "--detach", "--wait")
        compose.running_after_refusal = [
            service_of(container)
            for container in compose.containers()
            if container["State"]["Running"]
        ]
    compose.up()
    compose.dbt_test_when_empty = compose.attempt("run", "--rm", "-T", "dbt", "test")
    return compose


@pytest.fixture(scope="session")
def shared(first_up: Compose) -> Stack:
    """The stack, with a run that was triggered the moment `up` was done."""
    stack = Stack(first_up)
    stack.chain_before_first_run = pages.chain_of(stack.url, stack.password)
    stack.assets_before_first_run = pages.assets_of(stack.api)
    run_id = stack.trigger(results=1000)
    stack.expect_success(run_id)
    stack.expect_users(1000)
    stack.logs_of_first_run = first_up("logs", "--no-color")
    for task in ("extract_users", "transform.users.run", "reconcile"):
        stack.task_logs_of_first_run[task] = stack.log(run_id, task)
    return stack


@pytest.fixture
def stack(shared: Stack) -> Iterator[Stack]:
    """The stack, up and healthy; also for the test after this one."""
    yield shared
    shared.compose.up()
