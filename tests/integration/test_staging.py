"""Staging: each kind of value that cannot be typed is null, with its reason; without a key, a
record is rejected."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
from psycopg.rows import dict_row

from elt import warehouse as names
from elt.stack.server import Server
from tests.integration.conftest import Dbt, Land

UUID = "login.uuid"
DATE = "dob.date"
NUMBER = "location.street.number"
LATITUDE = "location.coordinates.latitude"

# Where a value is put, the value, and the reason; None where it can be typed.
VALUES: list[tuple[str, Any, str | None]] = [
    (UUID, "6BC7D1A9-FCD3-46C4-A2C0-8C074216A4AA", None),
    (UUID, "", "missing"),
    (UUID, "6bc7d1a9fcd346c4a2c08c074216a4aa", "not a uuid"),
    (UUID, "------------------------------------", "not a uuid"),
    (UUID, "6bc7d1a9-fcd3-46c4-a2c0-8c074216a4ag", "not a uuid"),
    (UUID, 7, "not a uuid"),
    (UUID, {"a": 1}, "not a uuid"),
    (UUID, None, "missing"),
    (NUMBER, 2147483647, None),
    (NUMBER, "-12", None),
    (NUMBER, None, None),
    (NUMBER, 2147483648, "not an integer"),
    (NUMBER, 10**60, "not an integer"),
    (NUMBER, 685.0, None),
    (NUMBER, 1.5, "not an integer"),
    (NUMBER, "", None),
    (NUMBER, "12a", "not an integer"),
    (NUMBER, "١٢", "not an integer"),
    (NUMBER, True, "not an integer"),
    (NUMBER, [1], "not an integer"),
    (LATITUDE, "-81.5242", None),
    (LATITUDE, 12, None),
    (LATITUDE, "0.000000000000000000000000001", None),
    (LATITUDE, "1e-7", None),
    (LATITUDE, "1e400", "not a number"),
    (LATITUDE, "", None),
    (LATITUDE, "NaN", "not a number"),
    (LATITUDE, "12,5", "not a number"),
    (LATITUDE, "9" * 2000, "not a number"),
    (DATE, "1973-12-20T10:01:28.467Z", None),
    (DATE, "2000-02-29T23:59:59+03:30", None),
    (DATE, "2000-02-29T23:59Z", None),
    (DATE, "2000-02-29 23:59:59+03", None),
    (DATE, "", None),
    (DATE, "0001-01-01T00:00:00Z", None),
    (DATE, "9999-12-31T23:59:59.999999Z", None),
    (DATE, "1900-02-29T00:00:00Z", "not a timestamp with time zone"),
    (DATE, "2023-04-31T00:00:00Z", "not a timestamp with time zone"),
    (DATE, "2023-13-01T00:00:00Z", "not a timestamp with time zone"),
    (DATE, "2023-01-00T00:00:00Z", "not a timestamp with time zone"),
    (DATE, "0000-01-01T00:00:00Z", "not a timestamp with time zone"),
    (DATE, "2023-01-01T24:00:00Z", "not a timestamp with time zone"),
    (DATE, "2023-01-01T00:00:00", "not a timestamp with time zone"),
    (DATE, "2023-01-01", "not a timestamp with time zone"),
    (DATE, "2023-01-01T00:00:00+99:00", "not a timestamp with time zone"),
    (DATE, 1700000000, "not a timestamp with time zone"),
    (DATE, "yesterday", "not a timestamp with time zone"),
    ("dob.age", "old", "not an integer"),
    ("email", ["a@example.com"], "not text"),
    ("email", {"a": 1}, "not text"),
    ("email", "{not an object}", None),
    ("email", 7, None),
    ("email", False, None),
    ("location.postcode", "05432", None),
    ("location.postcode", 5432, None),
    ("location.postcode", [5432], "not text"),
    ("name.first", "صبا", None),
    ("id.value", None, None),
    ("location", "somewhere", "not an object"),
    ("location", None, None),
    ("location.street", ["a", 1], "not an object"),
    ("picture", 7, "not an object"),
]


def record(number: int, path: str, value: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"login": {"uuid": str(uuid.UUID(int=number))}}
    *parents, leaf = path.split(".")
    place = made
    for parent in parents:
        place = place.setdefault(parent, {})
    place[leaf] = value
    return made


def staged(server: Server, query: str, **settings: str) -> list[dict[str, Any]]:
    dsn = server.dsn(names.READER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
        return connection.execute(query.encode()).fetchall()


def test_each_kind_of_value(warehouse: Server, land: Land, dbt: Dbt) -> None:
    numbered = list(enumerate(VALUES, 1))
    land("2026-11-01", *(record(number, path, value) for number, (path, value, _) in numbered))
    result = dbt("run", "--select", "+users", "+rejected_records")
    assert result.success
    rows = staged(
        warehouse,
        "select rejection_reason, misfits, faulty_record"
        " from analytics.stg_randomuser__users order by record_no",
    )
    assert [row["rejection_reason"] or row["misfits"] for row in rows] == [
        said and f"{path}: {said}" for path, _, said in VALUES
    ]
    # Who has no id cannot be in the mart.
    assert [bool(row["rejection_reason"]) for row in rows] == [
        path == UUID and said is not None for path, _, said in VALUES
    ]
    assert [row["faulty_record"] for row in rows] == [
        record(number, path, value) if said else None for number, (path, value, said) in numbered
    ]
    (users,) = staged(warehouse, "select count(*) as n from analytics.users")
    (rejected,) = staged(
        warehouse, "select count(rejection_reason) as n from analytics.rejected_records"
    )
    assert users["n"] + rejected["n"] == len(VALUES)
    assert rejected["n"] == sum(path == UUID and said is not None for path, _, said in VALUES)


def test_what_is_no_object_at_all(warehouse: Server, land: Land, dbt: Dbt) -> None:
    land("2026-11-01", '"text"', "17", "[]", "null", "true", "[{}]")
    assert dbt("run", "--select", "stg_randomuser__users").success
    rows = staged(warehouse, "select rejection_reason from analytics.stg_randomuser__users")
    assert [row["rejection_reason"] for row in rows] == ["record: not an object"] * 6


def test_a_reason_holds_no_value_and_names_every_field(
    warehouse: Server, land: Land, dbt: Dbt
) -> None:
    secret = "s3cret-value"
    land(
        "2026-11-01",
        {"login": {"uuid": secret}, "dob": {"date": secret, "age": secret}, "email": [secret]},
    )
    assert dbt("run", "--select", "stg_randomuser__users").success
    (row,) = staged(
        warehouse, "select rejection_reason, misfits from analytics.stg_randomuser__users"
    )
    assert row["rejection_reason"] == "login.uuid: not a uuid"
    assert sorted(row["misfits"].split("; ")) == [
        "dob.age: not an integer",
        "dob.date: not a timestamp with time zone",
        "email: not text",
    ]


def test_nothing_depends_on_the_session(warehouse: Server, land: Land, dbt: Dbt) -> None:
    """The hash above all: otherwise every row would be rewritten by a differently set-up build."""
    land(
        "2026-11-01",
        {
            "login": {"uuid": str(uuid.UUID(int=1))},
            "dob": {"date": "1973-12-20T10:01:28.467Z"},
            "location": {"coordinates": {"latitude": "1.5"}},
        },
    )
    assert dbt("run", "--select", "stg_randomuser__users").success
    query = (
        "select row_hash, extract(epoch from born_at) as at from analytics.stg_randomuser__users"
    )
    ordinary = staged(warehouse, query)
    assert ordinary == staged(
        warehouse,
        query,
        timezone="Asia/Kathmandu",
        datestyle="German",
        intervalstyle="postgres_verbose",
        extra_float_digits="-3",
        bytea_output="escape",
    )
