"""docs/server.md done as it is written there: backup and restore, rotation, upgrade."""

from __future__ import annotations

import json
import re
import subprocess
import textwrap
from pathlib import Path

import pytest

from elt.stack.airflow_api import AirflowApi, AirflowApiError
from elt.stack.secrets import SUPERUSER
from elt.warehouse import AIRFLOW_ROLE, LOADER, READER, TRANSFORMER
from tests.compose.conftest import ROOT, Compose, Stack, login_of, wait_until

HEALTHY_SECONDS = 120.0


def commands(name: str) -> str:
    """The commands of docs/server.md that follow the mark ``run: NAME``."""
    text = (ROOT / "docs" / "server.md").read_text()
    found = re.search(rf"<!-- run: {name} -->\n\n((?:    .*\n)+)", text)
    assert found, name
    return textwrap.dedent(found[1])


def secrets_of(compose: Compose) -> dict[str, object]:
    return dict(json.loads(compose("run", "--rm", "-T", "secrets", "export")))


def taken_passwords(compose: Compose, tried: list[tuple[str, object]]) -> list[bool]:
    """Whether PostgreSQL lets each role in over the network with its password."""
    script = (
        "import json, sys, psycopg\n"
        "for database, role, password in json.load(sys.stdin):\n"
        "    try:\n"
        "        psycopg.connect(host='postgres', dbname=database, user=role, password=password)\n"
        "        print(True)\n"
        "    except psycopg.OperationalError as error:\n"
        "        print('password authentication failed' not in str(error) and error)\n"
    )
    databases = {SUPERUSER: "postgres", AIRFLOW_ROLE: "airflow"}
    given = [(databases.get(role, "warehouse"), role, password) for role, password in tried]
    said = compose(
        *("run", "--rm", "-T", "--entrypoint", "python", "elt", "-c", script),
        given=json.dumps(given),
    ).splitlines()
    assert set(said) <= {"True", "False"}, said
    return [line == "True" for line in said]


def test_rotation_replaces_every_secret_of_a_running_stack(stack: Stack, tmp_path: Path) -> None:
    compose, old = stack.compose, secrets_of(stack.compose)
    connection = {"connection_id": "billing", "conn_type": "http", "password": "kept-over-rotation"}
    stack.api.post("connections", connection)
    run_id = stack.trigger(results=1500)
    stack.wait_for_task(run_id, "transform.stg_randomuser__users.run")
    started = {
        service: compose.container(service)["State"]["StartedAt"]
        for service in ("api-server", "scheduler", "dag-processor", "triggerer")
    }

    compose.shell(commands("rotate"), tmp_path)
    wait_until(
        lambda: all(
            (state := compose.container(service)["State"])["StartedAt"] > started[service]
            and state["Health"]["Status"] == "healthy"
            for service in started
        ),
        "the services to start anew",
        HEALTHY_SECONDS,
    )

    new = secrets_of(compose)
    roles = (SUPERUSER, AIRFLOW_ROLE, LOADER, TRANSFORMER, READER)
    tried = [(role, known["databases"][role]) for known in (new, old) for role in roles]  # type: ignore[index]
    assert taken_passwords(compose, tried) == [True] * len(roles) + [False] * len(roles)
    for name in ("fernet_key", "jwt_secret", "api_secret_key", "admin_password"):
        assert str(new[name]).split(",")[0] != str(old[name]).split(",")[0], name
    with pytest.raises(AirflowApiError):
        AirflowApi(stack.url, str(old["admin_password"]))
    stack.forget_password()
    assert stack.password == new["admin_password"]

    stack.expect_success(run_id)
    stack.expect_users(1500)
    # Encrypted with the new key alone: it is read without the old one.
    shown = compose(
        *("exec", "-T", "-e", f"AIRFLOW__CORE__FERNET_KEY={str(new['fernet_key']).split(',')[0]}"),
        *("scheduler", "airflow", "connections", "get", "billing", "--output", "json"),
    )
    assert json.loads(shown[shown.index("[") :])[0]["password"] == "kept-over-rotation"


