"""What a response says, in words for people."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from elt.http.redaction import without
from elt.source.place import Place, follow, steps

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


def printable(text: str | None) -> str:
    """The beginning of what a source says, without control characters."""
    return "".join(character for character in text or "" if character.isprintable())[:100]


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
