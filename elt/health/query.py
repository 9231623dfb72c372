"""Statements on a connection of the reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from elt.warehouse import LEDGER_TABLE, RAW_SCHEMA


def rows(
    connection: psycopg.Connection[Any],
    statement: str | sql.Composed,
    parameters: Sequence[Any] | Mapping[str, Any] = (),
) -> list[dict[str, Any]]:
    """The rows of a statement of this package, by column."""
    query = statement if isinstance(statement, sql.Composed) else sql.SQL(cast("Any", statement))
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(query, parameters or None).fetchall()


def can_read(connection: psycopg.Connection[Any], schema: str, table: str) -> bool:
    """Whether there is a table of that name that the connection's role may read."""
    (row,) = rows(
        connection,
        "select coalesce(has_table_privilege(to_regclass(%s), 'select'), false) as can_read",
        (f"{schema}.{table}",),
    )
    return bool(row["can_read"])


def ledger(connection: psycopg.Connection[Any]) -> str:
    """The ledger to select from, ``from {ledger} as l``; one of an earlier release has no accounts.

    The first run of a pipeline after an upgrade adds them, and the reader cannot.
    """
    found = rows(
        connection,
        "select 1 from pg_catalog.pg_attribute"
        " where attrelid = to_regclass(%s) and attname = 'account' and not attisdropped",
        (f"{RAW_SCHEMA}.{LEDGER_TABLE}",),
    )
    return "raw.loads" if found else "(select o.*, ''::text as account from raw.loads as o)"
