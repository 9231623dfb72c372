"""Asking a source: one attempt at one page, through the sessions of its Airflow connection."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import requests
import urllib3

from elt import more
from elt.api import ApiHook
from elt.decode import DecodeError, Decoder, Document, ErrorDocumentError, UnreadableError
from elt.errors import SourceInvalidError, SourceRefusedError
from elt.http import (
    connection_fault,
    no_request,
    own_words,
    printable,
    public_url,
    secret_params,
    what_came,
    without,
)
from elt.links import links_by_relation
from elt.pagination import Page
from elt.query import Params, in_path, pairs, with_query
from elt.rate import Turns
from elt.rate_headers import says_later, seconds_to_wait
from elt.retry import Fault, Kind
from elt.session import RedirectedError, secrets_of
from elt.source import Source

log = logging.getLogger(__name__)

WORTH_WAITING = frozenset({408, 425, 429})
"""Statuses below 500 that say "later" rather than "no"."""
_FORBIDDEN, _TOO_MANY = 403, 429
_CHUNK = 256 * 1024
_MOST_OF_AN_ERROR = 8 * 1024
"""Bytes of the body of an error that are read."""


class RefusedError(SourceRefusedError):
    """A status that time does not mend."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True)
class Response:
    """A page that was read; ``size`` counts its bytes, ``links`` are those of its header Link.

    The signs of ``document`` are those of the headers, too.
    """

    document: Document
    size: int
    url: str
    links: Mapping[str, str]
    headers: Mapping[str, str]


class Clock(Protocol):
    """What an attempt asks while it lasts."""

    def wait_for_turn(self, seconds: float) -> None:
        """Wait, as the source's rate limit asks."""

    def check(self) -> None:
        """Raise if the attempt has taken too long, or is not wanted any more."""


