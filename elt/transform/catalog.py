"""dbt's catalog: what the documentation in the UI knows of tables and columns in the warehouse."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from cosmos import settings
from cosmos.constants import InvocationMode
from cosmos.operators.local import DbtDocsLocalOperator

from elt import files
from elt.transform import project
from elt.transform.models import profile

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

_READABLE = 0o644


def refresh(task_id: str) -> DbtDocsLocalOperator:
    """The task that asks the warehouse for its tables and columns, and publishes the answer.

    The models need not be compiled for that: the manifest is there.
    """
    return DbtDocsLocalOperator(
        task_id=task_id,
        project_dir=str(project.folder()),
        profile_config=profile(),
        invocation_mode=InvocationMode.DBT_RUNNER,
        install_deps=False,
        dbt_cmd_flags=["--no-compile"],
        # The folder that dbt runs in: `docs generate` writes its page before it makes a folder,
        # and makes none where nothing has to be parsed.
        env={"DBT_TARGET_PATH": "."},
        # What dbt has parsed of the project is taken from here or from the project itself.
        cache_dir=settings.cache_dir / task_id,
        emit_datasets=False,
        callback="elt.transform.catalog.publish",
        max_active_tis_per_dag=1,
        execution_timeout=timedelta(minutes=30),
    )


def publish(project_dir: str, context: Context) -> None:
    """Cosmos' ``callback``: put the catalog in place of the former one, whole."""
    made = Path(project_dir) / "catalog.json"
    if not made.is_file():
        # Cosmos says why as soon as this returns.
        log.error("dbt has made no catalog; its own error says why")
        return
    published = project.catalog()
    published.parent.mkdir(parents=True, exist_ok=True)
    files.replace(published, made.read_text(), _READABLE)
    log.info("%s is the catalog of %s", published, context["run_id"])
