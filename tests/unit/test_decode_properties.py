"""Whatever a source answers: records or a DecodeError, in bounded time and memory."""

from __future__ import annotations

import codecs
import contextlib
import json
import math
import time
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from elt.extract.decode import DecodeError, Decoder, Document, UnstorableError, storable
from elt.source import Cursor, Source

MOST = 100
"""Examples of a property."""

PLACES = {"at": "at", "more": "meta.n"}
DECLARED: dict[str, dict[str, Any]] = {
    "json": {
        "records_path": "r",
        "error_path": "error",
        "from_response": PLACES,
        "pagination": Cursor(cursor_param="c", cursor_path="meta.next", total_path="meta.total"),
    },
    "json list": {"from_response": PLACES},
    "ndjson": {"format": "ndjson"},
    "xml": {
        "format": "xml",
        "records_path": "a",
        "error_path": "error.#text",
        "from_response": PLACES,
        "pagination": Cursor(cursor_param="c", cursor_path="next.@cursor", total_path="@total"),
    },
    "xml, deeper": {"format": "xml", "records_path": "a.b", "error_path": "#text"},
}


def source(kind: str, **changes: Any) -> Source:
    fields: dict[str, Any] = {
        "name": "shop",
        "entity": "orders",
        "conn_id": "shop_api",
        "endpoint": "/",
        "params": {"day": ""},
        "from_request": {"asked_for": "day"},
        "redact": ("login.password", "@key"),
    }
    return Source(**(fields | DECLARED[kind] | changes))


SOURCES = {kind: source(kind) for kind in DECLARED}


def decode(kind: str, body: bytes, content_type: str = "", **changes: Any) -> Document:
    declared = source(kind, **changes) if changes else SOURCES[kind]
    return Decoder(declared, {"day": "22.11.2026"}).decode(body, content_type)


def records_or_error(kind: str, body: bytes, content_type: str = "", **changes: Any) -> int:
    """Decode; all that comes can be stored, and all that is said is said in few words."""
    try:
        found = decode(kind, body, content_type, **changes)
    except DecodeError as error:
        assert 0 < len(str(error)) < 600
        return -1
    for record in found.records:
        json.loads(storable(record), parse_int=str, parse_float=str)
    json.dumps({path: str(value) for path, value in found.values.items()})
    return len(found.records)


# Any bytes

FRAGMENTS: dict[str, list[bytes]] = {
    "json": [
        b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"null", b"true", b"1", b"-", b"1e9",
        b"1e400", b".5", b'"r"', b'"error"', b'"meta"', b'"at"', b'{"r":[', b"]}", b'"login"',
        b'{"password":1}', rb'"\ud800"', rb'"\u0000"', rb"\udc00", b'"\xff"', b"\x00", b"\n",
        b" ", b"9" * 400, b"NaN", "\u2028é".encode(), b'{"r":[{}],"at":1e999}',
    ],
    "xml": [
        b"<r>", b"</r>", b"<a>", b"</a>", b"<a/>", b"<b", b'k="v"', b">", b"/>",
        b"<r><a>",
        b"&amp;", b"&x;", b"&#0;", b"&#65;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x", b"?>",
        b"<!DOCTYPE r", b"[", b"<!ENTITY x 'y'>", b"]>", b" ", b"text", b"\xff", b"\x00",
        "é\u2028".encode(), b"xmlns:s='u'", b"<s:a>", b"</s:a>", b' key="x"',
        b"<login><password>p</password></login>",
        b"<error>x</error>", b'<?xml version="1.0" encoding="', b"windows-1251", b'"?>',
        b"<next cursor='1'/>",
    ],
}  # fmt: skip
FRAGMENTS["ndjson"] = FRAGMENTS["json"]
ENCODINGS = [
    "utf-8", "utf-16", "utf-16-le", "utf-32", "utf-7", "windows-1251", "iso-2022-jp", "hz", "big5",
    "shift_jis", "gb18030", "cp037", "idna", "zip", "unicode_escape", "raw_unicode_escape",
    "punycode", "undefined", "mbcs", "klingon", "", "\x00",
]  # fmt: skip


