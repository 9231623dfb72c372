"""AIRFLOW_HOME of the embedded stack: configuration, connections, metadata database."""

from __future__ import annotations

import configparser
import io
import json
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

import psycopg

from elt import warehouse
from elt.local.errors import StackError
from elt.local.home import Home, Secrets, write_private
from elt.local.ports import LOOPBACK
from elt.local.postgres import Server
from elt.local.processes import environment

LOGIN = "admin"
DEFAULT_PORT = 8080

PRELOADED = (
    "dbt.cli.main",
    "dbt.adapters.factory",
    "dbt.adapters.postgres",
    "cosmos",
    "cosmos.operators.local",
    "airflow.providers.http.hooks.http",
    "airflow.providers.http.sensors.http",
    "airflow.providers.postgres.hooks.postgres",
)
"""What is imported before tasks run; none of it is the project's code, so that edits take effect
in a running scheduler."""

API_CONNECTION = "randomuser_api"

_PACKAGE = "apache-airflow-core"


def connections(api_url: str, server: Server) -> dict[str, dict[str, object]]:
    """Airflow's connections by id, as LocalFilesystemBackend reads them."""

    def database(role: str) -> dict[str, object]:
        parameters = server.parameters(role, warehouse.WAREHOUSE_DATABASE)
        return {
            "conn_type": "postgres",
            "host": parameters["host"],
            "port": int(parameters["port"]),
            "schema": parameters["dbname"],
            "login": parameters["user"],
            "password": parameters["password"],
        }

    return {
        API_CONNECTION: {"conn_type": "http", "host": api_url},
        "warehouse_loader": database(warehouse.LOADER),
        "warehouse_transformer": database(warehouse.TRANSFORMER),
        "warehouse_reader": database(warehouse.READER),
    }


def connections_file(home: Home) -> Path:
    """The connections of the running services and of `airflow` by hand."""
    return home.airflow / "connections.json"


def write_connections(path: Path, api_url: str, server: Server) -> None:
    write_private(path, json.dumps(connections(api_url, server), indent=2))


