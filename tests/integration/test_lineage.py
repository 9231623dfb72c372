"""Assets of a dbt project that has a bit of everything: their names, their tasks, their graph."""

from __future__ import annotations

import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.conftest import DBT_PROJECT, parse

ROOT = Path(__file__).parents[2]

EVERYTHING = {
    "models/staging/crm/_crm__sources.yml": """
        sources:
          - {name: crm, tables: [{name: orders}]}
          - {name: shop, tables: [{name: orders}]}
        """,
    "models/staging/crm/stg_crm__orders.sql": "select 1 as id from {{ source('crm', 'orders') }}",
    "models/staging/crm/stg_shop__orders.sql": "select 1 as id from {{ source('shop', 'orders') }}",
    "models/marts/all_orders.sql": """
        {{ config(materialized='ephemeral') }}
        select id from {{ ref('stg_crm__orders') }}
        union all select id from {{ ref('stg_shop__orders') }}
        """,
    "models/marts/all_orders.yml": """
        models: [{name: all_orders, columns: [{name: id, data_tests: [unique]}]}]
        """,
    "models/marts/orders.sql": """
        select id from {{ ref('all_orders') }} union select id from {{ ref('stg_crm__orders') }}
        """,
    "models/marts/people.yml": """
        models: [{name: people, latest_version: 2, versions: [{v: 1}, {v: 2}]}]
        """,
    "models/marts/people_v1.sql": "select user_id from {{ ref('users') }}",
    "models/marts/people_v2.sql": "select user_id from {{ ref('users') }}",
    "models/marts/latest_test.sql": """
        select user_id from {{ ref('people', v=1) }}
        union all select user_id from {{ ref('people') }}
        """,
    "models/marts/spending.sql": """
        {{ config(alias='money') }} select rate from {{ ref('rates') }}
        """,
    "models/marts/crm_users.sql": """
        {{ config(schema='crm', alias='users') }} select id from {{ ref('stg_crm__orders') }}
        """,
    "models/marts/load_ages.sql": "select load_id from {{ source('elt', 'loads') }}",
    "seeds/rates.csv": "currency,rate\nEUR,1\n",
    "snapshots/history.sql": """
        {% snapshot orders_history %}
        {{ config(unique_key='id', strategy='check', check_cols='all') }}
        select id from {{ ref('orders') }}
        {% endsnapshot %}
        {% snapshot old_orders %}
        {{ config(unique_key='id', strategy='check', check_cols='all', target_schema='old') }}
        select id from {{ ref('orders') }}
        {% endsnapshot %}
        """,
    "tests/assert_orders_of_people.sql": """
        select 1 from {{ ref('orders') }} cross join {{ ref('people', v=2) }}
        cross join {{ source('elt', 'loads') }}
        """,
}
"""Files that join our own dbt project, by path."""

MARTS = (
    *("users_by_country", "rejected_records", "latest_test", "spending", "crm_users", "load_ages"),
    *("orders_history", "old_orders"),
)

RUNS = {
    "orders_run": (["staging.stg_crm__orders", "staging.stg_shop__orders"], "marts.orders"),
    "stg_crm__orders_run": (["raw.crm.orders"], "staging.stg_crm__orders"),
    "stg_shop__orders_run": (["raw.shop.orders"], "staging.stg_shop__orders"),
    "stg_randomuser__users.run": (["raw.randomuser__users"], "staging.stg_randomuser__users"),
    "users.run": (["staging.stg_randomuser__users"], "marts.users"),
    "users_by_country.run": (["marts.users", "seeds.countries"], "marts.users_by_country"),
    "rejected_records.run": (["staging.stg_randomuser__users"], "marts.rejected_records"),
    "people_v1_run": (["marts.users"], "marts.people_v1"),
    "people_v2_run": (["marts.users"], "marts.people_v2"),
    "latest_test_run": (["marts.people_v1", "marts.people_v2"], "marts.latest_test"),
    "spending_run": (["seeds.rates"], "marts.money"),
    "crm_users_run": (["staging.stg_crm__orders"], "marts.crm.users"),
    "load_ages_run": ([], "marts.load_ages"),
    "countries.seed": ([], "seeds.countries"),
    "rates_seed": ([], "seeds.rates"),
    "orders_history_snapshot": (["marts.orders"], "marts.orders_history"),
    "old_orders_snapshot": (["marts.orders"], "marts.old.old_orders"),
}
"""What each task that makes a table reads, and what it makes."""

