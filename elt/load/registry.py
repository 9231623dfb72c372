"""What pipelines declare of their sources, in the warehouse: `raw.sources`, a row a source.

`elt status` and the page *Data* tell from it which periods a schedule covers, in both stacks and
while Airflow is down. Each run of a DAG writes the row in its first task, so also a run that finds
the source down. What is known from where:

- ``schedule`` is the cron expression that the DAG declares, UTC; null of a DAG that only people
  start.
- ``scheduled_since`` is the first period that a run by this schedule was due for; null before the
  first such run. Runs by hand and backfills never move it, so the days that they leave out are not
  covered. Another schedule begins anew. Where loads by schedule are older than this table, theirs
  is the first.
- ``accounts`` are those that a source is loaded for, a JSON object: by name, ``scheduled_since`` of
  each; empty of a source without accounts. One that is added later begins with its first run.
- ``dag_id`` is the DAG that loads the source. Another one that declares the same table is refused
  by its first task, unless it says that it takes over: two would replace each other's loads.
- ``asks_by_period`` says whether requests name the period (`Source.is_asked_by_period`). Where they
  do not, the next load makes up for a missing one.

A paused DAG and a stack that is off look the same here, and to those who read the tables: periods
without a load. Both are covered by the schedule.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import psycopg
from psycopg import sql

from elt.source.place import encoded
from elt.warehouse import LEDGER_TABLE, RAW_SCHEMA, SOURCES_TABLE, greenplum, rights
from elt.warehouse.connection import connected

if TYPE_CHECKING:
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    from elt.source import Source
    from elt.source.period import Period

SCHEDULED = "scheduled"
"""Airflow's type of a run that its schedule has started."""
SCHEDULED_RUN_IDS = r"scheduled\_\_%"
"""The pattern of such runs' ids, for loads that are older than the table of sources."""

_CREATE = """
create table if not exists {schema}.{table} (
    source text not null,
    dag_id text not null,
    grain text not null,
    schedule text,
    scheduled_since timestamptz,
    asks_by_period boolean not null,
    redact text not null,
    updated_at timestamptz not null,
    accounts text not null default '',
    primary key (source)
){distribution}
"""
_NAMES = {
    "schema": sql.Identifier(RAW_SCHEMA),
    "table": sql.Identifier(SOURCES_TABLE),
    "ledger": sql.Identifier(LEDGER_TABLE),
}


def register(
    hook: PostgresHook,
    source: Source,
    dag_id: str,
    schedule: str | None,
    run_type: str,
    period: Period,
    takes_over: Collection[str] = (),
) -> None:
    """Write what is declared of ``source``, and, by a run of its schedule, since when it holds.

    ``run_type`` is Airflow's, ``period`` what the run loads; ``takes_over`` are
    DAGs that loaded the source before. Takes the loader's connection, and needs the raw schema and
    the ledger (`elt.load.raw_tables.create_tables`).

    Raises DeclarationError where another DAG loads the table.
    """
    # Not above: `elt status` reads this module without Airflow, and so does a rotation of secrets,
    # which Airflow must not be imported in before its password is the new one.
    from elt.errors import DeclarationError
    from elt.load import raw_tables

    with (
        connected(hook) as connection,
        connection.transaction(),
    ):
        # Runs of several periods begin at once; "if not exists" does not protect them either.
        connection.execute("select pg_advisory_xact_lock(hashtext('elt'), hashtext('sources'))")
        spread = greenplum.distributed_by(connection, "source")
        connection.execute(sql.SQL(_CREATE).format(**_NAMES, distribution=spread))
        raw_tables.add_column(
            connection, SOURCES_TABLE, "accounts", "accounts text not null default ''"
        )
        rights.grant_ledger(connection)
        former = connection.execute(
            sql.SQL(
                "select schedule, scheduled_since, accounts, dag_id from {schema}.{table}"
                " where source = %s"
            ).format(**_NAMES),
            (source.table,),
        ).fetchone()
        if former is not None and former[3] not in (dag_id, *takes_over):
            raise DeclarationError(
                f"{RAW_SCHEMA}.{source.table} is loaded by the DAG {former[3]!r}, and {dag_id!r}"
                f" declares the same table. {way_out(former[3])}"
            )
        since = _since(connection, source, former, schedule)
        accounts = _accounts(source, former, schedule)
        if schedule is not None and run_type == SCHEDULED:
            since = period.start if since is None else min(since, period.start)
            accounts = {
                account: period.start if begun is None else min(begun, period.start)
                for account, begun in accounts.items()
            }
        values = (
            dag_id,
            source.period,
            schedule,
            since,
            source.is_asked_by_period,
            "\n".join(map(encoded, source.redact)),
            json.dumps(accounts, default=datetime.isoformat) if accounts else "",
            source.table,
        )
        connection.execute(
            sql.SQL(
                "update {schema}.{table} set dag_id = %s, grain = %s, schedule = %s,"
                " scheduled_since = %s, asks_by_period = %s, redact = %s, accounts = %s,"
                " updated_at = now()"
                " where source = %s"
                if former
                else "insert into {schema}.{table} (dag_id, grain, schedule, scheduled_since,"
                " asks_by_period, redact, accounts, source, updated_at)"
                " values (%s, %s, %s, %s, %s, %s, %s, %s, now())"
            ).format(**_NAMES),
            values,
        )


def _since(
    connection: psycopg.Connection[Any],
    source: Source,
    former: tuple[Any, ...] | None,
    schedule: str | None,
) -> datetime | None:
    if schedule is None:
        return None
    if former is not None:
        known, since = former[:2]
        return cast("datetime | None", since) if known == schedule else None
    row = connection.execute(
        sql.SQL(
            "select min(period) from {schema}.{ledger} where source = %s and run_id like %s"
        ).format(**_NAMES),
        (source.table, SCHEDULED_RUN_IDS),
    ).fetchone()
    return None if row is None else cast("datetime | None", row[0])


def _accounts(
    source: Source, former: tuple[Any, ...] | None, schedule: str | None
) -> dict[str, datetime | None]:
    """The declared accounts, and since when the schedule covers them."""
    known = {} if former is None or former[0] != schedule else read_accounts(former[2])
    return {account: known.get(account) for account in source.accounts}


def read_accounts(text: str | None) -> dict[str, datetime | None]:
    """The accounts of a source, as the column ``accounts`` has them."""
    return {
        account: None if since is None else datetime.fromisoformat(since)
        for account, since in json.loads(text or "{}").items()
    }


def way_out(other: str) -> str:
    """What to do where the DAG ``other`` has loaded a table that a second one declares."""
    return (
        "Two DAGs of one table would replace each other's loads: for several accounts of a source"
        " declare it once, with accounts=; give another source another name or entity; if this DAG"
        f" takes the place of {other!r}, which is no more, give it takes_over={other!r}"
    )
