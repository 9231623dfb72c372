"""JSON documents, and documents of a JSON text a line, to records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw

from elt.decode.errors import DecodeError, ErrorDocumentError, shorten
from elt.decode.redaction import Redactions, redact

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_RAW = msgspec.json.Decoder(Raw)
# Numbers with a point keep all their digits.
_VALUE = msgspec.json.Decoder(float_hook=Decimal)
# The name of a field that is not UTF-8 is no DecodeError to msgspec.
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ENCODER = msgspec.json.Encoder(decimal_format="number")

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


def split(
    body: bytes, records: str | None, error: str | None, places: Iterable[str], tree: Redactions
) -> tuple[list[bytes], dict[str, Any]]:
    """The records of a JSON document, each a text as it was sent, and the values at ``places``.

    Lone surrogates (``\\ud800``) are no characters; they become U+FFFD, since no database takes
    them. Raises DecodeError where ``body`` is no JSON, says that it failed, or has no list of
    records.
    """
    try:
        try:
            return _split(body, records, error, places, tree)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return _split(_ESCAPES.sub(_replace_lone, body), records, error, places, tree)
    except _NO_JSON as fault:
        # The parser's words quote nothing of the document: they say where it is wrong.
        raise DecodeError(f"the answer is not JSON: {fault}") from None


def split_lines(body: bytes, tree: Redactions) -> list[bytes]:
    """The records of a document of a JSON text a line. Raises DecodeError for a line that is none.

    >>> split_lines(b'{"id": 1}\\n\\n{"id": 2}\\n', {})
    [b'{"id": 1}', b'{"id": 2}']
    """
    records = []
    for number, line in enumerate(body.split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            try:
                record = bytes(_RAW.decode(line.strip()))
            except msgspec.DecodeError:
                record = bytes(_RAW.decode(_ESCAPES.sub(_replace_lone, line.strip())))
            records.append(redact(record, tree) if tree else record)
        except _NO_JSON as fault:
            raise DecodeError(f"line {number} of the answer is not JSON: {fault}") from None
    return records


def with_fields(record: bytes, fields: Mapping[str, Any]) -> bytes:
    """``record`` with more fields, in place of its own of that name; as it is if it is no object.

    >>> with_fields(b'{"id": 1}', {"asked_for": "2026-11-22"})
    b'{"id":1,"asked_for":"2026-11-22"}'
    """
    try:
        return _ENCODER.encode({**_OBJECT.decode(record), **fields})
    except _NO_JSON:
        return record


def text_at(record: bytes, path: str) -> bytes | None:
    """The JSON text at ``path`` of a JSON object; None where there is none, or null."""
    try:
        return _at(_OBJECT.decode(record), path)
    except _NO_JSON:
        return None


def _split(
    body: bytes, records: str | None, error: str | None, places: Iterable[str], tree: Redactions
) -> tuple[list[bytes], dict[str, Any]]:
    fields: dict[str, Raw] = {}
    if records is None and body.lstrip(b" \t\r\n")[:1] == b"[":
        items = _LIST.decode(body)
    else:
        try:
            fields = _OBJECT.decode(body)
        except msgspec.ValidationError:
            wanted = "a JSON object" if records is not None else "a JSON list or object"
            raise DecodeError(f"the answer is not {wanted}") from None
        if error is not None and (said := _at(fields, error)) is not None:
            raise ErrorDocumentError(f"the answer is an error: {shorten(redact(said, tree))}")
        items = [Raw(body.strip())] if records is None else _items(fields, records)
    values = {path: _plain(_at(fields, path)) for path in places}
    return [redact(bytes(item), tree) if tree else bytes(item) for item in items], values


def _items(fields: dict[str, Raw], path: str) -> list[Raw]:
    found = _at(fields, path)
    if found is None:
        names = shorten(", ".join(fields).encode(errors="replace"))
        raise DecodeError(f"the answer has no {path!r}, it has: {names or 'nothing'}")
    try:
        return _LIST.decode(found)
    except msgspec.ValidationError:
        raise DecodeError(f"{path!r} in the answer is not a list") from None


def _plain(text: bytes | None) -> Any:
    try:
        return None if text is None else _VALUE.decode(text)
    except ArithmeticError:
        raise DecodeError("the answer has a number out of range") from None


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
