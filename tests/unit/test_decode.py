"""Pages to records: what is found, what is removed, and how odd input is refused."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elt.decode import DecodeError, redact, redactions, split, storable
from elt.source import PageNumber, Source

SOURCE = Source(
    name="randomuser",
    entity="users",
    conn_id="randomuser_api",
    endpoint="/api/1.4/",
    records="results",
    error="error",
    redact=("login.password",),
    pagination=PageNumber(page="page", size="results"),
)
TREE = redactions(SOURCE.redact)

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


def page(*records: Any) -> bytes:
    return json.dumps({"results": records, "info": {}}, ensure_ascii=False).encode()


def test_records_stay_as_sent() -> None:
    sent = [b'{"b": 1.50,  "a":"\xd8\xa2"}', b"1", b'"x"', b"null", b"[1, 2]"]
    body = b'{"results": [ ' + b" , ".join(sent) + b' ], "info": {}}'
    assert split(body, SOURCE, {}) == sent


def test_what_is_to_be_redacted_is_gone_wherever_it_stands() -> None:
    records = [
        {"login": {"uuid": "1", "password": "poker"}},
        {"login": [{"password": "poker"}, ["poker-free"]]},
        {"login": "poker-free"},
        {"login": None},
        [{"login": {"password": "poker"}}],
        {"password": "kept: only login.password is declared"},
    ]
    found = [json.loads(record) for record in split(page(*records), SOURCE, TREE)]
    assert found == [
        {"login": {"uuid": "1"}},
        {"login": [{}, ["poker-free"]]},
        {"login": "poker-free"},
        {"login": None},
        [{"login": {}}],
        {"password": "kept: only login.password is declared"},
    ]


def test_a_field_sent_twice_is_redacted_twice() -> None:
    record = b'{"login":{"password":"a"},"login":{"password":"b","uuid":"1"},"x":{"login":1}}'
    (found,) = split(b'{"results":[' + record + b"]}", SOURCE, TREE)
    assert b"password" not in found


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


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"<html><body>503</body></html>", "not JSON"),
        (b'{"results": [{"a": 1}, {"b"', "not JSON"),
        (b'{"results": [1 2]}', "not JSON"),
        (b'{"results": ' + b"[" * 100_000, "not JSON"),
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"error": "Whoa, ease up there cowboy."}', "Whoa, ease up there cowboy."),
        (b'{"error": "no", "results": [1]}', "the answer is an error"),
        (b'{"data": [1]}', "has no 'results', it has: data"),
        (b'{"results": null}', "has no 'results'"),
        (b'{"results": {"a": 1}}', "not a list"),
        (b'{"results": "x"}', "not a list"),
    ],
)
def test_what_is_no_page_is_refused_in_words(body: bytes, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        split(body, SOURCE, TREE)


def test_a_null_error_is_no_error() -> None:
    assert split(b'{"error": null, "results": [1]}', SOURCE, TREE) == [b"1"]


def test_the_error_quotes_no_record() -> None:
    with pytest.raises(DecodeError) as caught:
        split(b'{"people": [{"login": {"password": "poker"}}]}', SOURCE, TREE)
    assert "poker" not in str(caught.value)


def test_a_byte_order_mark_is_passed_over() -> None:
    assert split(b"\xef\xbb\xbf" + page(1), SOURCE, TREE) == [b"1"]


def test_a_lone_surrogate_becomes_the_replacement_character_and_a_pair_stays() -> None:
    body = rb'{"results": ["\ud83d\ude00", "\ud83d", "\ude00x", "\\ud83d"]}'
    records = split(body, SOURCE, TREE)
    assert [json.loads(record) for record in records] == ["😀", "\ufffd", "\ufffdx", "\\ud83d"]


@given(st.binary(max_size=400))
def test_any_bytes_give_records_or_a_decode_error(body: bytes) -> None:
    try:
        split(body, SOURCE, TREE)
    except DecodeError as error:
        assert str(error)


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
        b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    ],
)
def test_what_jsonb_refuses_is_kept_as_text(record: bytes) -> None:
    kept = json.loads(storable(record))
    assert isinstance(kept, str)
    assert kept == record.decode(errors="backslashreplace")
