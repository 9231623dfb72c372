"""100,000 users, 1,000 a page, from the sample API into the raw table of an embedded PostgreSQL.

Each extract runs in a process of its own, as a task does. The floor beside which it is put is
``psql \\copy`` of the same records from a local file into a table with one jsonb column.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from bench import embedded, floor, report
from bench.embedded import Cpu
from bench.sample_api import SEED, records, server
from elt.local import postgres
from elt.source.period import Period
from elt.stack.server import Server

PAGE = 1_000
FEW, MANY = 20, 100
ROUNDS = 3


def run() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory(prefix="elt-bench-") as name,
        embedded.server(Path(name)) as database,
        server(MANY, PAGE) as (host, port),
    ):
        postgres.prepare(database)
        _measure(database, f"http://{host}:{port}", Path(name))


def _measure(database: Server, url: str, folder: Path) -> None:
    environment = {**os.environ, **embedded.hooks(database, url, folder)}
    file = folder / "records.ndjson"
    floor.write(chain.from_iterable(records(url, MANY, PAGE)), file)
    few, many, floors = [], [], []
    for _ in range(ROUNDS):
        few.append(_extract(FEW, environment))
        many.append(_extract(MANY, environment))
        floors.append(floor.load(database, file, Cpu(folder)).copied)
    copied = statistics.median(floors)
    rows = [[f"psql \\copy, {MANY * PAGE:,} records", "", "", f"{copied:.2f}", "1.00", ""]]
    for pages, results in ((FEW, few), (MANY, many)):
        fetch, land = (statistics.median(r[name] for r in results) for name in ("fetch", "land"))
        against = f"{(fetch + land) / copied:.2f}" if pages == MANY else ""
        peak = max(r["peak"] for r in results) / 2**20
        started = min(r["started"] for r in results) / 2**20
        rows.append(
            [
                f"fetch and land, {pages * PAGE:,} records in {pages} pages",
                f"{fetch:.2f}",
                f"{land:.2f}",
                f"{fetch + land:.2f}",
                against,
                f"{peak:.0f} ({started:.0f})",
            ]
        )
    report.table(["", "fetch s", "land s", "both s", "ratio", "peak MiB (before)"], rows)
    report.line(f"medians of {ROUNDS} rounds; memory: the highest peak of any round")


def _extract(pages: int, environment: dict[str, str]) -> dict[str, float]:
    """Seconds to fetch and to land, memory in bytes before and at most."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.landing", str(pages)],
        cwd=Path(__file__).resolve().parents[1],
        env=environment,
        stdout=subprocess.PIPE,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def extract(pages: int) -> dict[str, float]:
    """What ``_extract`` says, of this process."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    from elt.airflow.hook import ApiHook
    from elt.extract import fetch
    from elt.extract.spool import Spool
    from elt.load import landing, ledger, raw_tables
    from elt.source import PageNumber, Source

    source = Source(
        name="randomuser",
        entity="users",
        conn_id="randomuser_api",
        endpoint="/api/1.4/",
        records_path="results",
        error_path="error",
        redact=("login.password",),
        pagination=PageNumber(
            page_param="page", size_param="results", page_size=PAGE, endless=True
        ),
    )
    loader = PostgresHook(postgres_conn_id="warehouse_loader")
    raw_tables.create_tables(loader, source)
    api = ApiHook(source.conn_id)
    started = report.memory("VmRSS")
    begun = time.perf_counter()
    with Spool() as spool:
        fetched = fetch.fetch(api, source, {"seed": SEED}, pages * PAGE, spool)
        there = time.perf_counter()
        run = ledger.Run("bench", str(pages))
        # A period of its own each time: replacing a load is another measurement.
        period = datetime.now(UTC)
        ref = landing.land(loader, source, Period(period, source.period), run, spool, fetched)
        done = time.perf_counter()
    if ref["records"] != pages * PAGE:
        raise SystemExit(f"{ref['records']} records were landed.")
    return {
        "fetch": there - begun,
        "land": done - there,
        "started": started,
        "peak": report.memory("VmHWM"),
    }


if __name__ == "__main__":
    report.line(json.dumps(extract(int(sys.argv[1]))))
