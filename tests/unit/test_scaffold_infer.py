"""What is made out of an answer: its format, records, fields, types, key, secrets."""

from __future__ import annotations

import doctest
import json
from typing import Any

import pytest

from elt.http.response import Response
from elt.scaffold import json_text
from elt.scaffold.infer import candidates, fields, key, lists, places, records, secrets, types
from elt.scaffold.infer.fields import Field
from elt.scaffold.infer.lists import NoRecordsError
from elt.source.place import Place


def answer(body: Any, content_type: str = "application/json") -> Response:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response("http://api.example/x", raw, headers={"Content-Type": content_type})


def sampled(*found: Any) -> list[Field]:
    return fields.fields([json_text.parse(json.dumps(record).encode()) for record in found])


def type_of(*values: Any, name: str = "x") -> str:
    (field,) = sampled(*({name: value} for value in values))
    return types.type_of(field)


@pytest.mark.parametrize("module", [candidates, fields, json_text, lists, places, secrets])
def test_the_examples_hold(module: Any) -> None:
    assert doctest.testmod(module).failed == 0


ONE = {"id": 1, "name": "a"}


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ([ONE, ONE], None),
        (ONE, None),
        ({"results": [ONE], "info": {"next": None}}, "results"),
        ({"data": {"items": [ONE, ONE]}, "tags": [{"a": 1}]}, "data.items"),
        ({"data": [ONE], "included": [ONE, ONE, ONE]}, "data"),
        ({"a": {"b": {"c": [ONE]}}, "d": [1, 2, 3]}, "a.b.c"),
        ({"a.b": [ONE, ONE]}, ("a.b",)),
        ({"d": {"a.b": [ONE, ONE]}, "links": [ONE]}, ("d", "a.b")),
        ([{"page": 1, "pages": 3, "total": 2}, [ONE, ONE]], (1,)),
        ({"response": [{"total": 2}, [ONE, ONE]]}, ("response", 1)),
        ({"data": [ONE, ONE], "meta": {"columns": [{"name": "id"}] * 9}}, "data"),
        ({"data": [ONE], "bbox": [[1, 2], [3, 4]]}, "data"),
        ({"data": [ONE], "by_day": {"2026-01-01": [ONE, ONE]}}, "data"),
        ({"info": {"values": [ONE, ONE]}, "page": 1}, "info.values"),
        ({"temperature": 3, "links": [ONE, ONE]}, None),
        ({"orders": [ONE], "units": {"a": {"x": 1}, "b": {"x": 2}}}, "orders"),
        ({"current": {"t": 1}, "units": {"t": "C", "w": "m/s"}}, None),
        ({"base": "EUR", "rates": {"CHF": 0.93, "USD": 1.08}}, None),
        ({"hourly": {"time": ["00:00", "01:00"], "temperature": [1.4, 1.1]}}, None),
        ({"": [ONE, ONE], "c": [ONE]}, "c"),
        ({"id": 7, "lines": [ONE, ONE]}, None),
        ({"orders": [None, ONE, ONE]}, "orders"),
        ({"load": {"one": 1}}, None),
        ({"people": [ONE], "x": [ONE, ONE]}, "people"),
    ],
)
def test_where_the_records_are(body: Any, place: Place | None) -> None:
    found = records.find(answer(body), "people")
    assert (found.format, found.records) == ("json", place)


