"""HTTP: a live look at an endpoint, without Airflow, since there is no connection yet."""

from __future__ import annotations

import re
import time
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, quote_plus, urlsplit, urlunsplit

import requests
import urllib3

from elt.links import links_by_relation
from elt.pagination import PaginationError, same_host
from elt.query import Params, pairs
from elt.scaffold.infer import errors
from elt.scaffold.infer.secrets import is_secret_param
from elt.session import USER_AGENT, RedirectedError, guard, may_hold_secrets
from elt.stack.connections import base_url
from elt.stack.errors import StackError, UsageError

LARGEST = 16 * 1024 * 1024
"""Bytes of an answer, at most."""
_TIMEOUT = (10.0, 30.0)
_DEADLINE = 60.0
_CHUNK = 64 * 1024
_HEADER = re.compile(
    r"([!#$%&'*+.^_`|~0-9A-Za-z-]+)\s*:\s*([\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?)"
)


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


@dataclass(frozen=True)
class Answer:
    """A body as it was sent, without its compression, and what came with it."""

    url: str
    body: bytes
    content_type: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    """Those of the header Link, by relation."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """All of them, by names in any case."""
    status: int = 200


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
    match = _HEADER.fullmatch(text.strip())
    if match is None:
        raise ValueError("a header is written 'Name: value', in ASCII")
    return match[1], match[2]


class Look:
    """Asks one host; what it is told of logins is sent nowhere else, and written nowhere."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._session = requests.Session()
        self._session.headers["User-Agent"] = USER_AGENT
        self._session.headers.update(headers)
        self.secrets = [
            text
            for name, value in headers.items()
            if may_hold_secrets([name])
            for text in _secrets_in(value)
        ]
        """What headers say beyond what every host may hear."""
        guard(self._session)

    def get(self, url: str, params: Params | None = None) -> Answer:
        """One answer. Raises LookError."""
        until = time.monotonic() + _DEADLINE
        try:
            with self._session.get(url, params=params, timeout=_TIMEOUT, stream=True) as response:
                if response.status_code >= 300:
                    said = self._said(response, params or {}, until)
                    raise LookError(_refusal(response, said), response.status_code)
                body = _read(response, until, LARGEST + 1)
                if len(body) > LARGEST:
                    raise LookError(
                        f"the answer is larger than {LARGEST // 1024**2} MB: ask for less,"
                        " by a parameter of the URL"
                    )
                links = links_by_relation(response.headers.get("Link", ""))
                return Answer(
                    response.url,
                    body,
                    response.headers.get("Content-Type", ""),
                    links,
                    response.headers,
                    response.status_code,
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise LookError(f"{_shown(url)}: {_fault(error)}") from None

    def _said(self, response: requests.Response, params: Params, until: float) -> str:
        """The words of a refusal, which may have none, or break off."""
        body = b""
        with suppress(OSError, ValueError, urllib3.exceptions.HTTPError, LookError):
            body = _read(response, until, errors.READ)
        in_query = [text for name, text in pairs(params) if is_secret_param(name)]
        kind = response.headers.get("Content-Type", "")
        return errors.words(body, kind, [*self.secrets, *quotations(in_query)])

    def follow(self, link: str, page: str) -> Answer:
        """The answer behind a link of the answer of ``page``. Raises LookError."""
        try:
            return self.get(same_host(link, page, page))
        except PaginationError as error:
            raise LookError(str(error)) from None


def _read(response: requests.Response, until: float, most: int) -> bytes:
    """The body, or so much of it that it is as long as ``most`` or longer. Raises LookError."""
    body = bytearray()
    while len(body) < most and (chunk := response.raw.read1(_CHUNK, decode_content=True)):
        body += chunk
        if time.monotonic() > until:
            raise LookError(f"the answer took longer than {_DEADLINE:.0f} s")
    return bytes(body)


def _secrets_in(value: str) -> list[str]:
    """What of a header's value must not be quoted: all of it, and the login in it."""
    login = value.rpartition(" ")[2]
    found = [value, login]
    if value.lower().startswith("basic "):
        with suppress(ValueError):
            user, _, password = b64decode(login).decode(errors="replace").partition(":")
            found += [password, user]
    return list(quotations(found))


def quotations(secrets: Iterable[str]) -> Iterator[str]:
    """Secrets, as they are and as a URL has them."""
    for secret in secrets:
        yield from dict.fromkeys((secret, quote(secret, safe=""), quote_plus(secret)))


def _refusal(response: requests.Response, said: str) -> str:
    answered = f"{_shown(response.url)} answered {response.status_code}"
    if response.status_code in (401, 403):
        answered += ": if it wants a login, give it by --header 'Authorization: …'"
    return f'{answered}; it says "{said}"' if said else answered


def _shown(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))[:200]


def _fault(error: Exception) -> str:
    text = str(error)
    match error:
        case requests.exceptions.ProxyError():
            return "the proxy did not let the request through"
        case requests.exceptions.SSLError() | urllib3.exceptions.SSLError():
            return "no encrypted connection could be made; its certificate may be at fault"
        case RedirectedError():
            return text
        case requests.exceptions.TooManyRedirects():
            return "it redirects without end"
        case requests.exceptions.Timeout() | urllib3.exceptions.TimeoutError():
            return "it did not answer in time"
        case urllib3.exceptions.HTTPError() | requests.exceptions.ChunkedEncodingError():
            return "its answer broke off"
    if "refused" in text:
        return "it refused the connection"
    if "resolve" in text or "Name or service" in text:
        return "its name cannot be resolved"
    return f"it cannot be asked ({type(error).__name__})"
