"""A JSON document that is read as far as it is asked for, and what is around its records."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Raw

from elt.extract.more.body import ends
from elt.source.place import Step

Below = dict[str, Raw] | list[Raw] | None
"""The fields of an object, the items of a list; None of other values."""

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_RAW = msgspec.json.Decoder(Raw)
_VALUE = msgspec.json.Decoder(float_hook=Decimal)
_NO_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ArithmeticError)
_BEGIN = re.compile(rb"[ \t\r\n]*([{\[]?)")
_ITEM = re.compile(rb"\[[ \t\r\n]*(.?)", re.DOTALL)

_LARGE = 32 * 1024
"""Bytes of an object or a list above which it is read in part."""
_MOST = 256 * 1024
"""Bytes of an outline, about: what it costs is not to depend on what else a document has."""
_NAMES, _NAMES_OF_OTHERS = 2_000, 200
"""Fields of the objects around the records, and of others that are large: of more, the first and
the last ones."""
_DEEPEST = 6


class Tree:
    """A JSON text whose objects and lists are read when they are asked for, each once.

    >>> Tree(b'{"a": {"b": [1, {"c": 2}]}}').at(("a", "b", -1, "c"))
    b'2'
    """

    def __init__(self, text: bytes) -> None:
        self.root = _below(text)
        self._read: dict[tuple[Step, ...], Below] = {(): self.root}

    def at(self, way: tuple[Step, ...]) -> bytes | None:
        """The JSON text at the end of ``way``; None where there is none."""
        found = self._item(way)
        return None if found is None else bytes(found)

    def below(self, way: tuple[Step, ...]) -> Below:
        """The fields or items at the end of ``way``."""
        if way not in self._read:
            found = self._item(way)
            self._read[way] = None if found is None else _below(found)
        return self._read[way]

    def outline(self, way: tuple[Step, ...]) -> dict[Step, Any]:
        """The document without what is at the end of ``way``, as Python values.

        Of a list that holds the records, the items around them are by index. Where there is much
        else, large lists come as ``[{}]`` (of objects) or ``[None]``, and what is large and deep
        is left out.
        """
        return _Outline().around(self, (), way)

    def _item(self, way: tuple[Step, ...]) -> Raw | None:
        *parents, last = way
        holder = self.below(tuple(parents))
        if isinstance(holder, dict):
            return holder.get(last) if isinstance(last, str) else None
        if isinstance(holder, list) and isinstance(last, int):
            return holder[last] if -len(holder) <= last < len(holder) else None
        return None


class _Outline:
    def __init__(self) -> None:
        self._left = _MOST

    def around(self, tree: Tree, at: tuple[Step, ...], way: tuple[Step, ...]) -> dict[Step, Any]:
        """What the object or list at ``at`` has beside what ``way`` leads to from there."""
        holder = tree.below(at)
        if holder is None:
            return {}
        pairs: Iterable[tuple[Step, Raw]] = (
            holder.items() if isinstance(holder, dict) else enumerate(holder)
        )
        step = way[0] if way else None
        if isinstance(holder, list) and isinstance(step, int) and step < 0:
            step += len(holder)
        below = tree.below((*at, step)) if len(way) > 1 and step is not None else None
        is_way = below is not None and isinstance(below, list) is isinstance(way[1], int)
        if below is not None and not is_way:
            # A list where a name leads on, or the other way round: the records are not there.
            step = None
        found = self._fields([pair for pair in pairs if pair[0] != step], len(at), _NAMES)
        if is_way and step is not None:
            found[step] = self.around(tree, (*at, step), way[1:])
        return found

    def _fields(
        self, pairs: Collection[tuple[Step, Raw]], depth: int, most: int
    ) -> dict[Step, Any]:
        items = ends(pairs, most)
        values: dict[Step, Any] = {}
        # What is small first: it is what says that there is more.
        for name, raw in sorted(items, key=lambda pair: _length(pair[1])):
            values[name] = self._value(raw, depth)
        return {name: values[name] for name, _ in items if values[name] is not ...}

    def _value(self, raw: Raw, depth: int) -> Any:
        """A value, or the part of it that there is room for; ``...`` of none."""
        length = _length(raw)
        text = memoryview(raw)
        try:
            if length <= min(_LARGE, self._left):
                self._left -= length
                return _VALUE.decode(raw)
            begin = bytes(text[:1])
            if begin == b"[":
                first = _ITEM.match(text[:_LARGE])
                return [{}] if first and first[1] == b"{" else [None]
            if begin == b"{":
                if depth >= _DEEPEST or self._left <= 0:
                    return {}
                return self._fields(_OBJECT.decode(raw).items(), depth + 1, _NAMES_OF_OTHERS)
        except _NO_JSON:
            pass
        return ...


def _length(raw: Raw) -> int:
    return memoryview(raw).nbytes


def _below(text: bytes | Raw) -> Below:
    begin = _BEGIN.match(memoryview(text))
    if begin and begin[1] == b"{":
        return _OBJECT.decode(text)
    if begin and begin[1] == b"[":
        return _LIST.decode(text)
    # No object and no list; it may still be no JSON at all.
    _RAW.decode(text)
    return None
