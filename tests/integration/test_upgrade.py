"""A warehouse of release 0.1, with years of habits in it, under this release.

`data/warehouse_of_0.1.sql` is a dump of one; `data/former_warehouse.py` wrote it and says how.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from elt import warehouse as names
from elt.local import postgres
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.integration.conftest import Sql

DUMP = Path(__file__).with_name("data") / "warehouse_of_0.1.sql"
MARTS = ("users", "users_by_country", "exchange_rates", "locations", "top_locations")
REJECTED = ("rejected_records", "rejected_exchange_rates", "rejected_locations")
STAGING = ("stg_randomuser__users", "stg_cbr__exchange_rates", "stg_rickandmorty__locations")

VIEWS = ("bi.people", "bi.typed", "bi.refused")
"""Of the role analyst: on users, on a staging model, on a table of rejected records."""


@pytest.fixture
def former(warehouse: Server) -> Iterator[Server]:
    """The warehouse of the dump, with the rights that each start of a stack gives."""
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("drop schema raw, ops, analytics cascade")
        connection.execute(DUMP.read_bytes())
    postgres.prepare(warehouse)
    yield warehouse
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("drop owned by analyst cascade; drop role analyst")


def rows(sql: Sql, table: str) -> list[tuple[Any, ...]]:
    """All rows of a mart, each with its place, which another version of it would not have."""
    return sql(f"select ctid::text, xmin::text, t.* from analytics.{table} as t order by t::text")


def as_analyst(server: Server, query: str) -> list[tuple[Any, ...]]:
    dsn = server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute("set role analyst")
        return connection.execute(query.encode()).fetchall()


def kind(sql: Sql, table: str) -> str:
    ((kind,),) = sql(f"select relkind from pg_class where oid = 'analytics.{table}'::regclass")
    return str(kind)


def test_the_dump_is_a_warehouse_of_the_former_release(former: Server, sql: Sql) -> None:
    assert {kind(sql, view) for view in STAGING} == {"v"}
    assert {kind(sql, table) for table in (*MARTS, *REJECTED)} == {"r"}
    # Every mart has built every load there is.
    assert sql(
        "select m.model, array_agg(m.load_id order by m.load_id)"
        " = (select array_agg(l.load_id order by l.load_id) from raw.loads as l"
        " where l.source = m.source) from ops.model_loads as m group by m.model, m.source"
        " order by m.model"
    ) == [
        (f"analytics.{mart}", True) for mart in sorted({*MARTS, *REJECTED} - {"users_by_country"})
    ]
    assert [len(rows(sql, table)) for table in (*MARTS, *REJECTED)] == [15, 10, 47, 21, 10, 4, 2, 2]
    # A person who came with a load that was replaced, by one with the same content.
    assert sql(
        "select count(*) from analytics.users where load_id not in (select load_id from raw.loads)"
    ) == [(1,)]
    assert sql(
        "select source, count(*), sum(records), count(*) filter (where records = 0)"
        " from raw.loads group by source order by source"
    ) == [
        ("cbr__exchange_rates", 4, 52, 0),
        ("randomuser__users", 6, 27, 1),
        ("rickandmorty__locations", 5, 32, 1),
    ]
    for table in ("users", "stg_randomuser__users", "rejected_records"):
        assert as_analyst(former, f"select count(*) > 0 from analytics.{table}") == [(True,)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        as_analyst(former, "select count(*) from analytics.locations")
    assert sql("select 'analytics.users_by_email'::regclass is not null") == [(True,)]
    for view in VIEWS:
        assert as_analyst(former, f"select count(*) > 0 from {view}") == [(True,)]
