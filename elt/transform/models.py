"""The dbt models of a pipeline as Airflow tasks, rendered by Cosmos from dbt's manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from airflow.providers.openlineage import conf as openlineage
from airflow.sdk.definitions.param import ParamsDict
from cosmos import (
    DbtTaskGroup,
    ExecutionConfig,
    ProfileConfig,
    ProjectConfig,
    RenderConfig,
)
from cosmos.constants import ExecutionMode, InvocationMode, LoadMode, TestBehavior

from elt.source import Source
from elt.transform import lineage, project
from elt.transform.freshness import Rule
from elt.transform.statements import Statements
from elt.warehouse import ANALYTICS_SCHEMA


@dataclass(frozen=True)
class KeyedMart:
    """A mart of one row per key, as its ``meta`` in dbt declares it: one column or several."""

    relation: str
    staging: str
    key: str | list[str]

    @property
    def keys(self) -> list[str]:
        """The columns of the key."""
        return [self.key] if isinstance(self.key, str) else self.key


def profile() -> ProfileConfig:
    """dbt's way to the warehouse, for all that Cosmos runs."""
    known = project.profile()
    return ProfileConfig(
        profile_name=known.name,
        target_name=known.target,
        profiles_yml_filepath=known.folder / "profiles.yml",
    )


def transform(group_id: str, marts: Sequence[str], *, extract: str) -> DbtTaskGroup:
    """The task group that builds ``marts`` and all they stand on: a task per model, then its tests.

    ``extract`` is the task that lands what they are built of; each result of dbt is recorded with
    the load that its XCom names (`elt.transform.results`).

    Reads dbt's manifest (`project.manifest`), which ``dbt parse`` writes; nothing of dbt
    runs while a DAG file is parsed. Each dbt task runs once at a time, whatever the runs of the
    DAG, since two builds of one model exclude each other.
    """
    folder, manifest = project.folder(), project.manifest()
    if not manifest.is_file():
        raise FileNotFoundError(
            f"{manifest} is missing; write it by 'dbt parse' in {folder}"
            " (the elt command and the image do this)"
        )
    statements = Statements()
    group = DbtTaskGroup(
        group_id=group_id,
        project_config=ProjectConfig(
            dbt_project_path=folder,
            manifest_path=manifest,
            install_dbt_deps=False,
            env_vars={
                # Unit tests check the code, not the data: they belong to CI.
                "DBT_EXCLUDE_RESOURCE_TYPES": "unit_test",
                # Cosmos reads there what dbt has made, whatever the environment is.
                "DBT_TARGET_PATH": "target",
                # What is missing after a load is a fault (macros/not_loaded/).
                "ELT_PIPELINE_TASK": "true",
            },
        ),
        profile_config=profile(),
        execution_config=ExecutionConfig(
            execution_mode=ExecutionMode.LOCAL,
            invocation_mode=InvocationMode.DBT_RUNNER,
        ),
        render_config=RenderConfig(
            load_method=LoadMode.DBT_MANIFEST,
            select=[f"+{mart}" for mart in marts],
            test_behavior=TestBehavior.AFTER_EACH,
            # A test on two models waits for both.
            should_detach_multiple_parents_tests=True,
            # Lineage is declared in elt.transform.lineage; Cosmos' own events draw no edge.
            emit_datasets=False,
        ),
        operator_args={
            "max_active_tis_per_dag": 1,
            "execution_timeout": timedelta(hours=2),
            # By name: a parse of the DAG need not import it.
            "callback": "elt.transform.results.record",
            "callback_args": {"extract": extract},
            "dbt_runner_callbacks": [statements],
        },
    )
    lineage.declare(group)
    for task in group.iter_tasks():
        if hasattr(task, "run_dbt_runner"):
            # Public methods of Cosmos' operators, which it offers no other way to replace. What
            # takes their place must not hold the task: Airflow runs a copy of it.
            task.run_dbt_runner = partial(_call_dbt, callbacks=[statements])
            if openlineage.is_disabled():
                task.calculate_openlineage_events_completes = _no_events
        # A task's copy of the DAG's params is checked by their JSON schema each time the DAG is
        # serialised: ten times the rest of it. At run time the DAG's own are there all the same.
        task.params = ParamsDict()
    return group


def _call_dbt(*arguments: Any, **options: Any) -> Any:
    """Imports dbt where it is called, in a task; a parse of the DAG need not."""
    from elt.transform import dbt_runner

    return dbt_runner.run(*arguments, **options)


def _no_events(*_arguments: Any, **_options: Any) -> bool:
    """Read no events of OpenLineage from dbt's files, since nobody is sent them."""
    return False


def keyed_marts(group: DbtTaskGroup, source: Source) -> list[dict[str, Any]]:
    """The keyed marts of ``source`` in a rendered group, as dictionaries of KeyedMart's fields.

    Raises ValueError where one would take equal keys of several accounts for one row.
    """
    marts = []
    for _, node in sorted(group.dbt_graph.filtered_nodes.items()):
        meta = node.config.get("meta") or {}
        if meta.get("source") == source.table and "key" in meta:
            mart = KeyedMart(
                relation=f"{ANALYTICS_SCHEMA}.{lineage.node_name(node)}",
                staging=f"{ANALYTICS_SCHEMA}.{meta['staging']}",
                key=meta["key"],
            )
            if source.accounts and "account" not in mart.keys:
                raise ValueError(
                    f"{source.table} is loaded for several accounts, and the key of"
                    f" {mart.relation} is {', '.join(mart.keys)}: make it"
                    f" {['account', *mart.keys]}, as docs/sources.md says, so that a record of one"
                    " account never takes the place of another's"
                )
            marts.append(asdict(mart))
    return marts


def expect_freshness(group: DbtTaskGroup, source: Source) -> None:
    """See to it that dbt's source of the raw table has the rule that ``source`` declares.

    dbt and the page Data go by dbt's. Raises ValueError where it is another one, or where the
    models read no such table.
    """
    node = next(
        (
            node
            for name, node in group.dbt_graph.nodes.items()
            if name.startswith("source.") and name.rpartition(".")[2] == source.table
        ),
        None,
    )
    if node is None:
        raise ValueError(
            f"{source.table}: dbt has no source of that table; add one in"
            f" models/staging/{source.name}/_{source.name}__sources.yml"
        )
    of_dbt = Rule.of_dbt(node.config.get("freshness")) or Rule(None, None)
    for name in ("warn_after", "error_after"):
        declared, found = getattr(source.freshness, name), getattr(of_dbt, name)
        if found != declared:
            raise ValueError(
                f"{source.table}: freshness: {name} is {declared} in the declaration and"
                f" {found} in {node.original_file_path.name}; they must agree"
            )
