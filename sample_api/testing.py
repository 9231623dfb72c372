"""The sample API inside a test, in a thread of its process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Self, TypeVar

from sample_api.control import SeenRequest
from sample_api.faults import AnyFault, parse_fault
from sample_api.server import Options, SampleServer

T = TypeVar("T")


class SampleApi:
    """A sample API that runs from ``start`` to ``stop``, or for a ``with`` block.

    >>> with SampleApi() as api:
    ...     api.faults("status:code=429,retry_after=1,times=2", Records.of({0: None}, pages=(3,)))
    ...     ...  # use api.url
    ...     [request.status for request in api.requests()]
    """

    def __init__(self, options: Options | None = None) -> None:
        self._server = SampleServer(options or Options())
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="sample-api", daemon=True
        )

    @property
    def url(self) -> str:
        """Its base URL, without a slash at the end; the paths are in ``sample_api.cli``."""
        return self._server.url

    def faults(self, *faults: AnyFault | str) -> None:
        """Replace all faults; without any, answer well. Raises FaultError for a bad text."""
        parsed = [parse_fault(fault) if isinstance(fault, str) else fault for fault in faults]
        self._call(lambda: self._server.plan.replace(parsed))

    def requests(self) -> list[SeenRequest]:
        """The requests to the API so far, oldest first; the last 10,000."""
        return self._call(self._server.log.requests)

    def clear(self) -> None:
        """Answer well again, and forget the requests."""
        self.faults()
        self._call(self._server.log.clear)

    def start(self) -> Self:
        """Listen. Raises OSError where the port is taken, PreparationError as the server does."""
        self._thread.start()
        try:
            self._run(self._server.start())
        except BaseException:
            self._end()
            raise
        return self

    def stop(self) -> None:
        """Close all connections and end the thread."""
        self._run(self._server.stop())
        self._end()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _call(self, function: Callable[[], T]) -> T:
        async def call() -> T:
            return function()

        return self._run(call())

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
