"""The embedded PostgreSQL: set up once, started for whoever needs it, stopped after the last."""

from __future__ import annotations

import fcntl
import os
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

import psutil
import psycopg

from elt import files, warehouse
from elt.local import logs, postgres_access
from elt.local.home import Home
from elt.local.ports import LOOPBACK, Ports, pick
from elt.local.postgres_access import MAJOR, Access, programs
from elt.local.processes import MARKER, uninterrupted
from elt.local.progress import Watch, tree
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER, Secrets
from elt.stack.server import Server
from elt.warehouse import rights

__all__ = ["Cluster", "Lease", "prepare", "programs"]

_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %u@%d ",
    # One server and no replica: tables that are filled where they are made need no WAL.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
}

_OWNER = "elt.home"
"""A setting that PostgreSQL does not look at; it tells whose a server is from its command line."""

_START_SECONDS = 120
_STOP_SECONDS = 60
_PORT_TRIES = 3
_ORPHAN_SECONDS = 15.0
_PROBE_BYTES = 64 * 1024
_REASONS = ("PANIC:", "FATAL:", "ERROR:", "error:", "could not")
"""What marks the line of the log that says why, the most telling first."""


class Lease:
    """A share in the running cluster; the cluster is stopped when the last one is given back."""

    def __init__(self, file: IO[str], server: Server) -> None:
        self._file = file
        self.server = server

    def fileno(self) -> int:
        """The descriptor that holds the lease; a process that inherits it holds it too."""
        return self._file.fileno()


