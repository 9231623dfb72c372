"""Random servers of pages under random declarations: none is green with part of the records.

A run is green and short only where nothing that the server says is wrong and nothing says that
there is more: it is *silent*, and its declaration claims that what is asked for is all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elt.errors import SourceError
from elt.source import (
    Cursor,
    Header,
    LastRecord,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
    SinglePage,
)
from elt.source.pagination import Pagination
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

TAKES = ("page", "offset", "cursor", "link", "header", "last_id")
"""How a server lets its pages be selected."""
NAMED = ("cursor", "link", "header")


@dataclass(frozen=True)
class Server:
    """A source of ``count`` records, of which those at ``hidden`` are not shown."""

    count: int
    size: int
    """Records in a page, unless fewer are asked for."""
    takes: str
    hidden: frozenset[int] = frozenset()
    total: str | None = None
    """exact, text, header, object, bound (a lower one), low (a lie), high (a lie)."""
    more: str | None = None
    """What kind of flag it has: bool, number, text; left out where it is false: absent."""
    pages: bool = False
    past_end: str = "empty"
    """What it gives past its last page: empty, 404, repeat (the last one)."""
    takes_size: bool = True
    keyed: bool = True

    @property
    def shown(self) -> list[int]:
        return [at for at in range(self.count) if at not in self.hidden]

    @property
    def says_more(self) -> bool:
        """Whether a page that is not the last says so, truly."""
        is_told = self.total in ("exact", "text", "header", "object")
        return is_told or self.more is not None or self.pages or self.takes in NAMED

    @property
    def is_honest(self) -> bool:
        return self.total not in ("low", "high")

    def __call__(self, asked: Asked) -> Reply:
        params, size = asked.params, self.size
        if self.takes_size and "size" in params:
            size = max(1, min(size, int(params["size"])))
        last = max(0, (self.count - 1) // size * size)
        match self.takes:
            case "page":
                at = (int(params.get("page", "1")) - 1) * size
            case "offset":
                at = int(params.get("offset", "0"))
            case "last_id":
                at = int(params["last"]) + 1 if "last" in params else 0
            case _:
                at = int(params.get("after", "0"))
        if at >= max(1, self.count):
            if self.past_end == "404":
                return Reply(b"", 404)
            at = last if self.past_end == "repeat" else at
        ids = [one for one in range(at, min(at + size, self.count)) if one not in self.hidden]
        is_last = at + size >= self.count
        key = "id" if self.keyed else "n"
        link = None if is_last else f"?after={at + size}"
        meta = self._counts(size) | self._flag(is_last)
        if self.takes == "cursor":
            meta["next_cursor"] = None if is_last else str(at + size)
        if self.takes == "link":
            meta["next"] = link
        headers = {"Link": f'<{link}>; rel="next"'} if self.takes == "header" and link else {}
        if self.total == "header":
            headers["X-Total-Count"] = str(len(self.shown))
        return Reply({"results": [{key: one} for one in ids], "meta": meta}, headers=headers)

    def _counts(self, size: int) -> dict[str, Any]:
        shown = len(self.shown)
        totals: dict[str | None, Any] = {
            "exact": shown,
            "text": str(shown),
            "object": {"value": shown, "relation": "eq"},
            "bound": {"value": shown // 2, "relation": "gte"},
            "low": shown // 2,
            "high": shown + 3,
        }
        counts = {"total": totals[self.total]} if self.total in totals else {}
        return counts | ({"total_pages": -(-self.count // size)} if self.pages else {})

    def _flag(self, is_last: bool) -> dict[str, Any]:
        match self.more:
            case "bool":
                return {"has_more": not is_last}
            case "number":
                return {"has_more": int(not is_last)}
            case "text":
                return {"has_more": "false" if is_last else "true"}
            case "absent":
                return {} if is_last else {"has_more": True}
        return {}


@st.composite
def servers(draw: st.DrawFn) -> Server:
    takes, size = draw(st.sampled_from(TAKES)), draw(st.integers(1, 12))
    count, is_counted = draw(st.integers(1, 40)), takes in ("page", "offset")
    more = draw(st.sampled_from([None, None, "bool", "number", "text", "absent"]))
    pages = takes == "page" and draw(st.booleans())
    hidden: set[int] = set()
    if draw(st.booleans()) and takes != "last_id":
        if is_counted and more is None and not pages:
            # No page of such a server is empty but the last one.
            step = draw(st.integers(3, 9))
            hidden = set(range(draw(st.integers(0, 2)), count, step)) if size >= 3 else set()
        else:
            begin, many = draw(st.integers(0, count)), draw(st.integers(1, 2 * size))
            hidden = {*range(begin, min(count - 1, begin + many))}
    totals = [None, "exact", "text", "header", "object", "bound", "low", "high"]
    return Server(
        count,
        size,
        takes,
        frozenset(hidden),
        draw(st.sampled_from(totals)),
        more,
        pages,
        draw(st.sampled_from(["empty", "404", "repeat"] if is_counted else ["empty"])),
        not (hidden and takes == "page") and draw(st.booleans()),
        draw(st.integers(0, 3)) > 0,
    )


def right(server: Server, most: int, *, uses: frozenset[str] = frozenset()) -> Pagination:
    """The declaration that ``server`` wants; ``uses`` are signs of its that it goes by."""
    said: dict[str, Any] = {}
    if server.hidden:
        # Whole pages may be hidden, which are no end where it says so.
        uses = frozenset({"more", "pages", *uses})
    if "more" in uses and server.more:
        said["more_path"] = "meta.has_more"
    if "total" in uses and server.total:
        said["total_path"] = (
            Header(name="x-total-count") if server.total == "header" else ["meta", "total"]
        )
    counted: dict[str, Any] = {
        **said,
        "past_end": 404 if server.past_end == "404" else (),
        "until_repeat": server.past_end == "repeat",
    }
    match server.takes:
        case "page":
            last: dict[str, Any] = (
                {"last_page_path": "meta.total_pages"} if "pages" in uses and server.pages else {}
            )
            return PageNumber(
                page_param="page", size_param="size", page_size=most, **counted, **last
            )
        case "offset":
            return Offset(size_param="size", page_size=most, **counted)
        case "cursor":
            return Cursor(
                cursor_param="after",
                cursor_path="meta.next_cursor",
                size_param="size",
                page_size=most,
                **said,
            )
        case "link":
            return NextLink(next_url_path=("meta", "next"), **said)
        case "header":
            # As many as were asked for and no link may be all.
            return LinkHeader(size_param="size", page_size=most, may_be_absent=True, **said)
    return LastRecord(
        cursor_param="last", cursor_path="id", size_param="size", page_size=most, **said
    )


@pytest.fixture(scope="module")
def running() -> Iterator[HttpSource]:
    with http_source(replies(b"")) as source:
        yield source


@pytest.fixture(autouse=True, scope="module")
def _quick(running: HttpSource, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder: Path = tmp_path_factory.mktemp("spool")
    with pytest.MonkeyPatch.context() as patch:
        hasten(patch, folder, patience=5)
        patch.setenv(CONNECTION, connection(running.url))
        yield


def loaded(
    running: HttpSource, server: Server, pagination: Pagination, *, concurrency: int, **more: Any
) -> list[int]:
    """The records of a green run. Raises SourceError."""
    running.answer = server
    running.asked.clear()
    key = "id" if server.keyed else ()
    changes: dict[str, Any] = {"may_be_empty": True, **more}
    declared = declare(pagination=pagination, key=key, concurrency=concurrency, **changes)
    _, records = extract(declared)
    return [record["id" if server.keyed else "n"] for record in records]


USES = st.frozensets(st.sampled_from(["more", "total", "pages"]))


@settings(max_examples=120, deadline=None, derandomize=True)
@given(server=servers(), most=st.integers(1, 15), uses=USES, concurrency=st.integers(1, 3))
def test_what_is_declared_rightly_is_loaded_whole(
    running: HttpSource, server: Server, most: int, uses: frozenset[str], concurrency: int
) -> None:
    """Of an honest server all records, each once and in order; of others all, or an error."""
    pagination = right(server, most, uses=uses)
    if isinstance(pagination, LastRecord) and not server.keyed:
        pagination = pagination.model_copy(update={"cursor_path": "n"})
    try:
        ids = loaded(running, server, pagination, concurrency=concurrency)
    except SourceError as error:
        assert len(str(error)) < 2000
        if not server.is_honest:
            return
        # What hidden records leave open without a key, or behind an offset, is said.
        open_question = server.hidden and (not server.keyed or server.takes == "offset")
        # So is one page that is asked for twice where the last one comes again.
        may_repeat = server.past_end == "repeat"
        assert open_question or may_repeat, error
        assert "counts_hidden" in str(error) or "repeats" in str(error), error
        return
    assert ids == server.shown


ANY = st.sampled_from(
    [
        SinglePage(),
        PageNumber(page_param="page"),
        PageNumber(page_param="page", size_param="size", page_size=5),
        PageNumber(page_param="seite", size_param="size", page_size=7),
        Offset(size_param="size", page_size=5),
        Offset(offset_param="start", size_param="size", page_size=9),
        Cursor(cursor_param="after", cursor_path="meta.next_cursor"),
        Cursor(cursor_param="after", cursor_path="meta.cursor", may_be_absent=True),
        NextLink(next_url_path="meta.next"),
        NextLink(next_url_path="next", may_be_absent=True),
        LinkHeader(size_param="size", page_size=4),
        LinkHeader(),
        LastRecord(cursor_param="last", cursor_path="id"),
        LastRecord(cursor_param="since", cursor_path="id", take="greatest"),
    ]
)


@settings(max_examples=180, deadline=None, derandomize=True)
@given(
    server=servers(),
    declared=ANY,
    total=st.booleans(),
    more=st.booleans(),
    concurrency=st.integers(1, 3),
)
def test_no_declaration_is_green_with_part_of_the_records(
    running: HttpSource,
    server: Server,
    declared: Pagination,
    total: bool,
    more: bool,
    concurrency: int,
) -> None:
    said: dict[str, Any] = {}
    if total and server.total not in (None, "header"):
        said["total_path"] = "meta.total"
    if more and server.more is not None:
        said["more_path"] = "meta.has_more"
    pagination = declared.model_copy(update={**said, "most_pages": 100})
    try:
        ids = loaded(running, server, pagination, concurrency=concurrency)
    except SourceError as error:
        assert len(str(error)) < 2000
        return
    assert [one for one in ids if one not in server.shown] == []
    if set(ids) == {*server.shown}:
        return
    claims_all = not isinstance(declared, PageNumber | Offset | LastRecord)
    assert claims_all, (server, ids)
    assert not server.says_more, (server, ids)
