"""Pages that are known again: a source that ignores the page asked for sends the same one."""

from __future__ import annotations

import hashlib

from elt.decode.json import text_at
from elt.place import Place

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
