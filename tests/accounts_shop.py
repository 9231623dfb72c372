"""A shop with two accounts: its DAG file, its models, and an API that gives each its own orders."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path

from tests.http_source import Asked, Reply
from tests.integration.conftest import DBT_PROJECT, parse

ACCOUNTS = {"north": "shop_north_api", "south": "shop_south_api"}

DAG = '''
"""Orders of both shops."""

from elt.pipeline import pipeline
from elt.source import Source

dag = pipeline(
    Source(
        name="shop",
        entity="orders",
        accounts={"north": "shop_north_api", "south": "shop_south_api"},
        endpoint="/orders",
        records_path="results",
        key="id",
        params={"day": "{{ period(dag_run) }}"},
    ),
    dag_id="shop",
    marts=["orders", "rejected_orders"],
)
'''

MODELS = {
    "models/staging/shop/_shop__sources.yml": """
        sources:
          - name: shop
            schema: raw
            tables:
              - name: shop__orders
                config:
                  loaded_at_query: |
                    select min(a.ended_at)
                    from (
                        select max(l.period) + interval '1 day' as ended_at
                        from raw.loads as l
                        where
                            l.source = 'shop__orders'::text
                            and l.account in ('north'::text, 'south'::text)
                            and l.period <= current_timestamp
                        group by l.account
                    ) as a
                  freshness:
                    warn_after: {count: 26, period: hour}
                    error_after: {count: 50, period: hour}
                columns: [{name: load_id}, {name: record_no}, {name: record}, {name: account}]
        """,
    "models/staging/shop/stg_shop__orders.sql": """
        {{ staging_model('shop__orders', key=['account', 'order_id']) }}

        {%- set fields = [('order_id', 'id', 'integer'), ('total', 'total', 'numeric')] -%}

        with

        source as (
            {{ records_to_type('shop', 'shop__orders') }}
        ),

        typed as (
            {{ from_json(
                'source', 'record', fields, required=['id'], kept=['load_period', 'account']
            ) }}
        ),

        final as (
            select *, {{ row_hash(content_of(fields)) }} as row_hash from typed
        )

        select * from final
        """,
    "models/marts/orders.sql": """
        {{ keyed_mart('stg_shop__orders', key=['account', 'order_id']) }}

        with

        latest as (
            {{ latest_per_key(ref('stg_shop__orders'), key=['account', 'order_id']) }}
        ),

        final as (
            select account, order_id, total, row_hash, load_id, load_period from latest
        )

        select * from final
        """,
    "models/marts/orders.yml": """
        models:
          - name: orders
            config:
              contract: {enforced: true}
            constraints:
              - type: primary_key
                columns: [account, order_id]
            data_tests:
              - unique_combination_of_columns:
                  arguments: {combination_of_columns: [account, order_id]}
            columns:
              - name: account
                data_type: text
                constraints: [{type: not_null}]
              - name: order_id
                data_type: integer
                constraints: [{type: not_null}]
              - name: total
                data_type: pg_catalog.numeric
              - name: row_hash
                data_type: text
              - name: load_id
                data_type: bigint
              - name: load_period
                data_type: timestamp with time zone
                data_tests:
                  - of_loaded_period:
                      arguments: {source: shop__orders, account: account}
        """,
    "models/marts/rejected_orders.sql": """
        {{ rejected_of('stg_shop__orders', kept=['account']) }}
        """,
}


class Shop:
    """One account's API: ``orders`` are its totals by id, whatever day is asked for."""

    def __init__(self, orders: dict[int, str]) -> None:
        self.orders = orders

    def __call__(self, _asked: Asked) -> Reply:
        return Reply({"results": [{"id": id_, "total": t} for id_, t in self.orders.items()]})


def write_project(folder: Path) -> Path:
    """A copy of the dbt project with the shop's models, parsed."""
    project = folder / "dbt_project"
    shutil.copytree(DBT_PROJECT, project, ignore=shutil.ignore_patterns("target", "logs"))
    for name, content in MODELS.items():
        file = project / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(textwrap.dedent(content).lstrip())
    parse(project)
    return project


def write_dags(folder: Path, **files: str) -> Path:
    """A folder of DAG files, by their names without ``.py``."""
    dags = folder / "dags"
    dags.mkdir()
    for name, content in files.items():
        (dags / f"{name}.py").write_text(content)
    (dags / "connections.toml").write_text(
        "".join(f'{conn_id} = "http://127.0.0.1:9"\n' for conn_id in ACCOUNTS.values())
    )
    return dags


def connection_variables(urls: dict[str, str]) -> dict[str, str]:
    """Airflow's variables for the accounts' connections, by account."""
    return {
        f"AIRFLOW_CONN_{ACCOUNTS[account].upper()}": json.dumps({"conn_type": "http", "host": url})
        for account, url in urls.items()
    }
