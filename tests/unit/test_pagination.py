"""The strategies by themselves: which page comes next, and where a link may lead."""

from __future__ import annotations

import re
import time
import tracemalloc
from collections.abc import Mapping
from itertools import islice
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from elt.source.pagination import (
    Cursor,
    LastRecord,
    LinkHeader,
    NextLink,
    Offset,
    Page,
    PageNumber,
    PaginationError,
    SinglePage,
    Walk,
    same_host,
)

STRATEGIES: list[Any] = [
    PageNumber(page_param="page", size_param="size", page_size=10, total_path="total"),
    Offset(page_size=10, total_path="total"),
    Cursor(cursor_param="after", cursor_path="next", total_path="total"),
    NextLink(next_url_path="next", total_path="total"),
    LinkHeader(total_path="total"),
]
IDS = [strategy.kind for strategy in STRATEGIES]


def walk(
    page: Page,
    size: int = 10,
    *,
    limit: int | None = None,
    received: int | None = None,
    full: int | None = None,
    links: Mapping[str, str] | None = None,
    earlier: Mapping[str, Any] | None = None,
    pages: int | None = None,
    **values: Any,
) -> Walk:
    """Having come as far as ``page``; what is not said is as of a first page."""
    return Walk(
        limit,
        page,
        size,
        size if received is None else received,
        size if full is None else full,
        values,
        links or {},
        "http://shop.example/orders",
        earlier or {},
        page.number if pages is None else pages,
    )


# The first page


@pytest.mark.parametrize("limit", [1, 2, 999, 1000, 1001, 1999, 2000, 2001, 20_000, 123_457])
def test_pages_of_an_endless_source_bring_exactly_what_is_wanted(limit: int) -> None:
    strategy = PageNumber(page_param="page", size_param="results", page_size=1000, endless=True)
    planned = strategy.plan(limit)
    assert planned is not None
    pages = list(planned)
    assert sum(page.wanted or 0 for page in pages) == limit
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert [page.params["page"] for page in pages] == [str(page.number) for page in pages]
    assert {page.asked for page in pages} == {int(pages[0].params["results"])}
    assert all(0 < (page.wanted or 0) <= (page.asked or 0) <= 1000 for page in pages)


def test_an_endless_source_needs_a_limit() -> None:
    with pytest.raises(PaginationError, match="needs a limit"):
        PageNumber(page_param="page", size_param="results", endless=True).plan(None)


@pytest.mark.parametrize("strategy", [*STRATEGIES, SinglePage()])
def test_others_plan_nothing(strategy: Any) -> None:
    assert strategy.plan(10) is None


@pytest.mark.parametrize(
    ("strategy", "limit", "params"),
    [
        (PageNumber(page_param="p"), None, {"p": "1"}),
        (PageNumber(page_param="p", start=0), None, {"p": "0"}),
        (PageNumber(page_param="p", size_param="n", page_size=50), None, {"p": "1", "n": "50"}),
        (PageNumber(page_param="p", size_param="n", page_size=50), 20, {"p": "1", "n": "20"}),
        (PageNumber(page_param="p", size_param="n", page_size=50), 75, {"p": "1", "n": "38"}),
        (Offset(), None, {"offset": "0", "limit": "100"}),
        (Offset(start=1, page_size=7), None, {"offset": "1", "limit": "7"}),
        (Offset(page_size=7), 3, {"offset": "0", "limit": "3"}),
        (Cursor(cursor_param="after", cursor_path="next"), 5, {}),
        (Cursor(cursor_param="after", cursor_path="next", size_param="n"), 5, {"n": "1000"}),
        (NextLink(next_url_path="next"), 5, {}),
        (LinkHeader(), 5, {}),
        (LinkHeader(size_param="per_page"), 5, {"per_page": "100"}),
        (SinglePage(), 5, {}),
    ],
)
def test_the_first_page(strategy: Any, limit: int | None, params: Any) -> None:
    page = strategy.first(limit)
    assert (page.number, dict(page.params), page.link) == (1, params, None)


