"""The encoding of an answer: who says it, and what is wrong where nobody says the right one."""

from __future__ import annotations

import codecs
import contextlib
import json
from typing import Any
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st

from elt.extract.decode import DecodeError, Decoder, storable
from elt.extract.decode.text import charset
from elt.source import Source
from elt.source.encodings import is_text_encoding

RUSSIAN = "Австралийский доллар"


def decode(body: bytes, content_type: str = "", **changes: Any) -> list[Any]:
    fields: dict[str, Any] = {
        "name": "cbr",
        "entity": "rates",
        "conn_id": "cbr_api",
        "endpoint": "/",
    }
    source = Source(**(fields | changes))
    return [json.loads(storable(one)) for one in Decoder(source).decode(body, content_type).records]


def xml(prolog: str | None, encoding: str, text: str = RUSSIAN) -> bytes:
    said = f'<?xml version="1.0" encoding="{prolog}"?>' if prolog else '<?xml version="1.0"?>'
    return f"{said}<r><a>{text}</a></r>".encode(encoding)


def as_json(encoding: str, text: str = RUSSIAN) -> bytes:
    return json.dumps([text], ensure_ascii=False).encode(encoding)


XML = {"format": "xml", "records_path": "a"}


# Who says it


@pytest.mark.parametrize(
    ("body", "content_type", "declared"),
    [
        (xml("windows-1251", "cp1251"), "", None),
        (xml("WINDOWS-1251", "cp1251"), "application/xml", None),
        # The header before the prolog (RFC 7303): a proxy may have changed the encoding.
        (xml("windows-1251", "utf-8"), "text/xml; charset=utf-8", None),
        (xml("utf-8", "cp1251"), "text/xml; charset=windows-1251", None),
        (xml("utf-8", "cp1251"), "text/xml; charset=us-ascii, text/xml", "cp1251"),
        # One of the two is disproved by the bytes.
        (xml("windows-1251", "cp1251"), "text/xml; charset=utf-8", None),
        (xml("windows-1251", "cp1251"), "text/xml; charset=us-ascii", None),
        (xml("UTF-16", "utf-8"), "text/xml; charset=utf-8", None),
        (xml("euc-jp", "cp1251"), "text/xml; charset=windows-1251", None),
        # Zeros between the letters are UTF-16 or UTF-32.
        (xml("UTF-16", "utf-16-le"), "", None),
        (xml("UTF-16", "utf-16-be"), "text/xml; charset=utf-16", None),
        (xml(None, "utf-32-be"), "", None),
        (xml(None, "cp1251"), "text/xml; charset=windows-1251", None),
        (xml(None, "cp1251"), 'text/xml; charset="Windows-1251"; x=y', None),
        (xml("koi8-r", "cp1251"), "text/xml; charset=utf-8", "windows-1251"),
        (xml("utf-8", "utf-8"), "text/xml; charset=windows-1251", None),
        (codecs.BOM_UTF8 + xml("koi8-r", "utf-8"), "text/xml; charset=koi8-r", None),
        (codecs.BOM_UTF16_LE + xml("UTF-16", "utf-16-le"), "", None),
        (codecs.BOM_UTF16_BE + xml("UTF-16", "utf-16-be"), "text/xml; charset=utf-8", None),
        (codecs.BOM_UTF32_LE + xml("UTF-32", "utf-32-le"), "", None),
        (xml("UTF-16", "utf-16"), "", "utf-16"),
        (xml("utf-16", "utf-8"), "", "utf-8"),
        (xml("UTF-16", "utf-16-le"), "", "utf-16-le"),
        (codecs.BOM_UTF16_LE + xml("UTF-16", "utf-16-le"), "", "utf-16-le"),
        (xml("windows-1251", "cp1251").replace(b'"', b"'"), "", None),
        (b"\n " + xml("windows-1251", "cp1251").partition(b"?>")[2], "a/b;charset=cp1251", None),
    ],
)
def test_of_xml(body: bytes, content_type: str, declared: str | None) -> None:
    assert decode(body, content_type, encoding=declared, **XML) == [RUSSIAN]


