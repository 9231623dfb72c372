"""How often a page is asked for again, by the kind of fault, and what it ends in."""

from __future__ import annotations

import random
import time
from enum import Enum

from elt.errors import SourceError, SourceInvalidError, SourceUnavailableError

ATTEMPTS_AT_CONTENT = 3
"""How often a page is asked for that comes with status 200 and is not what was asked for."""
FIRST_WAIT = 1.0
"""Seconds between the first two attempts, at most; doubled for each further one."""
LONGEST_WAIT = 60.0
"""Seconds between two attempts, at most, unless the source says itself when to come back."""


class Kind(Enum):
    """What a fault of one attempt at a page says of the next attempt."""

    LATER = "later"
    """The source cannot respond now: no connection, 429, 5xx. Asked for again while patience
    lasts; then the task is retried, from this page."""
    CONTENT = "content"
    """It responded with an error, or with fewer records than there are. Asked for
    ATTEMPTS_AT_CONTENT times; then the task is retried, from page 1."""
    INVALID = "invalid"
    """It responded with what is not declared: not decodable, the records of another page. Asked
    for ATTEMPTS_AT_CONTENT times, since one of several servers may be at fault; then the task
    fails for good."""


class Fault(Exception):
    """One attempt at a page failed.

    ``after`` is how many seconds the source asks to wait, ``words`` what else it says, ``status``
    that of its response where that is the fault, ``is_rate_limit`` whether that is a rate limit.
    """

    def __init__(
        self,
        what: str,
        kind: Kind,
        *,
        after: float | None = None,
        words: str = "",
        status: int | None = None,
        is_rate_limit: bool = False,
    ) -> None:
        super().__init__(what)
        self.kind = kind
        self.after = after
        self.words = words
        self.status = status
        self.is_rate_limit = is_rate_limit

    @property
    def asks(self) -> str:
        """How long the source asks to wait, to be put after what it responded with."""
        return "" if self.after is None else f"; it asks to wait {self.after:.0f} s"

    @property
    def quoted(self) -> str:
        """The source's own words, to be put at the end of a sentence."""
        return f"; it says: {self.words!r}" if self.words else ""


class Attempts:
    """The attempts at one page, from now on for ``patience`` seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._deadline = time.monotonic() + patience
        self._made = 0
        self._at_content = 0

    def pause_after(self, fault: Fault, where: str) -> float:
        """Seconds to wait after ``fault`` before the next attempt.

        A pause that the source does not ask for is cut so that the last attempt comes when
        patience ends. Raises the error to give up with, which names ``where``.
        """
        self._made += 1
        self._at_content += fault.kind is not Kind.LATER
        left = self._deadline - time.monotonic()
        if fault.after is None:
            pause = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self._made - 1, 10))
            pause = min(pause * random.uniform(0.5, 1.0), left)
        else:
            pause = fault.after
        if left <= 0 or pause > left or self._at_content >= ATTEMPTS_AT_CONTENT:
            raise self._error(fault, where)
        return pause

    def _error(self, fault: Fault, where: str) -> SourceError:
        times = "once" if self._made == 1 else f"{self._made} times"
        message = f"{where}: {fault}{fault.asks}; given up, having asked {times}"
        match fault.kind:
            case Kind.INVALID if self._at_content < ATTEMPTS_AT_CONTENT:
                # Patience has ended first, so it may have been an outage.
                return SourceError(f"{message}{fault.quoted}")
            case Kind.LATER:
                waited = f"; ELT_FETCH_PATIENCE lets it wait {self._patience:g} s"
                return SourceUnavailableError(f"{message}{waited}{fault.quoted}", fault.after)
            case Kind.CONTENT:
                return SourceError(f"{message}{fault.quoted}")
            case Kind.INVALID:
                return SourceInvalidError(f"{message}{fault.quoted}")
