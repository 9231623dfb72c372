"""A build sees one state of loads and records, whatever lands while it goes on.

Between the statements of dbt's models, loads are added, replaced and removed, each in a transaction
of its own, as extracts do. The next build that is left alone has to give what the loads say, which
a few lines of Python work out, and a full refresh has to give the same.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from elt import warehouse as names
from elt.stack.server import Server
from tests import dbt_in_process
from tests.integration.conftest import Dbt, parse
from tests.integration.test_locations_models import location
from tests.integration.test_marts import content, user
from tests.integration.test_rates_models import Raw, messages, read

USERS, LOCATIONS = "randomuser__users", "rickandmorty__locations"
DAYS = ["2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]
TABLES = ("users", "users_by_country", "names", "rejected_records", "locations", "top_locations")
"""A keyed mart, a summary by delete and insert, a table, a view, another keyed, a mart by load."""


@pytest.fixture
def dbt(dbt: Dbt, dbt_project: Path, tmp_path: Path) -> Dbt:
    """dbt on a copy of the project with one model more, of dbt's default kind."""
    project = tmp_path / "dbt_project"
    shutil.copytree(dbt_project, project, ignore=shutil.ignore_patterns("target", "logs"))
    (project / "models" / "marts" / "names.sql").write_text(
        "select firstname, count(*) as users from {{ ref('users') }} group by firstname\n"
    )
    parse(project)
    return lambda command, *options: dbt_in_process.call(project, command, *options)


class Source:
    """Two sources whose loads come, are replaced and go, by the throw of a die."""

    def __init__(self, server: Server, dice: random.Random) -> None:
        self._dice = dice
        Raw(server)
        # One connection: it is called between any two statements.
        self._loader = psycopg.connect(
            server.dsn(names.LOADER, names.WAREHOUSE_DATABASE), autocommit=True
        )
        self.loads: dict[str, dict[str, list[dict[str, Any]]]] = {USERS: {}, LOCATIONS: {}}

    def __enter__(self) -> Source:
        return self

    def __exit__(self, *error: object) -> None:
        self._loader.close()

    def change(self) -> None:
        table = self._dice.choice([USERS, LOCATIONS])
        day = self._dice.choice(DAYS)
        is_removed = day in self.loads[table] and self._dice.random() < 0.25
        records = [self._record(table) for _ in range(self._dice.randint(0, 6))]
        with self._loader.transaction():
            self._loader.execute(
                "with gone as (delete from raw.loads where source = %s and period = %s::timestamptz"
                f" returning load_id) delete from raw.{table}"
                " where load_id in (select load_id from gone)",
                (table, f"{day}Z"),
            )
            if not is_removed:
                self._loader.execute(
                    "with landed as (insert into raw.loads select nextval('raw.load_id'), %s,"
                    " 'test', 'run', 'test', 'none', 1, %s, 0, %s::timestamptz, now(), now(), now()"
                    f" returning load_id) insert into raw.{table} select landed.load_id,"
                    " given.number, given.record from landed, unnest(%s::jsonb[])"
                    " with ordinality as given (record, number)",
                    (table, len(records), f"{day}Z", [json.dumps(record) for record in records]),
                )
        if is_removed:
            del self.loads[table][day]
        else:
            self.loads[table][day] = records

    def _record(self, table: str) -> dict[str, Any]:
        number = self._dice.randint(1, 8)
        if table == LOCATIONS:
            return location(number, self._dice.randint(0, 3))
        is_rejected = self._dice.random() < 0.1
        made = user(number, self._dice.choice("AB"))
        return made | {"login": {"uuid": "none", "of": made["login"]}} if is_rejected else made

    def latest_users(self) -> dict[str, str]:
        found = {}
        for _, records in sorted(self.loads[USERS].items()):
            for record in records:
                if record["login"]["uuid"] != "none":
                    found[record["login"]["uuid"]] = record["name"]["first"]
        return found

    def latest_locations(self) -> dict[int, int]:
        found = {}
        for _, records in sorted(self.loads[LOCATIONS].items()):
            for record in records:
                found[record["id"]] = len(record["residents"])
        return found


@contextmanager
def between_statements(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]
) -> Iterator[list[str]]:
    """Call ``act`` before each statement that a model sends; yields the models' names, one each."""
    from dbt.adapters.sql.connections import SQLConnectionManager

    stopped: list[str] = []
    send = SQLConnectionManager.add_query

    def add_query(self: Any, sql: str, *args: Any, **options: Any) -> Any:
        name = str(self.get_thread_connection().name)
        if name.startswith("model."):
            stopped.append(name.rpartition(".")[2])
            act()
        return send(self, sql, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(SQLConnectionManager, "add_query", add_query)
        yield stopped


SELECT = ("--select", "+users_by_country", "names", "+rejected_records", "top_locations")


@pytest.mark.parametrize(("seed", "share"), [(0, 1.0), (1, 0.05)])
def test_what_lands_during_a_build_is_whole_in_the_next(
    seed: int, share: float, warehouse: Server, dbt: Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In every gap between two statements of each model, or in a share of them."""
    dice = random.Random(seed)

    def build(*options: str) -> None:
        kinds = ("--resource-type", "model", "--resource-type", "seed")
        result = dbt("build", "--threads=1", *kinds, *SELECT, "+locations", *options)
        assert result.success, messages(result)

    with Source(warehouse, dice) as source:

        def act() -> None:
            if dice.random() < share:
                source.change()

        for _ in range(2):
            source.change()
            with between_statements(monkeypatch, act) as stopped:
                build()
            assert {*TABLES, "stg_randomuser__users", "stg_rickandmorty__locations"} == set(stopped)
            build()
            rows = read(warehouse, "select user_id::text, firstname from analytics.users")
            assert {row["user_id"]: row["firstname"] for row in rows} == source.latest_users()
            rows = read(warehouse, "select location_id, resident_count from analytics.locations")
            assert {
                row["location_id"]: row["resident_count"] for row in rows
            } == source.latest_locations()
    less = {"users": {"load_id", "load_period"}, "locations": {"load_id", "load_period"}}

    def all_rows() -> dict[str, list[dict[str, Any]]]:
        return {
            table: [
                {name: row[name] for name in row if name not in less.get(table, ())}
                for row in content(warehouse, table)
            ]
            for table in TABLES
        }

    built = all_rows()
    build("--full-refresh")
    assert all_rows() == built
