"""A source's rate limit, kept by all extracts of the machine together."""

from __future__ import annotations

import multiprocessing
import os
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from elt.errors import SourceRefusedError
from elt.http import retry
from elt.http.rate import Turns
from elt.source import Cursor, PageNumber, RateLimit
from tests.http_source import (
    CONNECTION,
    Asked,
    HttpSource,
    Reply,
    connection,
    declare,
    extract,
    http_source,
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where turns are kept, the test's own."""
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setenv("ELT_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    return tmp_path / "spool"


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSource]:
    def answer(asked: Asked) -> Reply:
        page = int(asked.params.get("page", "1"))
        return Reply({"results": [page], "total": 100, "next": page + 1})

    with http_source(answer) as source:
        monkeypatch.setenv(CONNECTION, connection(source.url))
        yield source


def ask(conn_id: str, limit: RateLimit, seconds: float, moments: Any) -> None:
    """Take turns for a while, as a task does; when each was."""
    turns = Turns(conn_id, limit)
    until = time.monotonic() + seconds
    taken = []
    while time.monotonic() < until:
        time.sleep(turns.take())
        taken.append(time.monotonic())
    moments.put(taken)


def most_within(moments: list[float], seconds: float) -> int:
    """How many there are in the fullest stretch of so many seconds."""
    moments = sorted(moments)
    return max(sum(at <= one < at + seconds for one in moments) for at in moments)


def test_one_after_the_other_is_evenly_spaced() -> None:
    turns = Turns("a", RateLimit(requests=10, seconds=2))
    waits = [turns.take() for _ in range(5)]
    for number, wait in enumerate(waits):
        assert wait == pytest.approx(0.2 * number, abs=0.1)


def test_time_that_nobody_used_is_not_saved_up() -> None:
    turns = Turns("a", RateLimit(requests=10, seconds=1))
    turns.take()
    time.sleep(0.5)
    assert [turns.take() for _ in range(2)] == pytest.approx([0.0, 0.1], abs=0.05)


def test_processes_keep_to_a_limit_together() -> None:
    context = multiprocessing.get_context("spawn")
    limit = RateLimit(requests=10, seconds=1)
    moments = context.Queue()
    processes = [context.Process(target=ask, args=("a", limit, 2.0, moments)) for _ in range(2)]
    for process in processes:
        process.start()
    both = [moments.get(timeout=60) for _ in processes]
    for process in processes:
        process.join()
    taken = [*both[0], *both[1]]
    assert min(map(len, both)) > 3, "one of the two never had a turn"
    # Sleeping may end late, so that two turns come closer together than they were handed out.
    assert most_within(taken, 1.5) <= 15 + 2
    assert len(taken) >= 10


def test_threads_keep_to_a_limit_together() -> None:
    turns = [Turns("a", RateLimit(requests=1000)) for _ in range(4)]
    waits: list[float] = []

    def take(one: Turns) -> None:
        for _ in range(50):
            waits.append(time.monotonic() + one.take())

    threads = [threading.Thread(target=take, args=(one,)) for one in turns]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(waits) == 200
    assert max(waits) - min(waits) >= 0.19


def test_connections_have_limits_of_their_own(folder: Path) -> None:
    limit = RateLimit(requests=1, seconds=100)
    first, other = Turns("a", limit), Turns("b", limit)
    assert (first.take(), other.take()) == (0, 0)
    assert first.take() > 90
    assert len(list(folder.iterdir())) == 2


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"x",
        struct.pack("!d", 0.0),
        struct.pack("!d", -1.0),
        struct.pack("!d", 1e300),
        struct.pack("!d", float("inf")),
        struct.pack("!d", float("nan")),
        b"\xff" * 8,
        b"\xff" * 100,
    ],
)
def test_a_stale_or_broken_file_is_ignored(folder: Path, kept: bytes) -> None:
    limit = RateLimit(requests=10)
    Turns("a", limit).take()
    (file,) = folder.iterdir()
    file.write_bytes(kept)
    turns = Turns("a", limit)
    assert turns.take() == 0
    assert turns.take() == pytest.approx(0.1, abs=0.05)


