"""The folders of a project: its DAGs, its connections and its dbt models."""

from __future__ import annotations

import os
from pathlib import Path

from elt.stack import connections


def project_root() -> Path:
    """The clone: the folder that holds the package, `dags/` and `dbt_project/`."""
    return Path(__file__).resolve().parents[2]


class Folders:
    """Those of this clone, or those that the environment names."""

    def __init__(self, project: Path | None = None) -> None:
        self.project = project or project_root()

    @property
    def dags(self) -> Path:
        """The DAG folder: the clone's, or the one ELT_DAGS_FOLDER names."""
        named = os.environ.get("ELT_DAGS_FOLDER", "").strip()
        return Path(os.path.abspath(Path(named).expanduser())) if named else self.project / "dags"

    @property
    def connections_file(self) -> Path:
        """The sources' connections: beside the DAGs, or the clone's where there are none."""
        own = self.dags / connections.FILE
        return own if own.exists() else self.project / "dags" / connections.FILE

    @property
    def dbt_project(self) -> Path:
        """The dbt project: the clone's, or the one ELT_DBT_PROJECT names."""
        named = os.environ.get("ELT_DBT_PROJECT", "").strip()
        return Path(os.path.abspath(named)) if named else self.project / "dbt_project"
