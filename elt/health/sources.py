"""How each source is: its newest period against its rule, and the periods that are missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg

from elt import periods
from elt.health import coverage
from elt.health.coverage import Coverage
from elt.health.freshness import Rule, State
from elt.health.query import can_read, rows
from elt.periods import Grain
from elt.place import Place, decoded
from elt.registry import SCHEDULED_RUN_IDS
from elt.warehouse import LEDGER_TABLE, RAW_SCHEMA, SOURCES_TABLE

_NEWEST = """
with named as (
    select source, max(landed_at) as landed_at
    from raw.loads
    group by source
)

select
    n.source,
    n.landed_at,
    r.period,
    l.dag_id
from named as n
cross join lateral (
    select d.dag_id
    from raw.loads as d
    where d.source = n.source
    order by d.period desc
    limit 1
) as l
left join lateral (
    select p.period
    from raw.loads as p
    where p.source = n.source and p.period <= %s
    order by p.period desc
    limit 1
) as r on true
order by n.source
"""
_LOADED = """
select period
from raw.loads
where source = %s and period <= %s
order by period desc
limit %s
"""


@dataclass(frozen=True)
class Source:
    """A source that has landed.

    ``newest`` is the start of its newest period that has begun, ``age`` the seconds since that one
    ended (zero while it is under way); both None where all its loads are of periods to come.
    ``state`` is dbt's word for it, None without a rule. ``landed_at`` is when anything landed last.
    """

    source: str
    dag_id: str
    grain: Grain
    newest: datetime | None
    age: float | None
    state: State | None
    rule: Rule | None
    landed_at: datetime
    asks_by_period: bool
    coverage: Coverage


@dataclass(frozen=True)
class Declared:
    """What `elt.registry` has of a source."""

    source: str
    dag_id: str
    grain: Grain
    schedule: str | None
    scheduled_since: datetime | None
    asks_by_period: bool
    redact: tuple[Place, ...]


def read(
    connection: psycopg.Connection[Any], rules: Mapping[str, Rule | None], now: datetime
) -> list[Source]:
    """The sources that the ledger knows, by name; ``rules`` are those that dbt declares."""
    if not can_read(connection, RAW_SCHEMA, LEDGER_TABLE):
        return []
    declared = read_declared(connection)
    found = []
    for row in rows(connection, _NEWEST, (now,)):
        name = row["source"]
        about = declared.get(name) or _undeclared(connection, name, row["dag_id"])
        age, state = judge(row["period"], about.grain, rules.get(name), now)
        found.append(
            Source(
                source=name,
                dag_id=about.dag_id,
                grain=about.grain,
                newest=row["period"],
                age=None if age is None else age.total_seconds(),
                state=state,
                rule=rules.get(name),
                landed_at=row["landed_at"],
                asks_by_period=about.asks_by_period,
                coverage=_coverage(connection, about, now),
            )
        )
    return found


def judge(
    newest: datetime | None, grain: Grain, rule: Rule | None, now: datetime
) -> tuple[timedelta | None, State | None]:
    """Time since the period that begins at ``newest`` ended, and dbt's word for it.

    None for a source whose periods are all to come: with a rule, dbt calls that an error.
    """
    if newest is None:
        return None, None if rule is None else "error"
    age = max(timedelta(), now - periods.next_start(newest, grain))
    return age, None if rule is None else rule.judge(age)


def read_declared(connection: psycopg.Connection[Any]) -> dict[str, Declared]:
    """What the pipelines have registered, by source; nothing in a warehouse of an older release."""
    if not can_read(connection, RAW_SCHEMA, SOURCES_TABLE):
        return {}
    declared = rows(
        connection,
        "select source, dag_id, grain, schedule, scheduled_since, asks_by_period, redact"
        " from raw.sources",
    )
    return {
        row["source"]: Declared(
            **row | {"redact": tuple(map(decoded, filter(None, row["redact"].split("\n"))))}
        )
        for row in declared
    }


def _undeclared(connection: psycopg.Connection[Any], source: str, dag_id: str) -> Declared:
    """What is known of a source whose DAG has not run since there is a table of sources."""
    (row,) = rows(
        connection,
        "select min(period) as since from raw.loads where source = %s and run_id like %s",
        (source, SCHEDULED_RUN_IDS),
    )
    return Declared(source, dag_id, "day", None, row["since"], True, ())


def _coverage(connection: psycopg.Connection[Any], declared: Declared, now: datetime) -> Coverage:
    latest = rows(connection, _LOADED, (declared.source, now, coverage.LOOKED_AT))
    loaded = [row["period"] for row in latest]
    since = declared.scheduled_since
    if since is not None and len(loaded) == coverage.LOOKED_AT:
        # What lies before has not been looked at.
        since = max(since, loaded[-1])
    return coverage.coverage(
        loaded,
        declared.grain,
        now,
        schedule=declared.schedule,
        since=since,
        asks_by_period=declared.asks_by_period,
    )
