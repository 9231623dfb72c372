"""Signs of more: what is one, what only looks like one, and what an extract makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elt.extract import more
from elt.extract.decode import Decoder
from elt.extract.more import Sign
from elt.source import Source

SHAPES = Path(__file__).parents[3] / "shared" / "data" / "shapes"
SHARED = SHAPES.parent
NEXT = ("next", "next_page", "next_cursor", "nextPageToken", "cursor")
NOTHING: tuple[Any, ...] = (None, "", False, 0, "0", "null", -1, {}, [])
RECORDS = [{"id": number} for number in range(10)]


def signs(
    body: Any,
    records: Any = "data",
    *,
    params: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
    status: int = 200,
    **changes: Any,
) -> tuple[Sign, ...]:
    """The signs in a response, as the client finds them."""
    source = Source(
        **{
            "name": "shop",
            "entity": "users",
            "conn_id": "shop_api",
            "endpoint": "/",
            "records_path": records,
            **changes,
        }
    )
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    document = Decoder(source).decode(text, sent=params)
    return more.in_response(document, params or {}, headers or {}, status)


def places(body: Any, records: Any = "data", **changes: Any) -> list[str]:
    """The places of the signs that say that there is more than this one page of ten."""
    size = changes.pop("received", 10)
    return [sign.place for sign in signs(body, records, **changes) if sign.says_more(size, page=1)]


def around(**fields: Any) -> dict[str, Any]:
    """Ten records, and something beside them."""
    return {"data": RECORDS, **fields}


# In the body


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        # Flags
        *(
            ({name: True}, name)
            for name in (
                "has_more", "hasMore", "HasMore", "has-more", "hasmore", "has_next", "hasNextPage",
                "has_next_page", "more", "moreItems", "more_available", "hasMoreResults", "is_more",
                "exceededTransferLimit", "incomplete_results", "truncated", "isTruncated",
                "has_additional_pages", "next", "nextPage",
            )
        ),
        *(
            ({name: False}, name)
            for name in (
                "last", "isLast", "is_last", "is_last_page", "lastPage", "done", "complete",
                "end_of_stream", "is_end", "eof", "finished",
            )
        ),
        ({"has_more": "true"}, "has_more"),
        ({"has_more": 1}, "has_more"),
        ({"last": "False"}, "last"),
        ({"paging": {"is_end": False}}, "paging.is_end"),
        # Links and cursors
        *(
            ({name: "/users?page=2"}, name)
            for name in (
                "next", "next_page", "nextPage", "next_url", "nextUrl", "next_link", "nextLink",
                "next_page_url", "next-page", "nextRecordsUrl", "@odata.nextLink", "__next",
                "odata.nextLink", "hydra:next", "more", "nextHref", "NextPageLink",
            )
        ),
        *(
            ({name: "7140dibd"}, name)
            for name in (
                "next_token", "nextToken", "NextToken", "nextPageToken", "next_cursor", "cursor",
                "nextCursor", "next_page_token", "continuationToken", "nextMarker", "after",
                "resumptionToken", "offset", "continue", "next_cursor_str", "pageToken",
                "endCursor", "nextContinuationToken", "cursor_next", "nextpagetoken", "nextcursor",
            )
        ),
        ({"next": 2}, "next"),
        ({"next_page": {"offset": "x", "uri": "/a?offset=x"}}, "next_page"),
        ({"continue": {"apcontinue": "Things_3", "continue": "-||"}}, "continue"),
        ({"LastEvaluatedKey": {"id": {"S": "9"}}}, "LastEvaluatedKey"),
        ({"links": {"next": "/users?page=2"}}, "links.next"),
        ({"links": {"next": {"href": "/users?page=2"}}}, "links.next"),
        ({"_links": {"next": {"href": "/users?page=2"}, "self": {"href": "/"}}}, "_links.next"),
        ({"links": [{"rel": "self", "href": "/"}, {"rel": "next", "href": "/2"}]}, "links next"),
        ({"link": [{"relation": "next", "url": "/2"}]}, "link next"),
        ({"meta": {"next_token": "x", "result_count": 10}}, "meta.next_token"),
        ({"response_metadata": {"next_cursor": "x"}}, "response_metadata.next_cursor"),
        ({"paging": {"cursors": {"after": "x"}, "next": "/2"}}, "paging.next"),
        ({"paging": {"next": {"after": "x", "link": "/2"}}}, "paging.next"),
        ({"cursor": {"next": "x", "previous": None}}, "cursor.next"),
        ({"meta": {"pagination": {"links": {"next": "/2"}}}}, "meta.pagination.links.next"),
        ({"queries": {"x": {"y": {"nextPageToken": "x"}}}}, "queries.x.y.nextPageToken"),
        ({"properties": {"exceededTransferLimit": True}}, "properties.exceededTransferLimit"),
        # Totals
        *(
            ({name: said}, name)
            for said in (30, "30")
            for name in (
                "total", "count", "total_count", "totalCount", "totalResults", "total-results",
                "TotalRecords", "recordsTotal", "numFound", "nbHits", "@odata.count", "__count",
                "found", "numberMatched", "totalElements", "total_users", "users_count",
                "totalUsers", "hits_total", "itemCount", "totalItems", "result_count",
                "recordCount", "hydra:totalItems", "number_of_results", "estimatedTotalHits",
            )
        ),
        ({"total": {"value": 30, "relation": "eq"}}, "total"),
        ({"total": {"value": 30, "relation": "gte"}}, "total"),
        ({"total": {"count": 30}}, "total.count"),
        ({"meta": {"total": 30}}, "meta.total"),
        ({"info": {"count": 30}}, "info.count"),
        ({"result_info": {"total_count": 30}}, "result_info.total_count"),
        ({"page": {"size": 10, "totalElements": 30}}, "page.totalElements"),
        ({"offset": 0, "limit": 10, "total": 30}, "total"),
        ({"totalSize": 30, "done": True}, "totalSize"),
        ({"recordsTotal": 100, "recordsFiltered": 30}, "recordsFiltered"),
        ({"metadata": {"remainingItemCount": 20}}, "metadata.remainingItemCount"),
        ({"pagination": {"remaining": 20, "limit": 10}}, "pagination.remaining"),
        ({"next": None, "count": 30}, "count"),
        # Pages
        *(
            ({"page": 1, name: 3}, name)
            for name in (
                "pages", "total_pages", "totalPages", "page_count", "last_page", "lastPage",
                "nbPages", "num_pages", "TotalPages", "pagesTotal",
            )
        ),
        ({"meta": {"current_page": 1, "last_page": 3}}, "meta.last_page"),
        ({"page": {"current": 1, "total": 3}}, "page.total"),
        ({"pages": {"total": 3}}, "pages.total"),
    ],
)  # fmt: skip
def test_a_sign_of_more(fields: dict[str, Any], place: str) -> None:
    assert place in places(around(**fields))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        # Said, and denied
        *({name: value} for name in NEXT for value in NOTHING),
        {"has_more": False}, {"hasMore": "false"}, {"has_more": 0}, {"more": None},
        {"last": True}, {"isLast": "true"}, {"done": True}, {"truncated": False},
        {"links": {"next": None}}, {"links": {"next": {"href": None}}}, {"_links": {"next": {}}},
        {"links": {"self": "/users", "previous": "/users?page=0", "last": "/users?page=1"}},
        {"links": [{"rel": "self", "href": "/"}, {"rel": "prev", "href": "/"}]},
        {"links": [{"url": None, "label": "Next", "active": False}]},
        {"prev": "/users", "previous": "/users", "first": "/users", "self": "/users"},
        {"has_more": False, "cursor": "x"}, {"has_more": False, "next_cursor": "x"},
        {"meta": {"has_more": False}, "links": {"next": "/users?after=x"}},
        {"pageInfo": {"hasNextPage": False, "endCursor": "x"}},
        {"paging": {"cursors": {"before": "a", "after": "b"}}},
        {"end_of_stream": True, "after_url": "/x", "after_cursor": "x"},
        {"@odata.deltaLink": "/delta"},
        # As many as there are, or fewer
        {"total": 10}, {"count": 10}, {"total": "10"}, {"total_pages": 1}, {"page": 1, "pages": 1},
        {"total": {"value": 10, "relation": "eq"}}, {"total_pages": 0}, {"meta": {"count": 10}},
        {"page": 1, "last_page": 1}, {"metadata": {"remainingItemCount": 0}}, {"count": 3},
        {"page": 1, "page_count": 10, "total_count": 10},
        # Of something else
        {"total": 99.90}, {"total": "99.90"}, {"total_price": 9990}, {"total": True},
        {"total": 9990, "currency": "EUR"}, {"subtotal": 9000, "total": 9990}, {"total_size": 9990},
        {"features_count": 5000}, {"view_count": 5000}, {"unread_count": 30}, {"total_value": 30},
        {"limit": 100, "per_page": 100, "page_size": 100, "page": 7, "offset": 90, "skip": 90},
        {"_shards": {"total": 50, "successful": 50}}, {"took": 30, "timed_out": False},
        {"rate_limit": {"remaining": 4999, "limit": 5000, "reset": 1767225600}},
        {"meta": {"remaining": 4999, "limit": 5000, "reset": 1767225600}},
        {"rate": {"remaining": 4999}, "quota_remaining": 300, "credits_remaining": 20},
        {"user": {"followers": {"total": 500, "next": "/followers"}}, "author": {"count": 70}},
        {"albums": {"items": [{"id": 1}], "next": "/albums?page=2", "total": 90}},
        {"others": {"edges": [{"node": 1}], "pageInfo": {"hasNextPage": True}}},
        {"pages": 320}, {"book": {"pages": 320}}, {"date": {"next": "2026-01-02"}},
        {"next_update": "2026-01-02T00:00:00Z", "next_run_at": "2026-01-02"},
        {"schedule": {"next": "2026-01-02"}, "calendar": {"last": False}},
        {"last": "/users?page=1", "end": 0, "complete": 0, "done": "2026-01-01"},
        {"last": "2026-01-01", "continue_url_help": "x", "version": "1.4", "took": 5},
        {"info": {"seed": "foobar", "results": 1000, "page": 1, "version": "1.4"}},
        {"facets": {"color": [{"name": "red", "count": 5000}]}, "aggregations": {"n": 900}},
        {"included": [{"id": 1, "has_more": True, "next": "/x"}]},
        {"recordsTotal": 100, "recordsFiltered": 10},
        {"message": "next page: see docs", "status": "done", "x" * 5000: 1, "": 3, "@": True},
    ],
)  # fmt: skip
def test_no_sign_of_more(fields: dict[str, Any]) -> None:
    assert places(around(**fields)) == []


@pytest.mark.parametrize(
    ("name", "records", "found"),
    [
        ("odata", "value", ["@odata.nextLink"]),
        ("last_id_cursor", "data", ["has_more"]),
        ("total_lower_bound", "hits.hits", ["hits.total"]),
        ("total_as_text", "data", ["total"]),
        ("meta_then_rows", [1], ["0.pages", "0.total"]),
        # Declared as if the whole list were the records: the first is what is said about them.
        ("meta_then_rows", None, ["0.pages", "0.total"]),
        ("map_by_day", "near.2026-01-01", ["element_count"]),
        ("map_by_day", ["near", "2026-01-02"], ["element_count"]),
        ("map_by_code", None, []),
        ("columnar", None, []),
        ("rows_with_columns", "data", []),
        ("rows_with_header", None, []),
        ("token_in_body", "data", ["meta.next_token"]),
        ("continue", "query.allpages", ["continue"]),
        ("exceeded_limit", "features", ["exceededTransferLimit"]),
        ("empty_page_with_next", "items", ["next_cursor"]),
        ("geojson", "features", []),
        ("jsonapi", "data", ["links.next"]),
        ("nested_lists", "orders", []),
        ("graphql", "data.things.edges", ["data.things.pageInfo.hasNextPage"]),
        ("ids_only", None, []),
        ("nothing", "data", []),
    ],
)
def test_the_shapes_of_public_apis(name: str, records: Any, found: list[str]) -> None:
    body = (SHAPES / f"{name}.json").read_bytes()
    size = len(Decoder(declared(records)).decode(body).records)
    assert places(body, records, received=size) == found


def declared(records: Any) -> Source:
    return Source(name="shop", entity="users", conn_id="x", endpoint="/", records_path=records)


def test_real_responses_have_the_signs_that_they_have() -> None:
    users = (SHARED / "randomuser" / "results1_seed_foobar.json").read_bytes()
    assert places(users, "results", received=1) == []
    rates = (SHARED / "cbr" / "XML_daily_2022-03-15.cp1251.xml").read_bytes()
    assert places(rates, "Valute", format="xml", received=0) == []
    info = {"count": 126, "pages": 7, "next": "https://x.example/api/location?page=2", "prev": None}
    found = places({"info": info, "results": RECORDS * 2}, "results", received=20)
    assert found == ["info.count", "info.pages", "info.next"]
    assert places({"info": info | {"next": None}, "results": RECORDS}, "results", received=126) == [
        "info.pages"  # of 7, one was asked for
    ]


def test_a_record_that_is_the_whole_document_has_fields_and_few_signs() -> None:
    order = {"id": 1, "total": 3000, "count": 7, "next": "/orders/2", "pages": 3, "done": False}
    assert places(order, None, received=1) == []
    assert places(order | {"lines": {"total": 9, "next": "x"}}, None, received=1) == []
    assert places(order, None, received=1, params={"limit": "1"}) == []
    assert places(order | {"@odata.nextLink": "/2"}, None, received=1) == ["@odata.nextLink"]
    assert places({"items": RECORDS, "has_more": True}, None, received=1) == ["has_more"]


def test_a_list_that_is_the_records_has_nothing_around_them() -> None:
    assert places([{"has_more": True, "next": "/x", "total": 99}], None, received=1) == []
    assert places([[1, 2], [3, 4]], None, received=2) == []


def test_what_is_in_the_records_is_data() -> None:
    record = {"has_more": True, "next": "/x", "total": 99, "meta": {"next_token": "x"}}
    assert places({"data": [record] * 10}) == []
    assert places({"a": {"b": [record] * 10, "next": None}}, "a.b") == []


def test_a_cursor_that_comes_back_as_it_was_sent_is_no_next_one() -> None:
    """Solr, Crossref: the last page's next cursor is its own."""
    body = around(nextCursorMark="AoE2")
    assert places(body, params={"cursorMark": "AoE2"}) == []
    assert places(body, params={"cursorMark": "AoE1"}) == ["nextCursorMark"]
    # Numbers are alike by chance: the size of a page, and the offset of the second.
    assert places(around(next_offset=10), params={"limit": "10"}) == [
        "next_offset",
        "parameter limit",
    ]


