"""An extract that gives up goes on, in the next attempt, with the pages it had."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from elt.airflow.hook import ApiHook
from elt.errors import SourceError, SourceInvalidError, SourceUnavailableError
from elt.extract import fetch
from elt.extract.fetch import Fetched
from elt.extract.spool import KEPT_SECONDS, Spool
from elt.settings import MOST_RETRIES
from elt.source import Cursor, Incremental, PageNumber, Source
from tests.http_source import (
    CONN_ID,
    CONNECTION,
    Asked,
    HttpSource,
    Reply,
    connection,
    declare,
    hasten,
    http_source,
    replies,
)
from tests.integration.test_pagination import KINDS, Shop, ids, strategies

TASK = "a task of a run"
LIMITED = Reply(b"", 429, {"Retry-After": "100"})
"""Longer than we are patient: given up at once."""


@pytest.fixture(autouse=True)
def spool_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Little patience, and a spool folder of the test's own."""
    folder = tmp_path / "spool"
    hasten(monkeypatch, folder)
    return folder


@pytest.fixture(scope="module")
def running() -> Iterator[HttpSource]:
    with http_source(replies(b"")) as source:
        yield source


@pytest.fixture
def source(running: HttpSource, monkeypatch: pytest.MonkeyPatch) -> HttpSource:
    running.asked.clear()
    monkeypatch.setenv(CONNECTION, connection(running.url))
    return running


def attempt(
    declared: Source, limit: int | None = None, since: str | None = None, task: str = TASK
) -> tuple[Fetched, list[Any]]:
    """One attempt at a task, as `elt.pipeline` makes it; a failed one keeps its pages."""
    with Spool(task) as spool:
        try:
            fetched = fetch.fetch(ApiHook(CONN_ID), declared, {"q": "1"}, limit, spool, since=since)
        except SourceUnavailableError:
            spool.keep()
            raise
        return fetched, [json.loads(record) for page in spool.pages() for record in page]


def answered(shop: Shop) -> Callable[[Asked], Reply]:
    """A shop whose answers carry something that its records take along."""

    def answer(asked: Asked) -> Reply:
        reply = shop(asked)
        return replace(reply, body={**reply.body, "info": {"seed": f"s{asked.target}"}})

    return answer


def down_for(answer: Callable[[Asked], Reply], first: int, outage: Reply) -> Any:
    """``answer``, but an outage for whatever begins with the record ``first``."""

    def limited(asked: Asked) -> Reply:
        reply = answer(asked)
        records = reply.body["results"]
        return outage if records and records[0]["id"] == first else reply

    return limited


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("total", [False, True])
@pytest.mark.parametrize("interrupted", [1, 2, 3, 4, 5])
@pytest.mark.parametrize(("limit", "concurrency"), [(None, 1), (42, 3)])
def test_a_load_that_was_interrupted_equals_one_that_was_not(
    source: HttpSource,
    kind: str,
    total: bool,
    interrupted: int,
    limit: int | None,
    concurrency: int,
) -> None:
    answer = answered(Shop(45, total=total))
    declared = declare(
        pagination=strategies(total)[kind],
        concurrency=concurrency,
        from_response={"seed": "info.seed"},
        key="id",
        incremental=Incremental(cursor_path="id", cursor_param="since"),
    )
    source.answer = answer
    whole, expected = attempt(declared, limit, since="1")
    requests = Counter(asked.target for asked in source.asked)
    source.asked.clear()

    # Pages of a limit of 42 are nine records by their number.
    size = 9 if limit and kind == "page_number" else 10
    source.answer = down_for(answer, (interrupted - 1) * size, LIMITED)
    with pytest.raises(SourceUnavailableError, match=r"429 .*ELT_FETCH_PATIENCE"):
        attempt(declared, limit, since="1")
    (failed,) = (asked.target for asked in source.asked if source.answer(asked) is LIMITED)
    source.answer = answer
    fetched, records = attempt(declared, limit, since="1")

    assert records == expected
    assert (fetched.pages, fetched.records, fetched.bytes, fetched.cursor, fetched.request) == (
        whole.pages, whole.records, whole.bytes, whole.cursor, whole.request
    )  # fmt: skip
    again = Counter(asked.target for asked in source.asked)
    if concurrency == 1:
        assert again == requests + Counter([failed])
    else:
        # Pages that were on their way when the one beside them failed may be asked for again.
        assert requests + Counter([failed]) <= again
        assert again.total() <= requests.total() + concurrency
    assert os.listdir(os.environ["ELT_SPOOL_DIR"]) == []


def interrupted_at(source: HttpSource, page: int, declared: Source) -> list[int]:
    """Let an attempt stop at ``page`` of pages of ten; what the source has."""
    shop = Shop(45)
    source.answer = down_for(shop, (page - 1) * 10, LIMITED)
    with pytest.raises(SourceUnavailableError):
        attempt(declared)
    source.answer = shop
    source.asked.clear()
    return list(range(45))


