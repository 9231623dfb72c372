"""The processes of one stack: marked when started, found again whoever started them, stopped."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

import psutil

from elt.local import inherited
from elt.local.home import Home

MARKER = "ELT_STACK"
"""Environment variable that every process of a stack carries: its state folder."""

_NO_PROXY = ("127.0.0.1", "localhost")
_TERM_SECONDS = 10.0
_KILL_SECONDS = 10.0


def environment(home: Home, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a process of the stack.

    What it inherits is `inherited.environment`; the marker and `extra` are added.
    """
    taken = inherited.environment(os.environ)
    spared = [host for host in taken.get("NO_PROXY", "").split(",") if host]
    no_proxy = ",".join(dict.fromkeys([*spared, *_NO_PROXY]))
    scripts = str(Path(sys.executable).parent)
    return {
        **taken,
        "PATH": os.pathsep.join([scripts, taken.get("PATH", os.defpath)]),
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(home.project), taken.get("PYTHONPATH", "")])
        ),
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
        # Without it, Airflow's process titles overwrite the marker in /proc/<pid>/environ.
        "SPT_NOENV": "1",
        MARKER: str(home.root),
        **(extra or {}),
    }


def find(home: Home) -> list[psutil.Process]:
    """Every live process that carries the stack's marker, with its descendants.

    Leaves out this process and its ancestors, and PostgreSQL, which `elt.local.postgres` stops.
    """
    own = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    marker = str(home.root)
    found: dict[int, psutil.Process] = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid in own or process.status() == psutil.STATUS_ZOMBIE:
                continue
            if process.environ().get(MARKER) != marker or process.name() == "postgres":
                continue
            found[process.pid] = process
            for child in process.children(recursive=True):
                if child.pid not in own and child.name() != "postgres":
                    found[child.pid] = child
    return list(found.values())


def stop(processes: list[psutil.Process], *, grace: float = _TERM_SECONDS) -> None:
    """Ask the processes to end, and kill those that have not after `grace` seconds."""
    for process in processes:
        with suppress(psutil.Error):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=grace)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=_KILL_SECONDS)


def stop_all(home: Home, *, grace: float = _TERM_SECONDS) -> list[psutil.Process]:
    """Stop all processes of the stack but PostgreSQL; return those that could not be stopped."""
    # A process may fork while it is being stopped, so look again until none is left.
    for attempt in range(5):
        remaining = find(home)
        if not remaining:
            return []
        stop(remaining, grace=grace if attempt == 0 else 0.5)
    return find(home)


def is_same(pid: int, created: float) -> bool:
    """Whether process `pid` is still the one that was started at `created`."""
    try:
        return abs(psutil.Process(pid).create_time() - created) < 1
    except psutil.Error:
        return False


class Terminated(BaseException):
    """The process was asked to end by a signal other than Ctrl-C."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.exit_code = 128 + number


def _raise_terminated(number: int, _frame: FrameType | None) -> None:
    raise Terminated(number)


def end_by_exception() -> None:
    """Let SIGTERM and SIGHUP unwind the stack as Ctrl-C does, so that what was started stops."""
    signal.signal(signal.SIGTERM, _raise_terminated)
    signal.signal(signal.SIGHUP, _raise_terminated)
    # A shell starts background jobs with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Put off signals while something is stopped; it takes bounded time."""
    former = {
        number: signal.signal(number, signal.SIG_IGN)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
