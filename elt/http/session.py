"""What every session with a source has: who asks, and how far a redirect is followed."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from contextlib import suppress
from importlib.metadata import version
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import requests
import requests.auth

USER_AGENT = f"elt/{version('elt')} python-requests/{requests.__version__}"
"""Who asks; some sources refuse clients that do not say."""

_HARMLESS = frozenset(
    {"accept", "accept-encoding", "accept-language", "connection", "content-type", "user-agent"}
)
"""Headers that may be sent to any host; others may hold a key."""


class RedirectedError(requests.RequestException):
    """A redirect that is not followed; the message says why."""


def may_hold_secrets(headers: Iterable[str]) -> bool:
    """Whether any of the headers named is one that is not for every host."""
    return any(name.lower() not in _HARMLESS for name in headers)


def secrets_of(session: requests.Session) -> list[str]:
    """What ``session`` logs in with: passwords, tokens, the values of headers that may hold one."""
    headers = [
        secret
        for name, value in session.headers.items()
        if may_hold_secrets([name])
        for secret in secrets_in(str(value))
    ]
    auth = session.auth
    if isinstance(auth, tuple):
        auth = requests.auth.HTTPBasicAuth(*auth)
    if isinstance(auth, requests.auth.HTTPBasicAuth):
        password = str(auth.password)
        pair = f"{auth.username!s}:{password}".encode()
        return [*headers, password, base64.b64encode(pair).decode()]
    secret = getattr(auth, "secret", None)
    return [*headers, *secrets_in(secret)] if isinstance(secret, str) else headers


def secrets_in(value: str) -> list[str]:
    """What of a header's value is not to be quoted: all of it, and the login in it.

    >>> secrets_in("Bearer abcd")
    ['Bearer abcd', 'abcd']
    """
    login = value.rpartition(" ")[2]
    found = [value, login]
    if value.lower().startswith("basic "):
        with suppress(ValueError):
            user, _, password = base64.b64decode(login).decode(errors="replace").partition(":")
            found += [password, user]
    return found


def prepare(session: requests.Session) -> None:
    """Say who asks, unless that is said, and `guard` the session."""
    if str(session.headers.get("User-Agent", "")).startswith("python-requests/"):
        session.headers["User-Agent"] = USER_AGENT
    guard(session)


def guard(session: requests.Session) -> None:
    """Keep what ``session`` logs in with to the origin that it is for.

    A redirect elsewhere raises RedirectedError, since the request would take headers along; so does
    one that leads to what is no URL. Where there is no login, requests is kept from taking one of
    ~/.netrc. To be called when headers and login are set.
    """
    if session.auth or may_hold_secrets(session.headers):
        session.hooks["response"].append(_keep_to_origin)
        return
    session.hooks["response"].append(_expect_url)
    session.auth = _no_login
    session.rebuild_auth = lambda *_: None  # type: ignore[method-assign]


def _no_login(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _keep_to_origin(response: requests.Response, **_: Any) -> None:
    """Raise RedirectedError where a request with a login would be sent on to somebody else."""
    target = _target(response)
    if target is None:
        return
    asked = urlsplit(response.url)
    upgraded = (asked.scheme, asked.port) == ("http", None) and (
        (target.scheme, target.port) == ("https", None)
    )
    if target.hostname != asked.hostname or not (upgraded or _origin(target) == _origin(asked)):
        raise RedirectedError("it redirects to another host, and the login is not sent on to that")


def _expect_url(response: requests.Response, **_: Any) -> None:
    """Raise RedirectedError where a redirect leads to what is no URL."""
    # Nothing is returned: requests takes it for another response.
    _target(response)


def _target(response: requests.Response) -> SplitResult | None:
    """Where a redirect leads; None for other answers. Raises RedirectedError for what is no URL."""
    if not response.is_redirect:
        return None
    try:
        target = urlsplit(urljoin(response.url, response.headers["Location"]))
        _origin(target)
    except ValueError:
        raise RedirectedError("it redirects to what is no URL") from None
    return target


def _origin(url: SplitResult) -> tuple[str, int]:
    return url.scheme, url.port or (443 if url.scheme == "https" else 80)
