"""A disk that is full is named, in one line."""

from __future__ import annotations

import errno
import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from elt import files
from elt.extract.spool import Spool
from elt.stack import command


@pytest.fixture
def no_room() -> Iterator[None]:
    """No file of this process may become larger than 100 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_pages_that_cannot_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_room: None
) -> None:
    monkeypatch.setenv("ELT_SPOOL_DIR", str(tmp_path))
    with Spool() as spool:
        spool.write(1, [b"small"])
        with pytest.raises(OSError, match=r"page 2 cannot be kept in .*: make room") as failed:
            spool.write(2, [b"x" * 200])
    assert str(tmp_path) in str(failed.value)
    assert "ELT_SPOOL_DIR" in str(failed.value)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_command(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def action() -> int:
        raise OSError(number, "No room", str(tmp_path / "ports.json"))

    assert command.call(action) == 1
    said = capsys.readouterr().err
    assert said == f"elt: cannot write to {tmp_path}/ports.json: No room; make room on that disk\n"


def test_another_error_is_not_taken_for_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], no_room: None
) -> None:
    def action() -> int:
        files.replace(tmp_path / "file", "x" * 200)
        return 0

    assert command.call(action) == 1
    said = capsys.readouterr().err
    assert "unexpected OSError: " in said
    assert str(tmp_path / "file") in said
    assert list(tmp_path.iterdir()) == []