def test_a_count_may_be_the_size_that_was_asked_for() -> None:
    body = around(search_metadata={"count": 100})
    assert places(body, params={"count": "100"}) == []
    assert places(body, params={"q": "100"}) == ["search_metadata.count"]


# In headers, and in counts


@pytest.mark.parametrize(
    ("headers", "place"),
    [
        ({"Link": '</users?page=2>; rel="next"'}, "header Link"),
        ({"link": "</users?page=9>; rel=last, </users?page=2>; rel=next"}, "header link"),
        *(
            ({name: "30"}, f"header {name}")
            for name in ("X-Total-Count", "x-total-count", "X-Total", "X-WP-Total", "Total-Count",
                         "X-Pagination-Total-Count", "X-Total-Results", "X-Count", "X-Total-Pages",
                         "X-WP-TotalPages", "X-Pagination-Page-Count")
        ),
        *(
            ({name: "7140dibd"}, f"header {name}")
            for name in ("X-Next-Cursor", "X-Next-Token", "X-Next-Page", "X-Next", "X-Cursor-Next",
                         "x-ms-continuationtoken", "Next-Page-Token")
        ),
        ({"X-Has-More": "true"}, "header X-Has-More"),
        ({"X-HasMore": "1"}, "header X-HasMore"),
        ({"Content-Range": "items 0-9/30"}, "header Content-Range"),
        ({"Content-Range": "0-9/30"}, "header Content-Range"),
        ({"X-Pagination": '{"TotalCount": 30}'}, "header X-Pagination TotalCount"),
    ],
)  # fmt: skip
def test_a_sign_in_a_header(headers: dict[str, str], place: str) -> None:
    for kind in ("json", "ndjson"):
        body = b"\n".join(b"{}" for _ in range(10)) if kind == "ndjson" else around()
        records = None if kind == "ndjson" else "data"
        assert places(body, records, headers=headers, format=kind) == [place]


