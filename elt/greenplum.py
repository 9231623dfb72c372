"""What a Greenplum warehouse wants said that PostgreSQL does not know.

Which of the two it is, a connection tells by itself; dbt's models, by dbt's target. Everything else
is SQL that both understand.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql


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


def rows_by_segment(connection: psycopg.Connection[Any], schema: str, table: str) -> dict[int, int]:
    """Rows of a Greenplum table on each segment that has some: even numbers mean no skew."""
    rows = connection.execute(
        sql.SQL("select gp_segment_id, count(*) from {} group by 1 order by 1").format(
            sql.Identifier(schema, table)
        )
    ).fetchall()
    return {int(segment): int(count) for segment, count in rows}
