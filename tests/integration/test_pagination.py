"""Extracts from sources of every kind of pages, honest ones and others, over HTTP."""

from __future__ import annotations

import logging
import os
import time
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elt.errors import SourceError, SourceInvalidError, SourceRefusedError
from elt.extract import fetch
from elt.http import retry
from elt.source import (
    Cursor,
    Header,
    Incremental,
    LastRecord,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
    SinglePage,
)
from tests.http_source import (
    CONNECTION,
    Asked,
    HttpSource,
    Reply,
    connection,
    declare,
    extract,
    hasten,
    http_source,
    replies,
)


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, tmp_path / "spool", patience=5)


@pytest.fixture(scope="module")
def running() -> Iterator[HttpSource]:
    with http_source(replies(b"")) as source:
        yield source


@pytest.fixture
def source(running: HttpSource, monkeypatch: pytest.MonkeyPatch) -> HttpSource:
    running.asked.clear()
    monkeypatch.setenv(CONNECTION, connection(running.url))
    return running


@dataclass(frozen=True)
class Shop:
    """An honest source of ``records`` records, ``cap`` a page at most, by any strategy."""

    records: int
    cap: int = 10
    total: bool = False
    past_end: int | None = None
    """Status of a page past the end; None: an empty one."""
    ignores_size: bool = False
    base: str = ""
    """Of its links; relative ones if empty."""

    def __call__(self, asked: Asked) -> Reply:
        params = asked.params
        size = self.cap
        if "size" in params and not self.ignores_size:
            size = min(size, int(params["size"]))
        if "offset" in params:
            at = int(params["offset"])
        elif "page" in params:
            at = (int(params["page"]) - 1) * size
        else:
            at = int(params.get("after", 0))
        if self.past_end and at >= max(1, self.records):
            return Reply(b"", self.past_end)
        ids = range(at, min(at + size, self.records))
        following = at + size if at + size < self.records else None
        link = None if following is None else f"{self.base}?after={following}"
        body = {
            "results": [{"id": one} for one in ids],
            "cursor": following,
            "next": link,
            **({"total": self.records} if self.total else {}),
        }
        header = {"Link": f'<{link}>; rel="next"'} if link else {}
        return Reply(body, headers=header)


def strategies(total: bool = False, most: int = 10) -> dict[str, Any]:
    place = "total" if total else None
    return {
        "page_number": PageNumber(
            page_param="page", size_param="size", page_size=most, total_path=place
        ),
        "offset": Offset(size_param="size", page_size=most, total_path=place),
        "cursor": Cursor(cursor_param="after", cursor_path="cursor", total_path=place),
        "cursor with a size": Cursor(
            cursor_param="after",
            cursor_path="cursor",
            size_param="size",
            page_size=most,
            total_path=place,
        ),
        "next_link": NextLink(next_url_path="next", total_path=place),
        "link_header": LinkHeader(total_path=place),
    }


KINDS = list(strategies())
COUNTED = KINDS[:2]
NAMED = KINDS[2:]


def ids(records: list[Any]) -> list[int]:
    return [record["id"] for record in records]


def nothing_left() -> bool:
    folder = os.environ["ELT_SPOOL_DIR"]
    return not os.path.exists(folder) or os.listdir(folder) == []


