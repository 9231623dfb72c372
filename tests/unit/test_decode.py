"""Pages to records: what is found, what is removed, and how odd input is refused."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elt.extract.decode import DecodeError, Decoder, Document, storable
from elt.extract.decode.redaction import redact, redactions
from elt.source import Cursor, NextLink, PageNumber, Source

FIELDS: dict[str, Any] = {
    "name": "randomuser",
    "entity": "users",
    "conn_id": "randomuser_api",
    "endpoint": "/api/1.4/",
    "records_path": "results",
    "error_path": "error",
    "redact": ("login.password",),
    "pagination": PageNumber(page_param="page", size_param="results", endless=True),
}
TREE = redactions(("login.password",))

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["login", "password", "name", "x"]), inner, max_size=4)
    ),
    max_leaves=20,
)


def decode(body: bytes, asked: dict[str, str] | None = None, **changes: Any) -> Document:
    return Decoder(Source(**(FIELDS | changes)), asked).decode(body)


def records(body: bytes, **changes: Any) -> list[bytes]:
    return decode(body, **changes).records


def values(body: bytes, **changes: Any) -> list[Any]:
    return [json.loads(record) for record in records(body, **changes)]


def page(*records: Any) -> bytes:
    return json.dumps({"results": records, "info": {}}, ensure_ascii=False).encode()


def lines(**changes: Any) -> dict[str, Any]:
    """What makes the source one of a JSON text a line."""
    return {"format": "ndjson", "records_path": None, "error_path": None, **changes}


# Where the records are


def test_records_stay_as_sent() -> None:
    sent = [b'{"b": 1.50,  "a":"\xd8\xa2"}', b"1", b'"x"', b"null", b"[1, 2]"]
    body = b'{"results": [ ' + b" , ".join(sent) + b' ], "info": {}}'
    assert records(body, redact=()) == sent


@pytest.mark.parametrize(
    ("body", "path", "found"),
    [
        (b"[1, 2]", None, [1, 2]),
        (b" \r\n\t[1, 2] \n", None, [1, 2]),
        (b"[]", None, []),
        (b'{"id": 1}', None, [{"id": 1}]),
        (b' {"id": 1}\n', None, [{"id": 1}]),
        (b'{"a": {"b": {"c": [1]}}}', "a.b.c", [1]),
        (b'{"a": [1], "a": [2]}', "a", [2]),
        ('{"данные": [1]}'.encode(), "данные", [1]),
        (b'{"a": []}', "a", []),
    ],
)
def test_records_are_the_answer_itself_or_somewhere_in_it(
    body: bytes, path: str | None, found: list[Any]
) -> None:
    assert values(body, records_path=path) == found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"id": 1}\n{"id": 2}', [{"id": 1}, {"id": 2}]),
        (b'{"id": 1}\r\n\r\n {"id": 2} \r\n', [{"id": 1}, {"id": 2}]),
        (b'\xef\xbb\xbf{"id": 1}\n', [{"id": 1}]),
        (b'1\n"a"\nnull\n[]\n', [1, "a", None, []]),
        ('{"a": "\u2028\x85"}\n'.encode(), [{"a": "\u2028\x85"}]),
        (rb'{"a": "\n\ud83d\ude00\ud83d"}', [{"a": "\n😀\ufffd"}]),
        (b"", []),
        (b"\n\n", []),
    ],
)
def test_a_record_a_line(body: bytes, found: list[Any]) -> None:
    assert values(body, **lines()) == found


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"id": 1}\n{"id": 2', "line 2 of the answer is not JSON"),
        (b'{"id": 1}{"id": 2}', "line 1 of the answer is not JSON"),
        (b'[{"id": 1},\n{"id": 2}]', "line 1 of the answer is not JSON"),
        (b"<html>\n</html>", "line 1 of the answer is not JSON"),
        (b"\n\n" + b"[" * 100_000, "line 3 of the answer is not JSON"),
    ],
)
def test_a_line_that_is_no_record_is_named(body: bytes, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        records(body, **lines())


# What is removed


def test_what_is_to_be_redacted_is_gone_wherever_it_stands() -> None:
    sent = [
        {"login": {"uuid": "1", "password": "poker"}},
        {"login": [{"password": "poker"}, ["poker-free"]]},
        {"login": "poker-free"},
        {"login": None},
        [{"login": {"password": "poker"}}],
        {"password": "kept: only login.password is declared"},
    ]
    left = [
        {"login": {"uuid": "1"}},
        {"login": [{}, ["poker-free"]]},
        {"login": "poker-free"},
        {"login": None},
        [{"login": {}}],
        {"password": "kept: only login.password is declared"},
    ]
    assert values(page(*sent)) == left
    assert values(b"\n".join(json.dumps(one).encode() for one in sent), **lines()) == left


@pytest.mark.parametrize(
    "record",
    [
        b'{"login":{"password":"a"},"login":{"password":"b","uuid":"1"},"x":{"login":1}}',
        b'{"login":{"password":"a","password":"b"}}',
        rb'{"l\u006fgin":{"pass\u0077ord":"b"}}',
        rb'{"login":{"password":"\ud800b"}}',
        b'{"login":[[[{"password":"b"}]]]}',
    ],
)
def test_no_way_to_write_a_field_keeps_it_from_redaction(record: bytes) -> None:
    for (found,) in (
        records(b'{"results":[' + record + b"]}"),
        records(record, records_path=None),
        records(record, **lines()),
    ):
        assert b"assword" not in found
        assert b"ss\\u0077ord" not in found


def test_the_shorter_of_two_redactions_holds() -> None:
    for paths in (("login", "login.password"), ("login.password", "login")):
        assert values(page({"login": {"uuid": 1}, "x": 2}), redact=paths) == [{"x": 2}]


def test_an_error_quotes_nothing_that_is_redacted() -> None:
    body = b'{"error": {"login": {"password": "poker", "uuid": "1"}}}'
    with pytest.raises(DecodeError, match="uuid") as caught:
        records(body)
    assert "poker" not in str(caught.value)


@given(JSON)
def test_redaction_removes_all_of_the_field_and_nothing_else(value: Any) -> None:
    def without(value: Any, inside: bool) -> Any:
        if isinstance(value, list):
            return [without(item, inside) for item in value]
        if not isinstance(value, dict):
            return value
        if inside:
            return {name: below for name, below in value.items() if name != "password"}
        return {
            name: without(below, True) if name == "login" else below
            for name, below in value.items()
        }

    text = json.dumps(value).encode()
    assert json.loads(redact(text, TREE)) == without(value, False)


# What is taken along


def test_fields_of_the_answer_and_of_the_request_are_taken_along() -> None:
    body = b'{"meta": {"at": "2026-11-22", "n": 1.5}, "results": [{"id": 1}, {"id": 2}]}'
    found = decode(
        body,
        {"day": "22.11.2026", "other": "x"},
        params={"day": "", "city": ""},
        from_response={"as_of": "meta.at", "number": "meta.n", "missing": "meta.none"},
        from_request={"asked_for": "day", "city": "city"},
    )
    more = {
        "asked_for": "22.11.2026",
        "city": None,
        "as_of": "2026-11-22",
        "number": 1.5,
        "missing": None,
    }
    assert [json.loads(record) for record in found.records] == [{"id": 1} | more, {"id": 2} | more]


def test_what_is_taken_along_replaces_a_field_and_passes_what_is_no_object() -> None:
    body = b'{"at": 1, "results": [{"at": 2}, 3, null, [4], "5"]}'
    assert values(body, from_response={"at": "at"}) == [{"at": 1}, 3, None, [4], "5"]


@pytest.mark.parametrize(
    "number", ["123456789012345678901234567890", "-1", "1.10", "0.1234567890123456789", "1E3"]
)
def test_numbers_taken_along_stay_as_sent(number: str) -> None:
    body = b'{"at": %s, "results": [{}]}' % number.encode()
    (found,) = records(body, from_response={"at": "at"})
    # In another notation, perhaps, but with every digit.
    assert (
        Decimal(found.decode().removeprefix('{"at":').removesuffix("}")).as_tuple()
        == Decimal(number).as_tuple()
    )


@pytest.mark.parametrize("body", [b'{"at": "2026", "id": 1}', b'[{"at": 1, "id": 1}]'])
def test_an_answer_that_is_the_records_itself_has_nothing_around_them(body: bytes) -> None:
    # Of one record, the answer is what is around it, too.
    expected = [{"at": "2026" if body[:1] == b"{" else None, "id": 1}]
    assert values(body, records_path=None, from_response={"at": "at"}) == expected


def test_what_is_taken_along_from_the_request_is_so_of_lines() -> None:
    found = decode(
        b'{"id": 1}\n2\n', {"day": "x"}, **lines(params={"day": ""}, from_request={"asked": "day"})
    )
    assert found.records == [b'{"id":1,"asked":"x"}', b"2"]


def test_places_that_the_pagination_needs_are_read() -> None:
    body = b'{"results": [], "info": {"next": "?page=2", "count": 12}}'
    found = decode(body, pagination=NextLink(next_url_path="info.next", total_path="info.count"))
    assert found.values == {"info.next": "?page=2", "info.count": 12}
    body = b'{"results": [], "info": 7, "more": false}'
    found = decode(
        body, pagination=Cursor(cursor_param="c", cursor_path="info.next", more_path="more")
    )
    assert found.values == {"info.next": None, "more": False}


def test_a_list_has_no_places() -> None:
    found = decode(b"[1]", records_path=None, pagination=NextLink(next_url_path="info.next"))
    assert found.values == {"info.next": None}


# What is refused


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html><body>503</body></html>", "not JSON"),
        (b'{"results": [{"a": 1}, {"b"', "not JSON"),
        (b'{"results": [1 2]}', "not JSON"),
        (b'{"results": [NaN]}', "not JSON"),
        (b'{"results": [Infinity]}', "not JSON"),
        (b'{"results": [01]}', "not JSON"),
        (b"{'results': []}", "not JSON"),
        (b'{"results": []} {}', "not JSON"),
        (b'{"results": ' + b"[" * 100_000, "not JSON"),
        (b'{"a":' * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b'{"error": "Whoa, ease up there cowboy."}', "Whoa, ease up there cowboy."),
        (b'{"error": "no", "results": [1]}', "the answer is an error"),
        (b'{"data": [1]}', "has no 'results', it has: data"),
        (b'{"results": {"a": 1}}', "not a list"),
        (b'{"results": "x"}', "not a list"),
    ],
)
def test_what_is_no_page_is_refused_in_words(body: bytes, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        records(body)


@pytest.mark.parametrize("body", [b"1", b'"x"', b"true"])
def test_an_answer_that_is_one_value_is_no_record(body: bytes) -> None:
    with pytest.raises(DecodeError, match="not a JSON list or object"):
        records(body, records_path=None)


def test_a_null_error_is_no_error() -> None:
    assert records(b'{"error": null, "results": [1]}') == [b"1"]


def test_the_error_quotes_no_record() -> None:
    with pytest.raises(DecodeError) as caught:
        records(b'{"people": [{"login": {"password": "poker"}}]}')
    assert "poker" not in str(caught.value)


def test_an_error_is_short() -> None:
    many = json.dumps({f"field {number}": 1 for number in range(10_000)}).encode()
    for body in (many, b'{"error": "' + b"x" * 100_000 + b'"}'):
        with pytest.raises(DecodeError) as caught:
            records(body)
        assert len(str(caught.value)) < 300


def test_a_byte_order_mark_is_passed_over() -> None:
    assert records(b"\xef\xbb\xbf" + page(1)) == [b"1"]


def test_a_lone_surrogate_becomes_the_replacement_character_and_a_pair_stays() -> None:
    body = rb'{"results": ["\ud83d\ude00", "\ud83d", "\ude00x", "\\ud83d", "\\\ud83d"]}'
    expected = ["😀", "\ufffd", "\ufffdx", "\\ud83d", "\\\ufffd"]
    assert values(body) == expected


# What the database takes


@given(JSON)
def test_what_jsonb_takes_is_kept_to_the_byte(value: Any) -> None:
    record = json.dumps(value).encode()
    if rb"\u0000" not in record and rb"\ud" not in record:
        assert storable(record) is record


@pytest.mark.parametrize(
    "record",
    [
        rb'{"a": "\u0000"}',
        rb'{"\u0000": 1}',
        rb'[["\u0000"]]',
        b'{"a": "\xff"}',
        rb'{"a": "\ud800"}',
        b"[" * 502 + b"]" * 502,
        b'{"a": 1e131073}',
        b'{"a": -1e-16384}',
        b'{"a": 1e99999999999999999999}',
        b'{"a": 1' + b"0" * 131_072 + b"}",
        b'{"a": -1' + b"0" * 131_072 + b"}",
        b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    ],
)
def test_what_jsonb_refuses_is_kept_as_text(record: bytes) -> None:
    kept = json.loads(storable(record))
    assert isinstance(kept, str)
    assert kept == record.decode(errors="backslashreplace")


def test_the_widest_integer_is_kept() -> None:
    for sign in (b"", b"-"):
        record = b'{"a": %s1%s}' % (sign, b"0" * 131_071)
        assert storable(record) is record


def test_a_name_that_is_not_utf_8_stops_no_other_record() -> None:
    """It becomes text, as any record that jsonb does not take."""
    bad, good = b'{"\xff": 1}', b'{"a": 1}'
    body = b'{"results": [%s, %s]}' % (bad, good)
    assert records(body, redact=()) == [bad, good]
    found = decode(body, {"d": "x"}, redact=(), params={"d": ""}, from_request={"d": "d"})
    assert found.records == [bad, b'{"a":1,"d":"x"}']


def test_a_name_that_is_not_utf_8_where_it_has_to_be_read_is_refused() -> None:
    """Nobody can tell whether it is one to redact."""
    login = b'{"login": {"\xff": 1}}'
    for body, changes in (
        (b'{"\xff": 1}', {}),
        (b'{"results": [%s]}' % login, {}),
        (login, lines()),
        (login, {"records_path": None}),
    ):
        with pytest.raises(DecodeError, match="not JSON"):
            records(body, **changes)