ROWS = {"meta": {"columns": [{"name": "id"}, {"name": "name"}]}, "data": [[0, "a"], [1, "b"]]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"a": [ONE], "b": [ONE, ONE]}, r"a \(1\), b \(2\): name one by --records"),
        ({"a.b": [ONE], "c": {"d": [ONE]}}, r'\["a\.b"\] \(1\), c\.d \(1\): name one'),
        ({"results": [ONE], "items": [ONE]}, "results .* items .* name one"),
        ([[ONE], [ONE]], r"\[0\] \(1\), \[1\] \(1\): name one"),
        ([ONE, [1, 2]], "objects and of lists"),
        ({"id": "r1", "data": [ONE, ONE]}, "may be one record.* in data: name that by --records"),
        (ROWS, "^data is a list of rows of values"),
        ({"columns": ["id"], "rows": [[1], [2]]}, "^rows is a list of rows of values"),
        ({"prices": [[1, 2], [3, 4]], "points": [ONE]}, "^prices is a list of rows"),
        ([["NAME", "POP"], ["Ada", "12"]], "^the response is a list of rows of values"),
        ({"near": {"2026-01-01": [ONE, ONE]}, "n": 2}, r"^near is a map .*\(2026-01-01, …\)"),
        ({"near": {"note": "x", "2026-01-01": [ONE]}}, "^near is a map"),
        ({"2026-01-01": {"open": 1}, "2026-01-02": {"open": 2}}, "^the response is a map"),
        ({"things": {"17": ONE, "18": ONE}}, "^things is a map"),
        ({"rates": {"CHF": {"buy": 1}, "USD": {"buy": 2}}}, "^rates is a map"),
        ({"bitcoin": {"usd": 1}, "tether": {"usd": 2}}, "^the response has objects .*alike"),
        ({"ok": 1, "data": {"a": {"x": 1}, "b": {"x": 2}}}, "^data has objects .*--records [.]"),
        ({"success": True, "data": None}, r"no records now \(data is empty\)"),
        ({"status": "ok", "people": []}, r"no records now \(people is empty\)"),
        ({"status": "ok", "total": 0}, r"no records now \(total is 0\)"),
        ([{"page": 0, "pages": 0, "total": 0}, None], r"no records now \(\[1\] is empty\)"),
        ({"items": [8863, 8952]}, "^items is a list of values"),
    ],
)
def test_what_has_two_readings_or_none_is_asked_for(body: Any, said: str) -> None:
    with pytest.raises(NoRecordsError, match=said):
        records.find(answer(body), "people")


@pytest.mark.parametrize(
    ("wanted", "place"),
    [("a.b", "a.b"), ('["a.b", 1]', ("a.b", 1)), ("[1]", (1,)), ('["a"]', "a"), (".", None)],
)
def test_the_place_of_the_records_can_be_given(wanted: str, place: Place | None) -> None:
    assert records.find(answer(ROWS), "people", wanted).records == place


