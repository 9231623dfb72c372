"""HTTP: a live look at an endpoint, without Airflow, since there is no connection yet."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import requests

from elt.http.auth import is_header_name, is_header_value
from elt.http.connection import DirectConnection
from elt.http.faults import in_words
from elt.http.redaction import is_secret_param, quotations
from elt.http.response import CONNECTION_ERRORS, Response, StatusError, TooLargeError, get
from elt.http.retry import Fault, Kind
from elt.http.session import may_hold_secrets, secrets_in
from elt.scaffold.infer import errors
from elt.source.pagination import PaginationError, same_host
from elt.source.query import Params, pairs, with_query
from elt.stack.connections import base_url
from elt.stack.errors import StackError, UsageError

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer, at most."""
_TIMEOUT = (10.0, 30.0)
_DEADLINE = 60.0


@dataclass(frozen=True)
class Target:
    """A URL taken apart as a declaration wants it: the connection's part, path, parameters."""

    base: str
    path: str
    params: Params

    @property
    def url(self) -> str:
        """Where to ask, without the parameters."""
        return f"{self.base}{self.path}"

    @property
    def host(self) -> str:
        """The name of the host, for people."""
        return urlsplit(self.base).hostname or ""


class LookError(StackError):
    """The endpoint did not answer as it should; ``status`` is what it said, if it did."""

    def __init__(self, said: str, status: int | None = None) -> None:
        super().__init__(said)
        self.status = status


def target(url: str) -> Target:
    """``url`` taken apart. Raises UsageError where it is none, or has a login."""
    try:
        parts = urlsplit(url.strip())
        base = base_url(urlunsplit((parts.scheme, parts.netloc, "", "", "")))
        prepared = requests.Request("GET", urlunsplit(parts._replace(fragment=""))).prepare().url
        parts = urlsplit(prepared or "")
    except (ValueError, requests.RequestException) as error:
        reason = str(error) if isinstance(error, ValueError) else "it is not a URL"
        raise UsageError(f"--url: {reason}") from error
    given: dict[str, list[str]] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        given.setdefault(name, []).append(value)
        if re.search(r"\{[{%#]", name + value):
            raise UsageError(
                f"--url: the parameter {name!r} looks like a template of Airflow: name a value"
                " here, and write the template into the DAG file afterwards"
            )
    params = {name: some[0] if len(some) == 1 else tuple(some) for name, some in given.items()}
    return Target(base, parts.path or "/", params)


def header(text: str) -> tuple[str, str]:
    """Name and value of a header ``Name: value``. Raises ValueError, without quoting the value."""
    name, colon, value = (part.strip() for part in text.partition(":"))
    if not (colon and is_header_name(name) and is_header_value(value) and value.isascii()):
        raise ValueError("a header is written 'Name: value', in ASCII")
    return name, value


class Look:
    """Asks one host; what it is told of logins is sent nowhere else, and written nowhere."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._session = DirectConnection("", headers=headers).session()
        self.secrets = [
            text
            for name, value in headers.items()
            if may_hold_secrets([name])
            for text in quotations(secrets_in(value))
        ]
        """What headers say beyond what every host may hear."""

    def get(self, url: str, params: Params | None = None) -> Response:
        """One response. Raises LookError."""
        until = time.monotonic() + _DEADLINE

        def check() -> None:
            if time.monotonic() > until:
                raise Fault(f"the answer took longer than {_DEADLINE:.0f} s", Kind.LATER)

        try:
            return get(
                self._session,
                with_query(url, params or {}),
                timeout=_TIMEOUT,
                most_bytes=LARGEST,
                most_bytes_of_error=errors.READ,
                check=check,
            )
        except StatusError as error:
            raise LookError(
                self._refusal(error.response, params or {}), error.response.status
            ) from None
        except TooLargeError:
            raise LookError(
                f"the answer is larger than {LARGEST // 1024**2} MB: ask for less, by a parameter"
                " of the URL"
            ) from None
        except Fault as fault:
            raise LookError(str(fault)) from None
        except (*CONNECTION_ERRORS, ValueError) as error:
            raise LookError(f"{_shown(url)}: {in_words(error)}") from None

    def _refusal(self, response: Response, params: Params) -> str:
        in_query = [text for name, text in pairs(params) if is_secret_param(name)]
        secrets = [*self.secrets, *quotations(in_query)]
        said = errors.words(response.body, response.content_type, secrets)
        answered = f"{_shown(response.url)} answered {response.status}"
        if response.status in (401, 403):
            answered += ": if it wants a login, give it by --header 'Authorization: …'"
        return f'{answered}; it says "{said}"' if said else answered

    def follow(self, link: str, page: str) -> Response:
        """The response behind a link of the response of ``page``. Raises LookError."""
        try:
            return self.get(same_host(link, page, page))
        except PaginationError as error:
            raise LookError(str(error)) from None


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))[:200]