@pytest.mark.parametrize(
    ("body", "content_type", "declared"),
    [
        (as_json("utf-8"), "", None),
        (as_json("utf-8"), "application/json; charset=UTF-8", None),
        (as_json("utf-8-sig"), "application/json", None),
        (as_json("cp1251"), "application/json; charset=windows-1251", None),
        (as_json("cp1251"), "application/json; charset=utf-8", "windows-1251"),
        (as_json("cp866"), "", "cp866"),
        (as_json("utf-16"), "", None),
        (codecs.BOM_UTF16_BE + as_json("utf-16-be"), "", None),
        (codecs.BOM_UTF32_BE + as_json("utf-32-be"), "", None),
        (codecs.BOM_UTF16_LE + as_json("utf-16-le"), "application/json; charset=utf-8", None),
        (as_json("utf-16-le"), "application/json; charset=utf-16le", None),
        (codecs.BOM_UTF8 + as_json("utf-8"), "application/json; charset=windows-1251", None),
        # JSON is UTF-8 (RFC 8259), and these bytes are plainly that.
        (as_json("utf-8"), "application/json; charset=iso-8859-1", None),
        (as_json("utf-8"), "application/json; charset=utf-16", None),
        (as_json("utf-8"), "application/json; charset=us-ascii", None),
        (as_json("utf-16-le"), "application/json", None),
        (as_json("utf-16-be"), "application/json; charset=utf-16", None),
        (as_json("utf-32-le"), "", None),
    ],
)
@pytest.mark.parametrize("format", ["json", "ndjson"])
def test_of_json(body: bytes, content_type: str, declared: str | None, format: str) -> None:
    if format == "json":
        assert decode(body, content_type, encoding=declared) == [RUSSIAN]
    else:
        assert decode(body, content_type, encoding=declared, format=format) == [[RUSSIAN]]


def test_a_prolog_counts_at_the_beginning_of_xml_only() -> None:
    said = '<?xml version="1.0" encoding="windows-1251"?>'
    assert decode(as_json("utf-8", said)) == [said]
    assert decode(xml("utf-8", "utf-8", "<![CDATA[" + said + "]]>"), **XML) == [said]


@pytest.mark.parametrize("character", ["😀", "é", "\u2028", "\ufeff"])
def test_every_character_survives(character: str) -> None:
    for encoding in ("utf-8-sig", "utf-16", "utf-32"):
        assert decode(as_json(encoding, character)) == [character]
        assert decode(xml(None, encoding, f"a{character}b"), **XML) == [f"a{character}b"]


# What is no encoding


@pytest.mark.parametrize(
    "name", ["klingon", "zip", "punycode", "idna", "hex", "rot13", "base64", "undefined", "x" * 41]
)
def test_what_is_no_encoding_of_a_document_is_named(name: str) -> None:
    with pytest.raises(DecodeError, match=f"in '{name[:40]}', which is no encoding"):
        decode(b"[1]", f"application/json; charset={name}")
    if len(name) <= 40:
        with pytest.raises(DecodeError, match=f"in '{name}', which is no encoding"):
            decode(xml(name, "utf-8"), **XML)


@pytest.mark.parametrize(
    "name", ["zip", "unicode_escape", "unicode-escape", "raw_unicode_escape", "", "\0", "ü", "a b"]
)
def test_is_no_text_encoding(name: str) -> None:
    assert not is_text_encoding(name)


# What is said wrongly


@pytest.mark.parametrize(
    ("body", "content_type", "declared", "said"),
    [
        # Only the prolog says what it is, and it is plainly something else.
        (xml("windows-1251", "utf-8"), "", None, "prolog says 'windows-1251' .* plainly 'utf-8'"),
        (xml("windows-1251", "utf-8"), "a/b; charset=koi8-r", None, "header .*'koi8-r'.* plainly"),
        (xml(None, "utf-8"), "a/b; charset=windows-1251", None, "header .* plainly 'utf-8'"),
        (xml(None, "utf-8"), "", "windows-1251", "declaration says .* plainly 'utf-8'"),
        (as_json("utf-8"), "", "iso-8859-1", "declaration says .* plainly 'utf-8'"),
        # Both may be right.
        (xml("koi8-r", "koi8-r"), "a/b; charset=windows-1251", None, "'windows-1251' or .*koi8-r'"),
        (xml("cp1251", "utf-8", "é"), "", None, "encoding='cp1251' or encoding='utf-8'"),
        (
            as_json("utf-8", "é"),
            "a/b; charset=iso-8859-1",
            None,
            "encoding='iso-8859-1' or .*utf-8",
        ),
        # Broken, and not to be read as something else.
        (xml("cp1251", "utf-8")[:-12] + b"\xd0</a></r>", "", None, "'utf-8' and wrong at byte"),
        (
            as_json("utf-8")[:-3] + b'"]',
            "a/b; charset=iso-8859-1",
            None,
            "'utf-8' and wrong at byte",
        ),
        # Quotes of windows-1252, which ISO 8859-1 has controls for.
        (as_json("cp1252", "“a”"), "a/b; charset=iso-8859-1", None, r"x93'.* windows-1252"),
        (as_json("cp1252", "“a”"), "", "iso-8859-1", r"x93'.* windows-1252"),
        (xml("iso-8859-1", "cp1252", "“a”"), "", None, r"x93'.* windows-1252"),
        # Zeros, where somebody says that there are none; none, where there should be some.
        (as_json("utf-16-le"), "a/b; charset=utf-8", None, "bytes are 'utf-16-le'"),
        (as_json("utf-16-be"), "", "utf-16-le", "bytes are 'utf-16-be'"),
        (xml("utf-8", "utf-16-be"), "a/b; charset=windows-1251", None, "bytes are 'utf-16-be'"),
        (as_json("utf-8"), "", "utf-16", "no zeros|wrong at byte"),
        (xml("UTF-16", "cp1251"), "", None, "'UTF-16' as the XML prolog says"),
    ],
)
def test_what_is_said_wrongly_is_an_error_that_names_it(
    body: bytes, content_type: str, declared: str | None, said: str
) -> None:
    changes = XML if body.startswith((b"<", b"\0<")) else {}
    with pytest.raises(DecodeError, match=said) as no:
        decode(body, content_type, encoding=declared, **changes)
    assert "declare " in str(no.value)
    assert RUSSIAN not in str(no.value)


