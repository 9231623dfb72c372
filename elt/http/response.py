"""One request of a session and its response, of which no more is read than is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

import requests
import urllib3

from elt.http.links import links_by_relation
from elt.http.retry import Fault

_CHUNK = 256 * 1024


@dataclass(frozen=True)
class Response:
    """What came: ``body`` is uncompressed, ``links`` are those of the header Link by relation."""

    url: str
    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    """All of them, by names in any case."""
    links: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    is_redirected: bool = False

    @property
    def content_type(self) -> str:
        """The header Content-Type; empty if there is none."""
        return self.headers.get("Content-Type", "")


class StatusError(Exception):
    """The status is not one of success; ``response`` has the beginning of its body."""

    def __init__(self, response: Response) -> None:
        super().__init__(f"status {response.status}")
        self.response = response


class TooLargeError(Exception):
    """The body is larger than what is read."""


CONNECTION_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError)
"""What fails between here and the source."""


def get(
    session: requests.Session,
    url: str,
    *,
    timeout: tuple[float, float],
    most_bytes: int,
    most_bytes_of_error: int = 8 * 1024,
    allow_redirects: bool = True,
    check: Callable[[], None] = lambda: None,
) -> Response:
    """The response to a GET; ``timeout`` is in seconds, for the connection and of silence.

    ``check`` is called after each piece of the body, and raises Fault where that takes too long.
    Raises StatusError for a status of 300 or above, TooLargeError for a body larger than
    ``most_bytes``, and CONNECTION_ERRORS.
    """
    with session.get(
        url,
        timeout=timeout,
        stream=True,
        allow_redirects=allow_redirects,
        # Said again, or requests prefers what the environment says.
        verify=session.verify,
        proxies=dict(session.proxies or {}),
    ) as response:
        if response.status_code >= 300:
            body = bytearray()
            # Its words may be missing, or break off: the status is what counts.
            with suppress(*CONNECTION_ERRORS, OSError, Fault):
                _read(response, body, most_bytes_of_error, check)
            raise StatusError(_made(response, bytes(body[:most_bytes_of_error])))
        body = bytearray()
        _read(response, body, most_bytes + 1, check)
        if len(body) > most_bytes:
            raise TooLargeError
        return _made(response, bytes(body))


def _read(
    response: requests.Response, body: bytearray, most: int, check: Callable[[], None]
) -> None:
    """Read into ``body`` until it has ``most`` bytes or more, or all there are."""
    # What has come, where iter_content waits for a whole chunk, however long it takes.
    while len(body) < most and (chunk := response.raw.read1(_CHUNK, decode_content=True)):
        body += chunk
        check()


def _made(response: requests.Response, body: bytes) -> Response:
    return Response(
        response.url,
        body,
        response.status_code,
        response.headers,
        links_by_relation(response.headers.get("Link", "")),
        response.reason or "",
        bool(response.history),
    )
