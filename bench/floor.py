"""The floor: what PostgreSQL itself needs for records that lie in a local file.

``psql \\copy`` of a JSON text a line into a logged jsonb column, then one ``insert … select`` with
arrows and casts into a table with its key.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from bench import columns, embedded
from bench.embedded import Cpu
from elt import warehouse
from elt.local.postgres import programs
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server

USERS = sql.SQL("floor.users")
_COPY = "\\copy floor.records from pstdin with (format csv, quote e'\\x01', delimiter e'\\x02')"


@dataclass(frozen=True)
class Floor:
    """Seconds of the copy and of the flattening, and CPU seconds of both."""

    copied: float
    flattened: float
    cpu: float

    @property
    def seconds(self) -> float:
        """Of both."""
        return self.copied + self.flattened


def write(records: Iterable[bytes], file: Path) -> None:
    """Write the file that is copied."""
    with file.open("wb") as out:
        for record in records:
            out.write(record)
            out.write(b"\n")


def load(database: Server, file: Path, cpu: Cpu) -> Floor:
    """Measure, beginning with empty tables."""
    with embedded.superuser(database) as connection:
        connection.execute("drop schema if exists floor cascade")
        connection.execute("create schema floor")
        connection.execute("create table floor.records (doc jsonb not null)")
        connection.execute(sql.SQL("create table {} ({})").format(USERS, columns.definition()))
        flatten = sql.SQL("insert into {} select {} from floor.records").format(
            USERS, columns.flattened(sql.Identifier("doc"))
        )
        statement = flatten.as_string(connection)
    used = cpu.own() + cpu.server()
    begun = time.perf_counter()
    with file.open("rb") as records:
        _psql(database, _COPY, stdin=records.fileno())
    copied = time.perf_counter()
    _psql(database, statement)
    flattened = time.perf_counter()
    return Floor(copied - begun, flattened - copied, cpu.own() + cpu.server() - used)


def _psql(database: Server, statement: str, stdin: int = subprocess.DEVNULL) -> None:
    environment = {
        **os.environ,
        "PGPASSWORD": database.secrets.databases[SUPERUSER],
        "PGHOST": database.host,
        "PGPORT": str(database.port),
        "PGUSER": SUPERUSER,
        "PGDATABASE": warehouse.WAREHOUSE_DATABASE,
    }
    command = [str(programs() / "psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", statement]
    subprocess.run(command, env=environment, stdin=stdin, check=True)
