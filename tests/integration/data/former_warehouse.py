"""Write `warehouse_of_0.1.sql`: a warehouse of release 0.1, by the code of that release.

Release 0.1 is commit bc44c6a, whose staging models are views. To make the file anew:

    git worktree add /tmp/former bc44c6a && cd /tmp/former && sh scripts/setup dev
    export ELT_HOME=/tmp/former/home
    .venv/bin/elt run user_processing --date 2026-11-21 --results 12
    .venv/bin/elt run exchange_rates --date 2026-11-21
    .venv/bin/elt run locations --date 2026-11-21
    cp .../former_warehouse.py tests/ && .venv/bin/python -m tests.former_warehouse FILE

The three runs land and build a day as Airflow does, and leave a history in `ops.dbt_results`. What
follows here are loads with whatever a warehouse of some weeks has, each built after it was landed,
and what people have added.
"""

# The modules are those of that release.
# mypy: ignore-errors

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from elt.local.airflow_home import dbt_secret, public_environment
from elt.local.home import Home
from elt.local.postgres import Cluster, programs
from elt.stack.airflow_config import connections
from elt.stack.connections import BUNDLED
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server

SCHEMAS = ("raw", "ops", "analytics", "bi", "public")
PEOPLE = """
create role analyst;
grant usage on schema analytics to analyst;
grant select on analytics.users, analytics.stg_randomuser__users, analytics.rejected_records
    to analyst;
create schema bi authorization analyst;
set role analyst;
create view bi.people as
select user_id, firstname, lastname, city, load_period from analytics.users;
create view bi.typed as
select load_id, record_no, user_id, first_name, rejection_reason
from analytics.stg_randomuser__users;
create view bi.refused as
select load_id, record_no, rejection_reason from analytics.rejected_records;
reset role;
create view public.newest_users as
select firstname, lastname from analytics.users order by load_period desc limit 3;
set role elt_transformer;
create index users_by_email on analytics.users (lower(email));
"""


def main(file: Path) -> None:
    home = Home.from_environment()
    with Cluster(home, home.create()).lease() as lease:
        server = lease.server
        os.environ |= public_environment(home, server) | dbt_secret(server)
        for conn_id, fields in connections(dict.fromkeys(BUNDLED, "http://x"), server).items():
            os.environ[f"AIRFLOW_CONN_{conn_id.upper()}"] = json.dumps(fields)
        os.environ["ELT_DBT_TARGET_PATH"] = str(home.dbt_target)
        fill(home)
        with psycopg.connect(server.dsn(SUPERUSER)) as connection:
            connection.execute(PEOPLE)
        file.write_text(dump(server))


