"""Marts: in whatever order loads come, what is built is what a full refresh gives."""

from __future__ import annotations

import random
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from elt import warehouse as names
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.integration.conftest import Dbt, Land

DAYS = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04", "2026-11-05"]
REJECTED = "no uuid"
LOAD_COLUMNS = {"load_id", "load_period"}


def user(number: int, first: str = "Ada", **fields: object) -> dict[str, object]:
    return {
        "login": {"uuid": str(uuid.UUID(int=number)), "salt": "s", "sha256": "d"},
        "name": {"first": first, "last": "Lovelace"},
        "nat": "GB",
        "gender": "female",
        **fields,
    }


def read(server: Server, query: str) -> list[dict[str, Any]]:
    dsn = server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        return connection.execute(query.encode()).fetchall()


def content(server: Server, table: str) -> list[dict[str, Any]]:
    rows = read(server, f"select * from analytics.{table}")
    kept = LOAD_COLUMNS if table == "users" else set()
    rows = [{name: row[name] for name in row if name not in kept} for row in rows]
    return sorted(rows, key=str)


MARTS = ("users", "users_by_country", "countries")


def physical(server: Server, *tables: str) -> dict[str, list[dict[str, Any]]]:
    """Where every row lies and who wrote it: the same only if nothing was written."""
    return {
        table: read(server, f"select ctid::text, xmin::text from analytics.{table} order by ctid")
        for table in tables or MARTS
    }


OF_USERS = ("+users_by_country", "+rejected_records")
"""What selects all that is made of the users, and the tests of that."""


def build(dbt: Dbt, *options: str) -> None:
    kinds = ("--resource-type", "model", "--resource-type", "seed")
    result = dbt("build", "--select", *OF_USERS, *kinds, *options)
    assert result.success, messages(result)


def messages(result: Any) -> str:
    return f"{result.exception} " + " ".join(
        str(node.message) for node in (result.result or []) if str(node.status) != "success"
    )


class Model:
    """What the marts should hold, worked out in the plainest way."""

    def __init__(self) -> None:
        self.loads: dict[str, list[dict[str, Any]]] = {}

    def latest(self) -> dict[str, tuple[str, str]]:
        """First name and the period it is of, by user."""
        found = {}
        for day in sorted(self.loads):
            for record in self.loads[day]:
                if record["login"]["uuid"] != REJECTED:
                    found[record["login"]["uuid"]] = (record["name"]["first"], day)
        return found

    def vouching(self, key: str) -> list[str]:
        """The periods, back from the last, in which ``key`` had the content that it has now."""
        periods: list[str] = []
        content = None
        for day in sorted(self.loads, reverse=True):
            firsts = [
                record["name"]["first"]
                for record in self.loads[day]
                if record["login"]["uuid"] == key and record["login"]["uuid"] != REJECTED
            ]
            if not firsts:
                continue
            content = content or firsts[-1]
            if firsts[-1] != content:
                break
            periods.append(day)
        return periods

    def rejected(self) -> int:
        return sum(
            record["login"]["uuid"] == REJECTED for load in self.loads.values() for record in load
        )


