"""Random numbers that are the same on every machine for the same key."""

from __future__ import annotations

import hashlib

LIMIT = 2**32


def draw(*key: str | int) -> int:
    """A number from 0 up to, not including, ``LIMIT``."""
    text = "\0".join(map(str, key))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little")
