"""A source that is loaded for two accounts: their loads, their rows, and what is said of each."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg import sql as composed
from rich.console import Console

from elt import warehouse as names
from elt.errors import DeclarationError, LandingError, ReconciliationError
from elt.extract.fetch import Fetched
from elt.extract.spool import Spool
from elt.load import landing, ledger, raw_tables, registry
from elt.load.ledger import RawRef, Run
from elt.local.airflow_home import dbt_secret, public_environment
from elt.local.home import Home
from elt.reconcile import reconcile
from elt.source import Incremental, Source
from elt.source.period import Period
from elt.stack import status, status_words
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.stack.status import Report
from elt.transform.models import KeyedMart
from tests import dbt_in_process
from tests.accounts_shop import ACCOUNTS, write_project
from tests.integration.conftest import Dbt, Sql
from tests.integration.test_marts import messages

ORDERS = KeyedMart("analytics.orders", "analytics.stg_shop__orders", ["account", "order_id"])
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)

Load = Callable[..., RawRef]


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


def declare(**changes: Any) -> Source:
    declared: dict[str, Any] = {
        "name": "shop",
        "entity": "orders",
        "accounts": ACCOUNTS,
        "endpoint": "/orders",
        "params": {"day": "{{ period(dag_run) }}"},
    }
    return Source(**declared | changes)


SHOP = declare()
ONE_SHOP = declare(accounts={}, conn_id="shop_api")


@pytest.fixture(scope="module")
def shop_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("shop"))


@pytest.fixture
def shop_dbt(warehouse: Server, shop_project: Path, monkeypatch: pytest.MonkeyPatch) -> Dbt:
    home = Home(shop_project)
    for name, value in {**public_environment(home, warehouse), **dbt_secret(warehouse)}.items():
        if name != "AIRFLOW_HOME":
            monkeypatch.setenv(name, value)

    def run(command: str, *options: str) -> Any:
        return dbt_in_process.call(shop_project, command, *options)

    return run


@pytest.fixture
def loader(airflow_connections: None) -> PostgresHook:
    return PostgresHook(postgres_conn_id=names.LOADER_CONN_ID)


@pytest.fixture
def load(loader: PostgresHook) -> Load:
    """Land totals by order id: ``load("north", day(1), {1: "1.5"})``."""
    raw_tables.create_tables(loader, SHOP)

    def load(
        account: str,
        period: datetime,
        orders: dict[Any, str],
        *,
        source: Source = SHOP,
        run: Run = Run("shop", "run"),  # noqa: B008, it is frozen
        cursor: str | None = None,
    ) -> RawRef:
        texts = [json.dumps({"id": id_, "total": total}).encode() for id_, total in orders.items()]
        now = datetime.now(UTC)
        fetched = Fetched("test", 1, len(texts), sum(map(len, texts)), now, now, cursor)
        with Spool() as spool:
            spool.write(1, texts)
            covered = Period(period, source.period)
            return landing.land(loader, source, covered, run, spool, fetched, account)

    return load


@pytest.fixture
def check(airflow_connections: None) -> Callable[[RawRef], dict[str, int]]:
    hook = PostgresHook(postgres_conn_id=names.TRANSFORMER_CONN_ID)

    def check(ref: RawRef) -> dict[str, int]:
        counts = reconcile(hook, ref, [ORDERS])["analytics.orders"]
        return {name: count for name, count in counts.items() if count}

    return check


@pytest.fixture
def orders(sql: Sql, shop_dbt: Dbt) -> Callable[[], dict[str, dict[int, str]]]:
    """Builds, and gives the mart's totals by account and order."""

    def build() -> dict[str, dict[int, str]]:
        built = shop_dbt("build", "--select", "+orders", "rejected_orders")
        assert built.success, built
        found: dict[str, dict[int, str]] = {}
        for account, order, total in sql(
            "select account, order_id, total::text from analytics.orders order by 1, 2"
        ):
            found.setdefault(account, {})[order] = total
        return found

    return build


