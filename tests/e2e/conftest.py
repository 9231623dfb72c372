"""The `elt` command as a user calls it, on state folders of its own, and one stack that is up."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest

from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.local.processes import MARKER
from elt.stack.airflow_api import AirflowApi
from elt.stack.server import Server
from sample_api.testing import SampleApi

ELT = Path(sys.executable).with_name("elt")
# A run on a machine that is busy with something else.
SECONDS = 240.0
# Between two looks at a run: the API that answers them is busy with the run.
RUN = 1.0
LAST_WORDS = "why the scheduler crashed\n"
AIRFLOW_SETTINGS = {
    "AIRFLOW__CORE__PARALLELISM": "7",
    "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
    "AIRFLOW__API__EXPOSE_CONFIG": "True",
}


class Elt:
    """Calls `elt` on one state folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("ELT_", "AIRFLOW", "DBT_"))
        } | {"ELT_HOME": str(home)}

    def __call__(
        self, *arguments: str, given: str = "", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, ``given`` on its standard input."""
        return subprocess.run(
            [ELT, *arguments],
            env=self.environment | environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def start(self, *arguments: str, **environment: str) -> Command:
        """Start the command and leave it running."""
        return Command(self, arguments, environment)

    def rows(
        self, statement: str, *parameters: object, role: str = "postgres"
    ) -> list[tuple[Any, ...]]:
        """What the warehouse answers to ``statement``; changes are committed."""
        home = Home(self.home)
        with (
            Cluster(home, home.secrets()).lease() as lease,
            psycopg.connect(lease.server.dsn(role)) as connection,
        ):
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def loads(self) -> list[tuple[int, str]]:
        """Records and day of each load of users."""
        return self.rows(
            "select records, period::date::text from raw.loads"
            " where source = 'randomuser__users' order by period"
        )

    def users(self) -> int:
        return int(self.rows("select count(*) from analytics.users")[0][0])

    def shell(self, script: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        """Run ``script`` in a shell that has evaluated `elt env`."""
        return subprocess.run(
            ["bash", "-c", f'eval "$("$0" env)" || exit 99; {script}', str(ELT)],
            env=self.environment,
            cwd=cwd,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    def processes(self) -> list[str]:
        """Whatever runs for this state folder, by its environment or its arguments."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.Error):
                marked = process.environ().get(MARKER) == str(self.home)
                named = str(self.home) in " ".join(process.cmdline())
                if (marked or named) and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(f"{process.pid} {' '.join(process.cmdline())}")
        return found

    def copy(self, home: Path) -> Elt:
        """The same state in another folder; nothing may run in this one meanwhile."""
        # Ownership too: PostgreSQL refuses to run as root.
        subprocess.run(["cp", "-a", str(self.home), str(home)], check=True)
        return Elt(home)


class Command:
    """An `elt` that runs in the background, its output in a file."""

    def __init__(self, elt: Elt, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
        self._log = elt.home.with_name(f"{elt.home.name}-{arguments[0]}-{time.time_ns()}.log")
        with self._log.open("w") as output:
            self.process = subprocess.Popen(
                [ELT, *arguments],
                env=elt.environment | {"PYTHONUNBUFFERED": "1"} | environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self._log.read_text()

    def wait_for(self, text: str) -> None:
        wait_until(lambda: text in self.output or self.process.poll() is not None, text)
        assert text in self.output, self.output

    def end(self, number: signal.Signals) -> int:
        """Send the signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(timeout=60)


class Stack:
    """A stack that `elt up` runs."""

    def __init__(self, elt: Elt, url: str, password: str, output: str) -> None:
        self.elt = elt
        self.output = output
        self.url = url
        self.password = password
        home = Home(elt.home)
        port = Cluster(home, home.secrets()).running_port()
        assert port is not None
        self.server = Server("127.0.0.1", port, home.secrets())
        self.api = AirflowApi(url, password)

    def trigger(self, logical_date: str | None = None, **conf: object) -> str:
        """Start a run of user_processing by REST; its id."""
        body = {"logical_date": logical_date, "conf": conf}
        return str(self.api.post("dags/user_processing/dagRuns", body)["dag_run_id"])

    def wait_for_end(self, run_id: str) -> dict[str, str]:
        """Wait until the run has ended; the state of each task, and of the run under ``""``."""

        def state() -> str:
            return str(self.api.run("user_processing", run_id)["state"])

        wait_until(lambda: state() in ("success", "failed"), f"{run_id} to end", RUN)
        tasks = self.api.tasks("user_processing", run_id)
        return {str(task["task_id"]): str(task["state"]) for task in tasks} | {"": state()}

    def log_of(self, run_id: str, task: str) -> str:
        """What the attempts of a task logged."""
        folder = Home(self.elt.home).logs / "airflow" / "dag_id=user_processing"
        logs = (folder / f"run_id={run_id}" / f"task_id={task}").glob("attempt=*.log")
        return "".join(log.read_text() for log in sorted(logs))

    def runs(self) -> list[dict[str, Any]]:
        """All runs of user_processing."""
        return list(self.api.get("dags/user_processing/dagRuns?limit=100")["dag_runs"])

    def wait_for(self, *run_ids: str) -> None:
        """Wait until the runs have ended, and expect success."""

        def states() -> dict[str, str]:
            return {
                run_id: str(self.api.run("user_processing", run_id)["state"]) for run_id in run_ids
            }

        wait_until(lambda: set(states().values()) <= {"success", "failed"}, "the runs to end", RUN)
        assert states() == dict.fromkeys(run_ids, "success")


def wait_until(condition: Callable[[], object], what: str, every: float = 0.2) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(every)


@pytest.fixture(scope="session")
def first_run(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Elt, subprocess.CompletedProcess[str]]:
    """`elt run` with nothing prepared: the command and what it answered."""
    elt = Elt(tmp_path_factory.mktemp("elt") / "state")
    return elt, elt("run")


@pytest.fixture(scope="session")
def elt(first_run: tuple[Elt, subprocess.CompletedProcess[str]]) -> Elt:
    """The command on a state folder that holds a day's load; for tests that change nothing."""
    elt, answer = first_run
    assert answer.returncode == 0, answer.stderr
    return elt


@pytest.fixture
def own_elt(elt: Elt, tmp_path: Path) -> Iterator[Elt]:
    """The command on a copy of ``elt``'s folder that the test may do with as it likes."""
    own = elt.copy(tmp_path / "state")
    yield own
    own("down")
    assert own.processes() == []


@pytest.fixture(scope="session")
def source() -> Iterator[SampleApi]:
    """What ``stack`` loads from."""
    with SampleApi() as api:
        yield api


@pytest.fixture(scope="session")
def stack(elt: Elt, source: SampleApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that is up, on a copy of ``elt``'s folder, while the usual ports are taken.

    It gives up soon: each task is tried once, and a page for seconds. Its environment has settings
    of Airflow's, one of which the stack cannot take over. Its last scheduler crashed.
    """
    impatient = {
        "ELT_TASK_RETRIES": "0",
        "ELT_SENSOR_TIMEOUT": "3",
        "ELT_SENSOR_POKE_INTERVAL": "1",
        "ELT_FETCH_PATIENCE": "4",
    }
    own = elt.copy(tmp_path_factory.mktemp("stack") / "state")
    (own.home / "logs" / "airflow-scheduler.log").write_text(LAST_WORDS)
    with ExitStack() as taken:
        for port in (8080, 5432):
            # Also where connections of a former stack are still being closed, which do not hold it.
            with suppress(OSError):  # somebody else has it, which serves as well
                taken.enter_context(socket.create_server(("127.0.0.1", port)))
        command = own.start("up", "--api", source.url, **impatient, **AIRFLOW_SETTINGS)
        try:
            command.wait_for("Ctrl-C stops everything")
            found = re.search(r"Airflow +(\S+)\s+user +admin\s+password +(\S+)", command.output)
            assert found, command.output
            stack = Stack(own, found[1], found[2], command.output)
            yield stack
            assert command.end(signal.SIGINT) == 130
            assert own.processes() == []
            assert "Traceback" not in command.output
        finally:
            if command.process.poll() is None:
                command.end(signal.SIGKILL)
            own("down")


def answer_of(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    parsed = json.loads(result.stdout)
    assert isinstance(parsed, dict)
    return parsed
