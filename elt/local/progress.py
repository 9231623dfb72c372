"""Tell a process that is slow, on a machine that is far too busy, from one that hangs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

import psutil

PATIENCE_SECONDS = 180.0
"""How long a process may do nothing."""
_CPU_SECONDS = 300.0
"""How much a process may compute without a sign of getting on: an endless loop does."""
_BUSY_SHARE = 0.2
"""Share of looks that find a process at work, or waiting for its turn; an idle service is below."""
_LOOKS = 3
_AT_WORK = frozenset({psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP})

Processes = Callable[[], Iterable[psutil.Process]]


class Watch:
    """Looks at processes that are to reach a state, again and again.

    A sign of progress is that their log grows or that their state becomes another. Without a sign
    they may go on as long as they are found at work or waiting for a processor, up to a limit.
    """

    def __init__(
        self,
        processes: Processes,
        log: Path,
        *,
        patience: float = PATIENCE_SECONDS,
        cpu_limit: float = _CPU_SECONDS,
    ) -> None:
        self._processes = processes
        self._log = log
        self._patience = patience
        self._cpu_limit = cpu_limit
        self._state: object = None
        self._size = -1
        self._cpu = 0.0
        """What they had computed at the last sign."""
        self._begun = time.monotonic()
        """When the looks that are counted began."""
        self._looks = self._busy_looks = 0

    def look(self, state: object = None) -> str | None:
        """Look once; why they count as hanging, None while they get on.

        `state` is what the caller knows of them: whether a service answers, say.
        """
        busy, cpu = self._sample()
        size = self._log.stat().st_size if self._log.exists() else 0
        now = time.monotonic()
        if size != self._size or state != self._state:
            self._size, self._state, self._cpu = size, state, cpu
            self._count_anew(now)
            return None
        self._looks += 1
        self._busy_looks += busy
        if cpu - self._cpu > self._cpu_limit:
            return f"it has computed for {cpu - self._cpu:.0f} s without getting on"
        if now - self._begun < self._patience or self._looks < _LOOKS:
            return None
        if self._busy_looks <= _BUSY_SHARE * self._looks:
            return f"it has done nothing for {now - self._begun:.0f} s"
        self._count_anew(now)
        return None

    def _count_anew(self, now: float) -> None:
        self._begun = now
        self._looks = self._busy_looks = 0

    def _sample(self) -> tuple[bool, float]:
        """Whether one of the processes works or waits for its turn, and the seconds they computed.

        Processes that have ended take theirs along, which makes the limit only more patient.
        """
        busy, cpu = False, 0.0
        for process in self._processes():
            with suppress(psutil.Error):
                times = process.cpu_times()
                cpu += times.user + times.system
                busy = busy or process.status() in _AT_WORK
        return busy, cpu


def tree(process: psutil.Process) -> list[psutil.Process]:
    """The process and its descendants; empty when it has ended."""
    with suppress(psutil.Error):
        return [process, *process.children(recursive=True)]
    return []
