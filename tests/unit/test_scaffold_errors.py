"""The words of a document that says that something failed."""

from __future__ import annotations

from typing import Any

import pytest

from elt.http.response import Response
from elt.scaffold.infer.errors import LONGEST, is_error, words
from elt.scaffold.infer.lists import NoRecordsError
from elt.scaffold.infer.records import find
from elt.scaffold.json_text import parse


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "Whoa, ease up"}', "Whoa, ease up"),
        (b'{"error": {"code": 401, "message": "Invalid key"}}', "Invalid key"),
        (b'{"errors": [{"title": "Bad", "detail": "no id"}, "and more"]}', "and more. no id. Bad"),
        (b'{"detail": [{"loc": ["q"], "msg": "field required"}]}', "field required"),
        (b'{"type": "about:blank", "title": "Not Found", "status": 404}', "Not Found"),
        (b'"no such thing"', "no such thing"),
        (b'{"results": [], "error": null}', ""),
        (b'{"error": "x", "token": "s3cret"}', "x"),
        (b'{"error": {"token": "s3cret", "message": "y"}}', "y"),
        (b"Not Found\n\n", "Not Found"),
        (
            b"<html><head><title>Sign in &amp; go</title></head><body>x</body></html>",
            "Sign in & go",
        ),
        (b"<Error><!-- a --><Code>5</Code>\n<Message>Bad</Message></Error>", "5 Bad"),
        (b"", ""),
        (b"\x00\x01\x02", ""),
        (b"\x1f\x8b" + bytes(range(128, 255)), ""),
    ],
)
def test_words(body: bytes, said: str) -> None:
    assert words(body, "", ()) == said


def test_words_are_on_one_line_short_and_without_secrets() -> None:
    body = ("key s3cret-key \x1b[31m\u202e\n" + "long " * 1000).encode()
    said = words(body, "text/plain", ["s3cret-key"])
    assert said.startswith("key *** [31m long")
    assert len(said) == LONGEST
    assert said.isprintable()


def test_words_in_another_encoding() -> None:
    said = words("<r>Ошибка</r>".encode("cp1251"), "text/xml; charset=windows-1251", ())
    assert said == "Ошибка"


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ('{"error": "x"}', True),
        ('{"errors": [{"message": "x"}], "data": null}', True),
        ('{"success": false, "message": "x"}', True),
        ('{"status": "error", "message": "x"}', True),
        ('{"message": "x", "code": 404}', True),
        ('{"error": null, "data": [1]}', False),
        ('{"error": "", "message": "hi"}', False),
        ('{"message": "x", "status": "success"}', False),
        ('{"code": "EUR", "title": "Euro"}', False),
        ('{"error": "x", "id": 7}', False),
        ('[{"error": "x"}]', False),
    ],
)
def test_what_is_nothing_but_an_error(document: str, expected: bool) -> None:
    assert is_error(parse(document.encode())) is expected


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": "over quota"}',
        b"<e>Error in parameters</e>",
        b"<r><error code='5'>x</error></r>",
        b"<Envelope><Body><Fault><faultcode>5</faultcode></Fault></Body></Envelope>",
    ],
)
def test_no_pipeline_is_made_of_an_error(body: Any) -> None:
    with pytest.raises(NoRecordsError):
        find(Response("http://api.example/x", body), "things")
