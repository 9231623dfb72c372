"""The stack on a warehouse that it does not run: a PostgreSQL on another port."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from elt import warehouse as names
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.e2e.conftest import Elt

PASSWORDS = {
    "ELT_WAREHOUSE_LOADER_PASSWORD": "the loader's",
    "ELT_WAREHOUSE_TRANSFORMER_PASSWORD": "the transformer's",
    "ELT_WAREHOUSE_READER_PASSWORD": "the reader's",
}


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Server]:
    """A PostgreSQL of somebody else's."""
    home = Home(tmp_path / "somebody")
    with Cluster(home, home.create()).lease() as lease:
        yield lease.server


def count(server: Server, table: str) -> int:
    dsn = server.dsn(SUPERUSER, "dw")
    with psycopg.connect(dsn) as connection:
        rows = connection.execute(f"select count(*) from {table}".encode()).fetchall()
    return int(rows[0][0])


def environment_of(server: Server) -> dict[str, str]:
    """What a user exports to name the database `dw` there."""
    return {
        "ELT_WAREHOUSE_HOST": "127.0.0.1",
        "ELT_WAREHOUSE_PORT": str(server.port),
        "ELT_WAREHOUSE_DATABASE": "dw",
        **PASSWORDS,
    }


def init(elt: Elt, server: Server) -> str:
    """What `elt warehouse init` says there."""
    admin = {"ELT_WAREHOUSE_ADMIN_PASSWORD": server.secrets.databases[SUPERUSER]}
    made = elt("warehouse", "init", **environment_of(server), **admin)
    assert (made.returncode, made.stderr) == (0, "")
    return made.stdout


def test_what_the_environment_names_is_loaded_shown_and_asked(
    own_elt: Elt, elsewhere: Server
) -> None:
    elt = own_elt
    own = elt.loads()
    where = f"dw on 127.0.0.1:{elsewhere.port}"
    named = environment_of(elsewhere)
    secrets = {*PASSWORDS.values(), elsewhere.secrets.databases[SUPERUSER]}

    # A sentence, not a traceback, while there are no such roles.
    for command in (("run", "--results", "20"), ("status",)):
        refused = elt(*command, **named)
        assert refused.returncode == 1
        assert "elt warehouse init" in refused.stderr
        assert 'password authentication failed for user "elt_' in refused.stderr
        assert "Traceback" not in refused.stderr

    made = init(elt, elsewhere)
    assert f"The warehouse {where} is ready" in made

    loaded = elt("run", "--results", "20", **named)
    assert loaded.returncode == 0, loaded.stderr
    assert f"warehouse: {where}" in loaded.stdout
    assert count(elsewhere, "analytics.users") == 20
    assert elt.loads() == own

    shown = elt("status", **named)
    assert shown.returncode == 0, shown.stderr
    assert f"Warehouse: {where}" in shown.stdout
    assert "analytics.users" in shown.stdout

    asked = elt("psql", "-At", "-c", "select count(*), current_user from analytics.users", **named)
    assert (asked.returncode, asked.stdout) == (0, f"20|{names.READER}\n")
    assert asked.stderr == f"warehouse: {where}\n"
    for said in (
        made,
        *(answer.stdout + answer.stderr for answer in (refused, loaded, shown, asked)),
    ):
        assert not any(secret in said for secret in secrets)


def test_a_stack_that_is_up_loads_into_one_warehouse(own_elt: Elt, elsewhere: Server) -> None:
    elt = own_elt
    where = f"dw on 127.0.0.1:{elsewhere.port}"
    init(elt, elsewhere)
    up = elt.start("up", **environment_of(elsewhere))
    up.wait_for("Up after")
    assert where in up.output
    refused = elt("run", "--results", "10")
    assert refused.returncode == 1
    assert f"`elt up` is running with {where}, not with the stack's own" in refused.stderr
    assert f"Airflow loads into {where}; this is of the stack's own" in elt("status").stdout
    assert up.end(signal.SIGINT) == 130
