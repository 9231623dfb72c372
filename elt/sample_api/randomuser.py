"""Requests to randomuser.me 1.4: what they select, and the answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from typing import Any, Final

import msgspec
from aiohttp import web
from msgspec import Raw

from elt.sample_api.faults import (
    ContentFault,
    EmptyResults,
    Fewer,
    Records,
    RepeatedPage,
)
from elt.sample_api.nationality import NATIONALITIES
from elt.sample_api.pages import PageCache
from elt.sample_api.people import FIELDS, Selection, users
from elt.sample_api.source import CONTENT_FAULTS

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
        return _number(_last(request, "page"), at_least=1)

    async def answer(self, request: web.Request) -> web.Response:
        """A page of users, as JSON."""
        selection = select(request)
        faults = request[CONTENT_FAULTS]
        if faults:
            body = _spoiled(selection, self._today(), faults)
        elif _last(request, "seed"):
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
    results = _number(_last(request, "results"), at_least=1)
    gender = _last(request, "gender")
    wanted = _words(_last(request, "inc"))
    unwanted = _words(_last(request, "exc"))
    nationalities = {word.upper() for word in _words(_last(request, "nat"))} & {*NATIONALITIES}
    return Selection(
        seed=_last(request, "seed") or secrets.token_hex(8),
        page=_number(_last(request, "page"), at_least=1),
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


def _last(request: web.Request, name: str) -> str:
    values = request.query.getall(name, [""])
    return values[-1].encode("utf-8", "replace").decode()


def _words(text: str) -> set[str]:
    return {word.strip().lower() for word in text.split(",")} - {""}


def _number(text: str, *, at_least: int) -> int:
    text = text.strip()
    # Eighteen digits: no page number is longer, and int() of a very long text is slow.
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return at_least
    return max(int(text), at_least)


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
    source = selection
    for fault in faults:
        if isinstance(fault, RepeatedPage):
            source = replace(source, page=fault.of or max(source.page - 1, 1))
    records: list[Any] = list(users(source, today))
    for fault in faults:
        if isinstance(fault, EmptyResults):
            records = []
        elif isinstance(fault, Fewer):
            del records[selection.results // 2 if fault.count is None else fault.count :]
        elif isinstance(fault, Records):
            records = _overlaid(records, fault)
    return encode(selection, records)


def _overlaid(records: list[Any], fault: Records) -> list[Any]:
    records = list(records)
    for position, values in fault.set.items():
        if position < len(records):
            for path, value in values.items():
                records[position] = _with_value(records[position], path, value)
    texts = {position: Raw(text) for position, text in fault.raw.items()}
    for position, record in sorted({**fault.records, **texts}.items()):
        records[position : position + 1] = [record]
    return records


def _with_value(record: Any, path: str, value: Raw) -> Any:
    name, _, rest = path.partition(".")
    # A copy, since users share parts.
    changed = dict(record) if isinstance(record, dict) else {}
    changed[name] = _with_value(changed.get(name), rest, value) if rest else value
    return changed