def everything(sql: Sql) -> list[Any]:
    return sql(
        "select account, order_id, total, row_hash, load_period from analytics.orders order by 1, 2"
    )


def test_equal_ids_of_two_accounts_are_two_rows_and_each_account_has_its_own_history(
    load: Load,
    orders: Callable[[], Any],
    check: Callable[[RawRef], dict[str, int]],
    sql: Sql,
    shop_dbt: Dbt,
) -> None:
    north = load("north", day(2), {1: "1", 2: "2", 3: "3"})
    south = load("south", day(2), {2: "20", 3: "30", "bad": "0"})
    assert sql("select account, records from raw.loads order by 1") == [("north", 3), ("south", 3)]
    assert sql("select distinct account, load_id from raw.shop__orders order by 1") == [
        ("north", north["load_id"]),
        ("south", south["load_id"]),
    ]
    assert orders() == {"north": {1: "1", 2: "2", 3: "3"}, "south": {2: "20", 3: "30"}}
    assert sql("select account, record ->> 'id' from analytics.rejected_orders") == [
        ("south", "bad")
    ]
    assert check(north) == {"raw": 3, "new": 3}
    assert check(south) == {"raw": 3, "new": 2, "rejected": 1}

    # A later day of one supersedes its own rows only; a day before it, backfilled, none at all.
    later = load("south", day(3), {2: "21"})
    earlier = load("north", day(1), {2: "0", 4: "4"})
    assert orders() == {"north": {1: "1", 2: "2", 3: "3", 4: "4"}, "south": {2: "21", 3: "30"}}
    assert check(later) == {"raw": 1, "changed": 1}
    assert check(earlier) == {"raw": 2, "new": 1, "superseded": 1}
    assert check(north) == {"raw": 3, "new": 3}
    # As counted when it was built.
    assert check(south) == {"raw": 3, "new": 2, "rejected": 1}

    # The day again, for one account: what its new load lacks falls back, or goes; the other's rows,
    # of the same day and with the same ids, stay as they are.
    untouched = sql(
        "select xmin, * from analytics.orders where account = 'south' order by order_id"
    )
    again = load("north", day(2), {1: "1.1"})
    assert again["load_id"] > later["load_id"]
    assert sql("select count(*) from raw.loads") == [(4,)]
    assert orders() == {"north": {1: "1.1", 2: "0", 4: "4"}, "south": {2: "21", 3: "30"}}
    assert (
        sql("select xmin, * from analytics.orders where account = 'south' order by order_id")
        == untouched
    )
    assert check(again) == {"raw": 1, "changed": 1}
    assert check(earlier) == {"raw": 2, "new": 1, "superseded": 1}

    kept = everything(sql)
    assert shop_dbt("run", "--full-refresh", "--select", "+orders").success
    assert everything(sql) == kept


def test_what_one_account_has_yet_to_build_excuses_no_difference_of_another(
    load: Load, orders: Callable[[], Any], check: Callable[[RawRef], dict[str, int]], sql: Sql
) -> None:
    north = load("north", day(2), {1: "1"})
    orders()
    load("south", day(2), {1: "10"})
    assert check(north) == {"raw": 1, "new": 1}
    sql("delete from analytics.orders")
    with pytest.raises(ReconciliationError, match="of shop__orders, account north, period"):
        check(north)


def test_a_cursor_is_that_of_the_account(load: Load, loader: PostgresHook) -> None:
    source = declare(params={}, incremental=Incremental(cursor_path="at", cursor_param="since"))
    load("north", day(1), {1: "1"}, source=source, cursor="n1")
    load("south", day(2), {1: "1"}, source=source, cursor="s2")
    assert ledger.cursor_before(loader, source, Period(day(3), "day"), "north") == "n1"
    assert ledger.cursor_before(loader, source, Period(day(3), "day"), "south") == "s2"
    assert ledger.cursor_before(loader, source, Period(day(2), "day"), "south") is None


