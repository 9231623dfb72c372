"""Tables and views of the warehouse that no model makes: whose model is gone, or never was.

They are named with the statement that removes them, which nothing here runs: whether anybody still
reads a table is for people to say. The statement drops what it names and nothing else (no
``cascade``), so it fails where others' views stand on the table; those are named, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from elt.health.query import can_read, rows
from elt.health.tables import Project
from elt.warehouse import (
    ANALYTICS_SCHEMA,
    BUILT_TABLE,
    LEDGER_TABLE,
    LOADER,
    OPS_SCHEMA,
    RAW_SCHEMA,
    RESULTS_TABLE,
    SOURCES_TABLE,
    STAGED_TABLE,
    TRANSFORMER,
)

_KINDS = {
    "r": "table",
    "p": "table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
}

_RELATIONS = """
select
    c.oid::bigint as oid,
    n.nspname as schema,
    c.relname as name,
    c.relkind::text as kind,
    pg_get_userbyid(c.relowner) as owner
from pg_catalog.pg_class as c
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where
    n.nspname = any(%s)
    and c.relkind in ('r', 'p', 'v', 'm', 'f')
    -- Partitions go with their table, what an extension made with the extension.
    and not exists (
        select 1 from pg_catalog.pg_inherits as i where i.inhrelid = c.oid
    )
    and not exists (
        select 1 from pg_catalog.pg_depend as d where d.objid = c.oid and d.deptype = 'e'
    )
order by n.nspname, c.relname
"""
_DEPENDENTS = """
select distinct d.refobjid::bigint as oid, n.nspname || '.' || v.relname as name
from pg_catalog.pg_depend as d
inner join pg_catalog.pg_rewrite as r on d.objid = r.oid
inner join pg_catalog.pg_class as v on r.ev_class = v.oid
inner join pg_catalog.pg_namespace as n on v.relnamespace = n.oid
where
    d.classid = 'pg_catalog.pg_rewrite'::regclass
    and d.refclassid = 'pg_catalog.pg_class'::regclass
    and d.refobjid = any(%(oids)s::oid[])
    and v.oid <> d.refobjid
union
select k.confrelid::bigint, n.nspname || '.' || c.relname
from pg_catalog.pg_constraint as k
inner join pg_catalog.pg_class as c on k.conrelid = c.oid
inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
where k.contype = 'f' and k.confrelid = any(%(oids)s::oid[]) and k.conrelid <> k.confrelid
order by 2
"""
_MARKED = """
select s.schema, s.name
from unnest(%s::text[], %s::text[]) as s (schema, name)
where exists (select 1 from {}.{} as m where m.model = s.schema || '.' || s.name)
"""
_RECORDED = """
select s.schema, s.name
from unnest(%s::text[], %s::text[]) as s (schema, name)
where
    s.schema <> 'raw'
    and exists (
        select 1
        from ops.dbt_results as r
        where
            r.node in ('model.elt.' || s.name, 'seed.elt.' || s.name, 'snapshot.elt.' || s.name)
            and r.status = 'success'
    )
"""


@dataclass(frozen=True)
class Stray:
    """A table or view without a model.

    ``was_built`` says that this project has built or landed it: its model is gone, or disabled.
    Else it is somebody's own. ``statement`` removes it, for its ``owner`` or a superuser;
    ``used_by`` are the views and tables that have to go before.
    """

    name: str
    kind: str
    owner: str
    was_built: bool
    statement: str
    used_by: list[str]

    @property
    def words(self) -> str:
        """Why it is named, in a clause."""
        if self.was_built:
            return "its model is gone: nothing builds or tests it any more"
        if self.owner in (LOADER, TRANSFORMER):
            return (
                f"no model makes it; {self.owner} owns it, so a model that is gone made it, or"
                " somebody by hand"
            )
        return f"not of this project: no model makes it, and it belongs to {self.owner}"


def read(connection: psycopg.Connection[Any], project: Project) -> list[Stray]:
    """The strays in the schemas that the project builds in, by name."""
    schemas = {RAW_SCHEMA, ANALYTICS_SCHEMA} | {schema for schema, _ in project.relations}
    known = project.relations | {(RAW_SCHEMA, LEDGER_TABLE), (RAW_SCHEMA, SOURCES_TABLE)}
    found = [
        row
        for row in rows(connection, _RELATIONS, (sorted(schemas - {OPS_SCHEMA}),))
        if (row["schema"], row["name"]) not in known
    ]
    if not found:
        return []
    dependents: dict[int, list[str]] = {}
    for one in rows(connection, _DEPENDENTS, {"oids": [row["oid"] for row in found]}):
        dependents.setdefault(one["oid"], []).append(one["name"])
    landed = _landed(connection, found)
    built = _built(connection, found) | project.disabled
    return [_stray(connection, row, landed, built, dependents.get(row["oid"], [])) for row in found]


def _stray(
    connection: psycopg.Connection[Any],
    row: dict[str, Any],
    landed: set[str],
    built: set[tuple[str, str]],
    used_by: list[str],
) -> Stray:
    relation = row["schema"], row["name"]
    is_ours = row["owner"] in (LOADER, TRANSFORMER)
    is_landed = is_ours and row["schema"] == RAW_SCHEMA and row["name"] in landed
    return Stray(
        name=".".join(relation),
        kind=_KINDS[row["kind"]],
        owner=row["owner"],
        was_built=is_landed or (is_ours and relation in built),
        statement=_statement(connection, row, is_landed=is_landed),
        used_by=used_by,
    )


def _landed(connection: psycopg.Connection[Any], found: list[dict[str, Any]]) -> set[str]:
    """The raw tables that the ledger has loads of."""
    if not can_read(connection, RAW_SCHEMA, LEDGER_TABLE):
        return set()
    landed = rows(
        connection,
        "select s.source from unnest(%s::text[]) as s (source)"
        " where exists (select 1 from raw.loads as l where l.source = s.source)",
        ([row["name"] for row in found if row["schema"] == RAW_SCHEMA],),
    )
    return {one["source"] for one in landed}


def _built(
    connection: psycopg.Connection[Any], found: list[dict[str, Any]]
) -> set[tuple[str, str]]:
    """Those that have taken or built loads, or that Airflow has had dbt build."""
    known: set[tuple[str, str]] = set()
    for table, statement in (
        (STAGED_TABLE, _MARKED.format(OPS_SCHEMA, STAGED_TABLE)),
        (BUILT_TABLE, _MARKED.format(OPS_SCHEMA, BUILT_TABLE)),
        (RESULTS_TABLE, _RECORDED),
    ):
        if can_read(connection, OPS_SCHEMA, table):
            given = ([row["schema"] for row in found], [row["name"] for row in found])
            known |= {(one["schema"], one["name"]) for one in rows(connection, statement, given)}
    return known


def _statement(connection: psycopg.Connection[Any], row: dict[str, Any], *, is_landed: bool) -> str:
    relation = sql.Identifier(row["schema"], row["name"])
    statement = sql.SQL("drop {} {};").format(sql.SQL(_KINDS[row["kind"]]), relation)
    if is_landed:
        statement += sql.SQL(" delete from {} where source = {};").format(
            sql.Identifier(RAW_SCHEMA, LEDGER_TABLE), sql.Literal(row["name"])
        )
    return statement.as_string(connection)
