"""Fetching through Airflow's HTTP hook, from a source that misbehaves in every way it can."""

from __future__ import annotations

import contextlib
import gzip
import json
import logging
import os
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from elt.airflow.hook import ApiHook
from elt.errors import (
    PermanentError,
    SourceError,
    SourceInvalidError,
    SourceRefusedError,
    SourceUnavailableError,
)
from elt.extract import fetch
from elt.extract.fetch import Fetched
from elt.extract.spool import Spool
from elt.http import retry
from elt.source import PageNumber, Source
from sample_api.faults import Records, Status
from sample_api.testing import SampleApi
from tests.http_source import hasten

SECRET = "vErY-sEcReT"
SEED = "fetch"


@pytest.fixture(autouse=True)
def _quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short pauses, little patience, a spool folder of the test's own, no proxy on the way."""
    hasten(monkeypatch, tmp_path / "spool")


@pytest.fixture
def connect(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set the Airflow connection of the source, as its environment variable."""

    def connect(host: str, **fields: Any) -> None:
        value = {"conn_type": "http", "host": host, **fields}
        monkeypatch.setenv("AIRFLOW_CONN_RANDOMUSER_API", json.dumps(value))

    return connect


@pytest.fixture
def source_api(api: SampleApi, connect: Callable[..., None]) -> SampleApi:
    """The sample API, connected with a login that it does not need."""
    connect(api.url, login="loader", password=SECRET, extra=json.dumps({"X-Api-Key": SECRET}))
    return api


def declare(**changes: Any) -> Source:
    """A source of pages of ten, asked one after the other unless said otherwise."""
    fields: dict[str, Any] = {
        "name": "randomuser",
        "entity": "users",
        "conn_id": "randomuser_api",
        "endpoint": "/api/1.4/",
        "records_path": "results",
        "error_path": "error",
        "redact": ("login.password",),
        "pagination": PageNumber(
            page_param="page", size_param="results", page_size=10, endless=True
        ),
        "concurrency": 1,
    }
    return Source(**(fields | changes))


def extract(
    limit: int = 30, params: Mapping[str, str] | None = None, **changes: Any
) -> tuple[Fetched, list[Any]]:
    """Fetch as the pipeline does; what it says of it, and the records in the spool."""
    hook = ApiHook("randomuser_api")
    with Spool() as spool:
        fetched = fetch.fetch(hook, declare(**changes), params or {"seed": SEED}, limit, spool)
        return fetched, [json.loads(record) for page in spool.pages() for record in page]


def truth(api: SampleApi, limit: int = 30, size: int = 10) -> list[Any]:
    """What the API has for these pages, without what is never to be stored."""
    users = []
    for page in range(1, -(-limit // size) + 1):
        with contextlib.closing(
            socket.create_connection((urlsplit(api.url).hostname, urlsplit(api.url).port or 0))
        ) as connection:
            path = f"/api/1.4/?seed={SEED}&page={page}&results={size}"
            connection.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
            answer = b"".join(iter(lambda: connection.recv(65_536), b""))
        users += json.loads(answer.partition(b"\r\n\r\n")[2])["results"]
    for user in users:
        del user["login"]["password"]
    return users[:limit]


def asked(api: SampleApi) -> Counter[int]:
    """How often each page was asked for."""
    return Counter(int(parse_qs(seen.query)["page"][0]) for seen in api.requests())


def nothing_left() -> bool:
    return os.listdir(os.environ["ELT_SPOOL_DIR"]) == []


def told(caught: pytest.ExceptionInfo[BaseException], caplog: pytest.LogCaptureFixture) -> str:
    """All that a person or a log gets to read of a failure."""
    return str(caught.getrepr(chain=True, showlocals=False)) + caplog.text + str(caught.value)


# Right data


def test_pages_are_brought_whole_and_in_order(source_api: SampleApi) -> None:
    expected = truth(source_api, 95, 10)
    source_api.clear()
    fetched, records = extract(95, concurrency=4)
    assert records == expected
    assert (fetched.pages, fetched.records) == (10, 95)
    assert fetched.request == f"{source_api.url}/api/1.4/?seed={SEED}"
    assert fetched.bytes > len(json.dumps(records, ensure_ascii=False, separators=(",", ":")))
    assert fetched.started_at <= fetched.fetched_at
    assert asked(source_api) == dict.fromkeys(range(1, 11), 1)
    assert nothing_left()


MENDED = {
    "latency": "latency:seconds=0.2,pages=2",
    "429": "status:code=429,times=3,pages=2",
    "429, come back in a second": "status:code=429,retry_after=1,times=1,pages=2",
    "429, come back at a time": (
        "status:code=429,retry_after=1,retry_after_as=date,times=1,pages=2"
    ),
    "408": "status:code=408,times=1,pages=2",
    "500": "status:code=500,times=3,pages=2",
    "503 in HTML": "status:code=503,times=3,pages=2",
    "truncated": "truncated:times=2,pages=2",
    "truncated at once": "truncated:bytes=0,times=2,pages=2",
    "invalid JSON": "invalid_json:times=2,pages=2",
    "error with status 200": "error_200:times=2,pages=2",
    "HTML with status 200": "status:code=200,body=html,times=2,pages=2",
    "no records": "empty_results:times=2,pages=2",
    "fewer records": "fewer:times=2,pages=2",
    "no body": "status:code=204,times=2,pages=2",
    "the page before": "repeated_page:times=2,pages=2",
    "reset": "reset:times=3,pages=2",
    "reset in the body": "reset:bytes=2000,times=3,pages=2",
    "slow": "slow:seconds=0.3,pages=2",
}


@pytest.mark.parametrize("fault", MENDED.values(), ids=MENDED)
def test_a_fault_that_passes_is_mended_and_the_other_pages_are_kept(
    source_api: SampleApi, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    expected = truth(source_api)
    source_api.clear()
    source_api.faults(fault)
    with caplog.at_level(logging.INFO):
        fetched, records = extract()
    assert records == expected
    assert (fetched.pages, fetched.records) == (3, 30)
    times = int(fault.partition("times=")[2][:1] or 0)
    again = {1: 1, 2: 1 + times, 3: 1}
    if fault.startswith("repeated_page"):
        # Of two equal pages either may be the wrong one.
        again[1] += times
    assert asked(source_api) == again
    assert SECRET not in caplog.text
    assert nothing_left()


def test_pages_stay_while_a_429_is_waited_out(source_api: SampleApi) -> None:
    """The source's limit: after eight pages, four requests in a row are told to come back."""
    expected = truth(source_api, 200, 10)
    source_api.clear()
    source_api.faults(Status(code=429, skip=8, times=4))
    _, records = extract(200, concurrency=4)
    assert records == expected
    assert sum(asked(source_api).values()) == 20 + 4
    assert asked(source_api)[1] == 1


def test_what_one_worker_is_told_holds_for_all(source_api: SampleApi) -> None:
    """A 429 on one page holds back the others: no request comes while it is waited out."""
    # Slow enough for the 429 to be heard before another page is asked for.
    source_api.faults(
        Status(code=429, retry_after=2, pages=(2,), times=1),
        "latency:seconds=0.3,pages=1+3+4+5+6+7+8+9+10",
    )
    begun: list[tuple[float, int]] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.02):
            begun.append((time.monotonic(), len(source_api.requests())))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        extract(100, concurrency=2)
    finally:
        done.set()
        watcher.join()
    # With two workers one page may be on its way when the 429 comes; then all is quiet.
    quiet = Counter(count for _, count in begun).most_common(1)[0][0]
    moments = [moment for moment, count in begun if count == quiet]
    assert moments[-1] - moments[0] > 1
    assert quiet <= 4
    assert len(source_api.requests()) == 11


