"""Responses that are not what was asked for, or whose headers say so: waited for, or in words."""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from elt.airflow.hook import ApiHook
from elt.errors import SourceInvalidError, SourceRefusedError, SourceUnavailableError
from elt.extract import fetch
from elt.source import LinkHeader, PageNumber
from tests.http_source import (
    CONN_ID,
    CONNECTION,
    Asked,
    HttpSource,
    Reply,
    connection,
    declare,
    extract,
    hasten,
    http_source,
    replies,
)

ORDERS = {"results": [{"id": 1}]}


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, tmp_path / "spool")


@pytest.fixture
def source(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpSource]:
    with http_source(replies(ORDERS)) as source:
        monkeypatch.setenv(CONNECTION, connection(source.url))
        yield source


# Rate limits


@pytest.mark.parametrize(
    "headers",
    [
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "0.6"},
        {"retry-after-ms": "600"},
    ],
)
def test_a_403_that_is_a_rate_limit_is_waited_out(
    source: HttpSource, headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    limited = Reply({"message": "API rate limit exceeded"}, 403, headers)
    source.answer = replies(
        {"results": [{"id": 1}]}, limited, {"results": [{"id": 2}]}, {"results": []}
    )
    begun = time.monotonic()
    _, records = extract(declare(pagination=PageNumber(page_param="page")))
    assert [record["id"] for record in records] == [1, 2]
    assert time.monotonic() - begun > 0.6
    assert "403 Forbidden (a rate limit, by its headers); it asks to wait 1 s" in caplog.text
    assert "API rate limit exceeded" in caplog.text


def test_a_403_beyond_all_patience_is_not_waited_for(source: HttpSource) -> None:
    reset = str(int(time.time() + 3000))
    source.answer = replies(
        Reply(b"", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset})
    )
    with pytest.raises(
        SourceUnavailableError, match=r"it asks to wait [23][0-9]{3} s; given up"
    ) as no:
        extract(declare())
    assert 2900 < (no.value.after or 0) <= 3000
    assert len(source.asked) == 1


def test_a_403_that_says_nothing_of_a_limit_is_refused_at_once(source: HttpSource) -> None:
    source.answer = replies(Reply({"message": "no"}, 403, {"X-RateLimit-Remaining": "17"}))
    with pytest.raises(SourceRefusedError, match="403 Forbidden; look at the endpoint"):
        extract(declare())
    assert len(source.asked) == 1


def test_a_sensor_takes_a_403_that_is_a_rate_limit_for_a_response(source: HttpSource) -> None:
    source.answer = replies(Reply(b"", 403, {"Retry-After": "60"}))
    assert fetch.look(ApiHook(CONN_ID), declare(), {}) is None


# Where the next page is


def test_several_headers_link_and_a_semicolon_in_the_url(source: HttpSource) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.params.get("a;page", "1"))
        headers = {"Link": '<?x=1>; rel="first"'}
        if page < 3:
            headers["link"] = f'<?a;page={page + 1}&b=1,2>; title="a, <b>"; rel="next last"'
        return Reply({"results": [{"id": page}]}, headers=headers)

    source.answer = answer
    _, records = extract(declare(pagination=LinkHeader()))
    assert [record["id"] for record in records] == [1, 2, 3]


@pytest.mark.parametrize(
    ("host", "endpoint", "path"),
    [
        ("/", "/orders", "/orders"),
        ("//", "/orders", "/orders"),
        ("/v1", "/orders", "/v1/orders"),
        ("/v1/", "/orders/", "/v1/orders/"),
        ("/v1/", "/", "/v1/"),
        ("", "/files//a", "/files//a"),
        ("/v1/", "//orders", "/v1//orders"),
    ],
)
def test_one_slash_is_between_connection_and_endpoint(
    source: HttpSource, monkeypatch: pytest.MonkeyPatch, host: str, endpoint: str, path: str
) -> None:
    monkeypatch.setenv(CONNECTION, connection(source.url + host))
    fetched, _ = extract(declare(endpoint=endpoint))
    assert [asked.path for asked in source.asked] == [path]
    assert fetched.request == source.url + path


