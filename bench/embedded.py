"""What a benchmark runs on: an embedded PostgreSQL with a warehouse, and the way of hooks and dbt
to it, by variables of this process."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.sql import SQL, Identifier

from elt import warehouse
from elt.local import postgres
from elt.local.airflow_home import dbt_secret, public_environment
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.stack import dbt_manifest
from elt.stack.airflow_config import connections
from elt.stack.folders import project_root
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """A PostgreSQL of its own, with its state below ``folder``."""
    home = Home(folder / "stack")
    with Cluster(home, home.create()).lease() as lease:
        yield lease.server


def empty_warehouse(database: Server) -> None:
    """Make the warehouse anew, as `elt up` does."""
    with psycopg.connect(database.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(
            SQL("drop database if exists {} with (force)").format(
                Identifier(warehouse.WAREHOUSE_DATABASE)
            )
        )
    postgres.prepare(database)


def superuser(database: Server) -> psycopg.Connection[Any]:
    """A connection to the warehouse that may do everything, without transactions."""
    return psycopg.connect(database.dsn(SUPERUSER, warehouse.WAREHOUSE_DATABASE), autocommit=True)


class Cpu:
    """CPU time of this process and those it has waited for, and of the server of ``folder``.

    Wall time also counts what else a machine does; this does not.
    """

    def __init__(self, folder: Path) -> None:
        pid = (Home(folder / "stack").postgres / "postmaster.pid").read_text().split("\n")[0]
        self._server = psutil.Process(int(pid))

    def own(self) -> float:
        """Seconds of this process and of its children that have ended."""
        times = os.times()
        return times.user + times.system + times.children_user + times.children_system

    def server(self) -> float:
        """Seconds of the server, also in sessions that have ended."""
        times = self._server.cpu_times()
        total = times.user + times.system + times.children_user + times.children_system
        for process in self._server.children():
            with suppress(psutil.Error):
                times = process.cpu_times()
                total += times.user + times.system
        return float(total)


def hooks(database: Server, url: str, folder: Path) -> dict[str, str]:
    """Variables by which Airflow's hooks find the warehouse and the API at ``url``."""
    variables = {"AIRFLOW_HOME": str(folder), "ELT_SPOOL_DIR": str(folder)}
    variables["no_proxy"] = "127.0.0.1"
    for conn_id, fields in connections({"randomuser_api": url}, database).items():
        variables[f"AIRFLOW_CONN_{conn_id.upper()}"] = json.dumps(fields)
    return variables


def dbt_project(database: Server, url: str, folder: Path) -> Path:
    """A copy of the dbt project that is parsed; this process gets the variables for it and for
    hooks."""
    home = Home(folder / "stack")
    project = folder / "dbt_project"
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(project_root() / "dbt_project", project, ignore=ignored, dirs_exist_ok=True)
    os.environ.update(public_environment(home, database))
    os.environ.update(dbt_secret(database))
    os.environ.update(hooks(database, url, folder))
    os.environ["ELT_DBT_PROJECT"] = str(project)
    dbt_manifest.refresh(project, os.environ, home.logs / "dbt")
    return project
