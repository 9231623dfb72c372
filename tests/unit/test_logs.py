"""Logs of the embedded stack: bounded, and what was said last is still there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from elt.local import logs
from elt.local.home import Home
from elt.stack.errors import StackError

DAY = 86_400


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "state")
    home.create()
    return home


def test_a_process_goes_on_in_the_rotated_log(tmp_path: Path) -> None:
    log = tmp_path / "airflow-scheduler.log"
    program = "import sys\nfor line in sys.stdin: print(line, end='', flush=True)"
    with (
        logs.open_appending(log) as output,
        subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=output, text=True
        ) as process,
    ):
        assert process.stdin is not None
        for number in range(6):
            process.stdin.write(f"{number:>100}\n")
            process.stdin.flush()
            while f"{number}\n" not in log.read_text():
                time.sleep(0.01)
            assert logs.rotate(log, limit=50)
    files = [tmp_path / f"airflow-scheduler.log.{number}" for number in (1, 2, 3)]
    assert [file.read_text().strip() for file in files] == ["5", "4", "3"]
    assert log.read_text() == ""
    assert sorted(tmp_path.iterdir()) == [log, *files]


def test_a_small_log_stays(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    assert not logs.rotate(log)
    log.write_text("x" * 100)
    assert not logs.rotate(log, limit=100)
    assert list(tmp_path.iterdir()) == [log]


def test_a_start_is_marked_and_leaves_what_was_said(tmp_path: Path) -> None:
    log = tmp_path / "airflow-scheduler.log"
    log.write_text("why it crashed\n")
    logs.mark_start(log, "scheduler")
    first, second = log.read_text().splitlines()
    assert first == "why it crashed"
    assert second.startswith("==== scheduler starts, 20")


def test_old_logs_go_and_those_of_services_stay(home: Home) -> None:
    attempt = home.logs / "airflow" / "dag_id=d" / "run_id=r" / "task_id=t" / "attempt=1.log"
    parsed = home.logs / "airflow" / "dag_processor" / "2026-01-01" / "users.py.log"
    ran = home.logs / "run-20260101T000000.log"
    live = [home.logs / name for name in ("airflow-triggerer.log", "postgres.log")]
    for file in (attempt, parsed, ran, *live):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("x")
        old = time.time() - 31 * DAY
        os.utime(file, (old, old))
    logs.tend(home, {"ELT_LOG_DAYS": "32"})
    assert all(file.exists() for file in (attempt, parsed, ran, *live))
    # Services that run for months without a word still have their log open.
    for file in live:
        os.utime(file, (old, old))
    logs.tend(home, {})
    assert [file for file in (attempt, parsed, ran, *live) if file.exists()] == live


def test_a_bound_that_is_no_number_is_refused(home: Home) -> None:
    with pytest.raises(StackError, match="ELT_LOG_DAYS is 'many', not a positive number"):
        logs.tend(home, {"ELT_LOG_DAYS": "many"})