def api_url(home: Home) -> str | None:
    """The HTTP source that the connections name, None before there are any."""
    try:
        known = json.loads(connections_file(home).read_text())
        return str(known[API_CONNECTION]["host"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def secrets_backend_arguments(path: Path) -> str:
    """The value of [secrets] backend_kwargs for connections in `path`."""
    return json.dumps({"connections_file_path": str(path)})


def ui_url(port: int) -> str:
    return f"http://{LOOPBACK}:{port}"


def write_configuration(home: Home, server: Server, port: int) -> None:
    """Write airflow.cfg, the login and the local settings; `port` is the UI's.

    Written only where something differs: running services read these files again.
    """
    secrets = server.secrets
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_dict(_configuration(home, server, secrets, port))
    text = io.StringIO()
    parser.write(text)
    _update(home.airflow / "airflow.cfg", text.getvalue())
    _update(_passwords_file(home), json.dumps({LOGIN: secrets.admin_password}))
    (home.airflow / "config").mkdir(mode=0o700, exist_ok=True)
    shutil.copyfile(
        Path(__file__).with_name("airflow_local_settings.py"),
        home.airflow / "config" / "airflow_local_settings.py",
    )


def _update(path: Path, text: str) -> None:
    if not path.exists() or path.read_text() != text:
        write_private(path, text)


def _passwords_file(home: Home) -> Path:
    return home.airflow / "passwords.json"


def _configuration(
    home: Home, server: Server, secrets: Secrets, port: int
) -> dict[str, dict[str, str]]:
    metadata = server.parameters(warehouse.AIRFLOW_ROLE, warehouse.AIRFLOW_DATABASE)
    # Airflow interpolates, so a percent sign is written twice.
    login = f"{metadata['user']}:{quote(metadata['password'], safe='')}"
    address = f"{metadata['host']}:{metadata['port']}/{metadata['dbname']}"
    log_folder = home.logs / "airflow"
    sections: dict[str, dict[str, object]] = {
        "core": {
            "executor": "LocalExecutor",
            "parallelism": 8,
            "default_pool_task_slot_count": 16,
            "dags_folder": home.dags,
            "plugins_folder": home.airflow / "plugins",
            "load_examples": False,
            # A paused DAG leaves a run that is triggered by REST waiting without a word.
            "dags_are_paused_at_creation": False,
            # The default asks the resolver, which may take seconds without a network.
            "hostname_callable": "socket.gethostname",
            "fernet_key": secrets.fernet_key,
            "simple_auth_manager_users": f"{LOGIN}:admin",
            "simple_auth_manager_passwords_file": _passwords_file(home),
            "execution_api_server_url": f"{ui_url(port)}/execution/",
        },
        "database": {
            "sql_alchemy_conn": f"postgresql+psycopg2://{login}@{address}",
            "sql_alchemy_conn_async": f"postgresql+asyncpg://{login}@{address}",
        },
        "api": {
            "host": LOOPBACK,
            "port": port,
            "base_url": ui_url(port),
            "workers": 1,
            "secret_key": secrets.api_secret_key,
        },
        "api_auth": {"jwt_secret": secrets.jwt_secret},
        "secrets": {
            "backend": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
            "backend_kwargs": secrets_backend_arguments(connections_file(home)),
        },
        "logging": {
            "base_log_folder": log_folder,
            "dag_processor_child_process_log_directory": log_folder / "dag_processor",
        },
        "scheduler": {
            "scheduler_idle_sleep_time": 0.5,
            # What a killed stack was running is taken up within a minute, not five.
            "task_instance_heartbeat_timeout": 60,
            "orphaned_tasks_check_interval": 30,
        },
        "dag_processor": {
            # New and edited DAG files show within seconds.
            "refresh_interval": 5,
            "bundle_refresh_check_interval": 2,
        },
        # The first task asks an API that is still being put together, some 10 s on a busy machine;
        # Airflow waits 5 s, and the task fails without a log.
        "workers": {"execution_api_timeout": 60},
        "usage_data_collection": {"enabled": False},
        "cosmos": {
            "enable_telemetry": False,
            # The default is one folder in /tmp for all users and stacks.
            "cache_dir": home.airflow / "cosmos",
        },
        "openlineage": {"disabled": True},
    }
    return {
        section: {name: str(value).replace("%", "%%") for name, value in options.items()}
        for section, options in sections.items()
    }


def airflow_environment(home: Home, server: Server) -> dict[str, str]:
    """The environment of Airflow's processes. Its one secret is dbt's password."""
    return environment(home, {**public_environment(home, server), **dbt_secret(server)})


def public_environment(home: Home, server: Server) -> dict[str, str]:
    """What `airflow` and `dbt` need to find the stack, without secrets."""
    parameters = server.parameters(warehouse.TRANSFORMER, warehouse.WAREHOUSE_DATABASE)
    return {
        "AIRFLOW_HOME": str(home.airflow),
        "ELT_WAREHOUSE_HOST": parameters["host"],
        "ELT_WAREHOUSE_PORT": parameters["port"],
        "ELT_WAREHOUSE_DATABASE": parameters["dbname"],
        "ELT_WAREHOUSE_USER": parameters["user"],
        # As Cosmos calls dbt: what one of them has parsed then serves the other.
        "DBT_PROFILE": "elt",
        "DBT_TARGET": "postgres",
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def dbt_secret(server: Server) -> dict[str, str]:
    return {"DBT_ENV_SECRET_WAREHOUSE_PASSWORD": server.secrets.databases[warehouse.TRANSFORMER]}


def needs_migration(home: Home, server: Server) -> bool:
    """Whether the metadata database is empty or was written by another version of Airflow."""
    stamp = home.airflow / "migrated"
    if not stamp.exists() or stamp.read_text() != version(_PACKAGE):
        return True
    dsn = server.dsn(warehouse.AIRFLOW_ROLE, warehouse.AIRFLOW_DATABASE)
    with psycopg.connect(dsn) as connection:
        row = connection.execute("select to_regclass('alembic_version')").fetchone()
    return row is None or row[0] is None


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
    write_private(home.airflow / "migrated", version(_PACKAGE))


def end_abandoned_runs(server: Server) -> int:
    """Fail the in-process runs that were killed in the middle; how many there were.

    Nothing else would: no scheduler has queued their tasks, and a run that is running for ever
    keeps later ones waiting. To be called where no in-process run can be alive.
    """
    dsn = server.dsn(warehouse.AIRFLOW_ROLE, warehouse.AIRFLOW_DATABASE)
    with psycopg.connect(dsn) as connection:
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
