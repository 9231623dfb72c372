"""Places that are lists, responses without records and signs of more, from a real server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from elt.airflow.hook import ApiHook
from elt.errors import SourceError, SourceInvalidError
from elt.extract.reading import Reader
from elt.http.client import Client
from elt.http.waiting import Clock
from elt.source import NextLink, PageNumber
from elt.source.pagination import Page
from tests.http_source import (
    CONN_ID,
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

NOTHING = {
    "null": Reply(None),
    "null at the list": Reply({"results": None}),
    "no list": Reply({"page": 3}),
    "an empty object": Reply({}),
    "204": Reply(b"", 204),
    "an empty body": Reply(b""),
}


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, tmp_path / "spool")


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSource]:
    with http_source(replies({})) as source:
        monkeypatch.setenv(CONNECTION, connection(source.url))
        yield source


def records(*numbers: int) -> list[dict[str, Any]]:
    return [{"id": number} for number in numbers]


def page(asked: Asked, most: int, count: int) -> list[dict[str, Any]]:
    begin = (int(asked.params.get("page", 1)) - 1) * most
    return records(*range(begin, min(begin + most, count)))


def test_a_link_under_a_name_with_a_dot(source: HttpSource) -> None:
    """OData: 3 of 7 records, if the name is split."""

    def answer(asked: Asked) -> Reply:
        number = int(asked.params.get("page", 1))
        link = {"@odata.nextLink": f"{source.url}/orders?page={number + 1}"} if number < 3 else {}
        return Reply({"value": page(asked, 3, 7), **link})

    source.answer = answer
    declared = declare(
        records_path="value", key="id", pagination=NextLink(next_url_path=("@odata.nextLink",))
    )
    assert extract(declared)[1] == records(*range(7))
    with pytest.raises(SourceInvalidError, match=r"declare \['@odata.nextLink'\]"):
        extract(declare(records_path="value", pagination=NextLink(next_url_path="@odata.nextLink")))


def test_rows_in_a_list_with_what_is_said_about_them(source: HttpSource) -> None:
    """World Bank: 2 of 23 records, if the list is taken for them; the total is in the first."""
    source.answer = lambda asked: Reply([{"total": "23", "page": 1}, page(asked, 10, 23)])
    pages = PageNumber(page_param="page", total_path=(0, "total"))
    fetched, found = extract(
        declare(records_path=(1,), key="id", pagination=pages, from_response={"of": (0, "total")})
    )
    assert (fetched.pages, found) == (3, [one | {"of": "23"} for one in records(*range(23))])


@pytest.mark.parametrize("last", NOTHING.values(), ids=NOTHING)
def test_nothing_after_full_pages_is_the_end(last: Reply, source: HttpSource) -> None:
    source.answer = replies({"results": records(1, 2)}, {"results": records(3, 4)}, last)
    declared = declare(key="id", pagination=PageNumber(page_param="page"))
    assert extract(declared)[1] == records(1, 2, 3, 4)
    assert [asked.params["page"] for asked in source.asked] == ["1", "2", "3"]


@pytest.mark.parametrize("first", NOTHING.values(), ids=NOTHING)
def test_nothing_at_all_is_no_records_where_that_may_be(first: Reply, source: HttpSource) -> None:
    source.answer = replies(first)
    assert extract(declare(may_be_empty=True))[1] == []
    with pytest.raises(SourceError, match="'results' is empty"):
        extract(declare())


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"orders": records(1)}, "has no 'results', it has: orders"),
        ({"results": None, "errors": [{"message": "timeout"}]}, "says that it failed"),
        ({"results": [], "error": "timeout"}, "says that it failed"),
        ({"message": "Internal Server Error"}, "has no 'results', it has: message"),
    ],
)
def test_a_wrong_place_and_a_failure_are_no_end(reply: Any, said: str, source: HttpSource) -> None:
    source.answer = replies(reply)
    with pytest.raises(SourceError, match=said):
        extract(declare(may_be_empty=True))
    # After the third attempt, and not as an end.
    source.answer = lambda asked: (
        Reply({"results": records(1, 2)}) if asked.params["page"] == "1" else Reply(reply)
    )
    if "orders" not in reply:
        with pytest.raises(SourceError, match=said):
            extract(declare(key="id", pagination=PageNumber(page_param="page")))


def test_a_response_is_searched_for_signs_of_more_everywhere(source: HttpSource) -> None:
    source.answer = replies(
        Reply(
            {"results": records(1, 2), "meta": {"next_token": "x", "count": 2}},
            206,
            {"X-Total-Count": "5", "Link": '</orders?page=2>; rel="next"'},
        ),
        Reply({"results": records(1, 2)}),
        Reply({"results": records(1, 2), "search": {"count": 9}}),
    )
    declared = declare(params={"limit": "2", "token": "x"})
    client = Client(ApiHook(CONN_ID), declared, "/orders", declared.params)
    reader = Reader(client, declared, declared.params)
    found = []
    with client.sessions(1) as (session,):
        for _ in range(3):
            clock = Clock()
            clock.begin()
            signs = reader.read(session, Page(1), clock).document.signs
            found.append(sorted(sign.place for sign in signs if sign.says_more(2, 1)))
    assert found == [
        # The token is the one that was sent; the total tells that a full page is not the last.
        ["header Link", "header X-Total-Count", "status 206"],
        ["parameter limit"],
        ["search.count"],
    ]
