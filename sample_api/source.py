"""What a source must tell the rest of the sample API, so that it is served with the same faults."""

from __future__ import annotations

from typing import Final, Protocol

import msgspec
from aiohttp import web

from sample_api.faults import ContentFault

CONTENT_FAULTS: Final[web.RequestKey[tuple[ContentFault, ...]]] = web.RequestKey(
    "content_faults", tuple
)
"""What a source's handler finds wrong records to make in; an empty tuple for a good answer."""

TOO_MANY_REQUESTS: Final = (
    "Whoa, ease up there cowboy. You've requested 20000 users in the last minute. Help us keep this"
    " service free and spare some bandwidth for other users please :)"
)


def json_error(status: int, sentence: str) -> web.Response:
    """``{"error": sentence}``."""
    return web.Response(
        status=status,
        body=msgspec.json.encode({"error": sentence}),
        content_type="application/json",
        charset="utf-8",
    )


class FakeSource(Protocol):
    """One imitated API.

    Its handlers return ``web.Response`` with the whole body, and make their own sense of the faults
    in ``request[CONTENT_FAULTS]``; the rest is done to what they return.
    """

    prefix: str
    """Where its paths begin; of two sources a path belongs to the one with the longer prefix."""

    def page_of(self, request: web.Request) -> int:
        """The page a request asks for, from 1, by which faults are chosen."""
        ...

    def error_200(self) -> web.Response:
        """Its answer where it reports an error with status 200."""
        ...

    def add_routes(self, app: web.Application) -> None:
        """Add the handlers; their paths begin with ``prefix``."""
        ...
