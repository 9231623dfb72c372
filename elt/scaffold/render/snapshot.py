"""The structure of the DAG and its assets, for the tests that show each change to them in review.

Written without parsing the DAG, which takes a manifest of dbt's and Airflow; a test sees to it that
a parse gives the same.
"""

from __future__ import annotations

import json
from typing import Any

from elt.airflow import task_ids
from elt.scaffold.plan import Plan
from elt.scaffold.render.dag import LIMIT
from elt.settings import MOST_RETRIES


def snapshot(plan: Plan) -> str:
    """The text of `tests/integration/snapshots/<source>.json`."""
    source = plan.source
    extract = task_ids.extract(source)
    raw = f"raw.{source.table}"
    staging = f"staging.{plan.staging}"
    tasks = {
        task_ids.CREATE_TABLES: _task("CreateTablesOperator"),
        task_ids.SENSOR: _task("ApiSensor", after=[task_ids.CREATE_TABLES]),
        extract: _task(
            "ExtractOperator",
            after=[task_ids.SENSOR],
            reads=[f"api.{source.name}.{source.entity}"],
            makes=raw,
        ),
        **_model(plan.staging, staging, reads=raw, after=extract),
    }
    ends = [extract]
    for model in (plan.mart, plan.rejected):
        if model is not None:
            before = f"{task_ids.TRANSFORM}.{plan.staging}.test"
            tasks.update(_model(model, f"marts.{model}", reads=staging, after=before))
            ends.append(f"{task_ids.TRANSFORM}.{model}.test")
    tasks[task_ids.RECONCILE] = _task("ReconcileOperator", after=ends)
    described = {
        "schedule": "0 0 * * *",
        "scheduled_on": [],
        "catchup": False,
        "max_active_runs": 4,
        "tags": sorted({source.name, source.entity}),
        "params": {} if plan.limit is None else {"records": dict(LIMIT)},
        "tasks": tasks,
    }
    return json.dumps(described, indent=2, sort_keys=True) + "\n"


def assets(plan: Plan) -> str:
    """The text of `tests/integration/snapshots/assets/<source>.json`, as `elt.transform.lineage`
    names the assets."""
    source = plan.source
    found = {
        f"api.{source.name}.{source.entity}": (f"api://{source.name}/{source.entity}", "api"),
        f"raw.{source.table}": (f"warehouse://raw/{source.table}", "raw"),
        f"staging.{plan.staging}": (f"warehouse://analytics/{plan.staging}", "staging"),
    }
    for model in (plan.mart, plan.rejected):
        if model is not None:
            found[f"marts.{model}"] = (f"warehouse://analytics/{model}", "marts")
    described = {name: {"uri": uri, "group": group} for name, (uri, group) in sorted(found.items())}
    return json.dumps(described, indent=2) + "\n"


def _model(name: str, asset: str, *, reads: str, after: str) -> dict[str, Any]:
    model = f"{task_ids.TRANSFORM}.{name}"
    run = f"{model}.run"
    return {
        run: _task("DbtRunLocalOperator", after=[after], reads=[reads], makes=asset),
        f"{task_ids.TRANSFORM}.{name}.test": _task(
            "DbtTestLocalOperator", after=[run], reads=[asset]
        ),
    }


def _task(
    operator: str,
    *,
    after: list[str] | None = None,
    reads: list[str] | None = None,
    makes: str = "",
) -> dict[str, Any]:
    return {
        "operator": operator,
        "owner": "data-platform",
        # Data does not heal.
        "retries": MOST_RETRIES,
        "upstream": sorted(after or []),
        "inlets": reads or [],
        "outlets": [makes] if makes else [],
    }
