"""The HTTP hook of the sources: Airflow's, with the logins that APIs have."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from airflow.providers.http.hooks.http import HttpHook
from requests.auth import AuthBase

_LOGIN_EXTRAS = ("auth", "api_key_header", "api_key_param")

_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "connection", "content-type", "user-agent"}
)
"""Headers that may be sent to any host; others of the connection may hold a key."""

USER_AGENT = f"elt/{version('elt')} python-requests/{requests.__version__}"
"""Who asks; some sources refuse clients that do not say. The connection may name another one."""


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
        if session.auth or self._carries_secrets(session):
            session.hooks["response"].append(_keep_to_host)
        return session

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

    @staticmethod
    def _carries_secrets(session: requests.Session) -> bool:
        return any(name.lower() not in _HARMLESS for name in session.headers)


class LoginError(ValueError):
    """The connection says how to log in, and not with what; the message holds no secret."""


class _Header(AuthBase):
    """A header with a secret."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._name] = self._value
        return request


class _Parameter(AuthBase):
    """A query parameter with a secret."""

    def __init__(self, name: str, value: str) -> None:
        self._name = name
        self._value = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.prepare_url(request.url, {self._name: self._value})
        return request


class RedirectedError(requests.RequestException):
    """A request with a login was to be sent on to another host."""


def _keep_to_host(response: requests.Response, **_: Any) -> None:
    if not response.is_redirect:
        return
    asked = urlsplit(response.url)
    target = urlsplit(urljoin(response.url, response.headers["Location"]))
    if target.hostname != asked.hostname or (asked.scheme, target.scheme) == ("https", "http"):
        raise RedirectedError("the login is not sent on to another host")
