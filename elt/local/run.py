"""`elt run`: one run of a pipeline, followed to its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, Any

import psutil
from rich.console import Console

from elt.local import airflow_home, apis, occupancy, summary
from elt.local.airflow_home import DEFAULT_PORT
from elt.local.apis import Choice
from elt.local.display import Display
from elt.local.home import Home
from elt.local.occupancy import Occupant, OccupiedError
from elt.local.ports import Ports
from elt.local.postgres import Cluster
from elt.local.processes import stop, uninterrupted
from elt.local.stack import Stack, make_ready, sample_api, started, stop_left_behind
from elt.stack.airflow_api import AirflowApi, AirflowApiError
from elt.stack.airflow_config import write_connections
from elt.stack.errors import EXIT_FAILURE, StackError, UsageError
from elt.stack.server import Server

IMPATIENCE = {
    "ELT_TASK_RETRIES": "1",
    "ELT_TASK_RETRY_DELAY": "5",
    "ELT_SENSOR_TIMEOUT": "60",
    "ELT_SENSOR_POKE_INTERVAL": "2",
    "ELT_FETCH_PATIENCE": "60",
}
"""A person waits for this run, so it gives up sooner than a scheduled one."""

_POLL_SECONDS = 1.0
_UNWIND_SECONDS = 5.0
_ERROR_LINES = 8


@dataclass(frozen=True)
class Request:
    """What is to be run."""

    pipeline: str
    params: Mapping[str, object]
    """The run's configuration: the DAG's parameters that were named."""
    date: date | None
    apis: Choice

    @property
    def logical_date(self) -> datetime | None:
        """The start of the date, UTC; None stands for now."""
        if self.date is None:
            return None
        return datetime.combine(self.date, datetime.min.time(), tzinfo=UTC)


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    run_id: str
    failures: Mapping[str, str]
    """The error of each task that failed, by task; empty where the run succeeded."""


def run(home: Home, request: Request, console: Console, errors: Console) -> int:
    """Run the pipeline and show it; the command's exit code.

    Raises UsageError when there is no such pipeline, StackError when it cannot be run.
    """
    _expect_pipeline(home, request.pipeline)
    planned = apis.plan(home, request.apis, os.environ)
    secrets = home.create()
    begun = time.monotonic()
    log = home.logs / f"run-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    display = Display(console)
    with ExitStack() as held:
        try:
            held.enter_context(occupancy.claim(home, "run"))
        except OccupiedError as error:
            occupant = _running_stack(error.occupant, request, planned)
            server = held.enter_context(Cluster(home, secrets).lease()).server
            with display.showing(f"{request.pipeline} in the running stack, {occupant.url}"):
                outcome = _run_in_stack(home, server, occupant, request, display)
            log = home.logs / "airflow"
        else:
            stop_left_behind(home)
            port = Ports(home.ports_file).remembered("airflow") or DEFAULT_PORT
            with display.showing(f"{request.pipeline}"):
                stack = held.enter_context(started(home, display, ui_port=port))
                server = stack.server
                outcome = _run_in_process(stack, request, planned, display, log)
        seconds = time.monotonic() - begun
        if outcome.failures:
            for task, reason in outcome.failures.items():
                errors.print(
                    f"{task} failed: {_shortened(reason)}",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
            errors.print(f"log: {log}", markup=False, highlight=False, soft_wrap=True)
            return EXIT_FAILURE
        done = summary.Run(request.pipeline, outcome.run_id)
        summary.show(home, server, done, console, seconds=seconds, log=log)
    return 0


def _expect_pipeline(home: Home, pipeline: str) -> None:
    """Refuse, before anything is started, a pipeline that no file can hold."""
    if not home.dags.is_dir():
        raise StackError(f"there is no DAG folder {home.dags}")
    files = sorted(home.dags.rglob("*.py"))
    if not any(pipeline in path.read_text(errors="replace") for path in files):
        raise _unknown(pipeline, [path.stem for path in files if not path.stem.startswith("_")])


def _unknown(pipeline: str, known: list[str]) -> UsageError:
    listed = ", ".join(known) if known else "none"
    return UsageError(f"there is no pipeline {pipeline!r}; there are: {listed}")


def _lacking(pipeline: str, params: Collection[str], known: Collection[str]) -> UsageError:
    """There are no parameters `params`; an unknown one would be passed over in silence."""
    named = ", ".join(params)
    noun = "parameter" if len(params) == 1 else "parameters"
    listed = ", ".join(known) if known else "none"
    return UsageError(f"{pipeline} has no {noun} {named}; it has: {listed}")


def _running_stack(
    occupant: Occupant | None, request: Request, planned: Mapping[str, str | None]
) -> Occupant:
    """The `elt up` that will do the run. Raises StackError where it is something else."""
    if occupant is None or occupant.command == "run":
        raise StackError("another `elt run` is at work in this folder: wait for it to end")
    if occupant.url is None:
        raise StackError("`elt up` is still starting: try again when it has printed its address")
    if differs := apis.difference(request.apis, planned, occupant.apis or {}):
        conn_id, wanted, had = differs
        raise StackError(
            f"`elt up` is running with {had} for {conn_id}, not with {wanted}:"
            " stop it, or start it with the same --api"
        )
    return occupant


def _run_in_process(
    stack: Stack,
    request: Request,
    planned: Mapping[str, str | None],
    display: Display,
    log: Path,
) -> Outcome:
    with ExitStack() as held:
        # It imports Airflow and dbt while the rest is made ready.
        child = held.enter_context(_Child.started(stack, log))
        make_ready(stack, display)
        sample = None
        if None in planned.values():
            with display.step("start the sample API"):
                sample = held.enter_context(sample_api(stack.home))
        sources = apis.with_sample(planned, sample)
        write_connections(airflow_home.connections_file(stack.home), sources, stack.server)
        logical_date = request.logical_date
        child.ask(
            {
                "pipeline": request.pipeline,
                "logical_date": logical_date and logical_date.isoformat(),
                "conf": request.params,
            }
        )
        display.update("load the pipeline", "running")
        return _follow(child, request, display, log)


class _Child:
    """The process that runs the DAG; it ends when this one does."""

    def __init__(self, process: psutil.Popen, events: IO[str]) -> None:
        self.process = process
        self.events = events

    @staticmethod
    @contextmanager
    def started(stack: Stack, log: Path) -> Iterator[_Child]:
        environment = airflow_home.airflow_environment(stack.home, stack.server)
        for name, value in IMPATIENCE.items():
            environment.setdefault(name, value)
        receiving, sending = os.pipe()
        with os.fdopen(receiving) as events, log.open("wb") as output:
            try:
                process = psutil.Popen(
                    [sys.executable, "-m", "elt.local.run_dag", str(sending)],
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    pass_fds=(sending,),
                    start_new_session=True,
                )
            finally:
                os.close(sending)
            child = _Child(process, events)
            try:
                yield child
            except BaseException:
                with uninterrupted():
                    child.interrupt()
                    child.end()
                    airflow_home.end_abandoned_runs(stack.server)
                raise
            else:
                child.end()

    def ask(self, request: Mapping[str, object]) -> None:
        # Where the child died at once, its log and exit code say why.
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{json.dumps(request)}\n".encode())
            self.process.stdin.flush()

    def interrupt(self) -> None:
        with suppress(psutil.Error):
            self.process.send_signal(signal.SIGINT)

    def end(self) -> None:
        """Close the pipe that keeps it alive, and see to it that it is gone."""
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        tree = [self.process, *self._descendants()]
        _, alive = psutil.wait_procs(tree, timeout=_UNWIND_SECONDS)
        stop(alive, grace=1)

    def _descendants(self) -> list[psutil.Process]:
        try:
            return list(self.process.children(recursive=True))
        except psutil.Error:
            return []


def _follow(child: _Child, request: Request, display: Display, log: Path) -> Outcome:
    """Show the child's events until it ends. Raises StackError or UsageError if it cannot run."""
    failures: dict[str, str] = {}
    running = ""
    for line in child.events:
        event: dict[str, Any] = json.loads(line)
        match event.pop("event"):
            case "parsed":
                display.update("load the pipeline", "success")
                display.expect(event["tasks"])
            case "task":
                task, state = event["task"], event["state"]
                running = task if state == "running" else running
                if state in {"failed", "up_for_retry"}:
                    failures[task] = event["error"]
                    display.update(task, state, _shortened(event["error"], lines=1))
                else:
                    failures.pop(task, None)
                    display.update(task, state)
            case "progress":
                display.progress(running, event)
            case "finished":
                for task, state in event["tasks"].items():
                    display.update(task, state)
                if event["state"] == "success":
                    return Outcome(event["run_id"], {})
                named = failures or {request.pipeline: "the run failed"}
                return Outcome(event["run_id"], named)
            case "error":
                display.update("load the pipeline", "failed")
                raise _refusal(event, request, log)
    code = child.process.wait()
    raise StackError(f"the run ended unexpectedly (exit code {code}): see {log}")


