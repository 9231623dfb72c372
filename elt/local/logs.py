"""The logs of the embedded stack's services: appended to, rotated by size, removed by age."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import IO

from elt.local.home import Home
from elt.stack.log_files import Limits, tidy

LIMIT_BYTES = 10 * 1024 * 1024
FORMER = 3
"""How many former files of a log are kept: `scheduler.log.1` is the latest."""

_LIVE = ("airflow-*.log", "sample-api.log", "postgres.log", "elt-error.log")
"""Files that a process has open for as long as it runs, or that every command appends to."""


def open_appending(path: Path) -> IO[bytes]:
    """Open the log for a process that is to write to it.

    What is there stays: an error that somebody was sent to is still in it after the next start.
    """
    return path.open("ab")


def mark_start(path: Path, name: str) -> None:
    """Write a line that parts what follows from what an earlier `name` wrote."""
    with open_appending(path) as log:
        log.write(f"==== {name} starts, {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())


def tend(home: Home, environment: Mapping[str, str]) -> None:
    """Rotate logs that are too large and remove old ones; to be called now and then.

    `environment` may have ELT_LOG_DAYS and ELT_LOG_MEGABYTES. Raises StackError where one of them
    is not a number, OSError where the disk is full.
    """
    limits = Limits.read(environment)
    rotate_all(home)
    tidy(home.logs, limits)


def rotate_all(home: Home) -> None:
    """Rotate the services' logs that are too large. Raises OSError where the disk is full."""
    for pattern in _LIVE:
        for path in home.logs.glob(pattern):
            # Not old, however long its service has had nothing to say.
            with suppress(FileNotFoundError):
                os.utime(path)
            rotate(path)


def rotate(path: Path, *, limit: int = LIMIT_BYTES, former: int = FORMER) -> bool:
    """Move what is in the log to `<name>.1` where it is larger than `limit`; whether it was.

    Copied and truncated, since the process that writes to it keeps the file open (in append mode,
    so that it goes on at the new end). What it writes between the two, microseconds, is lost.
    Raises OSError where the disk is full; the log stays as it is.
    """
    if not path.exists() or path.stat().st_size <= limit:
        return False
    kept = [path.with_name(f"{path.name}.{number}") for number in range(1, former + 1)]
    copied = path.with_name(f"{path.name}.new")
    try:
        with path.open("rb") as log, copied.open("wb") as copy:
            # Once more for what was written meanwhile.
            while log.tell() < os.fstat(log.fileno()).st_size:
                shutil.copyfileobj(log, copy)
            copy.flush()
            os.truncate(path, 0)
    except OSError:
        copied.unlink(missing_ok=True)
        raise
    for older, newer in pairwise(reversed(kept)):
        with suppress(FileNotFoundError):
            newer.replace(older)
    copied.replace(kept[0])
    return True
