"""How fast the sample API makes users, and how fast it serves pages it has made.

A server of its own serves prepared pages of 5,000 users over keep-alive connections, which raw
sockets pull.
"""

from __future__ import annotations

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
import requests

from bench import report
from elt.extract.decode import json
from elt.extract.decode.redaction import redactions
from sample_api.people import Selection, users

SEED = "bench"
RESULTS = 5_000


def run(pages: int = 20, seconds: float = 3.0) -> None:
    """Measure each way for ``seconds`` with ``pages`` pages, and print."""
    made = generation(seconds)
    rows = [("made, per CPU second", *made)]
    with server(pages) as address:
        for connections in (1, 4, 8):
            served = serving(address, pages, connections, seconds)
            rows.append((f"prepared pages, {connections} connections", *served))
    report.table(
        ["", "users/s", "MB/s", "to made"],
        [
            [name, f"{user_rate:,.0f}", f"{megabytes:,.0f}", f"{user_rate / made[0]:.1f}"]
            for name, user_rate, megabytes in rows
        ],
    )


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
def server(pages: int, results: int = RESULTS) -> Iterator[tuple[str, int]]:
    """A sample API of its own, with the pages prepared; yields host and port."""
    command = [sys.executable, "-m", "sample_api"]
    command += ["--prepare", f"{SEED}:{pages}:{results}"]
    command += ["--cache-mb", str(1 + pages * results * 1_200 // 1_000_000)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            parts = urlsplit(line.strip())
            if parts.hostname is None or parts.port is None:
                raise SystemExit("The sample API did not start; what it said is above.")
            yield parts.hostname, parts.port
        finally:
            process.terminate()


def records(url: str, pages: int, results: int) -> Iterator[list[bytes]]:
    """The users of each page as they are landed: without passwords."""
    tree = redactions(["login.password"])
    for page in range(1, pages + 1):
        params: dict[str, str | int] = {"seed": SEED, "page": page, "results": results}
        response = requests.get(f"{url}/api/1.4/", params=params, timeout=60)
        response.raise_for_status()
        found, _ = json.split(response.content, "results", None, (), tree)
        yield found


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