def _refusal(event: Mapping[str, Any], request: Request, log: Path) -> StackError:
    message = event["message"]
    match event["kind"]:
        case "unknown":
            return _unknown(request.pipeline, event["known"])
        case "params":
            return _lacking(request.pipeline, event["params"], event["known"])
        case "broken":
            return StackError(f"the DAG folder has a file that cannot be loaded: {message}")
        case "invalid":
            return UsageError(f"{request.pipeline} refuses these parameters: {_shortened(message)}")
        case _:
            return StackError(f"the run could not be done: {_shortened(message)} (log: {log})")


def _run_in_stack(
    home: Home, server: Server, occupant: Occupant, request: Request, display: Display
) -> Outcome:
    """Have the running Airflow do the run, since its scheduler would take it up anyway."""
    try:
        api = AirflowApi(str(occupant.url), server.secrets.admin_password)
        dag = api.dag(request.pipeline)
        known = dag.get("params") or {}
        if lacking := [name for name in request.params if name not in known]:
            raise _lacking(request.pipeline, lacking, known)
        if dag.get("is_paused"):
            raise StackError(
                f"{request.pipeline} is paused in the running Airflow: unpause it at {occupant.url}"
            )
        run_id = str(_trigger(api, request)["dag_run_id"])
        return _poll(home, api, request.pipeline, run_id, display)
    except AirflowApiError as error:
        if error.status == 404:
            raise _unknown(
                request.pipeline, [str(dag["dag_id"]) for dag in api.get("dags")["dags"]]
            ) from error
        if error.status in {400, 422}:
            raise UsageError(f"{request.pipeline} refuses these parameters: {error}") from error
        raise StackError(f"the running Airflow did not do the run: {error}") from error


