"""The child process of `elt run`: runs one DAG in-process and reports events to its parent.

`python -m elt.local.run_dag FD` reads its request, one JSON object, from the first line of
standard input and writes events, one JSON object a line, to the descriptor FD. The rest of
standard input stays open as long as the parent lives. Everything Airflow and dbt say goes to
standard output and error.
"""

from __future__ import annotations

import gc
import importlib
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from airflow.api_fastapi.execution_api import versions
from airflow.api_fastapi.execution_api.routes import execution_api_router
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.listeners import hookimpl
from airflow.sdk.execution_time.supervisor import in_process_api_server
from airflow.sdk.listener import get_listener_manager
from airflow.settings import DAGS_FOLDER
from cadwyn import HeadVersion, Version, VersionBundle
from cadwyn.route_generation import _DELETED_ROUTE_TAG
from httpx import Client

from elt.airflow.params import refused
from elt.stack.airflow_config import PRELOADED

if TYPE_CHECKING:
    from airflow.sdk import DAG
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

_PROGRESS_LOGGER = "elt"
_UNWIND_SECONDS = 5.0


class Events:
    """Writes events to the parent; from then on the parent's end is all it needs to watch."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def send(self, event: str, **fields: object) -> None:
        line = json.dumps({"event": event, **fields}, default=str)
        with self._lock:
            self._stream.write(f"{line}\n")
            self._stream.flush()


class ProgressHandler(logging.Handler):
    """Passes on the `progress` of log records; the records themselves go where they went."""

    def __init__(self, events: Events) -> None:
        super().__init__(logging.INFO)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        progress = getattr(record, "progress", None)
        if isinstance(progress, dict):
            self._events.send("progress", **progress)


class TaskListener:
    """Airflow's listener: reports what happens to each task."""

    def __init__(self, events: Events, interruption: Interruption, steps: Steps) -> None:
        self._events = events
        self._interruption = interruption
        self._steps = steps

    def _send(self, task_instance: RuntimeTaskInstance, state: str, **fields: object) -> None:
        step = self._steps.name(task_instance.task_id, task_instance.map_index)
        self._events.send("task", task=step, state=state, **fields)

    @hookimpl
    def on_task_instance_running(self, task_instance: RuntimeTaskInstance) -> None:
        self._send(task_instance, "running", attempt=task_instance.try_number)

    @hookimpl
    def on_task_instance_success(self, task_instance: RuntimeTaskInstance) -> None:
        self._send(task_instance, "success")

    @hookimpl
    def on_task_instance_skipped(self, task_instance: RuntimeTaskInstance) -> None:
        self._send(task_instance, "skipped")

    @hookimpl
    def on_task_instance_failed(
        self, task_instance: RuntimeTaskInstance, error: str | BaseException | None
    ) -> None:
        # Airflow takes an interrupted task for a failed one and would go on to the next.
        self._interruption.leave_if_requested()
        # The SDK's enumeration does not turn into its value by itself.
        state = getattr(task_instance.state, "value", "failed")
        self._send(task_instance, state, error=sentence(error))


class Steps:
    """What the instances of a DAG's tasks are called: ``extract_orders``, ``reconcile [north]``."""

    def __init__(self, dag: DAG) -> None:
        self._mapped = {task.task_id: _mapped_over(task) for task in dag.tasks}
        self._order = [task.task_id for task in dag.topological_sort()]  # type: ignore[no-untyped-call]

    def all(self) -> list[str]:
        """All steps that are known before the run, in their order."""
        return [
            self.name(task, index)
            for task in self._order
            for index in (range(len(self._mapped[task])) if self._mapped[task] else (-1,))
        ]

    def name(self, task: str, map_index: int | None) -> str:
        """The name of a task's instance; of one that is mapped, with what it is mapped to."""
        if map_index is None or map_index < 0:
            return task
        values = self._mapped.get(task, [])
        return f"{task} [{values[map_index] if map_index < len(values) else map_index}]"


def _mapped_over(task: Any) -> list[Any]:
    """The values that a task is mapped over, by itself or by its group, where the DAG has them."""
    group = task.get_closest_mapped_task_group()
    if group is None and not task.is_mapped:
        return []
    given = group._expand_input if group is not None else task._get_specified_expand_input()
    lists = list(given.value.values()) if isinstance(given.value, Mapping) else []
    return list(lists[0]) if len(lists) == 1 and isinstance(lists[0], Sequence) else []