@pytest.mark.parametrize(
    "headers",
    [
        {"Link": '</style.css>; rel=preload, </users>; rel="prev"'},
        {"X-Total-Count": "10"}, {"X-Total-Count": "many"}, {"X-Total-Pages": "1"},
        {"X-Next-Page": ""}, {"X-Has-More": "false"}, {"Content-Range": "items 0-9/10"},
        {"Content-Range": "bytes 0-99/1000"}, {"Content-Range": "items 0-9/*"},
        {"X-RateLimit-Remaining": "4999", "X-RateLimit-Limit": "5000", "X-Rate-Limit-Total": "60"},
        {"Content-Length": "3000", "Retry-After": "30", "Age": "30", "ETag": '"30"'},
        {"X-Page": "1", "X-Per-Page": "10", "X-Request-Count": "30", "X-Runtime": "30"},
        {"X-Pagination": "{"}, {"X-Pagination": "[30]"},
    ],
)  # fmt: skip
def test_no_sign_in_a_header(headers: dict[str, str]) -> None:
    assert places(around(), headers=headers) == []


def test_partial_content_is_a_sign_unless_its_range_says_of_how_much() -> None:
    assert places(around(), status=206) == ["status 206"]
    assert places(around(), status=206, headers={"Content-Range": "0-9/10"}) == []
    assert places(around(), status=206, headers={"Content-Range": "0-9/*"}) == ["status 206"]