NAMES = ("utf-8", "windows-1251", "koi8-r", "iso-8859-1", "windows-1252", "cp866", "us-ascii")
UNICODE = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
LETTERS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn")), min_size=1).filter(
    lambda text: text == text.strip("\ufeff \u2028\x85")
)


@settings(deadline=2000)
@given(
    text=st.one_of(LETTERS, st.text("Москва, «ёлка»")),
    truth=st.sampled_from((*NAMES, *UNICODE)),
    header=st.sampled_from((None, *NAMES, "utf-16")),
    prolog=st.sampled_from((None, *NAMES, "utf-16")),
    is_xml=st.booleans(),
)
def test_it_is_the_right_text_or_an_error(
    text: str, truth: str, header: str | None, prolog: str | None, is_xml: bool
) -> None:
    """Whatever is said: of an encoding that anybody names, and of all of Unicode."""
    if not is_xml:
        prolog = None
    assume(truth in (header, prolog, "utf-8", *UNICODE))
    said = f' encoding="{prolog}"' if prolog else ""
    document = f'<?xml version="1.0"{said}?><r><a>x{escape(text)}</a></r>'
    if not is_xml:
        document = json.dumps([{"a": f"x{text}"}], ensure_ascii=False)
    try:
        body = document.encode(truth)
    except UnicodeEncodeError:
        reject()
    content_type = f"a/b; charset={header}" if header else ""
    try:
        (record,) = decode(body, content_type, **(XML if is_xml else {}))
    except DecodeError:
        return
    if is_xml:
        assert record == f"x{text}".strip()
    else:
        # What is no UTF-8 is stored as text, and rejected by staging.
        assert record == {"a": f"x{text}"} or isinstance(record, str)


# Wrong bytes


@pytest.mark.parametrize(
    ("body", "content_type", "declared", "at"),
    [
        (b'["\x98"]', "application/json; charset=windows-1251", None, 2),
        (b'["ab\x98"]', "", "windows-1251", 4),
        (as_json("utf-16-le") + b"\x00", "", "utf-16-le", 2 * len(as_json("utf-16-le")) // 2),
        (codecs.BOM_UTF16_LE + b"[\x00\x00\xd8]\x00", "", None, 2),
        (b"\xff", "a/b; charset=euc-jp", None, 0),
    ],
)
def test_the_wrong_byte_is_named(
    body: bytes, content_type: str, declared: str | None, at: int
) -> None:
    with pytest.raises(DecodeError, match=f"wrong at byte {at}; declare its encoding"):
        decode(body, content_type, encoding=declared)


def test_the_wrong_byte_of_xml_is_named() -> None:
    body = b'<?xml version="1.0" encoding="windows-1251"?><r><a>\x98</a></r>'
    with pytest.raises(
        DecodeError,
        match=f"not in 'windows-1251' as the XML prolog says: wrong at byte {body.index(0x98)}",
    ):
        decode(body, **XML)


def test_wrong_bytes_of_utf_8_stop_one_record_and_no_other() -> None:
    """What is UTF-8 is not looked at; the record is stored as text, later."""
    fields: dict[str, Any] = {"name": "a", "entity": "b", "conn_id": "c", "endpoint": "/"}
    found = Decoder(Source(**fields)).decode(b'[{"a": "\xff"}, {"a": 1}]')
    assert found.records[1] == b'{"a": 1}'
    assert b"\xff" in found.records[0]


def test_wrong_bytes_of_utf_8_in_xml_are_an_error() -> None:
    with pytest.raises(DecodeError, match=r"not in 'utf-8' .*wrong at byte 6; declare"):
        decode(b"<r><a>\xff</a></r>", **XML)


# Headers that say nothing


@pytest.mark.parametrize(
    "header",
    [
        "",
        ";",
        "application/json",
        "application/json; charset",
        "application/json; charset=",
        'application/json; charset=""',
        "charset=utf-8",
        "\x00\xff; charset",
        "a/b; charset*=zip''%ff%00",
        "a/b; charset*=idna''%ff",
        f"a/b; charset*{'9' * 5000}=x",
        f"a/b; charset*{'0' * 5000}=x",
        "a/b; " + "charset*0=x;" * 2000,
        "a/b; " + '"' * 5000,
        "a/b; x=" + "\\" * 5000,
    ],
)
def test_a_strange_header_is_no_crash(header: str) -> None:
    charset(header)
    with contextlib.suppress(DecodeError):
        decode(b"[1]", header)
