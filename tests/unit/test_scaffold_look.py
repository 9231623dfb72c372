"""The look at an endpoint: what it asks, what it refuses, what it never says."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from elt.scaffold import look
from elt.scaffold.look import Look, LookError
from elt.stack.errors import UsageError


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/away":
                self.send_response(302)
                self.send_header("Location", f"http://localhost:{self.server.server_port}/")  # type: ignore[attr-defined]
                self.end_headers()
            case "/port":
                self.send_response(302)
                self.send_header("Location", "http://127.0.0.1:1/")
                self.end_headers()
            case "/login":
                self.send_response(200)
                self.end_headers()
                self.wfile.write(str(self.headers["Authorization"]).encode())
            case "/huge":
                self.send_response(200)
                self.end_headers()
                # The client leaves in the middle of it.
                with suppress(ConnectionError):
                    for _ in range(20):
                        self.wfile.write(b"x" * 1024 * 1024)
            case "/broken":
                self.send_response(200)
                self.send_header("Content-Length", "100")
                self.end_headers()
                self.wfile.write(b"x")
            case "/locked":
                self.send_error(401)
            case _:
                self.send_response(200)
                self.send_header("Link", '</?page=2>; rel="next"')
                self.end_headers()
                self.wfile.write(str(self.headers["User-Agent"]).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_it_says_who_asks(url: str) -> None:
    from elt.http.session import USER_AGENT

    answer = Look({}).get(url)
    assert answer.body.decode() == USER_AGENT
    assert answer.links == {"next": "/?page=2"}


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/huge", "larger than 16 MB"),
        ("/broken", "broke off"),
        ("/locked", "answered 401: if it wants a login"),
    ],
)
def test_what_it_does_not_take(url: str, path: str, said: str) -> None:
    with pytest.raises(LookError, match=said):
        Look({}).get(f"{url}{path}?key=s3cret")
    with pytest.raises(LookError) as error:
        Look({}).get(f"{url}{path}", {"key": "s3cret"})
    assert "s3cret" not in str(error.value)


def test_a_login_is_not_sent_on(url: str) -> None:
    assert Look({"Accept": "text/plain"}).get(f"{url}/away").body
    with pytest.raises(LookError, match="to another host"):
        Look({"X-API-Key": "s3cret"}).get(f"{url}/away")
    # Another port is somebody else's.
    with pytest.raises(LookError, match="to another host"):
        Look({"X-API-Key": "s3cret"}).get(f"{url}/port")


def test_a_netrc_is_no_login(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert Look({}).get(f"{url}/login").body == b"None"


def test_links_are_followed_on_the_host_only(url: str) -> None:
    assert Look({}).follow("/?page=2", url).body
    with pytest.raises(LookError, match="another host"):
        Look({}).follow("http://evil.example/", url)


def test_nobody_there() -> None:
    with pytest.raises(LookError, match="refused the connection"):
        Look({}).get("http://127.0.0.1:1/")
    with pytest.raises(LookError, match="cannot be resolved"):
        Look({}).get("http://nowhere.invalid/")


def test_a_url_is_taken_apart() -> None:
    found = look.target("HTTP://Api.Example:8001/a b/ä?x=1&y=%20&z=#part")
    assert found.path == "/a%20b/%C3%A4"
    assert found.params == {"x": "1", "y": " ", "z": ""}
    assert look.target("http://a/?x=1&y=2&x=3").params == {"x": ("1", "3"), "y": "2"}


@pytest.mark.parametrize(
    "url",
    ["", "api.example", "ftp://a/b", "http://", "http://u:p@a/", "http://a b/", "http://a:0/",
     "http://a:99999/", "http://[/", "http://a/?x={{y}}", "http://a/?x=%7B%25"],
)  # fmt: skip
def test_what_is_no_url(url: str) -> None:
    with pytest.raises(UsageError, match="--url"):
        look.target(url)


def test_headers() -> None:
    assert look.header(" X-Key : a b ") == ("X-Key", "a b")
    for text in ("", "a", ": b", "a b: c", "a:", "a: b\r\nc: d", "a: ü"):
        with pytest.raises(ValueError, match="Name: value"):
            look.header(text)
