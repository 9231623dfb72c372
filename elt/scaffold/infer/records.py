"""Where in an answer the records are, and what format it is in."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from xml.parsers import expat

from elt.decode import DecodeError
from elt.decode.text import utf8
from elt.scaffold import json_text
from elt.scaffold.infer.errors import is_error
from elt.scaffold.infer.types import is_day
from elt.scaffold.json_text import Number
from elt.scaffold.look import Answer
from elt.scaffold.naming import snake

Format = Literal["json", "ndjson", "xml"]

_DEEPEST = 5
"""Levels of an answer that are searched for records."""
# fmt: off
_NAMES = frozenset({
    "content", "data", "docs", "documents", "elements", "entities", "entries", "features", "hits",
    "items", "list", "objects", "records", "resources", "response", "result", "results", "rows",
    "value", "values",
})
# fmt: on
"""What lists of records are called, whatever they hold."""
_IDS = frozenset({"id", "uuid", "guid"})


class NoRecordsError(ValueError):
    """There is nothing in the answer that could be a record; the message says what there is."""


@dataclass(frozen=True)
class Found:
    """Format of an answer, and where its records are; None: it is a list itself, or one record."""

    format: Format
    records: str | None
    envelope: Any = None
    """What is around the records, of JSON: the whole document as `json_text.parse` makes it."""
    days: tuple[str, ...] = ()
    """Places right below the root that have a date, such as the day that the records are of."""


def find(answer: Answer, entity: str, records: str | None = None) -> Found:
    """What an answer consists of; ``records`` is the place where that is known.

    Raises NoRecordsError.
    """
    if not answer.body.strip():
        raise NoRecordsError("the answer is empty")
    kind = _format(answer)
    if kind == "xml":
        root = _shape(_utf8(answer, is_xml=True))
        place = records or _elements(root, entity)
        return Found("xml", place, days=tuple(_days(root.values, place)))
    if kind == "ndjson":
        if records is not None:
            raise NoRecordsError("each line of the answer is a record: leave --records out")
        return Found("ndjson", None)
    document = json_text.parse(_utf8(answer, is_xml=False))
    if records is None:
        if is_error(document):
            raise NoRecordsError("the answer is an error")
        records = _list(document, entity)
    is_around = records is not None and isinstance(document, dict)
    days = tuple(_days(document, records or "")) if is_around else ()
    return Found("json", records, document, days)


def is_addressable(path: tuple[str, ...]) -> bool:
    """Whether a declaration can name the place: dots join the names in it."""
    return all(
        name
        and "." not in name
        and name.isprintable()
        and name.encode(errors="replace").decode() == name
        for name in path
    )


def _format(answer: Answer) -> Format:
    said = answer.content_type.partition(";")[0].strip().lower()
    if re.search(r"ndjson|jsonl|json-?lines|json-seq", said):
        return "ndjson"
    begin = _utf8(answer, is_xml="xml" in said)[:2000].lstrip()
    if begin[:1] == b"<":
        if re.match(rb"<(!doctype\s+)?html", begin, re.IGNORECASE):
            raise NoRecordsError("the answer is a web page, not data: is there a URL of its API?")
        return "xml"
    text = _utf8(answer, is_xml=False)
    try:
        json_text.parse(text)
    except ValueError as error:
        lines = [line for line in text.split(b"\n") if line.strip()]
        if len(lines) > 1 and all(_is_json(line) for line in lines):
            return "ndjson"
        shown = f" (Content-Type: {said[:60]})" if said.isprintable() and said else ""
        if begin[:1] in (b"{", b"["):
            raise NoRecordsError(f"the answer is no JSON that can be read{shown}") from error
        raise NoRecordsError(f"the answer is neither JSON nor XML{shown}") from error
    return "json"


def _is_json(line: bytes) -> bool:
    try:
        json_text.parse(line)
    except ValueError:
        return False
    return True


def _utf8(answer: Answer, *, is_xml: bool) -> bytes:
    try:
        return utf8(answer.body, None, answer.content_type, is_xml=is_xml)
    except DecodeError as error:
        raise NoRecordsError(str(error)) from None


def _list(document: Any, entity: str) -> str | None:
    if isinstance(document, list):
        if not document:
            raise NoRecordsError("the answer is an empty list: name a URL that gives some records")
        if not any(isinstance(item, dict) for item in document):
            raise NoRecordsError("the answer is a list of values, not of objects with fields")
        return None
    if not isinstance(document, dict):
        raise NoRecordsError("the answer is a single value, not objects with fields")
    lists = list(_lists(document))
    has_id = any(
        snake(name) in _IDS and value is not None and not isinstance(value, dict | list)
        for name, value in document.items()
    )
    if has_id:
        # One record that has lists of its own, such as the lines of an order.
        lists = [entry for entry in lists if len(entry[0]) > 1 and snake(entry[0][-1]) in _NAMES]
        return (
            _best(lists, entity) if not document.keys() - {entry[0][0] for entry in lists} else None
        )
    if lists:
        return _best(lists, entity)
    if not document:
        raise NoRecordsError("the answer is an empty object")
    empty = [
        path for path, _ in _lists(document, empty=True) if snake(path[-1]) in {*_NAMES, entity}
    ]
    if empty:
        raise NoRecordsError(
            f"the answer has no records now ({'.'.join(empty[0])} is empty):"
            " name a URL that gives some"
        )
    return None


def _lists(
    document: dict[str, Any], *, empty: bool = False
) -> Iterator[tuple[tuple[str, ...], int]]:
    """Places of the lists of objects, breadth first, each with its length."""
    todo: deque[tuple[tuple[str, ...], Any]] = deque([((), document)])
    while todo:
        path, value = todo.popleft()
        for name, below in value.items():
            place = (*path, name)
            if not is_addressable(place):
                continue
            if isinstance(below, dict) and len(place) < _DEEPEST:
                todo.append((place, below))
            elif isinstance(below, list):
                objects = sum(isinstance(item, dict) for item in below)
                if (empty and not below) or (not empty and objects and objects * 2 >= len(below)):
                    yield place, len(below)


def _best(lists: list[tuple[tuple[str, ...], int]], entity: str) -> str:
    """Of those with a name that lists of records have, if there are such, the longest."""

    def rank(entry: tuple[tuple[str, ...], int]) -> tuple[bool, int, int]:
        path, length = entry
        return snake(path[-1]) in {*_NAMES, entity}, length, -len(path)

    return ".".join(max(lists, key=rank)[0])


class _Shape:
    """An element of XML: its children by name, and whether it has more than text."""

    def __init__(self) -> None:
        self.children: dict[str, list[_Shape]] = {}
        self.has_attributes = False
        self.values: dict[str, str] = {}
        """Attributes and the texts of children, of the root of a document."""

    @property
    def is_structured(self) -> bool:
        return bool(self.children) or self.has_attributes


def _days(values: Mapping[str, Any], records: str) -> Iterator[str]:
    for name, value in values.items():
        is_text = isinstance(value, str) and not isinstance(value, Number)
        if is_text and is_day(value) and is_addressable((name,)) and name != records:
            yield name


def _elements(root: _Shape, entity: str) -> str:
    repeated: list[tuple[tuple[str, ...], int]] = []
    todo: deque[tuple[tuple[str, ...], _Shape]] = deque([((), root)])
    while todo:
        path, shape = todo.popleft()
        for name, children in shape.children.items():
            place = (*path, name)
            if not is_addressable(place):
                continue
            if len(children) > 1 and all(child.is_structured for child in children):
                repeated.append((place, len(children)))
            elif len(place) < _DEEPEST:
                todo += [(place, child) for child in children]
    if repeated:
        return _best(repeated, entity)
    return _only_element(root)


def _only_element(root: _Shape) -> str:
    path: tuple[str, ...] = ()
    shape = root
    while True:
        structured = [
            (name, child)
            for name, (child, *_) in shape.children.items()
            if child.is_structured and is_addressable((name,))
        ]
        # Further down as long as there is nothing else in it.
        if not structured or (path and (len(shape.children) > 1 or shape.has_attributes)):
            break
        name, shape = structured[0]
        path = (*path, name)
    if not path:
        raise NoRecordsError("the answer's XML has no elements with fields below its root")
    if snake(path[-1]) in ("error", "errors", "exception", "fault"):
        raise NoRecordsError("the answer is an error")
    return ".".join(path)


def _shape(text: bytes) -> _Shape:
    root = _Shape()
    open_ = [root]
    texts: list[str] = []
    parser = expat.ParserCreate("utf-8")

    def start(name: str, attributes: dict[str, str]) -> None:
        shape = _Shape()
        shape.has_attributes = any(not found.startswith("xmlns") for found in attributes)
        if len(open_) > 500:
            raise NoRecordsError("the answer is nested too deeply")
        local = name.rpartition(":")[2] or name
        open_[-1].children.setdefault(local, []).append(shape)
        open_.append(shape)
        texts.clear()
        if len(open_) == 2:
            shape.values = {
                f"@{found.rpartition(':')[2]}": value for found, value in attributes.items()
            }

    def end(name: str) -> None:
        open_.pop()
        if len(open_) == 2:
            open_[-1].values.setdefault(name.rpartition(":")[2] or name, "".join(texts).strip())
        texts.clear()

    def refuse(*_: object) -> None:
        raise NoRecordsError("the answer has a document type, which is not read")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(text, True)
    except expat.ExpatError as fault:
        raise NoRecordsError(f"the answer is not XML: {fault}") from None
    (document,) = (child for children in root.children.values() for child in children)
    return document
