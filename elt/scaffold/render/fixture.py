"""A small real answer of the endpoint, for a test that decodes it."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape, quoteattr

import msgspec

from elt.scaffold import json_text
from elt.scaffold.infer import secrets
from elt.scaffold.json_text import Number
from elt.scaffold.plan import Plan
from elt.scaffold.sample import objects

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
        small = secrets.hide(_cut(record), plan.secrets)
        size += len(json_text.dump(small))
        if kept and size > _LARGEST:
            break
        kept.append(small)
    return kept


def fixture(plan: Plan) -> str:
    """The text of the file."""
    found = records(plan)
    source = plan.source
    if source.format == "ndjson":
        return "".join(json_text.dump(record).decode() + "\n" for record in found)
    if source.format == "xml":
        return _xml(source.records or "", found)
    if source.records is None:
        document = found if isinstance(plan.envelope, list) else found[0]
    else:
        places = {tuple(place.split(".")) for place in source.pagination.places()}
        around = _envelope(plan.envelope, (), tuple(source.records.split(".")), places, found)
        document = secrets.hide(around, plan.secrets)
    return msgspec.json.format(json_text.dump(document), indent=2).decode() + "\n"


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
    path: tuple[str, ...],
    place: tuple[str, ...],
    read: set[tuple[str, ...]],
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


def _xml(place: str, found: list[dict[str, Any]]) -> str:
    """The records as the XML they were, below a root."""
    *parents, leaf = place.split(".")
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<root>"]
    lines += [f"{'  ' * depth}<{parent}>" for depth, parent in enumerate(parents, 1)]
    for record in found:
        lines += _element(leaf, record, len(parents) + 1)
    lines += [
        f"{'  ' * depth}</{parent}>" for depth, parent in reversed(list(enumerate(parents, 1)))
    ]
    return "\n".join([*lines, "</root>"]) + "\n"


def _element(name: str, value: Any, depth: int) -> list[str]:
    margin = "  " * depth
    if isinstance(value, list):
        return [line for item in value for line in _element(name, item, depth)]
    if value is None:
        return [f"{margin}<{name}/>"]
    if not isinstance(value, dict):
        return [f"{margin}<{name}>{_text(value)}</{name}>"]
    attributes = "".join(
        f" {key[1:]}={quoteattr(below)}" for key, below in value.items() if key.startswith("@")
    )
    text = _text(value.get("#text") or "")
    children = [
        line
        for key, below in value.items()
        if key[0] not in "@#"
        for line in _element(key, below, depth + 1)
    ]
    if not children:
        return [f"{margin}<{name}{attributes}>{text}</{name}>"]
    return [f"{margin}<{name}{attributes}>{text}", *children, f"{margin}</{name}>"]


def _text(text: str) -> str:
    return escape(text, {"\r": "&#13;"})
