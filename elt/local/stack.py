"""What `elt run` and `elt up` need before Airflow runs a DAG, made or brought up to date."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psutil

from elt.local import airflow_home, inherited, logs, postgres
from elt.local.display import Display
from elt.local.home import Home
from elt.local.ports import LOOPBACK, Ports, is_free, is_listening
from elt.local.postgres import Cluster, Lease
from elt.local.processes import environment, find, stop, stop_all, uninterrupted
from elt.local.progress import Watch, tree
from elt.stack import dbt_manifest, elsewhere
from elt.stack.errors import StackError
from elt.stack.server import Server


@dataclass(frozen=True)
class Stack:
    """A stack whose PostgreSQL runs."""

    home: Home
    lease: Lease
    warehouse: Server
    """Where the loads go: `server`, or the warehouse that the environment names."""

    @property
    def server(self) -> Server:
        """The stack's own PostgreSQL, which has Airflow's database."""
        return self.lease.server

    @property
    def elsewhere(self) -> str | None:
        """Which warehouse the environment names, in words; None where it is the stack's own."""
        return None if self.warehouse is self.server else self.warehouse.title


def stop_left_behind(home: Home) -> None:
    """Stop what a killed `elt up` or `elt run` left: its scheduler would take up our runs.

    To be called by whoever has claimed the stack. Raises StackError when something stays.
    """
    alive = stop_all(home)
    if alive:
        listed = ", ".join(str(process.pid) for process in alive)
        raise StackError(f"these processes of an earlier run cannot be stopped: {listed}")


@contextmanager
def started(home: Home, display: Display, *, ui_port: int) -> Iterator[Stack]:
    """Hold PostgreSQL with its databases and roles, and write Airflow's configuration.

    `ui_port` is where Airflow's UI listens. Says which variables of the environment are refused,
    and which warehouse the environment names. Raises StackError when something cannot be made, or
    that warehouse cannot be used.
    """
    named = elsewhere.named(os.environ)
    if named is not None:
        display.note(f"warehouse: {named.title}")
        elsewhere.expect_usable(named)
    if refused := inherited.refusals(os.environ):
        display.note(f"not taken over: {inherited.described(refused)}")
    logs.tend(home, os.environ)
    if (former := home.take_over()) is not None:
        display.note(f"{home.root} was used by another clone before: {former}")
    with ExitStack() as held:
        cluster = Cluster(home, home.secrets())
        if cluster.running_port() is None:
            with display.step("start PostgreSQL"):
                lease = held.enter_context(cluster.lease())
        else:
            lease = held.enter_context(cluster.lease())
        postgres.prepare(lease.server)
        airflow_home.write_configuration(home, lease.server, ui_port)
        yield Stack(home, lease, named or lease.server)


def make_ready(stack: Stack, display: Display) -> None:
    """Bring Airflow's database and the dbt manifest up to date, side by side.

    Raises StackError when that fails.
    """
    with ThreadPoolExecutor(max_workers=1) as background:
        parsing = background.submit(_parse, stack, display)
        try:
            if airflow_home.needs_migration(stack.home, stack.server):
                with display.step("set up Airflow's database"):
                    airflow_home.migrate(stack.home, stack.server)
            airflow_home.end_abandoned_runs(stack.server)
            parsing.result()
        except BaseException:
            with uninterrupted():
                stop(find(stack.home), grace=1)
            raise


def _parse(stack: Stack, display: Display) -> None:
    home, project, target = stack.home, stack.home.dbt_project, stack.home.dbt_target
    variables = environment(home, airflow_home.public_environment(home, stack.warehouse))
    if not dbt_manifest.is_current(project, variables, target):
        with display.step("parse the dbt project"):
            dbt_manifest.refresh(project, variables, home.logs / "dbt", target)


@contextmanager
def sample_api(home: Home) -> Iterator[str]:
    """Run the bundled sample API until the block ends; its URL.

    Raises StackError when it does not start.
    """
    process, url = start_sample_api(home)
    try:
        yield url
    finally:
        stop([process])


def start_sample_api(home: Home, *inherited: int) -> tuple[psutil.Popen, str]:
    """Start the bundled sample API; its process and URL. It holds the descriptors `inherited`.

    Raises StackError when it does not start.
    """
    log = home.logs / "sample-api.log"
    port_file = home.root / "sample-api.port"
    port_file.unlink(missing_ok=True)
    ports = Ports(home.ports_file)
    wanted = ports.remembered("sample-api")
    port = wanted if wanted is not None and is_free(wanted) else 0
    command = [sys.executable, "-m", "sample_api"]
    options = ["--host", LOOPBACK, "--port", str(port), "--port-file", str(port_file)]
    with logs.open_appending(log) as output:
        process = psutil.Popen(
            [*command, *options],
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=inherited,
        )
    try:
        watch = Watch(lambda: tree(process), log)
        while process.poll() is None and watch.look() is None:
            text = port_file.read_text().strip() if port_file.exists() else ""
            if text.isdigit() and is_listening(int(text)):
                ports.remember("sample-api", int(text))
                return process, f"http://{LOOPBACK}:{text}"
            time.sleep(0.05)
    except BaseException:
        stop([process])
        raise
    stop([process])
    raise StackError(f"the sample API does not start: see {log}")
