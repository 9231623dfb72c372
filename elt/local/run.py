"""`elt run`: one run of a pipeline, in a process of its own, followed to its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import psutil
from rich.console import Console

from elt.airflow import params
from elt.local import (
    airflow_home,
    apis,
    declared_params,
    occupancy,
    open_questions,
    programs,
    run_in_stack,
    summary,
)
from elt.local.airflow_home import DEFAULT_PORT
from elt.local.display import Display
from elt.local.home import Home
from elt.local.occupancy import OccupiedError
from elt.local.ports import Ports
from elt.local.postgres import Cluster
from elt.local.processes import stop, uninterrupted
from elt.local.requested import Outcome, Request, shortened, unknown
from elt.local.stack import Stack, make_ready, sample_api, started, stop_left_behind
from elt.source.questions import said
from elt.stack import elsewhere
from elt.stack.airflow_config import write_connections
from elt.stack.errors import EXIT_FAILURE, StackError, UsageError

IMPATIENCE = {
    "ELT_TASK_RETRIES": "1",
    "ELT_TASK_RETRY_DELAY": "5",
    "ELT_SENSOR_TIMEOUT": "60",
    "ELT_SENSOR_POKE_INTERVAL": "2",
    "ELT_FETCH_PATIENCE": "60",
}
"""A person waits for this run, so it gives up sooner than a scheduled one."""

_UNWIND_SECONDS = 5.0


def run(home: Home, request: Request, console: Console, errors: Console) -> int:
    """Run the pipeline and show it; the command's exit code.

    Raises UsageError when there is no such pipeline, StackError when it cannot be run.
    """
    _expect_pipeline(home, request.pipeline)
    _expect_params(home, request)
    _expect_answered(home, request)
    planned = apis.plan(home, request.apis, os.environ)
    named = elsewhere.named(os.environ)
    secrets = home.create()
    begun = time.monotonic()
    log = home.logs / f"run-{datetime.now(UTC):%Y%m%dT%H%M%S}.log"
    display = Display(console)
    with ExitStack() as held:
        try:
            held.enter_context(occupancy.claim(home, "run"))
        except OccupiedError as error:
            occupant = run_in_stack.running_stack(
                error.occupant, request, planned, named.title if named else None
            )
            server = held.enter_context(Cluster(home, secrets).lease()).server
            with display.showing(f"{request.pipeline} in the running stack, {occupant.url}"):
                outcome = run_in_stack.follow(home, server, occupant, request, display)
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
                    f"{task} failed: {shortened(reason)}",
                    markup=False,
                    highlight=False,
                    soft_wrap=True,
                )
            errors.print(f"log: {log}", markup=False, highlight=False, soft_wrap=True)
            return EXIT_FAILURE
        done = summary.Run(request.pipeline, outcome.run_id)
        where = f"{server.title}, stopped while nothing uses it" if named is None else named.title
        summary.show(home, named or server, done, console, seconds=seconds, log=log, database=where)
    return 0


def _expect_pipeline(home: Home, pipeline: str) -> None:
    """Refuse, before anything is started, a pipeline that no file can hold."""
    if not home.dags.is_dir():
        raise StackError(f"there is no DAG folder {home.dags}")
    files = sorted(home.dags.rglob("*.py"))
    if not any(pipeline in path.read_text(errors="replace") for path in files):
        raise unknown(pipeline, [path.stem for path in files if not path.stem.startswith("_")])


def _expect_params(home: Home, request: Request) -> None:
    """Refuse, before anything is started, parameters that the DAG file says it does not take."""
    schemas = declared_params.read(home.dags, request.pipeline)
    if schemas is not None and (
        refused := params.refused(request.pipeline, schemas, request.params)
    ):
        raise UsageError(refused)


def _expect_answered(home: Home, request: Request) -> None:
    """Refuse, before anything is started, what the first task would refuse, too."""
    if asked := open_questions.read(home.dags, request.pipeline):
        raise StackError(f"{request.pipeline}: {said(asked)}")


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
        write_connections(airflow_home.connections_file(stack.home), sources, stack.warehouse)
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
        environment = airflow_home.airflow_environment(stack.home, stack.warehouse)
        for name, value in IMPATIENCE.items():
            environment.setdefault(name, value)
        receiving, sending = os.pipe()
        with os.fdopen(receiving) as events, log.open("wb") as output:
            try:
                process = psutil.Popen(
                    programs.command("elt.local.run_dag", str(sending)),
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
                    display.update(task, state, shortened(event["error"], lines=1))
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
            return unknown(request.pipeline, event["known"])
        case "params":
            return UsageError(message)
        case "broken":
            return StackError(f"the DAG folder has a file that cannot be loaded: {message}")
        case "invalid":
            return UsageError(f"{request.pipeline} refuses these parameters: {shortened(message)}")
        case _:
            return StackError(f"the run could not be done: {shortened(message)} (log: {log})")
