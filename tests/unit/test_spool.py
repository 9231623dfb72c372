"""The spool: pages in order, nothing left behind, nothing taken from another task."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from elt.extract.spool import Spool


@pytest.fixture(autouse=True)
def _spool_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELT_SPOOL_DIR", str(tmp_path))


def test_pages_come_back_in_order_whatever_order_they_came_in(tmp_path: Path) -> None:
    with Spool() as spool:
        for number in (12, 2, 1, 100):
            spool.write(number, [b'{"page": %d}' % number, b"", b"line\nfeed"])
        spool.write(2, [b"again"])
        assert list(spool.pages()) == [
            [b'{"page": 1}', b"", b"line\nfeed"],
            [b"again"],
            [b'{"page": 12}', b"", b"line\nfeed"],
            [b'{"page": 100}', b"", b"line\nfeed"],
        ]
        (folder,) = tmp_path.iterdir()
        assert folder.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_left_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), Spool() as spool:
        spool.write(1, [b"x"])
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_task_left_is_removed_and_what_another_uses_is_not(tmp_path: Path) -> None:
    program = (
        "import os, signal\nfrom elt.extract.spool import Spool\n"
        "with Spool() as spool:\n"
        "    spool.write(1, [b'x'])\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", program], env=os.environ, check=False, timeout=60)
    (abandoned,) = tmp_path.iterdir()
    with Spool() as one:
        one.write(1, [b"one"])
        assert not abandoned.exists()
        with Spool() as other:
            other.write(1, [b"other"])
            assert list(one.pages()) == [[b"one"]]
        assert list(one.pages()) == [[b"one"]]


def test_a_folder_that_another_task_takes_for_an_abandoned_one_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    flock = fcntl.flock
    raced: list[int] = []

    def late(lock: int, how: int) -> None:
        if how == fcntl.LOCK_EX and not raced:
            raced.append(lock)
            with Spool():
                pass
        flock(lock, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with Spool() as spool:
        spool.write(1, [b"x"])
        assert raced
        assert list(spool.pages()) == [[b"x"]]
    assert list(tmp_path.iterdir()) == []
