"""The SQL of what failed in dbt: into the task's log, and into the rendered template of the task.

dbt names a file in a folder that Cosmos has removed by the time anybody looks, and of a hook, such
as those that find what a mart has to write, it leaves no file at all.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)


class Statements:
    """Listens to dbt: for each node, the statement that was sent and did not come to its end.

    A callback of `dbtRunner`. dbt reports each statement when it sends it and again when it has
    succeeded; what lacks the second report is the one that failed.
    """

    def __init__(self) -> None:
        self._open: dict[str, str] = {}

    def __call__(self, event: Any) -> None:
        if event.info.name == "SQLQuery":
            self._open[event.data.node_info.unique_id] = event.data.sql
        elif event.info.name == "SQLQueryStatus":
            self._open.pop(event.data.node_info.unique_id, None)

    def take(self, node: str) -> str | None:
        """The statement of ``node`` that did not succeed, and forget it."""
        return self._open.pop(node, None)


def report(
    project_dir: Path, failed: Iterable[Mapping[str, Any]], statements: Statements
) -> str | None:
    """Log the SQL of the ``failed`` entries of `run_results.json`; the same as one text.

    None if dbt failed before it had compiled anything.
    """
    texts = []
    for entry in failed:
        compiled = (entry.get("compiled_code") or "").strip()
        statement = (statements.take(entry["unique_id"]) or "").strip()
        if compiled and compiled not in statement:
            texts.append(_headed(project_dir, entry, "compiled", compiled))
        if statement:
            texts.append(_headed(project_dir, entry, "the statement that failed", statement))
    text = "\n\n".join(texts)
    if text:
        log.error("the SQL of what failed:\n\n%s", text)
    return text or None


def store(context: Context, text: str) -> None:
    """Make ``text`` the rendered template ``compiled_sql`` of the running task, at once.

    Cosmos leaves that to Airflow, which does it when the task has ended. But an attempt that will
    be tried again has lost its id by then (Airflow 3.3), and the server refuses the fields with
    status 410, which the supervisor passes over: the template is empty while there are retries.
    """
    task = cast("Any", context["task"])
    task.compiled_sql = text
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.comms import SetRenderedFields

    supervisor = getattr(task_runner, "SUPERVISOR_COMMS", None)
    if supervisor is None:
        return
    try:
        supervisor.send(
            SetRenderedFields(rendered_fields=task_runner._serialize_rendered_fields(task))
        )
    except Exception as error:
        log.warning("the SQL is not in the rendered template: %s", error)


def _headed(project_dir: Path, entry: Mapping[str, Any], what: str, text: str) -> str:
    """``text`` after a comment with the node and the files of dbt that it is the content of."""
    files = (file for file in (project_dir / "target").rglob("*.sql") if file.is_file())
    names = sorted(
        str(file.relative_to(project_dir))
        for file in files
        if (content := file.read_text().strip()) and content in text
    )
    return f"-- {', '.join([entry['unique_id'], what, *names])}\n{text}"
