"""What decoding raises."""

from __future__ import annotations

from collections.abc import Sequence

from elt.source.place import Step, shown


class DecodeError(ValueError):
    """A page is not what the source is declared to answer; the message says in which way."""


class UnreadableError(DecodeError):
    """A page is of another format or encoding altogether, or broken."""


class ErrorDocumentError(DecodeError):
    """A page says, where the source is declared to, that the request failed."""


def shorten(text: bytes, most: int = 200) -> str:
    """The beginning of what an answer has, for an error message."""
    shown = text[:most].decode(errors="replace")
    return shown if len(text) <= most else f"{shown}…"


def misread(place: str, meant: Sequence[Step]) -> DecodeError:
    """The error where a dotted place leads nowhere, but a field has its dots in its name.

    >>> print(misread("@odata.nextLink", ["@odata.nextLink"]))
    the place '@odata.nextLink' is read as names joined by dots, and the response has a field with\
 dots in its name: declare ['@odata.nextLink']
    """
    return DecodeError(
        f"the place {shown(place)} is read as names joined by dots, and the response has a field"
        f" with dots in its name: declare {shown(meant)}"
    )
