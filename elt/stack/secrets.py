"""What a stack keeps secret: made once, written where only its owner reads, never a default."""

from __future__ import annotations

import base64
import json
import os
import secrets
import string
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from elt import warehouse

SUPERUSER = "postgres"

_SECRET_BYTES = 32
_LOGIN_PASSWORD_LENGTH = 20
_LOGIN_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, repr=False)
class Secrets:
    """What is generated once for a stack and never has a default."""

    databases: Mapping[str, str]
    """Password of each database role, the superuser included."""
    fernet_key: str
    """Key of what Airflow encrypts in its database; after a rotation also the former, by comma."""
    jwt_secret: str
    api_secret_key: str
    admin_password: str

    @staticmethod
    def generate() -> Secrets:
        return Secrets(
            databases={
                role: secrets.token_urlsafe(_SECRET_BYTES) for role in (SUPERUSER, *warehouse.ROLES)
            },
            fernet_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            jwt_secret=secrets.token_urlsafe(_SECRET_BYTES),
            api_secret_key=secrets.token_urlsafe(_SECRET_BYTES),
            admin_password="".join(
                secrets.choice(_LOGIN_ALPHABET) for _ in range(_LOGIN_PASSWORD_LENGTH)
            ),
        )

    @staticmethod
    def from_json(text: str) -> Secrets:
        """Raises ValueError or TypeError where the text is something else."""
        return Secrets(**json.loads(text))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)


def write_private(path: Path, text: str, mode: int = 0o600) -> None:
    """Put `text` into `path` in one step, readable as `mode` says: by its owner only."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            # A full disk: what was written through a descriptor has no name.
            error.filename = error.filename or str(path)
        raise


def update_private(path: Path, text: str, mode: int = 0o600) -> None:
    """`write_private`, but only where something differs: running services read such files again."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        write_private(path, text, mode)
