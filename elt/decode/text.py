"""The bytes of an answer as UTF-8, whatever encoding it came in."""

from __future__ import annotations

import codecs
import re
from email.message import Message

from elt.decode.errors import DecodeError

_MARKS = (
    # The longer ones first: UTF-32's begins with UTF-16's.
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PROLOG = re.compile(
    rb"\s{0,100}<\?xml\s[^>]{0,200}?encoding\s{0,10}=\s{0,10}[\"']([A-Za-z][A-Za-z0-9._-]{0,40})[\"']"
)
_NOT_OF_DOCUMENTS = frozenset(
    {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape"}
)
"""Codecs of Python that are no encodings of documents; some take quadratic time."""


def is_text_encoding(name: str) -> bool:
    """Whether a document may be encoded so."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    is_text: bool = getattr(codec, "_is_text_encoding", True)
    return is_text and codec.name.replace("-", "_") not in _NOT_OF_DOCUMENTS


def charset(content_type: str) -> str | None:
    """The encoding that a header Content-Type names.

    >>> charset('application/xml; charset="windows-1251"')
    'windows-1251'
    """
    message = Message()
    message["Content-Type"] = re.sub(r"[^\x20-\x7e]", "", content_type)
    try:
        return message.get_content_charset()
    except ValueError:  # a parameter that is continued has a number, which may be of any length
        return None


def encoding_of(
    body: bytes, declared: str | None, content_type: str, *, is_xml: bool
) -> tuple[bytes, str]:
    """The byte order mark of ``body``, if it has one, and the name of its encoding.

    The encoding is, in this order: the declared one, that of the byte order mark, of the XML
    prolog, of the header Content-Type, UTF-8.
    """
    mark, marked = next(((mark, name) for mark, name in _MARKS if body.startswith(mark)), (b"", ""))
    prolog = _PROLOG.match(body) if is_xml and not marked else None
    return mark, (
        declared
        or marked
        or (prolog[1].decode() if prolog else None)
        or charset(content_type)
        or "utf-8"
    )


def utf8(body: bytes, declared: str | None, content_type: str, *, is_xml: bool) -> bytes:
    """``body`` in UTF-8, without a byte order mark; `encoding_of` says from which encoding.

    What is UTF-8 is not looked at: one record with wrong bytes must not stop the others.

    Raises DecodeError for an encoding that is none, or that the bytes are not in.
    """
    mark, encoding = encoding_of(body, declared, content_type, is_xml=is_xml)
    if not is_text_encoding(encoding):
        raise DecodeError(f"the answer is said to be in {encoding[:40]!r}, which is no encoding")
    if codecs.lookup(encoding).name in ("utf-8", "ascii", "utf-8-sig"):
        return body.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.removeprefix(mark if not declared else b"").decode(encoding)
    except UnicodeError as error:
        at = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise DecodeError(
            f"the answer is not in {encoding!r} as it says{at}; declare its encoding"
        ) from None
    return text.removeprefix("\ufeff").encode(errors="replace")