@pytest.mark.parametrize("seed", range(3))
def test_any_order_of_loads_gives_what_a_full_refresh_gives(
    seed: int, warehouse: Server, land: Land, dbt: Dbt
) -> None:
    """Loads in random order, new, replaced and backfilled; several or none between two builds.

    Some builds end after one of the models, as when a task is killed between two of them.
    """
    dice = random.Random(seed)
    model = Model()
    for _ in range(5):
        for _ in range(dice.randint(0, 3)):
            day = dice.choice(DAYS)
            # Few keys and fewer contents, so that they meet in all ways; keys may come twice.
            records = [
                user(dice.randint(1, 12), dice.choice("AB"))
                | ({"login": {"uuid": REJECTED}} if dice.random() < 0.1 else {})
                for _ in range(dice.randint(1, 10))
            ]
            model.loads[day] = records
            land(day, *records)
            if dice.random() < 0.3 and len(model.loads) > 1:
                build(dbt, "--select", dice.choice(["users", "rejected_records"]))
        build(dbt)
        latest = model.latest()
        rows = {
            str(row["user_id"]): row for row in read(warehouse, "select * from analytics.users")
        }
        assert {key: row["firstname"] for key, row in rows.items()} == {
            key: first for key, (first, _) in latest.items()
        }
        for key, row in rows.items():
            assert row["load_period"].date().isoformat() in model.vouching(key)
        (count,) = read(warehouse, "select count(*) as n from analytics.rejected_records")
        assert count["n"] == model.rejected()
        (total,) = read(
            warehouse, "select coalesce(sum(users), 0) as n from analytics.users_by_country"
        )
        assert total["n"] == len(latest)
    tables = ("users", "users_by_country", "rejected_records")
    incremental = {table: content(warehouse, table) for table in tables}
    build(dbt, "--full-refresh")
    assert incremental == {table: content(warehouse, table) for table in tables}


def test_a_rerun_with_nothing_new_writes_no_row(warehouse: Server, land: Land, dbt: Dbt) -> None:
    land("2026-11-01", user(1), user(2), user(3, gender=["no text"]))
    build(dbt)
    tables = (*MARTS, "stg_randomuser__users")
    before = physical(warehouse, *tables)
    build(dbt)
    assert physical(warehouse, *tables) == before


def test_the_same_records_again_leave_the_rows_alone(
    warehouse: Server, land: Land, dbt: Dbt
) -> None:
    """The day's load replaced by the same, and the next day's with other ages: no content."""
    land("2026-11-01", user(1, dob={"age": 40}), user(2))
    build(dbt)
    before = physical(warehouse)
    land("2026-11-01", user(1, dob={"age": 40}), user(2))
    build(dbt)
    land("2026-11-02", user(1, dob={"age": 41}), user(2))
    build(dbt)
    assert physical(warehouse) == before


def test_a_summary_row_goes_with_its_last_user(warehouse: Server, land: Land, dbt: Dbt) -> None:
    land("2026-11-01", user(1, nat="GB"), user(2, nat="FR"))
    build(dbt)
    land("2026-11-01", user(1, nat="GB"))
    build(dbt)
    rows = read(warehouse, "select nationality, country_name from analytics.users_by_country")
    assert rows == [{"nationality": "GB", "country_name": "United Kingdom"}]


def test_a_build_that_is_killed_leaves_everything_as_it_was(
    warehouse: Server, land: Land, dbt: Dbt
) -> None:
    """Killed after it has marked its loads and before it has written a row."""
    land("2026-11-01", user(1))
    build(dbt)
    assert dbt("run", "--select", "stg_randomuser__users").success
    logged = "select * from ops.built_loads order by model, load_id, staged_no"
    before = physical(warehouse), read(warehouse, logged)
    land("2026-11-02", user(1, "Eve"), user(2))
    with blocked(warehouse, "analytics.users") as kill_waiting:
        killer = threading.Thread(target=kill_waiting)
        killer.start()
        result = dbt("run", "--select", "users")
        killer.join()
        assert not result.success
    assert before == (physical(warehouse), read(warehouse, logged))
    build(dbt)
    assert sorted(row["firstname"] for row in content(warehouse, "users")) == ["Ada", "Eve"]


@contextmanager
def blocked(server: Server, table: str) -> Iterator[Any]:
    """Let nobody write ``table``; yields what terminates the first session that waits to."""
    dsn = server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as holder, psycopg.connect(dsn, autocommit=True) as watcher:
        holder.execute(f"lock table {table} in share mode".encode())

        def kill_waiting() -> None:
            waiting = "select pg_terminate_backend(l.pid) from pg_locks as l where not l.granted"
            for _ in range(600):
                if watcher.execute(waiting).fetchall():
                    return
                threading.Event().wait(0.05)

        yield kill_waiting
        holder.rollback()