def test_a_turn_of_before_the_machine_was_started_anew_is_ignored(folder: Path) -> None:
    turns = Turns("a", RateLimit(requests=1))
    turns.take()
    (file,) = folder.iterdir()
    file.write_bytes(struct.pack("!d", time.monotonic() + 5 * 3600))
    assert turns.take() == 0


def test_a_limit_of_less_than_one_an_hour_is_kept() -> None:
    turns = Turns("a", RateLimit(requests=1, seconds=7200))
    assert turns.take() == 0
    assert turns.take() == pytest.approx(7200, abs=1)


def test_what_others_may_have_put_in_its_place_is_not_followed(
    folder: Path, tmp_path: Path
) -> None:
    turns = Turns("a", RateLimit(requests=1))
    turns.take()
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.unlink()
    (tmp_path / "victim").write_bytes(b"kept")
    file.symlink_to(tmp_path / "victim")
    with pytest.raises(OSError):
        turns.take()
    assert (tmp_path / "victim").read_bytes() == b"kept"


def test_no_descriptor_is_left_open() -> None:
    turns = Turns("a", RateLimit(requests=1000))
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(50):
        turns.take()
    assert len(os.listdir("/proc/self/fd")) <= before + 1


# In an extract


@pytest.mark.parametrize(
    ("pagination", "concurrency"),
    [
        (PageNumber(page_param="page"), 1),
        (PageNumber(page_param="page", total_path="total"), 8),
        (PageNumber(page_param="page", size_param="n", page_size=1, endless=True), 8),
        (Cursor(cursor_param="page", cursor_path="next"), 1),
    ],
)
def test_an_extract_keeps_to_the_limit(
    source: HttpSource, pagination: Any, concurrency: int
) -> None:
    moments: list[float] = []
    answered = source.answer

    def answer(asked: Asked) -> Reply:
        moments.append(time.monotonic())
        return answered(asked)

    source.answer = answer
    rate = RateLimit(requests=10, seconds=0.5)
    limited = declare(pagination=pagination, concurrency=concurrency, rate_limit=rate)
    _, records = extract(limited, limit=25)
    assert records == list(range(1, 26))
    assert moments[-1] - moments[0] >= 24 * 0.05 * 0.9
    assert most_within(moments, 0.5) <= 13


def test_further_attempts_are_counted(source: HttpSource) -> None:
    moments: list[float] = []

    def answer(asked: Asked) -> Reply:
        moments.append(time.monotonic())
        return Reply(b"", 503) if len(moments) < 6 else Reply({"results": [1]})

    source.answer = answer
    extract(declare(rate_limit=RateLimit(requests=10)))
    assert len(moments) == 6
    assert moments[-1] - moments[0] >= 0.45


def test_extracts_side_by_side_keep_to_the_limit_together(source: HttpSource) -> None:
    moments: list[float] = []
    answered = source.answer

    def answer(asked: Asked) -> Reply:
        moments.append(time.monotonic())
        return answered(asked)

    source.answer = answer
    limited = declare(
        pagination=PageNumber(page_param="page"), rate_limit=RateLimit(requests=20, seconds=1)
    )
    threads = [threading.Thread(target=extract, args=(limited, 15)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(moments) == 30
    assert most_within(moments, 1) <= 24


def test_a_stopped_extract_waits_for_no_turn(source: HttpSource) -> None:
    """One page is refused; the others, which wait for turns far ahead, are given up at once."""
    source.answer = lambda asked: Reply(b"", 404)
    pages = PageNumber(page_param="page", size_param="n", page_size=1, endless=True)
    limited = declare(pagination=pages, concurrency=4, rate_limit=RateLimit(requests=1, seconds=30))
    begun = time.monotonic()
    with pytest.raises(SourceRefusedError, match="404"):
        extract(limited, limit=4)
    assert time.monotonic() - begun < 10
