"""The pipeline of users step by step, in this process, by the functions that its tasks call."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import embedded
from bench.embedded import Cpu
from elt.source.period import Period
from elt.stack.server import Server

if TYPE_CHECKING:
    import psycopg

    from elt.load.ledger import RawRef

MARTS = ("users", "users_by_country", "rejected_records")
"""Those of the DAG."""

USERS = "model.elt.users"
_SUMMARY = "model.elt.users_by_country"
"""Made anew of all users by each run, so it costs what the users are, not what a load is."""
_STAGING = "analytics.stg_randomuser__users"


@dataclass(frozen=True)
class Statement:
    """A statement of a model, and how long it took."""

    model: str
    sql: str
    seconds: float


@dataclass
class Build:
    """One run of the models.

    ``wall`` is all of dbt's, its start-up and the reading of the project among it; ``wal`` are the
    bytes that were written while each model was built.
    """

    wall: float = 0.0
    statements: list[Statement] = field(default_factory=list)
    wal: dict[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Of all statements of the models."""
        return sum(statement.seconds for statement in self.statements)

    @property
    def summary(self) -> float:
        """Of those of `users_by_country`."""
        return sum(
            statement.seconds for statement in self.statements if statement.model == _SUMMARY
        )


@dataclass(frozen=True)
class Load:
    """One load from the source, or from made records, to the last check."""

    ref: RawRef
    fetch: float
    land: float
    build: Build
    reconcile: float
    counts: dict[str, int]
    cpu: float
    """CPU seconds of all, without dbt's own."""

    @property
    def models(self) -> float:
        """Seconds of what follows the landing, without dbt's own."""
        return self.build.seconds + self.reconcile

    @property
    def of_load(self) -> float:
        """The same without `users_by_country`: what should not grow with what is there."""
        return self.models - self.build.summary

    @property
    def seconds(self) -> float:
        """Seconds of all, without dbt's own."""
        return self.fetch + self.land + self.models

    @property
    def wall(self) -> float:
        """Seconds of all, dbt's own among them."""
        return self.fetch + self.land + self.build.wall + self.reconcile


