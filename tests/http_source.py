"""A source of our own over HTTP that answers by a function, and fetching from it as a task does."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from requests.structures import CaseInsensitiveDict

from elt.airflow.hook import ApiHook
from elt.extract import fetch
from elt.extract.fetch import Fetched
from elt.extract.spool import Spool
from elt.http import retry
from elt.source import Source

CONN_ID = "shop_api"
CONNECTION = "AIRFLOW_CONN_SHOP_API"


@dataclass(frozen=True)
class Asked:
    """A request as the source saw it; of a parameter that was sent twice, the last value."""

    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    target: str
    """Path and query as sent."""


@dataclass
class Reply:
    """An answer; ``body`` is JSON unless it is bytes."""

    body: Any = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


Answer = Callable[[Asked], Reply]


class HttpSource:
    """The server: ``answer`` may be exchanged at any time, ``asked`` is what came."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        source = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                with contextlib.suppress(OSError):
                    parts = urlsplit(self.path)
                    pairs = parse_qsl(parts.query, keep_blank_values=True)
                    asked = Asked(
                        parts.path,
                        dict(pairs),
                        CaseInsensitiveDict(self.headers.items()),
                        self.path,
                    )
                    source.asked.append(asked)
                    reply = source.answer(asked)
                    body = reply.encoded()
                    self.send_response(reply.status)
                    for name, value in {
                        "Content-Length": str(len(body)),
                        **reply.headers,
                    }.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        self.port = self._server.server_port
        self.url = f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def http_source(answer: Answer) -> Iterator[HttpSource]:
    """A running server."""
    source = HttpSource(answer)
    try:
        yield source
    finally:
        source.close()


def replies(*answers: Reply | Any) -> Answer:
    """Answers one after the other, whatever is asked; the last one stays."""
    left = list(answers)

    def answer(asked: Asked) -> Reply:
        reply = left.pop(0) if len(left) > 1 else left[0]
        return reply if isinstance(reply, Reply) else Reply(reply)

    return answer


def connection(url: str, **fields: Any) -> str:
    """The value of CONNECTION for a source at ``url``; ``extra`` is a dictionary."""
    if "extra" in fields:
        fields["extra"] = json.dumps(fields["extra"])
    return json.dumps({"conn_type": "http", "host": url, **fields})


def hasten(patch: pytest.MonkeyPatch, spool: Path, *, patience: float = 20) -> None:
    """Short pauses, ``patience`` seconds for a page, a spool folder of the test's own, no proxy."""
    patch.setattr(retry, "FIRST_WAIT", 0.002)
    patch.setenv("ELT_FETCH_PATIENCE", str(patience))
    patch.setenv("ELT_SPOOL_DIR", str(spool))
    patch.setenv("no_proxy", "127.0.0.1,localhost")


def declare(**changes: Any) -> Source:
    """A source of orders in ``results``, one request at a time unless said otherwise."""
    fields: dict[str, Any] = {
        "name": "shop",
        "entity": "orders",
        "conn_id": CONN_ID,
        "endpoint": "/orders",
        "records_path": "results",
        "concurrency": 1,
    }
    return Source(**(fields | changes))


def extract(
    source: Source,
    limit: int | None = None,
    params: Mapping[str, str] | None = None,
    since: str | None = None,
) -> tuple[Fetched, list[Any]]:
    """Fetch as the pipeline does; what it says of it, and the records in the spool."""
    with Spool() as spool:
        hook = ApiHook(source.conn_id)
        fetched = fetch.fetch(hook, source, params or {}, limit, spool, since=since)
        return fetched, [json.loads(record) for page in spool.pages() for record in page]