@pytest.mark.parametrize(
    "strategy",
    [
        PageNumber(page_param="p", size_param="n", page_size=50),
        Offset(page_size=50),
        Cursor(cursor_param="after", cursor_path="next", size_param="n", page_size=50),
        LinkHeader(size_param="n", page_size=50),
    ],
)
@pytest.mark.parametrize("limit", [None, 200])
def test_a_source_may_give_more_than_it_was_asked_for(strategy: Any, limit: int | None) -> None:
    """Its sizes are its own: what is in a page beyond what was asked for is not cut off."""
    assert strategy.first(limit).wanted == limit


# Where it ends


@pytest.mark.parametrize("strategy", STRATEGIES, ids=IDS)
@pytest.mark.parametrize(
    ("size", "said"),
    [
        (10, {"limit": 10, "total": 100}),
        (12, {"limit": 10, "total": 100}),
        (0, {"total": 0}),
        # A number of records is believed where the page is short, too.
        (9, {"full": 10, "received": 19, "total": 19}),
        (9, {"full": 10, "received": 19, "total": "19"}),
    ],
)
def test_every_strategy_ends(strategy: Any, size: int, said: dict[str, Any]) -> None:
    end = walk(strategy.first(None), size, next=None, **said)
    assert strategy.following(end) is None


@pytest.mark.parametrize("strategy", STRATEGIES, ids=IDS)
@pytest.mark.parametrize(
    "said", [{"total": 10}, {"total": 9}, {"total": 11}, {"total": {"value": 5, "relation": "gte"}}]
)
def test_a_total_alone_is_no_end(strategy: Any, said: dict[str, Any]) -> None:
    """Of a full page, or beside a named next page: one request more shows which is right."""
    page = strategy.following(walk(strategy.first(None), links={"next": "?p=2"}, next="c", **said))
    assert page is not None
    assert page.number == 2


@pytest.mark.parametrize("strategy", STRATEGIES, ids=IDS)
def test_what_is_named_beyond_the_total_is_asked_for_once(strategy: Any) -> None:
    beyond = walk(
        strategy.first(None), 0, received=10, full=10, next="d", links={"next": "d"}, total=10
    )
    assert strategy.following(beyond) is None


NAMING: dict[Any, dict[str, Any]] = {
    Cursor: {"cursor_param": "after", "cursor_path": "next"},
    NextLink: {"next_url_path": "next"},
    LinkHeader: {},
}
NUMBERED: list[Any] = [PageNumber(page_param="page"), Offset(page_size=10)]


@pytest.mark.parametrize("strategy", NUMBERED)
@pytest.mark.parametrize(("size", "ends"), [(10, False), (9, False), (1, False), (0, True)])
def test_pages_that_are_counted_end_at_an_empty_one(strategy: Any, size: int, ends: bool) -> None:
    said = walk(strategy.following(walk(strategy.first(None))), size, received=10 + size, full=10)
    assert (strategy.following(said) is None) == ends
    # Of the first page nobody knows whether it is short: it may be the source's own size.
    short = strategy.model_copy(update={"until_short": True})
    assert (short.following(said) is None) == (size < 10)
    assert short.following(walk(strategy.first(None), 4)) is not None


@pytest.mark.parametrize("strategy", NUMBERED)
@pytest.mark.parametrize("size", [10, 3, 0])
def test_a_flag_is_the_end_and_nothing_else_is(strategy: Any, size: int) -> None:
    strategy = strategy.model_copy(update={"more_path": "more"})
    page = strategy.first(None)
    assert strategy.following(walk(page, size, full=10, received=10, more=True)) is not None
    assert strategy.following(walk(page, size, full=10, received=10, more="false")) is None
    # Left out where it is not true.
    assert strategy.following(walk(page, size, earlier={"more": True})) is None


