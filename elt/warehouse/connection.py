"""A connection to the warehouse, by Airflow's hook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    import psycopg
    from airflow.providers.postgres.hooks.postgres import PostgresHook


@contextmanager
def connected(hook: PostgresHook) -> Iterator[psycopg.Connection[Any]]:
    """A connection of ``hook``, closed at the end."""
    # The hook is typed for psycopg 2; Airflow uses psycopg 3 where that is installed.
    with closing(cast("psycopg.Connection[Any]", hook.get_conn())) as connection:
        yield connection