def test_a_key_without_the_account_is_refused(
    load: Load, shop_project: Path, shop_dbt: Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    from elt.pipeline import pipeline

    model = shop_project / "models" / "marts" / "orders.sql"
    written = model.read_text()
    monkeypatch.setenv("ELT_DBT_PROJECT", str(shop_project))
    try:
        model.write_text(written.replace("['account', 'order_id']", "'order_id'"))
        assert shop_dbt("parse").success
        load("north", day(1), {1: "1"})
        built = shop_dbt("run", "--select", "+orders")
        assert not built.success
        assert "`account` must be a part of the key" in messages(built)
        with pytest.raises(ValueError, match=r"make it \['account', 'order_id'\]"):
            pipeline(SHOP, dag_id="shop", marts=["orders"])
    finally:
        model.write_text(written)
        assert shop_dbt("parse").success


# One table, one DAG


def test_another_dags_load_is_never_replaced_unless_it_is_taken_over(load: Load, sql: Sql) -> None:
    load("north", day(1), {1: "1"}, run=Run("shop_north", "run"))
    with pytest.raises(LandingError) as raised:
        load("north", day(1), {1: "2"}, run=Run("shop_south", "run"))
    assert "'shop_north'" in str(raised.value)
    assert "'shop_south'" in str(raised.value)
    assert "takes_over='shop_north'" in str(raised.value)
    assert sql(
        "select dag_id, record ->> 'total' from raw.loads natural join raw.shop__orders"
    ) == [("shop_north", "1")]
    load("south", day(1), {1: "2"}, run=Run("shop_south", "run"))
    load("north", day(1), {1: "3"}, run=Run("shop", "run", ("shop_north", "shop_south")))
    assert sql("select account, dag_id from raw.loads order by 1") == [
        ("north", "shop"),
        ("south", "shop_south"),
    ]


def test_a_second_dag_of_a_table_is_refused_by_its_first_task(
    loader: PostgresHook, sql: Sql
) -> None:
    raw_tables.create_tables(loader, ONE_SHOP)

    def register(dag_id: str, takes_over: tuple[str, ...] = ()) -> None:
        registry.register(
            loader, ONE_SHOP, dag_id, None, "manual", Period(day(1), "day"), takes_over
        )

    register("shop_north")
    register("shop_north")
    with pytest.raises(DeclarationError) as raised:
        register("shop_south")
    for said in ("raw.shop__orders", "'shop_north'", "'shop_south'", "accounts="):
        assert said in str(raised.value)
    register("shop_south", ("older", "shop_north"))
    assert sql("select dag_id from raw.sources") == [("shop_south",)]
    with pytest.raises(DeclarationError, match="is loaded by the DAG 'shop_south'"):
        register("shop_north")


# Ledgers of an earlier release

FORMER = """
create table raw.loads (
    load_id bigint not null, source text not null, dag_id text not null, run_id text not null,
    request text not null, checksum text not null, pages integer not null,
    records bigint not null, bytes bigint not null, period timestamptz not null,
    started_at timestamptz not null, fetched_at timestamptz not null,
    landed_at timestamptz not null, cursor text, primary key (source, period)
);
create table raw.shop__orders (
    load_id bigint not null, record_no integer not null, record jsonb not null
);
create sequence raw.load_id start 8;
create table raw.sources (
    source text not null, dag_id text not null, grain text not null, schedule text,
    scheduled_since timestamptz, asks_by_period boolean not null, redact text not null,
    updated_at timestamptz not null, primary key (source)
);
insert into raw.loads values (
    7, 'shop__orders', 'shop', 'scheduled__1', 'r', 'c', 1, 1, 20, '2026-11-01 00:00:00+00',
    now(), now(), now(), null
);
insert into raw.shop__orders values (7, 1, '{"id": 1, "total": "1"}');
insert into raw.sources values (
    'shop__orders', 'shop', 'day', '@daily', '2026-11-01 00:00:00+00', true, '', now()
);
grant select on raw.loads, raw.sources to elt_reader;
"""


def test_a_ledger_of_an_earlier_release_is_read_as_it_is_and_migrated_beside_others(
    loader: PostgresHook,
    warehouse: Server,
    sql: Sql,
    collect: Callable[[], Report],
) -> None:
    with psycopg.connect(warehouse.dsn(names.LOADER, names.WAREHOUSE_DATABASE)) as connection:
        connection.execute(FORMER)
    assert [(one.source, one.account) for one in collect().freshness] == [("shop__orders", "")]

    # Somebody reads it in a transaction that is open for a while; others begin at the same time.
    reading = threading.Event()

    def read() -> None:
        with psycopg.connect(warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)) as connection:
            connection.execute("select * from raw.loads").fetchall()
            reading.set()
            connection.execute("select pg_sleep(2)")

    failures: list[BaseException] = []

    def create() -> None:
        try:
            raw_tables.create_tables(
                PostgresHook(postgres_conn_id=names.LOADER_CONN_ID), SHOP, {"shop__lines": False}
            )
        except BaseException as error:
            failures.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    assert reading.wait(30)
    creators = [threading.Thread(target=create) for _ in range(3)]
    for thread in creators:
        thread.start()
    for thread in (reader, *creators):
        thread.join(120)
    assert failures == []

    key = sql(
        "select pg_get_constraintdef(oid) from pg_constraint"
        " where conrelid = 'raw.loads'::regclass and contype = 'p'"
    )
    assert key == [("PRIMARY KEY (source, period, account)",)]
    assert sql("select load_id, account from raw.loads") == [(7, "")]
    assert sql("select load_id, account from raw.shop__orders") == [(7, "")]
    # A worker of the earlier release may still land: it names no account.
    sql(
        "insert into raw.loads (load_id, source, dag_id, run_id, request, checksum, pages, records,"
        " bytes, period, started_at, fetched_at, landed_at) select 6, source, dag_id, run_id,"
        " request, checksum, pages, records, bytes, period - interval '1 day', started_at,"
        " fetched_at, landed_at from raw.loads",
        names.LOADER,
    )
    assert sql("select account from raw.loads where load_id = 6") == [("",)]
    registry.register(loader, SHOP, "shop", "@daily", "scheduled", Period(day(5), "day"))
    ((accounts,),) = sql("select accounts from raw.sources")
    assert registry.read_accounts(accounts) == dict.fromkeys(ACCOUNTS, day(5))


