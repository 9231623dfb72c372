"""Page bytes to records: where they are, one by one, without what is never to be stored.

Whatever the format, a record is a JSON text, so everything after the landing is the same for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from elt.decode import json, xml
from elt.decode.errors import DecodeError, ErrorDocumentError
from elt.decode.redaction import redactions
from elt.decode.storable import storable
from elt.decode.text import utf8

if TYPE_CHECKING:
    from elt.source import Source

__all__ = ["DecodeError", "Decoder", "Document", "ErrorDocumentError", "storable"]


@dataclass(frozen=True)
class Document:
    """A page: its records as JSON texts, and the values of the places around them by path."""

    records: list[bytes]
    values: Mapping[str, Any]


class Decoder:
    """Takes the answers of ``source`` apart; ``params`` are the parameters of the request."""

    def __init__(self, source: Source, params: Mapping[str, str] | None = None) -> None:
        self._source = source
        self._tree = redactions(source.redact)
        self._places = tuple(
            dict.fromkeys((*source.pagination.places(), *source.from_answer.values()))
        )
        self._asked = {
            name: (params or {}).get(param) for name, param in source.from_request.items()
        }

    def decode(self, body: bytes, content_type: str = "") -> Document:
        """The page in ``body``. Raises DecodeError where it is not what the source declares."""
        source = self._source
        text = utf8(body, source.encoding, content_type, is_xml=source.format == "xml")
        values: dict[str, Any] = {}
        match source.format:
            case "json":
                records, values = json.split(
                    text, source.records, source.error, self._places, self._tree
                )
            case "ndjson":
                records = json.split_lines(text, self._tree)
            case "xml":
                records, values = xml.split(
                    text, source.records or "", source.error, self._places, self._tree
                )
        more = {
            **self._asked,
            **{name: values[path] for name, path in source.from_answer.items()},
        }
        if more:
            records = [json.with_fields(record, more) for record in records]
        return Document(records, values)
