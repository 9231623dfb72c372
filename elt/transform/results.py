"""What dbt did in a task: into the asset's event, and into the history `ops.dbt_results`."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk.exceptions import AirflowSkipException
from cosmos.exceptions import CosmosDbtRunError
from psycopg import sql

from elt.errors import DataTestError
from elt.transform import statements
from elt.warehouse import OPS_SCHEMA, RESULTS_TABLE, TRANSFORMER_CONN_ID
from elt.warehouse.connection import connected
from elt.warehouse.greenplum import distributed_by

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)

_CREATE = """
create table if not exists {schema}.{table} (
    dag_id text not null,
    run_id text not null,
    task_id text not null,
    load_id bigint,
    invocation_id text not null,
    node text not null,
    status text not null,
    rows bigint,
    seconds double precision not null,
    failures bigint,
    finished_at timestamptz not null,
    compiled_sql text,
    primary key (node, finished_at, invocation_id)
){distribution}
"""
_INSERT = """
insert into {schema}.{table} (
    dag_id, run_id, task_id, load_id, invocation_id,
    node, status, rows, seconds, failures, finished_at, compiled_sql
) values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_NAMES = {"schema": sql.Identifier(OPS_SCHEMA), "table": sql.Identifier(RESULTS_TABLE)}

_WELL = ("success", "pass", "warn", "no-op")
"""What dbt says of what went well; after any other word, also of a hook, it fails as a whole."""

_FAILED = ("error", "fail", "runtime error")
"""What dbt says of what failed by itself, not since something else did."""

_FILE = re.compile(r"compiled code at target/\S+")
"""dbt's note of a file, which is in a copy of the project that is removed when the task ends."""

_PLACE = "The SQL is in this task's log, above, and in its rendered template compiled_sql."


@dataclass(frozen=True)
class Result:
    """What became of one node of dbt, from `run_results.json` (schema v6).

    ``status`` is dbt's word: success, error or skipped for what makes a table; pass, warn, fail,
    error or skipped for a test. ``rows`` are those that were written, None for views and tests; of
    a seed, those of its file, written or not. ``failures`` are the rows that a test found;
    ``compiled_sql`` is the query of a test that did not pass, None of what went well.
    """

    node: str
    status: str
    rows: int | None
    seconds: float
    failures: int | None
    compiled_sql: str | None

    @classmethod
    def of(cls, entry: Mapping[str, Any]) -> Self:
        """From an entry of the file's list of results."""
        # PostgreSQL's adapter says -1 of statements that write no rows, such as `create view`.
        rows = (entry.get("adapter_response") or {}).get("rows_affected")
        is_test = str(entry["unique_id"]).startswith("test.")
        return cls(
            node=entry["unique_id"],
            status=entry["status"],
            rows=None if is_test or rows is None or rows < 0 else int(rows),
            seconds=float(entry["execution_time"]),
            failures=entry["failures"],
            compiled_sql=(
                entry.get("compiled_code") if is_test and entry["status"] != "pass" else None
            ),
        )


def record(project_dir: str, context: Context, extract: str) -> None:
    """Cosmos' ``callback``: called when dbt has ended, well or not, with the folder it ran in.

    Logs a warning for each test that warns (severity ``warn``), with the rows it found. Writes a
    row a node into `ops.dbt_results`, and into the event of the task's asset which load it
    is of and how many rows were written: ``{"load_id": 7, "rows": 1000}``, null where a view holds
    none. ``extract`` is the task whose XCom names the load; where it is mapped over the accounts of
    a source, the event also has the load of each, ``"loads": {"north": 6, "south": 7}``.

    Where dbt has failed, the SQL goes into the log and the rendered template
    (`elt.transform.statements`), and dbt's own error is raised, whether the history can be written
    or not.

    Raises AirflowSkipException, so that there is no event, where dbt found nothing to build, and
    whatever keeps the history of what went well from being written.
    """
    file = Path(project_dir) / "target" / "run_results.json"
    if not file.is_file():
        # dbt ended before it began with a node. Cosmos says why as soon as this returns.
        log.warning("dbt has left no run_results.json; its own error says why")
        return
    content = json.loads(file.read_text())
    metadata = content["metadata"]
    results = [
        Result.of(entry)
        for entry in content["results"]
        # Hooks of the project are no nodes that anybody asks about.
        if not entry["unique_id"].startswith("operation.")
    ]
    for result in results:
        if result.status == "warn":
            name = result.node.split(".")[2]
            log.warning("the test %s warns of %s rows", name, result.failures)
    failed = any(entry["status"] not in _WELL for entry in content["results"])
    load_ids = _load_ids(context, extract)
    # The history has one load a result: of a source with accounts the last one to land.
    load_id = max(load_ids.values(), default=None)
    finished_at = datetime.fromisoformat(metadata["generated_at"])
    try:
        _write(context, load_id, metadata["invocation_id"], finished_at, results)
    except Exception as error:
        if not failed:
            raise
        log.error("the results are not in the history: %s", error)
    if failed:
        _tell_failure(Path(project_dir), context, content["results"])
    else:
        _fill_event(context, load_ids, results)


