"""Asking a source: one attempt at one page, through sessions of its connection."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Protocol

import requests
import urllib3

from elt.errors import SourceInvalidError, SourceRefusedError
from elt.http.connection import Connection
from elt.http.faults import connection_fault, no_request
from elt.http.rate import Turns
from elt.http.rate_headers import says_later, seconds_to_wait
from elt.http.redaction import public_url, secret_params
from elt.http.response import CONNECTION_ERRORS, Response, StatusError, TooLargeError, get
from elt.http.retry import Fault, Kind
from elt.http.session import RedirectedError, secrets_of
from elt.http.words import own_words, printable
from elt.source import Source
from elt.source.pagination import Page
from elt.source.query import Params, in_path, pairs, with_query

WORTH_WAITING = frozenset({408, 425, 429})
"""Statuses below 500 that say "later" rather than "no"."""
_FORBIDDEN, _TOO_MANY = 403, 429


class RefusedError(SourceRefusedError):
    """A status that time does not mend."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(said)
        self.status = status


class Clock(Protocol):
    """What an attempt asks while it lasts."""

    def wait_for_turn(self, seconds: float) -> None:
        """Wait, as the source's rate limit asks."""

    def check(self) -> None:
        """Raise if the attempt has taken too long, or is not wanted any more."""


class Client:
    """Asks ``source`` at ``endpoint`` with ``params``, both rendered."""

    def __init__(
        self, connection: Connection, source: Source, endpoint: str, params: Params
    ) -> None:
        self._connection = connection
        self._source = source
        self._endpoint = endpoint
        self._params = dict(params)
        self._turns = (
            None if source.rate_limit is None else Turns(source.conn_id, source.rate_limit)
        )
        self.url = ""
        """That of the endpoint; known once there are sessions."""

    @contextmanager
    def sessions(self, count: int) -> Iterator[list[requests.Session]]:
        """Sessions of the connection; made here, since a hook of Airflow is not for threads.

        Raises SourceRefusedError where the connection makes none.
        """
        sessions: list[requests.Session] = []
        try:
            try:
                sessions += [self._connection.session() for _ in range(count)]
                self.url = self._connection.url_from_endpoint(self._endpoint)
                self.public(with_query(self.url, self._params))
            except ValueError as error:
                raise no_request(error, self._source) from None
            yield sessions
        finally:
            for session in sessions:
                session.close()

    def public(self, url: str) -> str:
        """A URL without secrets."""
        return public_url(url, secret_param=self._connection.secret_param)

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

    def get(self, session: requests.Session, page: Page, clock: Clock) -> Response:
        """One attempt at a page. Raises Fault, SourceRefusedError, SourceInvalidError."""
        source = self._source
        if self._turns is not None:
            clock.wait_for_turn(self._turns.take())
        try:
            return get(
                session,
                self._target(page),
                timeout=(source.connect_timeout, source.read_timeout),
                most_bytes=source.page_bytes,
                allow_redirects=self._connection.allow_redirects,
                check=clock.check,
            )
        except StatusError as error:
            raise self._of_status(session, error.response) from None
        except TooLargeError:
            raise SourceInvalidError(
                f"{self.where(page)}: its answer is larger than {source.page_bytes} bytes; ask for"
                " smaller pages, or declare greater 'page_bytes'"
            ) from None
        except CONNECTION_ERRORS as error:
            raise Fault(connection_fault(error, source), _kind(error)) from None

    def secrets(self, session: requests.Session) -> list[str]:
        """What no text of a response may quote: the login, and parameters with secrets."""
        named = (secret_params({name: value}) for name, value in pairs(self._params))
        return [*secrets_of(session), *chain.from_iterable(named)]

    def _of_status(self, session: requests.Session, response: Response) -> Fault | RefusedError:
        """The error of a response with a status of 300 or above."""
        source, status = self._source, response.status
        said = f"it answered {status} {printable(response.reason)}".rstrip()
        words = own_words(
            response.body, response.content_type, source.error_path, self.secrets(session)
        )
        # 403 is GitHub's way to say 429; its headers tell it from a login that is not accepted.
        is_forbidden_for_now = status == _FORBIDDEN and says_later(response.headers)
        if status >= 500 or status in WORTH_WAITING or is_forbidden_for_now:
            return Fault(
                f"{said} (a rate limit, by its headers)" if is_forbidden_for_now else said,
                Kind.LATER,
                after=seconds_to_wait(response.headers),
                words=words,
                status=status,
                is_rate_limit=is_forbidden_for_now or status == _TOO_MANY,
            )
        quoted = f"; it says: {words!r}" if words else ""
        return RefusedError(
            f"{source.table}: {self.public(response.url)}: {said};"
            f" look at the endpoint and at the connection {source.conn_id!r}{quoted}",
            status,
        )


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