class Pipeline:
    """The pipeline on one warehouse, with the dbt project that `embedded.dbt_project` made."""

    def __init__(self, database: Server, project: Path, cpu: Cpu) -> None:
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        from dags.user_processing import users
        from elt import warehouse
        from elt.airflow.hook import ApiHook

        self._database = database
        self._project = project
        self._cpu = cpu
        self._source = users
        self._loader = PostgresHook(postgres_conn_id=warehouse.LOADER_CONN_ID)
        self._transformer = PostgresHook(postgres_conn_id=warehouse.TRANSFORMER_CONN_ID)
        self._api = ApiHook(users.conn_id)

    def begin(self) -> None:
        """An empty warehouse, with the tables and seeds that a load needs."""
        from elt.load import raw_tables
        from elt.transform import project

        embedded.empty_warehouse(self._database)
        raw_tables.create_tables(self._loader, self._source, project.raw_tables())
        self._dbt("seed")

    def load(self, period: datetime, seed: str, records: int) -> Load:
        """Load the first ``records`` users of ``seed`` from the API."""
        from elt.extract import fetch
        from elt.extract.spool import Spool

        used = self._cpu.own() + self._cpu.server()
        with Spool() as spool:
            begun = time.perf_counter()
            fetched = fetch.fetch(self._api, self._source, {"seed": seed}, records, spool)
            seconds = time.perf_counter() - begun
            ref, land = self._land(period, spool, fetched)
        return self._finish(ref, seconds, land, used)

    def load_made(self, period: datetime, records: Iterable[bytes]) -> Load:
        """Load records that were made here."""
        ref, land = self.land_made(period, records)
        return self._finish(ref, 0.0, land, self._cpu.own() + self._cpu.server())

    def land_made(self, period: datetime, records: Iterable[bytes]) -> tuple[RawRef, float]:
        """Land records that were made here; the seconds of that, too."""
        from elt.extract.fetch import Fetched
        from elt.extract.spool import Spool

        now = datetime.now(UTC)
        with Spool() as spool:
            count = size = pages = 0
            rest = iter(records)
            while page := list(islice(rest, 1_000)):
                pages += 1
                spool.write(pages, page)
                count += len(page)
                size += sum(map(len, page))
            fetched = Fetched("made by bench", pages, count, size, now, now)
            return self._land(period, spool, fetched)

    def build(self) -> Build:
        """Run the models that the marts of the DAG stand on, one after the other."""
        build = Build()
        with embedded.superuser(self._database) as connection:
            listener = _Listener(build, connection)
            begun = time.perf_counter()
            select = [f"+{mart}" for mart in MARTS]
            self._dbt("run", "--threads", "1", "--select", *select, listener=listener)
            build.wall = time.perf_counter() - begun
        return build

    def reconcile(self, ref: RawRef) -> tuple[dict[str, int], float]:
        """What became of the load's records in `users`; the seconds of that, too."""
        from elt import reconcile
        from elt.transform.models import KeyedMart

        mart = KeyedMart(relation="analytics.users", staging=_STAGING, key="user_id")
        begun = time.perf_counter()
        counts = reconcile.reconcile(self._transformer, ref, [mart])
        seconds = time.perf_counter() - begun
        return counts[mart.relation], seconds

    def _land(self, period: datetime, spool: Any, fetched: Any) -> tuple[RawRef, float]:
        from elt.load import landing, ledger

        begun = time.perf_counter()
        run = ledger.Run("user_processing", f"bench__{period.isoformat()}")
        covered = Period(period, self._source.period)
        ref = landing.land(self._loader, self._source, covered, run, spool, fetched)
        return ref, time.perf_counter() - begun

    def _finish(self, ref: RawRef, fetch: float, land: float, used: float) -> Load:
        before = self._cpu.own()
        build = self.build()
        of_dbt = self._cpu.own() - before
        counts, seconds = self.reconcile(ref)
        cpu = self._cpu.own() + self._cpu.server() - used - of_dbt
        return Load(ref, fetch, land, build, seconds, counts, cpu)

    def _dbt(self, command: str, *options: str, listener: Any = None) -> None:
        from dbt.cli.main import dbtRunner

        folder = self._project
        done = dbtRunner(callbacks=[listener] if listener else []).invoke(
            [
                *("--quiet", "--no-write-json", command, *options),
                *(f"--project-dir={folder}", f"--profiles-dir={folder}"),
                f"--log-path={folder}/logs",
            ]
        )
        if not done.success:
            raise SystemExit(f"dbt {command} failed: {done.exception or done.result}")


class _Listener:
    """Takes down what dbt says of its statements, and the WAL around each model."""

    def __init__(self, build: Build, connection: psycopg.Connection[Any]) -> None:
        self._build = build
        self._connection = connection
        self._sent = ""
        self._begun: dict[str, int] = {}

    def __call__(self, event: Any) -> None:
        name = event.info.name
        if name not in ("SQLQuery", "SQLQueryStatus", "NodeStart", "NodeFinished"):
            return
        node = event.data.node_info.unique_id
        if not node.startswith("model."):
            return
        if name == "SQLQuery":
            self._sent = event.data.sql
        elif name == "SQLQueryStatus":
            self._build.statements.append(Statement(node, self._sent, event.data.elapsed))
        elif name == "NodeStart":
            self._begun[node] = self._position()
        else:
            self._build.wal[node] = self._position() - self._begun[node]

    def _position(self) -> int:
        row = self._connection.execute(
            "select (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"
        ).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def plain_logs() -> Iterator[None]:
    """Keep what the pipeline and dbt log out of what a benchmark prints."""
    import logging

    former = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(former)