TESTS = {
    "all_orders.test": ["staging.stg_crm__orders", "staging.stg_shop__orders"],
    "assert_orders_of_people_test": ["marts.orders", "marts.people_v2"],
    "countries.test": ["seeds.countries"],
    "rejected_records.test": ["marts.rejected_records"],
    "stg_randomuser__users.test": ["staging.stg_randomuser__users"],
    "users.test": ["marts.users"],
    "users_by_country.test": ["marts.users_by_country"],
}
"""What each task of tests looks at."""

Lineage = Callable[[str], tuple[set[str], set[tuple[str, str]]]]


def make_project(folder: Path) -> Path:
    """Our dbt project with everything in it, parsed."""
    shutil.copytree(DBT_PROJECT, folder, ignore=shutil.ignore_patterns("target", "logs"))
    for path, text in EVERYTHING.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    parse(folder)
    return folder


def render() -> Any:
    """The DAG of users, with all marts of the project that ELT_DBT_PROJECT names."""
    from dags.user_processing import users
    from elt.pipeline import pipeline

    return pipeline(
        users,
        dag_id="everything",
        limit="1",
        marts=MARTS,
    )


def assets(dag: Any) -> list[tuple[str, str, str]]:
    """Name, URI and group of all assets of a DAG."""
    found = {asset for task in dag.tasks for asset in (*task.inlets, *task.outlets)}
    return sorted((asset.name, asset.uri, asset.group) for asset in found)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("everything") / "dbt_project")


@pytest.fixture(scope="module")
def rendered(project: Path) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("ELT_DBT_PROJECT", str(project))
        yield render()


@pytest.fixture(params=["rendered", "serialised"])
def dag(rendered: Any, request: pytest.FixtureRequest) -> Any:
    """The DAG, and what the scheduler and the UI have of it."""
    from airflow.serialization.serialized_objects import DagSerialization

    if request.param == "rendered":
        return rendered
    return DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(rendered))))


@pytest.fixture(scope="module")
def lineage_page(rendered: Any) -> Iterator[Lineage]:
    """What Airflow's page of an asset shows: the labels of its nodes, and its edges."""
    from airflow.api_fastapi.core_api.services.ui.dependencies import get_data_dependencies
    from airflow.models import import_all_models
    from airflow.models.asset import AssetModel
    from airflow.models.base import Base
    from airflow.models.dagbundle import DagBundleModel
    from airflow.serialization.definitions.dag import SerializedDAG
    from airflow.serialization.serialized_objects import LazyDeserializedDAG
    from sqlalchemy import create_engine, select
    from sqlalchemy.orm import Session

    import_all_models()
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        session.add(DagBundleModel(name="dags"))
        session.flush()
        SerializedDAG.bulk_write_to_db(
            "dags", None, [LazyDeserializedDAG.from_dag(rendered)], session=session
        )
        session.flush()

        def shown(name: str) -> tuple[set[str], set[tuple[str, str]]]:
            asset = session.scalars(select(AssetModel.id).where(AssetModel.name == name)).one()
            graph = get_data_dependencies(asset, session)
            labels = {
                node["id"]: node["label"].removeprefix("everything.").removeprefix("transform.")
                for node in graph["nodes"]
            }
            edges = {(labels[e["source_id"]], labels[e["target_id"]]) for e in graph["edges"]}
            return set(labels.values()), edges

        yield shown
    engine.dispose()


def test_whatever_makes_a_table_has_one_asset_that_says_where_it_is(project: Path) -> None:
    """dbt's own word of each relation is the URI, a source's of somebody else apart."""
    from elt.transform import lineage

    manifest = json.loads((project / "target" / "manifest.json").read_text())
    named = {}
    for name, node in (manifest["nodes"] | manifest["sources"]).items():
        asset = lineage.of_dbt(name, node["config"], node["fqn"])
        table = node["resource_type"] in ("model", "seed", "snapshot", "source")
        ephemeral = node["config"].get("materialized") == "ephemeral"
        assert (asset is not None) == (table and not ephemeral and name != "source.elt.elt.loads")
        if asset is not None:
            named[name] = asset
            relation = f"{node['schema']}/{node.get('alias') or node['identifier']}"
            if name not in ("source.elt.crm.orders", "source.elt.shop.orders"):
                assert asset.uri == f"warehouse://{relation}"
    assert len({asset.name for asset in named.values()}) == len(named)
    assert len({asset.uri for asset in named.values()}) == len(named)
    assert named["source.elt.crm.orders"].uri == "warehouse://raw/crm/orders"
    assert named["source.elt.shop.orders"].uri == "warehouse://raw/shop/orders"