def fill(home: Home) -> None:
    """Land what came after the runs, load by load, and build it."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook
    from elt.fetch import Fetched
    from elt.spool import Spool

    from dags.exchange_rates import rates
    from dags.locations import locations
    from dags.user_processing import users
    from elt import landing
    from elt.source import Source

    loader = PostgresHook(postgres_conn_id="warehouse_loader")

    def landed(source: Source, day: str) -> list[dict[str, Any]]:
        rows = loader.get_records(
            f"select r.record from raw.{source.table} as r inner join raw.loads as l"
            " on l.load_id = r.load_id where l.source = %s and l.period = %s"
            " order by r.record_no",
            parameters=(source.table, f"{day}T00:00:00Z"),
        )
        return [row[0] for row in rows]

    def lander(source: Source, dag_id: str) -> Callable[..., None]:
        def land(day: str, *records: object) -> None:
            texts = [json.dumps(record, ensure_ascii=False).encode() for record in records]
            now = datetime.now(UTC)
            fetched = Fetched("GET /", 1, len(texts), sum(map(len, texts)), now, now)
            run = landing.Run(dag_id, f"scheduled__{day}T00:00:00+00:00")
            with Spool() as spool:
                if texts:
                    spool.write(1, texts)
                landing.land(
                    loader, source, datetime.fromisoformat(day).replace(tzinfo=UTC), run, spool,
                    fetched,
                )  # fmt: skip
            dbt(home, "run", "--select", f"stg_{source.table}+")

        return land

    land_users(lander(users, "user_processing"), landed(users, "2026-11-21"))
    land_rates(lander(rates, "exchange_rates"), landed(rates, "2026-11-21"))
    land_locations(lander(locations, "locations"), landed(locations, "2026-11-21"))
    dbt(home, "test", "--exclude-resource-type", "unit_test")


def land_users(land: Callable[..., None], known: list[dict[str, Any]]) -> None:
    ada, bob, eve, joe, zoe, *_, new = known
    moved = ada | {"location": ada["location"] | {"city": "Zürich"}}
    land("2026-11-22", moved, bob, someone(new, 1), someone(new, 2))
    land("2026-11-23", ada, bob | {"email": "bob@example.com"})  # Ada is back where she was
    name = {"title": "Ms", "first": "𝔘نا🙂", "last": "’"}  # noqa: RUF001
    land("2026-11-20", bob, someone(new, 3, name=name))
    land(
        "2026-11-24",
        eve | {"phone": "1"},
        eve,  # the last of the two counts
        eve | {"phone": "2"},
        joe | {"login": {"uuid": "not one"}},
        {"gender": "female"},
        "a text",
        someone(new, 4) | {"dob": {"date": "1973-12-20T10:01:28.467Z", "age": "old"}},
    )
    # In place of the former load: who was in that one only is gone, another one is new.
    land("2026-11-22", moved, zoe | {"cell": "0"}, someone(new, 2), someone(new, 5))
    land("2026-11-25")


def land_rates(land: Callable[..., None], known: list[dict[str, Any]]) -> None:
    first, second, third, *_ = known
    of_20 = {"asked_for": "20/11/2026", "document_date": "20.11.2026"}
    of_22 = [rate | {"asked_for": "22/11/2026"} for rate in known[:5]]
    land("2026-11-22", *of_22, first | {"Value": "1,5"}, of_22[0] | {"Name": "Доллар"})
    land("2026-11-23", first, second | {"Value": "many"}, third | {"Nominal": "0"})
    land("2026-11-22", *of_22[1:], first | {"Value": "2,5"})
    land("2026-11-20", second | {"Value": "7"}, known[5] | of_20)


def land_locations(land: Callable[..., None], everything: list[dict[str, Any]]) -> None:
    known = [place | {"residents": place["residents"][:3]} for place in everything[:8]]
    renamed = known[0] | {"name": "Земля"}
    land("2026-11-22", renamed, *known[1:5], known[2] | {"residents": []})
    land("2026-11-23", *known[:4], {"id": 9001, "name": "x", "residents": "none"})
    land("2026-11-20", known[5] | {"type": "Star"}, known[6] | {"id": "one"})
    land("2026-11-22", *known[1:5], known[7] | {"id": 9002, "residents": []})
    land("2026-11-24")
    land("2026-11-21", *everything[:20])  # the source has lost most of them


def someone(like: dict[str, Any], number: int, **fields: object) -> dict[str, Any]:
    """Another person."""
    uuid = f"00000000-0000-0000-0000-{number:012}"
    return like | {"login": like["login"] | {"uuid": uuid}, **fields}


def dbt(home: Home, *command: str) -> None:
    subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            *("--quiet", *command),
            *(f"--project-dir={home.dbt_project}", f"--profiles-dir={home.dbt_project}"),
            *(f"--target-path={home.dbt_target}", f"--log-path={home.logs}"),
        ],
        check=True,
    )


def dump(server: Server) -> str:
    """The schemas as statements that any PostgreSQL from 15 on takes, without psql."""
    options = [option for schema in SCHEMAS for option in ("-n", schema)]
    done = subprocess.run(
        [programs() / "pg_dump", "--rows-per-insert=200", "--no-comments", *options],
        env=os.environ
        | {f"PG{name.upper()}": value for name, value in dsn_parameters(server).items()},
        capture_output=True,
        text=True,
        check=True,
    )
    text = re.sub(r"^(\\(un)?restrict .*|SET transaction_timeout .*|--.*)\n", "", done.stdout,
                  flags=re.MULTILINE)  # fmt: skip
    text = text.replace("CREATE SCHEMA public;", "")
    # PostgreSQL indents the definitions of views by their depth.
    return "create role analyst;\n" + re.sub(r"\n\s+", "\n ", re.sub(r"\n+", "\n", text))


def dsn_parameters(server: Server) -> dict[str, str]:
    parameters = server.parameters(SUPERUSER, "warehouse")
    parameters["database"] = parameters.pop("dbname")
    return parameters


if __name__ == "__main__":
    main(Path(sys.argv[1]))
