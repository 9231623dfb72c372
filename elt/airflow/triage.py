"""What to do when a task of a pipeline fails: the notes that every DAG shows."""

from __future__ import annotations

from elt.airflow import task_ids
from elt.source import Source, fixed_dates

_NOTES = """
### When a task fails

Every task may be cleared and run again at any time: a load lands whole or not at all, and a model
builds what it has not built.

| task | it failed because | do |
|---|---|---|
{rows}
"""


def notes(source: Source) -> str:
    """In Markdown: what is to be remarked on, and a table: task, why it failed, what to do."""
    rows = {
        task_ids.CREATE_TABLES: (
            "the warehouse is down, the loader may not create, or the declaration has"
            " `open_questions`",
            "look at the connection `warehouse_loader` and at its rights on the schema `raw`;"
            " answer the questions, which the error names, in the DAG file",
        ),
        task_ids.SENSOR: (
            "the source gave no records in time; the error has its last answer",
            f"ask it by hand; look at the {_connections(source)}; clear the task when the"
            " source is back",
        ),
        task_ids.extract(source): (
            "a page could not be had; the error names page, URL and cause",
            "nothing was landed; look whether the source is as declared, or raise"
            " `ELT_FETCH_PATIENCE` for one that asks to wait; clear the task, or ask for fewer"
            " records if the source has no more",
        ),
        f"{task_ids.TRANSFORM}.*.run": (
            "a model failed; the log has dbt's words and the statement that failed, and so has the"
            " rendered template `compiled_sql`",
            "mend the model, or wait for the build that holds its lock, and clear the task",
        ),
        f"{task_ids.TRANSFORM}.*.test": (
            "data broke a rule: the log names the test and has its SQL, and so has the rendered"
            " template `compiled_sql`; or the warehouse was down for longer than retries last",
            "run that SQL to see the rows; mend, then clear the model and what follows it",
        ),
        task_ids.RECONCILE: (
            "records are unaccounted for; the error names the mart and the counts",
            "if somebody changed the mart by hand: `dbt run --full-refresh -s <mart>`, then clear"
            " the task",
        ),
    }
    lines = (f"| `{task}` | {why} | {what} |" for task, (why, what) in rows.items())
    remarks = "".join(f"\n**Note:** {remark}.\n" for remark in fixed_dates.remarks(source))
    return remarks + _NOTES.format(rows="\n".join(lines))


def _connections(source: Source) -> str:
    if not source.accounts:
        return f"connection `{source.conn_id}`"
    named = ", ".join(f"`{conn_id}` ({account})" for account, conn_id in source.accounts.items())
    return f"connection of the account: {named}"
