"""Where a source is and how to log in: what a client asks for its sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import requests
from requests.auth import AuthBase

from elt.http.auth import LoginError, ParamAuth
from elt.http.session import prepare


class Connection(Protocol):
    """What `elt.http.client` wants to know of a source's connection.

    `elt.airflow.hook.ApiHook` is that of an Airflow connection, `DirectConnection` that of anybody
    who has a URL.
    """

    @property
    def secret_param(self) -> str | None:
        """Query parameter that takes the key; None where there is none."""

    @property
    def allow_redirects(self) -> bool:
        """Whether redirects are followed."""

    def session(self) -> requests.Session:
        """A session that is logged in. Raises LoginError, ValueError where none can be made."""

    def url_from_endpoint(self, endpoint: str) -> str:
        """The URL of ``endpoint``. Raises LoginError, ValueError where there is none."""


class DirectConnection:
    """A base URL, with headers and a login.

    >>> DirectConnection("https://api.example.com/v1/").url_from_endpoint("/orders")
    'https://api.example.com/v1/orders'
    """

    allow_redirects = True

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: AuthBase | None = None,
    ) -> None:
        self._base_url = base_url
        self._headers = dict(headers or {})
        self._auth = auth

    @property
    def secret_param(self) -> str | None:
        """Query parameter that takes the key."""
        return self._auth.param if isinstance(self._auth, ParamAuth) else None

    def session(self) -> requests.Session:
        """A session that is logged in."""
        session = requests.Session()
        session.headers.update(self._headers)
        session.auth = self._auth
        prepare(session)
        return session

    def url_from_endpoint(self, endpoint: str) -> str:
        """The URL of ``endpoint`` below the base URL."""
        return below(self._base_url, endpoint)


def below(base_url: str, endpoint: str | None) -> str:
    """The URL of ``endpoint`` below ``base_url``, with one slash between them.

    Raises LoginError where ``base_url`` has a query or a fragment, which the endpoint would be put
    into.
    """
    if "?" in base_url or "#" in base_url:
        raise LoginError(
            "its URL has a query or a fragment: declare the parameters in 'params', and a key"
            " as api_key_param in its extra"
        )
    return f"{base_url.rstrip('/')}/{(endpoint or '').removeprefix('/')}"
