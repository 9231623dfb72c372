"""Is the Airflow service of this container at work? Run as a file: python -I healthy.py NAME.

Exit status 0: yes; 1: not after some seconds. Asks for the service's own heartbeat, so a service
that hangs is not healthy; the DAG processor also for its DAGs: each file is parsed, and each DAG is
there. It imports next to nothing: `airflow jobs check` answers the same in 2 s of CPU, this in
0.1 s.
"""

from __future__ import annotations

import configparser
import json
import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

_JOBS = {
    "scheduler": "SchedulerJob",
    "dag-processor": "DagProcessorJob",
    "triggerer": "TriggererJob",
}
# One call; Docker waits 30 s for all of them, and for the start of this program.
_SECONDS = 8.0
_PATIENCE = 6.0
_POLL_SECONDS = 0.3

# Services send a heartbeat each 5 s. One that was paused for less than a minute is at work.
_AT_WORK = """
select exists (
    select 1 from job
    where job_type = %s and hostname = %s and state = 'running'
        and latest_heartbeat > now() - interval '60 seconds'
)
"""
_DAG_FILES = Path("/tmp/dag-files.json")
"""What the DAG processor has parsed since it started; see dag_files.py."""

_MOST_NAMED = 5


def main(name: str) -> int:
    """0 when the service is at work, 1 with a reason on standard output when it is not."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        words = "at work"
        try:
            if name == "api-server":
                reason = _api_server()
            else:
                reason, paused = _job(name)
                words += paused
        except Exception as error:
            reason = f"{type(error).__name__}: {str(error).strip()}"
        if not reason or time.monotonic() > deadline:
            sys.stdout.write(f"{reason or words}\n")
            return 1 if reason else 0
        time.sleep(_POLL_SECONDS)


def _api_server() -> str:
    with socket.create_connection(("127.0.0.1", 8080), timeout=_SECONDS) as connection:
        connection.sendall(
            b"GET /api/v2/monitor/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )
        answer = b""
        while part := connection.recv(65536):
            answer += part
    if b" 200 " not in answer.split(b"\r\n", 1)[0]:
        return "it does not answer 200"
    # Airflow answers 200 also when its database is gone, and says so in the first member.
    healthy = answer.partition(b'"metadatabase":')[2].partition(b"}")[0]
    return "" if b'"healthy"' in healthy else "it has no database"


def _job(name: str) -> tuple[str, str]:
    """Why the service is not healthy, empty where it is; and what else there is to say."""
    import psycopg2

    parser = configparser.ConfigParser(interpolation=None)
    parser.read(os.environ["AIRFLOW_CONFIG"])
    dsn = parser["database"]["sql_alchemy_conn"].replace("%%", "%").replace("+psycopg2", "")
    connection = psycopg2.connect(dsn, connect_timeout=int(_SECONDS))
    try:
        cursor = connection.cursor()
        cursor.execute(_AT_WORK, (_JOBS[name], socket.gethostname()))
        if not cursor.fetchone()[0]:
            return "it has sent no heartbeat for 60 s", ""
        return _dags(cursor) if name == "dag-processor" else ("", "")
    finally:
        connection.close()


def _dags(cursor: Any) -> tuple[str, str]:
    """A stack is usable when each DAG file is parsed and each DAG is in the database.

    Nothing pauses a new DAG ([core] dags_are_paused_at_creation), so one that is paused was paused
    by a person, and is named.
    """
    try:
        notes = json.loads(_DAG_FILES.read_text())
    except FileNotFoundError:
        return "the DAG files are not listed yet", ""
    problems = [
        f"{file}: {note['problem']}" for file, note in notes.items() if note and "problem" in note
    ]
    if problems:
        return f"DAG files that cannot be parsed: {_some(problems, '; ')}", ""
    unparsed = [file for file, note in notes.items() if note is None]
    if unparsed:
        return f"DAG files that are not parsed yet: {_some(unparsed)}", ""
    dags = [dag for note in notes.values() for dag in note["dags"]]
    cursor.execute(
        "select dag_id, is_paused from dag where dag_id = any(%s) and not is_stale", (dags,)
    )
    paused = dict(cursor.fetchall())
    missing = [dag for dag in dags if dag not in paused]
    if missing:
        return f"DAGs that are parsed and not in the database: {_some(missing)}", ""
    named = sorted(dag for dag in dags if paused[dag])
    return "", f"; paused by hand: {_some(named)}" if named else ""


def _some(names: list[str], between: str = ", ") -> str:
    rest = len(names) - _MOST_NAMED
    return between.join(names[:_MOST_NAMED]) + (f" and {rest} more" if rest > 0 else "")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
