"""What a source must tell the rest of the sample API, so that it is served with the same faults."""

from __future__ import annotations

from typing import Final, Protocol

from aiohttp import web

from elt.sample_api.faults import ContentFault

CONTENT_FAULTS: Final[web.RequestKey[tuple[ContentFault, ...]]] = web.RequestKey(
    "content_faults", tuple
)
"""What a source's handler finds wrong records to make in; an empty tuple for a good answer."""


class FakeSource(Protocol):
    """One imitated API.

    Its handlers return ``web.Response`` with the whole body, and make their own sense of the faults
    in ``request[CONTENT_FAULTS]``; the rest is done to what they return.
    """

    prefix: str

    def page_of(self, request: web.Request) -> int:
        """The page a request asks for, from 1, by which faults are chosen."""
        ...

    def add_routes(self, app: web.Application) -> None:
        """Add the handlers; their paths begin with ``prefix``."""
        ...
