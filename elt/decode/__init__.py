"""Page bytes to records: where they are, one by one, without what is never to be stored.

Whatever the format, a record is a JSON text, so everything after the landing is the same for all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from elt import more
from elt.decode import json, xml
from elt.decode.around import Around
from elt.decode.errors import DecodeError, ErrorDocumentError
from elt.decode.redaction import redactions
from elt.decode.storable import storable
from elt.decode.text import utf8
from elt.more import Sign
from elt.place import Place, steps

if TYPE_CHECKING:
    from elt.source import Source

__all__ = ["DecodeError", "Decoder", "Document", "ErrorDocumentError", "storable"]


@dataclass(frozen=True)
class Document:
    """A page: its records as JSON texts, and what is around them.

    ``values`` are those of the places that the pagination and the records need, None where the
    document has none; ``present`` are the places of them that it does have, if only as null.
    ``signs`` are what it says of more records (`elt.more`), ``says_all`` that it denies them.
    """

    records: list[bytes]
    values: Mapping[Place, Any]
    present: frozenset[Place] = frozenset()
    signs: tuple[Sign, ...] = ()
    says_all: bool = False


class Decoder:
    """Takes the responses of ``source`` apart; ``params`` are the parameters of the requests."""

    def __init__(self, source: Source, params: Mapping[str, Any] | None = None) -> None:
        self._source = source
        self._tree = redactions(source.redact)
        self._places = tuple(
            dict.fromkeys((*source.pagination.places(), *source.from_answer.values()))
        )
        self._asked = {
            name: (params or {}).get(param) for name, param in source.from_request.items()
        }
        self._nouns = (source.entity, *map(str, steps(source.records or ())[-1:]))
        self._was_there = False

    def decode(self, body: bytes, content_type: str = "", sent: Collection[str] = ()) -> Document:
        """The page in ``body``; ``sent`` are the values of its request's parameters.

        An empty body has no records. Raises DecodeError where it is not what the source declares.
        """
        source = self._source
        text = utf8(body, source.encoding, content_type, is_xml=source.format == "xml")
        if not text.strip():
            return Document([], dict.fromkeys(self._places))
        around = Around(dict.fromkeys(self._places))
        match source.format:
            case "json":
                records, around = json.split(
                    text,
                    source.records,
                    source.error,
                    self._places,
                    self._tree,
                    was_there=self._was_there,
                )
            case "ndjson":
                records = json.split_lines(text, self._tree)
            case "xml":
                records, around = xml.split(
                    text,
                    source.records or "",
                    source.error,
                    self._places,
                    self._tree,
                    was_there=self._was_there,
                )
        self._was_there = self._was_there or bool(records)
        taken = {
            **self._asked,
            **{name: around.values[place] for name, place in source.from_answer.items()},
        }
        if taken:
            records = [json.with_fields(record, taken) for record in records]
        found = more.in_body(
            around.outline,
            source.records,
            len(records),
            nouns=self._nouns,
            sent=sent,
            is_one=around.is_one,
        )
        return Document(records, around.values, around.present, found.signs, found.says_all)