@pytest.mark.parametrize(
    "param",
    ["limit", "per_page", "pageSize", "$top", "rows", "count", "take", "results", "max_results",
     "page[size]", "maxResults", "resultRecordCount", "sysparm_limit", "page_size", "size"],
)  # fmt: skip
def test_as_many_as_asked_for_is_a_sign_where_nothing_says_that_it_is_all(param: str) -> None:
    place = [f"parameter {param}"]
    for body in (around(), around(count=10), around(metadata={"count": 10})):
        assert places(body, params={param: "10"}) == place
        assert places(body, params={param: "11"}) == []
    assert places(RECORDS, None, params={param: "10"}) == place
    assert places(b"{}\n" * 10, None, params={param: "10"}, format="ndjson") == place
    for denied in (
        {"total": 10}, {"has_more": False}, {"next": None}, {"links": {"next": None}},
        {"page": 1, "pages": 1}, {"isLast": True}, {"numFound": 10},
    ):  # fmt: skip
        assert places(around(**denied), params={param: "10"}) == []
    for headers in (
        {"X-Total-Count": "10"}, {"X-Next-Page": ""}, {"Link": '</a?page=1>; rel="prev"'},
    ):  # fmt: skip
        assert places(around(), params={param: "10"}, headers=headers) == []


def test_another_parameter_is_no_size() -> None:
    for params in ({"page": "10"}, {"offset": "10"}, {"id": "10"}, {"limit": "ten"}):
        assert places(around(), params=params) == []