@pytest.mark.parametrize("wanted", ["", "a..b", "[1", '["a", null]', '[""]', "a\nb"])
def test_what_is_no_place_is_said(wanted: str) -> None:
    with pytest.raises(ValueError, match="is "):
        records.find(answer(ROWS), "people", wanted)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b"<r><item><id>1</id></item><item><id>2</id></item></r>", "item"),
        (b"<r><items><i n='1'/><i n='2'/></items><meta><a>1</a></meta></r>", "items.i"),
        (b"<r><items><i><id>1</id><b>2</b></i></items></r>", "items.i"),
        (b'<r><o><id>1</id><l n="1"/><l n="2"/><l n="3"/></o><o><id>2</id></o></r>', "o"),
        (b"<r xmlns:n='u'><n:item a='1'/><n:item a='2'/></r>", "item"),
        (b"\xef\xbb\xbf<?xml version='1.0'?><r><item a='1'/></r>", "item"),
        ('<?xml version="1.0" encoding="windows-1251"?><r><и a="1"/></r>'.encode("cp1251"), "и"),
    ],
)
def test_where_the_records_of_xml_are(body: bytes, place: str) -> None:
    found = records.find(answer(body, "text/xml"), "orders")
    assert (found.format, found.records) == ("xml", place)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [(b'{"a": 1}\n{"a": 2}\n', "text/plain"), (b'{"a": 1}\n', "application/x-ndjson")],
)
def test_lines_of_json(body: bytes, content_type: str) -> None:
    assert records.find(answer(body, content_type), "x").format == "ndjson"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        ([], "an empty list"),
        ({}, "an empty object"),
        ([1, 2], "a list of values"),
        ("text", "a single value"),
        ({"results": [], "count": 0}, "results is empty"),
        (b"<!DOCTYPE html><html/>", "a web page"),
        (b"<html><body/></html>", "a web page"),
        (b"a,b\n1,2\n", "neither JSON nor XML"),
        (b'{"a": ', "no JSON that can be read"),
        (b'{"a": NaN}', "no JSON that can be read"),
        (b"[" * 100_000, "no JSON that can be read"),
        (b"<r><a>1</a></r>", "no elements with fields"),
        (b"<r><a>1</a>", "not XML"),
        (b'<!DOCTYPE r [<!ENTITY a "b">]><r><i a="1"/></r>', "a document type"),
        (b"<a>" * 1_000, "nested too deeply"),
    ],
)
def test_where_there_are_no_records_the_reason_is_said(body: Any, said: str) -> None:
    with pytest.raises(NoRecordsError, match=said):
        records.find(answer(body), "x")


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ([1, 2], "integer"),
        ([1, None], "integer"),
        ([-(2**31), 2**31 - 1], "integer"),
        ([2**31], "bigint"),
        ([2**63], "numeric"),
        ([1, 1.5], "numeric"),
        ([1e300], "numeric"),
        ([True, False], "boolean"),
        ([True, 1], "text"),
        (["true", "false"], "boolean"),
        (["true", "yes"], "text"),
        ([None], "text"),
        (["1", "20"], "integer"),
        (["1", "1.50"], "numeric"),
        (["1", ""], "text"),
        (["007", "8"], "text"),
        (["0", "0.5"], "numeric"),
        (["+7"], "text"),
        ([1, "1"], "text"),
        (["47,4374", "1"], "numeric_comma"),
        (["1,234"], "text"),
        (["1,234", "5,67"], "numeric_comma"),
        (["6bc7d1a9-fcd3-46c4-a2c0-8c074216a4aa"], "uuid"),
        (["6bc7d1a9fcd346c4a2c08c074216a4aa"], "text"),
        (["2020-02-29"], "date"),
        (["2021-02-29"], "text"),
        (["25.04.2020"], "date_dmy"),
        (["25/04/2020"], "text"),
        (["2020-04-25T12:30:00"], "timestamp"),
        (["2020-04-25 12:30:00.5"], "timestamp"),
        (["2020-04-25T12:30:00Z", "2020-04-25T12:30:00.123456+03:00"], "timestamptz"),
        (["2020-04-25T12:30:00Z", "2020-04-25T12:30:00"], "text"),
        (["2020-04-25T12:30Z", "2020-04-25 12:30:00+03"], "timestamptz"),
        (["2020-04-25T12Z"], "text"),
        (["2020-04-25", "2020-04-25T12:30:00Z"], "text"),
        ([[1], []], "jsonb"),
        ([{"a": 1}, "x"], "jsonb"),
        ([{}], "jsonb"),
        (["٣"], "text"),
    ],
)
def test_types(values: list[Any], wanted: str) -> None:
    assert type_of(*values) == wanted


@pytest.mark.parametrize("name", ["zip", "phoneNumber", "id", "order_code", "isbn"])
def test_codes_are_no_numbers_though_of_digits(name: str) -> None:
    assert type_of("12345", name=name) == "text"


def test_ids_grow() -> None:
    assert type_of(1, name="customerId") == "bigint"


def test_a_number_beyond_what_is_cast_stays_text() -> None:
    (field,) = fields.fields([json_text.parse(b'{"x": 1e5000}')])
    assert types.type_of(field) == "text"
    (field,) = fields.fields([json_text.parse(b'{"x": %s}' % (b"9" * 5000))])
    assert types.type_of(field) == "text"


def test_nested_objects_are_taken_apart_and_lists_left_whole() -> None:
    found = sampled(
        {"a": {"b": {"c": 1}, "d": []}, "e": {}, "f": [{"g": 1}]},
        {"a": None, "h": {"i": 1}},
        {"h": "text"},
    )
    assert [field.path for field in found] == [
        ("a", "b", "c"),
        ("a", "d"),
        ("e",),
        ("f",),
        ("h",),
    ]


def test_very_deep_objects_stay_json() -> None:
    record: Any = 1
    for _ in range(300):
        record = {"a": record}
    (field,) = sampled(record)
    assert len(field.path) == fields.DEEPEST + 1
    assert types.type_of(field) == "jsonb"


@pytest.mark.parametrize("by", [{"CHF": 0.9, "USD": 1.1}, {"2026-01-01": 1}, {"17": {"a": 1}}])
def test_a_map_by_code_or_day_is_one_column(by: dict[str, Any]) -> None:
    assert [field.path for field in sampled({"base": "EUR", "by": by})] == [("base",), ("by",)]


