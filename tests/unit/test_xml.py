"""XML to records: what elements become, and how documents that are traps are refused."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from elt.extract.decode import DecodeError, Decoder, Document
from elt.source import Source
from elt.source.pagination import NextLink

CBR = Path(__file__).parents[3] / "shared" / "data" / "cbr"


def document(body: str | bytes, asked: dict[str, str] | None = None, **changes: Any) -> Document:
    fields: dict[str, Any] = {
        "name": "cbr",
        "entity": "rates",
        "conn_id": "cbr_api",
        "endpoint": "/",
        "format": "xml",
        "records_path": "a",
    }
    text = body.encode() if isinstance(body, str) else body
    return Decoder(Source(**(fields | changes)), asked).decode(text)


def decode(body: str | bytes, asked: dict[str, str] | None = None, **changes: Any) -> list[Any]:
    return [json.loads(record) for record in document(body, asked, **changes).records]


def one(element: str) -> Any:
    """What one record becomes."""
    (record,) = decode(f"<r>{element}</r>")
    return record


# What elements become


@pytest.mark.parametrize(
    ("element", "found"),
    [
        ("<a><Value>47,4374</Value></a>", {"Value": "47,4374"}),
        ("<a><Value>\n  47,4374\t</Value></a>", {"Value": "47,4374"}),
        ("<a><Value/></a>", {"Value": None}),
        ("<a><Value></Value></a>", {"Value": None}),
        ("<a><Value>  \n </Value></a>", {"Value": None}),
        ('<a ID="R01"><Value>1</Value></a>', {"@ID": "R01", "Value": "1"}),
        ('<a><Rate currency="AUD">47</Rate></a>', {"Rate": {"@currency": "AUD", "#text": "47"}}),
        ('<a><Rate currency="AUD"/></a>', {"Rate": {"@currency": "AUD"}}),
        ('<a ID=""/>', {"@ID": ""}),
        ('<a ID=" x "/>', {"@ID": " x "}),
        ("<a><Tag>a</Tag><Tag>b</Tag></a>", {"Tag": ["a", "b"]}),
        ("<a><Tag>a</Tag><x/><Tag>b</Tag><Tag/></a>", {"Tag": ["a", "b", None], "x": None}),
        ("<a><Tag>a</Tag></a>", {"Tag": "a"}),
        ("<a><l><i>1</i><i>2</i></l><l><i>3</i></l></a>", {"l": [{"i": ["1", "2"]}, {"i": "3"}]}),
        ("<a/>", None),
        ("<a>text</a>", "text"),
        ("<a>036</a>", "036"),
        ("<a>true</a>", "true"),
        ('<a x="1">text</a>', {"@x": "1", "#text": "text"}),
    ],
)
def test_an_element_becomes_json(element: str, found: Any) -> None:
    assert one(element) == found


@pytest.mark.parametrize(
    ("element", "found"),
    [
        ("<a>one <b>two</b> three</a>", {"b": "two", "#text": "one  three"}),
        ("<a><b>1</b>tail<b>2</b></a>", {"b": ["1", "2"], "#text": "tail"}),
        ("<a><![CDATA[<b>1</b> & ]]></a>", "<b>1</b> &"),
        ("<a>x<![CDATA[y]]>z</a>", "xyz"),
        ("<a><![CDATA[]]></a>", None),
        ("<a>x<!-- no --  -->y</a>".replace("--  ", ""), "xy"),
        ("<a><!-- <b>1</b> --></a>", None),
        ("<a>x<?php echo 1 ?>y</a>", "xy"),
        ("<a>&lt;&gt;&amp;&apos;&quot;</a>", "<>&'\""),
        ("<a>&#1044;&#x1F600;</a>", "Д😀"),
        ('<a x="&lt;&#10;&quot;"/>', {"@x": '<\n"'}),
        ("<a>1\r\n2\r3</a>", "1\n2\n3"),
        ("<a>\u00a0x\u00a0</a>", "x"),
        ("<a><привет>мир</привет></a>", {"привет": "мир"}),
    ],
)
def test_what_text_is_made_of(element: str, found: Any) -> None:
    assert one(element) == found


@pytest.mark.parametrize(
    ("element", "found"),
    [
        ('<s:a xmlns:s="urn:s"><s:b s:c="1">2</s:b></s:a>', {"b": {"@c": "1", "#text": "2"}}),
        ('<a xmlns="urn:s"><b>2</b></a>', {"b": "2"}),
        ("<s:a><t:b>1</t:b><u:b>2</u:b></s:a>", {"b": ["1", "2"]}),
        ('<a xml:lang="ru">x</a>', {"@lang": "ru", "#text": "x"}),
    ],
)
def test_prefixes_of_namespaces_are_dropped(element: str, found: Any) -> None:
    assert one(element) == found


def test_no_attribute_is_lost_by_a_prefix() -> None:
    assert one('<a s:id="1" t:x="2"/>') == {"@id": "1", "@x": "2"}
    for element in ('<a id="1" s:id="2" t:id="3"/>', '<a t:id="3" s:id="2" id="1"/>'):
        assert one(element) == {"@id": "1", "@s:id": "2", "@t:id": "3"}


def test_an_attribute_and_an_element_of_one_name_are_two_fields() -> None:
    assert one('<a b="1"><b>2</b></a>') == {"@b": "1", "b": "2"}


# Where the records are


def test_records_lie_below_the_root_or_deeper() -> None:
    body = "<r><d><a>1</a><b><a>no</a></b><a>2</a></d><d><a>3</a></d><a>no</a></r>"
    assert decode(body, records_path="d.a") == ["1", "2", "3"]
    assert decode(body, records_path="a") == ["no"]


def test_a_record_in_a_record_is_part_of_it() -> None:
    assert decode("<r><a><a>1</a></a></r>") == [{"a": "1"}]


def test_the_root_is_no_record() -> None:
    assert decode("<a><a>1</a></a>") == ["1"]


@pytest.mark.parametrize("body", ["<r/>", "<r></r>", "<r>  </r>", '<r Date="1"/>'])
def test_a_root_without_elements_has_no_records(body: str) -> None:
    assert decode(body) == []
    assert decode(body, records_path="d.a") == []


def test_a_list_without_elements_has_no_records() -> None:
    assert decode("<r><meta>1</meta><d/></r>", records_path="d.a") == []


@pytest.mark.parametrize(
    ("body", "path", "said"),
    [
        ("<html><body>503</body></html>", "a", "has no 'a', it has: body"),
        ("<r><b/><c/><b/></r>", "a", "has no 'a', it has: b, c$"),
        ("<r><A>1</A></r>", "a", "has no 'a', it has: A"),
        ("<r><d><b>1</b></d></r>", "d.a", "has no 'd.a', it has: b"),
        ("<r><x><a>1</a></x></r>", "d.a", "has no 'd.a', it has: x"),
    ],
)
def test_other_elements_in_place_of_the_records_are_named(body: str, path: str, said: str) -> None:
    with pytest.raises(DecodeError, match=said):
        decode(body, records_path=path)


def test_fields_around_the_records_are_taken_along() -> None:
    body = '<r Date="25.04.2020"><a ID="1"/><meta><n>2</n></meta><a>x</a><a><b/></a></r>'
    found = decode(
        body,
        {"day": "25/04/2020"},
        params={"day": ""},
        from_response={"document_date": "@Date", "n": "meta.n", "none": "meta.x.y"},
        from_request={"asked_for": "day"},
    )
    more = {"asked_for": "25/04/2020", "document_date": "25.04.2020", "n": "2", "none": None}
    assert found == [{"@ID": "1"} | more, "x", {"b": None} | more]


def test_places_that_the_pagination_needs_are_read() -> None:
    body = '<r total="3"><a/><link rel="x">?page=2</link></r>'
    found = document(body, pagination=NextLink(next_url_path="link.#text", total_path="@total"))
    assert found.values == {"link.#text": "?page=2", "@total": "3"}


def test_redaction() -> None:
    body = (
        '<r><a id="1" key="poker"><login><password>poker</password><x>2</x></login></a>'
        "<a><login><password>poker</password></login><login><password>poker</password></login></a>"
        "<a><login>no</login></a></r>"
    )
    assert decode(body, redact=("login.password", "@key")) == [
        {"@id": "1", "login": {"x": "2"}},
        {"login": [{}, {}]},
        {"login": "no"},
    ]


# What is refused


LAUGHS = (
    '<!DOCTYPE lolz [<!ENTITY lol "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10)).replace(
        "&lol0;", "&lol;"
    )
    + "]>"
)


@pytest.mark.parametrize(
    "doctype",
    [
        LAUGHS,
        "<!DOCTYPE r>",
        "<!DOCTYPE html>",
        '<!DOCTYPE r SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE r PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:1/x.dtd">',
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:1/evil.dtd"> %p;]>',
        '<!DOCTYPE r [<!ENTITY x "' + "y" * 100_000 + '">]>',
        '<!DOCTYPE r [<!ATTLIST a b CDATA "default">]>',
        '<?xml version="1.0"?><!-- x --><!DOCTYPE r []>',
    ],
)
def test_a_document_type_is_refused(doctype: str) -> None:
    begun = time.monotonic()
    with pytest.raises(DecodeError, match="document type, which is not read") as caught:
        decode(f"{doctype}<r><a>&x;&lol9;</a></r>")
    assert time.monotonic() - begun < 1
    assert "root:" not in str(caught.value)


def test_a_document_type_in_another_encoding_is_refused() -> None:
    body = f'<?xml version="1.0" encoding="UTF-16"?>{LAUGHS}<r><a>&lol9;</a></r>'.encode("utf-16")
    with pytest.raises(DecodeError, match="document type"):
        decode(body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<!-- x -->", "no element found"),
        ('<?xml version="1.0"?>', "no element found"),
        ("{}", "not well-formed"),
        ("text", "syntax error|not well-formed"),
        ("<r><a>1</a>", "no element found|unclosed"),
        ("<r><a>1</b></r>", "mismatched tag"),
        ("<r><a>1</r></a>", "mismatched tag"),
        ("<r/><r/>", "junk after document element"),
        ("<r/>text", "junk after document element"),
        ("<r><a>&x;</a></r>", "undefined entity"),
        ("<r><a>&nbsp;</a></r>", "undefined entity"),
        ('<r><a b="&x;"/></r>', "undefined entity"),
        ("<r><a>&#0;</a></r>", "reference to invalid character"),
        ("<r><a>&#xD800;</a></r>", "reference to invalid character"),
        ("<r><a>\x00</a></r>", "not well-formed"),
        ("<r><a>\x08</a></r>", "not well-formed"),
        ("<r><a>& </a></r>", "not well-formed"),
        ('<r><a b="1" b="2"/></r>', "duplicate attribute"),
        ("<r><a b=1/></r>", "not well-formed"),
        ("<r><![CDATA[x</r>", "unclosed CDATA"),
        ("<r><a>1</a></r", "unclosed token"),
        (' <?xml version="1.0"?><r/>', "XML or text declaration not at start"),
        ('<?xml version="1.0" encoding="utf-8"?><?xml version="1.0"?><r/>', "declaration not at"),
    ],
)
def test_what_is_no_xml_is_refused_in_words(body: str, said: str) -> None:
    with pytest.raises(DecodeError, match=f"the answer is not XML: .*({said})"):
        decode(body)


@pytest.mark.parametrize("depth", [1_000, 1_000_000])
def test_deep_nesting_is_refused(depth: int) -> None:
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode("<r>" + "<a>" * depth + "</a>" * depth + "</r>")
    with pytest.raises(DecodeError, match="nested too deeply"):
        decode("<r>" + "<a>" * depth)


def test_nesting_that_the_database_takes_is_kept() -> None:
    depth = 490
    (found,) = decode("<r><a>" + "<b>" * depth + "1" + "</b>" * depth + "</a></r>")
    for _ in range(depth):
        found = found["b"]
    assert found == "1"


def test_an_error_quotes_no_record_and_is_short() -> None:
    with pytest.raises(DecodeError) as caught:
        decode("<r><a><password>poker</password></a>")
    assert "poker" not in str(caught.value)
    with pytest.raises(DecodeError) as caught:
        decode("<r>" + "".join(f"<{'n' * 1000}{n}/>" for n in range(1000)) + "</r>")
    assert len(str(caught.value)) < 300


def test_an_error_of_the_source_is_quoted_without_what_is_redacted() -> None:
    body = "<r><fault><code>7</code><password>poker</password></fault></r>"
    with pytest.raises(DecodeError, match=r'the answer is an error: {"code":"7"}') as caught:
        decode(body, error_path="fault", redact=("password",))
    assert "poker" not in str(caught.value)


# The Bank of Russia, as its answers lie


def cbr(name: str) -> bytes:
    path = CBR / name
    if not path.exists():
        pytest.skip(f"{path} is missing: no answer of the Bank of Russia to test with")
    return path.read_bytes()


BANK: dict[str, Any] = {
    "records_path": "Valute",
    "key": "@ID",
    "error_path": "#text",
    "from_response": {"document_date": "@Date"},
}


@pytest.mark.parametrize(
    ("name", "date"),
    [
        ("XML_daily_2020-04-25.cp1251.xml", "25.04.2020"),
        ("XML_daily_2022-03-15.cp1251.xml", "15.03.2022"),
    ],
)
def test_rates_of_the_bank_of_russia(name: str, date: str) -> None:
    body = cbr(name)
    found = decode(body, **BANK)
    text = body.decode("cp1251")
    assert len(found) == text.count("<Valute ") > 30
    for field in ("NumCode", "CharCode", "Nominal", "Name", "Value"):
        assert [rate[field] for rate in found] == re.findall(f"<{field}>([^<]*)</{field}>", text)
    assert [rate["@ID"] for rate in found] == re.findall('ID="([^"]*)"', text)
    assert {rate["document_date"] for rate in found} == {date}
    assert {len(rate) for rate in found} == {7}
    assert found[0]["NumCode"] == "036"
    assert found[0]["Name"] == "Австралийский доллар"
    # No name of an element of the document is missing, nor is one made up.
    elements = set(re.findall(r"<(\w+)", text)) - {"ValCurs", "Valute"}
    assert {name for rate in found for name in rate} == elements | {"@ID", "document_date"}


def test_the_error_of_the_bank_of_russia() -> None:
    body = cbr("XML_dynamic_error_in_parameters.xml")
    with pytest.raises(DecodeError, match='the answer is an error: "Error in parameters"'):
        decode(body, **BANK)
