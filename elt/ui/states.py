"""How each table is, as the page lists it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elt.health import backlog, sources
from elt.health.backlog import Backlog
from elt.health.coverage import Span
from elt.health.sources import Source
from elt.health.tables import Project, Table
from elt.source.period import Grain
from elt.transform.freshness import Rule, State
from elt.ui import loads, results, sizes
from elt.ui.loads import Load
from elt.ui.snapshot import Snapshot


@dataclass(frozen=True)
class AccountState:
    """What raw has of an account that a table is loaded for, or was: ``is_declared`` is False."""

    name: str
    is_declared: bool
    newest: datetime | None
    grain: Grain
    freshness: State | None
    missing: list[Span]


@dataclass(frozen=True)
class TableState:
    """A table as the page lists it, by the name it has in the warehouse.

    ``asset`` is the name of its asset in Airflow. ``rows`` is None for what is not there and for
    views, save those of rejected records; ``is_estimate`` says that they are PostgreSQL's estimate.
    ``docs`` is the table's place in dbt's documentation. ``newest`` is the start of the newest
    period that it has, a ``grain`` long, ``age`` the seconds since that ended, ``freshness`` dbt's
    word for it (pass, warn, error; None without a rule). ``missing`` are the periods that its
    sources lack though their schedules cover them, ``skipped`` others between loads
    (`elt.health.coverage`). ``behind`` says what raw has that it has not built. ``tests`` counts
    the last results by dbt's status; ``untested`` those tests that have none. ``accounts`` are
    those of its sources, if they have some: what the table lacks is what any of them lacks.
    """

    name: str
    asset: str
    group: str
    kind: str
    docs: str
    exists: bool
    rows: int | None
    is_estimate: bool
    bytes: int | None
    last_load: Load | None
    newest: datetime | None
    grain: Grain | None
    age: float | None
    freshness: State | None
    rule: Rule | None
    missing: list[Span]
    skipped: list[Span]
    asks_by_period: bool
    behind: str | None
    tests: dict[str, int]
    untested: int
    accounts: list[AccountState]


@dataclass(frozen=True)
class _Facts:
    relations: Mapping[tuple[str, str], Mapping[str, Any]]
    rows: Mapping[str, tuple[int | None, bool]]
    landed: Mapping[str, Load]
    built: Mapping[str, Load]
    tests: Mapping[str, str]
    sources: Mapping[str, list[Source]]
    backlog: Mapping[str, Backlog]


def states(snapshot: Snapshot, project: Project, tables: Sequence[Table]) -> list[TableState]:
    """The states of ``tables``, which are some or all of the project's."""
    every = list(project.tables.values())
    relations = sizes.relations(snapshot, every)
    ledger = loads.ledger(snapshot)
    rules = {table.relation[1]: table.freshness for table in every if table.is_raw}
    read = sources.read(snapshot.connection, rules, snapshot.now)
    landed: dict[str, list[Source]] = {}
    for one in read:
        landed.setdefault(one.source, []).append(one)
    facts = _Facts(
        relations,
        sizes.count(snapshot, tables, relations, ledger),
        loads.landed(snapshot, [entry["load_id"] for entry in ledger.values()]),
        results.builds(snapshot, tables),
        results.last_results(snapshot, (test.node for table in tables for test in table.tests)),
        landed,
        backlog.read(snapshot.connection, every, read, relations, snapshot.now),
    )
    return [_state(table, facts, snapshot.now) for table in tables]


def _state(table: Table, facts: _Facts, now: datetime) -> TableState:
    relation = facts.relations.get(table.relation)
    counts: dict[str, int] = {}
    for test in table.tests:
        if test.node in facts.tests:
            counts[facts.tests[test.node]] = counts.get(facts.tests[test.node], 0) + 1
    rows, is_estimate = facts.rows.get(table.name, (None, False))
    built = facts.backlog[table.name]
    known = [one for name in table.sources for one in facts.sources.get(name, ())]
    newest, grain, age, freshness = _freshness(table, built, known, now)
    return TableState(
        name=table.name,
        asset=table.asset,
        group=table.group,
        kind="raw" if table.group == "raw" else table.materialized,
        docs=table.docs,
        exists=relation is not None,
        rows=rows,
        is_estimate=is_estimate,
        bytes=relation["bytes"] if relation and relation["is_table"] else None,
        last_load=(
            facts.landed.get(table.relation[1]) if table.is_raw else facts.built.get(table.node)
        ),
        newest=newest,
        grain=grain,
        age=age,
        freshness=freshness,
        rule=table.freshness,
        missing=[span for source in known for span in source.coverage.missing],
        skipped=[span for source in known for span in source.coverage.skipped],
        asks_by_period=all(source.asks_by_period for source in known),
        behind=built.words or None,
        tests=counts,
        untested=len(table.tests) - sum(counts.values()),
        accounts=[
            AccountState(
                one.account or "without an account",
                one.is_declared,
                one.newest,
                one.grain,
                one.state,
                one.coverage.missing,
            )
            for one in known
            if one.account or not one.is_declared
        ],
    )


def _freshness(
    table: Table, built: Backlog, known: Sequence[Source], now: datetime
) -> tuple[datetime | None, Grain | None, float | None, State | None]:
    """By the source that the table is furthest behind with."""
    found = []
    for source in known:
        if source.source in built.newest:
            newest = built.newest[source.source]
            age, state = sources.judge(newest, source.grain, table.freshness, now)
            seconds = float("inf") if age is None else age.total_seconds()
            found.append((seconds, newest, source.grain, state))
    if not found:
        return None, None, None, None
    seconds, newest, grain, state = max(found, key=lambda one: one[0])
    return newest, grain, None if newest is None else seconds, state