# Honest sources


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("total", [False, True])
@pytest.mark.parametrize("count", [1, 9, 10, 11, 20, 45])
def test_all_records_come_once_and_in_order(
    source: HttpSource, kind: str, total: bool, count: int
) -> None:
    source.answer = Shop(count, total=total)
    declared = declare(pagination=strategies(total)[kind], concurrency=3)
    fetched, records = extract(declared)
    assert ids(records) == list(range(count))
    assert fetched.records == count
    assert fetched.request == f"{source.url}/orders"
    pages = -(-count // 10)
    # Who is told no total has to ask whether there is more; so has who is told one that a full page
    # reaches, since it may be that of the page.
    further = 0 if kind in NAMED or (total and count % 10) else 1
    assert len(source.asked) == pages + further
    assert max(Counter(asked.target for asked in source.asked).values()) == 1


@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("total", [False, True])
@pytest.mark.parametrize("cap", [1, 3, 9])
@pytest.mark.parametrize("count", [1, 3, 9, 27, 31])
def test_a_source_that_gives_less_than_it_is_asked_for_loses_nothing(
    source: HttpSource, kind: str, total: bool, cap: int, count: int
) -> None:
    source.answer = Shop(count, cap, total)
    _, records = extract(declare(pagination=strategies(total)[kind], concurrency=3))
    assert ids(records) == list(range(count))
    assert len(source.asked) <= -(-count // cap) + 1


@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("total", [False, True])
@pytest.mark.parametrize("limit", [None, 5, 25, 31, 100])
def test_a_source_that_gives_more_than_it_is_asked_for_loses_nothing(
    source: HttpSource, kind: str, total: bool, limit: int | None
) -> None:
    """Many an API takes no notice of a size, or knows the parameter by another name."""
    source.answer = Shop(31, 15, total, ignores_size=True)
    _, records = extract(declare(pagination=strategies(total)[kind]), limit)
    assert ids(records) == list(range(31 if limit is None else min(limit, 31)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("total", [False, True])
@pytest.mark.parametrize("limit", [1, 10, 15, 20, 44, 45, 100])
def test_as_many_as_are_asked_for_and_cut_within_a_page(
    source: HttpSource, kind: str, total: bool, limit: int
) -> None:
    source.answer = Shop(45, total=total)
    fetched, records = extract(declare(pagination=strategies(total)[kind]), limit)
    assert ids(records) == list(range(min(limit, 45)))
    assert fetched.records == len(records)
    # Page numbers of a limit are made even, which may take a page more where sizes do not fit.
    assert len(source.asked) <= -(-min(limit, 45) // 10) + 1


@pytest.mark.parametrize("status", sorted({400, 404, 410, 416, 422}))
@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("count", [3, 9])
def test_after_a_first_page_that_is_short_a_refusal_is_the_end(
    source: HttpSource, kind: str, status: int, count: int
) -> None:
    source.answer = Shop(count, past_end=status)
    _, records = extract(declare(pagination=strategies()[kind]))
    assert ids(records) == list(range(count))
    assert len(source.asked) == 2


@pytest.mark.parametrize("status", [401, 403, 405, 409])
@pytest.mark.parametrize("kind", COUNTED)
def test_after_a_first_page_that_is_short_other_statuses_are_errors(
    source: HttpSource, kind: str, status: int
) -> None:
    source.answer = Shop(3, past_end=status)
    with pytest.raises(SourceRefusedError, match=f"it answered {status}"):
        extract(declare(pagination=strategies()[kind]))
    assert nothing_left()


@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("status", [400, 404])
def test_a_page_that_is_refused_is_an_error(source: HttpSource, kind: str, status: int) -> None:
    source.answer = Shop(20, past_end=status)
    with pytest.raises(SourceRefusedError, match=f"it answered {status}"):
        extract(declare(pagination=strategies()[kind]))
    assert len(source.asked) == 3
    assert nothing_left()


def test_a_page_past_the_end_is_the_end_where_its_status_is_declared(source: HttpSource) -> None:
    strategy = PageNumber(page_param="page", size_param="size", page_size=10, past_end=404)
    source.answer = Shop(20, past_end=404)
    assert ids(extract(declare(pagination=strategy))[1]) == list(range(20))
    source.answer = Shop(20, past_end=410)
    with pytest.raises(SourceRefusedError, match="it answered 410"):
        extract(declare(pagination=strategy))


def test_a_first_page_that_is_refused_is_an_error_whatever_is_declared(source: HttpSource) -> None:
    source.answer = replies(Reply(b"", 404))
    strategy = PageNumber(page_param="page", past_end=404)
    with pytest.raises(SourceRefusedError, match="it answered 404"):
        extract(declare(pagination=strategy, may_be_empty=True))


@pytest.mark.parametrize("status", [400, 404, 410])
@pytest.mark.parametrize(
    "strategy",
    [
        Cursor(cursor_param="after", cursor_path="cursor", size_param="size", page_size=100),
        LinkHeader(size_param="size", page_size=100),
        Cursor(cursor_param="after", cursor_path="cursor"),
        NextLink(next_url_path="next"),
    ],
)
def test_a_page_that_the_source_named_and_refuses_is_an_error(
    source: HttpSource, strategy: Any, status: int
) -> None:
    """An expired cursor, for one. Short pages, which sources give here as they like, are no end."""
    shop = Shop(45)
    source.answer = lambda asked: Reply(b"", status) if asked.params.get("after") else shop(asked)
    with pytest.raises(SourceRefusedError, match=f"it answered {status}"):
        extract(declare(pagination=strategy))
    assert nothing_left()


def test_zero_based_pages_and_one_based_offsets(source: HttpSource) -> None:
    def from_zero(asked: Asked) -> Reply:
        page = int(asked.params["page"])
        return Reply({"results": [{"id": page}] if page < 3 else []})

    source.answer = from_zero
    assert ids(extract(declare(pagination=PageNumber(page_param="page", start=0)))[1]) == [0, 1, 2]

    def from_one(asked: Asked) -> Reply:
        at = int(asked.params["offset"])
        return Reply({"results": [{"id": one} for one in range(at, min(at + 10, 26))]})

    source.answer = from_one
    strategy = Offset(size_param="size", page_size=10, start=1)
    assert ids(extract(declare(pagination=strategy))[1]) == list(range(1, 26))


@pytest.mark.parametrize("base", ["", "/orders", "orders", "http://HOST/orders", "//HOST/orders"])
@pytest.mark.parametrize("kind", ["next_link", "link_header"])
def test_links_relative_and_absolute(source: HttpSource, kind: str, base: str) -> None:
    source.answer = Shop(25, base=base.replace("HOST", f"127.0.0.1:{source.port}"))
    assert ids(extract(declare(pagination=strategies()[kind]))[1]) == list(range(25))
    assert {asked.path for asked in source.asked} == {"/orders"}


@pytest.mark.parametrize(
    "header",
    [
        '<?after=10>; rel="next"',
        "<?after=10>; rel=next",
        "<?after=10>;rel=next",
        '<?after=0>; rel="first", <?after=10>; rel="next", <?after=40>; rel="last"',
        '<?after=10>; title="a, b"; rel="next", <?a=1,2>; rel="self"',
        '<?after=10>; rel="next prefetch"',
        '<?after=10>; rel="prefetch next"',
        '<?after=10>; REL="next"',
        '<?after=10>; rel="NEXT"',
    ],
)
def test_a_link_header_has_links_of_several_relations(source: HttpSource, header: str) -> None:
    """RFC 8288: relations are separated by blanks, and neither they nor names mind their case."""
    shop = Shop(20)

    def answer(asked: Asked) -> Reply:
        reply = shop(asked)
        last = '<?after=0>; rel="prev", <?after=0>; rel="first"'
        return replace(reply, headers={"Link": last if asked.params.get("after") else header})

    source.answer = answer
    assert ids(extract(declare(pagination=LinkHeader()))[1]) == list(range(20))


def test_another_relation_may_be_declared(source: HttpSource) -> None:
    source.answer = lambda asked: Reply(
        {"results": [{"id": len(source.asked)}]},
        headers={"Link": '<?x=1>; rel="http://shop.example/more"'} if not asked.params else {},
    )
    strategy = LinkHeader(rel="http://shop.example/more")
    assert ids(extract(declare(pagination=strategy))[1]) == [1, 2]


@pytest.mark.parametrize("cursor", [7, -1, 2**70, 1.5, "x y&z=ä/+", "0", "null", "😀", "a" * 2000])
def test_cursors_come_back_as_they_were_given(source: HttpSource, cursor: Any) -> None:
    source.answer = replies(
        {"results": [{"id": 1}], "cursor": cursor}, {"results": [{"id": 2}], "cursor": None}
    )
    _, records = extract(declare(pagination=strategies()["cursor"]))
    assert ids(records) == [1, 2]
    assert source.asked[1].params["after"] == str(cursor)


def test_a_cursor_of_many_digits_loses_none(source: HttpSource) -> None:
    source.answer = replies(
        Reply(b'{"results": [{"id": 1}], "cursor": 1732320000.1234567890123}'),
        {"results": [{"id": 2}]},
    )
    extract(declare(pagination=strategies()["cursor"]))
    assert source.asked[1].params["after"] == "1732320000.1234567890123"


@pytest.mark.parametrize(
    "end", [{"cursor": None}, {"cursor": ""}, {}, {"cursor": "c", "more": False}]
)
def test_ends_of_a_cursor(source: HttpSource, end: dict[str, Any]) -> None:
    source.answer = replies(
        {"results": [{"id": 1}], "cursor": "b", "more": True}, {"results": [{"id": 2}], **end}
    )
    strategy = Cursor(
        cursor_param="after", cursor_path="cursor", more_path="more" if "more" in end else None
    )
    assert ids(extract(declare(pagination=strategy))[1]) == [1, 2]
    assert len(source.asked) == 2


def test_empty_pages_that_name_a_next_one(source: HttpSource) -> None:
    bodies: list[dict[str, Any]] = [
        {"results": [{"id": 1}], "cursor": "b"},
        {"results": [], "cursor": "c"},
        {"results": [], "cursor": "d"},
        {"results": [{"id": 2}], "cursor": None},
    ]
    source.answer = replies(*bodies)
    assert ids(extract(declare(pagination=strategies()["cursor"]))[1]) == [1, 2]
    source.answer = replies(*bodies[1:])
    assert ids(extract(declare(pagination=strategies()["cursor"]))[1]) == [2]
    source.answer = replies(*bodies)
    strategy = Cursor(cursor_param="after", cursor_path="cursor", until_empty=True)
    assert ids(extract(declare(pagination=strategy))[1]) == [1]
    source.answer = replies({**bodies[1], "cursor": "b"}, {**bodies[1], "cursor": None})
    with pytest.raises(SourceError, match="'results' is empty, and so are all pages after it"):
        extract(declare(pagination=strategies()["cursor"]))


def test_parameters_of_the_source_are_sent_with_every_page_and_not_with_links(
    source: HttpSource,
) -> None:
    source.answer = Shop(25)
    for kind in (*COUNTED, "cursor"):
        source.asked.clear()
        extract(declare(pagination=strategies()[kind]), params={"city": "Omsk", "none": ""})
        assert {asked.params.get("city") for asked in source.asked} == {"Omsk"}
        assert not any("none" in asked.params for asked in source.asked)
    source.asked.clear()
    extract(declare(pagination=NextLink(next_url_path="next")), params={"city": "Omsk"})
    # A link has all that its request needs in itself.
    assert [asked.params.get("city") for asked in source.asked] == ["Omsk", None, None]


def test_pages_of_xml_by_their_links(source: HttpSource) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.params.get("page", "1"))
        link = f"<next>?page={page + 1}&amp;x=1</next>" if page < 3 else "<next/>"
        body = f'<r total="3"><id>{page}</id>{link}</r>'
        return Reply(body.encode("utf-16"), headers={"Content-Type": "text/xml"})

    source.answer = answer
    strategy = NextLink(next_url_path="next", total_path="@total")
    declared = declare(pagination=strategy, format="xml", records_path="id", encoding="utf-16")
    assert extract(declared)[1] == ["1", "2", "3"]


def test_pages_of_lines(source: HttpSource) -> None:
    def answer(asked: Asked) -> Reply:
        at = int(asked.params["offset"])
        lines = (b'{"id": %d}\n' % one for one in range(at, min(at + 10, 25)))
        return Reply(b"".join(lines))

    source.answer = answer
    strategy = Offset(size_param="size", page_size=10)
    declared = declare(pagination=strategy, format="ndjson", records_path=None)
    assert ids(extract(declared)[1]) == list(range(25))


def test_the_rest_is_fetched_side_by_side(source: HttpSource) -> None:
    shop = Shop(60, total=True)

    def answer(asked: Asked) -> Reply:
        time.sleep(0.2)
        return shop(asked)

    source.answer = answer
    for kind in COUNTED:
        begun = time.monotonic()
        _, records = extract(declare(pagination=strategies(total=True)[kind], concurrency=5))
        assert ids(records) == list(range(60))
        assert time.monotonic() - begun < 6 * 0.2


# Nothing at all


EMPTY: list[tuple[Any, Any]] = [
    (SinglePage(), {"results": []}),
    *[(strategy, {"results": []}) for strategy in strategies().values()],
    *[(strategy, {"results": [], "total": 0}) for strategy in strategies(total=True).values()],
]


@pytest.mark.parametrize(("strategy", "body"), EMPTY)
def test_an_empty_answer_is_an_error_unless_declared(
    source: HttpSource, strategy: Any, body: Any
) -> None:
    source.answer = replies(body)
    with pytest.raises(SourceError, match="'results' is empty; given up, having asked 3 times"):
        extract(declare(pagination=strategy))
    assert len(source.asked) == 3
    source.asked.clear()
    fetched, records = extract(declare(pagination=strategy, may_be_empty=True))
    assert (fetched.records, records, len(source.asked)) == (0, [], 1)


@pytest.mark.parametrize(("strategy", "body"), EMPTY)
def test_an_incremental_source_may_have_nothing_new(
    source: HttpSource, strategy: Any, body: Any
) -> None:
    source.answer = replies(body)
    declared = declare(
        pagination=strategy, incremental=Incremental(cursor_path="id", cursor_param="since")
    )
    fetched, records = extract(declared, since="41")
    assert (fetched.cursor, records, len(source.asked)) == ("41", [], 1)
    assert source.asked[0].params["since"] == "41"


@pytest.mark.parametrize("kind", KINDS)
def test_an_incremental_source_asks_for_what_is_new(source: HttpSource, kind: str) -> None:
    source.answer = Shop(45)
    declared = declare(
        pagination=strategies()[kind],
        incremental=Incremental(cursor_path="id", cursor_param="since", initial="0"),
    )
    fetched, _ = extract(declared)
    assert fetched.cursor == "44"
    assert source.asked[0].params["since"] == "0"
    assert "since=0" in fetched.request


def test_an_empty_answer_that_passes_is_waited_out(source: HttpSource) -> None:
    source.answer = replies({"results": []}, {"results": [{"id": 1}]})
    assert ids(extract(declare())[1]) == [1]


# Outages on the way


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "outage",
    [
        Reply(b"", 429, {"Retry-After": "1"}),
        Reply(b"", 503),
        Reply(b"", 500),
        Reply(b"<html>"),
        Reply(b'{"results": [{"id": 20}, {"i'),
    ],
    ids=["429", "503", "500", "HTML", "cut"],
)
def test_an_outage_on_a_page_is_waited_out_and_no_page_asked_for_twice(
    source: HttpSource, kind: str, outage: Reply
) -> None:
    shop, left = Shop(45), [outage] * (1 if outage.status == 429 else 2)
    again = len(left)

    def answer(asked: Asked) -> Reply:
        reply = shop(asked)
        return left.pop() if reply.body["results"][:1] == [{"id": 20}] and left else reply

    source.answer = answer
    _, records = extract(declare(pagination=strategies()[kind]))
    assert ids(records) == list(range(45))
    times = [number for _, number in sorted(Counter(a.target for a in source.asked).items())]
    assert sorted(times) == [1] * (5 if kind in COUNTED else 4) + [1 + again]


@pytest.mark.parametrize("kind", NAMED)
def test_an_outage_that_stays_is_an_error_that_names_the_page(
    source: HttpSource, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.1")
    shop = Shop(45)
    source.answer = lambda asked: Reply(b"", 503) if "20" in asked.target else shop(asked)
    with pytest.raises(SourceError, match=r"page 3: .*after=20.*it answered 503"):
        extract(declare(pagination=strategies()[kind]))
    assert nothing_left()


# Hosts


@pytest.fixture
def other() -> Iterator[HttpSource]:
    with http_source(lambda asked: Reply({"results": [{"id": 666}]})) as other:
        yield other


@pytest.mark.parametrize("kind", ["next_link", "link_header"])
@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("http://localhost:{port}/orders", "another host, 'localhost:{port}'"),
        ("//localhost:{port}/orders", "another host, 'localhost:{port}'"),
        ("http://127.0.0.1:{port}/orders", "another host, '127.0.0.1:{port}'"),
        ("http://127.0.0.1@localhost:{port}/", "another host, 'localhost:{port}'"),
        ("http://u:s3cr3t@localhost:{port}/", "another host, 'localhost:{port}'"),
        ("http://127.0.0.1.localhost:{port}/", "another host, '127.0.0.1.localhost:{port}'"),
        ("http://[::1]:{port}/", r"another host, '\[::1\]:{port}'"),
        ("http://[::1:{port}/", "no URL"),
        ("file:///etc/passwd", "no URL"),
        ("javascript:alert(1)", "no URL"),
        ("http://127.0.0.1:99999/", "no URL"),
    ],
)
def test_a_link_to_another_host_is_an_error_and_not_followed(
    source: HttpSource,
    other: HttpSource,
    kind: str,
    link: str,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    target = link.format(port=other.port)
    source.answer = lambda asked: Reply(
        {"results": [{"id": 1}], "next": target}, headers={"Link": f"<{target}>; rel=next"}
    )
    with caplog.at_level(logging.INFO), pytest.raises(SourceInvalidError) as caught:
        extract(declare(pagination=strategies()[kind]))
    assert caught.match("shop__orders, page 1: .*its link to the next page")
    assert caught.match(said.format(port=other.port))
    assert "s3cr3t" not in str(caught.value) + caplog.text
    assert other.asked == []
    assert len(source.asked) == 1
    assert nothing_left()


@pytest.mark.parametrize(
    "base", ["https://127.0.0.1/orders", "https://127.0.0.1:1/orders", "http://u:p@HOST/orders"]
)
def test_scheme_port_and_login_of_a_link_are_those_of_the_connection(
    source: HttpSource, base: str
) -> None:
    source.answer = Shop(25, base=base.replace("HOST", f"127.0.0.1:{source.port}"))
    assert ids(extract(declare(pagination=NextLink(next_url_path="next")))[1]) == list(range(25))
    assert not any("Authorization" in asked.headers for asked in source.asked)


def test_links_of_pages_that_were_redirected_to_lead_back(
    source: HttpSource, other: HttpSource
) -> None:
    """Relative ones are relative to where the answer came from; its path counts."""
    shop = Shop(25)

    def answer(asked: Asked) -> Reply:
        if asked.path == "/orders":
            return Reply(b"", 302, {"Location": "/v2/list/"})
        return shop(asked)

    source.answer = answer
    assert ids(extract(declare(pagination=NextLink(next_url_path="next")))[1]) == list(range(25))
    assert [asked.path for asked in source.asked] == ["/orders"] + ["/v2/list/"] * 3


# Walks without end


def page(*numbers: int, **more: Any) -> Reply:
    link = more.pop("link", None)
    body = {"results": [{"id": one, "seen": time.monotonic()} for one in numbers], **more}
    return Reply(body, headers={"Link": f"<{link}>; rel=next"} if link else {})


@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize(
    "strategy", [PageNumber(page_param="page"), Offset(size_param="size", page_size=2)]
)
@pytest.mark.parametrize("total", [None, "total"])
def test_a_source_that_ignores_the_page_is_an_error(
    source: HttpSource, strategy: Any, keyed: bool, total: str | None
) -> None:
    """Also where the values change that are no key."""
    source.answer = lambda asked: (
        page(1, 2, total=20) if keyed else Reply({"results": [{"id": 1}, {"id": 2}], "total": 20})
    )
    strategy = strategy.model_copy(update={"total_path": total})
    with pytest.raises(SourceInvalidError, match="repeats the records of page 1"):
        extract(declare(pagination=strategy, key="id" if keyed else ()))
    assert len(source.asked) <= (4 if total is None else 1 + 9 + 3 * 9)
    assert nothing_left()


@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.parametrize("loop", [["a"], ["a", "b"], ["a", "b", "c"], [""]])
def test_a_walk_that_comes_back_to_where_it_was_is_an_error(
    source: HttpSource, kind: str, loop: list[str]
) -> None:
    """Whatever the records are: here each page has new ones."""

    def answer(asked: Asked) -> Reply:
        count = len(source.asked)
        to = loop[(count - 1) % len(loop)]
        link = f"?after={to}" if to else "?"
        return page(count, cursor=to or "a", next=link, link=link)

    source.answer = answer
    with pytest.raises(SourceInvalidError, match="is one that was there before"):
        extract(declare(pagination=strategies()[kind]))
    assert len(source.asked) <= len(loop) + 1
    assert nothing_left()


@pytest.mark.parametrize("kind", NAMED)
def test_a_walk_through_new_links_to_the_same_records_is_an_error(
    source: HttpSource, kind: str
) -> None:
    def answer(asked: Asked) -> Reply:
        link = f"?after={len(source.asked)}"
        return page(1, 2, cursor=len(source.asked), next=link, link=link)

    source.answer = answer
    with pytest.raises(
        SourceInvalidError, match=r"page 2: .*it repeats the records of page 1; given up"
    ):
        extract(declare(pagination=strategies()[kind], key="id"))
    assert len(source.asked) == 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_walk_without_end_is_given_up(source: HttpSource, kind: str) -> None:
    def answer(asked: Asked) -> Reply:
        count = len(source.asked)
        link = f"?after={count}"
        return page(count, cursor=count, next=link, link=link)

    source.answer = answer
    strategy = strategies()[kind].model_copy(update={"most_pages": 7, "page_size": 1})
    with pytest.raises(
        SourceInvalidError, match=r"more than 7 pages; .*declare a greater 'most_pages'"
    ):
        extract(declare(pagination=strategy))
    assert len(source.asked) == 7
    assert nothing_left()


@pytest.mark.parametrize("kind", ["cursor", "next_link", "link_header"])
def test_empty_pages_without_end_are_given_up(source: HttpSource, kind: str) -> None:
    def answer(asked: Asked) -> Reply:
        count = len(source.asked)
        link = f"?after={count}"
        return page(*([1] if count == 1 else []), cursor=count, next=link, link=link)

    source.answer = answer
    strategy = strategies()[kind].model_copy(update={"most_pages": 7})
    with pytest.raises(SourceInvalidError, match="more than 7 pages"):
        extract(declare(pagination=strategy))
    assert len(source.asked) == 7


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "total", [-1, True, "many", None, 1.5, [], 10**18, 10**400, "9" * 30], ids=lambda t: str(t)[:9]
)
def test_a_total_that_is_none_is_an_error(source: HttpSource, kind: str, total: Any) -> None:
    def answer(asked: Asked) -> Reply:
        count = len(source.asked)
        link = f"?after={count}"
        return page(count, total=total, cursor=count, next=link, link=link)

    source.answer = answer
    with pytest.raises(SourceError):
        extract(declare(pagination=strategies(total=True)[kind]))
    assert len(source.asked) <= 3
    assert nothing_left()


@pytest.mark.parametrize("kind", COUNTED)
@pytest.mark.parametrize("total", [10**17, "1" + "0" * 17, 10**9])
def test_a_total_beyond_all_measure_is_an_error_before_anything_is_asked_for(
    source: HttpSource, kind: str, total: Any
) -> None:
    source.answer = lambda asked: page(1, total=total)
    tracemalloc.start()
    try:
        with pytest.raises(SourceInvalidError, match="more than 100000 pages"):
            extract(declare(pagination=strategies(total=True)[kind]))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # The second page shows whether an offset goes by what the source gives.
    assert len(source.asked) == (2 if kind == "offset" else 1)
    assert peak < 100_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_fewer_records_than_the_total_says_are_an_error(source: HttpSource, kind: str) -> None:
    shop = Shop(40)

    def answer(asked: Asked) -> Reply:
        reply = shop(asked)
        return replace(reply, body={**reply.body, "total": 45})

    source.answer = answer
    with pytest.raises(SourceError, match=r"45 records and has given 40|0 records of the"):
        extract(declare(pagination=strategies(total=True)[kind]))
    assert len(source.asked) <= 8
    assert nothing_left()


def test_one_page_with_fewer_records_than_its_total_is_an_error(source: HttpSource) -> None:
    source.answer = lambda asked: page(1, 2, total=3)
    with pytest.raises(SourceError, match="3 records and has given 2"):
        extract(declare(pagination=SinglePage(total_path="total")))
    assert ids(extract(declare(pagination=SinglePage(total_path="total")), limit=2)[1]) == [1, 2]


@pytest.mark.parametrize("kind", COUNTED)
def test_records_that_come_and_go_while_they_are_fetched(source: HttpSource, kind: str) -> None:
    """The total grows meanwhile: at least as many as were said at first, none twice."""
    counts = iter(range(45, 1000))

    def answer(asked: Asked) -> Reply:
        return Shop(next(counts), total=True)(asked)

    source.answer = answer
    _, records = extract(declare(pagination=strategies(total=True)[kind]))
    assert len(records) >= 45
    assert ids(records) == list(range(len(records)))


@pytest.mark.parametrize(
    ("at", "value", "said"),
    [
        ("cursor", {"a": 1}, "cursor 'cursor' is neither text nor a number"),
        ("cursor", [1], "cursor 'cursor' is neither text nor a number"),
        ("cursor", True, "cursor 'cursor' is neither text nor a number"),
        ("next", 7, "link 'next' is no text"),
        ("next", {"to": "?page=2"}, "link 'next' is no text, and has no 'href'"),
        ("next", ["?page=2"], "link 'next' is no text"),
    ],
)
def test_what_names_the_next_page_and_is_no_name_is_an_error(
    source: HttpSource, at: str, value: Any, said: str
) -> None:
    source.answer = lambda asked: page(1, **{at: value})
    kind = "cursor" if at == "cursor" else "next_link"
    with pytest.raises(SourceInvalidError, match=f"shop__orders, page 1: .*{said}"):
        extract(declare(pagination=strategies()[kind]))
    assert len(source.asked) == 1


def test_a_look_asks_once_as_the_extract_asks_first(source: HttpSource) -> None:
    from elt.airflow.hook import ApiHook

    source.answer = Shop(45, total=True)
    for kind in KINDS:
        declared = declare(pagination=strategies(total=True)[kind])
        source.asked.clear()
        assert fetch.look(ApiHook("shop_api"), declared, {"q": "1", "none": ""}) is None
        (asked,) = source.asked
        extract(declared, params={"q": "1"})
        assert source.asked[1].target == asked.target
    source.answer = Shop(0)
    assert "empty" in str(fetch.look(ApiHook("shop_api"), declare(), {}))
    assert fetch.look(ApiHook("shop_api"), declare(may_be_empty=True), {}) is None


# Any source at all


@contextmanager
def quick_environment(folder: Path) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retry, "FIRST_WAIT", 0.002)
        patch.setenv("ELT_FETCH_PATIENCE", "5")
        patch.setenv("ELT_SPOOL_DIR", str(folder))
        patch.setenv("no_proxy", "127.0.0.1")
        yield patch


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    count=st.integers(0, 60) | st.integers(0, 200),
    cap=st.integers(1, 40),
    most=st.integers(1, 50),
    limit=st.none() | st.integers(1, 250),
    total=st.booleans(),
    ignores_size=st.booleans(),
    concurrency=st.integers(1, 4),
)
def test_any_honest_source_is_fetched_whole_once_and_in_order(
    running: HttpSource,
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    count: int,
    cap: int,
    most: int,
    limit: int | None,
    total: bool,
    ignores_size: bool,
    concurrency: int,
) -> None:
    running.answer = Shop(count, cap, total, ignores_size=ignores_size)
    running.asked.clear()
    strategy = strategies(total, most)[kind]
    with quick_environment(tmp_path_factory.getbasetemp()) as patch:
        patch.setenv(CONNECTION, connection(running.url))
        declared = declare(
            pagination=strategy, concurrency=concurrency, key="id", may_be_empty=True
        )
        fetched, records = extract(declared, limit)
    wanted = count if limit is None else min(limit, count)
    assert ids(records) == list(range(wanted))
    assert fetched.records == wanted
    assert fetched.pages <= len(running.asked) <= fetched.pages + 1
    smallest = cap
    if not ignores_size and kind in (*COUNTED, "cursor with a size"):
        smallest = min(cap, most)
        if kind == "page_number" and limit is not None:
            smallest = min(cap, -(-limit // -(-limit // most)))
    assert len(running.asked) <= -(-wanted // smallest) + 2
    assert max(Counter(asked.target for asked in running.asked).values()) == 1


HOSTILE = (
    st.none()
    | st.booleans()
    | st.integers(-3, 60)
    | st.sampled_from(
        [10**17, -(10**17), 10**30, "10", "-1", "9" * 20, "", "c", "?after=1", "?after=2",
         "/orders", "http://127.0.0.1:1/", "//elsewhere.example/", "http://[", "javascript:x",
         "\x00", "\ud800", "?", "#", "a" * 3000, [], {}, [1], {"a": 1}, 1.5, 0.0]
    )
    | st.text(max_size=8)
)  # fmt: skip


@settings(max_examples=75, deadline=None)
@given(kind=st.sampled_from(KINDS), total=st.booleans(), keyed=st.booleans(), data=st.data())
def test_any_hostile_source_ends_in_records_or_a_source_error(
    running: HttpSource,
    tmp_path_factory: pytest.TempPathFactory,
    kind: str,
    total: bool,
    keyed: bool,
    data: st.DataObject,
) -> None:
    answers: list[dict[str, Any]] = data.draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "results": st.lists(st.integers(0, 3) | st.just("new"), max_size=3),
                    "total": HOSTILE,
                    "cursor": HOSTILE,
                    "next": HOSTILE,
                    "header": HOSTILE,
                    "status": st.sampled_from([200] * 12 + [404, 410, 302]),
                }
            ),
            min_size=1,
            max_size=8,
        )
    )

    def answer(asked: Asked) -> Reply:
        count = len(running.asked)
        said = answers[(count - 1) % len(answers)]
        results = [{"id": 1000 * count if one == "new" else one} for one in said["results"]]
        header = "".join(one for one in str(said["header"]) if " " < one < "\x7f")
        return Reply(
            {**said, "results": results},
            said["status"],
            {"Link": f'<{header}>; rel="next"', "Location": header or "/"},
        )

    running.answer = answer
    running.asked.clear()
    strategy = strategies(total, most=3)[kind].model_copy(update={"most_pages": 20})
    declared = declare(
        pagination=strategy,
        key="id" if keyed else (),
        may_be_empty=data.draw(st.booleans()),
        concurrency=data.draw(st.integers(1, 3)),
    )
    begun = time.monotonic()
    with quick_environment(tmp_path_factory.getbasetemp()) as patch:
        patch.setenv(CONNECTION, connection(running.url))
        try:
            fetched, records = extract(declared, data.draw(st.none() | st.integers(1, 40)))
        except SourceError as error:
            assert "shop__orders" in str(error)
            assert len(str(error)) < 5000
        else:
            assert fetched.records == len(records)
    # Pages, attempts at each, once more for those that are alike, redirects of each attempt.
    assert len(running.asked) <= 20 * 3 * 3 + 31
    assert time.monotonic() - begun < 30


