"""The tables that dbt knows, as its manifest has them: names, tests, rules, what they stand on.

A table is called what it is in the warehouse, ``analytics.users``. Its asset has a name of its own
(`elt.transform.asset_names`), which DAGs are scheduled on and which therefore stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from elt.transform import asset_names
from elt.transform.asset_names import AssetName
from elt.transform.freshness import Rule
from elt.warehouse import RAW_SCHEMA

_ORDER = {"raw": 0, "seeds": 1, "staging": 2, "marts": 3}
_ARGUMENT_WIDTH = 100
"""Characters of a test's arguments that its name has."""


@dataclass(frozen=True)
class Test:
    """A data test: dbt's id, and a name for people such as ``not_null user_id``.

    ``kind`` and ``column`` are those of a generic test. ``looks_at`` are the relations it reads.
    """

    node: str
    name: str
    kind: str | None
    column: str | None
    looks_at: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Table:
    """A table or view of the warehouse that dbt knows.

    ``name`` is the one it has in the warehouse, ``relation`` the same as schema and identifier;
    ``asset`` and ``group`` are those of its asset; ``sources`` are the raw tables all its rows come
    from, by their name in the ledger. ``staged_in`` has the table that types the records of each of
    them, where there is one; of such a table, itself. ``marks`` are those of the sources whose
    loads it logs as staged or built. ``rejected_in`` are schema and identifier of the
    views that have their rejected records (models whose ``meta`` has ``rejected_of``). ``masked``
    are the columns whose values are shown to nobody (``meta: {redact: true}``), ``columns`` all
    that dbt knows of.
    """

    node: str
    name: str
    asset: str
    group: str
    relation: tuple[str, str]
    materialized: str
    description: str
    docs: str
    reads: tuple[str, ...]
    sources: tuple[str, ...]
    staged_in: Mapping[str, str]
    marks: tuple[str, ...]
    rejected_in: tuple[tuple[str, str], ...]
    freshness: Rule | None
    tests: tuple[Test, ...]
    columns: tuple[str, ...]
    masked: frozenset[str]

    @property
    def is_raw(self) -> bool:
        """Whether an extract lands it."""
        return self.sources == (self.relation[1],) and self.relation[0] == RAW_SCHEMA


@dataclass(frozen=True)
class Project:
    """What dbt has parsed: the tables by name, in the order of the flow, and every relation.

    ``relations`` has also the ledger; ``disabled`` those of models that are switched off.
    """

    tables: dict[str, Table]
    relations: frozenset[tuple[str, str]]
    disabled: frozenset[tuple[str, str]]

    def find(self, name: str) -> Table | None:
        """A table by its name, or by that of its asset."""
        if name in self.tables:
            return self.tables[name]
        return next((table for table in self.tables.values() if table.asset == name), None)


def read(manifest: Path) -> Project:
    """What dbt has written into ``manifest``. Raises OSError if it does not exist."""
    return _read(manifest, manifest.stat().st_mtime_ns)


@lru_cache(maxsize=1)
def _read(file: Path, _changed: int) -> Project:
    manifest = json.loads(file.read_bytes())
    nodes: dict[str, Any] = manifest["nodes"] | manifest["sources"]
    named = {
        name: asset
        for name, node in nodes.items()
        if (asset := asset_names.of_dbt(name, node["config"], node["fqn"])) is not None
    }
    ancestors = {name: _ancestors(nodes, name) & named.keys() for name in named}
    tests = _tests(nodes)
    rejecting = _rejecting(nodes)
    found = []
    for name, asset in named.items():
        node = nodes[name]
        sources = [nodes[at] for at in ancestors[name] if _is_source(at)]
        landed = sorted(source["identifier"] for source in sources)
        staged_in, marks = _staging(nodes, name, ancestors)
        found.append(
            Table(
                node=name,
                name=".".join(_relation(node)),
                asset=asset.name,
                group=asset.group,
                relation=_relation(node),
                materialized="table" if _is_source(name) else node["config"]["materialized"],
                description=" ".join(node["description"].split()),
                docs=f"{node['resource_type']}/{name}",
                reads=tuple(
                    dict.fromkeys(".".join(_relation(at)) for at in _parents(nodes, name, named))
                ),
                sources=tuple(landed),
                staged_in=staged_in,
                marks=marks,
                rejected_in=tuple(rejecting[table] for table in landed if table in rejecting),
                freshness=Rule.strictest(
                    Rule.of_dbt(source.get("freshness")) for source in sources
                ),
                tests=tuple(tests.get(name, ())),
                columns=tuple(node["columns"]),
                masked=frozenset(
                    column for column, about in node["columns"].items() if _is_masked(about)
                ),
            )
        )
    found.sort(key=lambda table: (_ORDER[table.group], len(ancestors[table.node]), table.name))
    makers = (node for node in nodes.values() if _makes_table(node))
    disabled = (node for many in (manifest.get("disabled") or {}).values() for node in many)
    return Project(
        tables={table.name: table for table in found},
        relations=frozenset(map(_relation, makers)),
        disabled=frozenset(_relation(node) for node in disabled if _makes_table(node)),
    )


