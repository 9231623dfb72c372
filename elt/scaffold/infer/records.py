"""Where in an answer the records are, and what format it is in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from elt.extract.decode import DecodeError
from elt.extract.decode.text import utf8
from elt.http.response import Response
from elt.scaffold import json_text
from elt.scaffold.infer import elements, lists
from elt.scaffold.infer.errors import is_error
from elt.scaffold.infer.lists import NoDataError, NoRecordsError
from elt.scaffold.infer.places import Path, given, is_addressable, place_of
from elt.scaffold.infer.types import is_day
from elt.scaffold.json_text import Number
from elt.source.declaration import Format
from elt.source.place import Place, steps


@dataclass(frozen=True)
class Found:
    """Format of an answer, and where its records are; None: it is a list itself, or one record."""

    format: Format
    records: Place | None
    envelope: Any = None
    """What is around the records, of JSON: the whole document as `json_text.parse` makes it."""
    days: tuple[str, ...] = ()
    """Names right below the root that have a date, such as the day that the records are of."""
    remarks: tuple[str, ...] = ()


def find(answer: Response, entity: str, records: str | None = None) -> Found:
    """What an answer consists of; ``records`` is where they are, as `--records` says it.

    Raises NoRecordsError; ValueError where ``records`` is no place.
    """
    if not answer.body.strip():
        raise NoRecordsError("the response is empty: it has no records now")
    kind = _format(answer)
    wanted = None if records is None else given(records)
    if kind == "xml":
        root = elements.shape(_utf8(answer, is_xml=True))
        place = place_of(elements.locate(root, entity)) if wanted is None else wanted
        return Found("xml", place, days=tuple(_days(root.values, steps(place))))
    if kind == "ndjson":
        if records is not None:
            raise NoRecordsError("each line of the response is a record: leave --records out")
        return Found("ndjson", None)
    document = json_text.parse(_utf8(answer, is_xml=False))
    path: Path | None
    remarks: tuple[str, ...] = ()
    if records is None:
        if is_error(document):
            raise NoRecordsError("the response is an error")
        path, remarks = lists.locate(document, entity)
    else:
        path = None if wanted is None else steps(wanted)
    is_around = path is not None and isinstance(document, dict)
    days = tuple(_days(document, path)) if is_around and path else ()
    return Found("json", None if path is None else place_of(path), document, days, remarks)


def _days(values: Mapping[str, Any], records: Path) -> Iterator[str]:
    for name, value in values.items():
        is_text = isinstance(value, str) and not isinstance(value, Number)
        if is_text and is_day(value) and is_addressable((name,)) and (name,) != records:
            yield name


def _format(answer: Response) -> Format:
    said = answer.content_type.partition(";")[0].strip().lower()
    if re.search(r"ndjson|jsonl|json-?lines|json-seq", said):
        return "ndjson"
    begin = _utf8(answer, is_xml="xml" in said)[:2000].lstrip()
    if begin[:1] == b"<":
        if re.match(rb"<(!doctype\s+)?html", begin, re.IGNORECASE):
            raise NoDataError("the response is a web page, not data: is there a URL of its API?")
        return "xml"
    text = _utf8(answer, is_xml=False)
    try:
        json_text.parse(text)
    except ValueError as error:
        lines = [line for line in text.split(b"\n") if line.strip()]
        if len(lines) > 1 and all(_is_json(line) for line in lines):
            return "ndjson"
        if begin[:1] in (b"{", b"["):
            raise NoDataError("the response is no JSON that can be read") from error
        raise NoDataError("the response is neither JSON nor XML") from error
    return "json"


def _is_json(line: bytes) -> bool:
    try:
        json_text.parse(line)
    except ValueError:
        return False
    return True


def _utf8(answer: Response, *, is_xml: bool) -> bytes:
    try:
        return utf8(answer.body, None, answer.content_type, is_xml=is_xml)
    except DecodeError as error:
        raise NoDataError(str(error)) from None
