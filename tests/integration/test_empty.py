"""`dbt build --empty`, which checks SQL and contracts without rows: it costs nobody any."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from elt import warehouse as names
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.integration.conftest import Dbt
from tests.integration.test_marts import user
from tests.integration.test_rates_models import Raw, messages, rate, read

DAY, NEXT = "2026-11-01", "2026-11-02"
# Tests of data and of units are many, and none of them is about --empty.
OF_USERS = (
    *("--select", "+users_by_country"),
    *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
)


def build(dbt: Dbt, *options: str) -> None:
    result = dbt("build", *options)
    assert result.success, messages(result)


def marts(server: Server) -> dict[str, list[dict[str, object]]]:
    """All rows of the models and of the logs of loads, and where they lie."""
    tables = (
        *("analytics.stg_randomuser__users", "analytics.users", "analytics.users_by_country"),
        *("ops.staged_loads", "ops.built_loads"),
    )
    return {
        table: read(server, f"select t.*, t.ctid::text as place from {table} as t order by 1")
        for table in tables
    }


def users(server: Server) -> list[str]:
    rows = read(server, "select firstname from analytics.users order by firstname")
    return [row["firstname"] for row in rows]


def test_an_empty_build_leaves_models_and_logs_as_they_are(warehouse: Server, dbt: Dbt) -> None:
    raw = Raw(warehouse)
    raw.land("randomuser__users", DAY, user(1, "Ada"))
    build(dbt, *OF_USERS)
    before = marts(warehouse)
    # A load that is replaced, and one that is new, wait for a build with rows.
    raw.land("randomuser__users", DAY, user(1, "Eve"))
    raw.land("randomuser__users", NEXT, user(2, "Bob"))
    build(dbt, *OF_USERS, "--empty")
    assert marts(warehouse) == before
    build(dbt, *OF_USERS)
    assert users(warehouse) == ["Bob", "Eve"]
    assert read(warehouse, "select users from analytics.users_by_country") == [{"users": 2}]


def test_an_empty_build_of_a_mart_takes_no_load(warehouse: Server, dbt: Dbt) -> None:
    """By the first build, or with --full-refresh, which is to leave nothing."""
    raw = Raw(warehouse)
    raw.land("randomuser__users", DAY, user(1, "Ada"))
    for options in ((), ("--full-refresh",)):
        build(dbt, *OF_USERS, "--empty", *options)
        assert users(warehouse) == []
        assert read(warehouse, "select * from ops.current_built_loads") == []
        build(dbt, *OF_USERS)
        assert users(warehouse) == ["Ada"]
        assert len(read(warehouse, "select * from analytics.users_by_country")) == 1


def test_an_empty_build_needs_no_load_and_finds_faults(
    warehouse: Server, dbt: Dbt, dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the empty warehouse of a CI; the first load comes through afterwards."""
    result = dbt("run", "--empty")
    assert result.success, messages(result)
    build(dbt, "--empty")
    found = read(
        warehouse,
        "select count(*) as tables from information_schema.tables where table_schema = 'analytics'",
    )
    assert found == [{"tables": 12}]
    Raw(warehouse).land("cbr__exchange_rates", "2020-04-25", rate())
    build(dbt, "--select", "+exchange_rates")
    assert len(read(warehouse, "select * from analytics.exchange_rates")) == 1
    mart = dbt_project / "models" / "marts" / "users.sql"
    text = mart.read_text()
    try:
        mart.write_text(text.replace("latitude,", "latitude::text as latitude,"))
        result = dbt("run", "--empty", "--full-refresh", "--select", "+users")
    finally:
        mart.write_text(text)
    assert "latitude" in messages(result)


def test_a_seed_follows_the_columns_of_its_file(
    warehouse: Server, dbt: Dbt, dbt_project: Path
) -> None:
    """A view on it stays."""
    file = dbt_project / "seeds" / "countries.csv"
    former = file.read_text()
    build(dbt, "--select", "countries")
    with psycopg.connect(warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)) as connection:
        connection.execute(
            "create view public.names as select country_name from analytics.countries"
        )
    lines = former.splitlines()
    try:
        file.write_text(
            "\n".join(
                [f"{lines[0]},population", *(f"{line},{n}" for n, line in enumerate(lines[1:]))]
            )
        )
        build(dbt, "--select", "countries")
        rows = read(warehouse, "select population from analytics.countries order by nationality")
        assert [row["population"] for row in rows] == list(range(len(lines) - 1))
    finally:
        file.write_text(former)
    build(dbt, "--select", "countries")
    rows = read(warehouse, "select * from analytics.countries")
    assert len(rows) == len(lines) - 1
    assert ",".join(rows[0]) == lines[0]
    assert len(read(warehouse, "select * from public.names")) == len(rows)
    try:
        file.write_text(lines[0] + "\n")
        build(dbt, "--select", "countries")
        assert read(warehouse, "select * from analytics.countries") == []
        # What others read is not dropped under their feet.
        file.write_text("\n".join(line.replace("country_name", "name") for line in lines))
        result = dbt("seed")
        assert "view public.names depends on column country_name" in messages(result)
        assert read(warehouse, "select * from public.names") == []
    finally:
        file.write_text(former)
