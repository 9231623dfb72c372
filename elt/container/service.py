"""An Airflow service in its container: waits for what it needs, then becomes `airflow NAME`."""

from __future__ import annotations

import fcntl
import gc
import importlib
import logging
import os
import signal
import socket
import subprocess
import sys
import time
import warnings
from pathlib import Path
from types import FrameType

from elt.container.volumes import Volumes, read_connection
from elt.stack.airflow_config import PRELOADED
from elt.stack.errors import StackError
from elt.stack.log_files import Limits
from elt.warehouse import TRANSFORMER_CONN_ID

SERVICES: dict[str, tuple[str, ...]] = {
    # TLS ends in front of it, so the proxy says by which scheme and host it was asked.
    "api-server": ("api-server", "--proxy-headers"),
    # Logs lie in a volume, so nobody needs to be served them over a port.
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
    "triggerer": ("triggerer", "--skip-serve-logs"),
}

_IMPORTS: dict[str, tuple[str, ...]] = {
    "api-server": ("airflow.cli.commands.api_server_command", "airflow.api_fastapi.app"),
    "scheduler": (
        "airflow.cli.commands.scheduler_command",
        "airflow.jobs.scheduler_job_runner",
        "airflow.sdk.execution_time.supervisor",
        "airflow.executors.workloads",
    ),
    "dag-processor": (
        "airflow.cli.commands.dag_processor_command",
        "airflow.dag_processing.manager",
    ),
    "triggerer": ("airflow.cli.commands.triggerer_command", "airflow.jobs.triggerer_job_runner"),
}
"""What takes a service seconds to import and needs no database: done while `init` is at work."""

JOBS = {
    "scheduler": "SchedulerJob",
    "dag-processor": "DagProcessorJob",
    "triggerer": "TriggererJob",
}
"""Under which type a service is in Airflow's table of jobs."""

_KNOWN_WARNINGS = (
    # The DAG processor serves the parsed files' requests from a thread; Airflow forks beside it.
    r"This process \(pid=\d+\) is multi-threaded",
    # Airflow mounts the pages of the login, which are a WSGI app, by way of Starlette.
    "starlette.middleware.wsgi is deprecated",
    # Counts of failed logins are kept in the memory of the one process that serves them.
    "Using the in-memory storage for tracking rate limits",
    # Airflow's own response to a request for a task's log.
    "Pydantic serializer warnings",
)

_POLL_SECONDS = 0.1
_SAY_SECONDS = 15.0

_OF_TASKS = (
    "elt.pipeline",
    "elt.airflow.operators",
    "elt.extract.fetch",
    "elt.load.landing",
    "elt.reconcile",
    "elt.airflow.sensor",
    "elt.extract.spool",
)
"""What tasks and DAG files import of the project: a sixth of a task's CPU."""

_STARTED = Path("/tmp/started")
"""There once the service itself is starting: before that, its health need not be asked."""


def run(volumes: Volumes, name: str) -> int:
    """Run the service until it is stopped; its exit code.

    When secrets are rotated it ends, and the container's restart policy starts it anew.
    Raises StackError where the stack has no configuration yet, or a setting is wrong.
    """
    if not volumes.airflow_config.exists():
        raise StackError(
            f"there is no {volumes.airflow_config}: start the stack by `docker compose up`"
        )
    generation = _generation(volumes)
    if name == "scheduler":
        transformer = read_connection(volumes, TRANSFORMER_CONN_ID)
        os.environ["DBT_ENV_SECRET_WAREHOUSE_PASSWORD"] = transformer["password"]
        os.environ["ELT_PRELOAD"] = ",".join((*PRELOADED, *_of_the_image()))
    elif name == "dag-processor":
        # It forks a process for each parse of a DAG file.
        os.environ["ELT_PRELOAD"] = ",".join(("cosmos", *_of_the_image()))
        Limits.read(os.environ)
        if os.environ.get("ELT_WATCH"):
            # Ends with this process, since a container ends with its first one.
            subprocess.Popen(["elt", "watch"], stdin=subprocess.DEVNULL)
    elif name == "api-server" and os.environ.get("AIRFLOW__API__BASE_URL", "").startswith("https:"):
        os.environ.setdefault("AIRFLOW__FAB__COOKIE_SECURE", "True")
    _restart_on_rotation(volumes, generation)
    # Nothing of what a start makes is garbage; looking for it would take a tenth of the time.
    gc.disable()
    for module in _IMPORTS[name]:
        importlib.import_module(module)
    _ignore_known_warnings()
    _wait_for_databases(volumes)
    _end_former_jobs(volumes, name)
    _STARTED.touch()
    if name == "api-server":
        _make_app()
    elif name == "dag-processor":
        _note_dag_files()
    gc.enable()
    gc.collect()
    # What was imported stays: not walked by each collection, not copied by each forked process.
    gc.freeze()

    from airflow.__main__ import main as airflow

    sys.argv = ["airflow", *SERVICES[name]]
    airflow()  # type: ignore[no-untyped-call]
    return 0


