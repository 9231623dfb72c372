"""The pages "Data" and "dbt docs": what they say of a real warehouse, and to whom."""

from __future__ import annotations

import io
import json
import os
import shutil
import socket
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from airflow.api_fastapi.core_api import security
from fastapi.routing import APIRoute
from rich.console import Console
from starlette.testclient import TestClient

from elt import warehouse as names
from elt.health import tables
from elt.health.tables import Project, Table
from elt.local import summary
from elt.local.home import Home
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.transform import project as dbt_files
from elt.transform.freshness import Rule
from elt.ui import failing, field_changes, health, loads, rejected, sizes, snapshot, states
from elt.ui import results as shown_results
from elt.ui.app import app
from elt.ui.failing import MASK
from elt.ui.health import Detail
from elt.ui.loads import Load
from elt.ui.rejected import Faults
from elt.ui.snapshot import Snapshot
from elt.ui.states import TableState
from tests.integration import load_log
from tests.integration.conftest import DBT_PROJECT, Dbt, Land, Record, Sql, parse, user

NAMES = [
    "raw.cbr__exchange_rates",
    "raw.randomuser__users",
    "raw.rickandmorty__locations",
    "analytics.countries",
    "analytics.stg_cbr__exchange_rates",
    "analytics.stg_randomuser__users",
    "analytics.stg_rickandmorty__locations",
    "analytics.exchange_rates",
    "analytics.locations",
    "analytics.rejected_exchange_rates",
    "analytics.rejected_locations",
    "analytics.rejected_records",
    "analytics.top_locations",
    "analytics.users",
    "analytics.users_by_country",
]
"""All tables of our project, in the order of the flow."""

RULE = Rule(timedelta(hours=26), timedelta(hours=50))
LINK = "<img src=x onerror=alert(1)>"

PATHS = [
    "/data",
    "/files/data.css",
    "/files/data.js",
    "/files/none",
    "/api/tables",
    "/api/tables/analytics.users",
    "/api/tables/analytics.users/tests/test.elt.unique_users_user_id.dff2f1fba5",
    "/docs/",
    "/docs/manifest.json",
    "/docs/catalog.json",
]
"""One or more of every route."""

PROJECT = {
    "models/staging/crm/_crm__sources.yml": """
        sources:
          - name: crm
            tables:
              - {name: crm__notes}
              - name: crm__calls
                config: {freshness: {warn_after: {count: 1, period: day}}}
              - name: crm__orders
                config:
                  freshness:
                    warn_after: {count: 2, period: day}
                    error_after: {count: 3, period: day}
          - name: shop
            config:
              freshness:
                warn_after: {count: 90, period: minute}
                error_after: {count: 5, period: day}
            tables: [{name: shop__orders}]
        """,
    "models/staging/crm/stg_notes.sql": "select 1 as id from {{ source('crm', 'crm__notes') }}",
    "models/staging/crm/stg_crm.sql": "select 1 as id from {{ source('crm', 'crm__orders') }}",
    "models/staging/crm/stg_shop.sql": "select 1 as id from {{ source('shop', 'shop__orders') }}",
    "models/marts/all_orders.sql": """
        {{ config(materialized='ephemeral') }}
        select id from {{ ref('stg_crm') }} union all select id from {{ ref('stg_shop') }}
        """,
    "models/marts/an_order.sql": """
        select id from {{ ref('all_orders') }} union select id from {{ ref('stg_crm') }}
        """,
    "models/marts/an_order.yml": f"""
        models:
          - name: an_order
            description: "{LINK}"
            columns: [{{name: "{LINK}", data_tests: [unique]}}]
        """,
    "models/marts/a_summary.sql": "select count(*) as n from {{ ref('an_order') }}",
    "models/marts/load_ages.sql": "select load_id from {{ source('elt', 'loads') }}",
    "tests/assert_orders_of_users.sql": """
        select 1 from {{ ref('an_order') }} cross join {{ ref('users') }}
        cross join {{ source('elt', 'loads') }}
        """,
}
"""Files that join our own dbt project, by path."""


def rule_of(warn: int | None, error: int | None) -> Rule:
    """A rule in seconds."""
    return Rule(*(None if age is None else timedelta(seconds=age) for age in (warn, error)))