class Cluster:
    """The PostgreSQL cluster of one state folder."""

    def __init__(self, home: Home, secrets: Secrets) -> None:
        self._home = home
        self._secrets = secrets
        self._data = home.postgres
        self._log = home.logs / "postgres.log"
        # By whatever path the folder is named.
        self._mark = f"{_OWNER}={home.root.resolve()}"

    @contextmanager
    def lease(self) -> Iterator[Lease]:
        """Hold the cluster, starting it if it is down, and stop it after the last holder.

        Raises StackError when it cannot be started.
        """
        with (self._home.root / "postgres.lease").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_SH)
            try:
                with self._home.lock("postgres"):
                    port = self._ensure_running()
                yield Lease(file, Server(LOOPBACK, port, self._secrets))
            finally:
                with uninterrupted(), suppress(BlockingIOError):
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()

    def running_port(self) -> int | None:
        """The port of the running server, None when it is down."""
        running = self._postmaster()
        return running.port if running and running.ready else None

    def processes(self) -> list[psutil.Process]:
        """The server's processes; empty when it is down."""
        running = self._postmaster()
        with suppress(psutil.Error):
            return tree(psutil.Process(running.pid)) if running else []
        return []

    def stop(self) -> None:
        """Stop the server if it runs, whoever uses it. Raises StackError when it stays."""
        with self._home.lock("postgres"):
            self._stop()
            postgres_access.forget(self._home)

    def _stop(self) -> None:
        for mode in ("fast", "immediate"):
            if self._postmaster() is None:
                return
            self._control("stop", "-m", mode, "-t", str(_STOP_SECONDS))
        running = self._postmaster()
        if running is not None:
            raise StackError(f"PostgreSQL (process {running.pid}) does not stop: see {self._log}")

    def _ensure_running(self) -> int:
        self._initialise()
        port = self._wait_until_ready()
        if port is not None:
            return port
        # One that cannot be read (a full disk, a crash of the machine) is nobody's.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        return self._start()

    def _wait_until_ready(self) -> int | None:
        """Wait for a server that starts, however long it recovers; its port, None when it ends."""
        watch = Watch(self.processes, self._log)
        while (running := self._postmaster()) is not None:
            if running.ready:
                return running.port
            if reason := watch.look():
                raise StackError(
                    f"PostgreSQL (process {running.pid}) does not get ready, {reason}:"
                    f" see {self._log}; `elt down` stops it"
                )
            time.sleep(0.1)
        return None

    def _initialise(self) -> None:
        version_file = self._data / "PG_VERSION"
        if version_file.exists():
            found = version_file.read_text().strip()
            if found != MAJOR:
                raise StackError(
                    f"{self._data} was written by PostgreSQL {found}, and this is {MAJOR}: "
                    f"move it away to begin anew, or use the version of `elt` that wrote it"
                )
            return
        # Built beside its place, so that an interrupted set-up leaves nothing half done.
        building = self._data.with_name(f"{self._data.name}.new")
        shutil.rmtree(building, ignore_errors=True)
        with postgres_access.reach(self._home) as access:
            building.mkdir(mode=0o700)
            access.account.own(building)
            before = self._log_size()
            is_done = self._make_cluster(access, building.name)
        if not is_done:
            reason = self._reason(before)
            shutil.rmtree(building, ignore_errors=True)
            raise StackError(f"PostgreSQL could not be set up: {reason}")
        building.rename(self._data)

    def _make_cluster(self, access: Access, folder: str) -> bool:
        """Make a cluster in `folder` of the state folder; whether that succeeded."""
        password_file = self._home.root / "postgres.password"
        try:
            files.replace(password_file, self._secrets.databases[SUPERUSER])
            access.account.own(password_file)
            options = [
                f"--pgdata={access.root / folder}",
                f"--username={SUPERUSER}",
                f"--pwfile={access.root / password_file.name}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                # PostgreSQL's own C.UTF-8: the same order on every system.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                *(f"--set={name}={value}" for name, value in _SETTINGS.items()),
            ]
            with self._open_log() as log:
                done = access.run("initdb", *options, env=self._environment(), output=log.fileno())
            return done.returncode == 0
        finally:
            password_file.unlink(missing_ok=True)

    def _start(self) -> int:
        chosen = Ports(self._home.ports_file)
        port = chosen.choose("postgres")
        orphans_until = time.monotonic() + _ORPHAN_SECONDS
        for _ in range(_PORT_TRIES):
            while True:
                before = self._log_size()
                options = f"-p {port} -c {shlex.quote(self._mark)}"
                started = self._control("start", "-o", options, "-t", str(_START_SECONDS))
                if started:
                    chosen.remember("postgres", port)
                    return port
                # On a busy machine pg_ctl gives up sooner than the server.
                if (ready := self._wait_until_ready()) is not None:
                    chosen.remember("postgres", ready)
                    return ready
                output = self._log_since(before)
                # Backends of a killed postmaster end by themselves within seconds.
                if "is still in use" not in output or time.monotonic() > orphans_until:
                    break
                time.sleep(0.5)
            if "could not bind" not in output:
                break
            port = pick(taken=frozenset({port}))
        raise StackError(f"PostgreSQL does not start: {self._reason(before)}")

    def _control(self, action: str, *options: str) -> bool:
        """Run pg_ctl and wait for what it does; whether it succeeded."""
        with postgres_access.reach(self._home) as access, self._open_log() as log:
            done = access.run(
                "pg_ctl",
                *(action, "-w", "-D", str(access.root / self._data.name), *options),
                env=self._environment(),
                output=log.fileno(),
            )
        return done.returncode == 0

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", MARKER: str(self._home.root)}

    def _postmaster(self) -> _Postmaster | None:
        """The live server of this data folder; forgets one that is not alive any more."""
        pid_file = self._data / "postmaster.pid"
        try:
            lines = pid_file.read_text().splitlines()
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise StackError(
                f"{self._data} belongs to another user: run this as that user, "
                "or name another folder in ELT_HOME"
            ) from error
        try:
            pid = abs(int(lines[0]))
        except (IndexError, ValueError):
            return None
        try:
            process = psutil.Process(pid)
            # Its folder by /proc is only for those who may trace it: not for root in a container.
            arguments = process.cmdline()
            alive = process.name() == "postgres" and (
                self._mark in arguments or str(self._data) in arguments
            )
        except psutil.Error:
            alive = False
        if not alive:
            # PostgreSQL takes any process with this number for a server: after a restart of
            # the machine that may be anything.
            pid_file.unlink(missing_ok=True)
            return None
        try:
            ready = lines[7].strip() == "ready"
            return _Postmaster(pid, int(lines[3]), ready)
        except (IndexError, ValueError):
            return _Postmaster(pid, 0, False)

    def _open_log(self) -> IO[bytes]:
        logs.rotate(self._log)
        return logs.open_appending(self._log)

    def _log_size(self) -> int:
        return self._log.stat().st_size if self._log.exists() else 0

    def _log_since(self, offset: int) -> str:
        with self._log.open("rb") as log:
            log.seek(min(offset, self._log_size()))
            return log.read().decode(errors="replace")

    def _reason(self, since: int) -> str:
        """Why PostgreSQL failed, as far as its log says it from offset `since` on."""
        lines = self._log_since(since).splitlines()
        # The server's own reason first: pg_ctl's last words are that there was one.
        for mark in _REASONS:
            for line in reversed(lines):
                if mark in line:
                    said = line.partition(mark)[2] if mark.endswith(":") else line
                    return f"{said.strip()} (log: {self._log})"
        return f"{self._unwritable() or 'it gave no reason'} (log: {self._log})"

    def _unwritable(self) -> str | None:
        """Why nothing can be written here, None where it can: a full disk keeps the log empty."""
        try:
            with tempfile.TemporaryFile(dir=self._home.root) as probe:
                probe.write(bytes(_PROBE_BYTES))
                probe.flush()
        except OSError as error:
            return f"{self._home.root} cannot be written: {error.strerror}"
        return None


@dataclass(frozen=True)
class _Postmaster:
    pid: int
    port: int
    ready: bool


def prepare(server: Server) -> None:
    """Make the databases, roles, schemas and grants. Raises StackError when it is refused."""
    roles = {role: server.secrets.databases[role] for role in warehouse.ROLES}
    try:
        rights.prepare(server.dsn(SUPERUSER, "postgres"), roles)
    except psycopg.Error as error:
        sentence = str(error).splitlines()[0]
        raise StackError(f"the databases could not be prepared: {sentence}") from error
