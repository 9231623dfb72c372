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

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from xml.parsers import expat

import msgspec

from elt.extract import more
from elt.extract.decode.around import Around
from elt.extract.decode.errors import (
    DecodeError,
    ErrorDocumentError,
    UnreadableError,
    misread,
    shorten,
)
from elt.extract.decode.redaction import Redactions, redact
from elt.extract.decode.storable import DEEPEST
from elt.source.place import Place, Step, shown, steps

_ENCODER = msgspec.json.Encoder()
_CHUNK = 256 * 1024
_SHOWN = 20
"""Names of elements that an error lists, at most."""

Element = dict[str, Any]


def split(
    body: bytes,
    records: Place,
    error: Place | None,
    places: Iterable[Place],
    tree: Redactions,
    *,
    was_there: bool = False,
) -> tuple[list[bytes], Around]:
    """The elements at ``records``, each as a JSON text, and what is around them.

    ``body`` is in UTF-8. Places are from below the root: ``Valute``, ``@Date``; an index is that of
    an element among those of its name: ``["channel", 1, "item"]``. ``was_there`` says that an
    earlier response had such elements, so that one without them has no records. Raises DecodeError
    where ``body`` is no XML, says that it failed, or has other elements in place of the records.
    """
    reader = _Reader(_named(records), tree)
    try:
        root = reader.read(body)
    except expat.ExpatError as fault:
        raise UnreadableError(f"the answer is not XML: {fault}") from None
    if error is not None and (said := _at(root, error)) not in (None, _NOTHING):
        raise ErrorDocumentError(
            f"the answer is an error: {shorten(redact(_ENCODER.encode(said), tree))}"
        )
    is_none = bool(reader.records) or was_there or more.says_none(root)
    if not is_none and (others := _others(root, steps(records))):
        listed = shorten(", ".join(others[:_SHOWN]).encode())
        raise DecodeError(f"the answer has no {shown(records)}, it has: {listed}")
    found = {place: _at(root, place) for place in places}
    values = {place: None if value is _NOTHING else value for place, value in found.items()}
    present = frozenset(place for place, value in found.items() if value is not _NOTHING)
    return reader.records, Around(values, present, root)


def _named(records: Place) -> tuple[tuple[str, int | None], ...]:
    """The names of the elements on the way to the records, each with its index, if it has one."""
    named: list[tuple[str, int | None]] = []
    for step in steps(records):
        if isinstance(step, str):
            named.append((step, None))
        else:
            named[-1] = (named[-1][0], step)
    return tuple(named)


class _Reader:
    """Builds the tree of a document, and takes the records out of it as they end."""

    def __init__(self, way: tuple[tuple[str, int | None], ...], tree: Redactions) -> None:
        self.records: list[bytes] = []
        self._path = tuple(name for name, _ in way)
        self._indices = tuple(index for _, index in way)
        self._is_indexed = any(index is not None for index in self._indices)
        self._counts: list[Counter[str]] = [Counter()]
        self._numbers: list[int] = []
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
        if self._is_indexed:
            self._numbers.append(self._counts[-1][self._names[-1]])
            self._counts[-1][self._names[-1]] += 1
            self._counts.append(Counter())
        self._open.append(_fields(attributes))
        self._texts.append([])

    def _text(self, text: str) -> None:
        self._texts[-1].append(text)

    def _end(self, _name: str) -> None:
        value = _value(self._open.pop(), "".join(self._texts.pop()).strip())
        is_record = self._is_record()
        name = self._names.pop()
        if self._is_indexed:
            self._numbers.pop()
            self._counts.pop()
        if not self._open:
            self._root = value
        elif is_record:
            record = _ENCODER.encode(value)
            self.records.append(redact(record, self._tree) if self._tree else record)
        else:
            _add(self._open[-1], name, value)

    def _is_record(self) -> bool:
        """Whether the element that is open is where the records are."""
        if tuple(self._names[1:]) != self._path:
            return False
        return not self._is_indexed or all(
            wanted in (None, number)
            for wanted, number in zip(self._indices, self._numbers[1:], strict=True)
        )

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


_NOTHING: Any = ...
"""What is at a place that the document does not have."""


def _at(root: Element, place: Place) -> Any:
    """What is at ``place``. Raises DecodeError where a name with dots must be meant."""
    way = steps(place)
    found = _follow(root, way)
    if found is _NOTHING and isinstance(place, str):
        for number in range(len(way) - 1):
            name = ".".join(map(str, way[number:]))
            holder = _follow(root, way[:number])
            if isinstance(holder, dict) and name in holder:
                raise misread(place, (*way[:number], name))
    return found


def _follow(root: Element, way: Sequence[Step]) -> Any:
    value: Any = root
    for step in way:
        if isinstance(step, str):
            value = value.get(step, _NOTHING) if isinstance(value, dict) else _NOTHING
        else:
            # An element that is there once is the only one of its name.
            several = value if isinstance(value, _Several) else [value]
            value = several[step] if -len(several) <= step < len(several) else _NOTHING
    return value


def _others(root: Element, records: Sequence[Step]) -> list[str]:
    """Elements that are where the records, or what they lie in, should be."""
    place: Any = root
    for number in range(1, len(records)):
        below = _follow(root, records[:number])
        if below is None:
            return []
        if below is _NOTHING:
            break
        place = below
    return [name for name in place if name[0] not in "@#"] if isinstance(place, dict) else []
