"""The fixture is the response as it was, less most records and all secrets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elt.extract.decode import DecodeError, Decoder
from elt.http.response import Response
from elt.local.home import Home
from elt.scaffold import new
from elt.scaffold.infer.secrets import is_secret_field
from elt.scaffold.look import LookError
from elt.scaffold.plan import Plan, Request
from elt.scaffold.planning import plan
from elt.scaffold.render import fixture
from elt.scaffold.render.excerpt import excerpt, hide
from elt.source import Source


class StillLook:
    """An endpoint that answers one thing, and knows no other page."""

    def __init__(self, body: bytes, content_type: str = "", secrets: tuple[str, ...] = ()) -> None:
        self.body = body
        self.content_type = content_type
        self.secrets = secrets

    def get(self, url: str, params: dict[str, str] | None = None) -> Response:
        if (params or {}).get("page", "1") != "1":
            raise LookError("no such page", 404)
        return Response(url, self.body, headers={"Content-Type": self.content_type})

    def follow(self, link: str, page: str) -> Response:
        raise LookError("no such page", 404)


def made(body: bytes, content_type: str = "", secrets: tuple[str, ...] = (), **said: Any) -> Plan:
    look = StillLook(body, content_type, secrets)
    return plan(Request("bank", "http://api.example/rates", **said), look, ())  # type: ignore[arg-type]


def rates(count: int, blank: str = "") -> str:
    records = (
        f'{blank}<Valute ID="R{number}"><Name>Доллар {number}</Name><Value>47,43</Value></Valute>'
        for number in range(count)
    )
    return f'<ValCurs Date="25.04.2020" name="Рынок">{"".join(records)}{blank[:-2]}</ValCurs>'


PROLOG = '<?xml version="1.0" encoding="windows-1251"?>'


@pytest.mark.parametrize("blank", ["", "\n  ", "\r\n  "])
def test_xml_is_the_response_with_its_first_records(blank: str) -> None:
    found = made((PROLOG + rates(40, blank)).encode("windows-1251"), "application/xml")
    expected = (PROLOG + rates(3, blank)).encode("windows-1251")
    assert fixture.encoded(found) == expected
    # What is around the records is there to be taken.
    assert found.source.from_response == {"document_date": "@Date"}
    records = Decoder(found.source).decode(expected).records
    assert [json.loads(record)["document_date"] for record in records] == ["25.04.2020"] * 3


@pytest.mark.parametrize("name", ["XML_daily_2020-04-25", "XML_daily_2022-03-15"])
def test_the_banks_own_responses(name: str) -> None:
    path = Path(__file__).parents[2].parent / "shared" / "data" / "cbr" / f"{name}.cp1251.xml"
    if not path.exists():
        pytest.skip("the responses of the sources are not here")
    body = path.read_bytes()
    file = fixture.encoded(made(body))
    assert body.startswith(file.removesuffix(b"</ValCurs>"))
    assert file.count(b"<Valute ") == 3


def test_without_a_prolog_the_test_knows_the_header(tmp_path: Path) -> None:
    found = made(rates(2).encode("windows-1251"), "text/xml; charset=windows-1251")
    assert fixture.encoded(found) == rates(2).encode("windows-1251")
    (tmp_path / "tests").mkdir()
    texts = {path.name: text for path, text in new.texts(found, Home(tmp_path, tmp_path)).items()}
    assert 'HEADER = "text/plain; charset=windows-1251"' in texts["test_bank.py"]
    assert "decode(ANSWER.read_bytes(), HEADER)" in texts["test_bank.py"]


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-8", b"")]
)
def test_a_byte_order_mark_stays(encoding: str, mark: bytes) -> None:
    body = mark + rates(2).encode(encoding)
    assert fixture.encoded(made(body)) == body


def test_json_keeps_its_envelope_and_its_encoding() -> None:
    document = {
        "date": "2026-04-25",
        "info": {"имя": "Рынок", "pages": 1},
        "results": [{"id": number, "name": f"Доллар {number}"} for number in range(9)],
    }
    text = json.dumps(document, ensure_ascii=False).replace("Рынок", "Рынок \\u20bd")
    found = made(text.encode("koi8-r"), "application/json; charset=koi8-r")
    file = fixture.encoded(found)
    assert json.loads(file.decode("koi8-r")) == {
        **document,
        "info": {"имя": "Рынок ₽", "pages": 1},
        "results": document["results"][:3],  # type: ignore[index]
    }
    assert found.source.from_response == {"document_date": "date"}
    records = Decoder(found.source).decode(file, fixture.content_type(found) or "").records
    assert json.loads(records[2]) == {
        "id": 2,
        "name": "Доллар 2",
        "document_date": "2026-04-25",
    }


def test_no_secret_of_xml_is_written() -> None:
    body = b"""<r next_token="s3cret" day="2026-04-25"><!-- s3cret --><password>s3cret</password>
    <w><i id="1" apiKey='s3cret'><token>s3cret</token><n>quotes s3cret&amp;key</n></i>
       <i id="2" apiKey="s3cret"/></w></r>"""
    found = made(body, secrets=("s3cret&key",))
    text = fixture.fixture(found)
    assert "s3cret" not in text
    assert text.startswith('<r day="2026-04-25">')
    assert "<n>quotes ***</n>" in text
    assert len(Decoder(found.source).decode(fixture.encoded(found)).records) == 2


def cut(text: str, place: str = "i", most: int = 2) -> str:
    return excerpt(text.encode(), tuple(place.split(".")), most, is_secret_field).decode()


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ("<r><i/><i/><i/></r>", "i", "<r><i/><i/></r>"),
        ("<r>\n <i/>\n <i/>\n <i/>\n <i/>\n</r>\n", "i", "<r>\n <i/>\n <i/>\n</r>\n"),
        ("<r><w><i/><i/></w><w><i/></w><z/></r>", "w.i", "<r><w><i/><i/></w><w></w><z/></r>"),
        ("<r a=\"1\"><i  b = '2' /></r>", "i", "<r a=\"1\"><i  b = '2' /></r>"),
        ('<r><x token="1" b="2"/><i/></r>', "i", '<r><x b="2"/><i/></r>'),
        ("<n:r xmlns:n='u'><n:i/><n:i/><n:i/></n:r>", "i", "<n:r xmlns:n='u'><n:i/><n:i/></n:r>"),
        ("<r><i><![CDATA[a<b]]></i></r>", "i", "<r><i><![CDATA[a<b]]></i></r>"),
        ("<r><?p i?><i>&#233;&lt;</i></r>", "i", "<r><?p i?><i>&#233;&lt;</i></r>"),
        ("<r><!-- a --><i/></r><!-- b -->", "i", "<r><i/></r>"),
        (f"<r><i>{'ю' * 3000}</i></r>", "i", f"<r><i>{'ю' * 1000}</i></r>"),
        (f"<r><i>{'&lt;' * 3000}</i></r>", "i", f"<r><i>{'&lt;' * 1000}</i></r>"),
        (f"<r><i><l>{'<t/>' * 99}</l></i></r>", "i", f"<r><i><l>{'<t/>' * 10}</l></i></r>"),
        ("<r><i><token><x/></token><b/></i></r>", "i", "<r><i><b/></i></r>"),
    ],
)
def test_excerpts(text: str, place: str, expected: str) -> None:
    assert cut(text, place) == expected


NAMES = st.sampled_from(["i", "w", "a", "b", "n:c", "день"])
TEXTS = st.text("ab \n<&>\"'ю]", max_size=6)


@st.composite
def elements(draw: st.DrawFn, depth: int = 0) -> str:
    """An element in one of the ways in which it can be written."""
    name = draw(NAMES)
    attributes = "".join(
        f" {one}={quoteattr(draw(TEXTS))}" for one in draw(st.sets(NAMES, max_size=2))
    )
    if draw(st.booleans()) and depth:
        return f"<{name}{attributes}/>"
    pieces = [
        draw(
            (elements(depth + 1) if depth < 3 else st.just(""))
            | TEXTS.map(escape)
            | st.sampled_from(["\n  ", "<![CDATA[a<b]]>", "<?p x?>", "&#233;"])
        )
        for _ in range(draw(st.integers(0, 5)))
    ]
    return f"<{name}{attributes}>{''.join(pieces)}</{name}>"


@settings(deadline=None)
@given(
    inner=st.lists(elements(), max_size=8),
    place=st.sampled_from(["i", "w.i", "a.b.i"]),
    most=st.integers(1, 3),
    blank=st.sampled_from(["", "\n", " \r\n "]),
)
def test_the_records_of_an_excerpt_are_the_first_ones(
    inner: list[str], place: str, most: int, blank: str
) -> None:
    text = f'<?xml version="1.0"?>{blank}<r xmlns:n="u">{blank.join(inner)}{blank}</r>{blank}'
    source = Source(
        name="s", entity="e", conn_id="c", endpoint="/", format="xml", records_path=place
    )
    short = cut(text, place, most)
    try:
        expected = Decoder(source).decode(text.encode()).records
    except DecodeError:  # of elements in place of the records
        assert short == text
        return
    assert Decoder(source).decode(short.encode()).records == expected[:most]
    if len(expected) <= most:
        assert short == text


def test_a_long_attribute_is_cut_before_a_reference() -> None:
    text = f'<r><i a="{"x" * 997}&quot;y"/></r>'
    assert cut(text) == f'<r><i a="{"x" * 997}"/></r>'


def test_what_is_read_stays_whatever_it_is_called() -> None:
    text = b'<r next_token="a"><token>b</token><i/></r>'
    kept = excerpt(text, ("i",), 1, is_secret_field, {("@next_token",), ("token",)})
    assert kept == text


def test_secrets_are_hidden_as_xml_has_them() -> None:
    assert hide('<a b="x&amp;&quot;y">x&amp;"y</a>', ['x&"y']) == '<a b="***">***</a>'
