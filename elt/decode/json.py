"""Page bytes to records: where they are, one by one, without what is never to be stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw

from elt.source import Source

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_ENCODER = msgspec.json.Encoder()

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)
_DEEPEST = 500
"""Levels of nesting; far below what exhausts the stack of PostgreSQL or of any Python."""
# PostgreSQL's numeric: 131,072 digits before the point, 16,383 after it.
_WIDEST, _FINEST = 131_071, -16_383

Redactions = dict[str, "Redactions | None"]


class DecodeError(ValueError):
    """A page is not what the source is declared to answer; the message says in which way."""


def redactions(paths: Iterable[str]) -> Redactions:
    """The tree of field names that ``paths`` make; a leaf (None) is a field to remove.

    >>> redactions(["login.password", "login.pin", "token"])
    {'login': {'password': None, 'pin': None}, 'token': None}
    """
    tree: Redactions = {}
    for path in sorted(paths, reverse=True):
        *parents, leaf = path.split(".")
        branch = tree
        for parent in parents:
            below = branch.setdefault(parent, {})
            if below is None:
                break
            branch = below
        else:
            branch[leaf] = None
    return tree


def redact(value: bytes, tree: Redactions) -> bytes:
    """``value``, a JSON text, without the fields that ``tree`` names; the rest stays as sent."""
    value = value.lstrip()
    if value.startswith(b"["):
        return _ENCODER.encode([Raw(redact(bytes(item), tree)) for item in _LIST.decode(value)])
    if not value.startswith(b"{"):
        return value
    fields = _OBJECT.decode(value)
    touched = False
    for name, below in tree.items():
        if name in fields:
            touched = True
            if below is None:
                del fields[name]
            else:
                fields[name] = Raw(redact(bytes(fields[name]), below))
    return _ENCODER.encode(fields) if touched else value


def split(body: bytes, source: Source, tree: Redactions) -> list[bytes]:
    """The records of a page, each a JSON text as the source sent it, less what ``tree`` removes.

    Lone surrogates (``\\ud800``) are no characters; they become U+FFFD, since no database takes
    them. Raises DecodeError where the page is no JSON, says that it failed, or has no list of
    records at ``source.records``.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        try:
            fields = _OBJECT.decode(body)
        except msgspec.ValidationError:
            raise DecodeError("the answer is not a JSON object") from None
        except msgspec.DecodeError:
            fields = _OBJECT.decode(_ESCAPES.sub(_replace_lone, body))
        if source.error is not None and (said := _at(fields, source.error)) is not None:
            raise DecodeError(f"the answer is an error: {_shorten(redact(said, tree))}")
        found = _at(fields, source.records)
        if found is None:
            names = _shorten(", ".join(fields).encode())
            raise DecodeError(f"the answer has no {source.records!r}, it has: {names or 'nothing'}")
        try:
            items = _LIST.decode(found)
        except msgspec.ValidationError:
            raise DecodeError(f"{source.records!r} in the answer is not a list") from None
        return [redact(bytes(item), tree) if tree else bytes(item) for item in items]
    except (msgspec.DecodeError, RecursionError) as error:
        # The parser's words quote nothing of the document: they say where it is wrong.
        raise DecodeError(f"the answer is not JSON: {error}") from None


def storable(record: bytes) -> bytes:
    """``record`` if a jsonb column takes it, else a JSON string that holds its text.

    jsonb has no place for U+0000, lone surrogates, bytes that are not UTF-8, and numbers beyond
    numeric, and no stack for very deep nesting. Such a record is kept whole, as text, and staging
    rejects it: "not an object".
    """
    try:
        text = record.decode()
        value = json.loads(text, parse_float=_number, parse_int=str, parse_constant=_not_json)
        _check_storable(value)
    except (ValueError, RecursionError, ArithmeticError):
        return json.dumps(record.decode(errors="backslashreplace")).encode()
    return record


def _at(fields: dict[str, Raw], path: str) -> bytes | None:
    """The JSON text at ``path``, None where there is none or it is null."""
    *parents, leaf = path.split(".")
    for name in parents:
        try:
            fields = _OBJECT.decode(fields.get(name, b"null"))
        except msgspec.ValidationError:
            return None
    found = bytes(fields.get(leaf, b"null"))
    return None if found == b"null" else found


def _replace_lone(escape: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if escape["lone"] else escape[0]


def _shorten(text: bytes, most: int = 200) -> str:
    shown = text[:most].decode(errors="replace")
    return shown if len(text) <= most else f"{shown}…"


def _number(text: str) -> str:
    size = Decimal(text)
    exponent = size.as_tuple().exponent
    if size.adjusted() > _WIDEST or (isinstance(exponent, int) and exponent < _FINEST):
        raise ValueError("beyond numeric")
    return text


def _not_json(text: str) -> Any:
    raise ValueError(text)


def _check_storable(value: Any) -> None:
    todo = [(value, 0)]
    while todo:
        value, depth = todo.pop()
        if isinstance(value, str):
            value.encode()  # raises ValueError for a lone surrogate
            if "\0" in value:
                raise ValueError("U+0000")
        elif depth > _DEEPEST:
            raise ValueError("too deep")
        elif isinstance(value, dict):
            todo += [(below, depth + 1) for pair in value.items() for below in pair]
        elif isinstance(value, list):
            todo += [(below, depth + 1) for below in value]