class Client:
    """Asks ``source`` at ``endpoint`` with ``params``, both rendered."""

    def __init__(self, hook: ApiHook, source: Source, endpoint: str, params: Params) -> None:
        self._hook = hook
        self._source = source
        self._endpoint = endpoint
        self._params = dict(params)
        self._decoder = Decoder(source, self._params)
        self._turns = (
            None if source.rate_limit is None else Turns(source.conn_id, source.rate_limit)
        )
        self.url = ""
        """That of the endpoint; known once there are sessions."""

    @contextmanager
    def sessions(self, count: int) -> Iterator[list[requests.Session]]:
        """Sessions of the connection; made here, since a hook asks Airflow, which is not for
        threads. Raises SourceRefusedError where the connection makes none."""
        sessions: list[requests.Session] = []
        try:
            try:
                sessions += [self._hook.get_conn() for _ in range(count)]
                self.url = self._hook.url_from_endpoint(self._endpoint)
                self.public(with_query(self.url, self._params))
            except ValueError as error:
                raise no_request(error, self._source) from None
            yield sessions
        finally:
            for session in sessions:
                session.close()

    def public(self, url: str) -> str:
        """A URL without secrets."""
        return public_url(url, secret_param=self._hook.secret_param)

    @property
    def request(self) -> str:
        """The URL of all pages together, without secrets."""
        return self.public(with_query(self.url, self._params))

    def place(self, page: Page) -> str:
        """What tells the request of a page from all others."""
        return hashlib.sha256(self._target(page).encode(errors="replace")).hexdigest()

    def where(self, page: Page) -> str:
        """Source, page and URL without secrets, for a message."""
        return f"{self._source.table}, page {page.number}: {self.public(self._target(page))}"

    def _target(self, page: Page) -> str:
        """The URL of a page; a link has its parameters in itself."""
        if page.link is not None:
            return page.link
        url, params = in_path(self.url, page.params, self._source.pagination.params())
        return with_query(url, {**self._params, **params})

    def read(self, session: requests.Session, page: Page, clock: Clock) -> Response:
        """One attempt at a page. Raises Fault, SourceRefusedError, SourceInvalidError."""
        source = self._source
        if self._turns is not None:
            clock.wait_for_turn(self._turns.take())
        try:
            with session.get(
                self._target(page),
                timeout=(source.connect_timeout, source.read_timeout),
                stream=True,
                allow_redirects=self._hook.merged_extra.get("allow_redirects", True),
                # Said again, or requests prefers what the environment says.
                verify=session.verify,
                proxies=dict(session.proxies or {}),
            ) as response:
                self._check_status(session, response, clock)
                body = bytearray()
                # What has come, where iter_content waits for a whole chunk, however long it takes.
                while chunk := response.raw.read1(_CHUNK, decode_content=True):
                    body += chunk
                    if len(body) > source.page_bytes:
                        raise SourceInvalidError(
                            f"{self.where(page)}: its answer is larger than {source.page_bytes}"
                            " bytes; ask for smaller pages, or declare greater 'page_bytes'"
                        )
                    clock.check()
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise Fault(connection_fault(error, source), _kind(error)) from None
        params = dict(parse_qsl(urlsplit(response.url).query))
        kind_of_text = response.headers.get("Content-Type", "")
        try:
            document = self._decoder.decode(bytes(body), kind_of_text, params)
        except DecodeError as error:
            moved = f" (redirected to {self.public(response.url)})" if response.history else ""
            kind = Kind.CONTENT if isinstance(error, ErrorDocumentError) else Kind.INVALID
            came = ""
            if isinstance(error, UnreadableError):
                came = f"; {what_came(bytes(body), response.status_code, response.headers)}"
            said = without(self._secrets(session), f"{error}{came}{moved}")
            raise Fault(said, kind) from None
        self._report_replaced(page, document)
        links = links_by_relation(response.headers.get("Link", ""))
        signs = more.in_response(document, params, response.headers, response.status_code)
        document = replace(document, signs=signs)
        return Response(document, len(body), response.url, links, response.headers)

    def _report_replaced(self, page: Page, document: Document) -> None:
        said = ", ".join(f"{kind} {count} times" for kind, count in document.replaced.items())
        if said:
            log.warning("%s: replaced as declared: %s", self.where(page), said)

    def _secrets(self, session: requests.Session) -> list[str]:
        named = (secret_params({name: value}) for name, value in pairs(self._params))
        return [*secrets_of(session), *chain.from_iterable(named)]

    def _check_status(
        self, session: requests.Session, response: requests.Response, clock: Clock
    ) -> None:
        status = response.status_code
        if status < 300:
            return
        said = f"it answered {status} {printable(response.reason)}".rstrip()
        words = self._words(session, response, clock)
        # 403 is GitHub's way to say 429; its headers tell it from a login that is not accepted.
        is_forbidden_for_now = status == _FORBIDDEN and says_later(response.headers)
        if status >= 500 or status in WORTH_WAITING or is_forbidden_for_now:
            raise Fault(
                f"{said} (a rate limit, by its headers)" if is_forbidden_for_now else said,
                Kind.LATER,
                after=seconds_to_wait(response.headers),
                words=words,
                status=status,
                is_rate_limit=is_forbidden_for_now or status == _TOO_MANY,
            )
        source = self._source
        quoted = f"; it says: {words!r}" if words else ""
        raise RefusedError(
            f"{source.table}: {self.public(response.url)}: {said};"
            f" look at the endpoint and at the connection {source.conn_id!r}{quoted}",
            status,
        )

    def _words(self, session: requests.Session, response: requests.Response, clock: Clock) -> str:
        """What the body of an error says, without secrets; empty where it cannot be read."""
        body = bytearray()
        with suppress(requests.RequestException, urllib3.exceptions.HTTPError, OSError, Fault):
            while len(body) < _MOST_OF_AN_ERROR and (
                chunk := response.raw.read1(_MOST_OF_AN_ERROR, decode_content=True)
            ):
                body += chunk
                clock.check()
        kind = response.headers.get("Content-Type", "")
        return own_words(bytes(body), kind, self._source.error, self._secrets(session))


def _kind(error: Exception) -> Kind:
    """Whether a connection that failed this way may work later."""
    if isinstance(error, requests.exceptions.SSLError):
        is_refused = "CERTIFICATE_VERIFY_FAILED" in str(error)
        return Kind.INVALID if is_refused else Kind.LATER
    wrong = (
        requests.exceptions.TooManyRedirects,
        RedirectedError,
        requests.exceptions.ContentDecodingError,
        urllib3.exceptions.DecodeError,
    )
    return Kind.INVALID if isinstance(error, wrong) else Kind.LATER
