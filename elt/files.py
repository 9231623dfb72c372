"""Files that are there whole or not at all, and files that one process holds."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace(path: Path, text: str, mode: int = 0o600) -> None:
    """Put ``text`` into ``path`` in one step; ``mode`` says who may read it: its owner.

    Raises OSError, which names the file.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            # A full disk: what was written through a descriptor has no name.
            error.filename = error.filename or str(path)
        raise


def update(path: Path, text: str, mode: int = 0o600) -> None:
    """`replace`, but only if the text differs: running services read such files again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        replace(path, text, mode)


@contextmanager
def locked(path: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold ``path`` alone among all processes that ask: a folder, or a file, which is created.

    Raises BlockingIOError if another process holds it and ``wait`` is false.
    """
    create = 0 if path.is_dir() else os.O_CREAT
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | create, 0o666)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)
