"""The one place where an asset is named, and where the tasks of dbt get theirs.

An asset's name and URI say what it is in the warehouse, never where the warehouse runs, so they are
the same on a laptop and in containers. Groups are the steps of the flow: ``api``, ``raw``,
``staging``, ``marts``, ``seeds``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from airflow.sdk import Asset

from elt.source import Source
from elt.warehouse import LEDGER_TABLE

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
    return Asset(name=f"raw.{table}", uri=f"warehouse://raw/{table}", group="raw")


def node_name(node: DbtNode) -> str:
    """The name of a dbt node's table or view."""
    return str(node.config.get("alias") or node.unique_id.rpartition(".")[2])


def of_node(node: DbtNode) -> Asset | None:
    """The asset of a dbt model, seed or source; None for what makes no table.

    None also for the ledger, which every mart reads to know what to build: no data comes from it.
    """
    kind, name = node.resource_type.value, node_name(node)
    if kind == "source":
        return None if name == LEDGER_TABLE else raw(name)
    if kind == "seed":
        group = "seeds"
    elif kind == "model":
        group = "staging" if "staging" in (node.fqn or ()) else "marts"
    else:
        return None
    return Asset(name=f"{group}.{name}", uri=f"warehouse://analytics/{name}", group=group)


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
        read = [asset for parent in node.depends_on if (asset := _asset(nodes, parent))]
        made = of_node(node)
        for task in _tasks(entry):
            if made is not None and not task.task_id.endswith("test"):
                task.add_inlets(read)
                task.add_outlets([made])
            else:
                task.add_inlets([made] if made is not None else read)


def _asset(nodes: dict[str, DbtNode], name: str) -> Asset | None:
    return of_node(nodes[name]) if name in nodes else None


def _tasks(entry: Any) -> list[Any]:
    """The tasks behind an entry of Cosmos' map, which is a task or a group of run and test."""
    return list(entry.iter_tasks()) if hasattr(entry, "iter_tasks") else [entry]
