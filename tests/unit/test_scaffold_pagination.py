"""Paginations: each is recognised, and taken only where a second page bears it out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from elt.http.response import Response
from elt.scaffold.infer import pagination
from elt.scaffold.infer.pagination import Finder, Found
from elt.scaffold.infer.records import find
from elt.scaffold.look import LookError, target
from elt.scaffold.sample import Endpoint, Sample
from elt.source import Source
from elt.source.pagination import (
    Cursor,
    LinkHeader,
    NextLink,
    Offset,
    Page,
    PageNumber,
    Pagination,
    SinglePage,
)

HOST = "http://api.example/things"
ALL = [{"id": number} for number in range(45)]
Params = Mapping[str, str]
Reply = Callable[[dict[str, str]], Any]


class FakeLook:
    """An endpoint whose answers ``reply`` makes of the parameters, and ``links`` the next link."""

    def __init__(self, reply: Reply, links: Reply | None) -> None:
        self.reply = reply
        self.links = links

    def get(self, url: str, params: Mapping[str, Any]) -> Response:
        query = dict(params)
        body = self.reply(query)
        if isinstance(body, int):
            raise LookError("refused", body)
        link = self.links(query) if self.links else None
        return Response(HOST, json.dumps(body).encode(), links={"next": link} if link else {})

    def follow(self, link: str, page: str) -> Response:
        return self.get(page, dict(parse_qsl(urlsplit(link).query)))


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("elt.scaffold.sample.PAUSE", 0)


def found(reply: Reply, params: Params, links: Reply | None = None) -> Found:
    """The pagination of an endpoint whose answers ``reply`` makes of the parameters."""
    fake: Any = FakeLook(reply, links)
    endpoint = Endpoint(fake, target(HOST), {})
    begin = pagination.first_page(params)
    place = find(endpoint.answer(begin), "things")
    source = Source(
        name="s",
        entity="things",
        conn_id="c",
        endpoint="/things",
        params=begin,
        records_path=place.records,
        key="id",
    )

    def ask(strategy: Pagination, page: Page) -> Sample:
        return endpoint.sample(source.model_copy(update={"pagination": strategy}), page)

    finder = Finder(
        first=endpoint.sample(source),
        envelope=place.envelope,
        params=begin,
        records=place.records,
        key="id",
        ask=ask,
        again=lambda: endpoint.again(source),
    )
    return finder.find()


def by_page(
    query: dict[str, str], *, size: int = 20, param: str = "page", start: int = 1
) -> list[dict[str, int]]:
    size = int(query.get("per_page", size))
    at = (int(query.get(param, start)) - start) * size
    return ALL[at : at + size]


def by_offset(query: dict[str, str]) -> list[dict[str, int]]:
    at, size = int(query.get("offset", 0)), int(query.get("limit", 20))
    return ALL[at : at + size]


def test_a_page_number_in_the_url_with_a_total() -> None:
    result = found(
        lambda query: {"data": by_page(query), "total": 45}, {"page": "3", "per_page": "10"}
    )
    assert result.pagination == PageNumber(
        page_param="page", size_param="per_page", page_size=10, total_path="total"
    )
    assert result.second is not None
    assert json.loads(result.second.records[0]) == {"id": 10}


def test_pages_that_are_counted_from_nought() -> None:
    result = found(lambda query: {"data": by_page(query, start=0), "total": 45}, {"page": "0"})
    assert result.pagination == PageNumber(page_param="page", start=0, total_path="total")


def test_without_a_total_the_status_past_the_end_is_found_out() -> None:
    def reply(query: dict[str, str]) -> Any:
        return by_page(query) or 404

    result = found(reply, {"page": "1"})
    assert result.pagination == PageNumber(page_param="page", past_end=404)


def test_pages_without_an_end_are_remarked() -> None:
    def reply(query: dict[str, str]) -> Any:
        page = int(query.get("page", "1"))
        return [{"id": page * 10 + number} for number in range(10)]

    result = found(reply, {"page": "1"})
    assert result.pagination == PageNumber(page_param="page")
    assert "has no last page" in result.remarks[0]


def made_up(query: dict[str, str]) -> Any:
    """A page of an endless source that takes the size of a page, and says which one it is."""
    page, size = int(query.get("page", "1")), int(query.get("results", "10"))
    return {
        "results": [{"id": page * size + number} for number in range(size)],
        "info": {"page": page, "results": size},
    }


@pytest.mark.parametrize("params", [{"page": "1", "results": "10"}, {"results": "10"}])
def test_an_endless_source_is_declared_as_one(params: Params) -> None:
    result = found(made_up, params)
    assert result.pagination == PageNumber(
        page_param="page", size_param="results", page_size=10, endless=True
    )
    assert result.is_endless
    (remark,) = result.remarks
    assert "has no last page" in remark


@pytest.mark.parametrize("params", [{"page": "1", "results": "10"}, {"results": "10"}])
def test_an_endless_source_with_others_each_time(params: Params) -> None:
    times = count(1)

    def reply(query: dict[str, str]) -> Any:
        body = made_up(query)
        number = next(times)
        return {**body, "results": [{"id": f"{number}-{one['id']}"} for one in body["results"]]}

    result = found(reply, params)
    assert result.pagination == PageNumber(
        page_param="page", size_param="results", page_size=10, endless=True
    )
    assert "each time" in result.remarks[1]


def test_records_that_differ_each_time_and_no_page_are_one_answer() -> None:
    times = count(1)
    result = found(lambda _: {"results": [{"id": next(times)} for _ in range(10)]}, {})
    assert (result.pagination, result.is_endless) == (SinglePage(), False)


def test_an_endless_source_by_offset_needs_a_limit_as_well() -> None:
    def reply(query: dict[str, str]) -> Any:
        at, size = int(query.get("offset", 0)), int(query.get("limit", 10))
        return [{"id": at + number} for number in range(size)]

    result = found(reply, {"offset": "0", "limit": "10"})
    assert result.pagination == Offset(offset_param="offset", size_param="limit", page_size=10)
    assert result.is_endless


def test_a_last_page_that_comes_again_is_no_endless_source() -> None:
    def reply(query: dict[str, str]) -> Any:
        return by_page({**query, "page": str(min(int(query.get("page", "1")), 3))})

    result = found(reply, {"page": "1", "per_page": "20"})
    assert result.pagination == PageNumber(
        page_param="page", size_param="per_page", page_size=20, until_repeat=True
    )
    assert not result.is_endless
    assert "gives that one again" in result.remarks[0]


def test_a_first_page_that_comes_again_is_remarked() -> None:
    def reply(query: dict[str, str]) -> Any:
        return by_page({**query, "page": query["page"] if query["page"] in "123" else "1"})

    result = found(reply, {"page": "1", "per_page": "20"})
    assert result.pagination == PageNumber(page_param="page", size_param="per_page", page_size=20)
    assert "gives one again" in result.remarks[0]


@pytest.mark.parametrize("status", [400, 422])
def test_a_refusal_far_out_may_be_of_pages_that_are_too_deep(status: int) -> None:
    result = found(lambda query: by_page(query) or status, {"page": "1"})
    assert result.pagination == PageNumber(page_param="page")
    assert f"declare past_end={status}" in result.remarks[0]


def test_one_page_of_those_that_the_url_asks_for() -> None:
    def reply(query: dict[str, str]) -> Any:
        return ALL[:3] if query.get("page", "1") == "1" else 404

    assert found(reply, {"page": "1"}).pagination == PageNumber(page_param="page", past_end=404)


def test_a_page_number_that_is_ignored_is_none() -> None:
    assert found(lambda _: ALL, {"page": "1"}).pagination == SinglePage()


def test_an_offset_in_the_url() -> None:
    result = found(
        lambda query: {"items": by_offset(query), "count": 45}, {"offset": "40", "limit": "5"}
    )
    assert result.pagination == Offset(
        offset_param="offset", size_param="limit", page_size=5, total_path="count"
    )


@pytest.mark.parametrize("host", ["http://api.example/things?", "/things?", "?"])
def test_a_link_in_the_body(host: str) -> None:
    def reply(query: dict[str, str]) -> Any:
        page = int(query.get("page", "1"))
        link = f"{host}page={page + 1}" if page < 3 else None
        return {"results": by_page(query), "info": {"count": 45, "next": link}}

    assert found(reply, {}).pagination == NextLink(
        next_url_path="info.next", total_path="info.count"
    )


def test_a_link_as_an_object() -> None:
    def reply(query: dict[str, str]) -> Any:
        page = int(query.get("page", "1"))
        links = {"self": {"href": "x"}} | (
            {"next": {"href": f"/things?page={page + 1}"}} if page < 3 else {}
        )
        return {"_links": links, "items": by_page(query)}

    assert found(reply, {}).pagination == NextLink(next_url_path="_links.next")


@pytest.mark.parametrize("last", [{}, {"next": None}])
def test_a_link_that_the_last_page_lacks_may_be_lacking_on_the_first(last: dict[str, Any]) -> None:
    def reply(query: dict[str, str]) -> Any:
        page = int(query.get("page", "1"))
        more = {"next": "/things?page=2"} if page == 1 else last
        return {"items": by_page(query, size=30), **more}

    assert found(reply, {}).pagination == NextLink(next_url_path="next", may_be_absent=not last)


def test_a_link_that_has_no_next_page_yet() -> None:
    result = found(lambda _: {"results": ALL[:3], "next": None, "previous": None, "count": 3}, {})
    assert result.pagination == NextLink(next_url_path="next")


def test_a_link_to_another_host_is_none() -> None:
    reply = {"results": ALL[:7], "next": "https://evil.example/?page=2", "prev": None}
    assert found(lambda _: reply, {}).pagination == SinglePage()


def test_a_link_to_the_same_page_is_none() -> None:
    reply = {"results": ALL[:7], "next": "/things?page=2", "prev": None}
    assert found(lambda _: reply, {}).pagination == SinglePage()


def test_the_header_link() -> None:
    def links(query: dict[str, str]) -> str | None:
        page = int(query.get("page", "1"))
        return f"http://api.example/things?page={page + 1}" if page < 3 else None

    result = found(by_page, {"per_page": "20"}, links)
    assert result.pagination == LinkHeader(size_param="per_page", page_size=20)


@pytest.mark.parametrize(
    ("place", "param"),
    [
        ("next_cursor", "cursor"),
        ("next_cursor", "starting_after"),
        ("nextPageToken", "pageToken"),
        ("endCursor", "after"),
        ("next", "after"),
    ],
)
def test_cursors(place: str, param: str) -> None:
    def reply(query: dict[str, str]) -> Any:
        at = int(query.get(param, "c0").removeprefix("c"))
        more = at + 20 < len(ALL)
        page = {place: f"c{at + 20}" if more else None, "has_more": more}
        return {"data": ALL[at : at + 20], "paging": page}

    assert found(reply, {}).pagination == Cursor(
        cursor_param=param, cursor_path=f"paging.{place}", more_path="paging.has_more"
    )


def test_a_page_number_that_nobody_named() -> None:
    result = found(
        lambda query: {"data": by_page(query), "meta": {"total": 45, "total_pages": 3}}, {}
    )
    assert result.pagination == PageNumber(
        page_param="page", total_path="meta.total", last_page_path="meta.total_pages"
    )


def test_an_offset_that_nobody_named() -> None:
    def reply(query: dict[str, str]) -> Any:
        return {"data": by_offset(query), "offset": int(query.get("offset", 0)), "total": 45}

    assert found(reply, {}).pagination == Offset(
        offset_param="offset", size_param="limit", page_size=20, total_path="total"
    )


def test_a_list_of_a_round_number_may_be_a_page() -> None:
    assert found(by_page, {}).pagination == PageNumber(page_param="page")
    result = found(lambda _: ALL[:30], {})
    assert result.pagination == SinglePage()
    (question,) = result.questions
    assert "page= gave the same records; offset= gave the same records" in question
    assert found(lambda _: ALL[:29], {}).questions == ()
    assert found(lambda _: {"items": ALL[:30], "total": 30}, {}).questions == ()
    assert found(lambda _: {"items": ALL[:30], "next": None}, {}).questions == ()


def test_an_empty_second_page_answers_whether_a_round_number_is_all() -> None:
    result = found(
        lambda query: (
            by_page(query, size=20)
            if "page" not in query
            else (ALL[:20] if query["page"] == "1" else [])
        ),
        {},
    )
    assert (result.pagination, result.questions) == (PageNumber(page_param="page"), ())
    result = found(
        lambda query: {"more": True, "data": ALL[:20] if query.get("page", "1") == "1" else []}, {}
    )
    assert result.pagination == SinglePage()
    assert "page= gave none" in result.questions[0]


def test_records_that_are_said_to_be_more_make_the_run_fail() -> None:
    result = found(lambda _: {"data": ALL[:7], "total": 45}, {})
    assert result.pagination == SinglePage(total_path="total")
    (question,) = result.questions
    assert "'total' is 45" in question
    assert "ignore_signs_of_more=('total',)" in question


def test_a_count_of_the_page_is_no_total() -> None:
    result = found(
        lambda query: {"data": by_page(query), "count": len(by_page(query))}, {"page": "1"}
    )
    assert result.pagination == PageNumber(page_param="page")


def test_the_first_page_is_looked_at() -> None:
    given = {"page": "7", "offset": "40", "q": "7", "start": "abc"}
    assert pagination.first_page(given) == {"page": "1", "offset": "0", "q": "7", "start": "abc"}
    assert pagination.first_page({"page": "0"}) == {"page": "0"}


def test_a_sign_that_the_pagination_does_not_go_by_is_named() -> None:
    def reply(query: dict[str, str]) -> Any:
        page = int(query.get("page", "1"))
        link = f"/things?page={page + 1}" if page < 3 else None
        token = f"t{page + 1}" if page < 3 else None
        return {
            "results": by_page(query),
            "next": link,
            "total": 45,
            "pages": 3,
            "page_token": token,
        }

    result = found(reply, {})
    assert result.pagination == NextLink(next_url_path="next", total_path="total")
    (remark,) = result.remarks
    assert "'page_token' is 't2'" in remark
    assert "a run that ends while it says so fails" in remark
