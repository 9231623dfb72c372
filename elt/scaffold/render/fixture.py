"""A small real answer of the endpoint, for a test that decodes it."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from typing import Any

import msgspec

from elt.extract.decode import DecodeError
from elt.extract.decode.text import charset, encoding_of, utf8
from elt.scaffold import json_text
from elt.scaffold.infer import secrets
from elt.scaffold.infer.places import Path
from elt.scaffold.json_text import Number
from elt.scaffold.plan import Plan
from elt.scaffold.render import excerpt, literals
from elt.scaffold.sample import objects
from elt.source.encodings import is_text_encoding
from elt.source.place import steps

MOST_RECORDS = 3
_LARGEST = 64 * 1024
_LONGEST_TEXT = 1000
_LONGEST_LIST = 10
_DEEPEST = 50
_SUFFIXES = {"json": "json", "ndjson": "ndjson", "xml": "xml"}


def name(plan: Plan) -> str:
    """The name of the file."""
    return f"{plan.source.name}.{_SUFFIXES[plan.source.format]}"


def records(plan: Plan) -> list[dict[str, Any]]:
    """The records in it: the first few, cut short."""
    kept: list[dict[str, Any]] = []
    size = 0
    for record in objects(plan.page.records)[:MOST_RECORDS]:
        # As the source sent it: the extract adds what is around it.
        own = {
            name: below for name, below in record.items() if name not in plan.source.from_response
        }
        small = secrets.hide(_cut(own), plan.secrets)
        size += len(json_text.dump(small))
        if kept and size > _LARGEST:
            break
        kept.append(small)
    return kept


def fixture(plan: Plan) -> str:
    """The text of the file: the answer as it was, with the first records only."""
    found = records(plan)
    source, answer = plan.source, plan.page.answer
    if source.format == "ndjson":
        return "".join(json_text.dump(record).decode() + "\n" for record in found)
    if source.format == "json":
        return _json(plan, found)
    text = excerpt.excerpt(
        utf8(answer.body, None, answer.content_type, is_xml=True),
        steps(source.records_path or ""),
        len(found),
        secrets.is_secret_field,
        _places(plan),
    )
    return excerpt.hide(text.decode(errors="replace"), plan.secrets)


def encoded(plan: Plan) -> bytes:
    """What the file holds: its text, in the encoding in which the answer came."""
    answer = plan.page.answer
    is_xml = plan.source.format == "xml"
    mark, encoding = encoding_of(answer.body, None, answer.content_type, is_xml=is_xml)
    text = fixture(plan)
    if is_xml:
        return mark + text.encode(encoding, "xmlcharrefreplace")
    try:
        return mark + text.encode(encoding)
    except UnicodeEncodeError:
        # What was sent by its number, which the encoding has no character for.
        return mark + b"".join(_encoded(letter, encoding) for letter in text)


def content_type(plan: Plan) -> str | None:
    """The header Content-Type, where only that says which encoding the file is in."""
    answer = plan.page.answer
    is_xml = plan.source.format == "xml"
    said = charset(answer.content_type)
    if said is None or not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", said):
        return None
    _, used = encoding_of(answer.body, None, answer.content_type, is_xml=is_xml)
    if not is_text_encoding(said) or codecs.lookup(said) != codecs.lookup(used):
        return None
    with suppress(DecodeError):
        _, alone = encoding_of(answer.body, None, "", is_xml=is_xml)
        if codecs.lookup(alone) == codecs.lookup(used):
            return None
    return f"text/plain; charset={said}"


def _json(plan: Plan, found: list[dict[str, Any]]) -> str:
    source = plan.source
    if source.records_path is None:
        document = found if isinstance(plan.envelope, list) else found[0]
    else:
        around = _envelope(plan.envelope, (), steps(source.records_path), _places(plan), found)
        document = secrets.hide(around, plan.secrets)
    return msgspec.json.format(json_text.dump(document), indent=2).decode() + "\n"


def _places(plan: Plan) -> set[Path]:
    """What the extract reads around the records, whatever it is called."""
    source = plan.source
    return {steps(place) for place in (*source.pagination.places(), *source.from_response.values())}


def _encoded(letter: str, encoding: str) -> bytes:
    """A character of JSON; in an encoding that does not have it, by its number."""
    try:
        return letter.encode(encoding)
    except UnicodeEncodeError:
        return literals.json(letter)[1:-1].encode(encoding)


def _cut(value: Any, depth: int = 0) -> Any:
    if depth > _DEEPEST:
        return None
    if isinstance(value, dict):
        return {name: _cut(below, depth + 1) for name, below in value.items()}
    if isinstance(value, list):
        return [_cut(item, depth + 1) for item in value[:_LONGEST_LIST]]
    if type(value) is str:
        return value[:_LONGEST_TEXT]
    return value


def _envelope(
    value: Any,
    path: Path,
    place: Path,
    read: set[Path],
    found: list[dict[str, Any]],
) -> Any:
    """What is around the records, which are those found; without secrets, and cut short."""
    if path == place:
        return found
    if isinstance(value, dict) and len(path) <= _DEEPEST:
        return {
            clean: _envelope(below, (*path, name), place, read, found)
            for name, below in value.items()
            if (clean := _storable(name)) is not None
            and ((*path, name) in read or not secrets.is_secret_field(name))
        }
    if isinstance(value, list) and any(way[: len(path)] == path for way in (place, *read)):
        # What is read by its index stays where it is.
        return [
            _envelope(below, (*path, number), place, read, found)
            for number, below in enumerate(value[:_LONGEST_LIST])
        ]
    cut = _cut(value[:1] if isinstance(value, list) else value)
    return _without_secrets(cut)


def _without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            clean: _without_secrets(below)
            for name, below in value.items()
            if (clean := _storable(name)) is not None and not secrets.is_secret_field(name)
        }
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if isinstance(value, str) and not isinstance(value, Number):
        return _storable(value)
    return value


def _storable(text: str) -> str | None:
    """``text``, if it is any: a lone surrogate cannot be written."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return None
    return text