def test_a_build_waits_for_another_and_then_names_it(
    warehouse: Server, land: Land, dbt: Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    land("2026-11-01", user(1))
    build(dbt)
    monkeypatch.setenv("ELT_BUILD_LOCK_TIMEOUT", "1")
    dsn = warehouse.dsn(names.TRANSFORMER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, application_name="a colleague") as connection:
        connection.execute(
            "select pg_advisory_xact_lock(hashtext('elt'), hashtext('analytics.users'))"
        )
        result = dbt("run", "--select", "users")
        assert not result.success
        said = messages(result)
        assert "analytics.users is still being built by process" in said
        assert "a colleague" in said
        assert "run this again" in said
    build(dbt)


def test_a_build_goes_on_when_the_other_has_ended(warehouse: Server, land: Land, dbt: Dbt) -> None:
    land("2026-11-01", user(1))
    dsn = warehouse.dsn(names.TRANSFORMER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "select pg_advisory_xact_lock(hashtext('elt'), hashtext('analytics.users'))"
        )
        release = threading.Timer(8.0, connection.rollback)
        release.start()
        build(dbt)
        release.join()
    assert len(content(warehouse, "users")) == 1


def test_a_changed_column_stops_the_build(warehouse: Server, land: Land, dbt: Dbt) -> None:
    """The contract is enforced: a table that was altered by hand is not silently overwritten."""
    land("2026-11-01", user(1))
    build(dbt)
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute("alter table analytics.users drop column email")
    land("2026-11-02", user(2))
    result = dbt("run", "--select", "users")
    assert not result.success
    assert "email" in messages(result)


def test_data_tests_fail_when_a_row_is_spoiled_by_hand(
    warehouse: Server, land: Land, dbt: Dbt
) -> None:
    land("2026-11-01", user(1), user(2))
    build(dbt)
    assert dbt("test", "--select", *OF_USERS).success
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "update analytics.users set firstname = 'spoiled' where user_id = %s",
            (uuid.UUID(int=1),),
        )
    result = dbt("test", "--select", *OF_USERS, "--exclude-resource-type", "unit_test")
    assert not result.success
    failed = [node.node.name for node in result.result if str(node.status) == "fail"]  # type: ignore[union-attr]
    assert failed == ["assert_users_row_hash_is_of_its_content"]


def test_data_tests_fail_when_a_row_was_moved_by_hand(
    warehouse: Server, land: Land, dbt: Dbt
) -> None:
    land("2026-11-01", user(1), user(2))
    build(dbt)
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute("update analytics.users set load_period = '2020-01-01Z'")
    result = dbt("test", "--select", "users", "--exclude-resource-type", "unit_test")
    failed = [node.node.name for node in result.result if str(node.status) == "fail"]  # type: ignore[union-attr]
    assert failed == ["of_loaded_period_users_load_period__randomuser__users"]


def test_the_unit_tests_pass(land: Land, dbt: Dbt) -> None:
    land("2026-11-01", user(1))
    build(dbt)
    result = dbt("test", "--select", *(f"{models},test_type:unit" for models in OF_USERS))
    assert result.success, messages(result)
    assert len(list(result.result)) >= 4  # type: ignore[arg-type]


def test_first_columns_of_users(warehouse: Server, land: Land, dbt: Dbt) -> None:
    """People's queries rely on them."""
    land("2026-11-01", user(1))
    build(dbt)
    columns = read(
        warehouse,
        "select column_name from information_schema.columns"
        " where table_schema = 'analytics' and table_name = 'users' order by ordinal_position",
    )
    assert [row["column_name"] for row in columns][:7] == [
        "firstname",
        "lastname",
        "country",
        "username",
        "password",
        "email",
        "user_id",
    ]
