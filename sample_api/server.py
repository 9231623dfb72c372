"""The sample API as a server in an event loop."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

from aiohttp import web

from sample_api import multiverse
from sample_api.cbr import BankOfRussia
from sample_api.control import Control, RequestLog
from sample_api.faults import AnyFault, FaultPlan
from sample_api.misbehave import misbehaving
from sample_api.pages import PageCache
from sample_api.people import Selection
from sample_api.randomuser import RandomUser
from sample_api.rickandmorty import RickAndMorty
from sample_api.source import FakeSource

DEFAULT_CACHE_MB: Final = 256
_LARGEST_CONTROL_BODY = 64 * 1024 * 1024
_LONGEST_REQUEST_LINE = 64 * 1024
"""Bytes; a fault in the query may be long."""
_PATIENCE = 0.5
"""Seconds a stopping server leaves its answers to end."""


class PreparationError(Exception):
    """Pages that cannot be prepared; the message says why."""


def utc_today() -> date:
    """Today, in UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True, slots=True)
class Preparation:
    """Pages 1 to ``pages`` of ``results`` users each, made before the server listens."""

    seed: str
    pages: int
    results: int


@dataclass(frozen=True, slots=True)
class Options:
    """How a server is started. ``port`` 0 is any free one; ``cache_mb`` bounds the kept pages."""

    host: str = "127.0.0.1"
    port: int = 0
    faults: Sequence[AnyFault] = ()
    prepare: Sequence[Preparation] = ()
    cache_mb: int = DEFAULT_CACHE_MB
    today: Callable[[], date] = field(default=utc_today)
    access_log: bool = False


class SampleServer:
    """The server, to be used within one event loop: ``start``, then ``stop``."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._cache = PageCache(options.cache_mb * 1_000_000)
        self._users = RandomUser(self._cache, options.today)
        self._runner: web.AppRunner | None = None
        self.plan = FaultPlan(options.faults)
        self.log = RequestLog()
        self.port = 0

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        host = self._options.host
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def start(self) -> None:
        """Prepare pages and listen. Raises PreparationError, or OSError where it cannot listen."""
        self._prepare()
        runner = web.AppRunner(
            self._app(
                [
                    self._users,
                    BankOfRussia(self._options.today),
                    RickAndMorty("location", multiverse.location, multiverse.LOCATIONS),
                    RickAndMorty("character", multiverse.character, multiverse.CHARACTERS),
                ]
            ),
            access_log=logging.getLogger("aiohttp.access") if self._options.access_log else None,
            handle_signals=False,
            shutdown_timeout=_PATIENCE,
            max_line_size=_LONGEST_REQUEST_LINE,
        )
        await runner.setup()
        try:
            listening = _listen(self._options.host, self._options.port)
            await web.SockSite(runner, listening).start()
        except OSError:
            await runner.cleanup()
            raise
        self._runner = runner
        self.port = int(listening.getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and close all connections."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _app(self, sources: Sequence[FakeSource]) -> web.Application:
        app = web.Application(
            middlewares=[misbehaving(self.plan, self.log, sources)],
            client_max_size=_LARGEST_CONTROL_BODY,
        )
        for source in sources:
            source.add_routes(app)
        Control(self.plan, self.log).add_routes(app)
        return app

    def _prepare(self) -> None:
        pages = {
            Selection(wanted.seed, page, wanted.results)
            for wanted in self._options.prepare
            for page in range(1, wanted.pages + 1)
        }
        if sum(len(self._users.page(page)) for page in pages) > self._cache.size:
            raise PreparationError(
                f"The prepared pages take more than the {self._options.cache_mb} MB that are kept:"
                " give a larger --cache-mb or prepare fewer."
            )


def _listen(host: str, port: int) -> socket.socket:
    # One socket, also for a name with several addresses: with port 0 each would get another port.
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, _, _, _, address = min(found, key=lambda entry: entry[0] != socket.AF_INET)
    return socket.create_server(address, family=family, backlog=1024)