# Kinds of servers that were silently short


def keyed(source: HttpSource, answer: Any, pagination: Any, **changes: Any) -> list[int]:
    source.answer = answer
    source.asked.clear()
    return ids(extract(declare(pagination=pagination, key="id", **changes))[1])


def some(*numbers: int, **meta: Any) -> Reply:
    return Reply({"results": [{"id": one} for one in numbers], **meta})


def shown(asked: Asked, *, of: int = 30, **meta: Any) -> Reply:
    """Pages of ten records, of which 13 and 27 are not shown, by page or by offset."""
    params = asked.params
    at = int(params.get("offset", 10 * int(params.get("page", 1)) - 10))
    numbers = range(at, min(at + 10, of))
    return some(*(one for one in numbers if one not in (13, 27)), **meta)


HIDDEN = [one for one in range(30) if one not in (13, 27)]


@pytest.mark.parametrize("total", [None, "total"])
@pytest.mark.parametrize(
    "strategy",
    [
        PageNumber(page_param="page"),
        PageNumber(page_param="page", size_param="size", page_size=10),
        Offset(size_param="size", page_size=10),
        Offset(size_param="size", page_size=10, counts_hidden=True),
    ],
)
def test_records_that_are_not_shown_end_nothing(
    source: HttpSource, strategy: Any, total: str | None
) -> None:
    strategy = strategy.model_copy(update={"total_path": total})
    answer = lambda asked: shown(asked, total=28)  # noqa: E731
    assert keyed(source, answer, strategy, concurrency=3) == HIDDEN
    source.asked.clear()
    assert ids(extract(declare(pagination=strategy, key="id"), limit=25)[1]) == HIDDEN[:25]


