"""`elt status` of the embedded stack."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import psycopg
from rich.console import Console

from elt import warehouse
from elt.local import occupancy
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.stack import status, status_words
from elt.stack.status import Report


def show(home: Home, console: Console, options: argparse.Namespace) -> int:
    """Print the status of the embedded stack; the command's exit code.

    Raises StackError where it is not as ``options`` want it (`elt.stack.status_words`).
    """
    occupant = occupancy.read(home)
    is_up = occupant is not None and occupant.command == "up"
    url = occupant.url if is_up and occupant else None
    report = Report()
    if home.exists:
        manifest = home.dbt_target / "manifest.json"
        with (
            Cluster(home, home.secrets()).lease() as lease,
            psycopg.connect(lease.server.dsn(warehouse.READER)) as connection,
        ):
            report = status.collect(connection, datetime.now(UTC), manifest)
    if options.json:
        text = status.as_json(report, up=is_up, url=url, home=str(home.root))
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(f"Airflow is up at {url}" if url else "Airflow is down (`elt up` starts it)")
        status_words.show(report, console, advice="`elt run` loads the first users")
    status_words.expect_as_asked(report, options)
    return 0
