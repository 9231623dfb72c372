"""Airflow's configuration and connections, as far as every stack has them alike."""

from __future__ import annotations

import configparser
import io
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from elt import files, warehouse
from elt.stack.server import Server

LOGIN = "admin"

HTTP = "http"
"""Type of a source's connection."""

PRELOADED = (
    "dbt.cli.main",
    "dbt.adapters.factory",
    "dbt.adapters.postgres",
    "cosmos",
    "cosmos.airflow.task_group",
    "cosmos.operators.local",
    "airflow.providers.standard.decorators.python",
    "airflow.sdk.bases.decorator",
    "airflow.sdk.definitions.decorators.task_group",
    "airflow.sdk.definitions.retry_policy",
    "airflow.providers.http.hooks.http",
    "airflow.providers.http.sensors.http",
    "airflow.providers.postgres.hooks.postgres",
)
"""What is imported before tasks run; none of it is the project's code, so that edits take effect
in a running scheduler."""

_REPETITIVE = (
    "airflow.dag_processing.dagbag.BundleDagBag",
    "airflow.dag_processing.manager.DagFileProcessorManager",
    "airflow.models.dag",
    "airflow.serialization.definitions.dag",
)
"""Loggers that say the same each time that a file is looked at, some 20 MB a day."""

Sections = Mapping[str, Mapping[str, object]]
"""Options by section, as airflow.cfg has them."""


def connections(sources: Mapping[str, str], server: Server) -> dict[str, dict[str, object]]:
    """Airflow's connections by id, as LocalFilesystemBackend reads them.

    `sources` are the URLs of the HTTP connections, `server` is where the warehouse is.
    """

    def database(role: str) -> dict[str, object]:
        parameters = server.parameters(role)
        return {
            "conn_type": "postgres",
            "host": parameters["host"],
            "port": int(parameters["port"]),
            "schema": parameters["dbname"],
            "login": parameters["user"],
            "password": parameters["password"],
        }

    return {
        **{conn_id: {"conn_type": HTTP, "host": url} for conn_id, url in sources.items()},
        warehouse.LOADER_CONN_ID: database(warehouse.LOADER),
        warehouse.TRANSFORMER_CONN_ID: database(warehouse.TRANSFORMER),
        warehouse.READER_CONN_ID: database(warehouse.READER),
    }


def write_connections(path: Path, sources: Mapping[str, str], server: Server) -> None:
    files.replace(path, json.dumps(connections(sources, server), indent=2))


def source_urls(path: Path) -> dict[str, str] | None:
    """The URLs of the HTTP connections in `path`, None where it is missing or damaged."""
    try:
        known = json.loads(path.read_text())
        return {
            conn_id: str(fields["host"])
            for conn_id, fields in known.items()
            if fields["conn_type"] == HTTP
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def secrets_backend_arguments(path: Path) -> str:
    """The value of [secrets] backend_kwargs for connections in `path`."""
    return json.dumps({"connections_file_path": str(path)})


def common(server: Server, connections_file: Path) -> Sections:
    """What does not depend on where the stack runs."""
    secrets = server.secrets
    metadata = server.parameters(warehouse.AIRFLOW_ROLE, warehouse.AIRFLOW_DATABASE)
    login = f"{metadata['user']}:{quote(metadata['password'], safe='')}"
    address = f"{metadata['host']}:{metadata['port']}/{metadata['dbname']}"
    return {
        "core": {
            "executor": "LocalExecutor",
            "parallelism": 8,
            "default_pool_task_slot_count": 16,
            "load_examples": False,
            # Else a DAG file in which the word "airflow" does not occur is passed over.
            "dag_discovery_safe_mode": False,
            # A paused DAG leaves a run that is triggered by REST waiting without a word.
            "dags_are_paused_at_creation": False,
            # The default asks the resolver, which may take seconds without a network.
            "hostname_callable": "socket.gethostname",
            "fernet_key": secrets.fernet_key,
            # Else a longer statement is cut in the rendered templates.
            "max_templated_field_length": 1_000_000,
            # Else an edited DAG is written half a minute after it was parsed.
            "min_serialized_dag_update_interval": 5,
            # A DAG file takes a second; on a machine that is far too busy, a hundred times that.
            # Airflow gives up after 30 s: the DAG disappears, and tasks that read the file fail.
            "dagbag_import_timeout": 150,
        },
        "database": {
            "sql_alchemy_conn": f"postgresql+psycopg2://{login}@{address}",
            "sql_alchemy_conn_async": f"postgresql+asyncpg://{login}@{address}",
        },
        "api": {"workers": 1, "secret_key": secrets.api_secret_key},
        "api_auth": {"jwt_secret": secrets.jwt_secret},
        "secrets": {
            "backend": "airflow.secrets.local_filesystem.LocalFilesystemBackend",
            "backend_kwargs": secrets_backend_arguments(connections_file),
        },
        "scheduler": {
            "scheduler_idle_sleep_time": 0.5,
            # A scheduler whose heartbeat is older than the threshold counts as dead, and its tasks
            # are reset. It judges itself, too: after a pause (a suspended machine, a busy disk) it
            # may look before it has sent a heartbeat. A pause of 60 s must cost no attempt; the
            # heartbeat before it is up to 5 s old, and up to 20 s pass until the next one on a busy
            # machine: 60 + 5 + 20 < 90. What a killed scheduler was running is taken up within two
            # minutes: 90 + 15 until the next check < 120.
            "scheduler_health_check_threshold": 90,
            "orphaned_tasks_check_interval": 15,
            # The same for each task, whose supervisor sends a heartbeat each 5 s: where the whole
            # stack was paused, the scheduler looks before they do. It looks each 10 s.
            "task_instance_heartbeat_timeout": 90,
        },
        # Another triggerer takes over what one runs that counts as dead.
        "triggerer": {
            "triggerer_health_check_threshold": 90,
            "runner_health_check_threshold": 90,
            # It says so each time it was held up, 0.2 s by default: on a busy machine, always.
            "blocked_main_thread_warning_threshold": 5,
        },
        "dag_processor": {
            # New and edited DAG files show within seconds.
            "refresh_interval": 5,
            "bundle_refresh_check_interval": 2,
            # More than the import, so that a file that takes too long is shown as an import error.
            "dag_file_processor_timeout": 180,
            "health_check_threshold": 90,
            # A table of all files each 30 s.
            "print_stats_interval": 0,
        },
        "logging": {
            # Of Airflow's own loggers alone; airflow_local_settings.py sets those of libraries.
            "namespace_levels": " ".join(f"{name}=WARNING" for name in _REPETITIVE),
        },
        # The first task asks an API that is still being put together, some 10 s on a busy machine;
        # Airflow waits 5 s, and the task fails without a log.
        "workers": {"execution_api_timeout": 60},
        "usage_data_collection": {"enabled": False},
        "cosmos": {"enable_telemetry": False},
        # Cosmos reads the namespace at each start, and Airflow warns if it is not set.
        "openlineage": {"disabled": True, "namespace": "cosmos"},
    }


def render(*layers: Sections) -> str:
    """The text of an airflow.cfg; later layers override options of earlier ones."""
    parser = configparser.ConfigParser(interpolation=None)
    for sections in layers:
        parser.read_dict(
            {
                # Airflow interpolates, so a percent sign is written twice.
                section: {name: str(value).replace("%", "%%") for name, value in options.items()}
                for section, options in sections.items()
            }
        )
    text = io.StringIO()
    parser.write(text)
    return text.getvalue()
