"""Pages that are known again: a source that ignores the page asked for sends the same one."""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import Any

import msgspec

from elt.extract.decode.json import text_at
from elt.extract.incremental import Greatest
from elt.source.place import Place

# Numbers with a point keep all their digits.
_VALUE = msgspec.json.Decoder(float_hook=Decimal)

_KEYS_OF_A_PAGE = 32
"""Keys by which a page is known again, about."""


class Pages:
    """What tells the pages of an extract apart; ``keys`` are the places of the records' key."""

    def __init__(self, keys: tuple[Place, ...]) -> None:
        self._keys = keys
        self._digests: dict[int, str] = {}
        self._numbers: dict[str, int] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._digests

    def digest(self, records: list[bytes]) -> str:
        """What tells a page from another one: keys of it, or all of it where none are declared.

        Of the whole page: of the last one, which may be cut, it would tell nothing. A sample of
        the keys will do, since no two pages have any in common.
        """
        if not self._keys:
            return hashlib.sha256(b"\n".join(records)).hexdigest()
        digest = hashlib.sha256(b"%d" % len(records))
        for record in records[:: 1 + len(records) // _KEYS_OF_A_PAGE]:
            keys = [text_at(record, path) for path in self._keys]
            digest.update(b"\n")
            digest.update(record if None in keys else b",".join(filter(None, keys)))
        return digest.hexdigest()

    def add(self, number: int, digest: str) -> None:
        """Remember page ``number``; a page that was asked for again replaces the former."""
        self._digests[number] = digest
        self._numbers.setdefault(digest, number)

    def earlier(self, digest: str) -> int | None:
        """The page that has these records, too."""
        return self._numbers.get(digest)

    def alike(self) -> list[tuple[int, int]]:
        """Each page that repeats another one, and the first that has its records."""
        first: dict[str, int] = {}
        pairs = [
            (number, first.setdefault(self._digests[number], number))
            for number in sorted(self._digests)
        ]
        return [(number, earlier) for number, earlier in pairs if number != earlier]


def overlap(before: list[bytes], records: list[bytes], keys: tuple[Place, ...], most: int) -> int:
    """How many of ``records``, ``most`` at most, are the last ones of ``before`` again.

    Those with the same ``keys``, or that are the same where none are declared.

    >>> overlap([b'{"id": 1}', b'{"id": 2}'], [b'{"id": 2, "n": 0}', b'{"id": 3}'], ("id",), 2)
    1
    """
    most = min(most, len(before), len(records))
    last = [_identity(record, keys) for record in before[len(before) - most :]]
    first = [_identity(record, keys) for record in records[:most]] if last else []
    return next((n for n in range(most, 0, -1) if last[most - n :] == first[:n]), 0)


def value_of(records: list[bytes], field: Place, take: str, table: str) -> Any:
    """The value at ``field`` of the last record, or the greatest of all; None if there is none.

    >>> value_of([b'{"id": 7}', b'{"id": 5}'], "id", "last", "shop__orders")
    5
    """
    if take == "greatest":
        greatest = Greatest(field, table)
        greatest.add(records)
        return greatest.value
    text = text_at(records[-1], field)
    return None if text is None else _VALUE.decode(text)


def _identity(record: bytes, keys: tuple[Place, ...]) -> tuple[bytes, ...]:
    found = [text_at(record, place) for place in keys]
    return tuple(one for one in found if one is not None) if all(found) and found else (record,)
