"""A test that failed: its SQL as dbt ran it, and the rows that it finds now.

The SQL is what the task recorded with its result (`elt.transform.results`). It runs as the reader,
in the page's read-only transaction with its timeout, as one statement and for a few rows only.

Values are masked as declared: a column whose ``meta`` in dbt has ``redact: true`` is shown of no
table, and of a raw record the fields that the source redacts are left out, also of loads that are
older than the declaration. A column that a test computes could be made of a masked one: where the
test looks at a table with masked columns, it is masked, too, unless it counts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from elt.extract.decode.redaction import Redactions, redact, redactions
from elt.health.sources import read_declared
from elt.health.tables import Project, Table, Test
from elt.ui.snapshot import Snapshot
from elt.warehouse import RESULTS_TABLE

ROWS = 20
"""Rows that are shown, at most."""
MASK = "•••"
WIDTH = 300
"""Characters of a value that are shown."""

_COUNTS = ("n_records", "failures", "record_no", "load_id")
_WHOLE_ROWS: dict[str, str | None] = {
    "not_null": None,
    "unique": "unique_field",
    "accepted_values": "value_field",
}
"""dbt's own tests, which select a column only, and how their query calls it."""


@dataclass(frozen=True)
class Failing:
    """What a test finds.

    ``sql`` is None where no result with its SQL is recorded. ``columns`` and ``rows`` are those of
    the table where the test is one of dbt's own on a column, else those of its query;
    ``is_all`` is False where there are more. ``note`` says why there are no rows.
    """

    sql: str | None
    columns: list[str]
    rows: list[list[str | None]]
    masked: list[str]
    is_all: bool
    note: str | None
    recorded_at: datetime | None


def read(snapshot: Snapshot, project: Project, table: Table, test: Test) -> Failing:
    """What ``test`` of ``table`` finds now."""
    recorded = _recorded(snapshot, test)
    if recorded is None:
        note = "Its SQL is recorded when a run in Airflow finds rows; the task's log has it, too."
        return Failing(None, [], [], [], True, note, None)
    text, at = recorded["compiled_sql"], recorded["finished_at"]
    try:
        with snapshot.connection.transaction():
            columns, rows = _run(snapshot, _query(table, test, text))
    except psycopg.errors.QueryCanceled:
        note = "The query takes too long for a page: run it by `elt psql`."
        return Failing(text, [], [], [], True, note, at)
    except psycopg.Error as error:
        note = f"The query fails: {error.diag.message_primary or type(error).__name__}"
        return Failing(text, [], [], [], True, note, at)
    masked = _masked(project, table, test, columns)
    trees = _trees(snapshot, project, test)
    shown = [
        [
            MASK if name in masked and value is not None else _text(value, trees)
            for name, value in zip(columns, row, strict=True)
        ]
        for row in rows[:ROWS]
    ]
    empty = None if rows else "It finds no rows now: the data have changed since."
    return Failing(text, columns, shown, sorted(masked), len(rows) <= ROWS, empty, at)


def _recorded(snapshot: Snapshot, test: Test) -> dict[str, Any] | None:
    """The last result that has the test's SQL."""
    if not snapshot.has_results or "compiled_sql" not in snapshot.columns(RESULTS_TABLE):
        return None
    found = snapshot.rows(
        "select compiled_sql, finished_at from ops.dbt_results"
        " where node = %s and compiled_sql is not null order by finished_at desc limit 1",
        test.node,
    )
    return found[0] if found else None


def _query(table: Table, test: Test, text: str) -> sql.Composed:
    """The rows of the table that a test of one column complains of, or what its query selects."""
    # A comment at the end of the text must not swallow what follows.
    found = sql.SQL("(\n{}\n)").format(_literally(text))
    if test.kind is None or test.kind not in _WHOLE_ROWS or test.column is None:
        return sql.SQL("select * from {} as failing limit %s").format(found)
    field = _WHOLE_ROWS[test.kind]
    column, relation = sql.Identifier(test.column), sql.Identifier(*table.relation)
    if field is None:
        return sql.SQL("select * from {} as t where t.{} is null limit %s").format(relation, column)
    return sql.SQL(
        "select * from {} as t where t.{} in (select failing.{} from {} as failing) limit %s"
    ).format(relation, column, sql.Identifier(field), found)


def _literally(text: str) -> sql.Composable:
    # The driver would take a per cent sign for a parameter.
    escaped: Any = text.replace("%", "%%")
    return sql.SQL(escaped)


def _run(snapshot: Snapshot, statement: sql.Composed) -> tuple[list[str], list[tuple[Any, ...]]]:
    # With a parameter the server takes one statement and no second one behind a semicolon.
    cursor = snapshot.connection.execute(statement, (ROWS + 1,))
    return [column.name for column in cursor.description or ()], cursor.fetchall()


def _masked(project: Project, table: Table, test: Test, columns: list[str]) -> set[str]:
    looked_at = [one for one in project.tables.values() if one.relation in test.looks_at]
    hidden = set().union(*(one.masked for one in (table, *looked_at)))
    if not hidden:
        return set()
    known = {name for one in (table, *looked_at) for name in one.columns}
    return {
        name for name in columns if name in hidden or (name not in known and name not in _COUNTS)
    }


def _trees(snapshot: Snapshot, project: Project, test: Test) -> Redactions:
    """The fields that the sources of what the test looks at redact."""
    declared = read_declared(snapshot.connection)
    names = {
        source
        for one in project.tables.values()
        if one.relation in test.looks_at
        for source in one.sources
    }
    return redactions(path for name in names if name in declared for path in declared[name].redact)


def _text(value: Any, trees: Redactions) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict | list):
        value = redact(json.dumps(value, ensure_ascii=False, default=str).encode(), trees).decode()
    text = str(value)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
