"""The DAG as a whole: its structure and lineage, seen in review, and a parse without I/O."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from elt.errors import PermanentError
from elt.local import run
from elt.pipeline import pipeline
from elt.settings import MOST_RETRIES
from elt.source import Freshness, PageNumber, Source
from elt.source.limit import record_limit

ROOT = Path(__file__).parents[2]
SNAPSHOTS = Path(__file__).with_name("snapshots")

_PARSE = """
import sys
from airflow.dag_processing.dagbag import BundleDagBag

# After the import of Airflow: what follows is what a DAG file and its imports do.
def refuse(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.posix_spawn"):
        raise RuntimeError(f"I/O while a DAG file is parsed: {event} {args}")
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        if not str(args[0]).startswith("/dev/"):
            raise RuntimeError(f"a file is written while a DAG file is parsed: {args[0]}")

sys.dont_write_bytecode = True
sys.addaudithook(refuse)
bag = BundleDagBag(dag_folder=sys.argv[1], bundle_path=sys.argv[1], bundle_name="dags-folder")
print(bag.import_errors)
print(sorted(bag.dags))
"""


@pytest.fixture
def parsed(dbt_project: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """All DAGs by name, as their files make them."""
    from airflow.dag_processing.dagbag import BundleDagBag

    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    folder = ROOT / "dags"
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    assert not bag.import_errors
    return dict(bag.dags)


@pytest.fixture
def dags(parsed: dict[str, Any]) -> dict[str, Any]:
    """All DAGs by name, as the scheduler and the UI read them: serialised."""
    from airflow.serialization.serialized_objects import DagSerialization

    return {
        name: DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
        for name, dag in parsed.items()
    }


@pytest.fixture
def dag(dags: dict[str, Any]) -> Any:
    return dags["user_processing"]


def described(dag: Any) -> dict[str, Any]:
    return {
        "schedule": dag.timetable.summary,
        "scheduled_on": sorted(
            asset.name for _, asset in dag.timetable.asset_condition.iter_assets()
        ),
        "catchup": dag.catchup,
        "max_active_runs": dag.max_active_runs,
        "tags": sorted(dag.tags),
        "params": {name: dag.params.get_param(name).schema for name in dag.params},
        "tasks": {
            task.task_id: {
                "operator": task.task_type,
                "owner": task.owner,
                "retries": task.retries,
                "upstream": sorted(task.upstream_task_ids),
                "inlets": sorted(asset.name for asset in task.inlets),
                "outlets": sorted(asset.name for asset in task.outlets),
            }
            for task in sorted(dag.tasks, key=lambda task: str(task.task_id))
        },
    }


NAMES = sorted(file.stem for file in (ROOT / "dags").glob("*.py"))
"""The DAGs; each has the name of its file."""
PIPELINES = sorted(set(NAMES) - {"data_catalog"})


@pytest.mark.parametrize("name", NAMES)
def test_structure_and_lineage(dags: dict[str, Any], name: str) -> None:
    """A change to it is seen in review; ELT_UPDATE_SNAPSHOTS=1 writes the snapshot anew."""
    file = SNAPSHOTS / f"{name}.json"
    found = json.dumps(described(dags[name]), indent=2, sort_keys=True) + "\n"
    if os.environ.get("ELT_UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        file.write_text(found)
    assert json.loads(found) == json.loads(file.read_text())


@pytest.mark.parametrize("name", PIPELINES)
def test_assets(dags: dict[str, Any], name: str) -> None:
    """Names, URIs, groups: the tests of both stacks compare what Airflow shows with these files."""
    dag = dags[name]
    file = SNAPSHOTS / "assets" / f"{name}.json"
    assets = {asset for task in dag.tasks for asset in (*task.inlets, *task.outlets)}
    found = {
        asset.name: {"uri": asset.uri, "group": asset.group}
        for asset in sorted(assets, key=lambda asset: str(asset.name))
    }
    if os.environ.get("ELT_UPDATE_SNAPSHOTS"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(file.read_text())


def test_the_form_says_what_each_parameter_takes(dag: Any) -> None:
    """By its schema, so that what is said is what is checked."""
    said = {name: dag.params.get_param(name).description for name in dag.params}
    assert said == {
        "results": "How many users to load. The source answers 429 past 20,000 in 5 minutes."
        " Takes a whole number from 1 to 1,000,000.",
        "seed": "The same seed gives the same people. Empty: the day, so a rerun agrees."
        " Takes text of 1 to 64 characters out of A-Z a-z 0-9 _ . -, or nothing.",
        "nationalities": "Only people of these nationalities. Empty: all. Takes a list of AU, BR,"
        " CA, CH, DE, DK, ES, FI, FR, GB, IE, IN, IR, MX, NL, NO, NZ, RS, TR, UA, US, or nothing.",
    }


def test_every_dag_has_a_snapshot(dags: dict[str, Any]) -> None:
    assert sorted(dags) == sorted(file.stem for file in SNAPSHOTS.glob("*.json"))


def test_assets_say_nothing_of_where_the_stack_runs(dag: Any) -> None:
    assets = {asset for task in dag.tasks for asset in (*task.inlets, *task.outlets)}
    assert {asset.uri for asset in assets if asset.group == "marts"} == {
        "warehouse://analytics/rejected_records",
        "warehouse://analytics/users",
        "warehouse://analytics/users_by_country",
    }
    assert len({asset.name for asset in assets}) == len({asset.uri for asset in assets})
    assert all(len(task.outlets) <= 1 for task in dag.tasks)


def test_the_triage_notes_name_every_task(dags: dict[str, Any]) -> None:
    for dag in dags.values():
        for task in dag.tasks:
            step = task.task_id.split(".")
            name = f"transform.*.{step[-1].rpartition('_')[2]}" if len(step) > 1 else step[0]
            if name.endswith(".seed"):
                name = "transform.*.run"
            assert f"`{name}`" in dag.doc_md, task.task_id


def test_tasks_give_up_in_time_and_are_retried_ever_later(parsed: dict[str, Any]) -> None:
    from elt.airflow import retries as task_retries

    for dag in parsed.values():
        for task in dag.tasks:
            assert task.execution_timeout
            assert task.retry_exponential_backoff
            assert task.max_retry_delay
            assert task.retries == MOST_RETRIES
            assert task.retry_policy is task_retries.POLICY
    assert parsed["user_processing"].get_task("is_api_available").timeout == 600


OTHER_STACK = {
    "ELT_TASK_RETRIES": "0",
    "ELT_TASK_RETRY_DELAY": "7",
    "ELT_SENSOR_TIMEOUT": "11",
    "ELT_SENSOR_POKE_INTERVAL": "1.5",
    "ELT_FETCH_PATIENCE": "13",
    "ELT_SPOOL_DIR": "/var/spool/elt",
    "ELT_DBT_TARGET": "greenplum",
    "ELT_WAREHOUSE_HOST": "db.example",
}
"""All that the environment may say to DAGs and tasks."""

_SERIALISE = """
import json, sys
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.models.serialized_dag import SerializedDagModel
from airflow.serialization.serialized_objects import DagSerialization

bag = BundleDagBag(dag_folder=sys.argv[1], bundle_path=sys.argv[1], bundle_name="dags-folder")
assert not bag.import_errors, bag.import_errors
texts = {name: DagSerialization.to_dict(dag) for name, dag in sorted(bag.dags.items())}
print(json.dumps([texts, {name: SerializedDagModel.hash(text) for name, text in texts.items()}]))
"""


def test_what_differs_by_stack_is_not_part_of_a_dag(
    parsed: dict[str, Any], dbt_project: Path, tmp_path: Path
) -> None:
    """`elt run`, `elt up` and containers write one version of each DAG, whatever is set where."""
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.serialization.serialized_objects import DagSerialization

    assert run.IMPATIENCE.keys() <= OTHER_STACK.keys()
    shutil.copytree(ROOT / "dags", tmp_path / "dags")
    shutil.copytree(dbt_project, tmp_path / "dbt_project")
    done = subprocess.run(
        [sys.executable, "-c", _SERIALISE, str(tmp_path / "dags")],
        env={
            **os.environ,
            **OTHER_STACK,
            "ELT_DBT_PROJECT": str(tmp_path / "dbt_project"),
            "PYTHONPATH": str(ROOT),
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    texts, hashes = json.loads(done.stdout.splitlines()[-1])
    here = {name: DagSerialization.to_dict(dag) for name, dag in sorted(parsed.items())}
    for name, text in json.loads(json.dumps(here)).items():
        # Their order is none; Airflow sorts them, too, before it compares.
        mine, others = (
            {task["__var"]["task_id"]: task for task in one["dag"].pop("tasks")}
            for one in (text, texts[name])
        )
        assert mine == others
    assert hashes == {
        name: SerializedDagModel.hash(DagSerialization.to_dict(dag)) for name, dag in parsed.items()
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ELT_TASK_RETRIES", "many"),
        ("ELT_TASK_RETRIES", "-1"),
        ("ELT_TASK_RETRIES", "11"),
        ("ELT_TASK_RETRY_DELAY", "nan"),
        ("ELT_SENSOR_TIMEOUT", "1h"),
    ],
)
def test_a_setting_that_is_none_is_an_error_of_the_dag(
    name: str, value: str, dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=f"{name} .* number"):
        pipeline(declared(), dag_id="other", marts=["users"])


def test_parsing_does_no_io(dbt_project: Path, tmp_path: Path) -> None:
    parsed = subprocess.run(
        [sys.executable, "-c", _PARSE, str(ROOT / "dags")],
        env={
            **os.environ,
            "ELT_DBT_PROJECT": str(dbt_project),
            "PYTHONPATH": str(ROOT),
            "AIRFLOW_HOME": os.environ["AIRFLOW_HOME"],
        },
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert parsed.returncode == 0, parsed.stderr
    assert parsed.stdout.splitlines()[-2:] == ["{}", str(NAMES)], parsed.stdout


def test_without_a_manifest_the_error_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import BundleDagBag

    monkeypatch.setenv("ELT_DBT_PROJECT", str(tmp_path))
    folder = ROOT / "dags"
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    assert len(bag.import_errors) == len(PIPELINES)
    for error in bag.import_errors.values():
        assert "manifest.json is missing; write it by 'dbt parse'" in error


def declared(**changes: Any) -> Source:
    fields: dict[str, Any] = {
        "name": "randomuser",
        "entity": "users",
        "conn_id": "shop_api",
        "endpoint": "/orders",
    }
    return Source(**(fields | changes))


def test_a_freshness_rule_that_dbt_has_otherwise_is_refused(
    dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    rule = Freshness(warn_after=timedelta(hours=20), error_after=timedelta(hours=50))
    with pytest.raises(ValueError, match="randomuser__users: freshness: warn_after is 20:00:00 in"):
        pipeline(declared(freshness=rule), dag_id="other", marts=["users"])


def test_a_source_that_dbt_does_not_know_is_refused(
    dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    with pytest.raises(ValueError, match="randomuser__orders: dbt has no source of that table"):
        pipeline(declared(entity="orders"), dag_id="other", marts=["users"])


@pytest.mark.parametrize("limit", ["", "many", "-5", "1.5", "None", "1" * 13])
def test_a_limit_that_renders_as_no_number_fails_at_once(limit: str) -> None:
    with pytest.raises(PermanentError, match=r"randomuser__users: the limit .* 'limit'"):
        record_limit(declared(), limit)
    assert record_limit(declared(), " 12 ") == 12
    assert record_limit(declared(), None) is None


def test_an_endless_source_wants_a_limit() -> None:
    endless = PageNumber(page_param="page", size_param="size", endless=True)
    with pytest.raises(ValueError, match="needs a limit of records"):
        pipeline(declared(pagination=endless), dag_id="other", marts=["users"])


def test_templates_know_the_period_of_the_run(
    dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Endpoint and parameters, as Airflow renders them for a run of December 31st."""
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    source = declared(
        endpoint="/orders/{{ period(dag_run, '%Y') }}",
        params={"from": "{{ period(dag_run) }}", "to": "{{ period_end(dag_run, '%d.%m.%Y') }}"},
        period="month",
    )
    dag = pipeline(source, dag_id="other", marts=["users"])
    run = SimpleNamespace(logical_date=datetime(2026, 12, 31, 7, tzinfo=UTC), run_after=None)
    for task_id in ("is_api_available", "extract_users"):
        task: Any = dag.get_task(task_id)
        task.render_template_fields({"dag_run": run, **(dag.user_defined_macros or {})})
        if task_id == "extract_users":
            endpoint, params = task.endpoint, task.query
        else:
            endpoint, params = task.endpoint, task.request_params
        assert endpoint == "/orders/2026"
        assert params == {"from": "2026-12", "to": "01.01.2027"}


def test_a_source_with_numbered_pages_takes_25_lines_at_most(
    dbt_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The example of the documentation, which Airflow loads as it stands there."""
    from airflow.dag_processing.dagbag import BundleDagBag

    text = (ROOT / "docs" / "sources.md").read_text()
    example = text.partition('    """Orders')[2].partition("\n## ")[0]
    lines = [line[4:] for line in f'    """Orders{example}'.rstrip().splitlines()]
    assert len(lines) <= 25
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    file = "\n".join(lines).replace("shop", "randomuser").replace("orders", "users")
    (tmp_path / "randomuser.py").write_text(f"{file}\n")
    bag = BundleDagBag(
        dag_folder=tmp_path, bundle_path=tmp_path, bundle_name="example", safe_mode=False
    )
    assert (bag.import_errors, list(bag.dags)) == ({}, ["randomuser"])


# Several accounts, and one table for each DAG

SHOP = """# For Airflow, which looks at files that name it.
from elt.pipeline import pipeline
from elt.source import Source

def shop(dag_id, **asked):
    source = Source(name="cbr", entity="exchange_rates", endpoint="/", **asked)
    return pipeline(source, dag_id=dag_id, marts=["rejected_exchange_rates"])
"""


def bag_of(folder: Path, **files: str) -> Any:
    from airflow.dag_processing.dagbag import BundleDagBag

    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.py").write_text(SHOP + content)
    return BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")


def test_two_declarations_of_a_table_are_refused_naming_both(
    dbt_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    folder = tmp_path / "dags"
    bag = bag_of(
        folder,
        north='dag = shop("north", conn_id="north_api")',
        south='dag = shop("south", conn_id="south_api")',
    )
    # Whichever the file system lists first is read first.
    (kept,) = bag.dags
    refused = {"north": "south", "south": "north"}[kept]
    ((file, error),) = bag.import_errors.items()
    assert file == f"{refused}.py"
    for said in (
        "cbr__exchange_rates is declared twice",
        "'north'",
        "north.py",
        "'south'",
        "south.py",
    ):
        assert said in error.strip().splitlines()[-1]
    # The same file read again, or by another reader, is no second declaration.
    assert bag.process_file(str(folder / f"{kept}.py"), only_if_updated=False) != []
    assert f"{kept}.py" not in bag.import_errors
    (folder / "south.py").unlink()
    assert bag_of(folder).import_errors == {}
    # A DAG that is renamed, or moved to another file, neither.
    assert bag_of(folder, north='dag = shop("west", conn_id="north_api")').import_errors == {}
    (folder / "north.py").rename(folder / "moved.py")
    assert bag_of(folder).import_errors == {}


@pytest.mark.parametrize("second", ["other", "one"])
def test_nor_may_one_file_declare_a_table_twice(
    dbt_project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    bag = bag_of(
        tmp_path / "dags",
        both=f'one, other = shop("one", conn_id="a"), shop("{second}", conn_id="b")',
    )
    assert "cbr__exchange_rates is declared twice" in bag.import_errors["both.py"]


def test_a_source_with_accounts_has_mapped_tasks_and_others_have_none(
    dags: dict[str, Any],
    dbt_project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    content = """
from elt.source import Source
of = {"a": "a_api", "b": "b_api"}
source = Source(name="rickandmorty", entity="locations", accounts=of, endpoint="/")
dag = pipeline(source, dag_id="accounts", marts=["rejected_locations"])
"""
    bag = bag_of(tmp_path / "dags", accounts=content)
    assert bag.import_errors == {}
    from airflow.serialization.serialized_objects import DagSerialization

    made = json.loads(json.dumps(DagSerialization.to_dict(bag.dags["accounts"])))
    dag = DagSerialization.from_dict(made)
    mapped = {
        task.task_id
        for task in dag.tasks
        if task.is_mapped or task.get_closest_mapped_task_group() is not None
    }
    assert mapped == {"is_api_available", "extract_locations", "reconcile"}
    assert {task.task_id: sorted(task.upstream_task_ids) for task in dag.tasks} == {
        "create_tables": [],
        "is_api_available": ["create_tables"],
        "extract_locations": ["is_api_available"],
        "transform.stg_rickandmorty__locations.run": ["extract_locations"],
        "transform.stg_rickandmorty__locations.test": ["transform.stg_rickandmorty__locations.run"],
        "transform.rejected_locations.run": ["transform.stg_rickandmorty__locations.test"],
        "transform.rejected_locations.test": ["transform.rejected_locations.run"],
        "reconcile": ["extract_locations", "transform.rejected_locations.test"],
    }
    # Tasks of accounts wait for all that is before them: a failed account is a failed run.
    assert {str(task.trigger_rule) for task in dag.tasks} == {"all_success"}

    from elt.local.run_dag import Steps

    steps = Steps(bag.dags["accounts"]).all()
    assert [step for step in steps if "[" in step] == [
        "is_api_available [a]",
        "is_api_available [b]",
        "extract_locations [a]",
        "extract_locations [b]",
        "reconcile [a]",
        "reconcile [b]",
    ]
    for name in PIPELINES:
        for task in dags[name].tasks:
            assert not task.is_mapped
            assert task.get_closest_mapped_task_group() is None
