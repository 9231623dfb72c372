"""The one place where an asset is named, and where the tasks of dbt get theirs.

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
from urllib.parse import quote

from airflow.sdk import Asset

from elt.source import Source
from elt.warehouse import ANALYTICS_SCHEMA, LEDGER_TABLE, RAW_SCHEMA

if TYPE_CHECKING:
    from cosmos import DbtTaskGroup
    from cosmos.dbt.graph import DbtNode

LEDGER_SOURCE = f"elt.{LEDGER_TABLE}"
"""dbt's name of the load ledger, as a source."""


def api(source: Source) -> Asset:
    """What the source offers."""
    return Asset(
        name=f"api.{source.name}.{source.entity}",
        uri=f"api://{source.name}/{source.entity}",
        group="api",
    )


def raw(table: str) -> Asset:
    """A raw table, ``randomuser__users``."""
    return _in_warehouse("raw", table, RAW_SCHEMA, table)


def mart(name: str) -> Asset:
    """A mart, for DAGs that are scheduled on it: ``schedule=[lineage.mart("users")]``."""
    return _in_warehouse("marts", name, ANALYTICS_SCHEMA, name)


def node_name(node: DbtNode) -> str:
    """The name of a dbt node's table or view."""
    return _relation_name(node.unique_id, node.config)


def of_node(node: DbtNode) -> Asset | None:
    """The asset of a node as Cosmos has it; see `of_dbt`."""
    return of_dbt(node.unique_id, node.config, node.fqn or ())


def of_dbt(unique_id: str, config: Mapping[str, Any], fqn: Sequence[str]) -> Asset | None:
    """The asset of a dbt model, snapshot, seed or source; None for what makes no table.

    The arguments are those of a node in dbt's manifest. None also for the ledger, which every mart
    reads to know what to build: no data comes from it, and it would join the lineage of all
    pipelines into one. A source that no pipeline of ours lands has its dbt name,
    ``raw.crm.orders``; a model of a schema of its own has that in its name.
    """
    kind, _, name = unique_id.split(".", 2)
    if kind == "source":
        return _of_source(name)
    if kind == "seed":
        group = "seeds"
    elif kind in ("model", "snapshot"):
        group = "staging" if "staging" in fqn else "marts"
    else:
        return None
    if is_ephemeral(config):
        return None
    name = _relation_name(unique_id, config)
    # dbt takes a snapshot's target schema as it is, any other as a part of the name.
    if target := config.get("target_schema"):
        return _in_warehouse(group, f"{target}.{name}", str(target), name)
    if custom := config.get("schema"):
        return _in_warehouse(group, f"{custom}.{name}", f"{ANALYTICS_SCHEMA}_{custom}", name)
    return _in_warehouse(group, name, ANALYTICS_SCHEMA, name)


def is_ephemeral(config: Mapping[str, Any]) -> bool:
    """Whether a node with this configuration is written into those that read it."""
    return str(config.get("materialized")).lower() == "ephemeral"


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


def _relation_name(unique_id: str, config: Mapping[str, Any]) -> str:
    # dbt's own alias of a versioned model, `users.v2`, is `users_v2`.
    return str(config.get("alias") or unique_id.split(".", 2)[2].replace(".", "_"))


def _of_source(name: str) -> Asset | None:
    if name == LEDGER_SOURCE:
        return None
    source, _, table = name.partition(".")
    if table.startswith(f"{source}__"):
        return raw(table)
    return _in_warehouse("raw", name, RAW_SCHEMA, source, table)


def _in_warehouse(group: str, name: str, *path: str) -> Asset:
    uri = f"warehouse://{'/'.join(quote(part, safe='') for part in path)}"
    return Asset(name=f"{group}.{name}", uri=uri, group=group)


def _read(nodes: Mapping[str, DbtNode], names: Iterable[str]) -> Iterator[Asset]:
    """The assets of the nodes that are named; of one that makes no table, those it reads itself."""
    for name in names:
        node = nodes.get(name)
        if node is None:
            continue
        asset = of_node(node)
        if asset is not None:
            yield asset
        elif is_ephemeral(node.config):
            yield from _read(nodes, node.depends_on)


def _is_test(task: Any) -> bool:
    from cosmos.operators.base import DbtTestMixin

    return isinstance(task, DbtTestMixin)


def _tasks(entry: Any) -> list[Any]:
    """The tasks behind an entry of Cosmos' map, which is a task or a group of run and test."""
    return list(entry.iter_tasks()) if hasattr(entry, "iter_tasks") else [entry]
