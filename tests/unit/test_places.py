"""Places as lists: names with dots, indices, wherever a declaration has one."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from elt.extract.decode import DecodeError, Decoder, Document
from elt.extract.decode.json import text_at
from elt.extract.decode.redaction import redact, redactions
from elt.extract.incremental import Greatest
from elt.extract.more import Sign
from elt.extract.repeats import Pages
from elt.extract.resume import Entry, Journal
from elt.extract.spool import Spool
from elt.http.words import own_words
from elt.source import Cursor, Incremental, NextLink, PageNumber, SinglePage, Source
from elt.source.pagination import key_of
from elt.source.place import decoded, encoded, follow, plain, shown, steps

ROWS = [{"id": 1}, {"id": 2}]
META = {"page": 1, "pages": 3, "total": "23"}


def source(**changes: Any) -> Source:
    fields = {"name": "shop", "entity": "orders", "conn_id": "shop_api", "endpoint": "/"}
    return Source(**{**fields, **changes})


def decode(body: Any, **changes: Any) -> Document:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Decoder(source(**changes)).decode(text)


def found(body: Any, **changes: Any) -> list[Any]:
    return [json.loads(record) for record in decode(body, **changes).records]


@pytest.mark.parametrize(
    ("body", "records"),
    [
        ([META, ROWS], [1]),
        ([META, ROWS], [-1]),
        ([META, {"a": [0, {"b.c": ROWS}]}], [1, "a", 1, "b.c"]),
        ({"odata.value": ROWS}, ["odata.value"]),
        ({"a": {"b.c": ROWS}}, ["a", "b.c"]),
        ({"a": [[0], ROWS]}, ["a", -1]),
        ({"a": {"b": ROWS}}, ["a", "b"]),
        ({"0": ROWS}, ["0"]),
        ({"0": ROWS}, "0"),
        ({"": {"": ROWS}, "x": ROWS}, ["x"]),
    ],
)
def test_records_at_a_list_of_names_and_indices(body: Any, records: Any) -> None:
    assert found(body, records_path=records) == ROWS
    # Twice: what is read of a document is kept while it is read.
    places = {"of_first": [*records, 0, "id"]}
    assert found(body, records_path=records, from_response=places) == [
        {"id": 1, "of_first": 1},
        {"id": 2, "of_first": 1},
    ]


@pytest.mark.parametrize(
    ("body", "records", "said"),
    [
        ([META, ROWS], [2], r"has no \[2\], it has: 0, 1"),
        ([META, ROWS], [0], r"\[0\] in the answer is not a list"),
        ([META, ROWS], "data", "the answer is not a JSON object"),
        ({"data": ROWS}, [1], "the answer is not a JSON list"),
        ({"data": ROWS}, ["odata.value"], r"has no \['odata.value'\], it has: data"),
        ({"data": {"items": ROWS}}, ["data", 0], r"has no \['data', 0\]"),
        ({"data": [ROWS]}, ["data", "0"], r"has no \['data', '0'\]"),
    ],
)
def test_a_place_that_leads_elsewhere_is_named_as_it_is_declared(
    body: Any, records: Any, said: str
) -> None:
    with pytest.raises(DecodeError, match=said):
        decode(body, records_path=records)


@pytest.mark.parametrize(
    ("body", "changes", "meant"),
    [
        ({"a": 1, "odata.value": ROWS}, {"records_path": "odata.value"}, ["odata.value"]),
        ({"d": {"odata.value": ROWS}}, {"records_path": "d.odata.value"}, ["d", "odata.value"]),
        (
            {"value": ROWS, "@odata.nextLink": "/2"},
            {"records_path": "value", "pagination": NextLink(next_url_path="@odata.nextLink")},
            ["@odata.nextLink"],
        ),
        (
            {"value": ROWS, "@odata.count": 9},
            {
                "records_path": "value",
                "pagination": PageNumber(page_param="p", total_path="@odata.count"),
            },
            ["@odata.count"],
        ),
        (
            {"value": ROWS, "a.b": 9},
            {"records_path": "value", "from_response": {"x": "a.b"}},
            ["a.b"],
        ),
        ({"value": ROWS, "a.b": "no"}, {"records_path": "value", "error_path": "a.b"}, ["a.b"]),
        ({"value": [{"a.id": 1}]}, {"records_path": "value", "key": "a.id"}, ["a.id"]),
        (
            {"value": [{"a.at": 1}]},
            {
                "records_path": "value",
                "incremental": Incremental(cursor_path="a.at", cursor_param="since"),
            },
            ["a.at"],
        ),
        (b"<r><a.b/></r>", {"format": "xml", "records_path": "x", "error_path": "a.b"}, ["a.b"]),
    ],
)
def test_a_name_with_a_dot_that_is_read_as_two_is_an_error_that_says_what_to_declare(
    body: Any, changes: dict[str, Any], meant: list[str]
) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(body, **changes)
    assert str(caught.value).endswith(f"declare {meant}")


def test_names_joined_by_dots_stay_what_they_were_where_both_are_there() -> None:
    assert found({"a": {"b": ROWS}, "a.b": [3]}, records_path="a.b") == ROWS


def test_pagination_reads_lists_and_says_which_places_are_there() -> None:
    body = {"@odata.nextLink": "/2", "meta": {"more": None}, "value": []}
    pages = Cursor(
        cursor_param="c",
        cursor_path=("@odata.nextLink",),
        more_path="meta.more",
        total_path=("none", 0),
    )
    document = decode(body, records_path="value", pagination=pages)
    assert document.values == {
        ("@odata.nextLink",): "/2",
        "meta.more": None,
        ("none", 0): None,
    }
    assert document.present == {("@odata.nextLink",), "meta.more"}
    document = decode(
        [META, ROWS],
        records_path=[1],
        pagination=PageNumber(page_param="page", total_path=(0, "total")),
    )
    assert document.values == {(0, "total"): "23"}


def test_an_error_at_a_list() -> None:
    cases: list[tuple[Any, Any, Any]] = [
        (("odata.error",), {"odata.error": "no"}, "value"),
        ((0, "message"), [{"message": "no"}], [1]),
    ]
    for error, body, records in cases:
        with pytest.raises(DecodeError, match='the answer is an error: "no"'):
            decode(body, records_path=records, error_path=error)
        assert own_words(json.dumps(body).encode(), "application/json", error) == "no"


def test_fields_of_records_that_are_lists_or_have_dots() -> None:
    record = b'["a", {"x.y": "2026-01-01"}]'
    assert text_at(record, (0,)) == b'"a"'
    assert text_at(record, (-1, "x.y")) == b'"2026-01-01"'
    assert text_at(record, (2,)) is text_at(record, "a") is text_at(b"7", (0,)) is None
    greatest = Greatest((1, "x.y"), "shop__orders")
    greatest.add([record, b'["b", {"x.y": "2026-01-02"}]'])
    assert greatest.value == "2026-01-02"
    pages = Pages(((0,),))
    assert pages.digest([record]) == pages.digest([b'["a", 2]']) != pages.digest([b'["b", 2]'])


# What is removed


@pytest.mark.parametrize(
    ("places", "left"),
    [
        ([["login.password"]], {"login": {"password": "s"}, "l": ["s", [1, "s"]]}),
        (["login.password"], {"login": {}, "l": ["s", [1, "s"]]}),
        ([["l", 0]], {"login": {"password": "s"}, "l": [None, [1, "s"]], "login.password": "s"}),
        (
            [["l", -1, 1]],
            {"login": {"password": "s"}, "l": ["s", [1, None]], "login.password": "s"},
        ),
        ([["l", 7]], {"login": {"password": "s"}, "l": ["s", [1, "s"]], "login.password": "s"}),
        (["l", ["l", 0]], {"login": {"password": "s"}, "login.password": "s"}),
    ],
)
def test_redaction_by_lists(places: list[Any], left: Any) -> None:
    record = {"login": {"password": "s"}, "l": ["s", [1, "s"]], "login.password": "s"}
    assert found({"r": [record]}, records_path="r", redact=places) == [left]


def test_redaction_of_records_that_are_lists() -> None:
    rows = [["a", "s", {"x": "s"}], ["b"], "s", {"1": "kept"}]
    assert found([META, rows], records_path=[1], redact=[[1], [2, "x"]]) == [
        ["a", None, {}],
        ["b"],
        "s",
        {"1": "kept"},
    ]


STEPS = st.lists(st.sampled_from(["a", "b", "a.b"]) | st.integers(-2, 2), min_size=1, max_size=3)
VALUES = st.recursive(
    st.integers(0, 3),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(["a", "b", "a.b"]), below, max_size=3)
    ),
    max_leaves=12,
)


@given(VALUES, st.lists(STEPS, max_size=3))
def test_nothing_is_left_at_a_redacted_place(value: Any, ways: list[list[str | int]]) -> None:
    places = [tuple(way) for way in ways]
    left = json.loads(redact(json.dumps(value).encode(), redactions(places)))
    for place in places:
        assert follow(left, place) is None
    if not places:
        assert left == value


# How they are declared, shown and kept


def test_a_key_is_one_place_or_several() -> None:
    assert source(key="a.b").keys == ("a.b",)
    assert source(key=("id", "at")).keys == ("id", "at")
    assert source(key=["id", ["a.b"]]).keys == ("id", ("a.b",))
    assert source(key=[["@odata.id"]]).keys == (("@odata.id",),)
    assert source(key=[0]).keys == ((0,),)
    assert source(key=[1, "id"]).keys == ((1, "id"),)
    wrong: Any
    for wrong in ("", "a.", [""], [["a", True]], [[]], [1.5], 7):
        with pytest.raises(ValidationError, match="key"):
            source(key=wrong)


def test_a_declaration_with_lists_is_a_value() -> None:
    one = source(
        records_path=["a.b", 1], redact=[["x.y"]], pagination=NextLink(next_url_path=("n.l",))
    )
    assert hash(one.records_path) and one == source(**one.model_dump())
    assert one == Source.model_validate_json(one.model_dump_json())


PLACES = st.one_of(
    st.lists(st.text(min_size=1) | st.integers(-9, 9), min_size=1, max_size=4).map(tuple),
    st.lists(st.text(min_size=1).filter(lambda name: "." not in name), min_size=1).map(".".join),
)


@given(st.lists(PLACES, max_size=4))
def test_places_are_kept_as_lines_and_come_back(places: list[Any]) -> None:
    lines = "\n".join(map(encoded, places))
    back = [decoded(line) for line in lines.split("\n") if line]
    assert list(map(steps, back)) == list(map(steps, places))
    assert all(shown(place) and plain(place) for place in places)


def test_lines_of_an_earlier_release_are_what_they_were() -> None:
    assert [decoded(line) for line in ("login.password", "a b", "[x", "[1", "[]")] == [
        "login.password",
        "a b",
        "[x",
        "[1",
        "[]",
    ]


def test_a_page_of_an_earlier_attempt_has_its_signs() -> None:
    entry = Entry(
        number=1,
        place="p",
        size=1,
        records=1,
        bytes=9,
        digest="d",
        values={
            key_of(("@odata.nextLink",)): "/2",
            "a.b": Decimal("1.5"),
            key_of((0, "total")): {"value": 3, "of": [None, True]},
            "none": None,
        },
        links={},
        url="/",
        signs=(Sign("total", "0.total", "0", 0, (0, "total")), Sign("more", "more", "true")),
    )
    with Spool() as spool:
        journal = Journal(spool, "an extract")
        spool.write(1, [b"{}"])
        journal.add(entry)
        again = Journal(spool, "an extract").take(1, "p", None)
    assert again is not None
    assert (again.values, again.signs) == (entry.values, entry.signs)


# XML


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (["c", 1, "i"], ["3"]),
        (["c", 0, "i"], ["1", "2"]),
        (["c", 0, "i", 1], ["2"]),
        (["c", "i"], ["1", "2", "3"]),
        (["c", "i", 0], ["1", "3"]),
        (["v.w"], ["4"]),
    ],
)
def test_an_index_in_xml_is_that_of_an_element_among_those_of_its_name(
    records: Any, expected: list[str]
) -> None:
    body = b"<r><x/><c><x/><i>1</i><x/><i>2</i></c><x/><c><i>3</i></c><v.w>4</v.w></r>"
    assert found(body, format="xml", records_path=records) == expected


def test_places_around_the_records_of_xml() -> None:
    body = b'<r><l rel="self">a</l><l rel="next">b</l><n.m k="1"/><a/></r>'
    pages = Cursor(
        cursor_param="c",
        cursor_path=("l", 1, "#text"),
        more_path=("n.m", "@k"),
        total_path=("n.m", 0, "@k"),
    )
    document = decode(body, format="xml", records_path="a", pagination=pages)
    assert document.values == {
        ("l", 1, "#text"): "b",
        ("n.m", "@k"): "1",
        ("n.m", 0, "@k"): "1",
    }
    assert document.present == document.values.keys()
    absent = decode(
        body, format="xml", records_path="a", pagination=NextLink(next_url_path=("l", 5))
    )
    assert (absent.values, absent.present) == ({("l", 5): None}, frozenset())


@pytest.mark.parametrize("records", [["c", -1], [0], [0, "c"], ["c", 0, 0]])
def test_an_index_that_xml_cannot_have_is_refused_when_it_is_declared(records: Any) -> None:
    with pytest.raises(ValidationError, match="in XML"):
        source(format="xml", records_path=records)


def test_lines_have_nothing_around_them() -> None:
    assert decode(b'{"a": 1}\n', format="ndjson", pagination=SinglePage()).present == frozenset()
