"""`elt status` of the embedded stack."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
from rich.console import Console

from elt import warehouse
from elt.local import occupancy
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.stack import freshness, status
from elt.stack.status import Report


def show(home: Home, console: Console, *, as_json: bool) -> int:
    """Print the status of the embedded stack; the command's exit code."""
    occupant = occupancy.read(home)
    is_up = occupant is not None and occupant.command == "up"
    url = occupant.url if is_up and occupant else None
    report = Report([], {}, [])
    now = datetime.now(UTC)
    manifest = home.dbt_target / "manifest.json"
    if home.exists:
        with (
            Cluster(home, home.secrets()).lease() as lease,
            psycopg.connect(lease.server.dsn(warehouse.READER)) as connection,
        ):
            report = status.collect(connection, now, freshness.rules(manifest))
    if as_json:
        text = status.as_json(report, up=is_up, url=url, home=str(home.root))
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        return 0
    console.print(f"Airflow is up at {url}" if url else "Airflow is down (`elt up` starts it)")
    status.show(report, now, console, advice="`elt run` loads the first users")
    return 0
