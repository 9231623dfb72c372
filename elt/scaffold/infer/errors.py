"""Documents that say what went wrong: whether one is such, and its own words."""

from __future__ import annotations

import html
import re
from collections import deque
from collections.abc import Iterable
from typing import Any

from elt.extract.decode import DecodeError
from elt.extract.decode.text import utf8
from elt.scaffold import json_text
from elt.scaffold.infer.secrets import hide, is_secret_field
from elt.scaffold.json_text import Number
from elt.scaffold.naming import snake

LONGEST = 200
"""Characters of the words that are quoted."""
READ = 64 * 1024
"""Bytes of a document that are looked at."""

_ERRORS = frozenset({"error", "errors", "error_message", "exception", "fault"})
_WORDS = (
    "message", "error_message", "error_description", "detail", "details", "description", "msg",
    "reason", "faultstring", "title", "error", "errors", "fault", "exception", "info",
)  # fmt: skip
"""Fields with words, the plainest first."""
_BESIDE = frozenset(
    {
        "code", "documentation_url", "error_code", "http_status", "instance", "ok", "path",
        "request_id", "status", "status_code", "success", "timestamp", "type", *_ERRORS, *_WORDS,
    }
)  # fmt: skip
"""Fields of a document that says nothing but that it failed."""
_FAILED = frozenset({"error", "fail", "failed", "failure", "false", "nok"})
_HIDDEN = re.compile(rb"<!--.*?-->|<(script|style|svg)\b.*?</\1\s*>|<\?.*?\?>|<!.*?>", re.S | re.I)
_TITLE = re.compile(rb"<title[^>]*>(.{1,2000}?)</title>", re.S | re.I)
_TAG = re.compile(rb"<[^>]{0,5000}>")


def is_error(document: Any) -> bool:
    """Whether a JSON document is nothing but an error.

    >>> is_error({"error": "Whoa"}), is_error({"message": "hi", "status": "success"})
    (True, False)
    """
    if not isinstance(document, dict):
        return False
    said = {snake(name): value for name, value in document.items() if value not in (None, [], {})}
    if not said.keys() <= _BESIDE:
        return False
    if any(said.get(name) not in (None, False, "") for name in _ERRORS):
        return True
    if said.get("success") is False or said.get("ok") is False:
        return True
    states = (said.get(name) for name in ("status", "code", "status_code", "http_status"))
    has_failed = any(
        (isinstance(state, Number) and re.fullmatch(r"[45][0-9]{2}", state))
        or (isinstance(state, str) and state.lower() in _FAILED)
        for state in states
    )
    return has_failed and any(name in said for name in _WORDS)


def words(body: bytes, content_type: str, secrets: Iterable[str], *, any_text: bool = True) -> str:
    """What a document says, on one line, without secrets; empty where it says nothing.

    Of JSON the texts of the fields that errors have; of anything else its text, or the title of a
    page. Where ``any_text`` is not set, only what can be nothing but the words of an error.
    """
    begin = body[:READ]
    is_markup = begin.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    try:
        text = utf8(begin, None, content_type, is_xml=is_markup)
    except DecodeError:
        return ""
    if is_markup:
        title = _TITLE.search(text)
        plain = title[1] if title else _TAG.sub(b" ", _HIDDEN.sub(b" ", text))
        found = html.unescape(plain.decode(errors="replace"))
        if not any_text and title is None and len(found) > 2 * LONGEST:
            found = ""
    elif text.lstrip()[:1] in (b"{", b"[", b'"'):
        of_json = _of_json(text)
        found = of_json if of_json is not None else text.decode(errors="replace") * any_text
    else:
        found = text.decode(errors="replace")
    if found.count("\ufffd") * 10 > len(found) or "\0" in found:
        return ""
    return _shown(found, secrets)


def _of_json(text: bytes) -> str | None:
    try:
        document = json_text.parse(text)
    except ValueError:
        return None
    if isinstance(document, str):
        return document
    found: dict[str, None] = {}
    todo: deque[tuple[bool, Any]] = deque([(False, document)])
    while todo:
        is_said, value = todo.popleft()
        if isinstance(value, dict):
            rank = {name: number for number, name in enumerate(_WORDS)}
            for name in sorted(value, key=lambda name: rank.get(snake(name), len(rank))):
                if not is_secret_field(name) and (snake(name) in rank or is_said):
                    is_leaf = snake(name) in rank
                    todo.append((is_leaf, value[name]))
        elif isinstance(value, list):
            todo += [(is_said, item) for item in value[:3]]
        elif is_said and isinstance(value, str) and not isinstance(value, Number) and value:
            found[value] = None
    return ". ".join(list(found)[:3])


def _shown(text: str, secrets: Iterable[str]) -> str:
    hidden = str(hide(text, secrets))
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in hidden).split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
