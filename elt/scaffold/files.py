"""Files that are all written, or none of them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from elt.stack.errors import StackError


def write(texts: Mapping[Path, str | bytes], root: Path, finish: Callable[[], None]) -> None:
    """Write each text to its path, in UTF-8 unless it is bytes, and call ``finish``.

    Nothing may be at these paths yet. All is written aside first, in a folder below ``root``, and
    then moved. If anything fails, ``finish`` included, what was moved is removed, folders too.

    Raises StackError.
    """
    expect_none(texts)
    made: list[Path] = []
    try:
        with tempfile.TemporaryDirectory(dir=root, prefix=".elt-new-") as folder:
            aside = {}
            for number, (path, text) in enumerate(texts.items()):
                aside[path] = Path(folder) / str(number)
                aside[path].write_bytes(text if isinstance(text, bytes) else text.encode())
            try:
                for path, written in aside.items():
                    _make_folder(path.parent, made)
                    # Fails where there is a file by now, and leaves that.
                    with path.open("x"):
                        made.append(path)
                    shutil.move(written, path)
                finish()
            except BaseException:
                _remove(made)
                raise
    except FileExistsError as error:
        raise StackError(f"{error.filename} has just been made by somebody else") from error
    except OSError as error:
        raise StackError(f"{error.filename} cannot be written ({error.strerror})") from error


def expect_none(paths: Iterable[Path]) -> None:
    """Raises StackError that lists the files that are there already."""
    there = [str(path) for path in paths if path.exists() or path.is_symlink()]
    if there:
        raise StackError("nothing is overwritten, and these are there already: " + ", ".join(there))


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _remove(made: list[Path]) -> None:
    for path in reversed(made):
        with suppress(OSError):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