def _make_app() -> None:
    """Make the app that `airflow api-server` serves, for it to find: half of its start."""
    from airflow.providers_manager import ProvidersManager

    ProvidersManager().initialize_providers_configuration()  # type: ignore[no-untyped-call]
    importlib.import_module("airflow.api_fastapi.main")


def _note_dag_files() -> None:
    """Let `airflow dag-processor` run our manager of DAG files, a subclass of its own."""
    from elt.container.dag_files import Manager
    from elt.stack import dag_files

    dag_files.use(Manager)


def _end_former_jobs(volumes: Volumes, name: str) -> None:
    """Say that what ran in this container before is dead: its processes ended with it.

    So its tasks are taken up at once. From the outside a dead scheduler is one whose heartbeat is
    old ([scheduler] scheduler_health_check_threshold), and the health check would take the former
    heartbeat for that of this service.
    """
    from elt.container import airflow_database

    if job := JOBS.get(name):
        airflow_database.end_jobs(volumes, job, socket.gethostname())


def _ignore_known_warnings() -> None:
    """Keep warnings out of the log that are Airflow's to act on, and say nothing of this stack.

    To be called after Airflow's modules are imported, which show all that they cause themselves.
    """
    for warning in _KNOWN_WARNINGS:
        warnings.filterwarnings("ignore", message=warning)
    # Of an attribute that Airflow's login itself uses, twice at each start.
    logging.getLogger("flask_appbuilder.base").addFilter(
        lambda record: "appbuilder.app is deprecated" not in record.getMessage()
    )


def _wait_for_databases(volumes: Volumes) -> None:
    """Wait until `init` has migrated Airflow's database to this version, and it answers.

    Not left to the compose file alone: containers that Docker starts anew, after a power cut or a
    crash, are started in any order.
    """
    begun = said = time.monotonic()
    while reason := _unready(volumes):
        if time.monotonic() - said > _SAY_SECONDS:
            said = time.monotonic()
            sys.stderr.write(f"waiting for {said - begun:.0f} s: {reason}\n")
        time.sleep(_POLL_SECONDS)


def _unready(volumes: Volumes) -> str:
    from elt.container import airflow_database

    if not airflow_database.was_migrated(volumes):
        return (
            "Airflow's database is not of this version yet: `docker compose up` migrates it,"
            " `docker compose logs init` says how far it is"
        )
    return airflow_database.refusal(volumes)


def _of_the_image() -> tuple[str, ...]:
    """The project's modules that tasks and DAG files import, where they cannot change.

    docker-compose.dev.yml mounts the package of the clone in place of the image's, so that edits
    take effect in a running scheduler.
    """
    return () if os.path.ismount(Path(__file__).parents[1]) else _OF_TASKS


def _restart_on_rotation(volumes: Volumes, generation: str) -> None:
    """End this process when the secrets it began with are no longer in force.

    The kernel says when something in the folder changes; a thread that looks would make every fork
    of a task a risk.
    """

    def look(_number: int, _frame: FrameType | None) -> None:
        if _generation(volumes) != generation:
            sys.stderr.write("secrets were rotated: starting anew\n")
            os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGIO, look)
    folder = os.open(volumes.config, os.O_RDONLY | os.O_CLOEXEC)
    fcntl.fcntl(folder, fcntl.F_NOTIFY, fcntl.DN_CREATE | fcntl.DN_RENAME | fcntl.DN_MULTISHOT)


def _generation(volumes: Volumes) -> str:
    try:
        return volumes.generation.read_text()
    except FileNotFoundError:
        return ""
