"""A field that appears, disappears or changes its type between loads is noticed and said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from elt.stack.server import Server
from tests import dbt_in_process
from tests.integration.conftest import Dbt
from tests.integration.test_rates_models import TABLES, Raw, messages, read

USERS = TABLES[0]
DAYS = [f"2026-11-{day:02}" for day in range(1, 8)]


def user(number: int, **fields: object) -> dict[str, object]:
    return {"login": {"uuid": f"00000000-0000-0000-0000-{number:012}"}, **fields}


def stage(dbt: Dbt, project: Path) -> list[str]:
    """Build the staging model; the warnings that it logs, without its name."""
    lines: list[str] = []
    result = dbt_in_process.call(
        project,
        "run",
        "--select",
        "stg_randomuser__users",
        listeners=[lambda event: lines.append(str(event.info.msg))],
    )
    assert result.success, messages(result)
    start = "WARNING analytics.stg_randomuser__users: "
    return [line.partition(start)[2] for line in lines if start in line]


def changes(server: Server) -> list[tuple[Any, ...]]:
    rows = read(
        server,
        "select load_id, change, path, former_type, type, records, sample from ops.field_changes"
        " order by load_id, change, path, type",
    )
    return [tuple(row.values()) for row in rows]


def test_what_differs_from_earlier_loads_is_noticed(
    warehouse: Server, dbt: Dbt, dbt_project: Path
) -> None:
    raw = Raw(warehouse)
    many = range(1, 21)
    raw.land(USERS, DAYS[1], *(user(n, nat="GB", dob={"age": n}, phone="1") for n in many))
    assert stage(dbt, dbt_project) == []
    # The first load says what there is.
    assert changes(warehouse) == []
    fields = read(warehouse, "select path, type, records from ops.staged_fields order by path")
    assert [tuple(row.values()) for row in fields] == [
        ("", "record", 20),
        ("dob.age", "number", 20),
        ("login.uuid", "string", 20),
        ("nat", "string", 20),
        ("phone", "string", 20),
    ]

    second = raw.land(
        USERS,
        DAYS[2],
        *(user(n, dob={"age": str(n)}, location={"floor": n}, phone=["s3cret"]) for n in many),
    )
    assert stage(dbt, dbt_project) == [
        f"field 'dob.age' in load {second} is of type string; it was of type number",
        f"new field 'location.floor' in load {second} (number): to have it, add"
        " ('location_floor', 'location.floor', 'numeric') to fields",
        f"field 'nat' in load {second} is missing; it was of type string",
        f"field 'phone' in load {second} is of type array; it was of type string",
    ]
    noticed = [
        (second, "appeared", "location.floor", None, "number", 20, None),
        (second, "disappeared", "nat", "string", None, 0, None),
        (second, "type changed", "dob.age", "number", "string", 20, None),
        (second, "type changed", "phone", "string", "array", 20, None),
    ]
    assert changes(warehouse) == noticed

    # The same again, one that has no load before it, and one that has no records.
    raw.land(
        USERS,
        DAYS[3],
        *(user(n, dob={"age": str(n)}, location={"floor": n}, phone=["s3cret"]) for n in many),
    )
    raw.land(USERS, DAYS[0], user(1, gender="female"))
    raw.land(USERS, DAYS[4])
    assert stage(dbt, dbt_project) == []
    assert changes(warehouse) == noticed
    result = dbt("run", "--select", "stg_randomuser__users", "--full-refresh")
    assert result.success, messages(result)
    assert [row for row in changes(warehouse) if row[0] == second] == noticed


def test_a_sparse_field_and_a_map_make_no_noise(
    warehouse: Server, dbt: Dbt, dbt_project: Path
) -> None:
    raw = Raw(warehouse)
    for day in DAYS[:3]:
        records = [
            user(
                n,
                # In 5 of 40, and only on the first day.
                **({"cell": "1"} if n <= 5 and day == DAYS[0] else {}),
                # Of whatever type: both are there from the beginning.
                location={"postcode": n if n % 2 or day != DAYS[2] else str(n)},
                prices={f"{day}-{n}-{i}": i for i in range(10)},
            )
            for n in range(1, 41)
        ]
        records[0]["location"] = {"postcode": "text"}
        raw.land(USERS, day, *records)
        stage(dbt, dbt_project)
    assert changes(warehouse) == []
    paths = read(warehouse, "select distinct path from ops.staged_fields where path like 'prices%'")
    assert [row["path"] for row in paths] == ["prices"]


def test_large_loads_are_sampled(warehouse: Server, dbt: Dbt, dbt_project: Path) -> None:
    raw = Raw(warehouse)
    raw.land(USERS, DAYS[0], *(user(n, nat="GB") for n in range(1, 5001)))
    stage(dbt, dbt_project)
    (row,) = read(warehouse, "select records from ops.staged_fields where path = 'nat'")
    assert row["records"] == 500
