"""`elt run` beside an `elt up`: the running Airflow does the run, and is asked how it goes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from elt.airflow import params
from elt.local import apis
from elt.local.display import Display
from elt.local.home import Home
from elt.local.occupancy import Occupant
from elt.local.requested import Outcome, Request, unknown
from elt.stack.airflow_api import AirflowApi, AirflowApiError
from elt.stack.errors import StackError, UsageError
from elt.stack.server import Server

_POLL_SECONDS = 1.0
_AT_WORK = ("running", "up_for_reschedule")
_OURS = "elt."
"""Begins the names of the loggers that speak to people."""
_TAIL = 64 * 1024
"""Bytes of a log that are looked at for its last words."""


def running_stack(
    occupant: Occupant | None,
    request: Request,
    planned: Mapping[str, str | None],
    warehouse: str | None = None,
) -> Occupant:
    """The `elt up` that will do the run. Raises StackError where it is something else.

    ``warehouse`` is the one that the environment names, in words; None means the stack's own.
    """
    if occupant is None or occupant.command == "run":
        raise StackError("another `elt run` is at work in this folder: wait for it to end")
    if occupant.url is None:
        raise StackError("`elt up` is still starting: try again when it has printed its address")
    if warehouse != occupant.warehouse:
        own = "the stack's own warehouse"
        raise StackError(
            f"`elt up` is running with {occupant.warehouse or own}, not with {warehouse or own}:"
            " stop it, or start it in the same environment (ELT_WAREHOUSE_HOST)"
        )
    if differs := apis.difference(request.apis, planned, occupant.apis or {}):
        conn_id, wanted, had = differs
        raise StackError(
            f"`elt up` is running with {had} for {conn_id}, not with {wanted}:"
            " stop it, or start it with the same --api"
        )
    return occupant


def follow(
    home: Home, server: Server, occupant: Occupant, request: Request, display: Display
) -> Outcome:
    """Have the running Airflow do the run, since its scheduler would take it up anyway."""
    try:
        api = AirflowApi(str(occupant.url), server.secrets.admin_password)
        dag = api.dag(request.pipeline)
        known = dag.get("params") or {}
        schemas = {name: param.get("schema") or {} for name, param in known.items()}
        if said := params.refused(request.pipeline, schemas, request.params):
            raise UsageError(said)
        if dag.get("is_paused"):
            raise StackError(
                f"{request.pipeline} is paused in the running Airflow: unpause it at {occupant.url}"
            )
        run_id = str(_trigger(api, request)["dag_run_id"])
        return _poll(home, api, request.pipeline, run_id, display)
    except AirflowApiError as error:
        if error.status == 404:
            raise unknown(
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
        for task in tasks:
            if task["state"] in _AT_WORK and (said := _last_words(home, dag_id, run_id, task)):
                display.says(str(task["task_id"]), said)
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


def _log(home: Home, dag_id: str, run_id: str, task: Mapping[str, Any]) -> Path:
    folder = home.logs / "airflow" / f"dag_id={dag_id}" / f"run_id={run_id}"
    return folder / f"task_id={task['task_id']}" / f"attempt={task['try_number']}.log"


def _last_words(home: Home, dag_id: str, run_id: str, task: Mapping[str, Any]) -> str:
    """The last that a task at work has logged of what it does, or waits for."""
    try:
        with _log(home, dag_id, run_id, task).open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
            lines = file.read().decode(errors="replace").splitlines()
    except OSError:
        return ""
    for line in reversed(lines):
        with suppress(ValueError, TypeError, AttributeError):
            record = json.loads(line)
            if str(record.get("logger")).startswith(_OURS):
                return str(record.get("event"))
    return ""


def _logged_error(home: Home, dag_id: str, run_id: str, task: Mapping[str, Any]) -> str:
    """The error that a task's log ends with."""
    log = _log(home, dag_id, run_id, task)
    error = f"see {log}"
    with suppress(OSError):
        for line in log.read_text(errors="replace").splitlines():
            with suppress(ValueError, KeyError, IndexError, TypeError):
                error = str(json.loads(line)["error_detail"][0]["exc_value"]) or error
    return error