def test_a_source_without_accounts_has_the_table_that_it_had(
    loader: PostgresHook, sql: Sql
) -> None:
    raw_tables.create_tables(loader, ONE_SHOP, {"shop__lines": True})
    columns = composed.SQL(
        "select array_agg(column_name::text order by ordinal_position)"
        " from information_schema.columns where table_name = {}"
    )
    found = {
        table: sql(columns.format(table).as_string(None))[0][0]
        for table in ("shop__orders", "shop__lines")
    }
    assert found == {
        "shop__orders": ["load_id", "record_no", "record"],
        "shop__lines": ["load_id", "record_no", "record", "account"],
    }


# What is said of each account


@pytest.fixture
def collect(warehouse: Server, shop_project: Path) -> Callable[[], Report]:
    def collect() -> Report:
        with psycopg.connect(warehouse.dsn(names.READER, names.WAREHOUSE_DATABASE)) as connection:
            return status.collect(
                connection, datetime.now(UTC), shop_project / "target" / "manifest.json"
            )

    return collect


def printed(report: Report) -> str:
    output = io.StringIO()
    status_words.show(report, Console(file=output, width=160), advice="load something")
    return output.getvalue()


def test_the_status_of_each_account_is_told_and_a_stale_one_is_not_hidden_by_another(
    load: Load, loader: PostgresHook, collect: Callable[[], Report], orders: Callable[[], Any]
) -> None:
    def ago(days: int) -> datetime:
        return TODAY - timedelta(days=days)

    west = declare(accounts=ACCOUNTS | {"west": "shop_west_api", "gone": "shop_gone_api"})
    registry.register(loader, west, "shop", "@daily", "scheduled", Period(ago(5), "day"))
    load("north", ago(0), {1: "1"})
    for days in (1, 2, 3, 4, 5):
        load("north", ago(days), {1: "1"})
    load("south", ago(5), {1: "1"})
    load("gone", ago(9), {1: "1"}, source=west)
    orders()
    load("south", ago(4), {1: "1"})
    kept = declare(accounts=ACCOUNTS | {"west": "shop_west_api"})
    registry.register(loader, kept, "shop", "@daily", "scheduled", Period(ago(0), "day"))

    report = collect()
    found = {one.account: one for one in report.freshness if one.source == "shop__orders"}
    assert {account: (one.is_declared, one.state) for account, one in found.items()} == {
        "gone": (False, None),
        "north": (True, "pass"),
        "south": (True, "error"),
        "west": (True, "error"),
    }
    assert found["north"].coverage.missing == []
    assert [(one.first, one.last) for one in found["south"].coverage.missing] == [(ago(3), ago(1))]
    assert report.complaints(gaps=True, stale=True, behind=True) == [
        "shop__orders, account south: 3 periods of its schedule are missing",
        "shop__orders, account south is stale",
        "shop__orders, account west: 5 periods of its schedule are missing",
        "shop__orders, account west is stale",
        "analytics.stg_shop__orders: 1 load (1 record) behind raw",
        "analytics.orders: 1 load (1 record) behind raw",
        "analytics.rejected_orders: 1 load (1 record) behind raw",
    ]
    said = printed(report)
    assert "shop__orders, account gone: no longer declared; its loads stay" in said
    assert "shop__orders, account west: nothing has been loaded yet, stale" in said
    # An account that is added later lacks nothing of before.
    added = declare(accounts=ACCOUNTS | {"new": "n"})
    registry.register(loader, added, "shop", "@daily", "scheduled", Period(ago(0), "day"))
    new = next(one for one in collect().freshness if one.account == "new")
    assert (new.is_declared, new.coverage.missing) == (True, [])