@pytest.mark.parametrize("size", [10, 3, 0])
@pytest.mark.parametrize("said", [3, "3"])
def test_a_number_of_pages_is_the_end_and_nothing_else_is(size: int, said: Any) -> None:
    strategy = PageNumber(page_param="page", last_page_path="last")
    page: Any = strategy.first(None)
    for number in (2, 3):
        page = strategy.following(walk(page, size, full=10, received=10, last=said))
        assert page.params == {"page": str(number)}
    assert strategy.following(walk(page, size, full=10, received=10, last=said)) is None
    assert [one.number for one in strategy.rest(walk(strategy.first(None), last=said)) or ()] == [
        2,
        3,
    ]


@pytest.mark.parametrize(
    "strategy", [PageNumber(page_param="page", total_path="total"), Offset(total_path="total")]
)
def test_a_short_page_is_no_end_where_there_is_a_total(strategy: Any) -> None:
    assert strategy.following(walk(strategy.first(None), 3, received=13, full=10, total=20))


def test_an_offset_counts_what_came() -> None:
    strategy = Offset(page_size=10)
    page = strategy.following(walk(strategy.first(None), 4))
    assert page is not None
    assert page.params == {"offset": "4", "limit": "10"}
    page = strategy.following(walk(page, 4, received=8, full=4, limit=11))
    assert page is not None
    assert page.params == {"offset": "8", "limit": "3"}


@pytest.mark.parametrize("cursor", [None, "", "missing"])
@pytest.mark.parametrize("kind", [Cursor, NextLink])
def test_a_cursor_ends(kind: Any, cursor: Any) -> None:
    strategy = kind(**NAMING[kind])
    values = {} if cursor == "missing" else {"next": cursor}
    said: Any = {"next": "b"}
    assert strategy.following(walk(Page(2), earlier=said, **values)) is None


@pytest.mark.parametrize("kind", [Cursor, NextLink])
def test_a_cursor_that_no_response_has_had_is_no_end(kind: Any) -> None:
    fields = NAMING[kind]
    with pytest.raises(PaginationError, match="no 'next', nor has any had it: it names the wrong"):
        kind(**fields).following(walk(Page(1)))
    assert kind(**fields, may_be_absent=True).following(walk(Page(1))) is None
    assert kind(**fields, more_path="more").following(walk(Page(1), more=False)) is None
    assert kind(**fields, total_path="total").following(walk(Page(1), total=10)) is None
    assert kind(**fields).following(walk(Page(1), 0)) is None


@pytest.mark.parametrize("cursor", [None, "", "missing"])
@pytest.mark.parametrize("is_first", [True, False])
def test_a_cursor_that_is_absent_while_there_is_more_is_an_error(
    cursor: Any, is_first: bool
) -> None:
    values = {} if cursor == "missing" else {"next": cursor}
    earlier = {} if is_first else {"next": "b", "more": True}
    for strategy in (
        Cursor(cursor_param="after", cursor_path="next", more_path="more", may_be_absent=True),
        NextLink(next_url_path="next", more_path="more", may_be_absent=True),
        LinkHeader(more_path="more", may_be_absent=True),
    ):
        with pytest.raises(PaginationError, match=r"'more' says that there is more, and it has no"):
            strategy.following(walk(Page(2), earlier=earlier, more=True, **values))


@pytest.mark.parametrize("more", [False, None, 0, "0", "", "false", "False", "no", "missing"])
def test_a_cursor_ends_where_the_answer_says_so(more: Any) -> None:
    strategy = Cursor(cursor_param="after", cursor_path="next", more_path="more")
    values = {} if more == "missing" else {"more": more}
    earlier = {"more": True}
    assert strategy.following(walk(Page(2), next="c", earlier=earlier, **values)) is None