@pytest.mark.parametrize("waits", ["0", "-5", "soon", "Sun, 06 Nov 1994 08:49:37 GMT"])
def test_a_retry_after_that_says_nothing_does_not_make_it_hammer(
    serve: Callable[..., str], connect: Callable[..., None], waits: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.1)
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.6")
    seen: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.path)
        reply(request, 429, headers={"Retry-After": waits})

    connect(serve(answer))
    with pytest.raises(SourceError, match="429"):
        extract()
    assert 2 <= len(seen) <= 8


# Errors in words


LATER, AGAIN, INVALID = SourceUnavailableError, SourceError, SourceInvalidError
"""Retried with the pages that are there, retried from page 1, not retried."""

LASTING = {
    "429": ("status:code=429", "it answered 429 Too Many Requests; given up", LATER),
    "500": ("status:code=500", "it answered 500 Internal Server Error; given up", LATER),
    "503 in HTML": ("status:code=503", "it answered 503 Service Unavailable; given up", LATER),
    "truncated": ("truncated", "its answer broke off; given up", LATER),
    "invalid JSON": (
        "invalid_json",
        "the answer is not JSON: .*; given up, having asked 3 times",
        INVALID,
    ),
    "error with status 200": (
        "error_200",
        'the answer is an error: "Whoa, ease up .*; given up, having asked 3 times',
        AGAIN,
    ),
    "HTML with status 200": (
        "status:code=200,body=html",
        "not JSON: .*having asked 3 times",
        INVALID,
    ),
    "no records": (
        "empty_results",
        r"it gave 0 records of the 10 asked for \(of the extract's 30\); .*having asked 3 times",
        AGAIN,
    ),
    "fewer records": (
        "fewer",
        "it gave 5 records of the 10 asked for .*having asked 3 times",
        AGAIN,
    ),
    "the same page": (
        "repeated_page:of=1",
        "page 2 repeats the records of page 1: the source seems to ignore 'page'",
        INVALID,
    ),
    "reset": ("reset", "it closed the connection; given up", LATER),
    "reset in the body": (
        "reset:bytes=2000",
        "its answer broke off|it closed the connection",
        LATER,
    ),
    "slow": ("slow:seconds=5", "its answer takes too long; given up, having asked once", LATER),
    "latency": ("latency:seconds=2", "it did not answer in time; given up", LATER),
}