def test_a_rotation_that_was_cut_off_is_finished_by_the_next_up(stack: Stack) -> None:
    compose, old = stack.compose, secrets_of(stack.compose)
    # A power cut, after PostgreSQL was told and before anything else was written.
    script = (
        "import os; from elt.container import rotation; from elt.container.volumes import Volumes;"
        " rotation._finish = lambda *_: os._exit(9); rotation.rotate(Volumes.of_container())"
    )
    cut = compose.attempt("run", "--rm", "-T", "--entrypoint", "python", "secrets", "-c", script)
    assert cut.returncode == 9
    compose.up()
    new = secrets_of(compose)
    assert new["databases"] != old["databases"]
    stack.forget_password()
    wait_until(
        lambda: compose.container("scheduler")["State"]["Health"]["Status"] == "healthy",
        "the scheduler to start anew",
        HEALTHY_SECONDS,
    )
    wait_until(lambda: stack.api, "the new login to be taken", HEALTHY_SECONDS)
    stack.expect_success(stack.trigger(results=300))
    stack.expect_users(300)


def test_one_rotation_at_a_time(stack: Stack) -> None:
    before = secrets_of(stack.compose)
    script = (
        "import subprocess, sys; from elt.container.volumes import Volumes\n"
        "with Volumes.of_container().changing():\n"
        "    sys.exit(subprocess.run(['elt', 'secrets', 'rotate']).returncode)"
    )
    done = stack.compose.attempt(
        "run", "--rm", "-T", "--entrypoint", "python", "secrets", "-c", script
    )
    assert done.returncode == 1
    assert "elt: secrets are being changed: wait for that to end" in done.stderr
    assert secrets_of(stack.compose) == before


def test_backup_and_restore_into_an_empty_stack(stack: Stack, tmp_path: Path) -> None:
    compose = stack.compose
    run_id, users, login = stack.last_run(), stack.users(), login_of(compose)
    content = "select md5(string_agg(row_hash, ',' order by user_id)) from analytics.users"
    before = compose.psql("warehouse", content)
    compose.shell(commands("backup"), tmp_path)
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0

    compose("down", "--volumes")
    assert compose.left() == []
    compose.shell(commands("restore"), tmp_path)

    assert login_of(compose) == login
    assert compose.psql("warehouse", content) == before
    stack.expect_users(users)
    assert stack.state(run_id) == "success"
    # What is restored goes on: the same day again, other people.
    stack.expect_success(stack.trigger(results=400, seed="after"))
    stack.expect_users(400)


def test_a_new_image_migrates_old_volumes(stack: Stack) -> None:
    compose = stack.compose
    run_id, users = stack.last_run(), stack.users()
    (head,) = compose.psql("airflow", "select version_num from alembic_version")
    compose("stop", "api-server", "scheduler", "dag-processor", "triggerer")
    compose(
        *("run", "--rm", "-T", "--no-deps", "--entrypoint", "airflow", "init"),
        *("db", "downgrade", "--to-version", "3.2.0", "--yes"),
    )
    assert compose.psql("airflow", "select version_num from alembic_version") != [head]
    # The former version said what it had migrated to.
    forget = "from elt.container.volumes import *; Volumes.of_container().migrated.write_text('{}')"
    compose("run", "--rm", "-T", "--no-deps", "--entrypoint", "python", "init", "-c", forget)
    newer = Compose(
        compose.clone, compose.project, compose.port, ELT_VERSION=f"{compose.project}-newer"
    )
    tag = f"elt:{compose.project}-newer"
    subprocess.run(["docker", "tag", f"elt:{compose.project}", tag], check=True)
    try:
        newer.up()
        assert "migrated to this version" in newer("logs", "init")
        assert newer.container("scheduler")["Config"]["Image"] == tag
        assert newer.psql("airflow", "select version_num from alembic_version") == [head]
        assert stack.state(run_id) == "success"
        stack.expect_users(users)
        stack.expect_success(stack.trigger(results=500))
        stack.expect_users(500)
    finally:
        compose.up()
        subprocess.run(["docker", "image", "rm", tag], check=True, capture_output=True)