def _relation(node: Mapping[str, Any]) -> tuple[str, str]:
    return node["schema"], node.get("identifier") or node["alias"]


def _makes_table(node: Mapping[str, Any]) -> bool:
    return node["resource_type"] in (
        "model",
        "seed",
        "snapshot",
        "source",
    ) and not asset_names.is_ephemeral(node["config"])


def _is_source(name: str) -> bool:
    return name.startswith("source.")


def _is_masked(column: Mapping[str, Any]) -> bool:
    meta = (column.get("config") or {}).get("meta") or column.get("meta") or {}
    return bool(meta.get("redact"))


def _staging(
    nodes: Mapping[str, Any], name: str, ancestors: Mapping[str, set[str]]
) -> tuple[dict[str, str], tuple[str, ...]]:
    """``staged_in`` and ``marks`` of a node."""
    own = _meta(nodes[name]).get("staging")
    staged = sorted(
        (at for at in ancestors[name] if "stages" in _meta(nodes[at])),
        # Its own table first, where several type the same records.
        key=lambda at: (at != name, nodes[at]["name"] != own, at),
    )
    staged_in: dict[str, str] = {}
    marks = []
    for at in staged:
        source = _meta(nodes[at])["stages"]
        staged_in.setdefault(source, ".".join(_relation(nodes[at])))
        if at == name or nodes[at]["name"] == own:
            marks.append(source)
    return staged_in, tuple(marks)


def _meta(node: Mapping[str, Any]) -> Mapping[str, Any]:
    return node["config"].get("meta") or {}


def _rejecting(nodes: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The view of the rejected records of each raw table that has one."""
    return {
        _meta(node)["rejected_of"]: _relation(node)
        for node in nodes.values()
        if node["resource_type"] == "model" and "rejected_of" in _meta(node)
    }


def _tests(nodes: Mapping[str, Any]) -> dict[str, list[Test]]:
    """The data tests of each node, which a test on two tables is of both."""
    found: dict[str, list[Test]] = {}
    for name, node in sorted(nodes.items()):
        if node["resource_type"] != "test":
            continue
        parents = [at for at in node["depends_on"]["nodes"] if at in nodes]
        attached = node.get("attached_node")
        test = Test(
            node=name,
            name=_test_name(node),
            kind=(node.get("test_metadata") or {}).get("name"),
            column=node.get("column_name"),
            looks_at=tuple(_relation(nodes[at]) for at in parents),
        )
        for parent in [attached] if attached else parents:
            found.setdefault(parent, []).append(test)
    return found


def _test_name(node: Mapping[str, Any]) -> str:
    """Kind, column and arguments, which tell two tests of one kind apart; of others dbt's name."""
    about = node.get("test_metadata")
    if not about:
        return str(node["name"])
    words = f"{about['name']} {node.get('column_name') or ''}".strip()
    given = {
        name: value
        for name, value in (about.get("kwargs") or {}).items()
        if name not in ("model", "column_name") and value is not None and value is not False
    }
    if not given:
        return words
    shown = "; ".join(
        ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        for value in given.values()
    )
    shown = " ".join(shown.split())
    if len(shown) > _ARGUMENT_WIDTH:
        shown = f"{shown[: _ARGUMENT_WIDTH - 1]}…"
    return f"{words}: {shown}"


def _parents(
    nodes: Mapping[str, Any], name: str, named: Mapping[str, AssetName]
) -> Iterator[Mapping[str, Any]]:
    """What a node reads; in place of what makes no table, what that reads."""
    for parent in (nodes[name].get("depends_on") or {}).get("nodes", ()):
        if parent in named:
            yield nodes[parent]
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
