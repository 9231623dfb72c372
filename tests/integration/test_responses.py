"""Responses that are not what was asked for, or whose headers say so: waited for, or in words."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from elt import fetch, retry
from elt.api import ApiHook
from elt.errors import SourceRefusedError, SourceUnavailableError
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
    http_source,
    replies,
)

ORDERS = {"results": [{"id": 1}]}


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.01)
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "20")
    monkeypatch.setenv("ELT_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


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
    _, records = extract(declare(pagination=PageNumber(page="page")))
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
