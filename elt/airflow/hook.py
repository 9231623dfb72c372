"""The HTTP hook of the sources: Airflow's, with the logins that APIs have."""

from __future__ import annotations

from typing import Any

import requests
from airflow.providers.http.hooks.http import HttpHook

from elt.http.auth import BearerAuth, HeaderAuth, LoginError, ParamAuth
from elt.http.connection import below
from elt.http.session import prepare

_LOGIN_EXTRAS = ("auth", "api_key_header", "api_key_param")


class ApiHook(HttpHook):
    """The connection of a source, as `elt.http.client` asks for it, made of Airflow's.

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

    No response may send a request with a login on to another host: the request would take it along.
    """

    def __init__(self, conn_id: str) -> None:
        super().__init__(method="GET", http_conn_id=conn_id)
        self.secret_param: str | None = None
        """Query parameter that takes the key; None before `get_conn`, and where there is none."""

    @property
    def allow_redirects(self) -> bool:
        """Whether redirects are followed: ``allow_redirects`` of the extra."""
        return bool(self.merged_extra.get("allow_redirects", True))

    def session(self) -> requests.Session:
        """A session that is logged in.

        Raises LoginError where the login is incomplete, ValueError where no URL can be made.
        """
        return self.get_conn()

    def get_conn(
        self, headers: dict[Any, Any] | None = None, extra_options: dict[str, Any] | None = None
    ) -> requests.Session:
        """The same by Airflow's name, for those who use the hook as Airflow's."""
        session = super().get_conn(headers, extra_options)
        for name in _LOGIN_EXTRAS:
            session.headers.pop(name, None)
        prepare(session)
        return session

    def url_from_endpoint(self, endpoint: str | None) -> str:
        """The URL of ``endpoint`` below the connection's, with one slash between them.

        Raises LoginError where the connection's URL has a query or a fragment.
        """
        # Airflow's own adds a slash where there is none, and leaves two.
        return below(super().url_from_endpoint(None), endpoint)

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
            return BearerAuth(connection.password)
        if header:
            return HeaderAuth(str(header), connection.password)
        return ParamAuth(str(param), connection.password)