@pytest.mark.parametrize(("fault", "said", "kind"), LASTING.values(), ids=LASTING)
def test_a_fault_that_stays_is_an_error_that_names_it(
    source_api: SampleApi,
    fault: str,
    said: str,
    kind: type[SourceError],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.5")
    source_api.faults(fault)
    params = {"seed": SEED, "access_token": SECRET}
    with caplog.at_level(logging.INFO), pytest.raises(SourceError, match=said) as caught:
        # Of a slow body it is patience that ends, however long a busy machine is silent.
        extract(params=params, read_timeout=10 if fault.startswith("slow") else 0.4)
    message = str(caught.value)
    assert "randomuser__users" in message
    assert f"{source_api.url}/api/1.4/?seed={SEED}&access_token=***" in message
    assert type(caught.value) is kind
    assert isinstance(caught.value, PermanentError) == (kind is INVALID)
    assert SECRET not in told(caught, caplog)
    assert nothing_left()


WORDS = {
    "a field of JSON": ("application/json", '{"message": "quota of %s is used up"}'),
    "where it is declared": ("application/json", '{"error": "quota of %s is used up", "title": 1}'),
    "below a field": ("application/json", '{"error": {"detail": "quota of %s is used up"}}'),
    "XML": ("text/xml", "<?xml version='1.0'?><error>quota of <b>%s</b> is used up</error>"),
    "a text": ("text/plain; charset=utf-8", "quota of %s \x1b[31mis\r\nused up"),
    "a title": ("text/html", "<html><title>quota of %s is used up</title><body>x"),
}


@pytest.mark.parametrize("status", [429, 503, 403])
@pytest.mark.parametrize(("content_type", "body"), WORDS.values(), ids=WORDS)
def test_an_error_has_the_words_of_the_source_without_secrets(
    serve: Callable[..., str],
    connect: Callable[..., None],
    status: int,
    content_type: str,
    body: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.1")
    secrets = [SECRET, f"header-{SECRET}", f"param-{SECRET}"]
    content = (body % " ".join(secrets)).encode()
    headers = {"Content-Type": content_type}
    extra = json.dumps({"auth": "bearer", "X-Api-Key": f"header-{SECRET}"})
    connect(
        serve(lambda request: reply(request, status, content, headers)),
        password=SECRET,
        extra=extra,
    )
    with caplog.at_level(logging.INFO), pytest.raises(SourceError) as caught:
        extract(params={"token": f"param-{SECRET}"})
    assert "; it says: 'quota of *** *** *** " in str(caught.value)
    assert str(caught.value).endswith("used up'")
    assert SECRET not in told(caught, caplog)


def test_the_words_of_a_source_are_cut(
    serve: Callable[..., str], connect: Callable[..., None]
) -> None:
    content = b'{"message": "' + b"x" * 5000 + b'"}'
    connect(serve(lambda request: reply(request, 404, content)))
    with pytest.raises(SourceRefusedError) as caught:
        extract()
    assert str(caught.value).endswith(f"; it says: '{'x' * 199}…'")


def test_patience_lasts_to_its_end(
    serve: Callable[..., str], connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A limit of 0.9 s is waited out by a patience of 1 s, although pauses have grown to 0.5 s."""
    monkeypatch.setattr(retry, "FIRST_WAIT", 0.3)
    monkeypatch.setattr(retry, "LONGEST_WAIT", 0.5)
    monkeypatch.setattr("random.uniform", lambda *_: 1.0)
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "1")
    begun = time.monotonic()

    def answer(request: BaseHTTPRequestHandler) -> None:
        limited = time.monotonic() - begun < 0.9
        reply(request, *((429, b"") if limited else (200, ten(request))))

    connect(serve(answer))
    assert extract(10)[1] == TEN


def test_the_last_page_is_known_for_a_repeat_although_it_is_cut(source_api: SampleApi) -> None:
    source_api.faults("repeated_page:of=1,pages=3")
    with pytest.raises(SourceError, match="page 3 repeats the records of page 1"):
        extract(29)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 410, 422])
def test_a_status_that_time_does_not_mend_fails_at_once(
    source_api: SampleApi, code: int, caplog: pytest.LogCaptureFixture
) -> None:
    source_api.faults(Status(code=code, body="html"))
    with caplog.at_level(logging.INFO), pytest.raises(SourceRefusedError) as caught:
        extract(params={"seed": SEED, "api_key": SECRET})
    message = str(caught.value)
    assert f"it answered {code} " in message
    assert f"{source_api.url}/api/1.4/?seed={SEED}&api_key=***" in message
    assert "connection 'randomuser_api'" in message
    assert len(source_api.requests()) == 1
    assert SECRET not in told(caught, caplog)
    assert nothing_left()


def test_one_page_that_fails_stops_the_others(source_api: SampleApi) -> None:
    source_api.faults(Status(code=404, pages=(3,)), "latency:seconds=0.05")
    with pytest.raises(SourceRefusedError, match="404"):
        extract(500, concurrency=4)
    assert len(source_api.requests()) < 20
    assert nothing_left()


def test_a_retry_after_beyond_all_patience_is_not_waited_for(source_api: SampleApi) -> None:
    source_api.faults("status:code=429,retry_after=3600")
    said = r"429 .*it asks to wait 3600 s; given up, .*; ELT_FETCH_PATIENCE lets it wait 20 s"
    with pytest.raises(SourceUnavailableError, match=said) as caught:
        extract()
    assert caught.value.after == 3600
    assert len(source_api.requests()) == 1


def test_a_page_too_large_is_not_read_on(source_api: SampleApi) -> None:
    with pytest.raises(SourceError, match="larger than 5000 bytes"):
        extract(page_bytes=5000)
    assert nothing_left()


def test_a_record_that_is_no_object_is_a_record(source_api: SampleApi) -> None:
    source_api.faults(Records.of({0: None, 2: ["x"]}, pages=(1,)))
    _, records = extract(10)
    assert (records[0], records[2]) == (None, ["x"])


@pytest.mark.parametrize("limit", [0, -1])
def test_nothing_is_not_to_be_asked_for(source_api: SampleApi, limit: int) -> None:
    with pytest.raises(ValueError, match="at least one record"):
        extract(limit)


# Connections


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.parametrize(
    ("host", "said"),
    [
        (f"http://loader:{SECRET}@127.0.0.1:{{closed}}", "it refused the connection"),
        (f"http://loader:{SECRET}@nowhere.invalid", "its name cannot be resolved"),
        (f"https://loader:{SECRET}@127.0.0.1:{{api}}", "no encrypted connection could be made"),
    ],
)
def test_no_connection(
    api: SampleApi,
    connect: Callable[..., None],
    host: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.3")
    connect(host.format(closed=closed_port(), api=urlsplit(api.url).port))
    with caplog.at_level(logging.INFO), pytest.raises(SourceError, match=said) as caught:
        extract(concurrency=4)
    assert SECRET not in told(caught, caplog)
    assert nothing_left()


@pytest.mark.parametrize(
    "fields",
    [
        {"host": f"http://loader:{SECRET}@[1"},
        {"host": f"ftp://loader:{SECRET}@127.0.0.1"},
        {"host": "http://127.0.0.1", "extra": json.dumps({"X-Api-Key": f"{SECRET}\n"})},
    ],
)
def test_a_connection_that_makes_no_request_fails_at_once(
    connect: Callable[..., None], fields: Any, caplog: pytest.LogCaptureFixture
) -> None:
    connect(**fields)
    with caplog.at_level(logging.INFO), pytest.raises(SourceRefusedError) as caught:
        extract()
    assert "connection 'randomuser_api'" in str(caught.value)
    assert SECRET not in told(caught, caplog)


def test_what_the_connection_says_of_proxies_holds(
    api: SampleApi, connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("no_proxy")
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.1")
    monkeypatch.setenv("http_proxy", api.url)
    dead = f"http://loader:{SECRET}@127.0.0.1:{closed_port()}"
    connect(api.url, extra=json.dumps({"proxies": {"http": dead}}))
    with pytest.raises(SourceError, match="its proxy did not let the request through") as caught:
        extract()
    assert SECRET not in str(caught.value)
    assert api.requests() == []


# Answers that only a server of their own gives


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Start a server that answers by a function; its URL."""
    servers = []

    def serve(answer: Callable[[BaseHTTPRequestHandler], None]) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with contextlib.suppress(OSError):
                    answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server, thread in servers:
        server.shutdown()
        server.server_close()
        thread.join()


def reply(
    request: BaseHTTPRequestHandler,
    status: int,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
        request.send_header(name, value)
    request.end_headers()
    request.wfile.write(body)


def ten(request: BaseHTTPRequestHandler) -> bytes:
    page = parse_qs(urlsplit(request.path).query)["page"][0]
    return json.dumps({"results": [{"login": {"uuid": f"{page}-{n}"}} for n in range(10)]}).encode()


TEN = [{"login": {"uuid": f"1-{n}"}} for n in range(10)]


def test_login_and_headers_of_the_connection_are_sent(
    serve: Callable[..., str], connect: Callable[..., None]
) -> None:
    seen: list[tuple[str | None, str | None]] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        seen.append((request.headers["Authorization"], request.headers["X-Api-Key"]))
        reply(request, 200, ten(request))

    connect(serve(answer), login="u", password="p", extra=json.dumps({"X-Api-Key": "k"}))
    assert extract(20)[0].records == 20
    assert seen == [("Basic dTpw", "k")] * 2


def test_gzip(serve: Callable[..., str], connect: Callable[..., None]) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        reply(request, 200, gzip.compress(ten(request)), {"Content-Encoding": "gzip"})

    connect(serve(answer))
    _, records = extract(10)
    assert records == TEN


@pytest.mark.parametrize("whole", [True, False])
def test_chunks(
    serve: Callable[..., str], connect: Callable[..., None], whole: bool, monkeypatch: Any
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "1")

    def answer(request: BaseHTTPRequestHandler) -> None:
        body = ten(request)
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        for part in (body[:50], body[50:]):
            request.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        if whole:
            request.wfile.write(b"0\r\n\r\n")
        request.close_connection = True

    connect(serve(answer))
    if whole:
        assert extract(10)[1] == TEN
    else:
        with pytest.raises(SourceError, match="its answer broke off"):
            extract(10)


def test_an_answer_not_compressed_as_it_says(
    serve: Callable[..., str], connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.1")
    connect(serve(lambda request: reply(request, 200, b"no gzip", {"Content-Encoding": "gzip"})))
    with pytest.raises(SourceError, match="not compressed as it says"):
        extract(10)


def test_silence_in_the_middle_of_an_answer(
    serve: Callable[..., str], connect: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "0.1")
    over = threading.Event()

    def answer(request: BaseHTTPRequestHandler) -> None:
        reply(request, 200, b'{"results": [', {"Content-Length": "1000"})
        request.wfile.flush()
        over.wait(20)

    connect(serve(answer))
    try:
        with pytest.raises(SourceError, match="it fell silent in the middle of the answer"):
            extract(10, read_timeout=0.2)
    finally:
        over.set()


def test_a_redirect_is_followed(
    source_api: SampleApi, serve: Callable[..., str], connect: Any
) -> None:
    expected = truth(source_api)

    def answer(request: BaseHTTPRequestHandler) -> None:
        reply(request, 302, headers={"Location": f"{source_api.url}{request.path}"})

    url = serve(answer)
    connect(url)
    fetched, records = extract()
    assert records == expected
    assert fetched.request.startswith(url)
    connect(url, extra=json.dumps({"allow_redirects": False}))
    with pytest.raises(SourceRefusedError, match="it answered 302"):
        extract()


def test_a_redirect_to_something_else_is_named(
    serve: Callable[..., str], connect: Callable[..., None]
) -> None:
    def answer(request: BaseHTTPRequestHandler) -> None:
        if request.path.startswith("/api"):
            reply(request, 302, headers={"Location": f"/login?token={SECRET}"})
        else:
            reply(request, 200, b"<html>Log in</html>")

    url = serve(answer)
    connect(url)
    with pytest.raises(SourceError, match=r"not JSON.*redirected to") as caught:
        extract()
    assert f"(redirected to {url}/login?token=***)" in str(caught.value)


def test_redirects_without_end(serve: Callable[..., str], connect: Callable[..., None]) -> None:
    seen: list[str] = []

    def answer(request: BaseHTTPRequestHandler) -> None:
        seen.append(request.path)
        reply(request, 302, headers={"Location": request.path})

    connect(serve(answer), extra=json.dumps({"max_redirects": 2}))
    with pytest.raises(
        SourceError, match="it redirects without end; given up, having asked 3 times"
    ):
        extract()
    assert len(seen) == 9
