"""Which encodings a document may have."""

from __future__ import annotations

import codecs

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
