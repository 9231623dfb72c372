"""Preparing the databases while another Airflow, dbt by hand or a person works in them."""

from __future__ import annotations

import threading
from collections.abc import Callable

import psycopg
from psycopg import sql

from elt.local import postgres
from elt.stack.server import Server

ROUNDS = 10


def repeat_beside(other: Callable[[], None], server: Server) -> None:
    """Prepare again and again while ``other`` is repeated."""
    ended = threading.Event()
    failures: list[Exception] = []

    def work() -> None:
        try:
            while not ended.is_set():
                other()
        except Exception as error:
            failures.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(ROUNDS):
            postgres.prepare(server)
    finally:
        ended.set()
        thread.join()
    assert failures == []


def test_beside_grants_and_new_tables_of_dbt(warehouse: Server) -> None:
    with psycopg.connect(warehouse.dsn("elt_transformer"), autocommit=True) as connection:

        def build() -> None:
            for number in range(20):
                table = sql.Identifier("analytics", f"mart_{number}")
                connection.execute(sql.SQL("drop table if exists {}").format(table))
                connection.execute(sql.SQL("create table {} (id int)").format(table))
                connection.execute(sql.SQL("grant select on {} to elt_reader").format(table))

        repeat_beside(build, warehouse)
