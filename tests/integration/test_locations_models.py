"""Locations, and the three with most residents of each day, in whatever order loads come."""

from __future__ import annotations

import random
from typing import Any

import psycopg
import pytest

from elt import warehouse as names
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.integration.conftest import Dbt
from tests.integration.test_rates_models import Landed, Raw, content, messages, read, run

TABLE = "rickandmorty__locations"
MODELS = ("locations", "top_locations", "rejected_locations")
DAYS = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]


def location(number: int, residents: int = 0, **fields: object) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": number,
        "name": f"Earth {number}",
        "type": "Planet",
        "dimension": "",
        "residents": [f"https://api.example/character/{n}" for n in range(residents)],
        "url": f"https://api.example/location/{number}",
        "created": "2017-11-10T12:42:04.162Z",
    }
    return made | fields


@pytest.fixture
def land(warehouse: Server) -> Landed:
    raw = Raw(warehouse)
    return lambda day, *records: raw.land(TABLE, day, *records)


def top(server: Server) -> list[tuple[str, int, int, int]]:
    rows = read(
        server,
        "select day::text, place, location_id, resident_count from analytics.top_locations"
        " order by day, place",
    )
    return [tuple(row.values()) for row in rows]


def test_any_order_of_loads_gives_what_a_full_refresh_gives(warehouse: Server, dbt: Dbt) -> None:
    """New, replaced, removed and backfilled days; ids come twice in a load, and ties abound."""
    dice = random.Random(0)
    raw = Raw(warehouse)
    loads: dict[str, list[dict[str, Any]]] = {}
    for _ in range(4):
        for _ in range(dice.randint(0, 3)):
            day = dice.choice(DAYS)
            if day in loads and dice.random() < 0.2:
                raw.remove(TABLE, day)
                del loads[day]
                continue
            loads[day] = [
                location(dice.randint(1, 6), dice.randint(0, 3))
                | ({"residents": None} if dice.random() < 0.1 else {})
                for _ in range(dice.randint(0, 9))
            ]
            raw.land(TABLE, day, *loads[day])
        run(dbt, *MODELS)
        expected = []
        for day in sorted(loads):
            last = {
                record["id"]: len(record["residents"])
                for record in loads[day]
                if record["residents"] is not None
            }
            best = sorted(last.items(), key=lambda item: (-item[1], item[0]))[:3]
            expected += [(day, place, *item) for place, item in enumerate(best, 1)]
        assert top(warehouse) == expected
    before = {
        "locations": content(warehouse, "locations", {"load_id", "load_period"}),
        "top_locations": content(warehouse, "top_locations"),
        "rejected_locations": content(warehouse, "rejected_locations"),
    }
    run(dbt, *MODELS, full_refresh=True)
    assert before == {
        "locations": content(warehouse, "locations", {"load_id", "load_period"}),
        "top_locations": content(warehouse, "top_locations"),
        "rejected_locations": content(warehouse, "rejected_locations"),
    }


def test_ties_go_to_the_smaller_id(warehouse: Server, land: Landed, dbt: Dbt) -> None:
    """Numbers, not texts: 9 comes before 10."""
    land(DAYS[0], *(location(number, 2) for number in (11, 10, 100, 9)), location(3, 1))
    land(DAYS[1], location(1), location(2))
    run(dbt, *MODELS)
    assert top(warehouse) == [
        (DAYS[0], 1, 9, 2),
        (DAYS[0], 2, 10, 2),
        (DAYS[0], 3, 11, 2),
        (DAYS[1], 1, 1, 0),
        (DAYS[1], 2, 2, 0),
    ]


def test_a_rerun_with_nothing_new_writes_no_row(warehouse: Server, land: Landed, dbt: Dbt) -> None:
    land(DAYS[0], location(1, 3), location(2, 1), location(3) | {"residents": None})
    run(dbt, *MODELS)
    query = "select ctid::text, xmin::text from analytics.{} order by ctid"
    tables = ("locations", "top_locations", "stg_rickandmorty__locations")
    before = {table: read(warehouse, query.format(table)) for table in tables}
    run(dbt, *MODELS)
    assert {table: read(warehouse, query.format(table)) for table in tables} == before
    land(DAYS[1], location(1, 3), location(2, 1))
    run(dbt, "locations")
    assert read(warehouse, query.format("locations")) == before["locations"]


def test_the_days_are_those_of_utc(
    warehouse: Server, land: Landed, dbt: Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(DAYS[0], location(1, 3))
    monkeypatch.setenv("PGOPTIONS", "-c timezone=America/Los_Angeles")
    run(dbt, *MODELS)
    assert top(warehouse) == [(DAYS[0], 1, 1, 3)]


def test_the_data_tests_pass_and_fail(warehouse: Server, land: Landed, dbt: Dbt) -> None:
    land(DAYS[0], location(1, 3), location(2), location(3, 1), location(4), {"id": 5})
    run(dbt, *MODELS)
    options = ("--select", "tag:rickandmorty", "--exclude-resource-type", "unit_test")
    result = dbt("test", *options)
    assert result.success, messages(result)
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute("update analytics.locations set residents = '[]' where location_id = 1")
        connection.execute("update analytics.top_locations set place = 4 where place = 3")
    result = dbt("test", *options)
    failed = [node.node.name for node in result.result if str(node.status) == "fail"]  # type: ignore[union-attr]
    assert len(failed) == 2
    assert any(name.startswith("accepted_values_top_locations_place") for name in failed)
    assert any(name.startswith("row_hash_of_locations_row_hash") for name in failed)
