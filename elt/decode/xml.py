"""XML documents to records: elements become JSON objects.

=====================================  =========================================
element                                JSON
=====================================  =========================================
``<Value>47,4374</Value>``             ``"47,4374"``, without blanks around it
``<Value/>``                           ``null``
``<Valute ID="R01"><Value>1</Value>``  ``{"@ID": "R01", "Value": "1"}``
``<Rate currency="AUD">47</Rate>``     ``{"@currency": "AUD", "#text": "47"}``
``<Tag>a</Tag><Tag>b</Tag>``           ``["a", "b"]``; one alone is no list
=====================================  =========================================

Prefixes of namespaces are dropped, but where nothing else tells two attributes of an element
apart. A document type is refused, and with it every entity but the five of XML itself, so that
nothing is expanded and nothing outside is read.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from xml.parsers import expat

import msgspec

from elt.decode.errors import DecodeError, ErrorDocumentError, shorten
from elt.decode.redaction import Redactions, redact
from elt.decode.storable import DEEPEST

_ENCODER = msgspec.json.Encoder()
_CHUNK = 256 * 1024
_SHOWN = 20
"""Names of elements that an error lists, at most."""

Element = dict[str, Any]


def split(
    body: bytes, records: str, error: str | None, places: Iterable[str], tree: Redactions
) -> tuple[list[bytes], dict[str, Any]]:
    """The elements at ``records``, each as a JSON text, and the values at ``places``.

    ``body`` is in UTF-8. Places are dotted, from below the root: ``Valute``, ``@Date``. Raises
    DecodeError where ``body`` is no XML, says that it failed, or has other elements in place of the
    records.
    """
    reader = _Reader(tuple(records.split(".")), tree)
    try:
        root = reader.read(body)
    except expat.ExpatError as fault:
        raise DecodeError(f"the answer is not XML: {fault}") from None
    if error is not None and (said := _at(root, error)) is not None:
        raise ErrorDocumentError(
            f"the answer is an error: {shorten(redact(_ENCODER.encode(said), tree))}"
        )
    if not reader.records and (others := _others(root, records)):
        shown = shorten(", ".join(others[:_SHOWN]).encode())
        raise DecodeError(f"the answer has no {records!r}, it has: {shown}")
    return reader.records, {path: _at(root, path) for path in places}


class _Reader:
    """Builds the tree of a document, and takes the records out of it as they end."""

    def __init__(self, path: tuple[str, ...], tree: Redactions) -> None:
        self.records: list[bytes] = []
        self._path = path
        self._tree = tree
        self._names: list[str] = []
        self._open: list[Element] = []
        self._texts: list[list[str]] = []
        self._root: Any = None
        # The encoding is ours to say: the prolog names the one the document came in.
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def read(self, body: bytes) -> Element:
        """What is left of the root without the records."""
        for start in range(0, len(body), _CHUNK):
            self._parser.Parse(body[start : start + _CHUNK], False)
        self._parser.Parse(b"", True)
        return self._root if isinstance(self._root, dict) else {"#text": self._root}

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._names) > DEEPEST:
            raise DecodeError("the answer is nested too deeply")
        self._names.append(_local(name))
        self._open.append(_fields(attributes))
        self._texts.append([])

    def _text(self, text: str) -> None:
        self._texts[-1].append(text)

    def _end(self, _name: str) -> None:
        value = _value(self._open.pop(), "".join(self._texts.pop()).strip())
        path = tuple(self._names[1:])
        name = self._names.pop()
        if not self._open:
            self._root = value
        elif path == self._path:
            record = _ENCODER.encode(value)
            self.records.append(redact(record, self._tree) if self._tree else record)
        else:
            _add(self._open[-1], name, value)

    def _refuse_doctype(self, *_: object) -> None:
        raise DecodeError("the answer has a document type, which is not read")


def _fields(attributes: dict[str, str]) -> Element:
    said = {
        name: value
        for name, value in attributes.items()
        if name != "xmlns" and not name.startswith("xmlns:")
    }
    fields = {f"@{_local(name)}": value for name, value in said.items()}
    return fields if len(fields) == len(said) else {f"@{name}": said[name] for name in said}


def _local(name: str) -> str:
    return name.rpartition(":")[2] or name


def _value(element: Element, text: str) -> Any:
    if not element:
        return text or None
    if text:
        element["#text"] = text
    return element


def _add(parent: Element, name: str, value: Any) -> None:
    if name not in parent:
        parent[name] = value
    elif isinstance(parent[name], _Several):
        parent[name].append(value)
    else:
        parent[name] = _Several([parent[name], value])


class _Several(list[Any]):
    """The values of an element that is there more than once."""


def _at(root: Element, path: str) -> Any:
    value: Any = root
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _others(root: Element, records: str) -> list[str]:
    """Elements that are where the records, or what they lie in, should be."""
    *parents, _ = records.split(".")
    place: Any = root
    for name in parents:
        if not isinstance(place, dict) or name not in place:
            break
        place = place[name]
        if place is None:
            return []
    return [name for name in place if name[0] not in "@#"] if isinstance(place, dict) else []
