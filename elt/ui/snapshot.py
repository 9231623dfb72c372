"""The warehouse as of one moment, over a connection of the reader."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Self

import psycopg
from psycopg import sql

from elt.health import query
from elt.warehouse import LEDGER_TABLE, OPS_SCHEMA, RAW_SCHEMA, READER_CONN_ID, RESULTS_TABLE
from elt.warehouse.connection import connected

_CONNECT_TIMEOUT = 5
"""Seconds; a warehouse that hangs must not keep the threads that Airflow's own pages need."""
_STATEMENT_TIMEOUT = "5s"
_LOCK_TIMEOUT = "1s"


class Snapshot:
    """What the reader sees in one read-only transaction, which nobody is kept waiting for."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self.connection = connection
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        self.rows(
            "select set_config('statement_timeout', %s, false),"
            " set_config('lock_timeout', %s, false)",
            _STATEMENT_TIMEOUT,
            _LOCK_TIMEOUT,
        )
        (there,) = self.rows(
            "select to_regclass(%s) is not null as ledger, to_regclass(%s) is not null as results,"
            " now() as now",
            f"{RAW_SCHEMA}.{LEDGER_TABLE}",
            f"{OPS_SCHEMA}.{RESULTS_TABLE}",
        )
        self.has_ledger: bool = there["ledger"]
        self._ledger = query.ledger(self.connection)
        self.has_results: bool = there["results"]
        self.now: datetime = there["now"]

    @classmethod
    @contextmanager
    def taken(cls) -> Iterator[Self]:
        """One over a connection of its own. Raises psycopg.Error if it cannot connect."""
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        hook = PostgresHook(postgres_conn_id=READER_CONN_ID)
        known = hook.connection
        known.extra = json.dumps({"connect_timeout": _CONNECT_TIMEOUT} | known.extra_dejson)
        with connected(hook) as connection:
            yield cls(connection)

    def rows(self, statement: str | sql.Composed, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of a statement, by column."""
        return query.rows(self.connection, statement, parameters)

    def loads(self, statement: str, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of a statement that has ``{ledger}`` where it reads the ledger's accounts."""
        return self.rows(statement.replace("{ledger}", self._ledger), *parameters)

    def columns(self, table: str) -> Sequence[str]:
        """The columns that a table of `ops` has, which a former release may have made."""
        found = self.rows(
            "select column_name from information_schema.columns"
            " where table_schema = %s and table_name = %s",
            OPS_SCHEMA,
            table,
        )
        return [row["column_name"] for row in found]