@pytest.mark.parametrize("strategy", [*STRATEGIES, SinglePage()])
def test_a_flag_that_no_response_has_had_is_an_error_of_several_pages(strategy: Any) -> None:
    strategy = strategy.model_copy(update={"more_path": "more", "total_path": None})
    strategy.check_end(walk(Page(1), pages=1))
    with pytest.raises(PaginationError, match="no response has had 'more'"):
        strategy.check_end(walk(Page(2), pages=2))
    with pytest.raises(PaginationError, match="its 'more' says that there is more"):
        strategy.check_end(walk(Page(2), more="true"))


@pytest.mark.parametrize("more", [True, 1, "true", "yes", "1"])
@pytest.mark.parametrize(
    ("cursor", "sent"),
    [("a b&c", "a b&c"), (7, "7"), (-1, "-1"), (2**70, str(2**70)), (1.5, "1.5")],
)
def test_a_cursor_goes_on(cursor: Any, sent: str, more: Any) -> None:
    strategy = Cursor(
        cursor_param="after", cursor_path="next", more_path="more", size_param="n", page_size=20
    )
    page = strategy.following(walk(strategy.first(None), 3, next=cursor, more=more))
    assert page is not None
    assert (page.number, page.params) == (2, {"after": sent, "n": "20"})


def test_a_cursor_may_be_an_object_of_parameters() -> None:
    strategy = Cursor(cursor_path="continue", size_param="n", page_size=5)

    def said(cursor: Any) -> Any:
        return {"continue": cursor}

    cursor = {"apcontinue": "Things_3", "continue": "-||", "n2": 3, "none": None, "on": True}
    page = strategy.following(walk(strategy.first(None), **said(cursor)))
    assert page is not None
    assert page.params == {
        "apcontinue": "Things_3", "continue": "-||", "n2": "3", "on": "true", "n": "5"
    }  # fmt: skip
    assert strategy.following(walk(page, **said({}))) is None
    wrongs: list[Any] = [{"a": [1]}, "c", 7, ["a"]]
    for wrong in wrongs:
        with pytest.raises(PaginationError, match="the answer's cursor 'continue'"):
            strategy.following(walk(page, **said(wrong)))


@pytest.mark.parametrize("cursor", [True, [], ["a"], {"a": 1}])
def test_a_cursor_that_is_neither_text_nor_a_number_is_an_error(cursor: Any) -> None:
    strategy = Cursor(cursor_param="after", cursor_path="meta.next")
    with pytest.raises(PaginationError, match=r"cursor 'meta.next' is neither"):
        strategy.following(walk(strategy.first(None), **{"meta.next": cursor}))


@pytest.mark.parametrize("link", [7, True, [], ["?page=2"], {"to": "?page=2"}, {"href": 7}, 1.5])
def test_a_link_that_is_no_text_is_an_error(link: Any) -> None:
    with pytest.raises(PaginationError, match="link 'next' is no text"):
        NextLink(next_url_path="next").following(walk(Page(1), next=link))


@pytest.mark.parametrize("strategy", [NextLink(next_url_path="next"), LinkHeader()])
def test_a_link_is_followed_and_its_end_is_none(strategy: Any) -> None:
    for link in (None, ""):
        links = {} if link is None else {"next": link}
        assert strategy.following(walk(Page(1), next=link, links=links)) is None
    page = strategy.following(
        walk(Page(1), 10, limit=15, next="?page=2", links={"next": "?page=2", "last": "?page=9"})
    )
    assert (page.number, page.link, page.wanted) == (2, "?page=2", 5)


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [({"href": "?p=2"}, "?p=2"), ({"href": None}, None), ({}, None), ({"url": "/x"}, "/x")],
)
def test_a_link_may_be_an_object(link: Any, leads_to: str | None) -> None:
    page = NextLink(next_url_path="next").following(walk(Page(1), next=link))
    assert (page and page.link) == leads_to


