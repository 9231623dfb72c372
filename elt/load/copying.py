"""The records of a spool on their way into a raw table, by COPY."""

from __future__ import annotations

import hashlib
import logging
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from elt.extract.decode import storable
from elt.extract.spool import Spool

log = logging.getLogger(__name__)

# PostgreSQL's COPY BINARY: signature, flags, extension; a row is its number of fields, then each
# field's length and value; a jsonb value is the version byte 1 and the text.
_COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + struct.pack("!ii", 0, 0)
_COPY_ROW = struct.Struct("!hiqiiib")
_COPY_TRAILER = struct.pack("!h", -1)
# COPY's text format, for Greenplum; JSON has the last three between its tokens only.
_COPY_ESCAPES = ((b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"))


@dataclass(frozen=True)
class Copied:
    """How many records, the bytes of their JSON texts, and the digest of these (see `RawRef`)."""

    records: int
    bytes: int
    checksum: str


def content(spool: Spool, *, salvage: bool) -> Copied:
    """What `copy` would give."""
    counted = _Counted()
    for page in spool.pages():
        counted.add(_stored(page, salvage=salvage))
    return counted.result()


def copy(
    connection: psycopg.Connection[Any],
    statement: sql.Composed,
    load_id: int,
    spool: Spool,
    account: str | None,
    *,
    salvage: bool,
    as_text: bool,
) -> Copied:
    """Send the records of ``spool`` to ``statement``, a COPY of load_id, record_no, record and,
    if there is one, account.

    ``salvage`` keeps as text what no jsonb column takes; ``as_text`` is COPY's text format.
    """
    counted = _Counted()
    begun = reported = time.monotonic()
    if not as_text:
        statement += sql.SQL(" (format binary)")
    rows = _text_rows if as_text else _rows if account is None else _rows_of_account
    with connection.cursor() as cursor, cursor.copy(statement) as sink:
        if not as_text:
            sink.write(_COPY_HEADER)
        for page in spool.pages():
            kept = _stored(page, salvage=salvage)
            sink.write(b"".join(rows(load_id, counted.records, kept, account)))
            counted.add(kept)
            if (now := time.monotonic()) - reported >= 1.0:
                reported = now
                _report(counted, now - begun)
        if not as_text:
            sink.write(_COPY_TRAILER)
    _report(counted, time.monotonic() - begun)
    return counted.result()


class _Counted:
    """Records that go by, page by page."""

    def __init__(self) -> None:
        self.records = self.bytes = 0
        self._digest = hashlib.sha256()

    def add(self, records: list[bytes]) -> None:
        self.records += len(records)
        self.bytes += sum(map(len, records))
        for record in records:
            self._digest.update(record)
            self._digest.update(b"\n")

    def result(self) -> Copied:
        return Copied(self.records, self.bytes, f"sha256:{self._digest.hexdigest()}")


def _stored(page: list[bytes], *, salvage: bool) -> list[bytes]:
    return [storable(record) for record in page] if salvage else page


def _rows(load_id: int, before: int, records: list[bytes], _account: str | None) -> Iterator[bytes]:
    for number, record in enumerate(records, before + 1):
        yield _COPY_ROW.pack(3, 8, load_id, 4, number, len(record) + 1, 1)
        yield record


def _rows_of_account(
    load_id: int, before: int, records: list[bytes], account: str | None
) -> Iterator[bytes]:
    name = (account or "").encode()
    last = struct.pack("!i", len(name)) + name
    for number, record in enumerate(records, before + 1):
        yield _COPY_ROW.pack(4, 8, load_id, 4, number, len(record) + 1, 1)
        yield record
        yield last


def _text_rows(
    load_id: int, before: int, records: list[bytes], account: str | None
) -> Iterator[bytes]:
    last = b"" if account is None else b"\t" + account.encode()
    for number, record in enumerate(records, before + 1):
        text = record
        for character, escaped in _COPY_ESCAPES:
            text = text.replace(character, escaped)
        yield b"%d\t%d\t%b%b\n" % (load_id, number, text, last)


def _report(counted: _Counted, seconds: float) -> None:
    log.info(
        "copied %d records, %d bytes",
        counted.records,
        counted.bytes,
        extra={
            "progress": {
                "step": "land",
                "records": counted.records,
                "bytes": counted.bytes,
                "seconds": max(seconds, 1e-6),
            }
        },
    )
