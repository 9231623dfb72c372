"""Requests to randomuser.me 1.4: what they select, and the answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

import msgspec
from aiohttp import web

from sample_api.content import page_to_take, spoiled
from sample_api.faults import ContentFault
from sample_api.nationality import NATIONALITIES
from sample_api.pages import PageCache
from sample_api.people import FIELDS, Selection, users
from sample_api.query import last, number
from sample_api.source import CONTENT_FAULTS, TOO_MANY_REQUESTS, json_error

VERSION: Final = "1.4"
MAX_RESULTS: Final = 5_000


class RandomUser:
    """The users API under ``/api``; ages are those of the day ``today()`` says it is."""

    prefix = "/api"

    def __init__(self, cache: PageCache, today: Callable[[], date]) -> None:
        self._cache = cache
        self._today = today

    def add_routes(self, app: web.Application) -> None:
        """Add the paths with and without the version; other versions are a 404 in plain text."""
        for path in ("/api", "/api/", f"/api/{VERSION}", f"/api/{VERSION}/"):
            app.router.add_get(path, self.answer)
        app.router.add_get("/api/{version:.+}", self.unknown_version)

    def page_of(self, request: web.Request) -> int:
        """The page asked for; 1 where it is not said or no page number."""
        return number(last(request, "page"), at_least=1)

    def error_200(self) -> web.Response:
        """What the real API says to those who ask too much."""
        return json_error(200, TOO_MANY_REQUESTS)

    async def answer(self, request: web.Request) -> web.Response:
        """A page of users, as JSON."""
        selection = select(request)
        faults = request[CONTENT_FAULTS]
        if faults:
            body = _spoiled(selection, self._today(), faults)
        elif last(request, "seed"):
            body = self.page(selection)
        else:
            body = encode(selection, users(selection, self._today()))
        return web.Response(body=body, content_type="application/json", charset="utf-8")

    async def unknown_version(self, request: web.Request) -> web.Response:
        """What the real API says to a version it does not have."""
        version = request.match_info["version"].strip("/")
        return web.Response(status=404, text=f"API version {version!r} not found\n")

    def page(self, selection: Selection) -> bytes:
        """The encoded page, from the cache where it was asked for before on the same day."""
        key = (selection, today := self._today())
        body = self._cache.get(key)
        if body is None:
            body = encode(selection, users(selection, today))
            self._cache.put(key, body)
        return body


def select(request: web.Request) -> Selection:
    """What the query asks for; as in the real API, nothing in it is an error.

    Of a parameter given twice the last one counts, unknown parameters and values are ignored.
    ``results`` above 5,000, below 1 or not a number gives one user.
    """
    results = number(last(request, "results"), at_least=1)
    gender = last(request, "gender")
    wanted = _words(last(request, "inc"))
    unwanted = _words(last(request, "exc"))
    nationalities = {word.upper() for word in _words(last(request, "nat"))} & {*NATIONALITIES}
    return Selection(
        seed=last(request, "seed") or secrets.token_hex(8),
        page=number(last(request, "page"), at_least=1),
        results=results if results <= MAX_RESULTS else 1,
        nationalities=tuple(sorted(nationalities))
        if len(nationalities) < len(NATIONALITIES)
        else (),
        gender=gender if gender in ("female", "male") else None,
        fields=tuple(
            field for field in FIELDS if (not wanted or field in wanted) and field not in unwanted
        ),
        info="noinfo" not in request.query,
    )


def _words(text: str) -> set[str]:
    return {word.strip().lower() for word in text.split(",")} - {""}


def encode(selection: Selection, records: Iterable[Any]) -> bytes:
    """The body of an answer. Records are JSON-like values or ``msgspec.Raw``."""
    body: dict[str, Any] = {"results": records}
    if selection.info:
        body["info"] = {
            "seed": selection.seed,
            "results": selection.results,
            "page": selection.page,
            "version": VERSION,
        }
    return msgspec.json.encode(body)


def _spoiled(selection: Selection, today: date, faults: tuple[ContentFault, ...]) -> bytes:
    taken = replace(selection, page=page_to_take(selection.page, faults))
    return encode(selection, spoiled(users(taken, today), faults))
