"""AIRFLOW_HOME of the embedded stack: its configuration and metadata database."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg

from elt import files, warehouse
from elt.local.home import Home
from elt.local.ports import LOOPBACK
from elt.local.processes import environment
from elt.stack import airflow_config
from elt.stack.airflow_config import LOGIN
from elt.stack.errors import StackError
from elt.stack.server import Server

DEFAULT_PORT = 8080

_PACKAGE = "apache-airflow-core"


def connections_file(home: Home) -> Path:
    """The connections of the running services and of `airflow` by hand."""
    return home.airflow / "connections.json"


def ui_url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def write_configuration(home: Home, server: Server, port: int) -> None:
    """Write airflow.cfg, the login and the local settings; `port` is the UI's.

    Written only where something differs: running services read these files again.
    """
    text = airflow_config.render(
        airflow_config.common(server, connections_file(home)), _own(home, port)
    )
    files.update(home.airflow / "airflow.cfg", text)
    files.update(_passwords_file(home), json.dumps({LOGIN: server.secrets.admin_password}))
    (home.airflow / "config").mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(
        Path(airflow_config.__file__).with_name("airflow_local_settings.py"),
        home.airflow / "config" / "airflow_local_settings.py",
    )


def _passwords_file(home: Home) -> Path:
    return home.airflow / "passwords.json"


def _own(home: Home, port: int) -> airflow_config.Sections:
    """What lies in this state folder or listens on this machine."""
    log_folder = home.logs / "airflow"
    return {
        "core": {
            "dags_folder": home.dags,
            "plugins_folder": home.airflow / "plugins",
            "simple_auth_manager_users": f"{LOGIN}:admin",
            "simple_auth_manager_passwords_file": _passwords_file(home),
            "execution_api_server_url": f"{ui_url(port)}/execution/",
        },
        "api": {"host": LOOPBACK, "port": port, "base_url": ui_url(port)},
        "logging": {
            "base_log_folder": log_folder,
            "dag_processor_child_process_log_directory": log_folder / "dag_processor",
        },
        # The default is one folder in /tmp for all users and stacks.
        "cosmos": {"cache_dir": home.airflow / "cosmos"},
    }


def airflow_environment(home: Home, server: Server) -> dict[str, str]:
    """The environment of Airflow's processes; `server` is that of the warehouse.

    Its one secret is dbt's password.
    """
    return environment(
        home,
        {
            **public_environment(home, server),
            **manifest_folder(home),
            # Cosmos looks for it in the project and in a cache of its own, which is empty at first.
            "DBT_PARTIAL_PARSE_FILE_PATH": str(home.dbt_target / "partial_parse.msgpack"),
            **dbt_secret(server),
        },
    )


def public_environment(home: Home, server: Server) -> dict[str, str]:
    """What `airflow` and `dbt` need to find the stack, without secrets.

    `server` is that of the warehouse.
    """
    parameters = server.parameters(warehouse.TRANSFORMER)
    return {
        "AIRFLOW_HOME": str(home.airflow),
        "ELT_WAREHOUSE_HOST": parameters["host"],
        "ELT_WAREHOUSE_PORT": parameters["port"],
        "ELT_WAREHOUSE_DATABASE": parameters["dbname"],
        "ELT_WAREHOUSE_USER": parameters["user"],
        # As Cosmos calls dbt: what one of them has parsed then serves the other.
        "DBT_PROFILE": "elt",
        "DBT_TARGET": server.target,
        "ELT_DBT_TARGET": server.target,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def manifest_folder(home: Home) -> dict[str, str]:
    """Where dbt's manifest is: with the stack, since dbt parses anew for another warehouse."""
    return {"ELT_DBT_TARGET_PATH": str(home.dbt_target)}


def dbt_secret(server: Server) -> dict[str, str]:
    return {"DBT_ENV_SECRET_WAREHOUSE_PASSWORD": server.secrets.databases[warehouse.TRANSFORMER]}


def needs_migration(home: Home, server: Server) -> bool:
    """Whether the metadata database is empty or was written by another version of Airflow."""
    stamp = home.airflow / "migrated"
    if not stamp.exists() or stamp.read_text() != version(_PACKAGE):
        return True
    dsn = server.dsn(warehouse.AIRFLOW_ROLE, warehouse.AIRFLOW_DATABASE)
    with psycopg.connect(dsn) as connection:
        return not _has(connection, "alembic_version")


def _has(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    row = connection.execute("select to_regclass(%s)", (table,)).fetchone()
    return row is not None and row[0] is not None


def migrate(home: Home, server: Server) -> None:
    """Bring the metadata database to this version of Airflow. Raises StackError if it fails."""
    log = home.logs / "airflow-migrate.log"
    with log.open("ab") as output:
        done = subprocess.run(
            [sys.executable, "-m", "airflow", "db", "migrate"],
            env=airflow_environment(home, server),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            check=False,
        )
    if done.returncode != 0:
        raise StackError(f"Airflow's database could not be migrated: see {log}")
    files.replace(home.airflow / "migrated", version(_PACKAGE))


def end_abandoned_runs(server: Server) -> int:
    """Fail the in-process runs that were killed in the middle; how many there were.

    Nothing else would: no scheduler has queued their tasks, and a run that is running for ever
    keeps later ones waiting. To be called where no in-process run can be alive.
    """
    dsn = server.dsn(warehouse.AIRFLOW_ROLE, warehouse.AIRFLOW_DATABASE)
    with psycopg.connect(dsn) as connection:
        if not _has(connection, "task_instance"):
            # A first run that was interrupted before the database was set up.
            return 0
        connection.execute(
            """
            update task_instance as task
            set state = 'failed', end_date = coalesce(task.end_date, now())
            from dag_run as run
            where run.dag_id = task.dag_id and run.run_id = task.run_id
                and run.triggered_by = 'TEST' and run.state in ('queued', 'running')
                and (task.state is null or task.state not in
                    ('success', 'failed', 'skipped', 'upstream_failed', 'removed'))
            """
        )
        ended = connection.execute(
            """
            update dag_run set state = 'failed', end_date = now()
            where triggered_by = 'TEST' and state in ('queued', 'running')
            """
        )
        return ended.rowcount
