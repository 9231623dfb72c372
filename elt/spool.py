"""The task-local folder between fetching and landing: one file of records a page."""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

log = logging.getLogger(__name__)

_LENGTH = struct.Struct("!I")
_LOCK = "lock"


class Spool:
    """Pages of records on disk, removed when the ``with`` block ends.

    The folder is private to the user and lies below ``ELT_SPOOL_DIR``, by default the system's
    temporary folder. A page counts once it is whole: it is written aside and renamed. What a killed
    task left behind is removed when the next spool is opened; a lock tells it from one in use.
    """

    def __init__(self) -> None:
        self._parent = Path(os.environ.get("ELT_SPOOL_DIR") or tempfile.gettempdir())
        self._folder = Path()
        self._lock: int = -1

    def __enter__(self) -> Spool:
        self._parent.mkdir(parents=True, exist_ok=True)
        self._remove_abandoned()
        while not self._make_folder():
            pass
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)

    def write(self, number: int, records: list[bytes]) -> None:
        """Keep page ``number``; a page written again replaces the former."""
        aside = self._path(number).with_suffix(".part")
        try:
            with aside.open("wb") as file:
                for record in records:
                    file.write(_LENGTH.pack(len(record)))
                    file.write(record)
            aside.rename(self._path(number))
        except OSError as error:
            # Python's own words do not say which disk is full.
            raise OSError(
                error.errno,
                f"page {number} cannot be kept in {self._parent} until it is landed"
                f" ({error.strerror}): make room there, or name another folder in ELT_SPOOL_DIR",
            ) from error

    def pages(self) -> Iterator[list[bytes]]:
        """The records of each page, in the order of the pages, one page in memory at a time."""
        for path in sorted(self._folder.glob("*.page")):
            body = memoryview(path.read_bytes())
            records, at = [], 0
            while at < len(body):
                (length,) = _LENGTH.unpack_from(body, at)
                at += _LENGTH.size
                records.append(bytes(body[at : at + length]))
                at += length
            yield records

    def _make_folder(self) -> bool:
        """Make the folder and lock it; False if another task took it for an abandoned one."""
        self._folder = Path(tempfile.mkdtemp(prefix="elt-spool-", dir=self._parent))
        try:
            self._lock = os.open(self._folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:
            return False
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        if os.fstat(self._lock).st_nlink:
            return True
        os.close(self._lock)
        return False

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:09}.page"

    def _remove_abandoned(self) -> None:
        for folder in self._parent.glob("elt-spool-*"):
            try:
                lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
            except OSError:  # another user's, or its owner is making or removing it
                continue
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                log.info("removing %s, which a killed task left behind", folder)
                shutil.rmtree(folder, ignore_errors=True)
            except BlockingIOError:
                pass
            finally:
                os.close(lock)
