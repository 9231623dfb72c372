"""Logins by the Airflow connection, and that no login reaches a log, an error or another host."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from elt.errors import SourceError, SourceRefusedError
from elt.source import Cursor, NextLink, PageNumber
from tests.http_source import (
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

SECRET = "vErY-sEcReT/+&é"
BASIC = base64.b64encode(f"loader:{SECRET}".encode()).decode()

LOGINS: dict[str, dict[str, Any]] = {
    "basic": {"login": "loader", "password": SECRET},
    "basic, said": {"login": "loader", "password": SECRET, "extra": {"auth": "basic"}},
    "bearer": {"password": SECRET, "extra": {"auth": "bearer"}},
    "key in a header": {"password": SECRET, "extra": {"api_key_header": "X-Shop-Key"}},
    "key in the query": {
        "password": SECRET,
        "extra": {"auth": "api_key", "api_key_param": "shop"},
    },
    "a header of its own": {"extra": {"X-Shop": "s3cr3t-header"}},
}
NO_LOGIN: dict[str, Any] = {"extra": {"Accept": "application/json", "User-Agent": "shop/1"}}


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hasten(monkeypatch, tmp_path / "spool", patience=2)
    # A .netrc of the user's must not be a login.
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))


@pytest.fixture
def source() -> Iterator[HttpSource]:
    with http_source(lambda asked: Reply({"results": [{"id": 1}]})) as source:
        yield source


@pytest.fixture
def other() -> Iterator[HttpSource]:
    """Another host, which answers anything."""
    with http_source(lambda asked: Reply({"results": [{"id": 2}]})) as other:
        yield other


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def connect(url: str, **fields: Any) -> None:
        monkeypatch.setenv(CONNECTION, connection(url, **fields))

    return connect


def secrets_in(text: str) -> list[str]:
    """The secrets that a text has, however they are written."""
    known = [SECRET, quote(SECRET, safe=""), quote(SECRET), BASIC, "s3cr3t-header", "vErY"]
    return [secret for secret in known if secret in text]


def told(caught: pytest.ExceptionInfo[BaseException], caplog: pytest.LogCaptureFixture) -> str:
    """All that a person or a log gets to read of a failure."""
    return str(caught.getrepr(chain=True, showlocals=False)) + caplog.text + str(caught.value)


# What is sent


def test_basic(source: HttpSource, connect: Callable[..., None]) -> None:
    connect(source.url, login="u", password="p")
    extract(declare())
    assert source.asked[0].headers["Authorization"] == "Basic dTpw"


def test_bearer(source: HttpSource, connect: Callable[..., None]) -> None:
    connect(source.url, login="ignored", password="t.o-k_e/n", extra={"auth": "bearer"})
    extract(declare())
    assert source.asked[0].headers["Authorization"] == "Bearer t.o-k_e/n"


@pytest.mark.parametrize("auth", [{}, {"auth": "api_key"}])
def test_a_key_in_a_header(source: HttpSource, connect: Callable[..., None], auth: Any) -> None:
    connect(source.url, password="k", extra={"api_key_header": "X-Shop-Key", **auth})
    extract(declare())
    assert source.asked[0].headers["X-Shop-Key"] == "k"
    assert "Authorization" not in source.asked[0].headers


@pytest.mark.parametrize("auth", [{}, {"auth": "api_key"}])
def test_a_key_in_the_query(source: HttpSource, connect: Callable[..., None], auth: Any) -> None:
    connect(source.url, password=SECRET, extra={"api_key_param": "shop", **auth})
    extract(declare(), params={"a": "b c", "empty": ""})
    assert source.asked[0].params == {"a": "b c", "shop": SECRET}
    assert "Authorization" not in source.asked[0].headers


def test_every_page_is_asked_for_with_the_key_once(
    source: HttpSource, connect: Callable[..., None]
) -> None:
    """Also where the source has the key in the links it gives."""

    def answer(asked: Asked) -> Reply:
        page = int(asked.params.get("page", "1"))
        link = f"?page={page + 1}" + (f"&shop={quote(SECRET, safe='')}" if page == 2 else "")
        return Reply({"results": [{"id": page}], "next": link if page < 4 else None})

    source.answer = answer
    connect(source.url, password=SECRET, extra={"api_key_param": "shop"})
    fetched, records = extract(declare(pagination=NextLink(next_url_path="next")))
    assert [record["id"] for record in records] == [1, 2, 3, 4]
    assert [asked.params["shop"] for asked in source.asked] == [SECRET] * 4
    assert secrets_in(fetched.request) == []


def test_a_key_in_the_query_is_sent_with_every_page_side_by_side(
    source: HttpSource, connect: Callable[..., None]
) -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.params["page"])
        ids = [2 * page, 2 * page + 1] if page <= 10 else []
        return Reply({"results": [{"id": one} for one in ids], "total": 20})

    source.answer = answer
    connect(source.url, password="k", extra={"api_key_param": "shop"})
    strategy = PageNumber(page_param="page", size_param="n", page_size=2, total_path="total")
    extract(declare(pagination=strategy, concurrency=4))
    # The last one is past the end, which its last page, a full one, leaves open.
    assert [asked.params["shop"] for asked in source.asked] == ["k"] * 11


@pytest.mark.parametrize("fields", LOGINS.values(), ids=LOGINS)
def test_how_to_log_in_is_no_header(
    source: HttpSource, connect: Callable[..., None], fields: dict[str, Any]
) -> None:
    connect(source.url, **fields)
    extract(declare())
    sent = {name.lower() for name in source.asked[0].headers}
    assert not sent & {"auth", "api_key_header", "api_key_param"}


def test_the_user_agent_is_ours_unless_the_connection_names_one(
    source: HttpSource, connect: Callable[..., None]
) -> None:
    connect(source.url)
    extract(declare())
    connect(source.url, extra={"User-Agent": "shop-loader/2 (ops@shop.example)"})
    extract(declare())
    connect(source.url, extra={"user-agent": "lower/1"})
    extract(declare())
    ours, theirs, lower = (asked.headers["User-Agent"] for asked in source.asked)
    assert ours.startswith("elt/")
    assert (theirs, lower) == ("shop-loader/2 (ops@shop.example)", "lower/1")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"extra": {"auth": "bearer"}}, "no password to log in with"),
        ({"extra": {"api_key_header": "X-Key"}}, "no password to log in with"),
        ({"extra": {"api_key_param": "key"}}, "no password to log in with"),
        ({"password": SECRET, "extra": {"auth": "api_key"}}, "no api_key_header or api_key_param"),
        ({"password": SECRET, "extra": {"auth": "digest"}}, "'digest', not basic, bearer or"),
        ({"password": SECRET, "extra": {"auth": ["bearer"]}}, "not basic, bearer or api_key"),
        ({"password": f"{SECRET}\n", "extra": {"auth": "bearer"}}, "its password has characters"),
        ({"password": f"{SECRET}\r\nX: y", "extra": {"api_key_header": "K"}}, "its password has"),
        (
            {"password": SECRET, "extra": {"api_key_header": "X Y:\n"}},
            "its API key has an invalid name",
        ),
    ],
)
def test_a_login_that_is_none_is_named(
    source: HttpSource,
    connect: Callable[..., None],
    fields: dict[str, Any],
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    connect(source.url, **fields)
    with caplog.at_level(logging.INFO), pytest.raises(SourceRefusedError, match=said) as caught:
        extract(declare())
    assert "connection 'shop_api'" in str(caught.value)
    assert secrets_in(told(caught, caplog)) == []
    assert source.asked == []


@pytest.mark.parametrize("extra", [{"auth": "bearer"}, {"api_key_header": "X-Key"}])
def test_a_key_of_any_characters_is_sent_as_it_is(
    source: HttpSource, connect: Callable[..., None], extra: Any
) -> None:
    connect(source.url, password="ключ", extra=extra)
    try:
        extract(declare())
    except SourceRefusedError as error:
        assert "ключ" not in str(error)
    else:
        sent = "".join(source.asked[0].headers.values())
        assert "ключ" in sent.encode("latin-1").decode()


# What is told


FAILURES: dict[str, Any] = {
    "401": Reply({"error_path": "no"}, 401),
    "429": Reply(b"", 429, {"Retry-After": "60"}),
    "503": Reply(b"", 503),
    "no JSON": Reply(b"<html>"),
    "an error with status 200": Reply({"error_path": {"message": "key wrong"}}),
    "empty": Reply({"results": []}),
    "a link elsewhere": Reply({"results": [1], "next": "http://other.example/?page=2"}),
    "a link that loops": Reply({"results": [1], "next": "?"}),
    "a redirect elsewhere": Reply(b"", 302, {"Location": "http://other.example/"}),
    "a redirect to a page": Reply(b"", 302, {"Location": "/login"}),
}


@pytest.mark.parametrize("fields", LOGINS.values(), ids=LOGINS)
@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_no_failure_tells_the_login(
    source: HttpSource,
    connect: Callable[..., None],
    fields: dict[str, Any],
    failure: Reply,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.05")
    source.answer = lambda asked: failure if asked.path != "/login" else Reply(b"<html>")
    connect(source.url, **fields)
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, "elt")
    with pytest.raises(SourceError, match="shop__orders") as caught:
        extract(
            declare(error_path="error", pagination=NextLink(next_url_path="next")),
            params={"q": "1"},
        )
    assert secrets_in(told(caught, caplog)) == []


@pytest.mark.parametrize("fields", LOGINS.values(), ids=LOGINS)
def test_no_success_tells_the_login(
    source: HttpSource,
    connect: Callable[..., None],
    fields: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
) -> None:
    source.answer = replies(
        Reply({"results": [1], "next": "x"}), Reply(b"", 503), Reply({"results": [2]})
    )
    connect(source.url, **fields)
    with caplog.at_level(logging.DEBUG, "elt"), caplog.at_level(logging.INFO):
        fetched, _ = extract(
            declare(pagination=Cursor(cursor_param="after", cursor_path="next")), params={"q": "1"}
        )
    assert fetched.records == 2
    assert secrets_in(repr(fetched) + caplog.text) == []
    assert fetched.request == f"{source.url}/orders?q=1"


def test_a_source_that_cannot_be_reached_tells_no_login(
    connect: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.05")
    with http_source(replies(b"")) as gone:
        pass
    for fields in LOGINS.values():
        connect(gone.url, **fields)
        with caplog.at_level(logging.INFO), pytest.raises(SourceError) as caught:
            extract(declare())
        assert secrets_in(told(caught, caplog)) == []


# Redirects


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("fields", LOGINS.values(), ids=LOGINS)
def test_a_login_is_not_sent_on_to_another_host(
    source: HttpSource,
    other: HttpSource,
    connect: Callable[..., None],
    fields: dict[str, Any],
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    target = f"http://localhost:{other.port}/orders"
    source.answer = lambda asked: Reply(b"", status, {"Location": target})
    connect(source.url, **fields)
    with caplog.at_level(logging.INFO), pytest.raises(SourceError) as caught:
        extract(declare())
    assert "it redirects to another host, and the login is not sent on" in str(caught.value)
    assert secrets_in(told(caught, caplog)) == []
    assert other.asked == []
    assert len(source.asked) <= 3


@pytest.mark.parametrize("fields", LOGINS.values(), ids=LOGINS)
@pytest.mark.parametrize(
    "location",
    ["//localhost:{port}/x", "http://127.0.0.1@localhost:{port}/x", "HTTP://LOCALHOST:{port}/"],
)
def test_no_way_to_write_another_host_gets_the_login(
    source: HttpSource,
    other: HttpSource,
    connect: Callable[..., None],
    fields: dict[str, Any],
    location: str,
) -> None:
    target = location.format(port=other.port)
    source.answer = lambda asked: Reply(b"", 302, {"Location": target})
    connect(source.url, **fields)
    with pytest.raises(SourceError, match="redirects to another host"):
        extract(declare())
    assert other.asked == []


@pytest.mark.parametrize("fields", LOGINS.values(), ids=LOGINS)
def test_another_port_is_another_host(
    source: HttpSource, other: HttpSource, connect: Callable[..., None], fields: dict[str, Any]
) -> None:
    """As it is of a link: what listens there may be anybody's."""
    source.answer = lambda asked: Reply(b"", 302, {"Location": f"{other.url}/orders"})
    connect(source.url, **fields)
    with pytest.raises(SourceError, match="redirects to another host"):
        extract(declare())
    assert other.asked == []


