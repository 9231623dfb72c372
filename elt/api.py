"""The HTTP hook of the sources: Airflow's, with the logins that APIs have."""

from __future__ import annotations

import re
from typing import Any

import requests
from airflow.providers.http.hooks.http import HttpHook
from requests.auth import AuthBase

from elt.session import USER_AGENT, guard

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e\xa1-\xff]([\t\x20-\x7e\xa1-\xff]*[\x21-\x7e\xa1-\xff])?")
_LOGIN_EXTRAS = ("auth", "api_key_header", "api_key_param")


class ApiHook(HttpHook):
    """Asks a source by GET, logged in as its Airflow connection says.

    ==============================================  ============================================
    connection                                      login
    ==============================================  ============================================
    login and password                              basic
    extra ``{"auth": "bearer"}``                    ``Authorization: Bearer`` and the password
    extra ``{"api_key_header": "X-API-Key"}``       the header with the password
    extra ``{"api_key_param": "api_key"}``          the query parameter with the password
    ==============================================  ============================================

    Other fields of the extra are headers, and what Airflow's HTTP connection takes (``verify``,
    ``proxies``, …). A secret belongs into the password, which Airflow masks in logs.

    No answer may send a request with a login on to another host: the request would take it along.
    """

    def __init__(self, conn_id: str) -> None:
        super().__init__(method="GET", http_conn_id=conn_id)
        self.secret_param: str | None = None
        """Query parameter that takes the key; None before `get_conn`, and where there is none."""

    def get_conn(
        self, headers: dict[Any, Any] | None = None, extra_options: dict[str, Any] | None = None
    ) -> requests.Session:
        """A session that is logged in.

        Raises LoginError where the login is incomplete, ValueError where no URL can be made.
        """
        session = super().get_conn(headers, extra_options)
        for name in _LOGIN_EXTRAS:
            session.headers.pop(name, None)
        if str(session.headers.get("User-Agent", "")).startswith("python-requests/"):
            session.headers["User-Agent"] = USER_AGENT
        guard(session)
        return session

    def url_from_endpoint(self, endpoint: str | None) -> str:
        """The URL of ``endpoint`` below the connection's, with one slash between them.

        Raises LoginError where the connection's URL has a query or a fragment, which the endpoint
        would be put into.
        """
        # Airflow's own adds a slash where there is none, and leaves two.
        url = super().url_from_endpoint(None)
        if "?" in url or "#" in url:
            raise LoginError(
                "its URL has a query or a fragment: declare the parameters in 'params', and a key"
                " as api_key_param in its extra"
            )
        return f"{url.rstrip('/')}/{(endpoint or '').removeprefix('/')}"

    def _extract_auth(self, connection: Any) -> Any | None:
        extra = connection.extra_dejson
        kind, header, param = (extra.get(name) for name in _LOGIN_EXTRAS)
        if kind not in (None, "basic", "bearer", "api_key"):
            raise LoginError(f"auth in its extra is {kind!r}, not basic, bearer or api_key")
        self.secret_param = str(param) if param else None
        if kind != "bearer" and not header and not param:
            if kind == "api_key":
                raise LoginError(
                    "its extra has auth api_key, but no api_key_header or api_key_param"
                )
            return super()._extract_auth(connection)
        if not connection.password:
            raise LoginError("it has no password to log in with")
        if kind == "bearer":
            return _Header("Authorization", f"Bearer {connection.password}")
        if header:
            return _Header(str(header), connection.password)
        return _Parameter(str(param), connection.password)


class LoginError(ValueError):
    """The connection lacks something, or has too much; the message says what, without secrets."""


class _Header(AuthBase):
    """A header with a secret. Raises LoginError where it cannot be sent."""

    def __init__(self, name: str, value: str) -> None:
        if not _HEADER_NAME.fullmatch(name):
            raise LoginError("api_key_header in its extra is no name of a header")
        if not _HEADER_VALUE.fullmatch(value):
            # http.client's own error quotes it.
            raise LoginError("its password has characters that a header cannot have")
        self._name = name
        self.secret = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._name] = self.secret
        return request


class _Parameter(AuthBase):
    """A query parameter with a secret."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self.secret = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.prepare_url(request.url, {self._name: self.secret})
        return request
