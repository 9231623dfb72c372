"""What HTTP says, fit for people: URLs without secrets, faults in words."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import requests
import urllib3

from elt.api import LoginError
from elt.errors import SourceRefusedError
from elt.place import Place, follow, steps
from elt.session import RedirectedError
from elt.source import Source

_SECRET = re.compile(
    r"token|secret|passw|passphrase|credential|signature|(api|access|private|subscription)[-_]?key"
    r"|^(key|auth|sig|pwd)$",
    re.IGNORECASE,
)
"""Names of query parameters whose values are not for logs."""
_SHORTEST_SECRET = 4
"""Characters; shorter ones would be found in any text."""
_MOST_WORDS = 200
_READ_OF_BEGIN, _MOST_OF_BEGIN = 1000, 100
_COMPRESSED = {
    b"\x1f\x8b": "compressed by gzip without saying so",
    b"PK\x03\x04": "a zip archive",
    b"PK\x05\x06": "a zip archive",
    b"\x28\xb5\x2f\xfd": "compressed by zstd without saying so",
    b"BZh": "compressed by bzip2",
    b"\xfd7zXZ\x00": "compressed by xz",
    b"%PDF-": "a PDF",
}
"""Files by how they begin."""
_WORDS = ("error", "errors", "message", "detail", "title", "description", "error_description")
"""Where a JSON document says what is wrong (RFC 9457, RFC 6749, and what is usual)."""
_TAG = re.compile(r"<[^<>]{0,500}>")
_HTML_TITLE = re.compile(r"<title[^>]*>(.{1,500}?)</title", re.IGNORECASE | re.DOTALL)


def public_url(
    url: str, params: Mapping[str, str] | None = None, secret_param: str | None = None
) -> str:
    """``url`` with its query, without user, password and tokens: fit for logs and the ledger."""
    parts = urlsplit(requests.Request("GET", url, params=params).prepare().url or url)
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    query = "&".join(
        f"{name}=***"
        if unquote(name) == secret_param or _SECRET.search(unquote(name))
        else f"{name}{equals}{value}"
        for name, equals, value in pairs
    )
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def printable(text: str | None) -> str:
    """The beginning of what a source says, without control characters."""
    return "".join(character for character in text or "" if character.isprintable())[:100]


def secret_params(params: Mapping[str, str]) -> list[str]:
    """The values of query parameters that are not for logs."""
    return [value for name, value in params.items() if _SECRET.search(name)]


def without(secrets: Iterable[str], text: str) -> str:
    """``text`` without ``secrets``, plain or as in a URL."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            for form in (secret, quote(secret), quote(secret, safe="")):
                text = text.replace(form, "***")
    return text


def what_came(body: bytes, status: int, headers: Mapping[str, str]) -> str:
    """What a response is that should be data and cannot be read: status, type, how it begins.

    Of what seems to be JSON or XML data nothing is quoted, since it may be anybody's.

    >>> what_came(b"<html><title>Sign in</title>", 200, {"Content-Type": "text/html"})
    "status 200, Content-Type 'text/html'; it is a web page, perhaps a login, and begins: \
'<html><title>Sign in</title>'"
    """
    types = {name.lower(): value for name, value in headers.items()}
    kind = printable(types.get("content-type"))
    said = f"status {status}, {f'Content-Type {kind!r}' if kind else 'no Content-Type'}"
    coding = types.get("content-encoding", "")
    if coding:
        said += f", Content-Encoding {printable(coding)!r}"
    for begin, name in _COMPRESSED.items():
        if body.startswith(begin):
            return f"{said}; its bytes are {name}, which is not read"
    text = body[:_READ_OF_BEGIN].decode(errors="replace").lstrip("\ufeff \t\r\n")
    if text[:1] in ("{", "[", '"'):
        words = own_words(body, "")
        return f"{said}; it {f'says: {words!r}' if words else 'begins as JSON does'}"
    is_page = re.match(r"<(!doctype\s+html|html|head|body|script|meta)\b", text, re.IGNORECASE)
    if text[:1] == "<" and not is_page:
        return f"{said}; it begins as XML does"
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    shown = line if len(line) <= _MOST_OF_BEGIN else f"{line[:_MOST_OF_BEGIN]}…"
    page = "it is a web page, perhaps a login, and" if is_page else "it"
    return f"{said}; {page} begins: {shown!r}"


