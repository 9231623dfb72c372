"""The one-shot service that makes the databases what this image wants, empty or old."""

from __future__ import annotations

import time

import psycopg

from elt import warehouse
from elt.container import airflow_database, rotation, secrets
from elt.container.postgres import PasswordError, UnreachableError, connect
from elt.container.volumes import Volumes, read_secrets
from elt.stack.airflow_config import LOGIN
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.warehouse import rights

_POSTGRES_SECONDS = 120.0
_POLL_SECONDS = 0.2


def init(volumes: Volumes) -> str:
    """Prepare roles, databases and rights, migrate Airflow's database; what was done, in words.

    Raises StackError where PostgreSQL does not come up or refuses.
    """
    _wait_for_postgres(secrets.server(read_secrets(volumes.secrets_file)))
    in_force = rotation.settle(volumes)
    server = secrets.server(in_force)
    try:
        rights.prepare(
            server.dsn(SUPERUSER, "postgres"),
            {role: in_force.databases[role] for role in warehouse.ROLES},
        )
    except psycopg.Error as error:
        sentence = str(error).splitlines()[0]
        raise StackError(f"the databases could not be prepared: {sentence}") from error
    if airflow_database.is_current(volumes, server):
        done = "databases are current"
    elif airflow_database.restore_snapshot(volumes, server, LOGIN, in_force.admin_password):
        done = "databases made"
    else:
        airflow_database.migrate(volumes, server, LOGIN, in_force.admin_password)
        done = "Airflow's database migrated to this version"
    return done


def _wait_for_postgres(server: Server) -> None:
    """Wait until it answers, if only to refuse the password: `settle` knows another."""
    deadline = time.monotonic() + _POSTGRES_SECONDS
    while True:
        try:
            connect(server.dsn(SUPERUSER, "postgres")).close()
            return
        except PasswordError:
            return
        except UnreachableError:
            if time.monotonic() > deadline:
                raise
        time.sleep(_POLL_SECONDS)
