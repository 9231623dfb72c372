"""Is the Airflow service of this container at work? Run as a file: python -I healthy.py NAME.

Exit status 0: yes; 1: not after some seconds. Asks for the service's own heartbeat, so a service
that hangs is not healthy. It imports next to nothing: `airflow jobs check` answers the same in
2 s of CPU, this in 0.1 s.
"""

from __future__ import annotations

import configparser
import os
import socket
import sys
import time
from pathlib import Path

_JOBS = {
    "scheduler": "SchedulerJob",
    "dag-processor": "DagProcessorJob",
    "triggerer": "TriggererJob",
}
_SECONDS = 2.0
_PATIENCE = 6.0
_POLL_SECONDS = 0.3

_AT_WORK = """
select exists (
    select 1 from job
    where job_type = %s and hostname = %s and state = 'running'
        and latest_heartbeat > now() - interval '30 seconds'
)
"""
# A stack is usable when it knows its DAGs, or what is wrong with them.
_DAGS_KNOWN = """
select exists (select 1 from dag where not is_stale) or exists (select 1 from import_error)
"""


def main(name: str) -> int:
    """0 when the service is at work, 1 with a reason on standard output when it is not."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            reason = _api_server() if name == "api-server" else _job(name)
        except Exception as error:
            reason = f"{type(error).__name__}: {str(error).strip()}"
        if not reason or time.monotonic() > deadline:
            sys.stdout.write(f"{reason or 'at work'}\n")
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


def _job(name: str) -> str:
    import psycopg2

    parser = configparser.ConfigParser(interpolation=None)
    parser.read(os.environ["AIRFLOW_CONFIG"])
    dsn = parser["database"]["sql_alchemy_conn"].replace("%%", "%").replace("+psycopg2", "")
    connection = psycopg2.connect(dsn, connect_timeout=int(_SECONDS))
    try:
        cursor = connection.cursor()
        cursor.execute(_AT_WORK, (_JOBS[name], socket.gethostname()))
        if not cursor.fetchone()[0]:
            return "it has no heartbeat"
        if name == "dag-processor" and any(Path(os.environ["ELT_DAGS_FOLDER"]).rglob("*.py")):
            cursor.execute(_DAGS_KNOWN)
            if not cursor.fetchone()[0]:
                return "no DAG has been parsed yet"
    finally:
        connection.close()
    return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
