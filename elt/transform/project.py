"""Where the dbt project is, and what dbt has written of it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from elt.warehouse import RAW_SCHEMA


def folder() -> Path:
    """The dbt project: the one beside the package, or the one that ELT_DBT_PROJECT names."""
    return Path(os.environ.get("ELT_DBT_PROJECT") or Path(__file__).parents[2] / "dbt_project")


@dataclass(frozen=True)
class Profile:
    """Where dbt finds the warehouse: a file ``profiles.yml``, and the names of what is in it."""

    folder: Path
    name: str
    target: str


def profile() -> Profile:
    """The profile of the stack; its target is ``postgres``, or what ELT_DBT_TARGET names."""
    return Profile(folder(), "elt", os.environ.get("ELT_DBT_TARGET") or "postgres")


def target() -> Path:
    """Where dbt leaves what it makes: `target` of the project, or what ELT_DBT_TARGET_PATH names.

    The embedded stack names a folder of its own, since several may share one project.
    """
    named = os.environ.get("ELT_DBT_TARGET_PATH")
    return Path(named) if named else folder() / "target"


def manifest() -> Path:
    """What `dbt parse` has written of the project: all there is, before the first run too."""
    return target() / "manifest.json"


def catalog() -> Path:
    """What `dbt docs generate` has written of the warehouse: tables, columns, types.

    It lies in the folder that ELT_DOCS_FOLDER names, or where dbt by hand leaves it.
    """
    named = os.environ.get("ELT_DOCS_FOLDER")
    return (Path(named) if named else target()) / "catalog.json"


def raw_tables() -> dict[str, bool]:
    """The raw tables that models read, ``randomuser__users``, and whether they have accounts.

    A source is loaded for accounts where dbt's source has the column `account`.

    Raises OSError where there is no manifest.
    """
    sources = json.loads(manifest().read_bytes())["sources"].values()
    return {
        source["identifier"]: "account" in source["columns"]
        for source in sorted(sources, key=lambda source: str(source["identifier"]))
        if source["schema"] == RAW_SCHEMA
        and source["identifier"].startswith(f"{source['source_name']}__")
    }
