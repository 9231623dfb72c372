"""Waiting during an extract: how long, for what, together with the other workers, and saying so."""

from __future__ import annotations

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from elt.http.retry import Fault, Kind
from elt.settings import number

log = logging.getLogger(__name__)

_LONG_TURN = 5.0
"""Seconds of waiting for the source's rate limit that are worth a line in the log."""


def patience() -> float:
    """Seconds that a page is asked for again: ELT_FETCH_PATIENCE."""
    return number("ELT_FETCH_PATIENCE", 600)


class StoppedError(Exception):
    """Another page failed, and this one is not wanted any more."""


class Clock:
    """The time of the attempts of all workers, and what stops them."""

    def __init__(self) -> None:
        self.patience = patience()
        self.stop = threading.Event()
        self._resume_at = 0.0
        self._lock = threading.Lock()
        self._own = threading.local()

    def begin(self) -> None:
        """An attempt begins; the last one, too, has time for its response."""
        self._own.until = time.monotonic() + self.patience

    def check(self) -> None:
        """Raise Fault if the attempt takes too long, StoppedError if it is not wanted any more."""
        if time.monotonic() > self._own.until:
            raise Fault("its answer takes too long", Kind.LATER)
        if self.stop.is_set():
            raise StoppedError

    def wait_for_turn(self, seconds: float) -> None:
        """Wait, as the source's rate limit asks."""
        if seconds >= _LONG_TURN:
            report_wait(seconds, "the declared rate limit")
        self.pause(seconds)

    def pause(self, seconds: float) -> None:
        """Wait by oneself. Raises StoppedError."""
        if self.stop.wait(seconds):
            raise StoppedError

    def hold_back(self, seconds: float) -> None:
        """Keep all workers waiting: what one is told holds for all, they are counted together."""
        with self._lock:
            self._resume_at = max(self._resume_at, time.monotonic() + seconds)

    def await_resumption(self) -> None:
        """Wait while workers are held back. Raises StoppedError."""
        # Another worker may be told to wait longer while this one waits.
        while (rest := self._resume_at - time.monotonic()) > 0:
            self.pause(rest)


def report_wait(seconds: float, why: str, where: str = "") -> None:
    """Say in the log, and on the screen of `elt run`, what is waited for and until when."""
    until = datetime.now(UTC) + timedelta(seconds=seconds)
    log.log(
        logging.WARNING if where else logging.INFO,
        "%s%s; again in %.1f s, at %s UTC",
        f"{where}: " if where else "waiting for ",
        why,
        seconds,
        f"{until:%H:%M:%S}",
        extra={"progress": {"step": "wait", "until": until.isoformat(), "why": why}},
    )