# In XML


@pytest.mark.parametrize(
    ("body", "records", "found"),
    [
        ('<r total="30"><a/></r>', "a", ["@total"]),
        ('<r total="1" count="1"><a/></r>', "a", []),
        ("<r><a/><next>/a?page=2</next></r>", "a", ["next"]),
        ("<r><a/><next/></r>", "a", []),
        ("<r><IsTruncated>true</IsTruncated><a/></r>", "a", ["IsTruncated"]),
        ("<r><IsTruncated>false</IsTruncated><NextMarker/><a/></r>", "a", []),
        ('<f><link rel="self" href="/"/><link rel="next" href="/2"/><a/></f>', "a", ["link next"]),
        ('<f><link rel="next" href="/2"/><a/></f>', "a", ["link next"]),
        ('<f><link rel="self" href="/"/><a/></f>', "a", []),
        ('<f xmlns:o="u"><o:totalResults>30</o:totalResults><a/></f>', "a", ["totalResults"]),
        (
            '<o><l><a/><resumptionToken completeListSize="9">x</resumptionToken></l></o>',
            "l.a",
            ["l.resumptionToken", "l.resumptionToken.@completeListSize"],
        ),
        ('<o><l><a/><resumptionToken completeListSize="1" cursor="0"/></l></o>', "l.a", []),
        ("<r><l><a><next>x</next><total>9</total></a></l></r>", "l.a", []),
        ("<r><l><a/></l><l><a/><total>30</total></l></r>", "l.a", ["l.total"]),
    ],
)
def test_signs_in_xml(body: str, records: str, found: list[str]) -> None:
    assert places(body.encode(), records, format="xml", received=1) == found


# At the end of an extract


def test_what_an_extract_has_left_unfollowed_is_named_with_what_to_do() -> None:
    found = signs(around(meta={"total": 30, "next_token": "secret-of-many-characters"}))
    total, token = found
    assert more.unfollowed(found, 10, 1) is total
    assert more.unfollowed(found, 30, 3) is token
    assert more.unfollowed(found, 30, 3, ["meta.next_token"]) is None
    assert more.unfollowed(found[:1], 29, 3) is total
    said = more.error(token, 10)
    assert "10 records" in said and "'meta.next_token' is 'secret-of-ma…'" in said
    assert "ignore_signs_of_more=('meta.next_token',)" in said


