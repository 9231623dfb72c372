"""What has been loaded, how much there is, how fresh and complete it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow, class_row

from elt import warehouse
from elt.health import backlog, query, sources, strays, tables
from elt.health.backlog import Backlog
from elt.health.sources import Source
from elt.health.strays import Stray

_LATEST = 20


@dataclass(frozen=True)
class Load:
    """A load of the ledger."""

    source: str
    account: str
    period: datetime
    landed_at: datetime
    records: int
    bytes: int
    run_id: str | None


@dataclass(frozen=True)
class Report:
    """What a warehouse holds."""

    loads: list[Load] = field(default_factory=list)
    """The latest ones, newest first."""
    rows: dict[str, int] = field(default_factory=dict)
    """Rows of each table and each view of rejected records in `analytics`, by name."""
    freshness: list[Source] = field(default_factory=list)
    """Of each source the newest period, and the periods that are missing."""
    behind: dict[str, Backlog] = field(default_factory=dict)
    """Of each table that has not built all that raw has, by name, how far it has come."""
    strays: list[Stray] = field(default_factory=list)
    """Tables and views that no model makes."""
    errors: list[str] = field(default_factory=list)
    """What could not be told, and why."""

    def complaints(self, *, gaps: bool, stale: bool, behind: bool) -> list[str]:
        """What those who asked for it are to fail for, a sentence each."""
        found = []
        for source in self.freshness:
            missing = sum(span.periods for span in source.coverage.missing)
            if gaps and missing:
                found.append(f"{source.title}: {missing} periods of its schedule are missing")
            if stale and source.state == "error":
                found.append(f"{source.title} is stale")
        if behind:
            found += [f"{name}: {one.words}" for name, one in self.behind.items()]
        return found


def collect(connection: psycopg.Connection[TupleRow], now: datetime, manifest: Path) -> Report:
    """Read the state of any stack's warehouse, over a connection of the reader.

    ``manifest`` is dbt's: it has the rules of freshness, and which tables there should be.
    """
    try:
        project = tables.read(manifest)
    except FileNotFoundError:
        return Report(
            loads=_loads(connection),
            rows=_rows(connection, ()),
            freshness=sources.read(connection, {}, now),
            errors=[f"{manifest} is missing, so nothing is judged; `dbt parse` writes it"],
        )
    known = list(project.tables.values())
    rules = {table.relation[1]: table.freshness for table in known if table.is_raw}
    landed = sources.read(connection, rules, now)
    built = backlog.read(connection, known, landed, _present(connection), now)
    rejecting = {relation for table in known for relation in table.rejected_in}
    return Report(
        loads=_loads(connection),
        rows=_rows(connection, rejecting),
        freshness=landed,
        behind={name: one for name, one in built.items() if one.is_behind},
        strays=strays.read(connection, project),
    )


def _loads(connection: psycopg.Connection[TupleRow]) -> list[Load]:
    row = connection.execute(
        "select to_regclass(%s) is not null",
        (f"{warehouse.RAW_SCHEMA}.{warehouse.LEDGER_TABLE}",),
    ).fetchone()
    if row is None or not row[0]:
        return []
    with connection.cursor(row_factory=class_row(Load)) as cursor:
        return cursor.execute(
            sql.SQL(
                "select l.source, l.account, l.period, l.landed_at, l.records, l.bytes, l.run_id"
                " from {ledger} as l order by l.landed_at desc, l.source, l.period, l.account"
                " limit %s"
            ).format(ledger=sql.SQL(cast("Any", query.ledger(connection)))),
            (_LATEST,),
        ).fetchall()


def _rows(
    connection: psycopg.Connection[TupleRow], views: Iterable[tuple[str, str]]
) -> dict[str, int]:
    # The reader may have no right to somebody's own table.
    found = connection.execute(
        "select c.relname from pg_catalog.pg_class as c"
        " inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid"
        " where n.nspname = %s"
        " and (c.relkind in ('r', 'p') or (c.relkind = 'v' and c.relname = any(%s)))"
        " and has_table_privilege(c.oid, 'select')"
        " order by c.relname",
        (
            warehouse.ANALYTICS_SCHEMA,
            [name for schema, name in views if schema == warehouse.ANALYTICS_SCHEMA],
        ),
    ).fetchall()
    counts = {}
    for (table,) in found:
        name = sql.Identifier(warehouse.ANALYTICS_SCHEMA, table)
        row = connection.execute(sql.SQL("select count(*) from {}").format(name)).fetchone()
        counts[str(table)] = int(row[0]) if row else 0
    return counts


def _present(connection: psycopg.Connection[TupleRow]) -> set[tuple[str, str]]:
    found = connection.execute(
        "select n.nspname, c.relname from pg_catalog.pg_class as c"
        " inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid"
        " where c.relkind in ('r', 'p', 'v', 'm')"
    ).fetchall()
    return {(str(schema), str(name)) for schema, name in found}


def as_json(report: Report, **about: object) -> str:
    """The report as a JSON object, what is known of the stack first."""
    return json.dumps({**about, **_plain(asdict(report), report)}, indent=2, default=_iso)


def _plain(content: dict[str, Any], report: Report) -> dict[str, Any]:
    behind = {
        name: {"loads": one.loads, "records": one.records, "made_before": list(one.behind)}
        for name, one in report.behind.items()
    }
    return {**content, "behind": behind}


def _iso(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)