def _trigger(api: AirflowApi, request: Request) -> dict[str, Any]:
    now = datetime.now(UTC)
    logical_date = request.logical_date or now
    try:
        return api.trigger(
            request.pipeline, logical_date=logical_date.isoformat(), conf=request.params
        )
    except AirflowApiError as error:
        if error.status != 409:
            raise
    # A logical date belongs to one run; one a moment later is in the same period.
    later = logical_date.replace(microsecond=max(1, now.microsecond))
    return api.trigger(request.pipeline, logical_date=later.isoformat(), conf=request.params)


def _poll(home: Home, api: AirflowApi, dag_id: str, run_id: str, display: Display) -> Outcome:
    while True:
        state = str(api.run(dag_id, run_id)["state"])
        tasks = api.tasks(dag_id, run_id)
        for task in sorted(tasks, key=lambda task: str(task["start_date"] or "9")):
            display.update(str(task["task_id"]), str(task["state"] or "waiting"))
        if state == "success":
            return Outcome(run_id, {})
        if state == "failed":
            failed = [task for task in tasks if task["state"] == "failed"]
            return Outcome(
                run_id,
                {str(task["task_id"]): _logged_error(home, dag_id, run_id, task) for task in failed}
                or {dag_id: "the run failed"},
            )
        time.sleep(_POLL_SECONDS)


def _logged_error(home: Home, dag_id: str, run_id: str, task: Mapping[str, Any]) -> str:
    """The error that a task's log ends with."""
    folder = home.logs / "airflow" / f"dag_id={dag_id}" / f"run_id={run_id}"
    log = folder / f"task_id={task['task_id']}" / f"attempt={task['try_number']}.log"
    error = f"see {log}"
    with suppress(OSError):
        for line in log.read_text(errors="replace").splitlines():
            with suppress(ValueError, KeyError, IndexError, TypeError):
                error = str(json.loads(line)["error_detail"][0]["exc_value"]) or error
    return error


def _shortened(error: str, lines: int = _ERROR_LINES) -> str:
    kept = [line.rstrip() for line in error.strip().splitlines() if line.strip()]
    return "\n".join(kept[:lines]) + (" …" if len(kept) > lines else "")