def own_words(
    body: bytes, content_type: str, place: Place | None = None, secrets: Iterable[str] = ()
) -> str:
    """What the response to a failed request says is wrong, in a line of 200 characters at most.

    That is the text at ``place`` of a JSON document, or where such documents usually have it, the
    title of an HTML page, the text of XML, or a text; empty where nothing is found. ``secrets`` are
    left out: some sources quote the key that has used up its quota.

    >>> own_words(b'{"error": {"message": "quota exceeded"}}', "application/json")
    'quota exceeded'
    """
    text = body.decode(errors="replace")
    try:
        found = _words_in(json.loads(text), place)
    except (ValueError, RecursionError):
        if title := _HTML_TITLE.search(text):
            found = html.unescape(title[1])
        elif "xml" in content_type.lower():
            found = html.unescape(_TAG.sub(" ", text))
        else:
            found = text if content_type.lower().startswith("text/plain") else ""
    line = " ".join("".join(c if c.isprintable() else " " for c in found).split())
    # Before it is cut, or the beginning of a secret stays.
    line = without(secrets, line)
    return line if len(line) <= _MOST_WORDS else f"{line[: _MOST_WORDS - 1]}…"


def _words_in(document: Any, place: Place | None) -> str:
    """The first text at ``place``, or under a usual name, in a JSON document."""
    if isinstance(document, str):
        return document
    if place is not None and isinstance(at := follow(document, steps(place)), str):
        return at
    if isinstance(document, list):
        return next(filter(None, (_words_in(one, None) for one in document)), "")
    if not isinstance(document, dict):
        return ""
    return next(
        filter(None, (_words_in(document[name], None) for name in _WORDS if name in document)), ""
    )


def no_request(error: Exception, source: Source) -> SourceRefusedError:
    """The error to raise where a connection makes no URL, no header or no login."""
    if isinstance(error, LoginError):
        return SourceRefusedError(f"{source.table}: the connection {source.conn_id!r}: {error}")
    # The error itself quotes what it is about, which may be a password.
    return SourceRefusedError(
        f"{source.table}: no request can be made of the connection {source.conn_id!r} and the"
        f" endpoint {source.endpoint!r} ({type(error).__name__}): look at the connection's host,"
        " schema, port and extra"
    )


def connection_fault(error: Exception, source: Source) -> str:
    """What went wrong with a connection, in words; the libraries' own quote objects and addresses.

    Raises SourceRefusedError where no request can be made of the connection.
    """
    if isinstance(error, ValueError):  # requests' own for wrong URLs and headers are such, too
        raise no_request(error, source) from None
    text = str(error)
    match error:
        case requests.exceptions.ProxyError():
            return "its proxy did not let the request through"
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in text:
            return "its certificate was not accepted"
        case requests.exceptions.SSLError() | urllib3.exceptions.SSLError():
            return "no encrypted connection could be made"
        case requests.exceptions.TooManyRedirects():
            return "it redirects without end"
        case RedirectedError():
            return str(error)
        case requests.exceptions.ConnectTimeout():
            return "it did not accept the connection in time"
        case requests.exceptions.Timeout():
            return "it did not answer in time"
        case urllib3.exceptions.ReadTimeoutError():
            return "it fell silent in the middle of the answer"
        case urllib3.exceptions.DecodeError() | requests.exceptions.ContentDecodingError():
            return "its answer is not compressed as it says"
        case urllib3.exceptions.ProtocolError() | requests.exceptions.ChunkedEncodingError():
            return "its answer broke off"
    if "refused" in text:
        return "it refused the connection"
    if "resolve" in text or "Name or service" in text:
        return "its name cannot be resolved"
    if "reset" in text or "aborted" in text or "closed" in text:
        return "it closed the connection"
    return f"the connection failed ({type(error).__name__})"
