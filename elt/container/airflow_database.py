"""Airflow's metadata database: migrated, with one administrator; looked at without Airflow."""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from werkzeug.security import generate_password_hash

from elt import files, warehouse
from elt.container.postgres import connect
from elt.container.volumes import Volumes
from elt.stack.errors import StackError
from elt.stack.server import Server

_PACKAGES = ("apache-airflow-core", "apache-airflow-providers-fab")
_REVISIONS = ("alembic_version", "alembic_version_fab")


def is_current(volumes: Volumes, server: Server) -> bool:
    """Whether the database is as these versions of Airflow left it; takes no time."""
    stamp = _read_stamp(volumes)
    return stamp == _versions() | _revisions(server)


def was_migrated(volumes: Volumes) -> bool:
    """Whether `init` has brought the database to these versions of Airflow at some time."""
    stamp = _read_stamp(volumes)
    return {package: stamp.get(package) for package in _PACKAGES} == _versions()


def refusal(volumes: Volumes) -> str:
    """Why Airflow's services cannot connect to the database, empty where they can."""
    try:
        connect(_configured_dsn(volumes)).close()
    except StackError as error:
        return str(error)
    return ""


def end_jobs(volumes: Volumes, job_type: str, hostname: str) -> None:
    """Mark the jobs of a host as failed that have not said that they ended."""
    with connect(_configured_dsn(volumes)) as connection:
        connection.execute(
            "update job set state = 'failed', end_date = now()"
            " where job_type = %s and hostname = %s and state = 'running'",
            (job_type, hostname),
        )


def restore_snapshot(volumes: Volumes, server: Server, username: str, password: str) -> bool:
    """Fill an empty database with what the image brings, and make the administrator.

    The image holds a database of its versions of Airflow that was migrated when it was built: a
    new stack is there in a second, and imports nothing of Airflow. False where the database is
    not empty or the image brings nothing, so that it has to be migrated.
    """
    snapshot = Path(os.environ.get("AIRFLOW_HOME") or "/opt/airflow") / "snapshot.sql"
    with connect(_dsn(server)) as connection:
        if not snapshot.is_file() or _exists(connection, "log"):
            return False
        connection.execute(sql.SQL(snapshot.read_text()))
        connection.execute(
            """
            with added as (
                insert into ab_user (
                    id, first_name, last_name, username, email, password, active, created_on,
                    changed_on
                )
                values (
                    nextval('ab_user_id_seq'), 'ELT', 'Administrator', %(username)s,
                    %(email)s, %(password)s, true, now(), now()
                )
                returning id
            )
            insert into ab_user_role (id, user_id, role_id)
            select nextval('ab_user_role_id_seq'), added.id, ab_role.id
            from added cross join ab_role
            where ab_role.name = 'Admin'
            """,
            {
                "username": username,
                "email": f"{username}@localhost",
                "password": generate_password_hash(password),
            },
        )
    files.replace(volumes.migrated, json.dumps(_versions() | _revisions(server)))
    return True


def migrate(volumes: Volumes, server: Server, username: str, password: str) -> None:
    """Bring the database to these versions of Airflow and its auth manager.

    Makes the administrator, with the password, where there is none.
    """
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
    from airflow.utils import db

    db.upgradedb()
    # This makes Airflow's roles and permissions, too.
    with get_application_builder() as builder:
        manager = builder.sm
        if not manager.get_all_users():
            manager.add_user(
                username,
                "ELT",
                "Administrator",
                f"{username}@localhost",
                manager.find_role("Admin"),
                password,
            )
    files.replace(volumes.migrated, json.dumps(_versions() | _revisions(server)))


def reset_login(username: str, password: str) -> None:
    """Give the administrator another password, which also ends its sessions."""
    from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder

    with get_application_builder() as builder:
        user = builder.sm.find_user(username)
        if user:
            builder.sm.reset_password(user.id, password)


def encrypt_anew() -> None:
    """Encrypt connections, variables and triggers with the first of the configured keys.

    Raises StackError where Airflow fails.
    """
    done = subprocess.run(
        [sys.executable, "-m", "airflow", "rotate-fernet-key"],
        env=os.environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        last = done.stdout.strip().splitlines()[-1:] or ["it gave no reason"]
        raise StackError(
            f"what Airflow has encrypted could not be encrypted anew: {last[0]}."
            " All else is rotated. Delete in the UI the connections and variables whose key is"
            " lost, or enter them anew, and rotate again"
        )


def _read_stamp(volumes: Volumes) -> dict[str, str | None]:
    try:
        stamp = json.loads(volumes.migrated.read_text())
    except (OSError, ValueError):
        return {}
    return dict(stamp)


def _versions() -> dict[str, str | None]:
    return {package: version(package) for package in _PACKAGES}


def _revisions(server: Server) -> dict[str, str | None]:
    """The revision of the schema of each package, None where there is none."""
    found: dict[str, str | None] = {}
    with connect(_dsn(server)) as connection:
        for table in _REVISIONS:
            row = None
            if _exists(connection, table):
                query = sql.SQL("select version_num from {}").format(sql.Identifier(table))
                row = connection.execute(query).fetchone()
            found[table] = str(row[0]) if row else None
    return found


def _exists(connection: psycopg.Connection[TupleRow], table: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", (table,)).fetchone()
    return bool(row and row[0])


def _configured_dsn(volumes: Volumes) -> str:
    """How Airflow's services connect, who are not given the secrets."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(volumes.airflow_config)
    dsn = parser["database"]["sql_alchemy_conn"]
    return dsn.replace("%%", "%").replace("+psycopg2", "")


def _dsn(server: Server) -> str:
    return server.dsn(warehouse.AIRFLOW_ROLE, warehouse.AIRFLOW_DATABASE)
