"""Freshness, gaps, backlogs and tables without a model, of a real warehouse; `elt status`."""

from __future__ import annotations

import io
import json
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook
from rich.console import Console

from elt import warehouse as names
from elt.health.coverage import Span
from elt.health.sources import Source
from elt.load import registry
from elt.source import Incremental, PageNumber
from elt.source import Source as Declared
from elt.source.period import Period
from elt.stack import status, status_words
from elt.stack.errors import StackError
from elt.stack.server import Server
from elt.stack.status import Report
from tests.integration import load_log
from tests.integration.conftest import Dbt, Land, Sql, user

TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def ago(days: int) -> datetime:
    return TODAY - timedelta(days=days)


def source(**fields: Any) -> Declared:
    declared: dict[str, Any] = {
        "name": "randomuser",
        "entity": "users",
        "conn_id": "randomuser_api",
        "endpoint": "/api/",
        "params": {"day": "{{ period(dag_run) }}"},
        "records_path": "results",
        "pagination": PageNumber(page_param="page", size_param="results"),
    }
    return Declared(**declared | fields)


@pytest.fixture
def collect(warehouse: Server, dbt_project: Path) -> Callable[..., Report]:
    """The status as the reader sees it."""

    def collect(project: Path = dbt_project) -> Report:
        with psycopg.connect(warehouse.dsn(names.READER, names.WAREHOUSE_DATABASE)) as connection:
            return status.collect(
                connection, datetime.now(UTC), project / "target" / "manifest.json"
            )

    return collect


@pytest.fixture
def run(land: Land) -> Callable[..., None]:
    """The first task of a run of users: ``run(days_ago, "scheduled")``."""
    loader = PostgresHook(postgres_conn_id=names.LOADER_CONN_ID)

    def run(days: int, run_type: str, schedule: str | None = "@daily", **fields: Any) -> None:
        registry.register(
            loader, source(**fields), "users", schedule, run_type, Period(ago(days), "day")
        )

    return run


def of_users(report: Report) -> Source:
    return next(one for one in report.freshness if one.source == "randomuser__users")


def days_of(spans: list[Span]) -> list[tuple[datetime, datetime]]:
    return [(span.first, span.last) for span in spans]


def printed(report: Report) -> str:
    output = io.StringIO()
    status_words.show(report, Console(file=output, width=160), advice="load something")
    return output.getvalue()


def options(*arguments: str) -> Namespace:
    parser = ArgumentParser()
    status_words.add_options(parser)
    return parser.parse_args(arguments)


def day(moment: datetime) -> str:
    return moment.date().isoformat()


# Freshness and gaps


def test_a_day_of_last_week_that_lands_today_is_stale_and_dbt_agrees(
    land: Land, collect: Callable[..., Report], dbt: Dbt, dbt_project: Path
) -> None:
    land(day(ago(5)), user(1))
    found = of_users(collect())
    assert (found.newest, found.state) == (ago(5), "error")
    assert "stale" in printed(collect())
    with pytest.raises(StackError, match="randomuser__users is stale"):
        status_words.expect_as_asked(collect(), options("--fail-on-stale"))

    def of_dbt() -> dict[str, str]:
        dbt("source freshness", "--select", "source:randomuser", "source:elt")
        found = json.loads((dbt_project / "target" / "sources.json").read_text())["results"]
        return {one["unique_id"].rpartition(".")[2]: one["status"] for one in found}

    assert of_dbt() == {"randomuser__users": "error", "loads": "error"}

    land(day(ago(-9)), user(1))
    # A day to come is no evidence.
    assert of_users(collect()).state == "error"
    assert of_dbt()["randomuser__users"] == "error"

    land(day(ago(0)), user(1))
    assert of_users(collect()).state == "pass"
    assert of_dbt() == {"randomuser__users": "pass", "loads": "pass"}
    status_words.expect_as_asked(collect(), options("--fail-on-stale"))


