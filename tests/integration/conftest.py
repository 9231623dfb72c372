"""A real PostgreSQL for all tests of this folder, an empty warehouse for each; a sample API."""

from __future__ import annotations

import itertools
import json
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from elt import warehouse as names
from elt.local import postgres
from elt.local.airflow_home import dbt_secret, public_environment
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.source.period import Period
from elt.stack.airflow_config import connections
from elt.stack.connections import BUNDLED
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from sample_api.testing import SampleApi
from tests import dbt_in_process

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult

    from elt.load.ledger import RawRef

DBT_PROJECT = Path(__file__).parents[2] / "dbt_project"

Dbt = Callable[..., "dbtRunnerResult"]
Land = Callable[..., "RawRef"]
Record = Callable[..., None]
Sql = Callable[..., list[tuple[Any, ...]]]


def user(number: int, **fields: object) -> dict[str, object]:
    """A record of users."""
    return {
        "login": {"uuid": str(uuid.UUID(int=number)), "salt": "s", "sha256": "d"},
        "nat": "GB",
        "gender": "female",
        **fields,
    }


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running PostgreSQL with no database prepared."""
    home = Home(tmp_path_factory.mktemp("cluster"))
    with Cluster(home, home.create()).lease() as lease:
        with _superuser(lease.server) as connection:
            # What is lost when the machine stops is no loss.
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(SQL("alter system set {} = off").format(Identifier(setting)))
            connection.execute("select pg_reload_conf()")
        yield lease.server


def _superuser(server: Server) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(server.dsn(SUPERUSER, "postgres"), autocommit=True)


@pytest.fixture(scope="session")
def prepared(cluster: Server) -> dict[str, str]:
    """The databases of a stack as they are prepared, by the names of the templates of them."""
    databases = (names.WAREHOUSE_DATABASE, names.AIRFLOW_DATABASE)
    with _superuser(cluster) as connection:
        # Tests of the cluster alone may have been first, and have left something in them.
        for database in databases:
            connection.execute(
                SQL("drop database if exists {} with (force)").format(Identifier(database))
            )
    postgres.prepare(cluster)
    templates = {}
    with _superuser(cluster) as connection:
        for database in databases:
            templates[database] = f"prepared_{database}"
            connection.execute(
                SQL("create database {} template {}").format(
                    Identifier(templates[database]), Identifier(database)
                )
            )
    return templates


@pytest.fixture
def warehouse(cluster: Server, prepared: dict[str, str]) -> Server:
    """An empty warehouse with its roles, schemas and rights."""
    with _superuser(cluster) as connection:
        for database, template in prepared.items():
            connection.execute(
                SQL("drop database if exists {} with (force)").format(Identifier(database))
            )
            connection.execute(
                SQL("create database {} template {} strategy file_copy").format(
                    Identifier(database), Identifier(template)
                )
            )
    # What lies beside them in the cluster, whatever the last test has left: roles and rights.
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
def airflow_connections(warehouse: Server, api: SampleApi, monkeypatch: pytest.MonkeyPatch) -> None:
    """Airflow's connections to ``warehouse`` and ``api``, by their usual ids."""
    for conn_id, fields in connections(dict.fromkeys(BUNDLED, api.url), warehouse).items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))


@pytest.fixture
def land(airflow_connections: None, dbt_project: Path, monkeypatch: pytest.MonkeyPatch) -> Land:
    """Land records as a load of users: ``land("2026-11-22", {"login": …}, …)``; its reference.

    A record is a dictionary, or a string, which is taken for the JSON text itself.
    """
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    # The DAG is rendered from the manifest, which a fresh clone has none of.
    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    from dags.user_processing import users
    from elt.extract.fetch import Fetched
    from elt.extract.spool import Spool
    from elt.load import landing, ledger, raw_tables
    from elt.transform import project

    loader = PostgresHook(postgres_conn_id="warehouse_loader")
    raw_tables.create_tables(loader, users, project.raw_tables())

    def land(day: str, *records: object) -> RawRef:
        texts = [
            (record if isinstance(record, str) else json.dumps(record)).encode()
            for record in records
        ]
        now = datetime.now(UTC)
        fetched = Fetched("test", 1, len(texts), sum(map(len, texts)), now, now)
        period = Period(datetime.fromisoformat(day).replace(tzinfo=UTC), "day")
        with Spool() as spool:
            spool.write(1, texts)
            return landing.land(loader, users, period, ledger.Run("test", "run"), spool, fetched)

    return land


@pytest.fixture
def sql(warehouse: Server) -> Sql:
    """A statement by the superuser, or another role; its rows if it has any."""

    def execute(statement: str, role: str = SUPERUSER) -> list[tuple[Any, ...]]:
        with psycopg.connect(warehouse.dsn(role, names.WAREHOUSE_DATABASE)) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    return execute


@pytest.fixture
def record(airflow_connections: None, tmp_path: Path) -> Record:
    """Enter into the history what dbt has said, as a task does.

    ``record(dbt_project)`` what it has left there, ``record("model.elt.users", "success", rows=3)``
    of one node.
    """
    told = itertools.count()

    def enter(
        what: Path | str,
        status: str = "success",
        *,
        load_id: int | None = None,
        rows: int | None = None,
        failures: int | None = None,
        at: datetime | None = None,
    ) -> None:
        folder = what if isinstance(what, Path) else tmp_path
        if isinstance(what, str):
            result = {
                "unique_id": what,
                "status": status,
                "execution_time": 0.5,
                "failures": failures,
                "message": None,
                "adapter_response": {"rows_affected": rows},
            }
            made_at = (at or datetime.now(UTC)).isoformat()
            metadata = {"generated_at": made_at, "invocation_id": str(next(told))}
            (folder / "target").mkdir(exist_ok=True)
            (folder / "target" / "run_results.json").write_text(
                json.dumps({"metadata": metadata, "results": [result]})
            )
        ref = {"load_id": load_id} if load_id else None
        instance = SimpleNamespace(
            dag_id="a dag", run_id="a build", task_id="t", xcom_pull=lambda task_ids: ref
        )
        from cosmos.exceptions import CosmosDbtRunError

        from elt.errors import DataTestError
        from elt.transform import results
        from elt.transform.statements import Statements

        task = SimpleNamespace(outlets=[], _dbt_runner_callbacks=[Statements()])
        context: Any = {"ti": instance, "task": task}

        # What ends a task whose dbt has failed, when the history is written.
        with suppress(CosmosDbtRunError, DataTestError):
            results.record(str(folder), context, "extract")

    return enter


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the dbt project, parsed, so that nothing is written into the clone."""
    copy = tmp_path_factory.mktemp("dbt") / "dbt_project"
    shutil.copytree(DBT_PROJECT, copy, ignore=shutil.ignore_patterns("target", "logs"))
    parse(copy)
    return copy


@pytest.fixture
def dbt(warehouse: Server, dbt_project: Path, monkeypatch: pytest.MonkeyPatch) -> Dbt:
    """dbt on ``warehouse``: ``dbt("run", "--select", "users")``; what fails is in the result."""
    home = Home(dbt_project)
    for name, value in {**public_environment(home, warehouse), **dbt_secret(warehouse)}.items():
        if name != "AIRFLOW_HOME":
            monkeypatch.setenv(name, value)

    def run(command: str, *options: str) -> dbtRunnerResult:
        return dbt_in_process.call(dbt_project, command, *options)

    return run


def parse(project: Path) -> None:
    """Write the manifest of a dbt project."""
    parsed = dbt_in_process.call(project, "parse")
    assert parsed.success, parsed.exception
