"""Going on where an earlier attempt at a task stopped: what is known of each page in the spool.

A page is entered when its records are on disk: which request it is the response to, and what of it
the next page depends on. The next attempt walks through the pages as the first one did, takes from
the spool what is there for exactly the same request, and asks the source for the rest. So nothing
of the state of an extract is stored, and a load that was interrupted equals one that was not.

The file is private to the user, like the records beside it. It holds what names a next page, which
may be a link with a token in it, and no secrets of the connection.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from elt.extract.more import Sign, decoded
from elt.extract.spool import Spool

log = logging.getLogger(__name__)

_FILE = "pages.jsonl"


@dataclass(frozen=True)
class Entry:
    """A page in the spool.

    ``place`` tells its request; ``size`` counts the records that came, ``overlap`` the first of
    them that the page before it had, too, ``records`` those that were kept, ``bytes`` those of the
    response. ``digest`` tells its records from another page's. ``values``, ``links`` and ``url``
    are what `elt.source.pagination` reads, ``signs`` what it says of more records
    (`elt.extract.more`). ``before`` is the request of the page that ``overlap`` was looked for in.
    ``replaced`` counts what was replaced by declaration. ``file`` is the SHA-256 of the file in the
    spool.
    """

    number: int
    place: str
    size: int
    records: int
    bytes: int
    digest: str
    values: Mapping[str, Any]
    links: Mapping[str, str]
    url: str
    overlap: int = 0
    before: str = ""
    signs: tuple[Sign, ...] = ()
    replaced: Mapping[str, int] = field(default_factory=dict)
    file: str = ""


class Journal:
    """The pages of ``spool`` that are responses to the requests of ``extract``.

    ``extract`` describes the extract as a whole: what is declared, rendered and asked for. The
    pages of another one are removed; so are, by the spool, those that are too old.
    """

    def __init__(self, spool: Spool, extract: str) -> None:
        self._spool = spool
        self._extract = hashlib.sha256(extract.encode()).hexdigest()
        self._path = spool.folder / _FILE
        self.started_at = datetime.now(UTC)
        """When the first attempt began whose pages are used."""
        self._entries: dict[int, Entry] = {}
        if not self._read():
            self.clear()

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self._entries)

    def take(self, number: int, place: str, wanted: int | None, before: str = "") -> Entry | None:
        """The page if it is there whole, by the same request, with ``wanted`` records at most.

        ``before`` is the request of a page whose last records it may begin with.
        """
        entry = self._entries.get(number)
        if entry is None or entry.place != place or (before and entry.before != before):
            return None
        there = entry.size - entry.overlap
        if entry.records != (there if wanted is None else min(there, wanted)):
            return None
        if entry.file != self._digest(number):
            return None
        self._spool.take(number)
        return entry

    def add(self, entry: Entry) -> None:
        """Enter a page that has just been written to the spool."""
        entry = replace(entry, file=self._digest(entry.number))
        self._entries[entry.number] = entry
        fields = {**vars(entry), "signs": [sign.encoded() for sign in entry.signs]}
        try:
            fields["values"] = {path: _encode(value) for path, value in entry.values.items()}
            line = json.dumps(fields)
        except (TypeError, ValueError, RecursionError):
            # The next attempt asks for this page again.
            return
        self._append(line)

    def clear(self) -> None:
        """Forget all pages, and remove them."""
        self._entries.clear()
        self._spool.clear()
        self.started_at = datetime.now(UTC)
        header = {"extract": self._extract, "started_at": self.started_at.isoformat()}
        self._append(json.dumps(header))

    def _append(self, line: str) -> None:
        with self._path.open("a") as file:
            file.write(f"{line}\n")

    def _read(self) -> bool:
        """Read what an earlier attempt has entered; whether it is of this extract."""
        try:
            header_line, *lines = self._path.read_text().split("\n")
        except FileNotFoundError:
            return False
        try:
            header = json.loads(header_line)
            self.started_at = datetime.fromisoformat(header["started_at"])
            is_same = header["extract"] == self._extract
        except (ValueError, LookupError, TypeError):
            return False
        if not is_same:
            log.warning(
                "the pages of an earlier attempt are of another request: beginning with page 1"
            )
            return False
        for line in filter(None, lines):
            try:
                fields = json.loads(line)
                fields["values"] = {key: _decode(value) for key, value in fields["values"].items()}
                fields["signs"] = tuple(map(decoded, fields["signs"]))
                entry = Entry(**fields)
            except (ValueError, LookupError, TypeError, ArithmeticError):
                continue  # the process was killed while it wrote this line
            self._entries[entry.number] = entry
        self._append("")  # whatever follows begins a line
        return True

    def _digest(self, number: int) -> str:
        try:
            return hashlib.sha256(self._spool.path(number).read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""


def _encode(value: Any) -> Any:
    """A value as JSON keeps it. Raises TypeError for what names no page."""
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, dict):
        return {"object": {str(name): _encode(one) for name, one in value.items()}}
    if isinstance(value, list | tuple):
        return [_encode(one) for one in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise TypeError(type(value).__name__)


def _decode(value: Any) -> Any:
    if isinstance(value, list):
        return [_decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "decimal" in value:
        return Decimal(value["decimal"])
    return {name: _decode(one) for name, one in value["object"].items()}