class Interruption:
    """Ends the process when it is interrupted or its parent has gone, unwinding first."""

    def __init__(self) -> None:
        self._requested = False

    def install(self, parent: TextIO) -> None:
        signal.signal(signal.SIGINT, self._interrupt)
        threading.Thread(target=self._watch, args=(parent,), daemon=True).start()

    def leave_if_requested(self) -> None:
        if self._requested:
            os._exit(130)

    def _interrupt(self, _number: int, _frame: object) -> None:
        if not self._requested:
            self._requested = True
            raise KeyboardInterrupt

    def _watch(self, parent: TextIO) -> None:
        parent.read()
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(_UNWIND_SECONDS)
        os._exit(130)


def sentence(error: str | BaseException | None) -> str:
    """The error's own words, without a traceback; its kind where it has none."""
    if error is None:
        return "no reason given"
    return str(error).strip() or type(error).__name__


def last_line(trace: str) -> str:
    """The last line of a formatted traceback: the error itself."""
    return next((line.strip() for line in reversed(trace.splitlines()) if line.strip()), trace)


def preload() -> None:
    """Do, before there is anything to run, what takes seconds and depends on nothing."""
    gc.disable()  # imports make much and drop little: collecting costs a tenth of their time
    for module in PRELOADED:
        importlib.import_module(module)
    _serve_newest_version()
    with Client(transport=in_process_api_server().transport, base_url="http://tasks") as client:
        client.get("/health/ping")
    # Cosmos collects garbage after each call of dbt: 0.7 s, unless what is there is exempt.
    gc.freeze()
    gc.enable()


def _serve_newest_version() -> None:
    """Leave out of the tasks' API what Airflow makes for tasks of other versions.

    Here it serves this process only, and its nine versions take most of a second each.
    """
    newest = versions.bundle.versions[0].value
    versions.bundle = VersionBundle(HeadVersion(), Version(newest))
    execution_api_router.routes[:] = [
        route
        for route in execution_api_router.routes
        if _DELETED_ROUTE_TAG not in getattr(route, "tags", ())
    ]


def main(arguments: list[str]) -> int:
    preload()
    with os.fdopen(int(arguments[0]), "w") as stream:
        return _main(Events(stream))


def _main(events: Events) -> int:
    line = sys.stdin.readline()
    if not line:  # the parent ended before it had a request
        return 130
    request = json.loads(line)
    interruption = Interruption()
    interruption.install(sys.stdin)
    try:
        return run(request, events, interruption)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        logging.getLogger(__name__).exception("the run ended with an error")
        events.send("error", kind="internal", message=sentence(error))
        return 1


def run(request: dict[str, Any], events: Events, interruption: Interruption) -> int:
    """Run the DAG that `request` names; the process's exit code."""
    dag = _find(request["pipeline"], events)
    if dag is None:
        return 1
    params = request["conf"]
    schemas = {name: dag.params.get_param(name).schema for name in dag.params}
    if said := refused(dag.dag_id, schemas, params):
        events.send("error", kind="params", message=said)
        return 1
    steps = Steps(dag)
    events.send("parsed", tasks=steps.all())

    get_listener_manager().add_listener(  # type: ignore[no-untyped-call]
        TaskListener(events, interruption, steps)
    )
    logger = logging.getLogger(_PROGRESS_LOGGER)
    logger.addHandler(ProgressHandler(events))
    logger.setLevel(logging.INFO)

    date = request["logical_date"]
    logical_date = datetime.fromisoformat(date) if date else datetime.now(UTC)
    try:
        result = dag.test(logical_date=logical_date, run_conf=params)
    except ValueError as error:
        # What the DAG's Params refuse.
        events.send("error", kind="invalid", message=sentence(error))
        return 1
    states = {
        steps.name(ti.task_id, ti.map_index): str(ti.state) for ti in result.get_task_instances()
    }
    events.send("finished", state=str(result.state), run_id=result.run_id, tasks=states)
    return 0 if str(result.state) == "success" else 1


def _find(pipeline: str, events: Events) -> DAG | None:
    folder = Path(DAGS_FOLDER)
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    found: DAG | None = bag.dags.get(pipeline)
    if found is not None:
        return found
    broken = {file: last_line(trace) for file, trace in bag.import_errors.items()}
    if broken:
        _send_broken(broken, events.send)
    else:
        events.send("error", kind="unknown", message="", known=sorted(bag.dags))
    return None


def _send_broken(broken: dict[str, str], send: Callable[..., None]) -> None:
    reasons: Iterable[str] = (f"{file}: {reason}" for file, reason in sorted(broken.items()))
    send("error", kind="broken", message="; ".join(reasons))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
