"""`elt up` and `elt down`: Airflow's services over the embedded databases."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

from elt.local import airflow_home, apis, logs, occupancy, postgres_access, programs
from elt.local.airflow_home import DEFAULT_PORT
from elt.local.apis import Choice
from elt.local.display import Display
from elt.local.home import Home
from elt.local.occupancy import Occupant, OccupiedError
from elt.local.ports import LOOPBACK, Ports, is_free
from elt.local.postgres import Cluster
from elt.local.processes import find, stop_all, uninterrupted
from elt.local.progress import Processes, Watch, tree
from elt.local.stack import Stack, make_ready, start_sample_api, started, stop_left_behind
from elt.stack.airflow_api import AirflowApiError, health
from elt.stack.airflow_config import LOGIN, PRELOADED, write_connections
from elt.stack.errors import StackError

_SERVICES: dict[str, tuple[str, ...]] = {
    "api-server": ("airflow", "api-server"),
    # Logs lie on this machine, so nobody needs to be served them over a port.
    "scheduler": ("airflow", "scheduler", "--skip-serve-logs"),
    "dag-processor": ("elt.stack.dag_files", "dag-processor"),
    "triggerer": ("airflow", "triggerer", "--skip-serve-logs"),
}
"""The module of each service and its arguments."""
_COMPONENTS = {
    "metadatabase": "api-server",
    "scheduler": "scheduler",
    "dag_processor": "dag-processor",
    "triggerer": "triggerer",
}
"""What Airflow calls healthy or not, and the service on which that depends."""

_HEALTH_SECONDS = 5.0
_POLL_SECONDS = 0.3
_LOOK_SECONDS = 2.0
_WATCH_SECONDS = 0.5
_ROTATE_SECONDS = 60.0
_TEND_SECONDS = 3600.0
_STOP_GRACE_SECONDS = 10.0
_DOWN_SECONDS = 60.0


@dataclass(frozen=True)
class Service:
    """A process of the stack that has to stay alive."""

    name: str
    process: psutil.Popen
    log: Path


def up(home: Home, console: Console, *, port: int | None, choice: Choice) -> int:
    """Run the stack until it is stopped; the command's exit code.

    Raises StackError when another command runs Airflow here, a port is taken, or something
    does not start or dies.
    """
    planned = apis.plan(home, choice, os.environ)
    home.create()
    begun = time.monotonic()
    display = Display(console)
    with ExitStack() as held:
        try:
            claimed = held.enter_context(occupancy.claim(home, "up"))
        except OccupiedError as error:
            raise _occupied(error.occupant) from error
        stop_left_behind(home)
        ui_port = _ui_port(home, port)
        held.callback(_stop_services, home, console)
        with display.showing("Starting Airflow"):
            stack = held.enter_context(started(home, display, ui_port=ui_port))
            # After PostgreSQL's lease, so that what still runs is stopped before it.
            held.callback(_stop_services, home, console)
            make_ready(stack, display)
            services = []
            sample = None
            if None in planned.values():
                with display.step("start the sample API"):
                    process, sample = start_sample_api(home, stack.lease.fileno())
                    log = home.logs / "sample-api.log"
                    services.append(Service("sample API", process, log))
            connections = _Connections(stack, choice, sample)
            connections.write(planned)
            services += _start_services(stack)
            url = airflow_home.ui_url(ui_port)
            server = Cluster(home, stack.server.secrets).processes
            _wait_until_healthy(url, services, server, display)
        claimed.announce(url=url, apis=connections.apis, warehouse=stack.elsewhere)
        _welcome(stack, url, connections.apis, console, seconds=time.monotonic() - begun)
        upkeep = _Upkeep(home)
        while True:
            _expect_alive(services)
            upkeep.do(console)
            if connections.follow(console):
                claimed.announce(url=url, apis=connections.apis, warehouse=stack.elsewhere)
            time.sleep(_WATCH_SECONDS)


class _Connections:
    """Airflow's connections, which follow `dags/connections.toml` while the stack is up."""

    def __init__(self, stack: Stack, choice: Choice, sample: str | None) -> None:
        self.apis: dict[str, str] = {}
        self._stack = stack
        self._choice = choice
        self._sample = sample
        self._seen = self._stamp()

    def write(self, planned: Mapping[str, str | None]) -> None:
        self.apis = apis.with_sample(planned, self._sample)
        file = airflow_home.connections_file(self._stack.home)
        write_connections(file, self.apis, self._stack.warehouse)

    def follow(self, console: Console) -> bool:
        """Write them again where the file has changed; whether it did. What is wrong is printed."""
        stamp = self._stamp()
        if stamp == self._seen:
            return False
        self._seen = stamp
        try:
            planned = apis.plan(self._stack.home, self._choice, os.environ)
            if self._sample is None and None in planned.values():
                raise StackError("the sample API is needed now: stop `elt up` and start it again")
            self.write(planned)
        except StackError as error:
            said = f"connections stay as they are: {error}"
        else:
            said = f"connections: {', '.join(self.apis)}"
        console.print(said, markup=False, highlight=False, soft_wrap=True)
        return True

    def _stamp(self) -> tuple[int, int] | None:
        try:
            stat = self._stack.home.connections_file.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_ino


