"""Fields that are removed from a record before it is written anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Raw

from elt.source.place import Step, steps

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_ENCODER = msgspec.json.Encoder()

Redactions = dict[Step, "Redactions | None"]


def redactions(places: Iterable[str | Sequence[Step]]) -> Redactions:
    """The tree of field names and indices that ``places`` make; a leaf (None) is to be removed.

    A dotted place also removes the field that has the dots in its name: what is meant to be secret
    is not stored because of how it is written.

    >>> redactions(["login.pin", "token", (1,)])
    {'login': {'pin': None}, 'login.pin': None, 'token': None, 1: None}
    """
    tree: Redactions = {}
    ways = {way for place in places for way in _ways(place)}
    # The shorter of two places holds, so it comes last. A set has no order of its own.
    for *parents, leaf in sorted(ways, key=lambda way: (-len(way), repr(way))):
        branch = tree
        for parent in parents:
            below = branch.setdefault(parent, {})
            if below is None:
                break
            branch = below
        else:
            branch[leaf] = None
    return tree


def _ways(place: str | Sequence[Step]) -> Iterator[tuple[Step, ...]]:
    way = steps(place)
    yield way
    if isinstance(place, str):
        for number in range(len(way) - 1):
            yield (*way[:number], ".".join(map(str, way[number:])))


def redact(value: bytes, tree: Redactions) -> bytes:
    """``value``, a JSON text, without what ``tree`` names; the rest stays as sent.

    Lists are entered by the names; an index is that of an item, which becomes null, so that the
    others keep their places.
    """
    value = value.lstrip()
    if value.startswith(b"["):
        return _redact_list(value, tree)
    if not value.startswith(b"{"):
        return value
    fields = _OBJECT.decode(value)
    touched = False
    for name, below in tree.items():
        if isinstance(name, str) and name in fields:
            touched = True
            if below is None:
                del fields[name]
            else:
                fields[name] = Raw(redact(bytes(fields[name]), below))
    return _ENCODER.encode(fields) if touched else value


def _redact_list(value: bytes, tree: Redactions) -> bytes:
    names: Redactions = {step: below for step, below in tree.items() if isinstance(step, str)}
    items = [bytes(item) for item in _LIST.decode(value)]
    if names:
        items = [redact(item, names) for item in items]
    for step, below in tree.items():
        if isinstance(step, int) and -len(items) <= step < len(items):
            items[step] = b"null" if below is None else redact(items[step], below)
    return _ENCODER.encode(list(map(Raw, items)))
