"""A process that is slow is told from one that hangs."""

from __future__ import annotations

import io
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from elt.local import up
from elt.local.display import Display
from elt.local.progress import Watch, tree
from elt.local.up import Service
from elt.stack.errors import StackError

# Far above the time between two looks, far below what a test may take.
PATIENCE = 0.5

Start = Callable[[str], psutil.Popen]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a Python program whose output is the log, and wait for its first line."""
    with ExitStack() as held:

        def start(program: str) -> psutil.Popen:
            output = held.enter_context((tmp_path / "log").open("w"))
            started = psutil.Popen(
                [sys.executable, "-uc", f"print('started')\n{program}"], stdout=output
            )
            held.callback(started.wait)
            held.callback(end, started)
            while not (tmp_path / "log").read_text():
                time.sleep(0.01)
            return started

        yield start


def end(process: psutil.Popen) -> None:
    with suppress(psutil.NoSuchProcess):
        process.kill()


def verdict(watch: Watch, seconds: float, state: Callable[[], object] = lambda: None) -> str | None:
    """What the watch says within so many seconds."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if reason := watch.look(state()):
            return reason
        time.sleep(0.02)
    return None


def test_a_process_that_does_nothing_hangs(start: Start, tmp_path: Path) -> None:
    process = start("import time; time.sleep(60)")
    watch = Watch(lambda: tree(process), tmp_path / "log", patience=PATIENCE)
    assert "it has done nothing for " in str(verdict(watch, 20 * PATIENCE))


def test_a_process_that_was_stopped_hangs(start: Start, tmp_path: Path) -> None:
    process = start("while True: pass")
    process.send_signal(signal.SIGSTOP)
    watch = Watch(lambda: tree(process), tmp_path / "log", patience=PATIENCE)
    assert "it has done nothing for " in str(verdict(watch, 20 * PATIENCE))


def test_a_process_at_work_gets_on_until_it_only_computes(start: Start, tmp_path: Path) -> None:
    process = start("while True: pass")
    patient = Watch(lambda: tree(process), tmp_path / "log", patience=PATIENCE)
    assert verdict(patient, 4 * PATIENCE) is None
    limited = Watch(lambda: tree(process), tmp_path / "log", patience=60, cpu_limit=0.2)
    assert "without getting on" in str(verdict(limited, 60))


def test_a_child_at_work_counts(start: Start, tmp_path: Path) -> None:
    process = start("import subprocess, sys; subprocess.run([sys.executable, '-c', 'while 1: 1'])")
    while not process.children():
        time.sleep(0.01)
    (child,) = process.children()
    try:
        watch = Watch(lambda: tree(process), tmp_path / "log", patience=PATIENCE)
        assert verdict(watch, 4 * PATIENCE) is None
    finally:
        child.kill()


def test_a_log_that_grows_and_a_new_state_are_signs(start: Start, tmp_path: Path) -> None:
    talking = start("import time\nwhile True: time.sleep(0.1); print('.')")
    watch = Watch(lambda: tree(talking), tmp_path / "log", patience=PATIENCE)
    assert verdict(watch, 4 * PATIENCE) is None

    silent = start("import time; time.sleep(60)")
    watch = Watch(lambda: tree(silent), tmp_path / "log", patience=PATIENCE)
    assert verdict(watch, 4 * PATIENCE, time.monotonic) is None


def test_a_service_that_hangs_is_named_with_its_log(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(up, "Watch", partial(Watch, patience=PATIENCE))
    monkeypatch.setattr(up, "_LOOK_SECONDS", 0.0)
    process = start("import time; time.sleep(60)")
    services = [Service(name, process, tmp_path / "log") for name in up._SERVICES]
    display = Display(Console(file=io.StringIO()))
    said = f"api-server does not become healthy, it has done nothing for .*: see {tmp_path}"
    with pytest.raises(StackError, match=said):
        up._wait_until_healthy("http://127.0.0.1:9", services, list, display)
    process.kill()
    process.wait()
    with pytest.raises(StackError, match="api-server ended with exit code -9"):
        up._wait_until_healthy("http://127.0.0.1:9", services, list, display)
