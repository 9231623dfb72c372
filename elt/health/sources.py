"""How each source is: its newest period against its rule, and the periods that are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg

from elt.health import coverage
from elt.health.coverage import Coverage
from elt.health.query import can_read, ledger, rows
from elt.load.registry import SCHEDULED_RUN_IDS, read_accounts
from elt.source.period import Grain, Period
from elt.source.place import Place, decoded
from elt.transform.freshness import Rule, State
from elt.warehouse import LEDGER_TABLE, RAW_SCHEMA, SOURCES_TABLE

_NEWEST = """
with named as (
    select a.source, a.account, max(a.landed_at) as landed_at
    from {ledger} as a
    group by a.source, a.account
)

select
    n.source,
    n.account,
    n.landed_at,
    r.period,
    l.dag_id
from named as n
cross join lateral (
    select d.dag_id
    from {ledger} as d
    where d.source = n.source and d.account = n.account
    order by d.period desc
    limit 1
) as l
left join lateral (
    select p.period
    from {ledger} as p
    where p.source = n.source and p.account = n.account and p.period <= %s
    order by p.period desc
    limit 1
) as r on true
order by n.source, n.account
"""
_LOADED = """
select l.period
from {ledger} as l
where l.source = %s and l.account = %s and l.period <= %s
order by l.period desc
limit %s
"""


@dataclass(frozen=True)
class Source:
    """A source that has landed; of one with accounts, one of them.

    ``account`` is empty of a source without accounts. ``is_declared`` is False of an account that
    the source was loaded for and is no more: it is not judged, and lacks nothing.
    ``newest`` is the start of its newest period that has begun, ``age`` the seconds since that one
    ended (zero while it is under way); both None where all its loads are of periods to come.
    ``state`` is dbt's word for it, None without a rule. ``landed_at`` is when anything landed last,
    None of an account that is declared and has not been loaded yet.
    """

    source: str
    account: str
    is_declared: bool
    dag_id: str
    grain: Grain
    newest: datetime | None
    age: float | None
    state: State | None
    rule: Rule | None
    landed_at: datetime | None
    asks_by_period: bool
    coverage: Coverage

    @property
    def title(self) -> str:
        """``shop__orders, account north``."""
        return f"{self.source}, account {self.account}" if self.account else self.source


@dataclass(frozen=True)
class Declared:
    """What `elt.load.registry` has of a source."""

    source: str
    dag_id: str
    grain: Grain
    schedule: str | None
    scheduled_since: datetime | None
    asks_by_period: bool
    redact: tuple[Place, ...]
    accounts: Mapping[str, datetime | None] = field(default_factory=dict)
    """Since when the schedule covers each; of an earlier release, or without accounts, none."""

    def has(self, account: str) -> bool:
        """Whether loads of the account are still to come."""
        return account in self.accounts if self.accounts else not account


def read(
    connection: psycopg.Connection[Any], rules: Mapping[str, Rule | None], now: datetime
) -> list[Source]:
    """The sources that the ledger knows, by name; ``rules`` are those that dbt declares.

    Of a source with accounts, each that it is or was loaded for.
    """
    if not can_read(connection, RAW_SCHEMA, LEDGER_TABLE):
        return []
    loads = ledger(connection)
    declared = read_declared(connection)
    landed = {
        (row["source"], row["account"]): row
        for row in rows(connection, _NEWEST.format(ledger=loads), (now,))
    }
    named = {(name, account) for name in declared for account in declared[name].accounts}
    found = []
    for name, account in sorted({*landed, *named}):
        row = landed.get((name, account), {"period": None, "landed_at": None})
        about = declared.get(name) or _undeclared(connection, name, row["dag_id"])
        is_declared = name not in declared or about.has(account)
        rule = rules.get(name) if is_declared else None
        age, state = judge(row["period"], about.grain, rule, now)
        found.append(
            Source(
                source=name,
                account=account,
                is_declared=is_declared,
                dag_id=about.dag_id,
                grain=about.grain,
                newest=row["period"],
                age=None if age is None else age.total_seconds(),
                state=state,
                rule=rule,
                landed_at=row["landed_at"],
                asks_by_period=about.asks_by_period,
                coverage=(
                    _coverage(connection, loads, about, account, now)
                    if is_declared
                    else Coverage([], [])
                ),
            )
        )
    return found


def newest_of_all(found: Iterable[Source]) -> dict[str, datetime | None]:
    """The newest period of each source that all its accounts have; None where one has none."""
    newest: dict[str, datetime | None] = {}
    for one in found:
        if one.is_declared:
            former = newest.get(one.source, one.newest)
            newest[one.source] = (
                None if former is None or one.newest is None else min(former, one.newest)
            )
    return newest


def judge(
    newest: datetime | None, grain: Grain, rule: Rule | None, now: datetime
) -> tuple[timedelta | None, State | None]:
    """Time since the period that begins at ``newest`` ended, and dbt's word for it.

    None for a source whose periods are all to come: with a rule, dbt calls that an error.
    """
    if newest is None:
        return None, None if rule is None else "error"
    age = max(timedelta(), now - Period.of(newest, grain).end)
    return age, None if rule is None else rule.judge(age)


def read_declared(connection: psycopg.Connection[Any]) -> dict[str, Declared]:
    """What the pipelines have registered, by source; nothing in a warehouse of an older release."""
    if not can_read(connection, RAW_SCHEMA, SOURCES_TABLE):
        return {}
    # One of an earlier release has no accounts, so the column is not named.
    declared = rows(
        connection,
        "select s.source, s.dag_id, s.grain, s.schedule, s.scheduled_since, s.asks_by_period,"
        " s.redact, row_to_json(s) ->> 'accounts' as accounts from raw.sources as s",
    )
    return {
        row["source"]: Declared(
            **row
            | {
                "redact": tuple(map(decoded, filter(None, row["redact"].split("\n")))),
                "accounts": read_accounts(row["accounts"]),
            }
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


def _coverage(
    connection: psycopg.Connection[Any],
    loads: str,
    declared: Declared,
    account: str,
    now: datetime,
) -> Coverage:
    latest = rows(
        connection,
        _LOADED.format(ledger=loads),
        (declared.source, account, now, coverage.LOOKED_AT),
    )
    loaded = [row["period"] for row in latest]
    since = declared.accounts.get(account, declared.scheduled_since)
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