def test_a_map_by_id_is_no_record() -> None:
    found = sampled(*({"id": n, "by": {f"k{n}-{m}": 1 for m in range(20)}} for n in range(3)))
    assert [field.path for field in found] == [("id",), ("by",)]


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        ([{"id": 1, "uuid": "a"}, {"id": 2, "uuid": "b"}], ("id",)),
        ([{"ID": 1}, {"ID": 2}], ("ID",)),
        ([{"@ID": "R1"}, {"@ID": "R2"}], ("@ID",)),
        ([{"orderId": 1, "customer_id": 1}, {"orderId": 2, "customer_id": 1}], ("orderId",)),
        ([{"id": 1, "code": "a"}, {"id": 1, "code": "b"}], ("code",)),
        ([{"id": 1}, {"id": None}], None),
        ([{"id": 1}, {}], None),
        ([{"id": {"a": 1}}], None),
        ([{"id": ""}], None),
        ([{"id": True}], None),
        ([{"id": "x" * 300}], None),
        ([{"customer": {"id": 1}}, {"customer": {"id": 2}}], None),
        ([{"name": "a"}], None),
    ],
)
def test_keys(found: list[Any], wanted: tuple[str, ...] | None) -> None:
    field = key.find(sampled(*found), "sales_orders")
    assert (field.path if field else None) == wanted


def test_secrets_are_found_wherever_they_are() -> None:
    record = {
        "login": {"passWord": "x", "name": "n"},
        "devices": [{"apiKey": "x"}, [{"refresh_token": "x"}]],
        "token": {"value": 1},
        "tokens_used": 3,
        "keyboard": "k",
        "author": "a",
        "secretary": "s",
    }
    assert secrets.secret_fields([record]) == [
        ("devices", "apiKey"),
        ("devices", "refresh_token"),
        ("login", "passWord"),
        ("token",),
        ("tokens_used",),
    ]


def test_known_secrets_are_hidden_in_texts() -> None:
    value = {"next": "https://api/?key=abcd1234&page=2", "n": [1, "abcd1234", None]}
    assert secrets.hide(value, ["abcd1234", "abcd"]) == {
        "next": "https://api/?key=***&page=2",
        "n": [1, "***", None],
    }


def test_a_number_stays_what_it_was() -> None:
    text = b'{"a":[1.50,1e400,12345678901234567890123],"b":null}'
    assert json_text.dump(json_text.parse(text)) == text


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        # As randomuser.me: the likeliest first, names and measures not at all.
        (
            [
                {"email": f"{n}@x", "login": {"uuid": f"u{n}"}, "first": f"F{n}", "age": n + 0.5}
                for n in range(3)
            ],
            ["login.uuid", "email"],
        ),
        (
            [{"id": n, "sku": f"s{n}", "nested": {"order_id": n}} for n in range(3)],
            ["id", "sku", "nested.order_id"],
        ),
        # Nothing is named like a key, so whatever could be one.
        ([{"name": f"n{n}", "text": f"a b {n}", "same": 1} for n in range(3)], ["name"]),
        # Of one record nothing but names says what identifies it.
        ([{"name": "n", "uuid": "u"}], ["uuid"]),
        ([{"name": "n"}], []),
        ([{"id": 1}, {"id": 1}], []),
    ],
)
def test_candidates_for_a_key(found: list[Any], expected: list[str]) -> None:
    possible = key.candidates(sampled(*found), "people")
    assert [".".join(field.path) for field in possible] == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"date": "2026-04-25", "at": "2026-04-25T00:00:00Z", "results": [{"id": 1}]}, ("date",)),
        ({"results": [{"id": 1}], "day": "25.04.2026", "n": 20260425}, ("day",)),
        ([{"date": "2026-04-25"}], ()),
        ({"date": "2026-04-25", "id": 1}, ()),
        (
            b'<r Date="25.04.2026" name="x"><d>2026-04-25</d><i a="1"/><i a="2"/></r>',
            ("@Date", "d"),
        ),
        (b'<r><w><d>2026-04-25</d></w><i a="1"/><i a="2"/></r>', ()),
    ],
)
def test_days_around_the_records(body: Any, expected: tuple[str, ...]) -> None:
    assert records.find(answer(body, ""), "things").days == expected