def test_as_many_as_were_asked_for_and_no_link_are_no_end() -> None:
    """Who has one page has no header Link; as many as were asked for are seldom one page."""
    strategy = LinkHeader(size_param="n", page_size=10)
    assert strategy.following(walk(strategy.first(None), 9)) is None
    with pytest.raises(PaginationError, match=r"as many records as were asked for \(10\), and"):
        strategy.following(walk(strategy.first(None), 10))
    lone = strategy.model_copy(update={"may_be_absent": True})
    assert lone.following(walk(strategy.first(None), 10)) is None
    assert strategy.following(walk(Page(2, asked=10), 10)) is None


@pytest.mark.parametrize("kind", [Cursor, NextLink, LinkHeader])
def test_an_empty_page_that_names_a_next_one_is_followed_unless_declared(kind: Any) -> None:
    fields = NAMING[kind]
    empty = walk(Page(2), 0, received=10, full=10, next="c", links={"next": "c"})
    assert kind(**fields).following(empty) is not None
    assert kind(**fields, until_empty=True).following(empty) is None


# The last record


def test_the_last_record_names_the_next_page() -> None:
    strategy = LastRecord(
        cursor_param="starting_after",
        cursor_path="id",
        more_path="has_more",
        size_param="n",
        page_size=10,
    )
    first = strategy.first(None)
    assert first.params == {"n": "10"}
    said: Any = {"last record": "c_9"}
    page = strategy.following(walk(first, has_more=True, **said))
    assert page is not None
    assert page.params == {"starting_after": "c_9", "n": "10"}
    assert strategy.following(walk(page, has_more=False, **said)) is None


def test_without_a_flag_the_last_record_is_followed_to_an_empty_page() -> None:
    strategy = LastRecord(cursor_param="since", cursor_path="id")
    said: Any = {"last record": 7}
    page = strategy.following(walk(strategy.first(None), 3, full=10, **said))
    assert page is not None
    assert page.params == {"since": "7"}
    assert strategy.following(walk(page, 0, received=10, full=10)) is None
    short = strategy.model_copy(update={"until_short": True})
    assert short.following(walk(page, 3, full=10, **said)) is None
    # A source that asks for "at least" this value gives its record again.
    assert strategy.following(walk(page, 1, full=10, **said)) is None


@pytest.mark.parametrize(
    ("size", "values", "said"),
    [
        (0, {"has_more": True}, "has no record to go on from"),
        (10, {"has_more": True}, "its last record has no 'id'"),
        (10, {"has_more": True, "last record": {"a": 1}}, "its last record has no 'id'"),
        (10, {"has_more": True, "last record": "c_9"}, "do not go beyond it"),
    ],
)
def test_a_last_record_that_names_no_page_is_an_error(
    size: int, values: dict[str, Any], said: str
) -> None:
    strategy = LastRecord(cursor_param="after", cursor_path="id", more_path="has_more")
    page = Page(2, {"after": "c_9"})
    with pytest.raises(PaginationError, match=said):
        strategy.following(walk(page, size, full=10, received=20, **values))


# Totals


@pytest.mark.parametrize("strategy", STRATEGIES, ids=IDS)
@pytest.mark.parametrize(
    "total",
    [True, False, -1, 1.5, 45.0, "", "many", "-1", "1e3", "4 5", "٣", "²", [], {}, {"n": 3},
     10**18,
     10**400, "9" * 19, "9" * 5000],
    ids=lambda total: str(total)[:20],
)  # fmt: skip
def test_a_total_that_is_no_number_of_records_is_an_error(strategy: Any, total: Any) -> None:
    first = walk(strategy.first(None), next="c", links={"next": "c"}, total=total)
    with pytest.raises(PaginationError, match="total 'total' is no number of records"):
        strategy.following(first)
    with pytest.raises(PaginationError, match="total 'total' is no number of records"):
        strategy.expected(first)


@pytest.mark.parametrize("strategy", STRATEGIES[:2], ids=IDS[:2])
@pytest.mark.parametrize("size", [10, 12])
def test_a_huge_total_takes_no_memory(strategy: Any, size: int) -> None:
    tracemalloc.start()
    try:
        rest = strategy.rest(walk(strategy.first(None), size, total=10**17))
        pages = list(islice(rest, 3))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert [page.number for page in pages] == [2, 3, 4]
    assert peak < 100_000