def period(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def known_project() -> Project:
    return tables.read(dbt_files.manifest())


def known_tables() -> dict[str, Table]:
    return known_project().tables


def state(name: str) -> TableState:
    """The state of a table as the list has it."""
    return {one.name: one for one in health.listing(known_project()).tables}[name]


def detail(name: str, plotted: int | None = None) -> Detail:
    _, found = health.detail(known_project(), known_tables()[name], plotted)
    return found


def points(name: str, loads: int | None = None) -> list[tuple[str, int]]:
    return [
        (point["at"].date().isoformat(), point["records"]) for point in detail(name, loads).plot
    ]


@pytest.fixture
def nothing(
    airflow_connections: None, dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Table]:
    """A warehouse that nothing has been landed in; the tables that dbt knows."""
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    return known_tables()


@pytest.fixture
def many(land: Land, sql: Sql) -> None:
    """A load a day, 1,000 days; the records of load n are n."""
    sql(
        "insert into raw.loads select n, 'randomuser__users', 'test', 'run', '', '', 1, n, 0,"
        " '2020-01-01Z'::timestamptz + n * interval '1 day', now(), now(), now()"
        " from generate_series(1, 1000) as n"
    )


@pytest.fixture
def rejects(land: Land, sql: Sql) -> Callable[..., None]:
    """The view of rejected records: ``rejects(("a reason", None), (None, "gap: not a date"))``.

    Of each record, in a load of its own, why it is rejected, or which of its fields are null.
    """
    sql(
        "create table analytics.stg_randomuser__users (load_id bigint, record_no integer,"
        " rejection_reason text, misfits text, load_period timestamptz);"
        "create view analytics.rejected_records as"
        " select *, 'randomuser__users'::text as source from analytics.stg_randomuser__users"
        " where rejection_reason is not null or misfits is not null",
        role=names.TRANSFORMER,
    )

    def reject(*records: tuple[str | None, str | None]) -> None:
        for number, words in enumerate(records, 1):
            reason, misfits = ("null" if one is None else f"'{one}'" for one in words)
            sql(
                "insert into analytics.stg_randomuser__users values"
                f" ({number}, 1, {reason}, {misfits},"
                f" '2026-11-01Z'::timestamptz + {number} * interval '1 day')"
            )

    return reject


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our dbt project and the files of PROJECT, parsed."""
    folder = tmp_path_factory.mktemp("project") / "dbt_project"
    shutil.copytree(DBT_PROJECT, folder, ignore=shutil.ignore_patterns("target", "logs"))
    for path, text in PROJECT.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    parse(folder)
    return folder


@pytest.fixture
def known(project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Table]:
    """The tables of ``project``."""
    monkeypatch.setenv("ELT_DBT_PROJECT", str(project))
    return known_tables()


@pytest.fixture
def client(dbt_project: Path, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    """Somebody who is logged in and may see assets."""
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    gates = [dependency.dependency for dependency in app.router.dependencies]
    monkeypatch.setattr(app, "dependency_overrides", {gate: lambda: None for gate in gates})
    return TestClient(app)


# The state of the tables


def test_where_nothing_is_yet_every_table_is_listed(nothing: dict[str, Table]) -> None:
    listing = health.listing(known_project())
    assert [one.name for one in listing.tables] == NAMES
    assert listing.strays == []
    assert abs(datetime.now(UTC) - listing.now) < timedelta(minutes=5)
    for one in listing.tables:
        table = nothing[one.name]
        assert one == TableState(
            name=one.name,
            asset=table.asset,
            group=table.group,
            kind="raw" if table.group == "raw" else table.materialized,
            docs=f"{table.node.partition('.')[0]}/{table.node}",
            exists=False,
            rows=None,
            is_estimate=False,
            bytes=None,
            last_load=None,
            newest=None,
            grain=None,
            age=None,
            freshness=None,
            rule=None if one.name == "analytics.countries" else RULE,
            missing=[],
            skipped=[],
            asks_by_period=True,
            behind=None,
            tests={},
            untested=len(table.tests),
            accounts=[],
        )
        said = detail(one.name)
        assert (said.plot, said.loads, said.faults) == ([], [], Faults([], [], 0, 0, True))
        assert not any(test.history for test in said.tests)


def test_a_load_and_a_build_are_told(
    land: Land, dbt: Dbt, dbt_project: Path, record: Record
) -> None:
    ref = land("2026-11-01", user(1), user(2, nat=None), user(3, gender=["no text"]))
    landed = state("raw.randomuser__users")
    assert landed.last_load
    assert (landed.kind, landed.exists, landed.rows, landed.is_estimate) == ("raw", True, 3, False)
    assert landed.last_load == Load(
        ref["load_id"], period("2026-11-01"), "test", "run", landed.last_load.at, 3, ref["bytes"]
    )
    assert (landed.newest, landed.grain) == (period("2026-11-01"), "day")
    since = (datetime.now(UTC) - period("2026-11-02")).total_seconds()
    assert landed.age == pytest.approx(since, abs=300)
    assert landed.freshness == "error"
    assert not state("analytics.users").exists

    assert dbt("build", "--select", "+users_by_country", "+rejected_records").success
    record(dbt_project, load_id=ref["load_id"])
    users = state("analytics.users")
    assert (users.kind, users.exists, users.rows, users.is_estimate) == (
        *("incremental", True, 3),
        False,
    )
    assert users.bytes
    assert users.last_load
    assert users.last_load == Load(
        ref["load_id"], period("2026-11-01"), "a dag", "a build", users.last_load.at, records=3
    )
    assert (users.freshness, users.newest, users.behind) == ("error", landed.newest, None)
    assert users.age == pytest.approx(landed.age, abs=300)
    assert users.tests == {"pass": len(known_tables()["analytics.users"].tests) - 1, "warn": 1}
    assert users.untested == 0

    staged = state("analytics.stg_randomuser__users")
    assert (staged.kind, staged.exists, staged.rows) == ("incremental", True, 3)
    assert staged.bytes
    assert (staged.newest, staged.behind) == (landed.newest, None)
    assert staged.last_load
    assert staged.last_load.load_id == ref["load_id"]

    view = state("analytics.rejected_records")
    assert (view.kind, view.exists, view.rows, view.bytes) == ("view", True, 1, None)
    assert (view.newest, view.behind) == (landed.newest, None)

    seed = state("analytics.countries")
    assert seed.rows == len((dbt_project / "seeds" / "countries.csv").read_text().splitlines()) - 1
    assert seed.last_load
    assert (seed.last_load.load_id, seed.last_load.period) == (None, None)
    assert (seed.rule, seed.freshness, seed.age) == (None, None, None)

    said = detail("analytics.users")
    assert said.reads == ["analytics.stg_randomuser__users"]
    assert said.description.startswith("The users of randomuser.me as last loaded: of each user")
    assert [(load.load_id, load.run_id, load.records) for load in said.loads] == [
        (ref["load_id"], "run", 3)
    ]
    assert (said.faults.rejected, said.faults.lossy_records) == ([], 1)
    assert said.faults.lost == [
        {
            "reason": "gender: not text",
            "records": 1,
            "last_load_id": ref["load_id"],
            "last_period": period("2026-11-01"),
        }
    ]


def test_the_last_load_is_the_last_to_land_and_the_last_build_one_that_went_well(
    land: Land, record: Record
) -> None:
    land("2026-11-02", user(1))
    backfill = land("2026-11-01", user(1), user(2))
    record("model.elt.users", load_id=backfill["load_id"], rows=2)
    record("model.elt.users", "error")
    for name in ("raw.randomuser__users", "analytics.users"):
        load = state(name).last_load
        assert load
        assert (load.load_id, load.period) == (backfill["load_id"], period("2026-11-01"))


def test_a_build_of_a_load_that_was_replaced_since_is_told(land: Land, record: Record) -> None:
    former = land("2026-11-01", user(1))
    record("model.elt.users", load_id=former["load_id"], rows=1)
    land("2026-11-01", user(2))
    found = state("analytics.users")
    assert found.last_load
    assert (found.last_load.load_id, found.last_load.period, found.last_load.run_id) == (
        former["load_id"],
        None,
        "a build",
    )


def test_tests_are_counted_by_their_last_result(nothing: dict[str, Table], record: Record) -> None:
    first, second, third, *others = nothing["analytics.users"].tests
    for node, status in (
        (first.node, "fail"),
        (first.node, "pass"),
        (second.node, "pass"),
        (second.node, "error"),
        (third.node, "pass"),
    ):
        record(node, status)
    found = state("analytics.users")
    assert (found.tests, found.untested) == ({"pass": 2, "error": 1}, len(others))


def test_a_large_table_is_estimated(
    nothing: dict[str, Table], sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, rows in (("users", 100_000), ("users_by_country", 10)):
        sql(
            f"create table analytics.{name} as select generate_series(1, {rows}) as n",
            role=names.TRANSFORMER,
        )
    assert (state("analytics.users").rows, state("analytics.users").is_estimate) == (100_000, False)
    monkeypatch.setattr(sizes, "COUNTED_BYTES", 100_000)
    small, large = state("analytics.users_by_country"), state("analytics.users")
    assert (small.rows, small.is_estimate) == (10, False)
    # PostgreSQL has not looked at it yet.
    assert (large.rows, large.is_estimate) == (None, True)
    sql("analyze analytics.users")
    large = state("analytics.users")
    assert (large.rows, large.is_estimate) == (100_000, True)


def test_a_table_that_is_none_of_the_readers_is_estimated(
    nothing: dict[str, Table], sql: Sql
) -> None:
    sql("create table analytics.users as select 1 as n")
    sql("analyze analytics.users")
    found = state("analytics.users")
    assert (found.exists, found.rows, found.is_estimate) == (True, 1, True)


def test_tables_that_are_being_built_anew_are_not_waited_for(
    warehouse: Server, land: Land, rejects: Callable[..., None], sql: Sql
) -> None:
    land("2026-11-01", user(1), user(2))
    rejects(("a reason", None))
    sql("create table analytics.users as select 1 as n", role=names.TRANSFORMER)
    sql("analyze")
    with psycopg.connect(warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)) as builder:
        builder.execute(
            "lock table analytics.users, analytics.stg_randomuser__users in access exclusive mode"
        )
        begun = time.monotonic()
        found, said = health.detail(known_project(), known_tables()["analytics.users"], None)
        landed = state("raw.randomuser__users")
        assert time.monotonic() - begun < 15
        builder.rollback()
    assert (found.exists, found.rows, found.is_estimate, found.bytes) == (True, 1, True, None)
    assert landed.rows == 2
    assert said.faults == Faults([], [], 0, 0, False)
    assert [load.records for load in said.loads] == [2]
    assert detail("analytics.users").faults.rejected_records == 1


def test_a_table_that_is_dropped_meanwhile_has_no_rows(
    warehouse: Server, nothing: dict[str, Table], sql: Sql
) -> None:
    sql("create table analytics.users as select 1 as n", role=names.TRANSFORMER)
    with psycopg.connect(warehouse.dsn(names.READER, names.WAREHOUSE_DATABASE)) as connection:
        taken = Snapshot(connection)
        sql("drop table analytics.users")
        (found,) = states.states(taken, known_project(), [nothing["analytics.users"]])
    assert (found.rows, found.bytes) == (None, None)


def test_the_page_reads_as_the_reader_in_one_snapshot_and_cannot_write(
    nothing: dict[str, Table], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    class Seen(Snapshot):
        def __init__(self, connection: psycopg.Connection[Any]) -> None:
            super().__init__(connection)
            seen.append(
                connection.execute(
                    "select current_user, current_setting('transaction_read_only'),"
                    " current_setting('transaction_isolation'), current_setting('lock_timeout')"
                ).fetchone()
            )

    monkeypatch.setattr(health, "Snapshot", Seen)
    state("analytics.users")
    detail("analytics.users")
    assert seen == [(names.READER, "on", "repeatable read", "1s")] * 2


# Plots, loads


def test_a_plot_has_a_point_a_load_by_period(land: Land) -> None:
    land("2026-11-03", user(1))
    land("2026-11-01", user(1), user(2), user(3))
    last = land("2026-11-02", user(1), user(2))
    expected = [("2026-11-01", 3), ("2026-11-02", 2), ("2026-11-03", 1)]
    for name in ("raw.randomuser__users", "analytics.stg_randomuser__users", "analytics.users"):
        for plotted in (None, 3, 300, 301):
            assert points(name, plotted) == expected
    for plotted in (2, None):
        assert detail("analytics.users", plotted).plot[-2] == {
            "source": "randomuser__users",
            "at": period("2026-11-02"),
            "loads": 1,
            "records": 2,
            "least": 2,
            "most": 2,
            "load_id": last["load_id"],
        }
    assert points("analytics.users", 2) == expected[1:]
    assert points("analytics.countries") == []
    assert [load.period for load in detail("analytics.users").loads] == [
        period(day) for day in ("2026-11-03", "2026-11-02", "2026-11-01")
    ]


def test_a_plot_of_one_load_is_a_point(land: Land) -> None:
    land("2026-11-01", user(1))
    for plotted in (None, 1, 365):
        assert points("analytics.users", plotted) == [("2026-11-01", 1)]


def test_many_loads_share_the_points_of_a_plot(many: None) -> None:
    for plotted, first in ((None, 1), (100_000, 1), (1000, 1), (999, 2), (365, 636)):
        plot = detail("analytics.users", plotted).plot
        assert 200 < len(plot) <= loads.BINS
        assert sum(point["loads"] for point in plot) == 1001 - first
        assert sorted(plot, key=lambda point: point["at"]) == plot
        for point in plot:
            # The loads from `least` to `most`, since each has as many records as its number.
            assert point["most"] - point["least"] == point["loads"] - 1
            assert point["records"] == pytest.approx((point["least"] + point["most"]) / 2, abs=0.5)
            assert point["at"] == period("2020-01-01") + timedelta(days=point["least"])
            assert point["load_id"] == point["most"]
        assert (plot[0]["least"], plot[-1]["most"]) == (first, 1000)


def test_few_of_many_loads_are_the_newest(many: None) -> None:
    for plotted in (1, 30, loads.BINS):
        said = detail("analytics.users", plotted)
        assert [point["records"] for point in said.plot] == list(range(1001 - plotted, 1001))
        assert [load.load_id for load in said.loads] == list(range(1000, 980, -1))


def test_a_plot_of_two_sources_has_the_points_of_each(land: Land, sql: Sql) -> None:
    """Each by its own loads, of which the other may have many fewer."""
    land("2026-11-01", user(1))
    sql(
        "insert into raw.loads select n, 'shop__orders', 'test', 'run', '', '', 1, n, 0,"
        " '2026-11-01Z'::timestamptz + n * interval '1 hour', now(), now(), now()"
        " from generate_series(11, 13) as n"
    )
    table = replace(
        known_tables()["analytics.users"], sources=("randomuser__users", "shop__orders")
    )
    ours, theirs = [("randomuser__users", 1)], [("shop__orders", n) for n in (11, 12, 13)]
    for plotted, expected in ((None, theirs), (400, theirs), (2, theirs[1:])):
        _, said = health.detail(known_project(), table, plotted)
        assert [(point["source"], point["records"]) for point in said.plot] == ours + expected
        assert [load.records for load in said.loads] == [13, 12, 11, 1]


def test_the_history_of_a_test_is_bounded_and_ends_with_the_newest(
    nothing: dict[str, Table], record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shown_results, "HISTORY", 3)
    ran, *others = nothing["analytics.users"].tests
    for day, status in ((4, "fail"), (1, "pass"), (3, "warn"), (2, "pass")):
        at = datetime(2026, 11, day, tzinfo=UTC)
        record(ran.node, status, failures=day, at=at, load_id=day)
    found = {test.name: test.history for test in detail("analytics.users").tests}
    assert found == {ran.name: found[ran.name]} | {test.name: [] for test in others}
    assert [(one["status"], one["failures"]) for one in found[ran.name]] == [
        ("pass", 2),
        ("warn", 3),
        ("fail", 4),
    ]
    assert found[ran.name][-1] == {
        "status": "fail",
        "failures": 4,
        "seconds": 0.5,
        "dag_id": "a dag",
        "run_id": "a build",
        "task_id": "t",
        "load_id": 4,
        "at": datetime(2026, 11, 4, tzinfo=UTC),
    }


def fault(reason: str, records: int, load_id: int) -> dict[str, Any]:
    last = period("2026-11-01") + timedelta(days=load_id)
    return {"reason": reason, "records": records, "last_load_id": load_id, "last_period": last}


def test_rejected_records_are_counted_by_reason_and_lost_fields_each_by_itself(
    rejects: Callable[..., None], sql: Sql
) -> None:
    rejects(
        ("rare", None),
        ("often: a; b", "gap: not an integer"),
        ("often: a; b", None),
        (None, "gap: not an integer; born: not a date"),
        (None, "gap: not an integer"),
        (None, None),
    )
    for name in ("raw.randomuser__users", "analytics.users"):
        assert detail(name).faults == Faults(
            rejected=[fault("often: a; b", 2, 3), fault("rare", 1, 1)],
            lost=[fault("gap: not an integer", 2, 5), fault("born: not a date", 1, 4)],
            rejected_records=3,
            lossy_records=2,
            is_all=True,
        )
    assert detail("analytics.countries").faults == Faults([], [], 0, 0, True)
    assert detail("analytics.exchange_rates").faults == Faults([], [], 0, 0, True)


@pytest.mark.parametrize(
    ("pipeline", "said"),
    [
        ("user_processing", "1 users, 2 rejected records, 1 record without a field that did not"),
        ("other", "Rows: users 1; 1 rejected records."),
    ],
)
def test_a_run_says_how_many_records_have_a_fault(
    pipeline: str,
    said: str,
    warehouse: Server,
    rejects: Callable[..., None],
    record: Record,
    sql: Sql,
    tmp_path: Path,
) -> None:
    """Of users those of all loads, else those of the loads of the run."""
    load_log.create(sql)
    rejects(("a reason", None), ("a reason", "x: not a date"), (None, "x: not a date"))
    sql(
        "create table analytics.users as select 'Ann'::text as firstname, ''::text as lastname,"
        " 'Spain'::text as country, ''::text as email",
        role=names.TRANSFORMER,
    )
    sql(
        "insert into raw.loads select 1, 'randomuser__users', 'other', 'a run', '', '', 1, 1, 0,"
        " '2026-11-02Z', now(), now(), now()"
    )
    record("model.elt.stg_randomuser__users")
    record("model.elt.users")
    sql("update ops.dbt_results set dag_id = 'other', run_id = 'a run'")
    sql(
        f"insert into ops.staged_loads select '{load_log.STAGING}', 1, 1, 'randomuser__users', '',"
        " now(), 1, 0, 0, '', false, '', now()"
    )
    output = io.StringIO()
    summary.show(
        Home(tmp_path),
        warehouse,
        summary.Run(pipeline, "a run"),
        Console(file=output, width=500),
        seconds=1,
        log=tmp_path / "log",
        database="the warehouse",
    )
    assert said in output.getvalue()


def test_of_very_many_faulty_records_the_newest_are_counted(
    rejects: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rejected, "LOOKED_AT", 4)
    monkeypatch.setattr(rejected, "REASONS", 1)
    rejects(("oldest", None), (None, "a; b"), ("third", None), ("fourth", None), ("third", None))
    assert detail("analytics.users").faults == Faults(
        rejected=[fault("third", 2, 5)],
        lost=[fault("a", 1, 2)],
        rejected_records=3,
        lossy_records=1,
        is_all=False,
    )


def test_rows_of_rejected_records_are_counted_up_to_a_bound(
    rejects: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rejects(("a", None), (None, "b"), (None, None))
    assert (state("analytics.rejected_records").rows, state("analytics.users").rows) == (2, None)
    monkeypatch.setattr(sizes, "COUNTED_REJECTED", 1)
    assert state("analytics.rejected_records").rows is None


def test_changes_of_schema_come_newest_first_with_the_line_of_a_new_field(
    land: Land, sql: Sql, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert detail("analytics.users").field_changes == []
    load_log.change(sql, 1, "location.floor", "appeared", "", "number")
    load_log.change(sql, 2, "it's {{ this }}", "appeared", "", "string")
    load_log.change(sql, 3, "dob.age", "type changed", "number", "string")
    load_log.change(sql, 4, "cell", "disappeared", "string", "", model="analytics.stg_other")
    load_log.change(sql, 5, "cell", "disappeared", "string", "")
    found = detail("analytics.stg_randomuser__users").field_changes
    assert [(one.load_id, one.path, one.change) for one in found] == [
        (5, "cell", "disappeared"),
        (3, "dob.age", "type changed"),
        (2, "it's {{ this }}", "appeared"),
        (1, "location.floor", "appeared"),
    ]
    assert [one.line for one in found] == [
        None,
        None,
        "('it_s_this', 'it\\u0027s \\u007b\\u007b this \\u007d\\u007d', 'text'),",
        "('location_floor', 'location.floor', 'numeric'),",
    ]
    assert "a secret" not in repr(found)
    assert (found[1].former_type, found[1].type) == ("number", "string")
    assert found[-1].period == period("2026-11-01")
    # The raw table has those that any staging table of it notices.
    assert len(detail("raw.randomuser__users").field_changes) == 5
    assert detail("analytics.exchange_rates").field_changes == []
    monkeypatch.setattr(field_changes, "LATEST", 1)
    assert detail("analytics.users").field_changes == found[:1]


# What dbt knows


def test_tables_come_in_the_order_of_the_flow_and_the_ledger_is_none(
    known: dict[str, Table],
) -> None:
    assert list(known) == [
        "crm.crm__calls",
        "crm.crm__notes",
        "crm.crm__orders",
        "raw.cbr__exchange_rates",
        "raw.randomuser__users",
        "raw.rickandmorty__locations",
        "shop.shop__orders",
        "analytics.countries",
        "analytics.stg_cbr__exchange_rates",
        "analytics.stg_crm",
        "analytics.stg_notes",
        "analytics.stg_randomuser__users",
        "analytics.stg_rickandmorty__locations",
        "analytics.stg_shop",
        "analytics.load_ages",
        "analytics.exchange_rates",
        "analytics.locations",
        "analytics.rejected_exchange_rates",
        "analytics.rejected_locations",
        "analytics.rejected_records",
        "analytics.top_locations",
        "analytics.users",
        "analytics.an_order",
        "analytics.users_by_country",
        "analytics.a_summary",
    ]


def test_the_strictest_rule_of_all_sources_holds(known: dict[str, Table]) -> None:
    day = timedelta(days=1)
    rules = {name.partition(".")[2]: table.freshness for name, table in known.items()}
    assert rules["crm__calls"] == Rule(day, None)
    assert rules["crm__orders"] == rules["stg_crm"] == Rule(2 * day, 3 * day)
    assert rules["shop__orders"] == rules["stg_shop"] == Rule(timedelta(minutes=90), 5 * day)
    assert rules["an_order"] == rules["a_summary"] == Rule(timedelta(minutes=90), 3 * day)
    assert rules["users"] == RULE
    assert rules["stg_notes"] is rules["load_ages"] is rules["countries"] is None
    assert known["analytics.a_summary"].sources == ("crm__orders", "shop__orders")
    assert known["analytics.load_ages"].sources == known["analytics.countries"].sources == ()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (rule_of(10, 20), ["pass", "warn", "error"]),
        (rule_of(10, None), ["pass", "warn", "warn"]),
        (rule_of(None, 20), ["pass", "pass", "error"]),
        (rule_of(20, 10), ["pass", "error", "error"]),
    ],
)
def test_a_rule_may_say_when_to_warn_or_when_it_is_an_error(rule: Rule, words: list[str]) -> None:
    assert [rule.judge(timedelta(seconds=age)) for age in (10, 15, 21)] == words


def test_what_a_table_is_made_from_is_found_behind_an_ephemeral_model(
    known: dict[str, Table],
) -> None:
    assert known["analytics.an_order"].reads == ("analytics.stg_crm", "analytics.stg_shop")
    assert known["analytics.stg_crm"].reads == ("crm.crm__orders",)
    assert known["analytics.load_ages"].reads == ()


def test_a_test_of_two_tables_is_of_both(known: dict[str, Table]) -> None:
    of = {name: [test.name for test in table.tests] for name, table in known.items()}
    assert of["analytics.an_order"] == ["assert_orders_of_users", f"unique {LINK}"]
    assert "assert_orders_of_users" in of["analytics.users"]
    assert "unique user_id" in of["analytics.users"]
    assert of["analytics.a_summary"] == []


def test_a_new_manifest_is_read_anew(
    dbt_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(tmp_path))
    (tmp_path / "target").mkdir()
    manifest = json.loads((dbt_project / "target" / "manifest.json").read_text())
    for wanted in (NAMES, NAMES[:-1]):
        (tmp_path / "target" / "manifest.json").write_text(json.dumps(manifest))
        assert list(known_tables()) == wanted
        manifest["nodes"].pop("model.elt.users_by_country", None)


# Over HTTP


def test_no_route_answers_without_a_login() -> None:
    stranger = TestClient(app)
    assert {stranger.get(path).status_code for path in PATHS} == {401}


def test_no_route_answers_who_may_not_see_assets(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def is_authorized_asset(**question: Any) -> bool:
        asked.append((question["method"], question["user"]))
        return False

    manager = SimpleNamespace(is_authorized_asset=is_authorized_asset)
    monkeypatch.setattr(security, "get_auth_manager", lambda: manager)
    monkeypatch.setattr(app, "dependency_overrides", {security.get_user: lambda: "somebody"})
    assert {TestClient(app).get(path).status_code for path in PATHS} == {403}
    assert asked == [("GET", "somebody")] * len(PATHS)


def test_every_route_asks_for_login_and_rights() -> None:
    """Also one that is added and that the paths above lack."""
    gates = [dependency.dependency for dependency in app.router.dependencies]
    assert gates[0] is security.get_user
    assert [gate.__qualname__ for gate in gates if gate] == [
        "get_user",
        "requires_access_asset.<locals>.inner",
    ]
    for route in app.routes:
        assert isinstance(route, APIRoute)
        assert {dependency.call for dependency in route.dependant.dependencies} >= set(gates)
        assert any(route.path_regex.match(path) for path in PATHS)


def test_every_answer_has_the_headers(nothing: dict[str, Table], client: TestClient) -> None:
    for path in PATHS:
        answer = client.get(path)
        assert answer.status_code == (404 if path == "/files/none" else 200)
        assert answer.headers["cache-control"] == "private, no-cache"
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'self'")
        assert "frame-ancestors 'self'" in policy
        assert ("'unsafe-eval'" in policy) == (path == "/docs/")


def test_a_file_that_has_not_changed_is_not_sent_again(client: TestClient) -> None:
    for path in ("/data", "/files/data.js", "/docs/"):
        first = client.get(path)
        again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
        assert (first.status_code, again.status_code, again.content) == (200, 304, b"")
        # They replace those of the first answer.
        for name in ("cache-control", "content-security-policy", "etag"):
            assert again.headers[name] == first.headers[name]
        assert client.get(path, headers={"If-None-Match": '"other"'}).content == first.content


def test_tables_as_json(land: Land, client: TestClient) -> None:
    ref = land("2026-11-01", user(1))
    answer = client.get("/api/tables").json()
    assert [table["name"] for table in answer["tables"]] == NAMES
    assert datetime.fromisoformat(answer["now"]).utcoffset() == timedelta(0)
    raw = next(table for table in answer["tables"] if table["name"] == "raw.randomuser__users")
    assert raw["rule"] == {"warn_after": 93600, "error_after": 180000}
    assert raw["last_load"]["period"] == ref["period"] == "2026-11-01T00:00:00+00:00"
    table = client.get("/api/tables/raw.randomuser__users", params={"loads": 90}).json()
    for name in raw.keys() - {"age", "tests"}:
        assert table[name] == raw[name]
    assert (raw["tests"], table["tests"]) == ({}, [])
    assert [point["at"] for point in table["plot"]] == [ref["period"]]


@pytest.fixture
def failed(land: Land, sql: Sql, client: TestClient) -> Callable[..., dict[str, Any]]:
    """A table of users; what the page is told of a test whose SQL is recorded as this."""
    sql(
        "create table analytics.users as select n as load_id, 'GB' as nationality,"
        " 'x' || n as email, case when n % 2 = 0 then 'f' else 'm' end as gender,"
        " md5('a') as password from generate_series(1, 50) as n",
        role=names.TRANSFORMER,
    )

    def ask(kind: str, compiled: str) -> dict[str, Any]:
        test = next(one for one in known_tables()["analytics.users"].tests if kind in one.node)
        sql(
            "delete from ops.dbt_results; insert into ops.dbt_results select 'd', 'r', 't', 1, 'i',"
            f" '{test.node}', 'fail', null, 1, 1, now(), $sql${compiled}$sql$",
            role=names.TRANSFORMER,
        )
        answer = client.get(f"/api/tables/analytics.users/tests/{test.node}")
        assert answer.status_code == 200
        return dict(answer.json())

    return ask


def test_rows_of_a_failing_test_are_few_and_masked(
    failed: Callable[..., dict[str, Any]], record: Record
) -> None:
    record("test.elt.any", "pass")
    text = "select gender as value_field from analytics.users where gender not like 'f%' -- odd"
    found = failed("accepted_values_users_gender", text)
    assert found["sql"] == text
    # The rows of the table, since a value alone says nothing of whose it is.
    assert found["columns"] == ["load_id", "nationality", "email", "gender", "password"]
    assert found["masked"] == ["email", "password"]
    assert found["rows"][0] == ["1", "GB", MASK, "m", MASK]
    assert (len(found["rows"]), found["is_all"]) == (failing.ROWS, False)
    # A column made of others could be made of a masked one.
    found = failed("assert_users", "select load_id, email || '' as other from analytics.users")
    assert (found["masked"], found["rows"][0]) == (["other"], ["1", MASK])


@pytest.mark.parametrize(
    ("compiled", "note"),
    [
        ("select 1 from analytics.users where false", "It finds no rows now"),
        (
            "select 1) as a; drop table analytics.users; select (1",
            "cannot insert multiple commands",
        ),
        ("select set_config('a.b', '', false), pg_sleep(60)", "takes too long"),
        ("select nextval('raw.load_id')", "permission denied"),
        ("select record from raw.randomuser__users", "permission denied for table"),
        ("select no_such_column from analytics.users", "does not exist"),
    ],
)
def test_sql_that_gives_no_rows_is_explained(
    compiled: str,
    note: str,
    failed: Callable[..., dict[str, Any]],
    record: Record,
    monkeypatch: pytest.MonkeyPatch,
    sql: Sql,
) -> None:
    record("test.elt.any", "pass")
    monkeypatch.setattr(snapshot, "_STATEMENT_TIMEOUT", "500ms")
    found = failed("assert_users", compiled)
    assert note in found["note"]
    assert (found["sql"], found["rows"]) == (compiled, [])
    assert sql("select count(*) from analytics.users") == [(50,)]


def test_a_raw_record_is_shown_as_its_source_redacts_it(land: Land, sql: Sql) -> None:
    """Also one that landed before that was declared."""
    sql(
        "create table raw.sources as select 'randomuser__users' as source, 'd' as dag_id,"
        " 'day' as grain, null::text as schedule, null::timestamptz as scheduled_since,"
        " true as asks_by_period, e'login.password\\nlogin.pin' as redact",
        role=names.LOADER,
    )
    sql("grant select on raw.sources to elt_reader", role=names.LOADER)
    test = replace(
        known_tables()["analytics.users"].tests[0],
        looks_at=(("analytics", "stg_randomuser__users"),),
    )
    with Snapshot.taken() as taken:
        trees = failing._trees(taken, known_project(), test)
    shown = failing._text({"login": {"password": "p", "pin": 1, "uuid": "u"}}, trees)
    assert shown == '{"login":{"uuid":"u"}}'


def test_a_test_whose_sql_is_not_recorded(
    nothing: dict[str, Table], client: TestClient, record: Record, sql: Sql
) -> None:
    """It has not run, it passed, or the history is one of an earlier release."""
    (test, *_) = nothing["analytics.users"].tests

    def expect_none() -> None:
        found = client.get(f"/api/tables/marts.users/tests/{test.node}").json()
        assert (found["sql"], found["rows"]) == (None, [])
        assert "the task's log has it" in found["note"]

    expect_none()
    record(test.node, "pass")
    expect_none()
    sql("alter table ops.dbt_results drop column compiled_sql")
    expect_none()
    record(test.node, "pass")
    assert sql("select compiled_sql from ops.dbt_results") == [(None,), (None,)]
    assert client.get("/api/tables/analytics.users/tests/test.elt.none").status_code == 404


def test_what_is_hostile_is_data(
    client: TestClient,
    rejects: Callable[..., None],
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(project))
    rejects((LINK, None))
    answer = client.get("/api/tables/analytics.an_order")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["description"] == LINK
    assert f"unique {LINK}" in [test["name"] for test in answer.json()["tests"]]
    table = client.get("/api/tables/analytics.users").json()
    assert [one["reason"] for one in table["faults"]["rejected"]] == [LINK]
    unknown = client.get(f"/api/tables/{LINK}")
    assert (unknown.status_code, unknown.headers["content-type"]) == (404, "application/json")


@pytest.mark.parametrize("loads", ["0", "-1", "abc", "1.5", "100001", str(10**9), "9" * 99])
def test_a_number_of_loads_that_makes_no_sense(loads: str, client: TestClient) -> None:
    assert client.get("/api/tables/analytics.users", params={"loads": loads}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/api/tables/analytics.none",
        "/api/tables/elt.loads",
        "/files/app.py",
        "/files/..%2Fapp.py",
        "/files/%2e%2e/app.py",
        "/files/%2Fetc%2Fpasswd",
        "/files/data.js%00",
        "/docs/dbt_project.yml",
        "/docs",
        "/openapi.json",
        "/",
    ],
)
def test_what_is_not_there(path: str, client: TestClient) -> None:
    assert client.get(path).status_code == 404


def test_a_warehouse_that_does_not_answer_is_told_in_a_sentence(
    airflow_connections: None, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing listens, or it hangs, or it refuses; no password is told."""
    monkeypatch.setattr(snapshot, "_CONNECT_TIMEOUT", 2)
    fields = json.loads(os.environ["AIRFLOW_CONN_WAREHOUSE_READER"])
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        port = hanging.getsockname()[1]
        for change in ({"port": 1}, {"port": port}, {"password": "a wrong one"}):
            changed = fields | change
            monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE_READER", json.dumps(changed))
            begun = time.monotonic()
            answer = client.get("/api/tables")
            assert answer.status_code == 503
            assert time.monotonic() - begun < 30
            assert answer.json()["detail"].startswith("The warehouse does not answer: connection ")
            assert "\n" not in answer.json()["detail"]
            assert changed["password"] not in answer.text
            assert client.get("/api/tables/analytics.users").status_code == 503


def test_without_the_readers_connection(
    airflow_connections: None, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_WAREHOUSE_READER")
    answer = client.get("/api/tables")
    assert answer.status_code == 503
    assert "warehouse_reader" in answer.json()["detail"]


@pytest.mark.parametrize(
    "path", ["/api/tables", "/api/tables/analytics.users", "/docs/manifest.json"]
)
def test_without_a_manifest_its_place_is_told(
    path: str, client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(tmp_path))
    answer = client.get(path)
    assert answer.status_code == 503
    assert str(tmp_path / "target" / "manifest.json") in answer.json()["detail"]
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_dbts_documentation(
    client: TestClient, dbt_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an empty catalog until there is one."""
    monkeypatch.setenv("ELT_DOCS_FOLDER", str(tmp_path))
    assert "dbt Docs" in client.get("/docs/").text
    manifest = (dbt_project / "target" / "manifest.json").read_bytes()
    assert client.get("/docs/manifest.json").content == manifest
    assert client.get("/docs/catalog.json").json() == {
        "metadata": {},
        "nodes": {},
        "sources": {},
        "errors": None,
    }
    (tmp_path / "catalog.json").write_text('{"nodes": {"a": {}}}')
    assert client.get("/docs/catalog.json").json() == {"nodes": {"a": {}}}
