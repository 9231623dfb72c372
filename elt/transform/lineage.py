"""Assets, named by `elt.transform.asset_names`, and where the tasks of dbt get theirs.

An asset's name and URI say what it is in the warehouse, never where the warehouse runs, so they are
the same on a laptop and in containers. Groups are the steps of the flow: ``api``, ``raw``,
``staging``, ``marts``; and ``seeds``, which come from the project itself.

=================  ==========================  ====================================
what               name                        URI
=================  ==========================  ====================================
what an API gives  ``api.randomuser.users``    ``api://randomuser/users``
a raw table        ``raw.randomuser__users``   ``warehouse://raw/randomuser__users``
a dbt model        ``marts.users``             ``warehouse://analytics/users``
=================  ==========================  ====================================
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset

from elt.source import Source
from elt.transform import asset_names
from elt.transform.asset_names import AssetName
from elt.warehouse import ANALYTICS_SCHEMA

if TYPE_CHECKING:
    from cosmos import DbtTaskGroup
    from cosmos.dbt.graph import DbtNode


def api(source: Source) -> Asset:
    """What the source offers."""
    return Asset(
        name=f"api.{source.name}.{source.entity}",
        uri=f"api://{source.name}/{source.entity}",
        group="api",
    )


def raw(table: str) -> Asset:
    """A raw table, ``randomuser__users``."""
    return _asset(asset_names.raw(table))


def mart(name: str) -> Asset:
    """A mart, for DAGs that are scheduled on it: ``schedule=[lineage.mart("users")]``."""
    return _asset(asset_names.in_warehouse("marts", name, ANALYTICS_SCHEMA, name))


def node_name(node: DbtNode) -> str:
    """The name of a dbt node's table or view."""
    return asset_names.relation_name(node.unique_id, node.config)


def of_node(node: DbtNode) -> Asset | None:
    """The asset of a node as Cosmos has it; see `of_dbt`."""
    return of_dbt(node.unique_id, node.config, node.fqn or ())


def of_dbt(unique_id: str, config: Mapping[str, Any], fqn: Sequence[str]) -> Asset | None:
    """The asset of a node of dbt's manifest; see `elt.transform.asset_names.of_dbt`."""
    named = asset_names.of_dbt(unique_id, config, fqn)
    return None if named is None else _asset(named)


def declare(group: DbtTaskGroup) -> None:
    """Give the tasks of a rendered dbt group their inlets and outlets.

    A task that makes a table has the tables it reads as inlets and the one it makes as its only
    outlet (apache/airflow#72272); a test has the tables it looks at as inlets.
    """
    nodes = group.dbt_graph.nodes
    for name, entry in group.tasks_map.items():
        node = nodes.get(name)
        if node is None:
            continue
        read = list(dict.fromkeys(_read(nodes, node.depends_on)))
        made = of_node(node)
        for task in _tasks(entry):
            if _is_test(task):
                task.add_inlets([made] if made is not None else read)
            elif made is not None:
                task.add_inlets(read)
                task.add_outlets([made])


def _asset(named: AssetName) -> Asset:
    return Asset(name=named.name, uri=named.uri, group=named.group)


def _read(nodes: Mapping[str, DbtNode], names: Iterable[str]) -> Iterator[Asset]:
    """The assets of the nodes that are named; of one that makes no table, those it reads itself."""
    for name in names:
        node = nodes.get(name)
        if node is None:
            continue
        asset = of_node(node)
        if asset is not None:
            yield asset
        elif asset_names.is_ephemeral(node.config):
            yield from _read(nodes, node.depends_on)


def _is_test(task: Any) -> bool:
    from cosmos.operators.base import DbtTestMixin

    return isinstance(task, DbtTestMixin)


def _tasks(entry: Any) -> list[Any]:
    """The tasks behind an entry of Cosmos' map, which is a task or a group of run and test."""
    return list(entry.iter_tasks()) if hasattr(entry, "iter_tasks") else [entry]
