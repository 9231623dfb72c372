"""Log files are kept within an age and a size, and what is in use stays."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from elt.stack.errors import StackError
from elt.stack.log_files import Limits, tidy

HOUR = 3_600.0
DAY = 24 * HOUR
NOW = 1_800_000_000.0
ATTEMPT = "dag_id=users/run_id={}/task_id=extract/attempt=1.log"


def write(folder: Path, name: str, age: float, size: int = 1) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    at = NOW - age
    os.utime(path, (at, at))
    for parent in path.parents:
        if parent == folder:
            break
        os.utime(parent, (at, at))
    return path


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir()}


def test_files_older_than_the_days_are_removed_with_their_folders(tmp_path: Path) -> None:
    write(tmp_path, ATTEMPT.format("old"), 31 * DAY)
    write(tmp_path, "dag_processor/2026-01-01/dags-folder/users.py.log", 40 * DAY)
    write(tmp_path, ATTEMPT.format("new"), 29 * DAY)

    assert tidy(tmp_path, Limits(), NOW) == 2

    assert left(tmp_path) == {ATTEMPT.format("new")}
    # The folders changed now, when their files were removed.
    assert tidy(tmp_path, Limits(), NOW + 40 * DAY) == 1
    tidy(tmp_path, Limits(), NOW + 1e9)
    assert list(tmp_path.iterdir()) == []


def test_the_oldest_go_first_where_there_is_too_much(tmp_path: Path) -> None:
    for age in (5, 3, 4, 2):
        write(tmp_path, ATTEMPT.format(age), age * DAY, size=400_000)

    assert tidy(tmp_path, Limits(megabytes=1.0), NOW) == 2

    assert left(tmp_path) == {ATTEMPT.format(2), ATTEMPT.format(3)}


def test_a_file_that_is_written_to_stays_however_large(tmp_path: Path) -> None:
    write(tmp_path, ATTEMPT.format("running"), 60.0, size=2_000_000)
    write(tmp_path, ATTEMPT.format("old"), 2 * HOUR, size=10)

    assert tidy(tmp_path, Limits(megabytes=1.0), NOW) == 1

    assert left(tmp_path) == {ATTEMPT.format("running")}


def test_a_link_is_not_followed_and_a_new_folder_stays(tmp_path: Path) -> None:
    outside = write(tmp_path, "elsewhere/kept.log", 400 * DAY)
    logs = tmp_path / "logs"
    (logs / "run_id=begun").mkdir(parents=True)
    (logs / "latest").symlink_to(outside.parent)

    tidy(logs, Limits())

    assert outside.exists()
    assert (logs / "run_id=begun").is_dir()


def test_a_folder_that_is_missing_holds_nothing(tmp_path: Path) -> None:
    assert tidy(tmp_path / "none", Limits()) == 0


def test_limits_come_from_the_environment() -> None:
    assert Limits.read({}) == Limits(days=30, megabytes=1000)
    assert Limits.read({"ELT_LOG_DAYS": "0.5", "ELT_LOG_MEGABYTES": ""}) == Limits(days=0.5)
    for wrong in ("0", "-1", "ten", "nan", "inf"):
        with pytest.raises(StackError, match=f"ELT_LOG_DAYS is '{wrong}', not a positive number"):
            Limits.read({"ELT_LOG_DAYS": wrong})
