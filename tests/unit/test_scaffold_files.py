"""Files that are all written, or none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from elt.scaffold import files
from elt.stack.errors import StackError


def nothing() -> None:
    pass


def test_all_are_written(tmp_path: Path) -> None:
    texts = {tmp_path / "a" / "b" / "c.txt": "c\n", tmp_path / "d.txt": "д\n"}
    files.write(texts, tmp_path, nothing)
    assert {path: path.read_text() for path in texts} == texts
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "d.txt"]


def test_none_is_written_where_one_is_there(tmp_path: Path) -> None:
    (tmp_path / "d.txt").write_text("mine")
    (tmp_path / "e.txt").symlink_to("nowhere")
    texts = dict.fromkeys((tmp_path / name for name in ("a/b.txt", "d.txt", "e.txt")), "x")
    with pytest.raises(StackError, match=r"d\.txt.*e\.txt"):
        files.write(texts, tmp_path, nothing)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.txt", "e.txt"]
    assert (tmp_path / "d.txt").read_text() == "mine"


@pytest.mark.parametrize("error", [StackError("no"), KeyboardInterrupt()])
def test_all_is_undone_where_the_end_fails(tmp_path: Path, error: BaseException) -> None:
    def fail() -> None:
        raise error

    with pytest.raises(type(error)):
        files.write({tmp_path / "a" / "b.txt": "x"}, tmp_path, fail)
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_a_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("mine")
    texts = {tmp_path / "b.txt": "x", tmp_path / "a" / "c.txt": "x"}
    with pytest.raises(StackError, match="cannot be written"):
        files.write(texts, tmp_path, nothing)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_folders_that_were_there_stay(tmp_path: Path) -> None:
    def fail() -> None:
        raise StackError("no")

    (tmp_path / "a").mkdir()
    with pytest.raises(StackError):
        files.write({tmp_path / "a" / "b.txt": "x"}, tmp_path, fail)
    assert list((tmp_path / "a").iterdir()) == []
