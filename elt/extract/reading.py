"""A page of a source: asked for, and decoded."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlsplit

import requests

from elt.extract import more
from elt.extract.decode import (
    DecodeError,
    Decoder,
    Document,
    ErrorDocumentError,
    UnreadableError,
)
from elt.http.client import Client, Clock
from elt.http.redaction import without
from elt.http.response import Response
from elt.http.retry import Fault, Kind
from elt.http.words import what_came
from elt.source import Source
from elt.source.pagination import Page
from elt.source.query import Params

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class PageResponse:
    """A page that was read; ``size`` counts its bytes, ``links`` are those of its header Link.

    The signs of ``document`` are those of the headers, too.
    """

    document: Document
    size: int
    url: str
    links: Mapping[str, str]
    headers: Mapping[str, str]


class Reader:
    """Reads pages of ``source`` by ``client``; ``params`` are those of the requests, rendered."""

    def __init__(self, client: Client, source: Source, params: Params) -> None:
        self.client = client
        self._decoder = Decoder(source, dict(params))

    def read(self, session: requests.Session, page: Page, clock: Clock) -> PageResponse:
        """One attempt at a page. Raises Fault, SourceRefusedError, SourceInvalidError."""
        response = self.client.get(session, page, clock)
        sent = dict(parse_qsl(urlsplit(response.url).query))
        try:
            document = self._decoder.decode(response.body, response.content_type, sent)
        except DecodeError as error:
            raise self._fault(error, response, session) from None
        self._report_replaced(page, document)
        signs = more.in_response(document, sent, response.headers, response.status)
        return PageResponse(
            replace(document, signs=signs),
            len(response.body),
            response.url,
            response.links,
            response.headers,
        )

    def _fault(self, error: DecodeError, response: Response, session: requests.Session) -> Fault:
        kind = Kind.CONTENT if isinstance(error, ErrorDocumentError) else Kind.INVALID
        came = moved = ""
        if isinstance(error, UnreadableError):
            came = f"; {what_came(response.body, response.status, response.headers)}"
        if response.is_redirected:
            moved = f" (redirected to {self.client.public(response.url)})"
        return Fault(without(self.client.secrets(session), f"{error}{came}{moved}"), kind)

    def _report_replaced(self, page: Page, document: Document) -> None:
        said = ", ".join(f"{kind} {count} times" for kind, count in document.replaced.items())
        if said:
            log.warning("%s: replaced as declared: %s", self.client.where(page), said)