def test_offsets_that_count_what_is_not_shown_are_an_error_without_a_key(
    source: HttpSource,
) -> None:
    source.answer = shown
    with pytest.raises(SourceInvalidError, match=r"page 3 begins with the last 1 .*counts_hidden"):
        extract(declare(pagination=Offset(size_param="size", page_size=10)))


@pytest.mark.parametrize(
    "sign",
    [
        {"has_more": True},
        {"next_token": "c"},
        {"@odata.nextLink": "/orders?$skip=2"},
        {"exceededTransferLimit": True},
        {"continue": {"apcontinue": "x"}},
        {"total": "30"},
        {"hits": {"total": {"value": 30, "relation": "gte"}}},
    ],
    ids=lambda sign: next(iter(sign)),
)
@pytest.mark.parametrize(
    "strategy", [SinglePage(), Cursor(cursor_param="c", cursor_path="none", more_path="no")]
)
def test_a_sign_of_more_that_is_not_followed_is_an_error(
    source: HttpSource, strategy: Any, sign: dict[str, Any]
) -> None:
    answer = lambda asked: some(1, 2, **sign, none=None, no=False)  # noqa: E731
    with pytest.raises(SourceInvalidError, match=r"more than the 2 .*ignore_signs_of_more=") as it:
        keyed(source, answer, strategy)
    place = str(it.value).rpartition("ignore_signs_of_more=(")[2].split("'")[1]
    assert keyed(source, answer, strategy, ignore_signs_of_more=[place]) == [1, 2]
    # What the run itself cuts is cut.
    assert ids(extract(declare(pagination=strategy), limit=2)[1]) == [1, 2]


