"""Names in ASCII, for e-mail addresses."""

from __future__ import annotations

import unicodedata
from functools import cache
from importlib.resources import files

import msgspec


@cache
def _letters() -> dict[int, str]:
    """The letters that are more than a base letter with a mark: Latin, Ukrainian, Persian."""
    content = files(__package__).joinpath("data", "ascii.json").read_bytes()
    return str.maketrans(msgspec.json.decode(content, type=dict[str, str]))


def to_ascii(text: str) -> str:
    """The text in lower-case ASCII letters, digits, dots and hyphens; everything else is dropped.

    >>> to_ascii("Håvard"), to_ascii("آیناز"), to_ascii("O'Brien")
    ('havard', 'aynz', 'obrien')
    """
    spelled = unicodedata.normalize("NFC", text).lower().translate(_letters())
    plain = unicodedata.normalize("NFKD", spelled)
    return "".join(c for c in plain if c.isascii() and (c.isalnum() or c in ".-"))
