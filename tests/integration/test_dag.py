"""The DAG as a whole: its structure and lineage, seen in review, and a parse without I/O."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

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


@pytest.mark.parametrize("name", ["user_processing", "data_catalog"])
def test_structure_and_lineage(dags: dict[str, Any], name: str) -> None:
    """A change to it is seen in review; ELT_UPDATE_SNAPSHOTS=1 writes the snapshot anew."""
    file = SNAPSHOTS / f"{name}.json"
    found = json.dumps(described(dags[name]), indent=2, sort_keys=True) + "\n"
    if os.environ.get("ELT_UPDATE_SNAPSHOTS"):
        SNAPSHOTS.mkdir(exist_ok=True)
        file.write_text(found)
    assert json.loads(found) == json.loads(file.read_text())


def test_assets(dag: Any) -> None:
    """Names, URIs, groups: the tests of both stacks compare what Airflow shows with this file."""
    file = SNAPSHOTS / "assets" / "user_processing.json"
    assets = {asset for task in dag.tasks for asset in (*task.inlets, *task.outlets)}
    found = {
        asset.name: {"uri": asset.uri, "group": asset.group}
        for asset in sorted(assets, key=lambda asset: str(asset.name))
    }
    if os.environ.get("ELT_UPDATE_SNAPSHOTS"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(found, indent=2) + "\n")
    assert found == json.loads(file.read_text())


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
    for dag in parsed.values():
        for task in dag.tasks:
            assert task.execution_timeout
            assert task.retry_exponential_backoff
            assert task.max_retry_delay
    assert parsed["user_processing"].get_task("is_api_available").timeout == 600


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
    assert parsed.stdout.splitlines()[-2:] == ["{}", "['data_catalog', 'user_processing']"], (
        parsed.stdout
    )


def test_without_a_manifest_the_error_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.dag_processing.dagbag import BundleDagBag

    monkeypatch.setenv("ELT_DBT_PROJECT", str(tmp_path))
    folder = ROOT / "dags"
    bag = BundleDagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    (error,) = bag.import_errors.values()
    assert "manifest.json is missing; write it by 'dbt parse'" in error