def test_a_lower_bound_is_a_sign_until_as_much_has_come() -> None:
    (sign,) = signs({"hits": {"total": {"value": 30, "relation": "gte"}, "hits": []}}, "hits.hits")
    assert (sign.counts, sign.is_lower_bound) == (30, True)
    assert "at least 30" in sign.words
    assert more.unfollowed([sign], 29, 9) and not more.unfollowed([sign], 30, 9)


def test_a_full_page_proves_nothing_where_the_source_names_the_end() -> None:
    (sign,) = signs(around(), params={"limit": "10"})
    assert more.unfollowed([sign], 10, 1) is sign
    assert more.unfollowed([sign], 10, 1, has_end=True) is None
    assert "as many as parameter limit asks for" in more.error(sign, 10)


def test_a_count_holds_for_later_pages_that_do_not_repeat_it() -> None:
    first = signs(around(total=30, has_more=True))
    last = signs({"data": []})
    assert more.unfollowed(last, 20, 3) is None
    found = more.carried(first, last)
    assert [sign.place for sign in found] == ["total"]
    assert more.unfollowed(found, 20, 3)
    assert [sign.said for sign in more.carried(first, signs(around(total=20)))] == ["20"]


def test_headers_are_ignored_however_they_are_written() -> None:
    found = signs(around(), headers={"x-total-count": "30"})
    assert more.unfollowed(found, 10, 1, ["header X-Total-Count"]) is None


@pytest.mark.parametrize(
    "link",
    [
        "https://user:hunter2@shop.example/users?token=hunter2&page=2",
        "/users?key=hunter2",
        "?key=hunter2",
        "https://[hunter2?",
        "x" * 20 + "hunter2",
    ],
)
def test_a_sign_says_no_secret(link: str) -> None:
    for found in (
        signs(around(next=link)),
        signs(around(), headers={"Link": f"<{link}>; rel=next"}),
    ):
        assert found and not any("hunter2" in repr(sign) for sign in found)


@given(
    st.builds(
        Sign,
        st.sampled_from(["link", "cursor", "more", "total", "pages", "full", "partial"]),
        st.text(max_size=9),
        st.text(max_size=9),
        st.none() | st.integers(0, 99),
        st.none() | st.lists(st.text(max_size=5) | st.integers(-3, 3)).map(tuple),
        st.none() | st.text(max_size=5),
        st.booleans(),
    )
)
def test_a_sign_comes_back_from_json_as_it_was(sign: Sign) -> None:
    assert more.decoded(json.loads(json.dumps(sign.encoded()))) == sign


NAMES = st.sampled_from(
    ["next", "meta", "links", "total", "pages", "more", "last", "cursor", "continue", "rel", "href",
     "data", "page", "value", "relation", "count", "offset", "after", "#text", "@rel", "x", ""]
)  # fmt: skip
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(NAMES, below, max_size=5),
    max_leaves=20,
)


@given(st.dictionaries(NAMES, JSON, max_size=6), st.booleans(), st.integers(0, 20))
def test_nothing_around_the_records_makes_the_search_fail(
    fields: dict[str, Any], is_one: bool, size: int
) -> None:
    found = more.in_body(fields, "data.items", size, sent={"page": "1"}, is_one=is_one)
    for sign in found.signs:
        assert more.decoded(json.loads(json.dumps(sign.encoded()))) == sign


@given(st.dictionaries(NAMES, JSON, max_size=6), st.integers(1, 10**9))
def test_a_total_is_found_whatever_is_beside_it(fields: dict[str, Any], extra: int) -> None:
    for name in ("currency", "page"):
        fields.pop(name, None)
    assert "total_count" in places(around(**{**fields, "data": RECORDS, "total_count": 10 + extra}))


@pytest.mark.parametrize(
    "fields",
    [
        {"included": [{"id": n, "next": "/x", "total": 9**9} for n in range(20_000)]},
        {"entities": {f"e{n}": {"id": n, "x": {"y": {"z": n}}} for n in range(20_000)}},
        {f"name {n}": n for n in range(50_000)},
        {"meta": {f"m{n}": {"total": 1} for n in range(20_000)}},
    ],
    ids=["included", "map", "names", "meta"],
)
def test_whatever_else_a_document_has_hides_no_sign(fields: dict[str, Any]) -> None:
    body = json.dumps({**fields, "data": RECORDS, "links": {"next": "/2"}}).encode()
    assert "links.next" in places(body)
