"""No records, a place that is wrong, and a failure with status 200: which of them a response is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from elt.extract.decode import DecodeError, Decoder
from elt.source import Source


def decoder(**changes: Any) -> Decoder:
    fields = {"name": "shop", "entity": "orders", "conn_id": "shop_api", "endpoint": "/"}
    return Decoder(Source(**{**fields, "records_path": "data.items", **changes}))


def text(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


@pytest.mark.parametrize(
    "body",
    [
        b"", b" \r\n", b"\xef\xbb\xbf", None, {},
        {"data": None}, {"data": {"items": None}}, {"data": {"items": []}}, {"data": {}},
        {"success": True, "data": None}, {"data": None, "errors": None, "error": ""},
        {"status": "ok", "code": 200, "message": "no orders found"}, {"error": {"code": 0}},
        {"errors": [], "warnings": [], "included": [], "data": {}}, {"batchcomplete": ""},
        {"meta": {"total": 0, "tags": ["a"]}, "filters": {"a": [1]}},
        # It says that there are none, whatever else it has.
        {"total": 0, "orders": []}, {"data": {"count": 0, "others": [{"id": 1}]}},
        {"page": 1, "total_results": "0", "facets": [{"a": 1}], "shops": [{"id": 1}]},
    ],
)  # fmt: skip
def test_no_records(body: Any) -> None:
    document = decoder().decode(text(body))
    assert document.records == []


@pytest.mark.parametrize("body", [b"", b"\n", b"null", b" null ", b"[]"])
def test_no_records_where_the_document_is_the_records(body: bytes) -> None:
    assert decoder(records_path=None).decode(body).records == []


@pytest.mark.parametrize("kind", ["json", "ndjson", "xml"])
def test_an_empty_body_has_no_records_in_any_format(kind: str) -> None:
    records = None if kind == "ndjson" else "a"
    document = decoder(format=kind, records_path=records).decode(
        b" \n", "text/html; charset=utf-16"
    )
    assert (document.records, document.signs, document.present) == ([], (), frozenset())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"data": [{"id": 1}]}, "no 'data.items', it has: data"),
        ({"data": {"orders": [{"id": 1}]}}, "no 'data.items'"),
        ({"data": {"orders": []}}, "no 'data.items'"),
        ({"orders": [1, 2]}, "no 'data.items', it has: orders"),
        ({"data": {"o1": {"id": 1}, "o2": {"id": 2}}}, "no 'data.items'"),
        ({"result": {"page": {"list": [{"id": 1}]}}}, "no 'data.items', it has: result"),
        ({"total": 3, "orders": [{"id": 1}]}, "it has: total, orders"),
        ({"data": {f"field {number}": number for number in range(30)}}, "no 'data.items'"),
        ({"data": {"items": {"id": 1}}}, "'data.items' in the answer is not a list"),
        ({"data": {"items": ""}}, "'data.items' in the answer is not a list"),
    ],
)
def test_a_place_that_is_wrong(body: Any, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        decoder(may_be_empty=True).decode(text(body))


@pytest.mark.parametrize(
    "rest",
    [
        {"error": "rate limit exceeded"}, {"errors": [{"message": "timeout"}]},
        {"success": False}, {"ok": "false"}, {"status": 500}, {"code": 429}, {"status": "error"},
        {"Error": {"code": 7}}, {"exception": "NullPointer"}, {"total": 0, "error": "timeout"},
    ],
)  # fmt: skip
def test_what_says_that_it_failed_is_never_no_records(rest: dict[str, Any]) -> None:
    data: Any
    many = text({"data": {"items": [{"id": 1}]}})
    for data in ({}, {"data": None}, {"data": {"items": None}}, {"data": {"items": []}}):
        used = decoder(may_be_empty=True)
        used.decode(many)
        for one in (used, decoder(may_be_empty=True)):
            with pytest.raises(DecodeError, match=next(reversed(rest))):
                one.decode(text({**rest, **data}))


def test_words_are_a_failure_only_where_there_is_no_list() -> None:
    for data in ({}, {"data": None}):
        with pytest.raises(DecodeError, match="message"):
            decoder().decode(text({"message": "Internal Server Error", **data}))
    body = {"message": "query executed", "data": {"items": []}}
    assert decoder().decode(text(body)).records == []


def test_where_an_error_is_declared_other_fields_say_nothing_of_an_empty_list() -> None:
    body: Any = {"errors": [{"row": 7}], "fault": None, "data": {"items": []}}
    assert decoder(error_path="fault").decode(text(body)).records == []


def test_a_missing_list_is_the_end_where_an_earlier_page_had_it() -> None:
    """As MediaWiki's: the last page has no `query`."""
    last = text({"batchcomplete": "", "limits": {"a": [1]}, "others": [{"id": 1}]})
    used = decoder()
    assert len(used.decode(text({"data": {"items": [{"id": 1}]}})).records) == 1
    assert used.decode(last).records == []
    with pytest.raises(DecodeError, match=r"no 'data\.items'"):
        decoder().decode(last)


@pytest.mark.parametrize(
    "body",
    ["<r/>", "<r><total>0</total></r>", '<r total="0"><b/></r>', "<r><d/></r>", "<r> </r>"],
)
def test_no_records_in_xml(body: str) -> None:
    assert decoder(format="xml", records_path="d.a").decode(body.encode()).records == []


def test_elements_of_another_name_are_no_records_in_xml_where_an_earlier_page_had_some() -> None:
    used = decoder(format="xml", records_path="a")
    assert used.decode(b"<r><a/></r>").records
    assert used.decode(b"<r><b/></r>").records == []
    with pytest.raises(DecodeError, match="no 'a', it has: b"):
        decoder(format="xml", records_path="a").decode(b"<r><b/></r>")
