"""The page Data without Airflow around it: our app on a port, as Airflow mounts it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from elt.ui.app import app
from elt.ui.plugin import PREFIX


@contextmanager
def served() -> Iterator[str]:
    """The URL of the page; nobody is asked for a login."""
    outer = FastAPI()
    outer.mount(PREFIX, app)
    server = uvicorn.Server(uvicorn.Config(outer, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    (listener,) = server.servers[0].sockets
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}{PREFIX}/data"
    finally:
        server.should_exit = True
        thread.join(10)