def test_signs_in_headers_and_counts(source: HttpSource) -> None:
    for headers in ({"X-Total-Count": "30"}, {"Link": '<?page=2>; rel="next"'}):
        source.answer = replies(Reply({"results": [{"id": 1}]}, headers=headers))
        with pytest.raises(SourceInvalidError, match="says that there is more than the 1 records"):
            extract(declare())
    source.answer = lambda asked: some(1, 2)
    with pytest.raises(SourceInvalidError, match="as many as parameter per_page asks for"):
        extract(declare(params={"per_page": "2"}), params={"per_page": "2"})
    strategy = Offset(size_param="size", page_size=2, total_path=Header(name="x-total-count"))
    answer = lambda asked: replace(Shop(5)(asked), headers={"X-Total-Count": "5"})  # noqa: E731
    assert keyed(source, answer, strategy) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("most", [3, 10])
def test_the_last_record_is_the_cursor(source: HttpSource, most: int) -> None:
    def answer(asked: Asked) -> Reply:
        at = int(asked.params.get("starting_after", -1)) + 1
        return some(*range(at, min(at + most, 27)), has_more=at + most < 27)

    strategy = LastRecord(cursor_param="starting_after", cursor_path="id", more_path="has_more")
    assert keyed(source, answer, strategy) == list(range(27))
    assert len(source.asked) == -(-27 // most)
    assert keyed(source, answer, LastRecord(cursor_param="starting_after", cursor_path="id"),
                 ignore_signs_of_more=["has_more"]) == list(range(27))  # fmt: skip


def test_the_greatest_value_is_the_cursor_and_its_record_comes_again(source: HttpSource) -> None:
    def answer(asked: Asked) -> Reply:
        at = int(asked.params.get("since", 0))
        return some(*range(at, min(at + 10, 27)))

    strategy = LastRecord(cursor_param="since", cursor_path="id", take="greatest")
    assert keyed(source, answer, strategy) == list(range(27))


def test_the_end_by_repetition_and_by_status_of_offsets(source: HttpSource) -> None:
    def clamped(asked: Asked) -> Reply:
        page = min(int(asked.params["page"]), 3)
        return some(*range(10 * page - 10, 10 * page))

    strategy = PageNumber(page_param="page", until_repeat=True)
    assert keyed(source, clamped, strategy) == list(range(30))
    with pytest.raises(SourceInvalidError, match=r"repeats the records of page 3; .*until_repeat"):
        keyed(source, clamped, PageNumber(page_param="page"))
    ignoring = lambda asked: some(1, 2)  # noqa: E731
    with pytest.raises(SourceInvalidError, match="repeats the records of page 1"):
        keyed(
            source,
            ignoring,
            PageNumber(page_param="p", size_param="n", page_size=2, until_repeat=True),
        )
    refusing = Shop(20, past_end=416)
    assert keyed(
        source, refusing, Offset(size_param="size", page_size=10, past_end=(404, 416))
    ) == list(range(20))


def test_equal_pages_without_a_key_are_no_repeat_where_there_is_more(source: HttpSource) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.params["page"])
        return some(*([7] * (10 if page < 4 else 3)), pages=4, has_more=page < 4, total=33)

    for said in ({"more_path": "has_more"}, {"last_page_path": "pages"}, {"total_path": "total"}):
        source.answer = answer
        strategy = PageNumber(page_param="page", **said)  # type: ignore[arg-type]
        assert ids(extract(declare(pagination=strategy, concurrency=2))[1]) == [7] * 33