def bodies(kind: str) -> st.SearchStrategy[bytes]:
    fragments = FRAGMENTS[kind.partition(",")[0].partition(" ")[0]]
    mixed = st.lists(st.sampled_from(fragments) | st.binary(max_size=3), max_size=30).map(b"".join)
    marks = st.sampled_from(
        [b"", b"", b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE,
         codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE]
    )  # fmt: skip
    return st.tuples(marks, mixed | st.binary(max_size=200)).map(b"".join)


CONTENT_TYPES = st.one_of(
    st.just(""),
    st.sampled_from(ENCODINGS).map("text/xml; charset={}".format),
    st.text(max_size=60),
    st.lists(
        st.sampled_from(
            [";", "charset", "charset*", "*0", "*1*", "=", '"', "utf-8", "''", "%ff", "\\", " ",
             "a/b", "(", ")", ",", "koi8-r", "\r\n", "9" * 30]
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip


@pytest.mark.parametrize("kind", DECLARED)
@settings(max_examples=MOST, deadline=2000)
@given(data=st.data())
def test_any_bytes_give_records_or_a_decode_error(kind: str, data: st.DataObject) -> None:
    body = data.draw(bodies(kind))
    records_or_error(kind, body, data.draw(CONTENT_TYPES))


@pytest.mark.parametrize("kind", DECLARED)
@settings(max_examples=MOST, deadline=2000)
@given(data=st.data())
def test_any_change_to_a_good_answer_gives_records_or_a_decode_error(
    kind: str, data: st.DataObject
) -> None:
    good = {
        "json": b'{"r": [{"id": 1, "login": {"password": "x"}}, "a"], "meta": {"n": 1}, "at": 1}',
        "json list": b'[{"id": 1, "login": {"password": "x"}}, "a\\ud83d\\ude00"]',
        "ndjson": b'{"id": 1}\r\n{"login": {"password": "x"}}\n',
        "xml": b'<?xml version="1.0" encoding="utf-8"?><r total="2"><a key="1">x</a><a/></r>',
        "xml, deeper": b"<r><a><b>1</b><c/></a><a><b>2</b></a></r>",
    }[kind]
    body = bytearray(good)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(0, len(body) - 1)))
        body[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    records_or_error(kind, bytes(body))


@settings(max_examples=MOST, deadline=2000)
@given(
    kind=st.sampled_from(sorted(DECLARED)),
    text=st.text(max_size=60),
    encoding=st.sampled_from(ENCODINGS[:12]),
    said=st.sampled_from(ENCODINGS),
)
def test_any_encoding_however_it_is_named(kind: str, text: str, encoding: str, said: str) -> None:
    wrapped = {
        "json": json.dumps({"r": [text]}, ensure_ascii=False),
        "json list": json.dumps([text], ensure_ascii=False),
        "ndjson": json.dumps(text, ensure_ascii=False),
        "xml": f'<?xml version="1.0" encoding="{said}"?><r><a>{escape(text)}</a></r>',
        "xml, deeper": f"<r><a><b>{escape(text)}</b></a></r>",
    }[kind]
    body = wrapped.encode(encoding, errors="ignore")
    records_or_error(kind, body)
    records_or_error(kind, body, f"a/b; charset={said}")


# Right answers come out as they went in

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals(allow_nan=False, allow_infinity=False).map(float)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
BARE: dict[str, Any] = {"redact": (), "from_response": {}, "from_request": {}, "error_path": None}


def storable_values(value: Any) -> Any:
    """A value as it is when all that no database takes is replaced."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd")
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return list(map(storable_values, value))
    if isinstance(value, dict):
        return {storable_values(name): storable_values(below) for name, below in value.items()}
    return value


@settings(max_examples=MOST, deadline=2000)
@given(
    st.lists(VALUES, max_size=6),
    st.sampled_from([None, 1, "\t"]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-32"]),
)
def test_json_comes_out_as_it_went_in(
    values: list[Any], indent: Any, ascii_only: bool, encoding: str
) -> None:
    def text(value: Any, indent: Any = indent) -> str:
        return json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    for kind, body in {
        "json": '{"meta": {"r": []}, "r": [' + ", ".join(map(text, values)) + "]}",
        "json list": "[" + " ,\n".join(map(text, values)) + "]",
        "ndjson": "\n".join(text(value, None) for value in values),
    }.items():
        sent = [text(value, None if kind == "ndjson" else indent).encode() for value in values]
        if values == (stored := storable_values(values)):
            assert decode(kind, body.encode(encoding), **BARE).records == sent
            continue
        with pytest.raises(UnstorableError, match=r"record [1-6] of the page.*declare replace="):
            decode(kind, body.encode(encoding), **BARE)
        declared = BARE | {"replace": ("U+0000", "NaN")}
        records = decode(kind, body.encode(encoding), **declared).records
        assert list(map(json.loads, records)) == stored


@settings(max_examples=MOST, deadline=2000)
@given(st.from_regex(r"\A-?(0|[1-9][0-9]{0,60})(\.[0-9]{1,60})?([eE][+-]?[0-9]{1,4})?\Z"))
@example("1e131073")
@example("0." + "1" * 400)
@example("9" * 4000)
def test_numbers_keep_every_digit(number: str) -> None:
    body = f'{{"r": [{{"n": {number}}}], "at": {number}}}'.encode()
    (record,) = decode("json", body, **(BARE | {"redact": ("x",)})).records
    assert record == f'{{"n": {number}}}'.encode()
    (record,) = decode("json", body, redact=(), from_request={}).records
    found = json.loads(record, parse_int=Decimal, parse_float=Decimal)
    assert found["n"] == found["at"] == Decimal(number)


TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\r"), max_size=20
)
NAMES = st.sampled_from(["a", "b", "Цена", "a-b", "_x", "a.b"])


def trees(depth: int = 3) -> st.SearchStrategy[dict[str, Any]]:
    """Elements: attributes, children by name in order, text."""
    below = st.lists(st.deferred(lambda: trees(depth - 1)), max_size=4) if depth else st.just([])
    return st.fixed_dictionaries(
        {
            "name": NAMES,
            "attributes": st.dictionaries(NAMES, TEXTS, max_size=3),
            "below": below,
            "text": TEXTS,
        }
    )


def written(tree: dict[str, Any], comment: str) -> str:
    attributes = "".join(f" {name}={quoteattr(text)}" for name, text in tree["attributes"].items())
    inner = escape(tree["text"]) + comment.join(written(below, comment) for below in tree["below"])
    return f"<{tree['name']}{attributes}>{inner}</{tree['name']}>"


def meant(tree: dict[str, Any]) -> Any:
    found: dict[str, Any] = {f"@{name}": text for name, text in tree["attributes"].items()}
    for name in dict.fromkeys(below["name"] for below in tree["below"]):
        all_of_it = [meant(below) for below in tree["below"] if below["name"] == name]
        found[name] = all_of_it if len(all_of_it) > 1 else all_of_it[0]
    text = tree["text"].strip()
    if not found:
        return text or None
    return found | ({"#text": text} if text else {})


@settings(max_examples=MOST, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(trees(), max_size=4),
    st.sampled_from(["", "<!-- <a> -->", "<?a b?>"]),
    st.sampled_from(["utf-8", "utf-16"]),
)
def test_xml_comes_out_as_the_tree_it_was_made_of(
    found: list[dict[str, Any]], comment: str, encoding: str
) -> None:
    expected = [meant(tree) for tree in found]
    for tree in found:
        tree["name"] = "record"
    body = f"<r>{comment.join(written(tree, comment) for tree in found)}</r>".encode(encoding)
    records = decode(
        "xml", body, **BARE, records_path="record", pagination={"kind": "single"}
    ).records
    assert [json.loads(record) for record in records] == expected


@settings(max_examples=MOST, deadline=2000)
@given(trees(depth=2), st.binary(max_size=8).map(lambda more: b"s3cr3t" + more.hex().encode()))
def test_what_is_redacted_is_nowhere(tree: dict[str, Any], secret: bytes) -> None:
    tree["name"] = "a"
    tree["below"].append(
        {
            "name": "login",
            "attributes": {},
            "below": [{"name": "password", "attributes": {}, "below": [], "text": secret.decode()}],
            "text": "",
        }
    )
    found = decode("xml", f"<r>{written(tree, '')}</r>".encode()).records
    assert secret not in b"".join(found)
    record = json.dumps(meant(tree)).encode()
    for kind, body in {"ndjson": record, "json": b'{"r": [%s]}' % record}.items():
        assert secret not in b"".join(decode(kind, body).records)


# Time and memory

SIZE = 300_000


def repeated(text: bytes, size: int = SIZE) -> bytes:
    return text * (size // len(text))


ADVERSARIAL: dict[str, tuple[str, Callable[[], bytes]]] = {
    "lists in lists": ("json", lambda: b'{"r": [' + b"[" * SIZE),
    "lists in lists, closed": (
        "json",
        lambda: b'{"r": [' + b"[" * (SIZE // 2) + b"]" * (SIZE // 2) + b"]}",
    ),
    "objects in objects": ("json list", lambda: repeated(b'{"a":')),
    "lists in a record": (
        "ndjson",
        lambda: b'{"a":' + b"[" * (SIZE // 2) + b"]" * (SIZE // 2) + b"}",
    ),
    "many records": ("json", lambda: b'{"r": [' + repeated(b"0,") + b"0]}"),
    "many lines": ("ndjson", lambda: repeated(b"0\n")),
    "many blank lines": ("ndjson", lambda: repeated(b"\n")),
    "many fields": (
        "json list",
        lambda: b"{" + b",".join(b'"%d":0' % n for n in range(SIZE // 8)) + b"}",
    ),
    "a field many times": ("json list", lambda: b"{" + repeated(b'"a":0,') + b'"a":0}'),
    "a long name": ("json", lambda: b'{"' + b"n" * SIZE + b'": 1}'),
    "a long text": ("json list", lambda: b'["' + b"x" * SIZE + b'"]'),
    "a text without end": ("json list", lambda: b'["' + b"x" * SIZE),
    "backslashes": ("json list", lambda: b'["' + b"\\" * SIZE),
    "lone surrogates": ("json list", lambda: b'["' + repeated(rb"\ud800") + b'"]'),
    "lone surrogates in an answer that is none": ("json", lambda: repeated(rb"\ud800")),
    "halves of lone surrogates": ("json list", lambda: b'["' + repeated(rb"\ud800\ud8") + b'"]'),
    "a huge integer": ("json list", lambda: b"[" + b"9" * SIZE + b"]"),
    "a huge integer taken along": ("json", lambda: b'{"r":[{}],"at":' + b"9" * SIZE + b"}"),
    "a huge exponent": ("json list", lambda: b"[1e" + b"9" * SIZE + b"]"),
    "a huge exponent taken along": ("json", lambda: b'{"r":[{}],"at":1e' + b"9" * SIZE + b"}"),
    "many digits": ("json list", lambda: b"[0." + b"3" * SIZE + b"]"),
    "many digits taken along": ("json", lambda: b'{"r":[{}],"at":0.' + b"3" * SIZE + b"}"),
    "elements in elements": ("xml", lambda: repeated(b"<a>")),
    "elements in a record": ("xml", lambda: b"<r><a>" + b"<b>" * 490 + repeated(b"<b/>")),
    "many attributes": (
        "xml",
        lambda: b"<r><a " + b" ".join(b'a%d=""' % n for n in range(SIZE // 10)) + b"/></r>",
    ),
    "an attribute many times": ("xml", lambda: b"<r><a " + repeated(b'a="" ') + b"/></r>"),
    "many namespaces": (
        "xml",
        lambda: b"<r><a " + b" ".join(b'xmlns:a%d="u"' % n for n in range(SIZE // 15)) + b"/></r>",
    ),
    "many records of XML": ("xml", lambda: b"<r>" + repeated(b"<a/>") + b"</r>"),
    "many children": ("xml", lambda: b"<r><a>" + repeated(b"<b/>") + b"</a></r>"),
    "many children, none alike": (
        "xml",
        lambda: b"<r><a>" + b"".join(b"<b%d/>" % n for n in range(SIZE // 9)) + b"</a></r>",
    ),
    "many others": (
        "xml",
        lambda: b"<r>" + b"".join(b"<b%d/>" % n for n in range(SIZE // 9)) + b"</r>",
    ),
    "text in pieces": ("xml", lambda: b"<r><a>" + repeated(b"x<b/>") + b"</a></r>"),
    "text by references": ("xml", lambda: b"<r><a>" + repeated(b"&amp;") + b"</a></r>"),
    "text by sections": ("xml", lambda: b"<r><a>" + repeated(b"<![CDATA[x]]>") + b"</a></r>"),
    "an element with a long name": ("xml", lambda: b"<r><" + b"n" * SIZE + b"/></r>"),
    "a tag without end": ("xml", lambda: b"<r><a " + b"n" * 4 * SIZE),
    "an attribute without end": ("xml", lambda: b'<r><a b="' + b"n" * 4 * SIZE),
    "a comment without end": ("xml", lambda: b"<r><!--" + b"-" * 4 * SIZE),
    "a section without end": ("xml", lambda: b"<r><a><![CDATA[" + b"]" * 4 * SIZE),
    "a prolog without end": ("xml", lambda: b"<?xml version='1.0' " + b" " * SIZE),
    "prologs": ("xml", lambda: repeated(b"<?xml encoding=")),
    "blanks": ("xml", lambda: b" " * SIZE),
    "entities": (
        "xml",
        lambda: b"<!DOCTYPE r [" + repeated(b'<!ENTITY a "b">') + b"]><r/>",
    ),
    "UTF-16": ("json list", lambda: ("[" + "0," * (SIZE // 4) + "0]").encode("utf-16")),
    "UTF-7": ("json list", lambda: b"[" + repeated(b"+AD0-") + b"]"),
}  # fmt: skip


@pytest.mark.parametrize(("kind", "make"), ADVERSARIAL.values(), ids=ADVERSARIAL)
def test_time_and_memory_are_bounded_by_the_size_of_the_answer(
    kind: str, make: Callable[[], bytes]
) -> None:
    body = make()
    content_type = "a/b; charset=utf-7" if b"+AD0-" in body else ""
    begun = time.process_time()
    records_or_error(kind, body, content_type)
    seconds = time.process_time() - begun
    tracemalloc.start()
    try:
        try:
            found = decode(kind, body, content_type)
        except DecodeError:
            found = None
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del found
    # Most of it takes 0.1 s; Python's objects for the smallest elements are some 100 bytes.
    assert seconds < 8
    assert peak < 100 * len(body)


@pytest.mark.parametrize(
    ("kind", "make"),
    [
        ("json list", lambda size: b'["' + repeated(rb"\ud800", size) + b'"]'),
        ("json list", lambda size: b"{" + repeated(b'"a":0,', size) + b'"a":0}'),
        ("ndjson", lambda size: repeated(b"0\n", size)),
        ("xml", lambda size: b"<r><a>" + repeated(b"<b/>", size) + b"</a></r>"),
        ("xml", lambda size: b"<r><a>" + b"<b>" * 490 + repeated(b"<b/>", size)),
        ("xml", lambda size: b"<r><a>" + repeated(b"&amp;", size) + b"</a></r>"),
        ("xml", lambda size: b'<r><a b="' + b"n" * size),
        ("json list", lambda size: b"[" + b"9" * size + b"]"),
        ("json", lambda size: b'{"r":[{}],"at":' + b"9" * size + b"}"),
    ],
)
def test_eight_times_as_much_takes_no_64_times_as_long(
    kind: str, make: Callable[[int], bytes]
) -> None:
    def seconds(size: int) -> float:
        body = make(size)
        took = []
        for _ in range(2):
            begun = time.process_time()
            with contextlib.suppress(DecodeError):
                decode(kind, body)
            took.append(time.process_time() - begun)
        return min(took)

    assert seconds(2 * SIZE) < 25 * max(seconds(SIZE // 4), 0.02)
