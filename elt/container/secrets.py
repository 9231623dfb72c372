"""Secrets of the stack: made at the first start, handed to the services as files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from elt import files, warehouse
from elt.container.volumes import Volumes, read_secrets
from elt.stack import airflow_config, connections
from elt.stack.airflow_config import LOGIN
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER, Secrets
from elt.stack.server import Server

_READABLE_BY_GROUP = 0o640


def server(secrets: Secrets) -> Server:
    """The stack's PostgreSQL, where ELT_WAREHOUSE_HOST and ELT_WAREHOUSE_PORT say."""
    host = os.environ.get("ELT_WAREHOUSE_HOST") or "postgres"
    return Server(host, int(os.environ.get("ELT_WAREHOUSE_PORT") or 5432), secrets)


def create(volumes: Volumes, sources: Mapping[str, str]) -> bool:
    """Make what is missing and write what the services read; whether secrets were made.

    `sources` are the URLs that Airflow's HTTP connections name from now on. Secrets that are there
    stay, except a key that is too short for what it signs: services that run with it start anew.
    To be run before PostgreSQL's first start, which takes its superuser's password from here.
    """
    with volumes.changing():
        made = not volumes.secrets_file.exists()
        if made:
            files.replace(volumes.secrets_file, Secrets.generate().to_json())
        known = read_secrets(volumes.secrets_file)
        strong = known.strengthened()
        if strong != known:
            files.replace(volumes.secrets_file, strong.to_json())
        publish(volumes, strong, sources)
        if strong != known:
            restart_services(volumes)
    return made


def restart_services(volumes: Volumes) -> None:
    """Let services that run with former secrets start anew."""
    files.replace(volumes.generation, os.urandom(8).hex())


def replace(volumes: Volumes, text: str, sources: Mapping[str, str]) -> None:
    """Take the secrets of a backup, which `elt secrets export` wrote, in place of what is there.

    Raises StackError where the text is something else.
    """
    try:
        given = Secrets.from_json(text)
        complete = all(given.databases.get(role) for role in (SUPERUSER, *warehouse.ROLES))
    except (ValueError, TypeError, AttributeError):
        complete = False
    if not complete:
        raise StackError("standard input is not what `secrets export` wrote; nothing was changed")
    with volumes.changing():
        files.replace(volumes.secrets_file, given.to_json())
        publish(volumes, given, sources)


def publish(volumes: Volumes, secrets: Secrets, sources: Mapping[str, str]) -> None:
    """Write the files that PostgreSQL and Airflow's services read, where they differ."""
    files.update(
        volumes.superuser_password_file, secrets.databases[SUPERUSER], mode=_READABLE_BY_GROUP
    )
    postgres = server(secrets)
    files.update(
        volumes.airflow_config,
        airflow_config.render(
            airflow_config.common(postgres, volumes.connections), _of_containers()
        ),
    )
    _write_connections(volumes, secrets, sources)
    files.update(volumes.login, json.dumps({"username": LOGIN, "password": secrets.admin_password}))


def use_source(volumes: Volumes, api_url: str) -> None:
    """Let the connections that the sample API can stand in for name it; the others stay.

    Those that are not in the file, since the environment or the UI has them, stay out of it.
    """
    with volumes.changing():
        known = airflow_config.source_urls(volumes.connections) or {}
        sampled = {conn_id: api_url for conn_id in connections.BUNDLED if conn_id in known}
        _write_connections(volumes, read_secrets(volumes.secrets_file), known | sampled)


def _write_connections(volumes: Volumes, secrets: Secrets, sources: Mapping[str, str]) -> None:
    written = airflow_config.connections(sources, server(secrets))
    files.update(volumes.connections, json.dumps(written, indent=2))


def _of_containers() -> airflow_config.Sections:
    """What the image and the compose file decide; their variables override it as Airflow's do."""
    home = os.environ.get("AIRFLOW_HOME") or "/opt/airflow"
    return {
        "core": {
            "auth_manager": "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager",
            "dags_folder": os.environ.get("ELT_DAGS_FOLDER") or "/opt/elt/dags",
            "plugins_folder": f"{home}/plugins",
            "execution_api_server_url": "http://api-server:8080/execution/",
        },
        "api": {"host": "0.0.0.0", "port": 8080},
        # Files of the image cannot change: they are parsed when the service starts, and edited ones
        # of a folder that is mounted in their place by their time of modification.
        # docker-compose.dev.yml looks more often.
        "dag_processor": {
            "min_file_process_interval": 86_400,
            "refresh_interval": 60,
            "bundle_refresh_check_interval": 30,
        },
        "logging": {
            "base_log_folder": f"{home}/logs",
            "dag_processor_child_process_log_directory": f"{home}/logs/dag_processor",
        },
    }
