"""The control paths of a running server: set faults, see what was asked. Loopback only."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address
from typing import Any, Final

import msgspec
from aiohttp import web

from sample_api.faults import FaultError, FaultPlan, parse_faults

PREFIX: Final = "/_control"
_REMEMBERED_REQUESTS = 10_000


@dataclass(slots=True)
class SeenRequest:
    """A request to a source; ``query`` as it was sent, ``status`` None where none was sent back."""

    method: str
    path: str
    query: str
    status: int | None = None
    faults: list[str] = field(default_factory=list)


class RequestLog:
    """The last 10,000 requests to the sources, and how many there were in all."""

    def __init__(self) -> None:
        self.count = 0
        self._requests: deque[SeenRequest] = deque(maxlen=_REMEMBERED_REQUESTS)

    def begin(self, request: web.Request) -> SeenRequest:
        """Note a request; whoever answers it adds the status."""
        entry = SeenRequest(request.method, request.path, request.rel_url.raw_query_string)
        self.count += 1
        self._requests.append(entry)
        return entry

    def requests(self) -> list[SeenRequest]:
        """The requests remembered, oldest first."""
        return list(self._requests)

    def clear(self) -> None:
        """Forget all requests."""
        self.count = 0
        self._requests.clear()


class Control:
    """``/_control/faults`` and ``/_control/requests``."""

    def __init__(self, plan: FaultPlan, log: RequestLog) -> None:
        self._plan = plan
        self._log = log

    def add_routes(self, app: web.Application) -> None:
        """Add the paths, for callers on this machine only."""
        router = app.router
        router.add_get(f"{PREFIX}/faults", self.show_faults)
        router.add_put(f"{PREFIX}/faults", self.put_faults)
        router.add_delete(f"{PREFIX}/faults", self.delete_faults)
        router.add_get(f"{PREFIX}/requests", self.show_requests)
        router.add_delete(f"{PREFIX}/requests", self.delete_requests)

    async def show_faults(self, request: web.Request) -> web.Response:
        """The faults set, each with how often it was done."""
        _refuse_strangers(request)
        return _json(self._plan.report())

    async def put_faults(self, request: web.Request) -> web.Response:
        """Replace all faults by a JSON list of them."""
        _refuse_strangers(request)
        try:
            self._plan.replace(parse_faults(await request.read()))
        except FaultError as error:
            return web.Response(status=400, text=f"{error}\n")
        return _json(self._plan.report())

    async def delete_faults(self, request: web.Request) -> web.Response:
        """Answer well again."""
        _refuse_strangers(request)
        self._plan.replace(())
        return web.Response(status=204)

    async def show_requests(self, request: web.Request) -> web.Response:
        """The requests seen, oldest first, and how many there were."""
        _refuse_strangers(request)
        requests = [asdict(entry) for entry in self._log.requests()]
        return _json({"count": self._log.count, "requests": requests})

    async def delete_requests(self, request: web.Request) -> web.Response:
        """Forget the requests seen."""
        _refuse_strangers(request)
        self._log.clear()
        return web.Response(status=204)


def _refuse_strangers(request: web.Request) -> None:
    address = ip_address((request.remote or "0.0.0.0").partition("%")[0])
    mapped = getattr(address, "ipv4_mapped", None)
    if not (mapped or address).is_loopback:
        raise web.HTTPForbidden(text="The control paths answer to this machine only.\n")


def _json(content: Any) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(content),
        content_type="application/json",
        charset="utf-8",
    )