@pytest.mark.parametrize("strategy", STRATEGIES, ids=IDS)
@pytest.mark.parametrize(
    ("total", "expected"),
    [
        (30, 30),
        ("30", 30),
        (" 30 ", 30),
        ({"value": 30, "relation": "eq"}, 30),
        ({"value": "30"}, 30),
        ({"value": 30, "relation": "gte"}, None),
        ("30+", None),
    ],
)
def test_what_a_total_is(strategy: Any, total: Any, expected: int | None) -> None:
    """A lower bound is none: there are at least as many."""
    found = strategy.count(walk(Page(1), total=total))
    assert (found.number, found.is_exact) == (30, expected is not None)
    beside = strategy.model_copy(update={"total_path": "hits.total.value"})
    assert beside.places()[:2] == ("hits.total.value", "hits.total.relation")
    said: Any = {"hits.total.value": 30, "hits.total.relation": "gte"}
    assert not beside.count(walk(Page(1), **said)).is_exact
    off = strategy.model_copy(update={"total_off_by": 1})
    assert off.count(walk(Page(1), total=total)).number == 29


@pytest.mark.parametrize("strategy", STRATEGIES, ids=IDS)
def test_a_total_that_is_nowhere_is_an_error(strategy: Any) -> None:
    said: Any = {"next": "c", "links": {"next": "c"}}
    with pytest.raises(PaginationError, match="has no 'total': 'total_path' names the wrong place"):
        strategy.following(walk(Page(1), **said))
    with pytest.raises(PaginationError, match="total 'total' is no number"):
        strategy.following(walk(Page(1), **said, total=None))
    # Of nothing at all nothing need be said; and what was said before holds.
    assert strategy.count(walk(Page(1), 0, total=None)) is None
    assert strategy.count(walk(Page(1), 0)) is None
    for later in ({}, {"total": None}, {"total": 0}):
        past = walk(Page(3), 0, received=20, full=10, earlier={"total": 30}, **later)
        assert strategy.expected(past) == 30


@pytest.mark.parametrize("strategy", STRATEGIES[:2], ids=IDS[:2])
@pytest.mark.parametrize("size", [10, 25])
@pytest.mark.parametrize("total", [0, 1, 7, 10, 11, 45, 70])
@pytest.mark.parametrize("limit", [None, 10, 30, 44, 1000])
def test_the_rest_is_named_by_the_size_the_source_makes(
    strategy: Any, size: int, total: int, limit: int | None
) -> None:
    expected = total if limit is None else min(limit, total)
    first = strategy.first(limit)
    size = min(size, total)
    rest = strategy.rest(walk(first, size, limit=limit, total=total))
    if size == 0 or (size < first.asked and strategy.kind == "offset"):
        assert rest is None
        return
    pages = list(rest)
    assert [page.number for page in pages] == list(range(2, len(pages) + 2))
    assert sum(page.least for page in pages) == max(0, expected - size)
    for at, page in enumerate(pages, 1):
        # What is beyond the total is kept, beyond the limit not.
        assert page.wanted == (None if limit is None else page.least)
        if strategy.kind == "offset":
            assert page.params["offset"] == str(at * size)
        else:
            # A page of another size would begin elsewhere.
            assert page.params == {"page": str(at + 1), "size": first.params["size"]}


