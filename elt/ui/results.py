"""What Airflow's runs of dbt have left in `ops.dbt_results`: builds, tests and their history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from elt.health.tables import Table
from elt.ui.loads import Load
from elt.ui.snapshot import Snapshot

HISTORY = 30
"""Results of a test, at most, newest last."""


@dataclass(frozen=True)
class TestState:
    """A data test and its last results, oldest first; none where it has not run by Airflow."""

    node: str
    name: str
    history: list[dict[str, Any]]


def builds(snapshot: Snapshot, tables: Sequence[Table]) -> dict[str, Load]:
    """Of each node the last build that went well."""
    if not snapshot.has_results:
        return {}
    rows = snapshot.rows(
        """
        select n.node, r.load_id, r.dag_id, r.run_id, r.finished_at as at, r.rows as records
        from unnest(%s::text[]) as n (node)
        cross join lateral (
            select x.load_id, x.dag_id, x.run_id, x.finished_at, x.rows
            from ops.dbt_results as x
            where x.node = n.node and x.status = 'success'
            order by x.finished_at desc
            limit 1
        ) as r
        """,
        [table.node for table in tables if not table.is_raw],
    )
    periods = _periods(snapshot, [row["load_id"] for row in rows if row["load_id"] is not None])
    built = {}
    for row in rows:
        node = row.pop("node")
        # The load may have been replaced since; then the build is all that is known.
        built[node] = Load(period=periods.get(row["load_id"]), **row)
    for table in tables:
        if not table.sources and table.node in built:
            # A seed, say, is built beside a load and not of it.
            built[table.node] = replace(built[table.node], load_id=None, period=None)
    return built


def _periods(snapshot: Snapshot, load_ids: Sequence[int]) -> dict[int, datetime]:
    if not load_ids or not snapshot.has_ledger:
        return {}
    rows = snapshot.rows(
        "select load_id, period from raw.loads where load_id = any(%s)",
        sorted(set(load_ids)),
    )
    return {row["load_id"]: row["period"] for row in rows}


def last_results(snapshot: Snapshot, nodes: Iterable[str]) -> dict[str, str]:
    if not snapshot.has_results:
        return {}
    rows = snapshot.rows(
        """
        select n.node, r.status
        from unnest(%s::text[]) as n (node)
        cross join lateral (
            select x.status
            from ops.dbt_results as x
            where x.node = n.node
            order by x.finished_at desc
            limit 1
        ) as r
        """,
        sorted(set(nodes)),
    )
    return {row["node"]: row["status"] for row in rows}


def tests(snapshot: Snapshot, table: Table) -> list[TestState]:
    """The tests of a table with their history."""
    history: dict[str, list[dict[str, Any]]] = {test.node: [] for test in table.tests}
    if snapshot.has_results:
        rows = snapshot.rows(
            """
            select
                n.node, r.status, r.failures, r.seconds, r.dag_id, r.run_id, r.task_id, r.load_id,
                r.finished_at as at
            from unnest(%s::text[]) as n (node)
            cross join lateral (
                select x.*
                from ops.dbt_results as x
                where x.node = n.node
                order by x.finished_at desc
                limit %s
            ) as r
            order by r.finished_at
            """,
            list(history),
            HISTORY,
        )
        for row in rows:
            history[row.pop("node")].append(row)
    return [TestState(test.node, test.name, history[test.node]) for test in table.tests]
