"""Page bytes to records: where they are, one by one, without what is never to be stored.

Whatever the format, a record is a JSON text, so everything after the landing is the same for all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from elt.extract import more
from elt.extract.decode import json, unstorable, xml
from elt.extract.decode.around import Around
from elt.extract.decode.errors import DecodeError, ErrorDocumentError, UnreadableError, shorten
from elt.extract.decode.redaction import redactions
from elt.extract.decode.storable import storable
from elt.extract.decode.text import utf8
from elt.extract.decode.unstorable import UnstorableError
from elt.extract.more import Sign
from elt.source.place import Place, steps

if TYPE_CHECKING:
    from elt.source import Source

__all__ = [
    "DecodeError",
    "Decoder",
    "Document",
    "ErrorDocumentError",
    "UnreadableError",
    "UnstorableError",
    "storable",
]


@dataclass(frozen=True)
class Document:
    """A page: its records as JSON texts, and what is around them.

    ``values`` are those of the places that the pagination and the records need, None where the
    document has none; ``present`` are the places of them that it does have, if only as null.
    ``signs`` are what it says of more records (`elt.extract.more`), ``says_all`` that it denies
    them. ``replaced`` counts what was replaced by declaration.
    """

    records: list[bytes]
    values: Mapping[Place, Any]
    present: frozenset[Place] = frozenset()
    signs: tuple[Sign, ...] = ()
    says_all: bool = False
    replaced: Mapping[str, int] = field(default_factory=dict)


class Decoder:
    """Takes the responses of ``source`` apart; ``params`` are the parameters of the requests."""

    def __init__(self, source: Source, params: Mapping[str, Any] | None = None) -> None:
        self._source = source
        self._tree = redactions(source.redact)
        self._places = tuple(
            dict.fromkeys((*source.pagination.places(), *source.from_response.values()))
        )
        self._asked = {
            name: (params or {}).get(param) for name, param in source.from_request.items()
        }
        self._nouns = (source.entity, *map(str, steps(source.records_path or ())[-1:]))
        of_records = (
            *source.keys,
            *((source.incremental.cursor_path,) if source.incremental else ()),
        )
        self._of_records = [place for place in of_records if "." in place]
        self._was_there = False

    def decode(
        self, body: bytes, content_type: str = "", sent: Mapping[str, Any] | None = None
    ) -> Document:
        """The page in ``body``; ``sent`` are the parameters of its request.

        An empty body has no records. Raises DecodeError where it is not what the source declares.
        """
        source = self._source
        text = utf8(body, source.encoding, content_type, is_xml=source.format == "xml")
        if not text.strip():
            return Document([], dict.fromkeys(self._places))
        replaced: Counter[str] = Counter()
        records, around, text = self._split(text, replaced)
        self._was_there = self._was_there or bool(records)
        if records:
            json.expect_names(records[0], self._of_records)
        taken = {
            **self._asked,
            **{name: around.values[place] for name, place in source.from_response.items()},
        }
        if taken:
            records = [json.with_fields(record, taken) for record in records]
        if unstorable.may_have_nul(text):
            records = self._without_nul(records, replaced)
        found = more.in_body(
            around.outline,
            source.records_path,
            len(records),
            nouns=self._nouns,
            sent=sent,
            is_one=around.is_one,
        )
        return Document(
            records, around.values, around.present, found.signs, found.says_all, dict(+replaced)
        )

    def _split(self, text: bytes, replaced: Counter[str]) -> tuple[list[bytes], Around, bytes]:
        """The records and what is around them, also where there is NaN or a raw U+0000; and the
        text that they are of. Raises DecodeError."""
        try:
            return *self._split_readable(text), text
        except UnreadableError as fault:
            if self._source.format == "xml":
                raise
            is_declared = "NaN" in self._source.replace
            mark = b"null" if is_declared else b'"%s"' % unstorable.MARK.encode()
            mended, count = unstorable.without_constants(unstorable.with_escaped_nuls(text), mark)
            try:
                records, around = self._split_readable(mended)
            except UnreadableError:
                raise fault from None  # something else is wrong
        if count and not is_declared:
            for number, record in enumerate(records, 1):
                if unstorable.MARK.encode() in record:
                    raise unstorable.error(record, "NaN", self._which(record, number))
            raise unstorable.error(mended, "NaN", "the response")
        replaced["NaN"] += count
        return records, around, mended

    def _split_readable(self, text: bytes) -> tuple[list[bytes], Around]:
        source = self._source
        if source.format == "ndjson":
            return json.split_lines(text, self._tree), Around(dict.fromkeys(self._places))
        if source.format == "json":
            return json.split(
                text,
                source.records_path,
                source.error_path,
                self._places,
                self._tree,
                was_there=self._was_there,
            )
        return xml.split(
            text,
            source.records_path or "",
            source.error_path,
            self._places,
            self._tree,
            was_there=self._was_there,
        )

    def _without_nul(self, records: list[bytes], replaced: Counter[str]) -> list[bytes]:
        """The records with U+FFFD for U+0000. Raises UnstorableError where that is not declared."""
        mended = []
        for number, record in enumerate(records, 1):
            text, count = record, 0
            if unstorable.may_have_nul(record):
                text, count = unstorable.without_nul(record)
            if count and "U+0000" not in self._source.replace:
                raise unstorable.error(record, "U+0000", self._which(record, number))
            replaced["U+0000"] += count
            mended.append(text)
        return mended

    def _which(self, record: bytes, number: int) -> str:
        """A record as errors name it: its number in the page, and its key."""
        keys = [json.text_at(record, place) for place in self._source.keys]
        said = ", ".join(shorten(key, 60) for key in keys if key is not None)
        return f"record {number} of the page{f' (key {said})' if said else ''}"