@pytest.mark.parametrize(
    ("size", "received", "is_planned"), [(7, 14, True), (7, 13, False), (6, 13, False)]
)
def test_offsets_of_a_source_that_gives_less_are_planned_from_its_second_page_on(
    size: int, received: int, is_planned: bool
) -> None:
    """A second page of the same size, with no record of the first one, shows that it does."""
    strategy = Offset(page_size=10, total_path="total")
    assert strategy.rest(walk(strategy.first(None), 7, total=30)) is None
    second = Page(2, {"offset": "7", "limit": "10"}, asked=10)
    rest = strategy.rest(walk(second, size, received=received, full=7, total=30))
    assert (rest is not None) == is_planned
    if rest is not None:
        pages = [(page.number, page.params["offset"], page.params["limit"]) for page in rest]
        assert pages == [(3, "14", "7"), (4, "21", "7"), (5, "28", "7")]


def test_offsets_that_count_hidden_records() -> None:
    strategy = Offset(page_size=10, counts_hidden=True)
    page = strategy.following(walk(strategy.first(None), 4))
    assert page is not None
    assert page.params == {"offset": "10", "limit": "10"}
    strategy.check_end(walk(page, 0, received=10, full=10))
    with pytest.raises(PaginationError, match="records may have been passed over"):
        strategy.check_end(walk(page, 0, received=8, full=4, pages=2))


@pytest.mark.parametrize("strategy", STRATEGIES[2:], ids=IDS[2:])
def test_pages_that_name_each_other_have_no_rest(strategy: Any) -> None:
    assert strategy.rest(walk(strategy.first(None), total=100)) is None


# Links and hosts

BASE = "https://shop.example/v1/orders"


@pytest.mark.parametrize(
    ("link", "leads_to"),
    [
        ("?page=2", "https://shop.example/v1/orders?page=2"),
        ("/x?page=2", "https://shop.example/x?page=2"),
        ("page2", "https://shop.example/v1/page2"),
        ("../v2/orders", "https://shop.example/v2/orders"),
        ("../../../../x", "https://shop.example/x"),
        ("https://shop.example/v1/orders?page=2", "https://shop.example/v1/orders?page=2"),
        ("https://SHOP.example:443/x", "https://shop.example/x"),
        ("//shop.example/x", "https://shop.example/x"),
        ("http://shop.example/x", "https://shop.example/x"),
        ("http://shop.example:8080/x", "https://shop.example/x"),
        ("HTTPS://shop.example/x", "https://shop.example/x"),
        ("https://user:secret@shop.example/x", "https://shop.example/x"),
        ("https://evil.example@shop.example/x", "https://shop.example/x"),
        (" \n?page=2\t ", "https://shop.example/v1/orders?page=2"),
        ("?page=2#top", "https://shop.example/v1/orders?page=2"),
        (
            "?next=https://evil.example/",
            "https://shop.example/v1/orders?next=https://evil.example/",
        ),
        ("", "https://shop.example/v1/orders?page=1"),
        ("?a=%2F%3D+b", "https://shop.example/v1/orders?a=%2F%3D+b"),
    ],
)
def test_a_link_leads_to_the_host_of_the_connection(link: str, leads_to: str) -> None:
    assert same_host(link, f"{BASE}?page=1", "https://shop.example/v1") == leads_to


@pytest.mark.parametrize("base", ["http://127.0.0.1:8080/v1", "http://u:p@127.0.0.1:8080/v1"])
@pytest.mark.parametrize(
    "link", ["https://127.0.0.1/v1/x?p=2", "https://127.0.0.1:9/v1/x?p=2", "x?p=2", "/v1/x?p=2"]
)
def test_scheme_and_port_are_those_of_the_connection(link: str, base: str) -> None:
    assert same_host(link, "http://127.0.0.1:8080/v1/x", base) == "http://127.0.0.1:8080/v1/x?p=2"


