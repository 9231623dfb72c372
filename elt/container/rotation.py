"""Replacing every secret of a running stack."""

from __future__ import annotations

from dataclasses import replace

from elt import files, warehouse
from elt.container import airflow_database, secrets
from elt.container.postgres import PasswordError, connect
from elt.container.volumes import Volumes, read_secrets
from elt.stack import airflow_config
from elt.stack.airflow_config import LOGIN
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER, Secrets
from elt.warehouse import rights

_FERNET_KEYS_KEPT = 2


def rotate(volumes: Volumes) -> None:
    """Replace every secret: passwords of the roles and of the login, keys and tokens.

    All roles change in one transaction. What Airflow has encrypted is encrypted anew; the former
    key stays beside the new one until the next rotation, for services that still run with it.
    Services notice and start anew.

    Raises StackError when PostgreSQL is not up, when another rotation is at work, and, after all
    else is done, when something is encrypted with a key that is lost.
    """
    with volumes.changing(wait=False):
        current = _settle(volumes)
        new = Secrets.generate()
        # All of them: an encryption that was cut off may have left something with any.
        new = replace(new, fernet_key=f"{new.fernet_key},{current.fernet_key}")
        # Written first: after a crash from here on, `settle` finds out which one is in force.
        files.replace(volumes.next_secrets_file, new.to_json())
        with connect(_superuser(current)) as connection:
            for role in (SUPERUSER, *warehouse.ROLES):
                rights.set_password(connection, role, new.databases[role])
        _finish(volumes, new)


def settle(volumes: Volumes) -> Secrets:
    """The secrets in force; finishes a rotation that was cut off. PostgreSQL must be up.

    Waits for one that is at work. Raises PasswordError where PostgreSQL takes none,
    UnreachableError where it is down.
    """
    with volumes.changing():
        return _settle(volumes)


def _settle(volumes: Volumes) -> Secrets:
    current = read_secrets(volumes.secrets_file)
    if volumes.next_secrets_file.exists():
        following = read_secrets(volumes.next_secrets_file)
        if _works(following):
            return _finish(volumes, following)
        volumes.next_secrets_file.unlink()
    connect(_superuser(current)).close()
    return current


def _finish(volumes: Volumes, new: Secrets) -> Secrets:
    """Take into use what PostgreSQL has been told; can be cut off anywhere and done again."""
    sources = airflow_config.source_urls(volumes.connections)
    if sources is None:
        raise StackError(f"{volumes.connections} is damaged: `docker compose up` writes it anew")
    secrets.publish(volumes, new, sources)
    secrets.restart_services(volumes)
    airflow_database.reset_login(LOGIN, new.admin_password)
    settled, failure = new, None
    try:
        airflow_database.encrypt_anew()
    except StackError as error:
        # What a lost key has encrypted must not keep the stack from starting; all keys are kept.
        failure = error
    else:
        keys = new.fernet_key.split(",")[:_FERNET_KEYS_KEPT]
        settled = replace(new, fernet_key=",".join(keys))
    files.replace(volumes.secrets_file, settled.to_json())
    volumes.next_secrets_file.unlink(missing_ok=True)
    secrets.publish(volumes, settled, sources)
    if failure is not None:
        raise failure
    return settled


def _works(tried: Secrets) -> bool:
    try:
        connect(_superuser(tried)).close()
    except PasswordError:
        return False
    return True


def _superuser(known: Secrets) -> str:
    return secrets.server(known).dsn(SUPERUSER, "postgres")
