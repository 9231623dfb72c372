"""A warehouse of release 0.1, with years of habits in it, under this release.

`data/warehouse_of_0.1.sql` is a dump of one; `data/former_warehouse.py` wrote it and says how.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook

from elt import warehouse as names
from elt.load.ledger import RawRef
from elt.local import postgres
from elt.reconcile import reconcile
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.transform.models import KeyedMart
from tests.integration.conftest import Dbt, Land, Sql, user
from tests.integration.test_marts import messages

DUMP = Path(__file__).with_name("data") / "warehouse_of_0.1.sql"
MARTS = ("users", "users_by_country", "exchange_rates", "locations", "top_locations")
REJECTED = ("rejected_records", "rejected_exchange_rates", "rejected_locations")
STAGING = ("stg_randomuser__users", "stg_cbr__exchange_rates", "stg_rickandmorty__locations")

VIEWS = ("bi.people", "bi.typed", "bi.refused")
"""Of the role analyst: on users, on a staging model, on a table of rejected records."""


@pytest.fixture
def former(warehouse: Server) -> Iterator[Server]:
    """The warehouse of the dump, with the rights that each start of a stack gives."""
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("drop schema raw, ops, analytics cascade")
        connection.execute(DUMP.read_bytes())
    postgres.prepare(warehouse)
    yield warehouse
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("drop owned by analyst cascade; drop role analyst")


def rows(sql: Sql, table: str) -> list[tuple[Any, ...]]:
    """All rows of a mart, each with its place, which another version of it would not have."""
    return sql(f"select ctid::text, xmin::text, t::text from analytics.{table} as t order by 3")


def as_analyst(server: Server, query: str) -> list[tuple[Any, ...]]:
    dsn = server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute("set role analyst")
        return connection.execute(query.encode()).fetchall()


def kind(sql: Sql, table: str) -> str:
    ((kind,),) = sql(f"select relkind from pg_class where oid = 'analytics.{table}'::regclass")
    return str(kind)


def test_the_dump_is_a_warehouse_of_the_former_release(former: Server, sql: Sql) -> None:
    assert {kind(sql, view) for view in STAGING} == {"v"}
    assert {kind(sql, table) for table in (*MARTS, *REJECTED)} == {"r"}
    # Every mart has built every load there is.
    assert sql(
        "select m.model, array_agg(m.load_id order by m.load_id)"
        " = (select array_agg(l.load_id order by l.load_id) from raw.loads as l"
        " where l.source = m.source) from ops.model_loads as m group by m.model, m.source"
        " order by m.model"
    ) == [
        (f"analytics.{mart}", True) for mart in sorted({*MARTS, *REJECTED} - {"users_by_country"})
    ]
    assert [len(rows(sql, table)) for table in (*MARTS, *REJECTED)] == [15, 10, 47, 21, 10, 4, 2, 2]
    # A person who came with a load that was replaced, by one with the same content.
    assert sql(
        "select count(*) from analytics.users where load_id not in (select load_id from raw.loads)"
    ) == [(1,)]
    assert sql(
        "select source, count(*), sum(records), count(*) filter (where records = 0)"
        " from raw.loads group by source order by source"
    ) == [
        ("cbr__exchange_rates", 4, 52, 0),
        ("randomuser__users", 6, 27, 1),
        ("rickandmorty__locations", 5, 32, 1),
    ]
    for table in ("users", "stg_randomuser__users", "rejected_records"):
        assert as_analyst(former, f"select count(*) > 0 from analytics.{table}") == [(True,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_analyst(former, "select count(*) from analytics.locations")
    assert sql("select 'analytics.users_by_email'::regclass is not null") == [(True,)]
    for view in VIEWS:
        assert as_analyst(former, f"select count(*) > 0 from {view}") == [(True,)]


Take = Callable[..., None]


@pytest.fixture
def take(dbt: Dbt) -> Take:
    """dbt on the warehouse; data tests too, and no unit tests, as in the tasks of a DAG."""

    def take(command: str, *options: str) -> None:
        if command in ("build", "test"):
            options += ("--exclude-resource-type", "unit_test")
        result = dbt(command, *options)
        assert result.success, messages(result)

    return take


def build(take: Take) -> None:
    take("build")


def build_as_airflow_does(take: Take) -> None:
    """A model after the other, each by a dbt of its own; one pipeline, then the next ones."""
    take("seed")
    for source, models in PIPELINES.items():
        for model in (f"stg_{source}", *models):
            take("run", "--select", model)
            take("test", "--select", model)


PIPELINES = {
    "randomuser__users": ("users", "users_by_country", "rejected_records"),
    "cbr__exchange_rates": ("exchange_rates", "rejected_exchange_rates"),
    "rickandmorty__locations": ("locations", "top_locations", "rejected_locations"),
}
REPLAYED = "00000000-0000-0000-0000-000000000004"
"""The user who was rejected for an age that is none, and is a row without it now."""


@pytest.mark.parametrize("way", [build, build_as_airflow_does])
def test_the_next_run_takes_the_warehouse_over(
    former: Server, sql: Sql, take: Take, way: Callable[[Take], None]
) -> None:
    marts = {mart: set(business(sql, mart)) for mart in MARTS}
    rejected = {table: faults(sql, table, "rejection_reason") for table in REJECTED}
    shown = {view: as_analyst(former, f"select * from {view} order by 1, 2") for view in VIEWS}

    way(take)

    # Each row says what it said; its hash is of another kind now, so it was written once more, with
    # the latest load that has it. One user more: what it lost was a field, and with it the whole
    # record until now.
    replayed = sql(
        "select user_id::text from analytics.stg_randomuser__users"
        " where rejection_reason is null and misfits is not null"
    )
    assert replayed in ([], [(REPLAYED,)])
    for mart in sorted({*MARTS} - {"users_by_country"}):
        after = set(business(sql, mart))
        assert marts[mart] <= after, mart
        assert len(after - marts[mart]) == (len(replayed) if mart == "users" else 0), mart
        assert sql(
            f"select count(*) from analytics.{mart}"
            " where load_id not in (select load_id from raw.loads)"
        ) in ([(0,)], []), mart
    # The same records, whatever their fault is called now.
    for table in REJECTED:
        assert faults(sql, table, "coalesce(rejection_reason, misfits)") == rejected[table]
    assert {kind(sql, table) for table in STAGING} == {"r"}

    # What people have made, and what they were given.
    for table in ("users", "stg_randomuser__users", "rejected_records"):
        assert as_analyst(former, f"select count(*) > 0 from analytics.{table}") == [(True,)]
    people = as_analyst(former, "select * from bi.people order by 1, 2")
    assert set(shown["bi.people"]) <= set(people)
    assert len(people) == len(shown["bi.people"]) + len(replayed)
    assert as_analyst(former, "select * from bi.typed order by 1, 2") == shown["bi.typed"]
    # Who lost a field only has no reason to be rejected any more.
    former_reasons = [
        (*row[:2], None if replayed and row[:2] == (7, 7) else row[2])
        for row in shown["bi.refused"]
    ]
    assert as_analyst(former, "select * from bi.refused order by 1, 2") == former_reasons
    assert sql("select count(*) from public.newest_users") == [(3,)]
    assert sql("select 'analytics.users_by_email'::regclass is not null") == [(True,)]

    # Nothing of the former marks is left, and a second run finds nothing to do.
    assert sql("select to_regclass('ops.model_loads')") == [(None,)]
    everything = {table: rows(sql, table) for table in (*MARTS, *STAGING)}
    logged = log(sql)
    build(take)
    assert {table: rows(sql, table) for table in (*MARTS, *STAGING)} == everything
    assert log(sql) == logged

    # All of it is what a build of everything makes.
    before = {mart: content(sql, mart) for mart in MARTS}
    take("build", "--full-refresh")
    assert {mart: content(sql, mart) for mart in MARTS} == before


def test_the_latest_loads_are_accounted_for(
    former: Server, sql: Sql, take: Take, airflow_connections: None
) -> None:
    build(take)
    hook = PostgresHook(postgres_conn_id="warehouse_transformer")
    for source, key in KEYS.items():
        mart = KeyedMart(f"analytics.{source.partition('__')[2]}", f"analytics.stg_{source}", key)
        for load in loads(sql, source):
            assert list(reconcile(hook, load, [mart])) == [mart.relation]


KEYS = {
    "randomuser__users": "user_id",
    "cbr__exchange_rates": "exchange_rate_id",
    "rickandmorty__locations": "location_id",
}


def test_what_lands_before_the_first_run_is_taken_with_it(
    former: Server, sql: Sql, take: Take, land: Land
) -> None:
    """Also in place of a load that the marts have: whoever was in that one only is gone."""
    rows_of_22 = sql(
        "select count(*) from analytics.users as u where u.load_period = '2026-11-22Z'"
    )
    assert rows_of_22 == [(3,)]
    # As if the DAG of the fixture had always loaded them.
    sql("update raw.loads set dag_id = 'test'")
    land("2026-11-22", user(1), user(2))
    land("2026-11-26", user(2), user(3))
    build(take)
    assert sql(
        "select load_period::date::text, count(*) from analytics.users"
        " where load_period in ('2026-11-22Z', '2026-11-26Z') group by 1 order by 1"
    ) == [("2026-11-22", 1), ("2026-11-26", 2)]
    before = {mart: content(sql, mart) for mart in MARTS}
    take("build", "--full-refresh")
    assert {mart: content(sql, mart) for mart in MARTS} == before


def faults(sql: Sql, table: str, reason: str) -> list[tuple[Any, ...]]:
    return sql(
        f"select load_id, record_no, source, {reason}, record::text, load_period"
        f" from analytics.{table} order by load_id, record_no"
    )


def content(sql: Sql, mart: str) -> list[tuple[Any, ...]]:
    """The rows less the load they came with, which is the oldest that a full refresh finds."""
    return sql(
        "select (to_jsonb(t) - 'load_id'::text - 'load_period'::text)::text"
        f" from analytics.{mart} as t order by 1"
    )


def business(sql: Sql, mart: str) -> list[tuple[Any, ...]]:
    """The rows less what is of the pipeline in them."""
    return sql(
        "select (to_jsonb(t) - 'load_id'::text - 'load_period'::text - 'row_hash'::text)::text"
        f" from analytics.{mart} as t order by 1"
    )


def log(sql: Sql) -> list[tuple[Any, ...]]:
    return sql(
        "select (select count(*) from ops.staged_loads), (select count(*) from ops.built_loads)"
    )


def loads(sql: Sql, source: str) -> list[RawRef]:
    """The loads of a source, as its extracts have handed them on."""
    return [
        RawRef(
            load_id=load_id,
            table=f"raw.{source}",
            source=source,
            account="",
            period=period.isoformat(),
            records=records,
            bytes=size,
            checksum=checksum,
        )
        for load_id, period, records, size, checksum in sql(
            "select load_id, period, records, bytes, checksum from raw.loads"
            f" where source = '{source}' order by period"
        )
    ]