def _tell_failure(
    project_dir: Path, context: Context, entries: Iterable[Mapping[str, Any]]
) -> None:
    """Raise dbt's error as Cosmos does, but say where the SQL is, which is there by then.

    Raises DataTestError where tests failed and nothing else did: a test that the warehouse kept
    from coming to its end is "error" to dbt, and is retried as a model is.
    """
    failed = [entry for entry in entries if entry["status"] in _FAILED]
    task = cast("Any", context["task"])
    text = statements.report(project_dir, failed, task._dbt_runner_callbacks[0])
    if text:
        statements.store(context, text)
    if failed:
        lines = [
            f"{_name(entry['unique_id'])}: {_FILE.sub('', entry['message'] or '').rstrip()}"
            for entry in failed
        ]
        only_tests = all(entry["status"] == "fail" for entry in failed)
        raise (DataTestError if only_tests else CosmosDbtRunError)(
            "\n".join(["dbt invocation completed with errors: " + lines[0], *lines[1:]])
            + (f"\n{_PLACE}" if text else "")
        )


def _name(node: str) -> str:
    """The node's name as people know it, of ``model.elt.users``."""
    return node.split(".")[2]


def _load_ids(context: Context, extract: str) -> dict[str, int]:
    """The load of each account; of a source without accounts, of the account ``""``."""
    found = context["ti"].xcom_pull(task_ids=extract)
    if not found:
        return {}
    refs = [found] if isinstance(found, Mapping) else list(found)
    return {ref.get("account", ""): ref["load_id"] for ref in refs if ref}


def _fill_event(context: Context, load_ids: Mapping[str, int], results: list[Result]) -> None:
    task = cast("Any", context["task"])
    if not task.outlets:
        return
    (asset,) = task.outlets
    node = task.extra_context["dbt_node_config"]["unique_id"]
    result = next((result for result in results if result.node == node), None)
    if result is None or result.status != "success":
        raise AirflowSkipException(f"dbt has not built {node}: {asset.name} is as it was")
    extra: dict[str, Any] = {"load_id": max(load_ids.values(), default=None), "rows": result.rows}
    if any(load_ids):
        extra["loads"] = dict(load_ids)
    context["outlet_events"][asset].extra = extra


def _write(
    context: Context,
    load_id: int | None,
    invocation_id: str,
    finished_at: datetime,
    results: list[Result],
) -> None:
    instance = context["ti"]
    run = (instance.dag_id, instance.run_id, instance.task_id, load_id, invocation_id)
    rows = [
        (
            *run,
            result.node,
            result.status,
            result.rows,
            result.seconds,
            result.failures,
            finished_at,
            result.compiled_sql,
        )
        for result in results
    ]
    hook = PostgresHook(postgres_conn_id=TRANSFORMER_CONN_ID)
    with (
        connected(hook) as connection,
        connection.transaction(),
        connection.cursor() as cursor,
    ):
        _create_table(connection)
        cursor.executemany(sql.SQL(_INSERT).format(**_NAMES), rows)
    log.info("%d results of dbt are in %s.%s", len(rows), OPS_SCHEMA, RESULTS_TABLE)


def _create_table(connection: psycopg.Connection[Any]) -> None:
    """Create the history where it is missing; dbt has made the schema before its first model."""
    missing = connection.execute(
        "select to_regclass(%s) is null", (f"{OPS_SCHEMA}.{RESULTS_TABLE}",)
    ).fetchone()
    if missing == (True,):
        # "if not exists" is no protection against another task that creates the same just now.
        connection.execute("select pg_advisory_xact_lock(hashtext('elt'), hashtext('ops'))")
        spread = distributed_by(connection, "node", "finished_at", "invocation_id")
        connection.execute(sql.SQL(_CREATE).format(**_NAMES, distribution=spread))
        return
    if not _has_sql(connection):
        # A history of an earlier release. Another task may add the column just now.
        connection.execute("select pg_advisory_xact_lock(hashtext('elt'), hashtext('ops'))")
        if not _has_sql(connection):
            connection.execute(
                sql.SQL("alter table {schema}.{table} add column compiled_sql text").format(
                    **_NAMES
                )
            )


def _has_sql(connection: psycopg.Connection[Any]) -> bool:
    found = connection.execute(
        "select 1 from information_schema.columns"
        " where table_schema = %s and table_name = %s and column_name = 'compiled_sql'",
        (OPS_SCHEMA, RESULTS_TABLE),
    ).fetchone()
    return found is not None