def test_a_missing_day_of_the_schedule_is_named_and_fails(
    land: Land, run: Callable[..., None], collect: Callable[..., Report]
) -> None:
    run(8, "scheduled")
    for days in (8, 7, 6, 0):
        land(day(ago(days)), user(days))
    report = collect()
    found = of_users(report)
    assert (found.state, days_of(found.coverage.missing)) == ("pass", [(ago(5), ago(1))])
    said = printed(report)
    assert f"5 days missing: {day(ago(5))} to {day(ago(1))}" in said
    assert f"backfill create --dag-id users --from-date {day(ago(5))}" in said
    with pytest.raises(StackError, match="5 periods of its schedule are missing"):
        status_words.expect_as_asked(report, options("--fail-on-gaps"))
    status_words.expect_as_asked(report, options("--fail-on-stale"))
    told = json.loads(status.as_json(report))
    (shown,) = told["freshness"]
    assert shown["coverage"]["missing"] == [
        {"first": ago(5).isoformat(), "last": ago(1).isoformat(), "periods": 5}
    ]
    for days in range(1, 6):
        land(day(ago(days)), user(days))
    assert of_users(collect()).coverage.missing == []
    status_words.expect_as_asked(collect(), options("--fail-on-gaps"))


def test_runs_by_hand_and_backfills_cover_no_day(
    land: Land, run: Callable[..., None], collect: Callable[..., Report]
) -> None:
    """Nor does the schedule before its first run, nor one that a DAG no longer has."""
    for days, run_type in ((90, "backfill"), (60, "manual"), (0, "manual")):
        run(days, run_type)
        land(day(ago(days)), user(days))
    found = of_users(collect())
    assert found.coverage.missing == []
    assert days_of(found.coverage.skipped) == [(ago(89), ago(61)), (ago(59), ago(1))]
    assert "not loaded, and no gap (no schedule covered them)" in printed(collect())
    status_words.expect_as_asked(collect(), options("--fail-on-gaps"))

    run(3, "scheduled")
    assert days_of(of_users(collect()).coverage.missing) == [(ago(3), ago(1))]
    run(0, "manual", schedule=None)
    assert of_users(collect()).coverage.missing == []


def test_a_load_by_hand_in_place_of_the_first_by_schedule_moves_nothing(
    land: Land, run: Callable[..., None], collect: Callable[..., Report]
) -> None:
    run(4, "scheduled")
    run(2, "scheduled")
    land(day(ago(2)), user(1))
    run(4, "manual")
    land(day(ago(4)), user(1))
    assert days_of(of_users(collect()).coverage.missing) == [(ago(3), ago(3)), (ago(1), ago(1))]


def test_another_schedule_begins_anew(run: Callable[..., None], sql: Sql) -> None:
    since = "select schedule, scheduled_since from raw.sources"
    run(9, "scheduled")
    run(8, "scheduled")
    assert sql(since) == [("@daily", ago(9))]
    run(5, "manual", schedule="0 6 * * 1")
    assert sql(since) == [("0 6 * * 1", None)]
    run(4, "scheduled", schedule="0 6 * * 1")
    assert sql(since) == [("0 6 * * 1", ago(4))]


def test_a_ledger_of_an_earlier_release_tells_by_the_ids_of_its_runs(
    land: Land, run: Callable[..., None], collect: Callable[..., Report], sql: Sql
) -> None:
    for days in (6, 3, 2):
        land(day(ago(days)), user(days))
    sql(
        "update raw.loads set run_id = 'scheduled__' || period"
        f" where period >= '{ago(3).isoformat()}'"
    )
    expected = [(ago(1), ago(1))]
    assert days_of(of_users(collect()).coverage.missing) == expected
    run(0, "manual")
    assert sql("select scheduled_since from raw.sources") == [(ago(3),)]
    assert days_of(of_users(collect()).coverage.missing) == expected


@pytest.mark.parametrize(
    "fields",
    [
        {"params": {}},
        {"params": {"seed": "{{ params.seed }}"}},
        {"params": {}, "incremental": Incremental(cursor_path="id", cursor_param="since")},
    ],
)
def test_where_later_loads_make_up_for_a_day_it_is_no_gap(
    fields: dict[str, Any],
    land: Land,
    run: Callable[..., None],
    collect: Callable[..., Report],
) -> None:
    run(4, "scheduled", **fields)
    for days in (4, 0):
        land(day(ago(days)), user(days))
    found = of_users(collect()).coverage
    assert (found.missing, days_of(found.skipped)) == ([], [(ago(3), ago(1))])
    assert "later ones made up for them" in printed(collect())