ELSEWHERE = [
    ("https://evil.example/x", "'evil.example'"),
    ("//evil.example/x", "'evil.example'"),
    ("///evil.example/x", None),
    ("http://evil.example/x", "'evil.example'"),
    ("https://shop.example:8443/x", "'shop.example:8443'"),
    ("https://shop.example:0/x", None),
    ("https://shop.example@evil.example/x", "'evil.example'"),
    ("https://shop.example:secret@evil.example/x", "'evil.example'"),
    ("https://shop.example.evil.example/x", "'shop.example.evil.example'"),
    ("https://sub.shop.example/", "'sub.shop.example'"),
    ("https://shop.example./x", "'shop.example.'"),
    ("https://evil.example#@shop.example/", "'evil.example'"),
    ("https://evil.example?@shop.example/", "'evil.example'"),
    ("https://evil.example\\@shop.example/", None),
    ("https:\\\\evil.example/x", None),
    ("\\\\evil.example/x", None),
    ("/\\evil.example/x", None),
    ("https:evil.example", None),
    ("https://127.0.0.1/x", "'127.0.0.1'"),
    ("https://[::1]/x", r"'\[::1\]'"),
    ("https://2130706433/x", "'2130706433'"),
    ("https://sh\u043ep.example/x", "'sh\u043ep.example'"),
    ("h\nttps://ev\til.example/x", "'evil.example'"),
    ("file:///etc/passwd", "no URL"),
    ("file://shop.example/etc/passwd", "no URL"),
    ("javascript:alert(1)", "no URL"),
    ("data:application/json,[]", "no URL"),
    ("ftp://shop.example/x", "no URL"),
    ("mailto:a@shop.example", "no URL"),
    ("https://", None),
    ("https:///x", None),
    ("https://[::1/x", "no URL"),
    ("https://[x]/", "no URL"),
    ("https://[::1%25eth0]:99999/", "no URL|another host"),
    ("https://shop.example:port/x", "no URL"),
    ("https://shop.example:99999/x", "no URL"),
    ("https://ⓔvil.example/", "another host"),
    ("https://shop.example\u2100/", "no URL"),
]


@pytest.mark.parametrize(("link", "said"), ELSEWHERE, ids=[repr(link) for link, _ in ELSEWHERE])
def test_a_link_to_another_host_is_an_error_that_names_it(link: str, said: str | None) -> None:
    """Or, where it can be read in two ways, it leads to the connection's host all the same."""
    try:
        target = same_host(link, BASE, BASE)
    except PaginationError as error:
        assert "secret" not in str(error)
        assert re.search(said or "", str(error))
    else:
        assert said is None, target
        assert target.startswith("https://shop.example/")


@given(
    st.text(max_size=40)
    | st.tuples(
        st.sampled_from(["", "http:", "https:", "file:", "//", "https://", "\\\\", "@", "https:/"]),
        st.sampled_from(["", "shop.example", "evil.example", "[::1]", "u:p@", "@", "\\", "%2f"]),
        st.text("@:/\\?#[]%. \t\nabc19é", max_size=12),
    ).map("".join)
)
@example("http://[")
@example("https://shop.example\x00@evil.example")
def test_no_text_leads_anywhere_else(link: str) -> None:
    from requests import Request
    from requests.exceptions import InvalidURL
    from urllib3.util import parse_url

    begun = time.monotonic()
    try:
        target = same_host(link, BASE, BASE)
    except PaginationError as error:
        assert len(str(error)) < 400
        return
    assert time.monotonic() - begun < 1
    # As what sends the request reads it, which is not what joined it.
    try:
        sent = Request("GET", target).prepare().url
    except InvalidURL:
        return
    assert sent is not None
    assert (parse_url(sent).scheme, parse_url(sent).netloc) == ("https", "shop.example")


@pytest.mark.parametrize(
    "strategy",
    [
        Cursor(cursor_param="after", cursor_path="next", until_short=True),
        NextLink(next_url_path="next", until_short=True),
        LinkHeader(until_short=True),
    ],
)
def test_a_short_page_is_an_end_where_that_is_said(strategy: Any) -> None:
    said: Any = {"next": "?page=3"}
    first = strategy.first(None)
    assert strategy.following(walk(first, 10, received=20, full=10, links=said, **said)) is not None
    assert strategy.following(walk(first, 9, received=19, full=10, links=said, **said)) is None