class _Upkeep:
    """Keeps the logs within their bounds while the stack is up."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._rotated = self._tended = time.monotonic()
        self._said = ""

    def do(self, console: Console) -> None:
        """Do what is due. What cannot be done is printed, once."""
        now = time.monotonic()
        if now - self._rotated < _ROTATE_SECONDS:
            return
        self._rotated = now
        try:
            logs.rotate_all(self._home)
            if now - self._tended >= _TEND_SECONDS:
                self._tended = now
                logs.tend(self._home, os.environ)
        except OSError as error:
            said = f"the logs in {self._home.logs} cannot be rotated: {error.strerror}"
            if said != self._said:
                self._said = said
                console.print(said, markup=False, highlight=False, soft_wrap=True)


def down(home: Home, console: Console) -> int:
    """Stop everything of the stack, whatever started it; the command's exit code.

    Raises StackError when something cannot be stopped.
    """
    if not home.exists:
        postgres_access.forget(home)
        console.print("There is no stack here; nothing to stop.")
        return 0
    occupant = occupancy.read(home)
    if occupant is not None:
        _ask_to_end(occupant)
    with uninterrupted():
        alive = stop_all(home, grace=_STOP_GRACE_SECONDS)
        Cluster(home, home.secrets()).stop()
    if alive:
        listed = ", ".join(str(process.pid) for process in alive)
        raise StackError(f"these processes cannot be stopped: {listed}")
    console.print("Stopped; nothing is running, the data stays.")
    return 0


def _occupied(occupant: Occupant | None) -> StackError:
    if occupant is None:
        return StackError("another elt command runs Airflow in this folder: `elt down` stops it")
    if occupant.command == "run":
        return StackError("an `elt run` is at work in this folder: wait for it to end")
    where = f" at {occupant.url}" if occupant.url else ""
    return StackError(
        f"`elt up` is already running{where} (process {occupant.pid}): `elt down` stops it"
    )


def _ui_port(home: Home, wanted: int | None) -> int:
    ports = Ports(home.ports_file)
    if wanted is None:
        return ports.choose("airflow", preferred=DEFAULT_PORT)
    if not is_free(wanted):
        raise StackError(f"port {wanted} on {LOOPBACK} is taken: name another one with --port")
    ports.remember("airflow", wanted)
    return wanted


def _start_services(stack: Stack) -> list[Service]:
    environment = airflow_home.airflow_environment(stack.home, stack.warehouse)
    services = []
    for name, arguments in _SERVICES.items():
        extra = {"ELT_PRELOAD": ",".join(PRELOADED)} if name == "scheduler" else {}
        log = stack.home.logs / f"airflow-{name}.log"
        logs.mark_start(log, name)
        process = _start(arguments, {**environment, **extra}, log, stack.lease.fileno())
        services.append(Service(name, process, log))
    return services


def _start(
    arguments: Sequence[str], environment: Mapping[str, str], log: Path, lease: int
) -> psutil.Popen:
    with logs.open_appending(log) as output:
        return psutil.Popen(
            programs.command(*arguments),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # PostgreSQL stays up as long as a service uses it, even without this process.
            pass_fds=(lease,),
        )


def _expect_alive(services: Sequence[Service]) -> None:
    for service in services:
        code = service.process.poll()
        if code is not None:
            raise StackError(f"{service.name} ended with exit code {code}: see {service.log}")


def _wait_until_healthy(
    url: str, services: Sequence[Service], server: Processes, display: Display
) -> None:
    """Wait as long as the services get on; `server` gives PostgreSQL's processes.

    Raises StackError when one ends or hangs.
    """
    with display.step("start Airflow's services"):
        states: dict[str, str] = {}
        watched = {
            service.name: (service, Watch(_with(service, server), service.log))
            for service in services
        }
        looked = time.monotonic()
        while True:
            _expect_alive(services)
            with suppress(AirflowApiError):
                states = health(url, seconds=_HEALTH_SECONDS)
            missing = [name for name in _COMPONENTS if states.get(name) != "healthy"]
            if not missing:
                return
            if time.monotonic() - looked >= _LOOK_SECONDS:
                looked = time.monotonic()
                for component in missing:
                    service, watch = watched[_COMPONENTS[component]]
                    if reason := watch.look(states.get(component)):
                        raise StackError(
                            f"{service.name} does not become healthy, {reason}: see {service.log}"
                        )
            time.sleep(_POLL_SECONDS)


def _with(service: Service, server: Processes) -> Processes:
    # A service that waits for the database does nothing itself.
    return lambda: [*tree(service.process), *server()]


def _welcome(
    stack: Stack, url: str, sources: Mapping[str, str], console: Console, *, seconds: float
) -> None:
    table = Table.grid(padding=(0, 2))
    table.add_row("Airflow", url)
    table.add_row("user", LOGIN)
    table.add_row("password", stack.server.secrets.admin_password)
    for index, line in enumerate(apis.described(sources)):
        table.add_row("" if index else "source APIs", line)
    if stack.elsewhere:
        table.add_row("warehouse", stack.elsewhere)
    table.add_row("logs", str(stack.home.logs))
    console.print()
    console.print(table, soft_wrap=True, highlight=False, markup=False)
    console.print()
    console.print(f"Up after {seconds:.0f} s; Ctrl-C stops everything.", highlight=False)


def _stop_services(home: Home, console: Console) -> None:
    with uninterrupted():
        if find(home):
            console.print("Stopping…")
            alive = stop_all(home, grace=_STOP_GRACE_SECONDS)
            if alive:
                listed = ", ".join(str(process.pid) for process in alive)
                raise StackError(f"these processes cannot be stopped: {listed}")


def _ask_to_end(occupant: Occupant) -> None:
    """Let a live `elt up` or `elt run` stop what it started, and wait for it."""
    with suppress(ProcessLookupError):
        os.kill(occupant.pid, signal.SIGTERM)
    try:
        process = psutil.Process(occupant.pid)
        process.wait(timeout=_DOWN_SECONDS)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        process.kill()
