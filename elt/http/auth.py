"""The logins that APIs have, each a small class of requests' kind; with the rules of headers."""

from __future__ import annotations

import re

import requests
from requests.auth import AuthBase

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VALUE = re.compile(r"[\x21-\x7e\xa1-\xff]([\t\x20-\x7e\xa1-\xff]*[\x21-\x7e\xa1-\xff])?")


class LoginError(ValueError):
    """The connection lacks something, or has too much; the message says what, without secrets."""


def is_header_name(text: str) -> bool:
    """Whether ``text`` may be the name of a header."""
    return bool(_NAME.fullmatch(text))


def is_header_value(text: str) -> bool:
    """Whether ``text`` may be the value of a header."""
    return bool(_VALUE.fullmatch(text))


class HeaderAuth(AuthBase):
    """A header with a secret.

    Raises LoginError for a name or a value that no header may have.
    """

    def __init__(self, name: str, value: str) -> None:
        if not is_header_name(name):
            raise LoginError("the header of its API key has an invalid name")
        if not is_header_value(value):
            # http.client's own error quotes it.
            raise LoginError("its password has characters that a header cannot have")
        self._name = name
        self.secret = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers[self._name] = self.secret
        return request


class BearerAuth(HeaderAuth):
    """``Authorization: Bearer`` and a token (RFC 6750)."""

    def __init__(self, token: str) -> None:
        super().__init__("Authorization", f"Bearer {token}")


class ParamAuth(AuthBase):
    """A query parameter with a secret."""

    def __init__(self, param: str, value: str) -> None:
        self.param = param
        self.secret = value

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.prepare_url(request.url, {self.param: self.secret})
        return request