@pytest.mark.parametrize("ending", ["?key=sEcReT", "/v1?key=sEcReT", "/#sEcReT"])
def test_a_query_in_the_url_of_a_connection_is_refused(
    source: HttpSource, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    monkeypatch.setenv(CONNECTION, connection(source.url + ending))
    with pytest.raises(SourceRefusedError, match="'shop_api': its URL has a query") as no:
        extract(declare())
    assert "sEcReT" not in str(no.value)
    assert source.asked == []


# What is no data


PAGE = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>" + b"x" * 2000
STRANGE = {
    "a web page": (
        Reply(PAGE, headers={"Content-Type": "text/html; charset=utf-8"}),
        r"status 200, Content-Type 'text/html; charset=utf-8'; it is a web page, perhaps a login,"
        r" and begins: '<!DOCTYPE html> <html><head><title>Sign in</title>",
    ),
    "gzip": (
        Reply(gzip.compress(b'{"results": []}'), headers={"Content-Type": "application/gzip"}),
        "Content-Type 'application/gzip'; its bytes are compressed by gzip without saying so",
    ),
    "gzip twice": (
        Reply(gzip.compress(gzip.compress(b"{}")), headers={"Content-Encoding": "gzip"}),
        "Content-Encoding 'gzip'; its bytes are compressed by gzip without saying so",
    ),
    "zip": (Reply(b"PK\x03\x04" + bytes(50)), "200, no Content-Type; its bytes are a zip archive"),
    "text": (
        Reply(b"Service\n\x1bclosed until 8:00 " + b"x" * 200, 200, {"Content-Type": "text/plain"}),
        r"'text/plain'; it begins: 'Service closed until 8:00 x{74}…'",
    ),
    "XML": (Reply(b"<?xml version='1.0'?><secret>4711</secret>"), "it begins as XML does"),
    "broken JSON": (
        Reply(b'{"results": [{"password": "hunter2"'),
        "the answer is not JSON: .*; it begins as JSON does",
    ),
    "an encoding": (
        Reply(b"{}", headers={"Content-Type": "application/json; charset=klingon"}),
        "in 'klingon', which is no encoding; status 200",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reply", "said"), STRANGE.values(), ids=STRANGE)
def test_what_came_instead_of_data_is_said(source: HttpSource, reply: Reply, said: str) -> None:
    source.answer = replies(reply)
    with pytest.raises(SourceInvalidError, match=said) as no:
        extract(declare())
    assert "hunter2" not in str(no.value)
    assert "4711" not in str(no.value)
    assert str(no.value).isprintable()
    # The sensor waits for it to pass, and says the same.
    assert re.search(said, fetch.look(ApiHook(CONN_ID), declare(), {}) or "")


def test_json_where_xml_was_expected_is_quoted_by_its_words(source: HttpSource) -> None:
    source.answer = replies({"error": {"message": "no such day"}, "user": "jane"})
    with pytest.raises(SourceInvalidError, match=r"not XML: .*; it says: 'no such day'") as no:
        extract(declare(format="xml", records_path="order"))
    assert "jane" not in str(no.value)


def test_a_redirect_to_a_login_page_names_where_it_ended(source: HttpSource) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/login":
            return Reply(PAGE, headers={"Content-Type": "text/html"})
        return Reply(b"", 302, {"Location": "/login?next=%2Forders&token=sEcReT"})

    source.answer = answer
    with pytest.raises(
        SourceInvalidError, match=r"a web page.*\(redirected to .*/login\?next"
    ) as no:
        extract(declare())
    assert "sEcReT" not in str(no.value)


# What no database stores


NUL = rb'{"results": [{"id": 1}, {"id": 17, "a": {"b": ["x", "\u0000y"]}}]}'
UNSTORABLE = {
    "escaped": (NUL, r"record 2 of the page \(key 17\): the field \['a', 'b', 1\] has U\+0000"),
    "itself": (NUL.replace(rb"\u0000", b"\0"), r"record 2 .*\['a', 'b', 1\] has U\+0000"),
    "in a name": (
        rb'{"results": [{"id": 1, "x\u0000": 1}]}',
        r"record 1 .*the name of a field, .* has U\+0000",
    ),
    "NaN": (
        b'{"results": [{"id": 1}, {"id": 17, "a": {"b": NaN}}]}',
        r"record 2 .*\(key 17\): the field 'a.b' has NaN or Infinity, .*replace=\['NaN'\]",
    ),
    "Infinity": (b'{"results": [{"id": 17, "a": -Infinity}]}', r"record 1 .*the field 'a' has NaN"),
    "around": (b'{"avg": NaN, "results": [{"id": 1}]}', "the response: the field 'avg' has NaN"),
    "a record": (b'{"results": [{"id": 1}, NaN]}', "record 2 of the page: it has NaN"),
}  # fmt: skip


@pytest.mark.parametrize(("body", "said"), UNSTORABLE.values(), ids=UNSTORABLE)
def test_what_no_database_stores_is_an_error_that_names_it(
    source: HttpSource, body: bytes, said: str
) -> None:
    source.answer = replies(Reply(body))
    with pytest.raises(SourceInvalidError, match=f"shop__orders, page 1: .*{said}"):
        extract(declare(key="id"))


def test_of_lines_too(source: HttpSource) -> None:
    source.answer = replies(Reply(b'{"id": 1}\n{"id": 2, "a": Infinity}\n'))
    lines = declare(format="ndjson", records_path=None)
    with pytest.raises(SourceInvalidError, match="record 2 of the page: the field 'a' has NaN"):
        extract(lines)
    _, records = extract(lines.model_copy(update={"replace": ("NaN",)}))
    assert records == [{"id": 1}, {"id": 2, "a": None}]


def test_it_is_replaced_by_declaration_and_counted(
    source: HttpSource, caplog: pytest.LogCaptureFixture
) -> None:
    body = (
        rb'{"avg": NaN, "results": [{"a\u0000": "\u0000 and \\u0000",'
        rb' "b": [NaN, -Infinity, "NaN"]},'
        b' {"a": "\0"}, {"a": "NaN\\\\", "b": 1}]}'
    )
    source.answer = replies(Reply(body))
    fetched, records = extract(declare(replace=("U+0000", "NaN")))
    assert records == [
        {"a\ufffd": "\ufffd and \\u0000", "b": [None, None, "NaN"]},
        {"a": "\ufffd"},
        {"a": "NaN\\", "b": 1},
    ]
    assert fetched.replaced == {"U+0000": 3, "NaN": 3}
    assert "page 1: " in caplog.text
    assert "replaced as declared: NaN 3 times, U+0000 3 times" in caplog.text


def test_what_looks_like_it_is_not_touched(source: HttpSource) -> None:
    body = rb'{"results": [{"a": "\\u0000", "NaN": "Infinity", "b": "x, NaN, y"}]}'
    source.answer = replies(Reply(body))
    fetched, records = extract(declare())
    assert records == [{"a": "\\u0000", "NaN": "Infinity", "b": "x, NaN, y"}]
    assert fetched.replaced == {}


def test_a_redacted_field_may_have_it(source: HttpSource) -> None:
    source.answer = replies(Reply(rb'{"results": [{"id": 1, "pin": "\u0000"}]}'))
    _, records = extract(declare(redact=("pin",)))
    assert records == [{"id": 1}]


@pytest.mark.parametrize(
    "body", [b'{"results": [{"id": NaN}', b'{"results": [nano]}', b'{"a": 1}\0']
)
def test_what_is_broken_otherwise_stays_broken(source: HttpSource, body: bytes) -> None:
    source.answer = replies(Reply(body))
    with pytest.raises(SourceInvalidError, match="the answer is not JSON"):
        extract(declare(replace=("U+0000", "NaN")))
