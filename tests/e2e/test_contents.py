"""20,000 users: every column as the API sent it, and no secret anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
import requests
from psycopg import sql
from psycopg.rows import dict_row

from elt import warehouse
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.stack.secrets import SUPERUSER
from sample_api.testing import SampleApi
from tests.e2e.conftest import Elt

USERS = 20_000
SEED = "contents"


@pytest.fixture(scope="module")
def sent() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A sample API and the users it has for the seed, asked for in pages as the DAG asks."""
    with SampleApi() as api:
        users: list[dict[str, Any]] = []
        for page in range(1, 21):
            answer = requests.get(
                f"{api.url}/api/1.4/",
                params={"results": "1000", "page": str(page), "seed": SEED},
                timeout=60,
            )
            answer.raise_for_status()
            users += answer.json()["results"]
        yield api.url, users


@pytest.fixture(scope="module")
def loaded(
    sent: tuple[str, list[dict[str, Any]]], elt: Elt, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Elt]:
    """The command on a state folder into which `elt run` has loaded them, in place of others."""
    elt = elt.copy(tmp_path_factory.mktemp("contents") / "state")
    answer = elt("run", "--api", sent[0], "--results", str(USERS), "--seed", SEED)
    assert answer.returncode == 0, answer.stderr
    assert f"{USERS:,} users, 0 rejected records" in answer.stdout
    yield elt
    assert elt.processes() == []


def expected(user: dict[str, Any]) -> dict[str, Any]:
    """A row of analytics.users, without what the load adds."""
    location, login, picture = user["location"], user["login"], user["picture"]
    return {
        "firstname": user["name"]["first"],
        "lastname": user["name"]["last"],
        "country": location["country"],
        "username": login["username"],
        "password": f"sha256${login['salt']}${login['sha256']}",
        "email": user["email"],
        "user_id": UUID(login["uuid"]),
        "national_id": user["id"]["value"],
        "national_id_name": user["id"]["name"],
        "gender": user["gender"],
        "title": user["name"]["title"],
        "street_name": location["street"]["name"],
        "city": location["city"],
        "state": location["state"],
        "postcode": str(location["postcode"]),
        "timezone_offset": location["timezone"]["offset"],
        "timezone_description": location["timezone"]["description"],
        "phone": user["phone"],
        "cell": user["cell"],
        "picture_large_url": picture["large"],
        "picture_medium_url": picture["medium"],
        "picture_thumbnail_url": picture["thumbnail"],
        "nationality": user["nat"],
        "street_number": location["street"]["number"],
        "latitude": Decimal(location["coordinates"]["latitude"]),
        "longitude": Decimal(location["coordinates"]["longitude"]),
        "born_at": datetime.fromisoformat(user["dob"]["date"]),
        "registered_at": datetime.fromisoformat(user["registered"]["date"]),
    }


def test_every_column_is_what_the_api_sent(
    sent: tuple[str, list[dict[str, Any]]], loaded: Elt
) -> None:
    home = Home(loaded.home)
    with (
        Cluster(home, home.secrets()).lease() as lease,
        psycopg.connect(lease.server.dsn(warehouse.READER), row_factory=dict_row) as connection,
    ):
        rows = connection.execute("select * from analytics.users").fetchall()
    for row in rows:
        for added in ("row_hash", "load_id", "load_period"):
            assert row.pop(added) is not None
    assert len(rows) == USERS
    found = {row["user_id"]: row for row in rows}
    for user in sent[1]:
        row = expected(user)
        assert found[row["user_id"]] == row


def telling(users: list[dict[str, Any]]) -> list[str]:
    """Passwords that are no part of anything else the API sent."""
    words = {user["login"]["password"] for user in users}
    texts = []
    for user in users:
        login = {name: user["login"][name] for name in user["login"] if name != "password"}
        texts.append(str({**user, "login": login}).lower())
    other = "\n".join(texts)
    found = sorted(word for word in words if len(word) > 5 and word.lower() not in other)
    assert len(found) >= 10
    return found


def tables(connection: psycopg.Connection[Any]) -> list[tuple[str, str]]:
    return connection.execute(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema not in ('pg_catalog', 'information_schema')"
    ).fetchall()


def hits(connection: psycopg.Connection[Any], secrets: list[str]) -> dict[str, int]:
    """Rows in which one of the secrets occurs, in any column, by table."""
    found = {}
    pattern = "|".join(re.escape(secret) for secret in secrets)
    for schema, table in tables(connection):
        (count,) = connection.execute(
            sql.SQL("select count(*) from {} as t where t::text ~ %s").format(
                sql.Identifier(schema, table)
            ),
            (pattern,),
        ).fetchone() or (0,)
        if count:
            found[f"{schema}.{table}"] = count
    return found


def test_no_table_of_the_warehouse_holds_a_plaintext_password(
    sent: tuple[str, list[dict[str, Any]]], loaded: Elt
) -> None:
    home = Home(loaded.home)
    with (
        Cluster(home, home.secrets()).lease() as lease,
        psycopg.connect(lease.server.dsn(SUPERUSER)) as connection,
    ):
        assert ("raw", "randomuser__users") in tables(connection)
        assert hits(connection, telling(sent[1])[:25]) == {}
        # The search finds what there is.
        assert "analytics.users" in hits(connection, [sent[1][0]["email"]])


def test_airflow_and_the_logs_hold_no_record_and_no_secret(
    sent: tuple[str, list[dict[str, Any]]], loaded: Elt
) -> None:
    """XCom, rendered templates and whatever else Airflow stores; each file of the logs."""
    home = Home(loaded.home)
    stack = home.secrets()
    own = [
        *stack.databases.values(),
        stack.fernet_key,
        stack.jwt_secret,
        stack.api_secret_key,
        stack.admin_password,
    ]
    records = [user["email"] for user in sent[1][:10]]
    records += [user["login"]["uuid"] for user in sent[1][-10:]]
    records += telling(sent[1])[:10]
    with (
        Cluster(home, stack).lease() as lease,
        psycopg.connect(lease.server.dsn(SUPERUSER, warehouse.AIRFLOW_DATABASE)) as connection,
    ):
        names = {table for _, table in tables(connection)}
        assert {"xcom", "rendered_task_instance_fields", "log", "dag_run"} <= names
        assert hits(connection, own + records) == {}
        # There is something to search: the reference, and dbt's SQL.
        assert "public.xcom" in hits(connection, ["raw.randomuser__users"])
        assert "public.rendered_task_instance_fields" in hits(connection, ["stg_randomuser__users"])
    searched = 0
    for file in Path(home.logs).rglob("*"):
        if file.is_file():
            searched += 1
            text = file.read_text(errors="replace")
            assert [secret for secret in own + records if secret in text] == [], file
    assert searched >= 3
