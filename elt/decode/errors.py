"""What decoding raises."""

from __future__ import annotations


class DecodeError(ValueError):
    """A page is not what the source is declared to answer; the message says in which way."""


class ErrorDocumentError(DecodeError):
    """A page says, where the source is declared to, that the request failed."""


def shorten(text: bytes, most: int = 200) -> str:
    """The beginning of what an answer has, for an error message."""
    shown = text[:most].decode(errors="replace")
    return shown if len(text) <= most else f"{shown}…"
