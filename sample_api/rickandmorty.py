"""Requests to an API with linked pages, like rickandmortyapi.com."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from aiohttp import web

from sample_api.content import page_to_take, spoiled
from sample_api.faults import ContentFault, ForeignLink, LoopingLink
from sample_api.query import last, number
from sample_api.source import CONTENT_FAULTS, json_error

PAGE_SIZE: Final = 20
_NOTHING = "There is nothing here"


class RickAndMorty:
    """One kind of records, ``count`` of them, under ``/api/<entity>``.

    ``record`` makes one from its number, from 1, and what its links begin with.
    """

    def __init__(
        self, entity: str, record: Callable[[int, str], dict[str, Any]], count: int
    ) -> None:
        self.prefix = f"/api/{entity}"
        self._entity = entity
        self._record = record
        self._count = count
        self._pages = -(-count // PAGE_SIZE)

    def add_routes(self, app: web.Application) -> None:
        """Add the pages, and the records their links lead to."""
        for path in (self.prefix, f"{self.prefix}/"):
            app.router.add_get(path, self.answer)
        app.router.add_get(f"{self.prefix}/{{number}}", self.answer_one)

    def page_of(self, request: web.Request) -> int:
        """The page asked for; 1 where it is not said or no page number."""
        return number(last(request, "page"), at_least=1)

    def error_200(self) -> web.Response:
        """What it says where there is nothing."""
        return json_error(200, _NOTHING)

    async def answer(self, request: web.Request) -> web.Response:
        """A page of records with links to its neighbours; 404 past the last one."""
        page = self.page_of(request)
        if page > self._pages:
            return json_error(404, _NOTHING)
        faults = request[CONTENT_FAULTS]
        host = _host(request)
        info = {
            "count": self._count,
            "pages": self._pages,
            "next": self._next(host, page, faults),
            "prev": self._link(host, page - 1),
        }
        records = self._records(page_to_take(page, faults), host)
        return _json({"info": info, "results": spoiled(records, faults)})

    async def answer_one(self, request: web.Request) -> web.Response:
        """A single record; 404 where there is none of that number."""
        asked = number(request.match_info["number"], at_least=0)
        if not 1 <= asked <= self._count:
            return json_error(404, f"{self._entity.capitalize()} not found")
        return _json(self._record(asked, f"{_host(request)}/api"))

    def _records(self, page: int, host: str) -> list[Any]:
        first = (page - 1) * PAGE_SIZE + 1
        numbers = range(first, min(first + PAGE_SIZE, self._count + 1))
        return [self._record(number, f"{host}/api") for number in numbers]

    def _link(self, host: str, page: int) -> str | None:
        return f"{host}{self.prefix}?page={page}" if 1 <= page <= self._pages else None

    def _next(self, host: str, page: int, faults: Iterable[ContentFault]) -> str | None:
        following = page + 1
        for fault in faults:
            if isinstance(fault, LoopingLink):
                following = fault.of or page
            elif isinstance(fault, ForeignLink):
                host = fault.host
        return self._link(host, following)


def _host(request: web.Request) -> str:
    return f"{request.scheme}://{request.host}"


def _json(content: Any) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(content), content_type="application/json", charset="utf-8"
    )
