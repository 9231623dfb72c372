"""`elt status` of the embedded stack."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime

import psycopg
from rich.console import Console

from elt import warehouse
from elt.local import occupancy
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.stack import elsewhere, status, status_words
from elt.stack.status import Report


def show(home: Home, console: Console, options: argparse.Namespace) -> int:
    """Print the status of the embedded stack; the command's exit code.

    Raises StackError where it is not as ``options`` want it (`elt.stack.status_words`).
    """
    occupant = occupancy.read(home)
    is_up = occupant is not None and occupant.command == "up"
    url = occupant.url if is_up and occupant else None
    named = elsewhere.named(os.environ)
    report = Report()
    manifest = home.dbt_target / "manifest.json"
    if named is not None:
        try:
            with elsewhere.connect(named, warehouse.READER) as connection:
                report = status.collect(connection, datetime.now(UTC), manifest)
        except psycopg.Error as error:
            raise elsewhere.refusal(named, warehouse.READER, error) from None
    elif home.exists:
        with (
            Cluster(home, home.secrets()).lease() as lease,
            psycopg.connect(lease.server.dsn(warehouse.READER)) as connection,
        ):
            report = status.collect(connection, datetime.now(UTC), manifest)
    # Where one of them is in another shell, Airflow's is not the one that is shown.
    shown = named and named.title
    if options.json:
        about = {"warehouse": shown} if shown else {}
        text = status.as_json(report, up=is_up, url=url, home=str(home.root), **about)
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    else:
        console.print(f"Airflow is up at {url}" if url else "Airflow is down (`elt up` starts it)")
        if shown:
            console.print(f"Warehouse: {shown}", markup=False, highlight=False, soft_wrap=True)
        if is_up and occupant and occupant.warehouse != shown:
            own = "the stack's own warehouse"
            console.print(
                f"Airflow loads into {occupant.warehouse or own}; this is of {shown or own}.",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )
        status_words.show(report, console, advice="`elt run` loads the first users")
    status_words.expect_as_asked(report, options)
    return 0
