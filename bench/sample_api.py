"""How fast the sample API makes users, and how fast it serves pages it has made.

``python bench/sample_api.py`` starts a server of its own, pulls prepared pages of 5,000 users over
keep-alive connections with raw sockets, prints a table and exits with 0.
"""

from __future__ import annotations

import argparse
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from urllib.parse import urlsplit

import msgspec

from elt.local.sample_api.people import Selection, users

SEED = "bench"
RESULTS = 5_000


def main() -> int:
    """Measure and print; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=20, help="prepared pages of 5,000 users")
    parser.add_argument("--seconds", type=float, default=3.0, help="per measurement")
    arguments = parser.parse_args()

    rows = [("users made, per CPU second", *generation(arguments.seconds))]
    with server(arguments.pages) as address:
        for connections in (1, 4, 8):
            figures = serving(address, arguments.pages, connections, arguments.seconds)
            rows.append((f"prepared pages, {connections} connections", *figures))
    sys.stdout.write(f"{'':<32}{'users/s':>12}{'MB/s':>8}\n")
    for name, user_rate, megabytes in rows:
        sys.stdout.write(f"{name:<32}{user_rate:>12,.0f}{megabytes:>8,.0f}\n")
    return 0


def generation(seconds: float) -> tuple[float, float]:
    """Users and megabytes per second of CPU time, made from nothing in one thread."""
    today = date(2026, 1, 1)
    users(Selection(SEED, 1, RESULTS), today)
    made = size = 0
    start = time.process_time()
    while (elapsed := time.process_time() - start) < seconds:
        page = users(Selection(SEED, 2 + made, 1_000), today)
        made += len(page)
        size += len(msgspec.json.encode(page))
    return made / elapsed, size / elapsed / 1e6


@contextmanager
def server(pages: int) -> Iterator[tuple[str, int]]:
    """A sample API of its own, with the pages prepared; yields host and port."""
    command = [sys.executable, "-m", "elt.local.sample_api"]
    command += ["--prepare", f"{SEED}:{pages}:{RESULTS}", "--cache-mb", str(6 * pages + 1)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            parts = urlsplit(line.strip())
            if parts.hostname is None or parts.port is None:
                raise SystemExit("The sample API did not start; what it said is above.")
            yield parts.hostname, parts.port
        finally:
            process.terminate()


def serving(
    address: tuple[str, int], pages: int, connections: int, seconds: float
) -> tuple[float, float]:
    """Users and megabytes a second, received over so many connections at once."""
    received = [(0, 0)] * connections
    start = time.perf_counter()

    def pull(number: int) -> None:
        count = size = 0
        buffer = bytearray(8 * 1024 * 1024)
        with socket.create_connection(address) as connection:
            while time.perf_counter() - start < seconds:
                page = 1 + (number + count) % pages
                size += fetch(connection, page, buffer)
                count += 1
        received[number] = (count, size)

    threads = [threading.Thread(target=pull, args=(n,)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed = time.perf_counter() - start
    return (
        sum(count for count, _ in received) * RESULTS / elapsed,
        sum(size for _, size in received) / elapsed / 1e6,
    )


def fetch(connection: socket.socket, page: int, buffer: bytearray) -> int:
    """Receive one page into the buffer and check its length; returns the bytes of the body."""
    path = f"/api/1.4/?seed={SEED}&page={page}&results={RESULTS}"
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())
    view = memoryview(buffer)
    filled, end = 0, -1
    while end < 0:
        filled += receive(connection, view[filled:])
        end = buffer.find(b"\r\n\r\n", 0, filled)
    head = bytes(view[:end]).lower()
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise SystemExit(f"The sample API answered {head[:80]!r}.")
    length = int(head.split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
    while filled < end + 4 + length:
        filled += receive(connection, view[filled : end + 4 + length])
    return length


def receive(connection: socket.socket, into: memoryview) -> int:
    """Receive some bytes; ends the measurement where the server closed the connection."""
    count = connection.recv_into(into)
    if not count:
        raise SystemExit("The sample API closed a connection.")
    return count


if __name__ == "__main__":
    raise SystemExit(main())
