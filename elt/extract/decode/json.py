"""JSON documents, and documents of a JSON text a line, to records."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw

from elt.extract.decode import missing
from elt.extract.decode.around import Around
from elt.extract.decode.errors import (
    DecodeError,
    ErrorDocumentError,
    UnreadableError,
    misread,
    shorten,
)
from elt.extract.decode.redaction import Redactions, redact
from elt.extract.decode.tree import Tree
from elt.source.place import Place, Step, shown, steps

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_RAW = msgspec.json.Decoder(Raw)
# Numbers with a point keep all their digits.
_VALUE = msgspec.json.Decoder(float_hook=Decimal)
# The name of a field that is not UTF-8 is no DecodeError to msgspec.
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_ENCODER = msgspec.json.Encoder(decimal_format="number")
_NULL = b"null"
_FEW = 5
"""Items of a list that may be something around the records, and the records."""

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


def split(
    body: bytes,
    records: Place | None,
    error: Place | None,
    places: Iterable[Place],
    tree: Redactions,
    *,
    was_there: bool = False,
) -> tuple[list[bytes], Around]:
    """The records of a JSON document, each a text as it was sent, and what is around them.

    ``was_there`` says that an earlier response had something at ``records``: where this one has
    nothing, it has no records, whatever else it has (see `elt.extract.decode.missing`).

    Lone surrogates (``\\ud800``) are no characters; they become U+FFFD, since no database takes
    them. Raises DecodeError where ``body`` is no JSON, says that it failed, or has no list of
    records.
    """
    try:
        try:
            return _split(body, records, error, places, tree, was_there)
        except (msgspec.DecodeError, UnicodeDecodeError):
            mended = _ESCAPES.sub(_replace_lone, body)
            return _split(mended, records, error, places, tree, was_there)
    except _NO_JSON as fault:
        # The parser's words quote nothing of the document: they say where it is wrong.
        raise UnreadableError(f"the answer is not JSON: {fault}") from None


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
            raise UnreadableError(f"line {number} of the answer is not JSON: {fault}") from None
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


def text_at(record: bytes, place: Place) -> bytes | None:
    """The JSON text at ``place`` of a JSON object or list; None where there is none, or null.

    >>> text_at(b'{"a": {"b": 1}}', "a.b"), text_at(b'["x", {"b": 2}]', (1, "b"))
    (b'1', b'2')
    """
    try:
        found = Tree(record).at(steps(place))
    except _NO_JSON:
        return None
    return None if found == _NULL else found


def expect_names(record: bytes, places: Iterable[Place]) -> None:
    """Raise DecodeError where a record has nothing at a dotted place, but a field of that name.

    >>> expect_names(b'{"@odata.id": 1}', ["@odata.id"])
    Traceback (most recent call last):
    elt.extract.decode.errors.DecodeError: the place '@odata.id' is read as names joined by dots, \
and the response has a field with dots in its name: declare ['@odata.id']
    """
    try:
        document = Tree(record)
        for place in places:
            _at(document, place)
    except _NO_JSON:
        return


def _split(
    body: bytes,
    records: Place | None,
    error: Place | None,
    places: Iterable[Place],
    tree: Redactions,
    was_there: bool,
) -> tuple[list[bytes], Around]:
    document = Tree(body)
    if error is not None and (said := _at(document, error)) not in (None, _NULL):
        raise ErrorDocumentError(f"the answer is an error: {shorten(redact(said or b'', tree))}")
    items = _records(document, body, records, was_there, error is not None)
    values, present = {}, set()
    for place in places:
        found = _at(document, place)
        values[place] = _plain(found)
        if found is not None:
            present.add(place)
    is_one = records is None and isinstance(document.root, dict)
    around = Around(values, frozenset(present), _outline(document, records), is_one)
    return [redact(bytes(item), tree) if tree else bytes(item) for item in items], around


def _records(
    document: Tree, body: bytes, place: Place | None, was_there: bool, has_error: bool
) -> Sequence[Raw]:
    root = document.root
    if root is None:
        if body.strip() == _NULL:
            return []
        wanted = "a JSON list or object" if place is None else _kind(steps(place)[0])
        raise DecodeError(f"the answer is not {wanted}")
    if place is None:
        return root if isinstance(root, list) else [Raw(body.strip())]
    way = steps(place)
    if isinstance(root, dict) is not isinstance(way[0], str):
        raise DecodeError(f"the answer is not {_kind(way[0])}")
    items = document.below(way)
    if isinstance(items, list):
        if not items and not has_error:
            missing.check_empty(document.outline(way), place)
        return items
    found = _at(document, place)
    if found == _NULL or _is_in_null(document, way):
        missing.check_null(document.outline(()), place)
    elif found is None:
        missing.check(document.outline(way), place, was_there=was_there)
    else:
        raise DecodeError(f"{shown(place)} in the answer is not a list")
    return []


def _is_in_null(document: Tree, way: tuple[Step, ...]) -> bool:
    """Whether the way to the records ends at a null."""
    return any(document.at(way[:length]) == _NULL for length in range(1, len(way)))


def _outline(document: Tree, records: Place | None) -> Mapping[Any, Any]:
    """What is around the records; of a list that is the records itself, what looks like it."""
    if records is not None:
        return document.outline(steps(records))
    items = document.root
    if isinstance(items, list):
        # As [{"page": 1, "pages": 3}, [...]]: a list of records holds one kind of values.
        kinds = {bytes(memoryview(item)[:1]) for item in items[: _FEW + 1]}
        if len(items) > _FEW or not {b"{", b"["} <= kinds:
            return {}
    return document.outline(())


def _kind(first: Step) -> str:
    return "a JSON object" if isinstance(first, str) else "a JSON list"


def _at(document: Tree, place: Place) -> bytes | None:
    """The JSON text at ``place``. Raises DecodeError where a name with dots must be meant."""
    way = steps(place)
    found = document.at(way)
    if found is None and isinstance(place, str):
        for number in range(len(way) - 1):
            holder = document.below(way[:number])
            name = ".".join(map(str, way[number:]))
            if isinstance(holder, dict) and name in holder:
                raise misread(place, (*way[:number], name))
    return found


def _plain(text: bytes | None) -> Any:
    try:
        return None if text is None else _VALUE.decode(text)
    except ArithmeticError:
        raise DecodeError("the answer has a number out of range") from None


def _replace_lone(escape: re.Match[bytes]) -> bytes:
    return b"\\ufffd" if escape["lone"] else escape[0]
