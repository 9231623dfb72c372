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


def test_what_the_environment_names_is_loaded_shown_and_asked(
    own_elt: Elt, elsewhere: Server
) -> None:
    elt = own_elt
    own = elt.loads()
    where = f"dw on 127.0.0.1:{elsewhere.port}"
    named = {
        "ELT_WAREHOUSE_HOST": "127.0.0.1",
        "ELT_WAREHOUSE_PORT": str(elsewhere.port),
        "ELT_WAREHOUSE_DATABASE": "dw",
        **PASSWORDS,
    }
    secrets = {*PASSWORDS.values(), elsewhere.secrets.databases[SUPERUSER]}

    # A sentence, not a traceback, while there is no such database.
    for command in (("run", "--results", "20"), ("status",)):
        refused = elt(*command, **named)
        assert refused.returncode == 1
        assert "elt warehouse init" in refused.stderr
        assert 'password authentication failed for user "elt_' in refused.stderr
        assert "Traceback" not in refused.stderr

    admin = {"ELT_WAREHOUSE_ADMIN_PASSWORD": elsewhere.secrets.databases[SUPERUSER]}
    made = elt("warehouse", "init", **named, **admin)
    assert (made.returncode, made.stderr) == (0, "")
    assert f"The warehouse {where} is ready" in made.stdout

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
    for answer in (refused, made, loaded, shown, asked):
        assert not any(secret in answer.stdout + answer.stderr for secret in secrets)

    up = elt.start("up", **named)
    up.wait_for("Up after")
    assert where in up.output
    elsewise = elt("run", "--results", "10")
    assert elsewise.returncode == 1
    assert f"`elt up` is running with {where}, not with the stack's own" in elsewise.stderr
    beside = elt("run", "--results", "30", "--seed", "x", "--date", "2026-01-31", **named)
    assert beside.returncode == 0, beside.stderr
    assert count(elsewhere, "analytics.users") == 50
    assert f"Airflow loads into {where}" in elt("status").stdout
    assert up.end(signal.SIGINT) == 130
    assert elt.loads() == own
