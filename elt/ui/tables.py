"""The tables that dbt knows, as its manifest has them: names, tests, rules, what they stand on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from elt import lineage, project
from elt.warehouse import RAW_SCHEMA

_SECONDS = {"minute": 60, "hour": 3600, "day": 86400}


@dataclass(frozen=True)
class Rule:
    """A freshness rule of a source: seconds since the last load; None where it does not say."""

    warn_after: int | None
    error_after: int | None

    def judge(self, age: float) -> str:
        """dbt's word for the age of the last load: pass, warn or error."""
        if self.error_after is not None and age > self.error_after:
            return "error"
        return "warn" if self.warn_after is not None and age > self.warn_after else "pass"


@dataclass(frozen=True)
class Test:
    """A data test: dbt's id, and a name for people such as ``not_null user_id``."""

    node: str
    name: str


@dataclass(frozen=True)
class Table:
    """A table or view of the warehouse that dbt knows.

    ``name`` and ``group`` are those of its asset; ``relation`` is schema and identifier;
    ``sources`` are the raw tables all its rows come from, by their name in the ledger;
    ``rejected_in`` are schema and identifier of the tables that have their rejected records (models
    whose ``meta`` has ``rejected_of``).
    """

    node: str
    name: str
    group: str
    relation: tuple[str, str]
    materialized: str
    description: str
    docs: str
    reads: tuple[str, ...]
    sources: tuple[str, ...]
    rejected_in: tuple[tuple[str, str], ...]
    freshness: Rule | None
    tests: tuple[Test, ...]

    @property
    def is_raw(self) -> bool:
        """Whether an extract lands it."""
        return self.sources == (self.relation[1],) and self.relation[0] == RAW_SCHEMA


def tables() -> dict[str, Table]:
    """All tables by name, in the order of the flow. Raises OSError where there is no manifest."""
    file = project.manifest()
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(file: Path, _changed: int) -> dict[str, Table]:
    manifest = json.loads(file.read_bytes())
    nodes: dict[str, Any] = manifest["nodes"] | manifest["sources"]
    named = {
        name: asset
        for name, node in nodes.items()
        if (asset := lineage.of_dbt(name, node["config"], node["fqn"])) is not None
    }
    ancestors = {name: _ancestors(nodes, name) for name in named}
    tests = _tests(nodes)
    rejecting = _rejecting(nodes)
    found = []
    for name, asset in named.items():
        node = nodes[name]
        sources = [nodes[at] for at in ancestors[name] if at in named and _is_source(at)]
        landed = sorted(source["identifier"] for source in sources)
        found.append(
            Table(
                node=name,
                name=asset.name,
                group=asset.group,
                relation=(node["schema"], node.get("identifier") or node["alias"]),
                materialized="table" if _is_source(name) else node["config"]["materialized"],
                description=" ".join(node["description"].split()),
                docs=f"{node['resource_type']}/{name}",
                reads=tuple(dict.fromkeys(named[at].name for at in _parents(nodes, name, named))),
                sources=tuple(landed),
                rejected_in=tuple(rejecting[table] for table in landed if table in rejecting),
                freshness=_strictest(sources),
                tests=tuple(tests.get(name, ())),
            )
        )
    order = {"raw": 0, "seeds": 1, "staging": 2, "marts": 3}
    found.sort(key=lambda table: (order[table.group], len(ancestors[table.node]), table.name))
    return {table.name: table for table in found}


def _is_source(name: str) -> bool:
    return name.startswith("source.")


def _rejecting(nodes: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The table of rejected records of each raw table that has one."""
    return {
        node["config"]["meta"]["rejected_of"]: (node["schema"], node["alias"])
        for node in nodes.values()
        if node["resource_type"] == "model" and "rejected_of" in (node["config"].get("meta") or {})
    }


def _tests(nodes: Mapping[str, Any]) -> dict[str, list[Test]]:
    """The data tests of each node, which a test on two tables is of both."""
    found: dict[str, list[Test]] = {}
    for name, node in sorted(nodes.items()):
        if node["resource_type"] != "test":
            continue
        kind = (node.get("test_metadata") or {}).get("name")
        words = f"{kind} {node.get('column_name') or ''}".strip() if kind else node["name"]
        attached = node.get("attached_node")
        for parent in [attached] if attached else node["depends_on"]["nodes"]:
            found.setdefault(parent, []).append(Test(name, words))
    return found


def _parents(nodes: Mapping[str, Any], name: str, named: Mapping[str, Any]) -> Iterator[str]:
    """What a node reads; in place of what makes no table, what that reads."""
    for parent in (nodes[name].get("depends_on") or {}).get("nodes", ()):
        if parent in named:
            yield parent
        elif parent in nodes and not _is_source(parent):
            yield from _parents(nodes, parent, named)


def _ancestors(nodes: Mapping[str, Any], name: str) -> set[str]:
    """The node and all it stands on."""
    seen: set[str] = set()
    open_ = [name]
    while open_:
        current = open_.pop()
        if current in seen or current not in nodes:
            continue
        seen.add(current)
        open_ += (nodes[current].get("depends_on") or {}).get("nodes", ())
    return seen


def _strictest(sources: list[Any]) -> Rule | None:
    rules = [
        (_seconds(rule.get("warn_after")), _seconds(rule.get("error_after")))
        for source in sources
        if (rule := source.get("freshness"))
    ]
    warn = min((warn for warn, _ in rules if warn is not None), default=None)
    error = min((error for _, error in rules if error is not None), default=None)
    return None if warn is None and error is None else Rule(warn, error)


def _seconds(limit: Mapping[str, Any] | None) -> int | None:
    if not limit or limit.get("count") is None:
        return None
    return int(limit["count"]) * _SECONDS[limit["period"]]
