"""What lies in the volumes that containers share, and where."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from elt import files
from elt.stack.errors import StackError
from elt.stack.secrets import Secrets


@dataclass(frozen=True)
class Volumes:
    """Two volumes: what only the one-shot services see, and what Airflow's services are given."""

    secrets: Path
    """Every secret, the superuser's password too. PostgreSQL reads that file and no other."""
    config: Path
    """Airflow's configuration, connections and login."""

    @staticmethod
    def of_container() -> Volumes:
        """Where the image has them; ELT_SECRETS and ELT_CONFIG name other folders."""
        return Volumes(
            Path(os.environ.get("ELT_SECRETS") or "/run/elt/secrets"),
            Path(os.environ.get("ELT_CONFIG") or "/run/elt/config"),
        )

    @contextmanager
    def changing(self, *, wait: bool = True) -> Iterator[None]:
        """Be the only one, of all containers, that changes secrets or what is made of them.

        Raises StackError where it need not be waited for and somebody else is at it.
        """
        with ExitStack() as held:
            try:
                # The folder itself, which can also be locked where it is mounted read-only.
                held.enter_context(files.locked(self.secrets, wait=wait))
            except BlockingIOError:
                raise StackError("secrets are being changed: wait for that to end") from None
            yield

    @property
    def secrets_file(self) -> Path:
        return self.secrets / "secrets.json"

    @property
    def next_secrets_file(self) -> Path:
        """What a rotation under way is changing to."""
        return self.secrets / "secrets.next.json"

    @property
    def superuser_password_file(self) -> Path:
        return self.secrets / "superuser-password"

    @property
    def airflow_config(self) -> Path:
        return self.config / "airflow.cfg"

    @property
    def connections(self) -> Path:
        return self.config / "connections.json"

    @property
    def login(self) -> Path:
        return self.config / "login.json"

    @property
    def migrated(self) -> Path:
        """What versions of Airflow the metadata database was last brought to."""
        return self.config / "migrated.json"

    @property
    def generation(self) -> Path:
        """Changes with each rotation; services that see another one start anew."""
        return self.config / "generation"


def read_secrets(path: Path) -> Secrets:
    """Raises StackError where they cannot be read."""
    try:
        return Secrets.from_json(path.read_text())
    except FileNotFoundError as error:
        raise StackError(
            f"there are no secrets in {path.parent}: `docker compose up` makes them, and only the"
            " services `secrets` and `init` see them"
        ) from error
    except PermissionError as error:
        raise StackError(f"{path} cannot be read by uid {os.getuid()}") from error
    except (ValueError, TypeError) as error:
        raise StackError(
            f"{path} is damaged: restore the volume from a backup, or remove all volumes by"
            " `docker compose down -v` to begin anew"
        ) from error


def read_connection(volumes: Volumes, conn_id: str) -> dict[str, str]:
    """A connection's fields. Raises StackError where there is none yet."""
    try:
        known = json.loads(volumes.connections.read_text())[conn_id]
    except (OSError, ValueError, KeyError) as error:
        raise StackError(
            f"{volumes.connections} names no {conn_id}: start the stack by `docker compose up`"
        ) from error
    return {name: str(value) for name, value in known.items()}
