"""The state folder of the embedded stack: where everything lies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from elt import files
from elt.stack.errors import StackError
from elt.stack.folders import Folders, project_root
from elt.stack.secrets import Secrets


class Home(Folders):
    """Paths of one stack's state, `.elt/` in the clone or the folder that ELT_HOME names."""

    def __init__(self, root: Path, project: Path | None = None) -> None:
        super().__init__(project)
        self.root = root
        self.logs = root / "logs"
        self.postgres = root / "postgres"
        self.airflow = root / "airflow"
        self.dbt_target = root / "dbt" / "target"
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
                known = self.secrets() if self.secrets_file.exists() else None
                # Of a stack that is up, the next `elt up` takes a new key of tokens.
                wanted = Secrets.generate() if known is None else known.strengthened()
                if wanted != known:
                    files.replace(self.secrets_file, wanted.to_json())
        except OSError as error:
            raise StackError(
                f"the state folder {self.root} cannot be written ({error.strerror}): "
                "make it writable or name another one in ELT_HOME"
            ) from error
        return self.secrets()

    def secrets(self) -> Secrets:
        """Read the secrets. Raises StackError when they are missing or damaged."""
        try:
            return Secrets.from_json(self.secrets_file.read_text())
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

    def take_over(self) -> Path | None:
        """Note that this clone uses the folder; the clone that did before, None if it is the same.

        To be called by whoever has claimed the stack.
        """
        file = self.root / "clone"
        former = Path(file.read_text()) if file.exists() else self.project
        files.update(file, str(self.project))
        return None if former == self.project else former

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """Hold `<name>.lock` of the state folder, waiting for another process to let go of it."""
        with files.locked(self.root / f"{name}.lock"):
            yield
