"""The task-local folder between fetching and landing: one file of records a page."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import shutil
import stat
import struct
import tempfile
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from types import TracebackType

log = logging.getLogger(__name__)

KEPT_SECONDS = 7200.0
"""How long after a failed attempt its pages may be used; then they are removed."""

_LENGTH = struct.Struct("!I")
_LOCK = "lock"
_PREFIX = "elt-spool-"
_KEPT_PREFIX = "elt-kept-"


class Spool:
    """Pages of records on disk, removed when the ``with`` block ends.

    The folder is private to the user and lies below ``ELT_SPOOL_DIR``, by default the system's
    temporary folder. A page counts once it is whole: it is written aside and renamed. What a killed
    task left behind is removed when the next spool is opened; a lock tells it from one in use.

    ``task`` names what the pages are fetched for, a task of a run, in its ``attempt``. If such a
    spool is told to `keep`, or its process is killed, its folder stays for the next attempt, and is
    removed by whichever spool is opened once it is older than KEPT_SECONDS. `elt.extract.resume`
    says which of its pages are used.
    """

    def __init__(self, task: str | None = None, attempt: int = 1) -> None:
        self._parent = Path(os.environ.get("ELT_SPOOL_DIR") or tempfile.gettempdir())
        self._task = task
        self._attempt = attempt
        self._folder = Path()
        self._lock: int = -1
        self._keep = False
        self._numbers: set[int] = set()

    def __enter__(self) -> Spool:
        self._parent.mkdir(parents=True, exist_ok=True)
        self._remove_abandoned()
        if self._task is None or not self._take_kept(self._task):
            while not self._make_folder():
                pass
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._keep:
            # Its age counts from now, also where the last page came long ago.
            os.utime(self._folder)
        else:
            shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)

    @property
    def folder(self) -> Path:
        """Where the pages lie, and what else belongs to them."""
        return self._folder

    def keep(self) -> None:
        """Leave the pages for the next attempt of the task."""
        self._keep = self._task is not None

    def write(self, number: int, records: list[bytes]) -> None:
        """Keep page ``number``; a page written again replaces the former."""
        aside = self.path(number).with_suffix(".part")
        try:
            parts = ((_LENGTH.pack(len(record)), record) for record in records)
            with aside.open("wb") as file:
                file.write(b"".join(chain.from_iterable(parts)))
            aside.rename(self.path(number))
        except OSError as error:
            # Python's own words do not say which disk is full.
            raise OSError(
                error.errno,
                f"page {number} cannot be kept in {self._parent} until it is landed"
                f" ({error.strerror}): make room there, or name another folder in ELT_SPOOL_DIR",
            ) from error
        self._numbers.add(number)

    def take(self, number: int) -> None:
        """Count a page of an earlier attempt as one of this attempt's."""
        self._numbers.add(number)

    def clear(self) -> None:
        """Remove all pages, also those of an earlier attempt."""
        self._numbers.clear()
        for path in self._folder.iterdir():
            if path.name != _LOCK:
                path.unlink()

    def release(self) -> None:
        """Count no page as one of this attempt's, and leave them where they are."""
        self._numbers.clear()

    def pages(self) -> Iterator[list[bytes]]:
        """The records of each page, in the order of the pages, one page in memory at a time."""
        for number in sorted(self._numbers):
            yield self.page(number)

    def page(self, number: int) -> list[bytes]:
        """The records of page ``number``."""
        body = memoryview(self.path(number).read_bytes())
        records, at = [], 0
        while at < len(body):
            (length,) = _LENGTH.unpack_from(body, at)
            at += _LENGTH.size
            records.append(bytes(body[at : at + length]))
            at += length
        return records

    def path(self, number: int) -> Path:
        """The file of page ``number``."""
        return self._folder / f"{number:09}.page"

    def _take_kept(self, task: str) -> bool:
        """Make or take over the folder of ``task``; False where another process has it."""
        digest = hashlib.sha256(task.encode()).hexdigest()[:32]
        self._folder = self._parent / f"{_KEPT_PREFIX}{os.getuid()}-{digest}"
        if self._attempt > 1 and not self._folder.exists():
            log.info("no pages of an earlier attempt are on this machine: beginning with page 1")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            found = self._folder.lstat()
        except OSError:  # a file is in the way, or another spool has just removed it
            return False
        # In a folder that all may write to, anybody may have made it.
        is_own = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
        if not is_own or found.st_mode & 0o077:
            log.warning("%s is not a private folder of this user: not used", self._folder)
            return False
        try:
            if self._lock_folder(fcntl.LOCK_EX | fcntl.LOCK_NB):
                return True
        except BlockingIOError:
            os.close(self._lock)
            log.warning("another attempt at this task is still at work: beginning with page 1")
        return False

    def _make_folder(self) -> bool:
        """Make the folder and lock it; False if another task took it for an abandoned one."""
        self._folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=self._parent))
        return self._lock_folder(fcntl.LOCK_EX)

    def _lock_folder(self, how: int) -> bool:
        """Lock the folder; False if it was removed meanwhile. Raises BlockingIOError."""
        try:
            self._lock = os.open(self._folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            return False
        fcntl.flock(self._lock, how)
        if os.fstat(self._lock).st_nlink:
            return True
        os.close(self._lock)
        return False

    def _remove_abandoned(self) -> None:
        kept = (
            path for path in self._parent.glob(f"{_KEPT_PREFIX}{os.getuid()}-*") if _is_stale(path)
        )
        for folder in (*self._parent.glob(f"{_PREFIX}*"), *kept):
            try:
                lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            except OSError:  # another user's, or its owner is making or removing it
                continue
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                log.info("removing %s, which a task left behind", folder)
                shutil.rmtree(folder, ignore_errors=True)
            except BlockingIOError:
                pass
            finally:
                os.close(lock)


def _is_stale(folder: Path) -> bool:
    """Whether its task stopped so long ago that no attempt is to go on with it."""
    try:
        return time.time() - folder.stat().st_mtime > KEPT_SECONDS
    except OSError:  # just removed
        return False
