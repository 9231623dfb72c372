"""The state folder of the embedded stack: where everything lies, and its generated secrets."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import string
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from elt.local.errors import StackError

_SECRET_BYTES = 32
_LOGIN_PASSWORD_LENGTH = 20
_LOGIN_ALPHABET = string.ascii_letters + string.digits

SUPERUSER = "postgres"

# Names that are also the keys of secrets.json.
_DATABASE_ROLES = (SUPERUSER, "airflow", "elt_loader", "elt_transformer", "elt_reader")


def project_root() -> Path:
    """The clone: the folder that holds the package, `dags/` and `dbt_project/`."""
    return Path(__file__).resolve().parents[2]


@dataclass(frozen=True, repr=False)
class Secrets:
    """What is generated once for a stack and never has a default."""

    databases: Mapping[str, str]
    """Password of each database role, the superuser included."""
    fernet_key: str
    jwt_secret: str
    api_secret_key: str
    admin_password: str

    @staticmethod
    def generate() -> Secrets:
        return Secrets(
            databases={role: secrets.token_urlsafe(_SECRET_BYTES) for role in _DATABASE_ROLES},
            fernet_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            jwt_secret=secrets.token_urlsafe(_SECRET_BYTES),
            api_secret_key=secrets.token_urlsafe(_SECRET_BYTES),
            admin_password="".join(
                secrets.choice(_LOGIN_ALPHABET) for _ in range(_LOGIN_PASSWORD_LENGTH)
            ),
        )


class Home:
    """Paths of one stack's state, `.elt/` in the clone or the folder that ELT_HOME names."""

    def __init__(self, root: Path, project: Path | None = None) -> None:
        self.root = root
        self.project = project or project_root()
        self.logs = root / "logs"
        self.postgres = root / "postgres"
        self.airflow = root / "airflow"
        self.secrets_file = root / "secrets.json"
        self.ports_file = root / "ports.json"

    @staticmethod
    def from_environment() -> Home:
        """The stack of this clone, or the one ELT_HOME names."""
        named = os.environ.get("ELT_HOME", "").strip()
        project = project_root()
        root = Path(named).expanduser() if named else project / ".elt"
        return Home(Path(os.path.abspath(root)), project)

    @property
    def dags(self) -> Path:
        """The DAG folder: the clone's, or the one ELT_DAGS_FOLDER names."""
        named = os.environ.get("ELT_DAGS_FOLDER", "").strip()
        return Path(os.path.abspath(Path(named).expanduser())) if named else self.project / "dags"

    @property
    def dbt_project(self) -> Path:
        """The dbt project: the clone's, or the one ELT_DBT_PROJECT names."""
        named = os.environ.get("ELT_DBT_PROJECT", "").strip()
        return Path(os.path.abspath(named)) if named else self.project / "dbt_project"

    @property
    def exists(self) -> bool:
        """Whether the stack has been set up before."""
        return self.secrets_file.exists()

    def create(self) -> Secrets:
        """Make the folder and its secrets, or read the secrets that are there.

        Raises StackError where the folder cannot be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            # PostgreSQL refuses to run as root, so its user must be able to pass through.
            self.root.chmod(0o711 if os.geteuid() == 0 else 0o700)
            for folder in (self.logs, self.airflow):
                folder.mkdir(mode=0o700, exist_ok=True)
            with self.lock("setup"):
                if not self.secrets_file.exists():
                    generated = Secrets.generate()
                    write_private(self.secrets_file, json.dumps(generated.__dict__, indent=2))
        except OSError as error:
            raise StackError(
                f"the state folder {self.root} cannot be written ({error.strerror}): "
                "make it writable or name another one in ELT_HOME"
            ) from error
        return self.secrets()

    def secrets(self) -> Secrets:
        """Read the secrets. Raises StackError when they are missing or damaged."""
        try:
            return Secrets(**json.loads(self.secrets_file.read_text()))
        except FileNotFoundError as error:
            raise StackError(
                f"there is no stack in {self.root} yet: `elt run` or `elt up` makes one"
            ) from error
        except PermissionError as error:
            raise StackError(
                f"{self.secrets_file} belongs to another user: run this as that user, "
                "or name another folder in ELT_HOME"
            ) from error
        except (ValueError, TypeError) as error:
            raise StackError(
                f"{self.secrets_file} is damaged: restore it, or remove {self.root} to begin anew"
            ) from error

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold `<name>.lock` of the state folder, waiting for another process to let go of it."""
        with (self.root / f"{name}.lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def write_private(path: Path, text: str) -> None:
    """Put `text` into `path`, readable by its owner only, in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
