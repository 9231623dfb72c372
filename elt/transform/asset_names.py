"""How assets are named; see `elt.transform.lineage`, which makes them. No Airflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from elt.warehouse import ANALYTICS_SCHEMA, LEDGER_TABLE, RAW_SCHEMA

LEDGER_SOURCE = f"elt.{LEDGER_TABLE}"
"""dbt's name of the load ledger, as a source."""


@dataclass(frozen=True)
class AssetName:
    """An asset's name and URI, and the step of the flow it belongs to."""

    name: str
    uri: str
    group: str


def in_warehouse(group: str, name: str, *path: str) -> AssetName:
    """Of a table or view at ``path``, schema and name."""
    uri = f"warehouse://{'/'.join(quote(part, safe='') for part in path)}"
    return AssetName(name=f"{group}.{name}", uri=uri, group=group)


def raw(table: str) -> AssetName:
    """Of a raw table, ``randomuser__users``."""
    return in_warehouse("raw", table, RAW_SCHEMA, table)


def of_dbt(unique_id: str, config: Mapping[str, Any], fqn: Sequence[str]) -> AssetName | None:
    """Of a dbt model, snapshot, seed or source; None for what makes no table.

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
    name = relation_name(unique_id, config)
    # dbt takes a snapshot's target schema as it is, any other as a part of the name.
    if target := config.get("target_schema"):
        return in_warehouse(group, f"{target}.{name}", str(target), name)
    if custom := config.get("schema"):
        return in_warehouse(group, f"{custom}.{name}", f"{ANALYTICS_SCHEMA}_{custom}", name)
    return in_warehouse(group, name, ANALYTICS_SCHEMA, name)


def is_ephemeral(config: Mapping[str, Any]) -> bool:
    """Whether a node with this configuration is written into those that read it."""
    return str(config.get("materialized")).lower() == "ephemeral"


def relation_name(unique_id: str, config: Mapping[str, Any]) -> str:
    """The name of a dbt node's table or view."""
    # dbt's own alias of a versioned model, `users.v2`, is `users_v2`.
    return str(config.get("alias") or unique_id.split(".", 2)[2].replace(".", "_"))


def _of_source(name: str) -> AssetName | None:
    if name == LEDGER_SOURCE:
        return None
    source, _, table = name.partition(".")
    if table.startswith(f"{source}__"):
        return raw(table)
    return in_warehouse("raw", name, RAW_SCHEMA, source, table)