PAGES = declare(
    pagination=PageNumber(page_param="page", size_param="size", page_size=10, until_short=True)
)


@pytest.mark.parametrize(
    "change",
    [
        {"declared": PAGES.model_copy(update={"redact": ("password",)}), "said": "another request"},
        {"declared": PAGES.model_copy(update={"endpoint": "/others"}), "said": "another request"},
        {"limit": 44, "said": "another request"},
        {"task": "another task", "said": ""},
    ],
)
def test_pages_of_another_request_are_not_used(
    source: HttpSource, change: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    interrupted_at(source, 4, PAGES)
    said = change.pop("said")
    with caplog.at_level("INFO"):
        attempt(**{"declared": PAGES, **change})
    assert len(source.asked) == 5
    assert said in caplog.text
    assert "going on" not in caplog.text


def test_pages_that_are_too_old_are_not_used(
    source: HttpSource, spool_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    everything = interrupted_at(source, 4, PAGES)
    (folder,) = spool_folder.iterdir()
    old = time.time() - KEPT_SECONDS - 1
    os.utime(folder, (old, old))
    with caplog.at_level("INFO"):
        assert ids(attempt(PAGES)[1]) == everything
    assert len(source.asked) == 5
    assert f"removing {folder}, which a task left behind" in caplog.text


def test_what_no_attempt_came_back_for_is_removed(source: HttpSource, spool_folder: Path) -> None:
    interrupted_at(source, 4, PAGES)
    (folder,) = spool_folder.iterdir()
    with Spool():
        assert folder.exists()
    old = time.time() - KEPT_SECONDS - 1
    os.utime(folder, (old, old))
    with Spool():
        assert not folder.exists()


@pytest.mark.parametrize("damage", ["cut", "other", "gone", "journal cut", "journal gone"])
def test_a_damaged_page_is_asked_for_again(
    source: HttpSource, spool_folder: Path, damage: str
) -> None:
    everything = interrupted_at(source, 4, PAGES)
    (folder,) = spool_folder.iterdir()
    page, journal = folder / "000000002.page", folder / "pages.jsonl"
    match damage:
        case "cut":
            page.write_bytes(page.read_bytes()[:-3])
        case "other":
            page.write_bytes((folder / "000000001.page").read_bytes())
        case "gone":
            page.unlink()
        case "journal cut":
            journal.write_bytes(journal.read_bytes()[:-40])
        case "journal gone":
            journal.unlink()
    assert ids(attempt(PAGES)[1]) == everything
    assert len(source.asked) == (5 if damage == "journal gone" else 3)


def test_an_attempt_that_was_killed_is_gone_on_from(source: HttpSource, spool_folder: Path) -> None:
    """Its process had no time to tell the spool anything."""
    shop = Shop(45)
    program = "from tests.integration.test_resume import PAGES, attempt\nattempt(PAGES)\n"
    killed: list[subprocess.Popen[bytes]] = []

    def answer(asked: Asked) -> Reply:
        if asked.params["page"] == "4" and killed:
            killed.pop().send_signal(signal.SIGKILL)
            time.sleep(0.2)
        return shop(asked)

    source.answer = answer
    child = subprocess.Popen([sys.executable, "-c", program], cwd=Path(__file__).parents[2])
    killed.append(child)
    assert child.wait(60) == -signal.SIGKILL
    source.asked.clear()
    assert ids(attempt(PAGES)[1]) == list(range(45))
    assert [asked.params["page"] for asked in source.asked] == ["4", "5"]
    assert list(spool_folder.iterdir()) == []


def test_what_has_changed_in_between_is_begun_anew(
    source: HttpSource, caplog: pytest.LogCaptureFixture
) -> None:
    """A cursor that has expired: the source refuses to go on from there."""
    declared = declare(pagination=Cursor(cursor_param="after", cursor_path="cursor"))
    everything = interrupted_at(source, 4, declared)
    shop = Shop(45)
    expired = ["30"]

    def answer(asked: Asked) -> Reply:
        if asked.params.get("after") in expired:
            expired.clear()
            return Reply(b"", 410)
        return shop(asked)

    source.answer = answer
    assert ids(attempt(declared)[1]) == everything
    assert len(source.asked) == 1 + 5
    assert "it answered 410" in caplog.text
    assert "beginning with page 1" in caplog.text


def test_where_the_source_is_wrong_nothing_is_kept(source: HttpSource, spool_folder: Path) -> None:
    source.answer = replies({"results": [{"id": 1}] * 10})
    with pytest.raises(SourceInvalidError):
        attempt(PAGES)
    assert list(spool_folder.iterdir()) == []


def test_records_that_go_missing_are_asked_for_from_page_1(source: HttpSource) -> None:
    """A total that is not reached is no outage: what the source has may have changed."""
    source.answer = replies({"results": [{"id": 1}], "total": 3, "cursor": None})
    with pytest.raises(SourceError, match="3 records and has given 1") as caught:
        attempt(
            declare(
                pagination=Cursor(cursor_param="after", cursor_path="cursor", total_path="total")
            )
        )
    assert type(caught.value) is SourceError


def test_signs_of_more_of_an_earlier_attempt_are_judged(
    source: HttpSource, caplog: pytest.LogCaptureFixture
) -> None:
    """Only its pages said how many there are, at no declared place; the later ones end before."""
    shop = Shop(40)
    declared = declare(pagination=Cursor(cursor_param="after", cursor_path="cursor"))

    def answer(asked: Asked) -> Reply:
        reply = shop(asked)
        return replace(reply, body={**reply.body, "total": 45}) if len(source.asked) < 3 else reply

    source.answer = down_for(answer, 20, LIMITED)
    with pytest.raises(SourceUnavailableError):
        attempt(declared)
    source.answer = shop
    assert ids(attempt(declared)[1]) == list(range(40))
    assert "more than the 40 records that were fetched: 'total' is 45" in caplog.text
    assert "beginning with page 1" in caplog.text


def test_what_was_replaced_in_pages_of_an_earlier_attempt_is_counted(source: HttpSource) -> None:
    first = Reply(rb'{"results": [{"id": "\u0000"}], "next": "2"}')
    second = Reply(rb'{"results": [{"id": NaN}], "next": null}')
    source.answer = replies(first, LIMITED, second)
    declared = declare(
        replace=("U+0000", "NaN"), pagination=Cursor(cursor_param="after", cursor_path="next")
    )
    with pytest.raises(SourceUnavailableError):
        attempt(declared)
    fetched, records = attempt(declared)
    assert fetched.replaced == {"U+0000": 1, "NaN": 1}
    assert [one["id"] for one in records] == ["\ufffd", None]


def test_two_attempts_at_once_do_not_share_pages(
    source: HttpSource, caplog: pytest.LogCaptureFixture
) -> None:
    """One whose heartbeats are lost works on while the next one begins."""
    source.answer = Shop(45)
    with Spool(TASK) as first:
        first.write(1, [b"{}"])
        assert ids(attempt(PAGES)[1]) == list(range(45))
        assert list(first.pages()) == [[b"{}"]]
    assert "another attempt at this task is still at work" in caplog.text


def test_a_folder_that_others_may_write_to_is_not_used(
    source: HttpSource, spool_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    everything = interrupted_at(source, 4, PAGES)
    (folder,) = spool_folder.iterdir()
    folder.chmod(0o777)
    assert ids(attempt(PAGES)[1]) == everything
    assert len(source.asked) == 5
    assert "is not a private folder of this user" in caplog.text


def test_no_secret_of_the_connection_is_kept(
    source: HttpSource, spool_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "s3cr3t-k3y"
    for extra in ({"api_key_param": "who"}, {"auth": "bearer"}):
        fields = {"password": secret, "extra": extra}
        monkeypatch.setenv(CONNECTION, connection(source.url, **fields))
        interrupted_at(source, 3, PAGES)
        files = [path for path in spool_folder.rglob("*") if path.is_file()]
        assert len(files) >= 3
        assert not any(secret.encode() in path.read_bytes() for path in files)
        assert not any(path.stat().st_mode & 0o077 and path.parent.stat().st_mode & 0o077
                       for path in files)  # fmt: skip
        attempt(PAGES)


@pytest.mark.parametrize(
    ("error", "try_number", "stays"),
    [
        (SourceUnavailableError("429"), 1, True),
        (OSError("the warehouse is away"), 3, True),
        (SourceUnavailableError("429"), 4, False),  # the last attempt
        (SourceError("fewer records"), 1, False),
        (SourceInvalidError("not JSON"), 1, False),
    ],
)
def test_pages_stay_only_for_an_attempt_that_goes_on_with_them(
    spool_folder: Path, error: Exception, try_number: int, stays: bool
) -> None:
    from elt.airflow import operators

    instance = SimpleNamespace(
        dag_id="shop",
        run_id="run",
        task_id="extract",
        map_index=-1,
        try_number=try_number,
        max_tries=MOST_RETRIES,
        task=SimpleNamespace(retries=MOST_RETRIES),
    )
    with pytest.raises(type(error)), operators._pages_of(instance):
        raise error
    assert bool(list(spool_folder.iterdir())) == stays
    instance.map_index = 7
    with operators._pages_of(instance):
        assert len(list(spool_folder.iterdir())) == 1 + stays  # a folder of its own
    assert bool(list(spool_folder.iterdir())) == stays