# What marts have yet to build


def test_a_mart_that_has_not_built_what_raw_has_is_behind(
    land: Land, collect: Callable[..., Report], dbt: Dbt
) -> None:
    land(day(ago(1)), user(1))
    assert collect().behind == {}, "what has never been built is not behind"
    assert dbt("seed").success
    assert dbt("run", "--select", "+users_by_country").success
    assert collect().behind == {}
    land(day(ago(0)), user(2), user(3))
    report = collect()
    assert list(report.behind) == [
        "analytics.stg_randomuser__users",
        "analytics.users",
        "analytics.users_by_country",
    ]
    said = printed(report)
    assert "analytics.users_by_country: made before analytics.users" in said
    assert "analytics.stg_randomuser__users: 1 load (2 records) behind raw" in said
    assert "analytics.users: 1 load (2 records) behind raw" in said
    with pytest.raises(StackError, match=r"analytics\.users: 1 load \(2 records\) behind raw"):
        status_words.expect_as_asked(report, options("--fail-on-behind"))
    assert dbt("run", "--select", "stg_randomuser__users").success
    assert list(collect().behind) == ["analytics.users", "analytics.users_by_country"]
    # One that replaces a load is another load.
    assert dbt("run", "--select", "users").success
    land(day(ago(0)), user(2))
    assert collect().behind["analytics.users"].records == 1
    assert dbt("run", "--select", "+users").success
    status_words.expect_as_asked(collect(), options("--fail-on-behind"))


@pytest.fixture
def staged(sql: Sql) -> None:
    """Users staged, a mart, what is made of it and the view of rejected records, all empty."""
    load_log.create(sql)
    for name in ("stg_randomuser__users", "users", "users_by_country"):
        sql(f"create table analytics.{name} (load_id bigint)", role=names.TRANSFORMER)
    sql(
        "create view analytics.rejected_records as select * from analytics.stg_randomuser__users",
        role=names.TRANSFORMER,
    )


def test_staging_is_behind_raw_and_a_mart_behind_staging(
    land: Land, collect: Callable[..., Report], staged: None, sql: Sql
) -> None:
    users = "analytics.users"

    def behind() -> dict[str, str]:
        return {name: one.words for name, one in collect().behind.items()}

    first = land(day(ago(1)), user(1))["load_id"]
    load_log.stage(sql, first, 1)
    assert behind() == {
        users: "1 load (1 record) behind raw",
        "analytics.users_by_country": "made before analytics.users",
    }
    load_log.build(sql, users, first, 1)
    assert behind() == {}

    second = land(day(ago(0)), user(2), user(3))["load_id"]
    lacking = "1 load (2 records) behind raw"
    assert behind() == {
        load_log.STAGING: lacking,
        # A view shows what there is in the table that it reads.
        "analytics.rejected_records": lacking,
        users: lacking,
        "analytics.users_by_country": "made before analytics.users",
    }
    load_log.stage(sql, second, 2)
    assert list(behind()) == [users, "analytics.users_by_country"]
    load_log.build(sql, users, second, 2)
    assert behind() == {}

    # Typed anew: the mart has built what it was before.
    load_log.stage(sql, first, 3)
    assert behind()[users] == "1 load (1 record) behind raw"
    load_log.build(sql, users, first, 3)
    assert behind() == {}
    # Dropped, and not taken again.
    load_log.stage(sql, first, 4, is_dropped=True)
    assert list(behind()) == [
        load_log.STAGING,
        "analytics.rejected_records",
        users,
        "analytics.users_by_country",
    ]
    load_log.stage(sql, first, 5)
    assert list(behind()) == [users, "analytics.users_by_country"]
    load_log.build(sql, users, first, 5)
    assert behind() == {}
    # Made anew, of one load so far.
    load_log.build(sql, users, second, 2, generation=2)
    assert behind()[users] == "1 load (1 record) behind raw"


