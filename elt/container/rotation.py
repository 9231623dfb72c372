"""Replacing every secret of a running stack."""

from __future__ import annotations

import os
from dataclasses import replace

import psycopg

from elt import rights, warehouse
from elt.container import airflow_database, secrets
from elt.container.volumes import Volumes, read_secrets
from elt.stack import airflow_config
from elt.stack.airflow_config import LOGIN
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER, Secrets, write_private

_FERNET_KEYS_KEPT = 2


def rotate(volumes: Volumes) -> None:
    """Replace every secret: passwords of the roles and of the login, keys and tokens.

    All roles change in one transaction. What Airflow has encrypted is encrypted anew; until all
    services run with the new key they can read both. Services notice and start anew.

    Raises StackError when PostgreSQL is not up, or another rotation is at work.
    """
    current = settle(volumes)
    api_url = airflow_config.api_url(volumes.connections)
    if api_url is None:
        raise StackError("the stack was never started: `docker compose up` makes its secrets")
    new = Secrets.generate()
    known = current.fernet_key.split(",")[: _FERNET_KEYS_KEPT - 1]
    new = replace(new, fernet_key=",".join([new.fernet_key, *known]))
    with psycopg.connect(secrets.server(current).dsn(SUPERUSER, "postgres")) as connection:
        if not _claim(connection):
            raise StackError("another rotation is at work: wait for it to end")
        # Written first: after a crash in between, `settle` finds out which one is in force.
        write_private(volumes.next_secrets_file, new.to_json())
        for role in (SUPERUSER, *warehouse.ROLES):
            rights.set_password(connection, role, new.databases[role])
        connection.commit()
        volumes.next_secrets_file.replace(volumes.secrets_file)
        secrets.publish(volumes, new, api_url)
        airflow_database.encrypt_anew()
        airflow_database.reset_login(LOGIN, new.admin_password)
    write_private(volumes.generation, os.urandom(8).hex())


def settle(volumes: Volumes) -> Secrets:
    """The secrets in force, also after a rotation that was cut off; PostgreSQL must be up.

    Raises StackError where PostgreSQL takes none.
    """
    current = read_secrets(volumes.secrets_file)
    if not volumes.next_secrets_file.exists():
        return current
    following = read_secrets(volumes.next_secrets_file)
    if _works(following):
        volumes.next_secrets_file.replace(volumes.secrets_file)
        return following
    if _works(current):
        volumes.next_secrets_file.unlink()
        return current
    raise StackError(
        f"PostgreSQL takes neither the password in {volumes.secrets_file} nor the one of the"
        " rotation that was cut off: restore the volume `secrets` from a backup"
    )


def _works(tried: Secrets) -> bool:
    try:
        psycopg.connect(secrets.server(tried).dsn(SUPERUSER, "postgres")).close()
    except psycopg.OperationalError as error:
        if "password authentication failed" in str(error):
            return False
        raise
    return True


def _claim(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    row = connection.execute("select pg_try_advisory_lock(%s)", (rights.PREPARE_LOCK,)).fetchone()
    return bool(row and row[0])
