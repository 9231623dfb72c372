"""Keeping to a source's rate limit, together with every other extract on this machine."""

from __future__ import annotations

import fcntl
import hashlib
import os
import struct
import tempfile
import time
from pathlib import Path

from elt.source import RateLimit

_SLOT = struct.Struct("!d")
_WAITING = 10_000
"""Turns that may be taken ahead; one further ahead was written before the clock was set back."""


class Turns:
    """Hands out the moments at which a source may be asked, evenly spaced.

    The next one is kept in a file that all tasks of this machine share, by connection, below
    ``ELT_SPOOL_DIR``; it is locked for no longer than it takes to read and write it. Tasks on
    several machines each keep to the limit for themselves.
    """

    def __init__(self, conn_id: str, limit: RateLimit) -> None:
        folder = Path(os.environ.get("ELT_SPOOL_DIR") or tempfile.gettempdir())
        folder.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256(conn_id.encode()).hexdigest()[:16]
        self._file = folder / f"elt-rate-{os.getuid()}-{digest}"
        self._interval = limit.seconds / limit.requests

    def take(self) -> float:
        """Take the next turn; how many seconds to wait for it."""
        descriptor = os.open(
            self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            now = time.time()
            kept = os.pread(descriptor, _SLOT.size, 0)
            turn = _SLOT.unpack(kept)[0] if len(kept) == _SLOT.size else now
            if not now <= turn <= now + _WAITING * self._interval:
                turn = now
            os.pwrite(descriptor, _SLOT.pack(turn + self._interval), 0)
        finally:
            os.close(descriptor)
        return float(turn - now)