# Tables without a model


def test_a_table_whose_model_is_gone_is_named_with_what_removes_it(
    land: Land,
    collect: Callable[..., Report],
    dbt: Dbt,
    dbt_project: Path,
    tmp_path: Path,
    sql: Sql,
) -> None:
    land(day(ago(0)), user(1))
    assert dbt("run", "--select", "+users", "rejected_records").success
    assert collect().strays == []
    former = tmp_path / "project"
    (former / "target").mkdir(parents=True)
    manifest = json.loads((dbt_project / "target" / "manifest.json").read_text())
    for name in ("users", "rejected_records", "stg_randomuser__users"):
        node = f"model.elt.{name}"
        manifest["nodes"].pop(node)
    manifest["sources"].pop("source.elt.randomuser.randomuser__users")
    (former / "target" / "manifest.json").write_text(json.dumps(manifest))
    report = collect(former)
    found = {stray.name: stray for stray in report.strays}
    assert {name: stray.statement for name, stray in found.items()} == {
        "analytics.rejected_records": 'drop view "analytics"."rejected_records";',
        "analytics.stg_randomuser__users": 'drop table "analytics"."stg_randomuser__users";',
        "analytics.users": 'drop table "analytics"."users";',
        "raw.randomuser__users": 'drop table "raw"."randomuser__users";'
        ' delete from "raw"."loads" where source = \'randomuser__users\';',
    }
    assert found["analytics.stg_randomuser__users"].used_by == ["analytics.rejected_records"]
    said = printed(report)
    assert "analytics.users, a table: its model is gone" in said
    assert "analytics.stg_randomuser__users, a table: its model is gone" in said
    for stray in report.strays:
        assert stray.statement in said
    # They do what they say, in the order of who stands on whom.
    for name in (
        "analytics.users",
        "analytics.rejected_records",
        "analytics.stg_randomuser__users",
        "raw.randomuser__users",
    ):
        sql(found[name].statement, role=found[name].owner)
    assert collect(former).strays == []
    assert sql("select 1 from raw.loads") == []


def test_somebody_elses_table_is_said_to_be_that(
    land: Land, collect: Callable[..., Report], sql: Sql
) -> None:
    sql('create table analytics."Bob\'s ""list""" (id integer primary key)')
    sql("create materialized view analytics.totals as select 1 as n")
    sql("create schema bi")
    sql('create view bi.top as select * from analytics."Bob\'s ""list"""')
    sql("create table analytics.split (id integer) partition by range (id)")
    sql("create table analytics.split_1 partition of analytics.split for values from (1) to (9)")
    report = collect()
    assert [(stray.name, stray.kind, stray.was_built) for stray in report.strays] == [
        ('analytics.Bob\'s "list"', "table", False),
        ("analytics.split", "table", False),
        ("analytics.totals", "materialized view", False),
    ]
    bobs = report.strays[0]
    assert bobs.statement == 'drop table "analytics"."Bob\'s ""list""";'
    assert bobs.used_by == ["bi.top"]
    said = printed(report)
    assert "not of this project: no model makes it, and it belongs to postgres" in said
    assert "bi.top stands on it" in said
    sql("drop view bi.top")
    for stray in report.strays:
        sql(stray.statement)
    assert collect().strays == []


def test_without_a_manifest_nothing_is_a_stray(
    land: Land, collect: Callable[..., Report], tmp_path: Path
) -> None:
    land(day(ago(5)), user(1))
    report = collect(tmp_path)
    assert (report.strays, report.behind, of_users(report).state) == ([], {}, None)
    assert f"{tmp_path / 'target' / 'manifest.json'} is missing" in printed(report)


def test_an_empty_warehouse(warehouse: Server, collect: Callable[..., Report]) -> None:
    report = collect()
    assert report == Report()
    assert "Nothing has been loaded yet: load something" in printed(report)
    status_words.expect_as_asked(
        report, options("--fail-on-gaps", "--fail-on-stale", "--fail-on-behind")
    )
