"""An incremental source from load to load, by the extract task of its pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from elt import warehouse as names
from elt.airflow.operators import ExtractOperator
from elt.airflow.sensor import ApiSensor
from elt.errors import DeclarationError, SourceError
from elt.load import raw_tables
from elt.load.ledger import RawRef
from elt.source import Incremental, Source
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.http_source import (
    CONN_ID,
    CONNECTION,
    Asked,
    HttpSource,
    Reply,
    connection,
    http_source,
)
from tests.http_source import extract as fetch_orders

ORDERS: list[dict[str, Any]] = [{"id": n, "at": f"2026-11-{n:02}T12:00:00Z"} for n in range(1, 11)]

Extract = Callable[[int], RawRef]


@pytest.fixture
def source() -> Source:
    return Source(
        name="shop",
        entity="orders",
        conn_id=CONN_ID,
        endpoint="/orders",
        records_path="results",
        key="id",
        incremental=Incremental(
            cursor_path="at", cursor_param="since", initial="2026-11-03T00:00:00Z"
        ),
    )


class Shop:
    """Has the orders after ``since`` that were made until the day that ``today`` is."""

    def __init__(self) -> None:
        self.today = 0

    def __call__(self, asked: Asked) -> Reply:
        since = asked.params.get("since", "")
        until = f"2026-11-{self.today:02}T23:59:59Z"
        return Reply({"results": [order for order in ORDERS if since < order["at"] <= until]})


@pytest.fixture
def open_shop() -> Shop:
    return Shop()


@pytest.fixture
def shop(open_shop: Shop) -> Iterator[HttpSource]:
    with http_source(open_shop) as server:
        yield server


@pytest.fixture
def extract(
    source: Source,
    open_shop: Shop,
    shop: HttpSource,
    airflow_connections: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Extract:
    """The task, for the run of a day of November."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    monkeypatch.setenv("ELT_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv(CONNECTION, connection(shop.url))
    raw_tables.create_tables(PostgresHook(postgres_conn_id="warehouse_loader"), source)
    task = ExtractOperator(task_id="extract_orders", source=source)

    def run(day: int) -> RawRef:
        open_shop.today = max(open_shop.today, day)
        date = datetime(2026, 11, day, tzinfo=UTC)
        context: Any = {
            "dag_run": SimpleNamespace(
                dag_id="shop", run_id=f"run {day}", logical_date=date, run_after=date
            ),
            "outlet_events": {asset: SimpleNamespace(extra=None) for asset in task.outlets},
        }
        return task.execute(context)

    return run


def ids(server: Server) -> dict[str, list[int]]:
    """The orders that each day's load has."""
    with psycopg.connect(server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)) as connected:
        found = connected.execute(
            "select l.period::date::text, array_remove(array_agg((r.record ->> 'id')::int"
            " order by r.record_no), null)"
            " from raw.loads as l left join raw.shop__orders as r on r.load_id = l.load_id"
            " where l.source = 'shop__orders' group by 1 order by 1"
        ).fetchall()
    return {day[-2:]: orders for day, orders in found}


def test_each_load_goes_on_where_the_one_before_ended(
    extract: Extract, shop: HttpSource, warehouse: Server
) -> None:
    extract(4)
    extract(6)
    assert [asked.params["since"] for asked in shop.asked] == [
        "2026-11-03T00:00:00Z",
        "2026-11-04T12:00:00Z",
    ]
    assert ids(warehouse) == {"04": [3, 4], "06": [5, 6]}


def test_a_day_without_news_is_a_load_and_keeps_the_place(
    extract: Extract, shop: HttpSource, warehouse: Server
) -> None:
    extract(4)
    answer, shop.answer = shop.answer, lambda _asked: Reply({"results": []})
    assert extract(5)["records"] == 0
    shop.answer = answer
    extract(6)
    assert [asked.params["since"] for asked in shop.asked[1:]] == ["2026-11-04T12:00:00Z"] * 2
    assert ids(warehouse) == {"04": [3, 4], "05": [], "06": [5, 6]}


def test_a_day_loaded_again_begins_where_it_began(
    extract: Extract, shop: HttpSource, warehouse: Server
) -> None:
    for day in (4, 6, 8):
        extract(day)
    extract(6)
    # What it replaces is asked for again, and nothing of the days after it is lost.
    assert shop.asked[-1].params["since"] == "2026-11-04T12:00:00Z"
    assert ids(warehouse) == {"04": [3, 4], "06": [5, 6, 7, 8], "08": [7, 8]}


def test_a_record_without_the_field_lands_nothing(
    extract: Extract, shop: HttpSource, warehouse: Server
) -> None:
    extract(4)
    shop.answer = lambda _asked: Reply({"results": [{"id": 9, "at": "2026-11-05"}, {"id": 10}]})
    with pytest.raises(SourceError, match=r"shop__orders: the incremental field 'at' is missing"):
        extract(5)
    assert ids(warehouse) == {"04": [3, 4]}


def late(source: Source, **changes: Any) -> Source:
    """``source`` with a lag of three days, or as ``changes`` say."""
    assert source.incremental is not None
    fields = source.incremental.model_dump() | {"lag": timedelta(days=3)} | changes
    return source.model_copy(update={"incremental": Incremental(**fields)})


class TestWithALag:
    @pytest.fixture
    def source(self, source: Source) -> Source:
        return late(source)

    def test_each_load_asks_again_that_far_back_and_the_cursor_stays(
        self, extract: Extract, shop: HttpSource, warehouse: Server, open_shop: Shop
    ) -> None:
        extract(8)
        late_order = {"id": 99, "at": "2026-11-06T00:00:00Z"}
        answer, shop.answer = shop.answer, lambda _: Reply({"results": [late_order]})
        extract(9)
        shop.answer = answer
        extract(10)
        assert [asked.params["since"] for asked in shop.asked] == [
            "2026-11-03T00:00:00Z",
            "2026-11-05T12:00:00Z",
            # What came late has not moved the cursor back.
            "2026-11-05T12:00:00Z",
        ]
        assert ids(warehouse) == {"08": [3, 4, 5, 6, 7, 8], "09": [99], "10": [6, 7, 8, 9, 10]}

    def test_it_does_not_ask_for_what_was_before_the_beginning(
        self, extract: Extract, shop: HttpSource
    ) -> None:
        extract(4)
        extract(5)
        assert [asked.params["since"] for asked in shop.asked] == ["2026-11-03T00:00:00Z"] * 2


def test_a_cursor_that_a_lag_cannot_be_taken_from_lands_nothing(
    source: Source, shop: HttpSource, airflow_connections: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setenv(CONNECTION, connection(shop.url))
    shop.answer = lambda _: Reply({"results": [{"id": 1, "at": "ord_1"}]})
    with pytest.raises(DeclarationError, match=r"shop__orders: incremental: .*'ord_1' is neither"):
        fetch_orders(late(source, initial=None))


def test_the_sensor_asks_from_where_the_extract_goes_on(
    source: Source, extract: Extract, shop: HttpSource
) -> None:
    extract(4)
    extract(6)
    date = datetime(2026, 11, 6, tzinfo=UTC)
    dag_run = SimpleNamespace(logical_date=date, run_after=date)
    sensor = ApiSensor(task_id="is_api_available", source=source)
    assert sensor.poke({"dag_run": dag_run})
    assert shop.asked[-1].target == shop.asked[-2].target