@pytest.mark.parametrize("fields", LOGINS.values(), ids=LOGINS)
def test_a_second_redirect_is_looked_at_as_the_first(
    source: HttpSource, other: HttpSource, connect: Callable[..., None], fields: dict[str, Any]
) -> None:
    source.answer = lambda asked: Reply(
        b"",
        302,
        {"Location": "/more" if asked.path == "/orders" else f"http://localhost:{other.port}/"},
    )
    connect(source.url, **fields)
    with pytest.raises(SourceError, match="redirects to another host"):
        extract(declare())
    assert other.asked == []


@pytest.mark.parametrize("fields", [{}, *LOGINS.values()], ids=["none", *LOGINS])
@pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:port/", "http://", ""])
def test_a_redirect_that_is_no_url_is_an_error(
    source: HttpSource, connect: Callable[..., None], fields: dict[str, Any], location: str
) -> None:
    source.answer = lambda asked: Reply(b"", 302, {"Location": location})
    connect(source.url, **fields)
    with pytest.raises(SourceError, match="shop__orders"):
        extract(declare())


@pytest.mark.parametrize("fields", LOGINS.values(), ids=LOGINS)
def test_the_login_stays_on_the_way_to_another_path(
    source: HttpSource, connect: Callable[..., None], fields: dict[str, Any]
) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/orders":
            query = asked.target.partition("?")[2]
            return Reply(b"", 301, {"Location": f"/orders/?{query}"})
        return Reply({"results": [1]})

    source.answer = answer
    connect(source.url, **fields)
    assert extract(declare(), params={"q": "1"})[1] == [1]
    first, second = source.asked
    assert second.path == "/orders/"
    assert second.params == first.params
    for name in ("Authorization", "X-Shop-Key", "X-Shop"):
        assert second.headers.get(name) == first.headers.get(name)


@pytest.mark.parametrize("fields", [{}, NO_LOGIN])
def test_without_a_login_a_redirect_is_followed(
    source: HttpSource, other: HttpSource, connect: Callable[..., None], fields: dict[str, Any]
) -> None:
    target = f"http://localhost:{other.port}/orders"
    source.answer = lambda asked: Reply(b"", 302, {"Location": target})
    connect(source.url, **fields)
    assert extract(declare())[1] == [{"id": 2}]
    assert len(other.asked) == 1


def test_a_netrc_of_the_user_is_no_login(
    source: HttpSource,
    other: HttpSource,
    connect: Callable[..., None],
    tmp_path: Path,
) -> None:
    """Who asks is the connection's to say; the file may be meant for something else."""
    (tmp_path / "netrc").write_text(
        f"machine 127.0.0.1 login me password {SECRET}\n"
        f"machine localhost login me password {SECRET}\n"
    )
    target = f"http://localhost:{other.port}/orders"
    source.answer = lambda asked: Reply(b"", 302, {"Location": target})
    connect(source.url)
    extract(declare())
    assert "Authorization" not in source.asked[0].headers
    assert "Authorization" not in other.asked[0].headers
