"""A real PostgreSQL for all tests of this folder, an empty warehouse for each; a sample API."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from elt import warehouse as names
from elt.local import postgres
from elt.local.airflow_home import connections
from elt.local.home import SUPERUSER, Home
from elt.local.postgres import Cluster, Server
from elt.local.sample_api.testing import SampleApi


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running PostgreSQL with no database prepared."""
    home = Home(tmp_path_factory.mktemp("cluster"))
    with Cluster(home, home.create()).lease() as lease:
        yield lease.server


@pytest.fixture
def warehouse(cluster: Server) -> Server:
    """An empty warehouse with its roles, schemas and rights."""
    with psycopg.connect(cluster.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        for database in (names.WAREHOUSE_DATABASE, names.AIRFLOW_DATABASE):
            connection.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database))
            )
    postgres.prepare(cluster)
    return cluster


@pytest.fixture(scope="session")
def running_api() -> Iterator[SampleApi]:
    with SampleApi() as api:
        yield api


@pytest.fixture
def api(running_api: SampleApi) -> SampleApi:
    """A sample API that answers well and has seen no request yet."""
    running_api.clear()
    return running_api


@pytest.fixture
def airflow_connections(
    warehouse: Server, api: SampleApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Airflow's connections to ``warehouse`` and ``api``, by their usual ids."""
    for conn_id, fields in connections(api.url, warehouse).items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))