def test_a_task_that_makes_a_table_has_it_as_its_only_outlet(dag: Any) -> None:
    runs = {
        task.task_id.removeprefix("transform."): (
            sorted(asset.name for asset in task.inlets),
            *(asset.name for asset in task.outlets),
        )
        for task in dag.tasks
        if task.outlets and task.task_id.startswith("transform.")
    }
    assert runs == RUNS


def test_a_task_of_tests_looks_at_tables_and_makes_none(dag: Any) -> None:
    tests = [task for task in dag.tasks if task.task_type == "DbtTestLocalOperator"]
    assert {
        task.task_id.removeprefix("transform."): sorted(asset.name for asset in task.inlets)
        for task in tests
    } == TESTS
    assert not any(task.outlets for task in tests)


def test_an_ephemeral_model_has_no_asset(dag: Any) -> None:
    task = dag.get_task("transform.all_orders.run")
    assert (task.inlets, task.outlets) == ([], [])


def test_names_and_uris_are_unique_and_groups_are_the_steps(dag: Any) -> None:
    found = assets(dag)
    assert len({name for name, _, _ in found}) == len({uri for _, uri, _ in found}) == len(found)
    assert {group for _, _, group in found} == {"api", "raw", "seeds", "staging", "marts"}
    assert all(name.startswith(f"{group}.") for name, _, group in found)
    assert not any("loads" in f"{name} {uri}" for name, uri, _ in found)


def test_the_page_of_users_leads_from_the_api_to_the_tests(lineage_page: Lineage) -> None:
    nodes, edges = lineage_page("marts.users")
    chain = [
        "api.randomuser.users",
        "extract_users",
        "raw.randomuser__users",
        "stg_randomuser__users.run",
        "staging.stg_randomuser__users",
        "users.run",
        "marts.users",
        "users_by_country.run",
        "marts.users_by_country",
        "users_by_country.test",
    ]
    assert set(itertools.pairwise(chain)) <= edges
    assert {"users.test", "stg_randomuser__users.test", "marts.latest_test"} <= nodes


def test_what_stands_on_other_sources_is_not_on_the_page_of_users(lineage_page: Lineage) -> None:
    """No edge but those of data: the ledger, which every mart reads, would join all."""
    nodes, _ = lineage_page("marts.users")
    others = {
        "raw.crm.orders",
        "staging.stg_crm__orders",
        "marts.crm.users",
        "marts.orders",
        "marts.load_ages",
        "seeds.rates",
    }
    assert not nodes & others
    assert {"raw.crm.orders", "marts.crm.users", "marts.orders"} <= lineage_page("marts.orders")[0]


def test_a_dag_is_scheduled_on_the_mart_that_is_made(rendered: Any) -> None:
    from elt.transform import lineage

    assert rendered.get_task("transform.users.run").outlets == [lineage.mart("users")]


@pytest.mark.parametrize("sent", [False, True])
def test_openlineage_reads_what_dbt_left_only_where_its_events_are_sent(
    sent: bool, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.providers.openlineage import conf

    monkeypatch.setenv("ELT_DBT_PROJECT", str(project))
    monkeypatch.setattr(conf, "is_disabled", lambda: not sent)
    task = render().get_task("transform.users.run").prepare_for_execution()
    found = task.calculate_openlineage_events_completes
    if sent:
        # Of the copy that runs: the listener takes the events from that one.
        assert found.__self__ is task
    else:
        assert found({}, Path("no such folder"), []) is False


def test_assets_are_the_same_wherever_the_stack_runs(rendered: Any, tmp_path: Path) -> None:
    elsewhere = subprocess.run(
        [
            sys.executable,
            "-c",
            "import json, os, pathlib, sys\n"
            "from tests.integration import test_lineage as tests\n"
            "tests.make_project(pathlib.Path(os.environ['ELT_DBT_PROJECT']))\n"
            "print(json.dumps(tests.assets(tests.render())))",
        ],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "ELT_DBT_PROJECT": str(tmp_path / "other" / "project"),
            "ELT_DBT_TARGET": "greenplum",
            "ELT_WAREHOUSE_HOST": "warehouse.example.com",
            "ELT_WAREHOUSE_PORT": "15432",
            "ELT_WAREHOUSE_DATABASE": "other",
            "ELT_WAREHOUSE_USER": "other",
            "AIRFLOW__API__BASE_URL": "https://airflow.example.com",
            "AIRFLOW__COSMOS__USE_DATASET_AIRFLOW3_URI_STANDARD": "True",
            "AIRFLOW__OPENLINEAGE__NAMESPACE": "other",
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert elsewhere.returncode == 0, elsewhere.stderr
    found = [tuple(asset) for asset in json.loads(elsewhere.stdout.splitlines()[-1])]
    assert found == assets(rendered)
