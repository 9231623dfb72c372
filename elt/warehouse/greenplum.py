"""What a Greenplum warehouse wants said that PostgreSQL does not know.

Which of the two it is, a connection tells by itself; dbt's models, by dbt's target. Everything else
is SQL that both understand.
"""

from __future__ import annotations

import logging
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql

log = logging.getLogger(__name__)

_ENOUGH = 100
"""Rows a segment, from which on chance spreads them evenly."""
_UNEVEN = 1.5
"""Times its share of the rows that a segment may have."""


def is_greenplum(connection: psycopg.Connection[Any]) -> bool:
    """Whether the server is a Greenplum, or made from it."""
    row = connection.execute("select version()").fetchone()
    return row is not None and any(name in str(row[0]) for name in ("Greenplum", "Cloudberry"))


def distributed_by(connection: psycopg.Connection[Any], *columns: str) -> sql.Composable:
    """The end of a ``create table`` that spreads its rows over the segments by ``columns``.

    Nothing on PostgreSQL. Without it Greenplum takes the first column, and a load id puts all rows
    of a load on one segment. A primary key must contain the columns.
    """
    if not is_greenplum(connection):
        return sql.SQL("")
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL(" distributed by ({})").format(names)


def report_skew(connection: psycopg.Connection[Any], schema: str, table: str, load_id: int) -> None:
    """Warn where the rows of a load lie unevenly on the segments.

    Every query on the table takes as long as the segment with most rows. The load has landed; if
    its rows cannot be looked at, that is all that is said.
    """
    try:
        by_segment, segments = _spread(connection, schema, table, load_id)
    except psycopg.Error as error:
        log.warning("the rows by segment of load %d cannot be seen: %s", load_id, error)
        return
    total = sum(by_segment.values())
    if total >= _ENOUGH * segments and max(by_segment.values()) > _UNEVEN * total / segments:
        log.warning(
            "%s.%s: the rows of load %d lie unevenly on %d segments: %s; see what the table is"
            " distributed by",
            schema,
            table,
            load_id,
            segments,
            dict(sorted(by_segment.items())),
        )


def _spread(
    connection: psycopg.Connection[Any], schema: str, table: str, load_id: int
) -> tuple[dict[int, int], int]:
    """Rows of a load by segment, and how many segments there are."""
    rows = connection.execute(
        sql.SQL("select gp_segment_id, count(*) from {} where load_id = %s group by 1").format(
            sql.Identifier(schema, table)
        ),
        (load_id,),
    ).fetchall()
    (segments,) = _one(
        connection,
        "select count(*) from gp_segment_configuration where role = 'p'::\"char\" and content >= 0",
    )
    return {int(segment): int(count) for segment, count in rows}, int(segments)


def _one(connection: psycopg.Connection[Any], statement: LiteralString) -> tuple[Any, ...]:
    return cast("tuple[Any, ...]", connection.execute(statement).fetchone())
