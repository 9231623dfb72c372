"""What is not for logs: secrets in URLs and in what a source says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote, urlsplit, urlunsplit

import requests

_SECRET_PARAM = re.compile(
    r"token|secret|passw|passphrase|credential|signature|(api|access|private|subscription)[-_]?key"
    r"|^(key|auth|sig|pwd)$",
    re.IGNORECASE,
)
_SHORTEST_SECRET = 4
"""Characters; shorter ones would be found in any text."""


def is_secret_param(name: str) -> bool:
    """Whether the value of a query parameter of this name is not for logs."""
    return bool(_SECRET_PARAM.search(name))


def public_url(
    url: str, params: Mapping[str, str] | None = None, secret_param: str | None = None
) -> str:
    """``url`` with its query, without user, password and tokens: fit for logs and the ledger."""
    parts = urlsplit(requests.Request("GET", url, params=params).prepare().url or url)
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    query = "&".join(
        f"{name}=***"
        if unquote(name) == secret_param or is_secret_param(unquote(name))
        else f"{name}{equals}{value}"
        for name, equals, value in pairs
    )
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def secret_params(params: Mapping[str, str]) -> list[str]:
    """The values of query parameters that are not for logs."""
    return [value for name, value in params.items() if is_secret_param(name)]


def without(secrets: Iterable[str], text: str) -> str:
    """``text`` without ``secrets``, as they are or as a URL has them."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
            for form in quotations([secret]):
                text = text.replace(form, "***")
    return text


def quotations(secrets: Iterable[str]) -> Iterator[str]:
    """Secrets, as they are and as a URL has them."""
    for secret in secrets:
        yield from dict.fromkeys(
            (secret, quote(secret), quote(secret, safe=""), quote_plus(secret))
        )
