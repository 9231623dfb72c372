"""What staging tables and marts log of their loads, made without dbt."""

from __future__ import annotations

import re

from elt import warehouse as names
from tests.integration.conftest import DBT_PROJECT, Sql

STAGING = "analytics.stg_randomuser__users"

_MACRO = DBT_PROJECT / "macros" / "loads" / "create_load_tables.sql"
_FIELD_CHANGES = """
create table if not exists ops.field_changes (
    model text not null, load_id bigint not null, source text not null, account text not null,
    period timestamptz not null, path text not null, change text not null, former_type text,
    type text, sample text, records bigint not null, noticed_at timestamptz not null
)
"""


def create(sql: Sql) -> None:
    """The tables that dbt makes before its first model."""
    found = re.findall(
        r"create table if not exists ops\.\w+ \(.*?\n {12}\)", _MACRO.read_text(), re.DOTALL
    )
    sql(";".join(found), role=names.TRANSFORMER)


def stage(sql: Sql, load_id: int, number: int, *, is_dropped: bool = False) -> None:
    """Log that the staging table of users has taken a load, or dropped it."""
    sql(
        f"insert into ops.staged_loads select '{STAGING}', {number}, l.load_id, l.source,"
        f" l.account, l.period, l.records, 0, 0, '', {is_dropped}, '', now()"
        f" from raw.loads as l where l.load_id = {load_id}"
    )


def build(sql: Sql, model: str, load_id: int, number: int, generation: int = 1) -> None:
    """Log that a mart has built what was staged under that number."""
    sql(
        f"insert into ops.built_loads select '{model}', {generation}, l.load_id, {number},"
        " l.source,"
        f" l.account, l.period, l.records, 0, 0, 0, 0, 0, '', '', now()"
        f" from raw.loads as l where l.load_id = {load_id}"
    )


def change(
    sql: Sql,
    number: int,
    path: str,
    change: str,
    *types: str,
    model: str = STAGING,
    period: str = "2026-11-01",
) -> None:
    """Log that a field of users has changed, in the load of that number; ``types`` are both."""
    sql(_FIELD_CHANGES, role=names.TRANSFORMER)
    quoted = path.replace("'", "''")
    former_type, now = (f"'{one}'" if one else "null" for one in types)
    sql(
        "insert into ops.field_changes (model, load_id, source, account, period, path, change,"
        " former_type, type, sample, records, noticed_at) values"
        f" ('{model}', {number}, 'randomuser__users', '', '{period}Z', '{quoted}', '{change}',"
        f" {former_type}, {now}, 'a secret', 7,"
        f" '2026-11-01Z'::timestamptz + {number} * interval '1 day')"
    )