def test_parameters_in_the_path_several_times_and_with_a_dollar(source: HttpSource) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.path.rpartition("/")[2])
        return some(*range(10 * page, 10 * page + (10 if page < 3 else 0)))

    strategy = PageNumber(page_param="page", start=0)
    assert keyed(source, answer, strategy, endpoint="/orders/{page}") == list(range(30))
    declared = declare(
        pagination=Offset(offset_param="$skip", size_param="$top", page_size=10),
        params={"tag": ["a b", "c"], "none": ["", ""]},
    )
    source.asked.clear()
    source.answer = lambda asked: some(1)
    extract(declared, limit=1, params=declared.params)  # type: ignore[arg-type]
    assert source.asked[0].target == "/orders?tag=a+b&tag=c&$skip=0&$top=1"


def test_links_that_name_a_host_behind_a_proxy(source: HttpSource, other: HttpSource) -> None:
    source.answer = Shop(25, base=f"http://localhost:{other.port}/orders")
    for host in ("localhost", f"LOCALHOST:{other.port}"):
        strategy = NextLink(next_url_path="next", other_hosts=(host,))
        assert ids(extract(declare(pagination=strategy))[1]) == list(range(25))
    with pytest.raises(SourceInvalidError, match=r"another host.*'other_hosts'"):
        extract(declare(pagination=NextLink(next_url_path="next", other_hosts=("localhost:1",))))
    assert other.asked == []
