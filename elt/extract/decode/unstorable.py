"""Values that no jsonb column takes: U+0000 in text, and NaN and Infinity, which are not JSON.

By declaration they are replaced, and counted; else they are an error that says where they are. So
are bytes that are not UTF-8, which nothing replaces: they are text in another encoding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from elt.extract.decode.errors import DecodeError
from elt.source.declaration import Unstorable
from elt.source.place import Step, shown

MARK = "(no number: 9b1f6c1e)"
"""Stands for NaN and Infinity while it is looked for where they are."""

_LONGEST = 150
"""Characters of a place that an error shows."""
_CONSTANT = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|(-?(?:nan|inf(?:inity)?)(?![0-9a-z_]))',
    re.DOTALL | re.IGNORECASE,
)
_MAY_BE_CONSTANT = re.compile(rb"nan|inf", re.IGNORECASE)
_MARKED, _NUL = re.compile(re.escape(MARK)), re.compile("\0")
_BROKEN = re.compile("[\udc80-\udcff]")
"""What Python makes of a byte that is not UTF-8, when told to keep it."""
_ESCAPE = re.compile(rb"\\(?:u(0000)|.)", re.DOTALL)


class UnstorableError(DecodeError):
    """A record has a value that cannot be stored; ``kind`` is what could be replaced."""

    def __init__(self, said: str, kind: Unstorable) -> None:
        super().__init__(said)
        self.kind = kind


def without_constants(text: bytes, substitute: bytes) -> tuple[bytes, int]:
    """``text`` with ``substitute`` for NaN and Infinity where they are values; how many it has.

    >>> without_constants(b'{"NaN": [NaN, -Infinity, "NaN"]}', b"null")
    (b'{"NaN": [null, null, "NaN"]}', 2)
    """
    if not _MAY_BE_CONSTANT.search(text):
        return text, 0
    count = 0

    def replaced(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if match[1] is None:
            return match[0]
        count += 1
        return substitute

    return _CONSTANT.sub(replaced, text), count


def with_escaped_nuls(text: bytes) -> bytes:
    """``text`` with U+0000 as JSON writes it, where it stands for itself in a text."""
    return text.replace(b"\0", rb"\u0000")


def may_have_nul(text: bytes) -> bool:
    """Whether a JSON text may have U+0000 in it."""
    # One byte is found much sooner than six.
    return b"\\" in text and rb"\u0000" in text


def without_nul(record: bytes) -> tuple[bytes, int]:
    r"""``record`` with U+FFFD for U+0000, in texts and in names; how many it has.

    >>> without_nul(rb'{"a": "\u0000", "b": "\\u0000"}')
    (b'{"a": "\\ufffd", "b": "\\\\u0000"}', 1)
    """
    count = 0

    def replaced(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if match[1] is None:
            return match[0]
        count += 1
        return rb"\ufffd"

    return _ESCAPE.sub(replaced, record), count


def error(record: bytes, kind: Unstorable, which: str) -> UnstorableError:
    """The error for a record, or whatever ``which`` names, that has something of ``kind``."""
    said = "U+0000, which no text of PostgreSQL can have"
    if kind == "NaN":
        said = "NaN or Infinity, which are not JSON, and no numbers to a database"
    return UnstorableError(
        f"{which}: {_field(record, kind)} has {said}; declare replace=[{kind!r}] to load it as"
        f" {'null' if kind == 'NaN' else 'U+FFFD'}",
        kind,
    )


def wrong_bytes(record: bytes) -> str | None:
    r"""Where a record has bytes that are not UTF-8, and which; None where it has none.

    >>> wrong_bytes(b'{"name": {"last": "Ren\xe9"}}')
    "the field 'name.last' has bytes that are not UTF-8 (0xe9 at byte 22 of the record)"
    """
    try:
        record.decode()
    except UnicodeDecodeError as error:
        where = _where(record.decode(errors="surrogateescape"), _BROKEN)
        at = f"0x{record[error.start]:02x} at byte {error.start}"
        return f"{where} has bytes that are not UTF-8 ({at} of the record)"
    return None


def _field(record: bytes, kind: Unstorable) -> str:
    return _where(record, _MARKED if kind == "NaN" else _NUL)


def _where(record: bytes | str, sought: re.Pattern[str]) -> str:
    """The field of ``record`` whose text, or name, has what is sought, in words."""
    try:
        document = json.loads(record, strict=False)
        way = next((way for way, text in _texts(document) if sought.search(text)), None)
    except (ValueError, RecursionError):
        way = None
    if way is None:
        return "a field"
    if any(isinstance(step, str) and sought.search(step) for step in way):
        return f"the name of a field, {_short(shown(way))},"
    plain = all(isinstance(step, str) and "." not in step and step for step in way)
    field = shown(".".join(map(str, way)) if plain else way)
    return f"the field {_short(field)}" if way else "it"


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _texts(document: Any) -> Iterator[tuple[tuple[Step, ...], str]]:
    """Each text of a document, and each name, with its place."""
    todo: list[tuple[tuple[Step, ...], Any]] = [((), document)]
    while todo:
        way, value = todo.pop()
        if isinstance(value, str):
            yield way, value
        elif isinstance(value, dict):
            for name in value:
                yield (*way, name), name
            todo += [((*way, name), below) for name, below in reversed(value.items())]
        elif isinstance(value, list):
            todo += [((*way, number), below) for number, below in reversed([*enumerate(value)])]
