"""Loopback ports: free ones, remembered so that a stack keeps its addresses."""

from __future__ import annotations

import json
import random
import socket
from pathlib import Path

from elt import files
from elt.stack.errors import StackError

LOOPBACK = "127.0.0.1"

# Below the ports that Linux and macOS hand to outgoing connections, so that they stay free.
_FIRST, _LAST = 20000, 32000
_TRIES = 200


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback interface now."""
    with socket.socket() as probe:
        # A server sets this too; without it, a port whose last server has just gone looks taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def is_listening(port: int) -> bool:
    """Whether something accepts connections on `port` of the loopback interface."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def pick(*, preferred: int | None = None, taken: frozenset[int] = frozenset()) -> int:
    """A free port, `preferred` if it is one. Raises StackError when none is found."""
    if preferred is not None and preferred not in taken and is_free(preferred):
        return preferred
    for _ in range(_TRIES):
        port = random.randint(_FIRST, _LAST)
        if port not in taken and is_free(port):
            return port
    raise StackError(f"no free port between {_FIRST} and {_LAST} on {LOOPBACK}")


class Ports:
    """The ports a stack has chosen, kept in its state folder under the name of the service."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def remembered(self, service: str) -> int | None:
        try:
            port = json.loads(self._file.read_text()).get(service)
        except (OSError, ValueError, AttributeError):
            return None
        return port if isinstance(port, int) else None

    def remember(self, service: str, port: int) -> None:
        if self.remembered(service) == port:
            return
        try:
            known = json.loads(self._file.read_text())
        except (OSError, ValueError):
            known = {}
        files.replace(self._file, json.dumps({**known, service: port}, indent=2))

    def choose(self, service: str, *, preferred: int | None = None) -> int:
        """A free port for `service`, the remembered or the preferred one where it is free."""
        last = self.remembered(service)
        if last is not None and is_free(last):
            return last
        port = pick(preferred=preferred)
        self.remember(service, port)
        return port
