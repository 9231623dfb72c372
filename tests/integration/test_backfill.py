"""Thirty days of exchange rates, extracted side by side, twice: one row per currency and day."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from elt import warehouse as names
from elt.load.ledger import RawRef
from elt.reconcile import reconcile
from elt.source.period import Period
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.transform.models import KeyedMart
from sample_api.testing import SampleApi
from tests.integration.conftest import Dbt

DAYS = [datetime(2025, 12, 15, tzinfo=UTC) + timedelta(days=n) for n in range(30)]
"""Across New Year, when no rates are set for ten days."""
MART = KeyedMart(
    "analytics.exchange_rates", "analytics.stg_cbr__exchange_rates", "exchange_rate_id"
)


@pytest.fixture
def source(
    airflow_connections: None, dbt_project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Any:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    monkeypatch.setenv("ELT_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    from dags.exchange_rates import rates

    return rates


def extract(source: Any, day: datetime) -> RawRef:
    """What the tasks `create_tables` and `extract_exchange_rates` do for a day."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    from elt.airflow.hook import ApiHook
    from elt.extract import fetch
    from elt.extract.spool import Spool
    from elt.load import landing, ledger, raw_tables

    loader = PostgresHook(postgres_conn_id="warehouse_loader")
    raw_tables.create_tables(loader, source)
    with Spool() as spool:
        fetched = fetch.fetch(
            ApiHook(source.conn_id), source, {"date_req": f"{day:%d/%m/%Y}"}, None, spool
        )
        return landing.land(
            loader, source, Period(day, "day"), ledger.Run("test", str(day)), spool, fetched
        )


def rows(server: Server, statement: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)) as connection:
        return connection.execute(statement.encode()).fetchall()


def test_thirty_days_twice(source: Any, warehouse: Server, dbt: Dbt, api: SampleApi) -> None:
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    for days in (DAYS, list(reversed(DAYS))):
        # A day that fails first is asked for again; it does not hold up the others.
        api.faults(f"status:code=503,times=1,query=date_req={days[3]:%d/%m/%Y}")
        with ThreadPoolExecutor(4) as workers:
            refs = list(workers.map(lambda day: extract(source, day), days))
        built = dbt("build", "--select", "+exchange_rates", "--exclude-resource-type", "unit_test")
        assert built.success, built.exception or built.result

        found = rows(
            warehouse,
            "select rate_date::text, count(*), count(distinct currency_code),"
            " max(rate_date - document_date)"
            " from analytics.exchange_rates group by 1 order by 1",
        )
        assert [day for day, *_ in found] == [str(day.date()) for day in DAYS]
        assert {count for _, count, *_ in found} <= set(range(40, 60))
        assert all(count == distinct for _, count, distinct, _ in found)
        # The rates of the last working day of the year stand for the holidays after it.
        assert max(late for *_, late in found) >= 8
        transformer = PostgresHook(postgres_conn_id="warehouse_transformer")
        for ref in refs:
            counts = reconcile(transformer, ref, [MART], source.rejected_share)[MART.relation]
            assert (counts["raw"], counts["rejected"]) == (ref["records"], 0)
    assert rows(warehouse, "select count(*) from raw.loads") == [(30,)]