def test_the_page_data_tells_of_each_account(
    load: Load, loader: PostgresHook, shop_project: Path, orders: Callable[[], Any]
) -> None:
    from elt.health import tables
    from elt.ui import health

    registry.register(loader, SHOP, "shop", "@daily", "manual", Period(TODAY, "day"))
    load("north", TODAY, {1: "1"})
    load("south", TODAY - timedelta(days=9), {1: "1", 2: "2"})
    load("old", TODAY, {1: "1"}, source=declare(accounts={"old": "o"}))
    orders()
    project = tables.read(shop_project / "target" / "manifest.json")
    for table in (
        next(one for one in project.tables.values() if one.relation == ("raw", "shop__orders")),
        next(one for one in project.tables.values() if one.relation == ("analytics", "orders")),
    ):
        state, detail = health.detail(project, table, None)
        # As fresh as the account that is furthest behind.
        assert (state.freshness, state.newest) == ("error", TODAY - timedelta(days=9))
        assert [(one.name, one.is_declared, one.freshness) for one in state.accounts] == [
            ("north", True, "pass"),
            ("old", False, None),
            ("south", True, "error"),
        ]
        assert sorted((one.account, one.records) for one in detail.loads) == [
            ("north", 1),
            ("old", 1),
            ("south", 2),
        ]
        assert [(point["source"], point["records"]) for point in detail.plot] == [
            ("shop__orders, north", 1),
            ("shop__orders, old", 1),
            ("shop__orders, south", 2),
        ]
        assert len(health.detail(project, table, 20)[1].plot) == 3
