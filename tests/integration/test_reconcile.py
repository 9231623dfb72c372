"""Reconciliation: where each record of a load is, and what is said when one is nowhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import psycopg
import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook

from elt import warehouse as names
from elt.errors import ReconciliationError, RejectedError, UnsettledError
from elt.load.ledger import RawRef
from elt.reconcile import reconcile
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.transform.models import KeyedMart
from tests.integration.conftest import Dbt, Land

USERS = KeyedMart("analytics.users", "analytics.stg_randomuser__users", "user_id")

Check = Callable[[RawRef], dict[str, int]]


def user(number: int, first: str = "Ada", **fields: object) -> dict[str, object]:
    return {"login": {"uuid": str(uuid.UUID(int=number))}, "name": {"first": first}, **fields}


@pytest.fixture
def check(airflow_connections: None) -> Check:
    def check(ref: RawRef) -> dict[str, int]:
        hook = PostgresHook(postgres_conn_id="warehouse_transformer")
        return reconcile(hook, ref, [USERS]).get("analytics.users", {})

    return check


def build(dbt: Dbt) -> None:
    assert dbt("run", "--select", "+users").success


def spoil(server: Server, statement: str) -> None:
    with psycopg.connect(server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)) as connection:
        connection.execute(statement.encode())


def test_every_record_is_counted_where_it_went(land: Land, dbt: Dbt, check: Check) -> None:
    first = land("2026-11-01", user(1), user(2), user(3), user(4))
    build(dbt)
    assert check(first) == {
        "raw": 4,
        "new": 4,
        "changed": 0,
        "unchanged": 0,
        "superseded": 0,
        "duplicates": 0,
        "rejected": 0,
    }
    third = land("2026-11-03", user(4, "Eve"))
    build(dbt)
    second = land(
        "2026-11-02",
        user(1),  # as it was
        user(2, "Bob"),  # changed, after a duplicate
        user(2, "Joe"),
        user(4, "Joe"),  # superseded by the third
        user(5),  # new
        user(6) | {"login": {"uuid": "no uuid"}},  # rejected
    )
    build(dbt)
    assert check(second) == {
        "raw": 6,
        "new": 1,
        "changed": 1,
        "unchanged": 1,
        "superseded": 1,
        "duplicates": 1,
        "rejected": 1,
    }
    assert check(third)["raw"] == 1
    # As counted when it was built; a later load took three of its keys since.
    assert check(first)["new"] == 4


def test_a_load_that_was_replaced_is_left_to_its_successor(
    land: Land, dbt: Dbt, check: Check
) -> None:
    former = land("2026-11-01", user(1))
    latter = land("2026-11-01", user(1), user(2))
    build(dbt)
    assert check(former) == {}
    assert check(latter)["raw"] == 2


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (
            "delete from analytics.users where firstname = 'Bob'",
            "analytics.users: 1 of 2 records are unaccounted for: the mart has no row",
        ),
        (
            "update analytics.users set row_hash = 'other' where firstname = 'Bob'",
            "analytics.users: 1 of 2 records are unaccounted for",
        ),
        (
            "delete from raw.randomuser__users where record_no = 1",
            "raw.randomuser__users: it has 1 rows, the ledger 2 records",
        ),
        ("delete from ops.built_loads", "analytics.users: it has not built the load"),
        (
            "delete from ops.staged_loads",
            "analytics.stg_randomuser__users: it has not typed the load",
        ),
        (
            "update ops.staged_loads set records = 1",
            "analytics.stg_randomuser__users: it has 1 rows, the ledger 2 records",
        ),
        (
            "update ops.built_loads set rows_new = 1",
            "analytics.users: 1 of 2 records are unaccounted for",
        ),
        (
            "insert into analytics.users (user_id, load_id, load_period)"
            " select '00000000-0000-0000-0000-000000000009', load_id, load_period"
            " from analytics.users limit 1",
            "analytics.users: 1 rows say that they came with this period",
        ),
        (
            "insert into analytics.users (user_id, load_id, load_period)"
            " values ('00000000-0000-0000-0000-000000000009', 77, '2020-01-01Z')",
            "analytics.users: it has rows of periods that no load has: 2020-01-01",
        ),
        ("update raw.loads set records = 3", "the ledger: it has 3 records"),
    ],
)
def test_what_is_missing_is_named(
    statement: str, said: str, warehouse: Server, land: Land, dbt: Dbt, check: Check
) -> None:
    ref = land("2026-11-01", user(1), user(2, "Bob"))
    build(dbt)
    spoil(warehouse, statement)
    with pytest.raises(ReconciliationError) as raised:
        check(ref)
    assert said in str(raised.value)
    assert f"load {ref['load_id']} of randomuser__users, period 2026-11-01" in str(raised.value)


def test_while_another_run_has_removed_a_load_a_difference_is_worth_a_retry(
    warehouse: Server, land: Land, dbt: Dbt, check: Check
) -> None:
    """The second day's load is gone from the ledger, staging has dropped it, the mart not yet."""
    first = land("2026-11-01", user(1))
    land("2026-11-02", user(2))
    build(dbt)
    spoil(
        warehouse,
        "delete from raw.loads where period > '2026-11-02Z'::timestamptz - interval '1 hour'",
    )
    assert dbt("run", "--select", "stg_randomuser__users").success
    with pytest.raises(UnsettledError, match="has yet to build loads of randomuser__users"):
        check(first)
    build(dbt)
    assert check(first)["raw"] == 1


def test_too_many_rejected_records_fail_the_run_and_say_why(
    land: Land, dbt: Dbt, check: Check, airflow_connections: None
) -> None:
    """The share counts as reached at its value; a load with fewer passes."""
    wrong = {"login": {"uuid": "no uuid"}}
    ref = land("2026-11-01", user(1), user(2), user(3), wrong)
    build(dbt)
    hook = PostgresHook(postgres_conn_id="warehouse_transformer")
    counts = reconcile(hook, ref, [USERS], 0.26)["analytics.users"]
    assert (counts["raw"], counts["rejected"]) == (4, 1)
    with pytest.raises(RejectedError) as failed:
        reconcile(hook, ref, [USERS], 0.25)
    assert str(failed.value) == (
        f"randomuser__users, load {ref['load_id']} of 2026-11-01T00:00:00+00:00: 1 of 4 records"
        " were rejected, which is the declared share of 0.25 or more: login.uuid: not a uuid (1);"
        " look at what the source sends and mend analytics.stg_randomuser__users"
    )


def test_a_load_of_which_every_record_is_rejected_always_fails(
    land: Land, dbt: Dbt, check: Check
) -> None:
    ref = land("2026-11-01", "7", "8")
    build(dbt)
    with pytest.raises(RejectedError, match=r"2 of 2 records were rejected.*not an object \(2\)"):
        check(ref)
