"""Statements that want a lock which others may hold: bounded waits, and the holder's name."""

from __future__ import annotations

import logging
import os
import time
from typing import Any

import psycopg
from psycopg import sql

from elt.errors import LockedError
from elt.warehouse import RAW_SCHEMA, SESSIONS_FUNCTION

log = logging.getLogger(__name__)

_ATTEMPT = "1s"
"""How long one attempt waits: so long does whoever asks for the table meanwhile."""
_PAUSE_SECONDS = 2.0
"""How long others may go on between two attempts."""

_HOLDERS = """
select distinct
    'process ' || held.pid
    || ' (user ' || coalesce(session.usename::text, '?')
    || ', application ' || coalesce(nullif(session.application_name, ''), '?')
    || coalesce(', ' || session.state, '')
    || coalesce(
        ', in a transaction since '
        || to_char(session.xact_start at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')
        || ' UTC',
        ''
    )
    || ')'
from pg_locks as held
left join {sessions} as session on held.pid = session.pid
where
    held.locktype = 'relation'
    and held.granted
    and held.pid <> pg_backend_pid()
    and held.database = (select oid from pg_database where datname = current_database())
    and held.relation = to_regclass(%s)
    and held.mode <> all(%s)
"""
_OF_READERS = ["AccessShareLock", "RowShareLock"]


def execute(
    connection: psycopg.Connection[Any],
    statement: sql.SQL | sql.Composed,
    schema: str,
    table: str,
    *,
    excludes_readers: bool = False,
    patience: float | None = None,
) -> None:
    """Run ``statement``, which wants a lock on a table that others may hold.

    Whoever asks for the table while it waits stands in the queue behind it, so it waits a second at
    most, lets the others pass and tries again, for ``patience`` seconds, by default those of
    ``ELT_BUILD_LOCK_TIMEOUT`` (60). A transaction that is open goes on, also after an attempt that
    failed. ``excludes_readers`` says that readers, too, are in its way.

    Raises LockedError with the name of whoever holds the lock.
    """
    if patience is None:
        patience = float(os.environ.get("ELT_BUILD_LOCK_TIMEOUT") or 60)
    harmless = [] if excludes_readers else _OF_READERS
    deadline = time.monotonic() + patience
    is_announced = False
    while True:
        try:
            with connection.transaction():
                _attempt(connection, statement)
            return
        except psycopg.errors.LockNotAvailable:
            holders = (
                " and ".join(_holders(connection, schema, table, harmless)) or "an ended process"
            )
        if time.monotonic() + _PAUSE_SECONDS > deadline:
            raise LockedError(
                f"{schema}.{table} cannot be changed while it is in use by {holders}. End that"
                " transaction (commit or roll back there, or pg_terminate_backend(pid) as a"
                " superuser) and run this again; ELT_BUILD_LOCK_TIMEOUT is how many seconds to try"
            ) from None
        if not is_announced:
            is_announced = True
            log.warning(
                "%s.%s is in use by %s; trying again for up to %.0f s",
                schema,
                table,
                holders,
                patience,
            )
        time.sleep(_PAUSE_SECONDS)


def _attempt(connection: psycopg.Connection[Any], statement: sql.SQL | sql.Composed) -> None:
    (former,) = connection.execute("select current_setting('lock_timeout')").fetchone() or ("0",)
    connection.execute("select set_config('lock_timeout', %s, true)", (_ATTEMPT,))
    connection.execute(statement)
    connection.execute("select set_config('lock_timeout', %s, true)", (former,))


def _holders(
    connection: psycopg.Connection[Any], schema: str, table: str, harmless: list[str]
) -> list[str]:
    function = sql.Identifier(RAW_SCHEMA, SESSIONS_FUNCTION).as_string(connection)
    with connection.transaction():
        found = connection.execute(
            "select to_regprocedure(%s) is not null", (f"{function}()",)
        ).fetchone()
        # Of other users' sessions PostgreSQL itself shows the name only.
        sessions = f"{function}()" if found == (True,) else "pg_stat_activity"
        rows = connection.execute(
            sql.SQL(_HOLDERS).format(sessions=sql.SQL(sessions)),
            (sql.Identifier(schema, table).as_string(connection), harmless),
        ).fetchall()
    return [row[0] for row in rows]
