"""Keep the log files below a folder within an age and a size.

Airflow writes one file for each attempt of a task, and one for each DAG file and day, and never
removes any of them.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from elt.stack.errors import StackError

log = logging.getLogger(__name__)

_DAY = 86_400.0
_MEGABYTE = 1_000_000
_IN_USE_SECONDS = 3_600.0


@dataclass(frozen=True)
class Limits:
    """How long log files are kept, and how much disk they may take together."""

    days: float = 30.0
    megabytes: float = 1_000.0

    @staticmethod
    def read(environment: Mapping[str, str]) -> Limits:
        """ELT_LOG_DAYS and ELT_LOG_MEGABYTES. Raises StackError if one is not a positive number."""
        return Limits(
            _positive(environment, "ELT_LOG_DAYS", Limits.days),
            _positive(environment, "ELT_LOG_MEGABYTES", Limits.megabytes),
        )


@dataclass(frozen=True)
class _File:
    path: Path
    modified: float
    size: int


def tidy(folder: Path, limits: Limits, now: float | None = None) -> int:
    """Remove old log files below `folder`, and then the oldest until the rest fits; how many.

    A file that was written to within the last hour stays: a task may have it open. Folders that
    become empty are removed a day later, when no task creates files in them any more.
    """
    now = time.time() if now is None else now
    kept, removed, freed = [], 0, 0
    for file in sorted(_files(folder), key=lambda file: file.modified):
        if now - file.modified > limits.days * _DAY and _remove(file.path):
            removed, freed = removed + 1, freed + file.size
        else:
            kept.append(file)
    excess = sum(file.size for file in kept) - limits.megabytes * _MEGABYTE
    for file in kept:
        if excess <= 0 or now - file.modified < _IN_USE_SECONDS:
            break
        if _remove(file.path):
            excess -= file.size
            removed, freed = removed + 1, freed + file.size
    _remove_empty_folders(folder, now)
    if removed:
        log.info(
            "removed %d log files of %.1f MB below %s (kept: %g days, %g MB)",
            *(removed, freed / _MEGABYTE, folder, limits.days, limits.megabytes),
        )
    return removed


def _positive(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(name) or ""
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise StackError(f"{name} is {text!r}, not a positive number")
    return number


def _files(folder: Path) -> Iterator[_File]:
    for parent, _folders, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            try:
                found = path.lstat()
            except FileNotFoundError:
                continue
            yield _File(path, found.st_mtime, found.st_size)


def _remove(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be removed: %s", path, error.strerror)
        return False
    return True


def _remove_empty_folders(folder: Path, now: float) -> None:
    for parent, _folders, _names in os.walk(folder, topdown=False):
        path = Path(parent)
        try:
            if path != folder and now - path.lstat().st_mtime > _DAY:
                path.rmdir()
        except OSError:
            # Not empty, or gone meanwhile.
            continue
