"""The page "Data" of a warehouse with a long history: server time of what it asks for.

A ledger of 100,000 loads, staged and built, a history of dbt with 40 results a load for the last
10,000 of them, a million staged records of which 100,000 have a fault, and a mart of a million
rows, on the machine's own PostgreSQL.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from bench import report
from elt import warehouse
from elt.local import postgres
from elt.local.airflow_home import dbt_secret, public_environment
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.stack import dbt_manifest
from elt.stack.airflow_config import connections
from elt.stack.folders import project_root
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server

LOADS = 100_000
RUNS = 9
TARGET_MS = 300

_FILL = (
    """
    insert into raw.loads
    select
        i, 'randomuser__users', 'user_processing', 'scheduled__' || i, repeat('x', 150),
        'sha256:' || repeat('0', 64), 1, (1000 + random() * 1000)::int, 1000000,
        now() - (%(loads)s - i) * interval '1 hour', now(), now(),
        now() - (%(loads)s - i) * interval '1 hour'
    from generate_series(1, %(loads)s) as i
    """,
    """
    insert into ops.dbt_results
    select
        'user_processing', 'scheduled__' || l, 'transform.users.test', l, 'invocation-' || l,
        n.node, case when random() < 0.99 then n.good else n.bad end, null, 0.1, 0,
        now() - (%(loads)s - l) * interval '1 hour', null
    from generate_series(%(loads)s - 9999, %(loads)s) as l
    cross join unnest(%(nodes)s::text[], %(good)s::text[], %(bad)s::text[]) as n (node, good, bad)
    """,
    """
    insert into ops.staged_loads
    select
        'analytics.stg_randomuser__users', l.load_id, l.load_id, l.source, l.account, l.period,
        l.records, 0, 0, 'definition', false, 'invocation', now()
    from raw.loads as l
    """,
    """
    insert into ops.built_loads
    select
        'analytics.users', 1, s.load_id, s.staged_no, s.source, s.account, s.period, s.records,
        0, 0, 0, 0, 0, 'definition', 'invocation', now()
    from ops.staged_loads as s
    """,
    """
    insert into analytics.stg_randomuser__users (
        load_id, record_no, load_period, user_id, row_hash, street_name, rejection_reason, misfits,
        faulty_record
    )
    select
        case when i > 900000 then %(loads)s - 999 + i %% 1000 else i %% %(loads)s end,
        i, now(), gen_random_uuid(), md5(i::text), repeat('z', 200),
        case when i > 950000 then 'login.uuid: missing' end,
        case
            when i between 900001 and 950000
                then 'field_' || i %% 20 || ': not an integer; other: not a date'
        end,
        case when i > 900000 then jsonb_build_object('x', repeat('y', 800)) end
    from generate_series(1, 1000000) as i
    """,
    """
    insert into analytics.users (
        user_id, row_hash, load_id, load_period, firstname, street_name, picture_large_url
    )
    select
        gen_random_uuid(), md5(i::text), i %% %(loads)s, now(), 'name', repeat('z', 200),
        repeat('p', 100)
    from generate_series(1, 1000000) as i
    """,
)


def run() -> None:
    """Fill a warehouse, then ask what the page asks, several times; median and most are printed."""
    with tempfile.TemporaryDirectory(prefix="elt-bench-") as folder:
        home = Home(Path(folder))
        with Cluster(home, home.create()).lease() as lease:
            _prepare(home, lease.server)
            _measure()


def _prepare(home: Home, server: Server) -> None:
    from dbt.cli.main import dbtRunner

    postgres.prepare(server)
    for name, fields in connections({"randomuser_api": "http://unused"}, server).items():
        os.environ[f"AIRFLOW_CONN_{name.upper()}"] = json.dumps(fields)
    variables = {**public_environment(home, server), **dbt_secret(server)}
    os.environ.update(variables, AIRFLOW_HOME=str(home.airflow))
    project = project_root() / "dbt_project"
    dbt_manifest.refresh(project, {**os.environ}, home.logs / "dbt")
    os.environ["ELT_DBT_PROJECT"] = str(project)

    from airflow.providers.postgres.hooks.postgres import PostgresHook

    from dags.user_processing import users
    from elt.health import tables
    from elt.load import raw_tables
    from elt.transform import results

    raw_tables.create_tables(PostgresHook(postgres_conn_id=warehouse.LOADER_CONN_ID), users)
    built = dbtRunner().invoke(
        [
            *("--quiet", "build", "--exclude-resource-types=unit_test"),
            *(f"--project-dir={project}", f"--profiles-dir={project}"),
            f"--log-path={home.logs / 'dbt'}",
        ]
    )
    if not built.success:
        raise RuntimeError(f"dbt build failed: {built.exception}")
    with psycopg.connect(server.dsn(warehouse.TRANSFORMER, warehouse.WAREHOUSE_DATABASE)) as made:
        results._create_table(made)
    known = tables.read(project / "target" / "manifest.json").tables.values()
    models = [table.node for table in known if not table.is_raw]
    tests = [test.node for table in known for test in table.tests]
    with psycopg.connect(
        server.dsn(SUPERUSER, warehouse.WAREHOUSE_DATABASE), autocommit=True
    ) as connection:
        for statement in _FILL:
            connection.execute(
                statement.encode(),
                {
                    "loads": LOADS,
                    "nodes": models + tests,
                    "good": ["success"] * len(models) + ["pass"] * len(tests),
                    "bad": ["error"] * len(models) + ["fail"] * len(tests),
                },
            )
        connection.execute("vacuum analyze")


def _measure() -> None:
    from elt.health import tables
    from elt.transform import project
    from elt.ui import health

    known = tables.read(project.manifest())
    users = known.tables["analytics.users"]
    asked: dict[str, Callable[[], object]] = {
        "all tables": lambda: health.listing(known),
        "analytics.users, last 90 loads": lambda: health.detail(known, users, 90),
        "analytics.users, all loads": lambda: health.detail(known, users, None),
    }
    rows = []
    for what, ask in asked.items():
        ask()
        times = []
        for _ in range(RUNS):
            begun = time.perf_counter()
            ask()
            times.append((time.perf_counter() - begun) * 1000)
        rows.append((what, f"{statistics.median(times):.0f}", f"{max(times):.0f}", str(TARGET_MS)))
    report.table(("server time", "median ms", "most ms", "target"), rows)
