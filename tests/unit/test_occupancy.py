"""Two clones whose ELT_HOME is one folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from elt.local import occupancy
from elt.local.home import Home
from elt.local.occupancy import OccupiedError
from elt.stack.errors import StackError


def test_a_command_of_another_clone_is_named(tmp_path: Path) -> None:
    one, other = (Home(tmp_path / "state", tmp_path / name) for name in ("one", "other"))
    one.create()
    with occupancy.claim(one, "up"):
        with pytest.raises(OccupiedError), occupancy.claim(one, "run"):
            pass
        with (
            pytest.raises(
                StackError, match=f"`elt up` of another clone, {one.project}, is at work"
            ),
            occupancy.claim(other, "run"),
        ):
            pass
    with occupancy.claim(other, "run"):
        pass


def test_a_folder_that_another_clone_used_is_taken_over_once(tmp_path: Path) -> None:
    one, other = (Home(tmp_path / "state", tmp_path / name) for name in ("one", "other"))
    one.create()
    assert one.take_over() is None
    assert other.take_over() == one.project
    assert other.take_over() is None
