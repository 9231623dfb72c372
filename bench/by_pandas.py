"""Users as the seed of this project loaded them, page by page: pandas → CSV → COPY.

``python -m bench.by_pandas URL PAGES``. DATABASE_URL names the warehouse; the table is
``by_pandas.users``, typed, with its key, and nothing is kept raw. It needs the group `bench`, and
prints the most memory that it had.
"""

from __future__ import annotations

import io
import os
import sys

import psycopg
import requests
from psycopg import sql

from bench import columns, report

USERS = sql.SQL("by_pandas.users")


def load(url: str, pages: int, page: int, seed: str) -> None:
    """Load ``pages`` pages of ``page`` users."""
    import pandas

    names = [*columns.PATHS, columns.DIGEST]
    copy = sql.SQL("copy {} ({}) from stdin with (format csv, null '\\N')").format(
        USERS, sql.SQL(", ").join(map(sql.Identifier, names))
    )
    with (
        requests.Session() as session,
        psycopg.connect(os.environ["DATABASE_URL"]) as connection,
    ):
        connection.execute("drop schema if exists by_pandas cascade")
        connection.execute("create schema by_pandas")
        connection.execute(sql.SQL("create table {} ({})").format(USERS, columns.definition()))
        for number in range(1, pages + 1):
            params: dict[str, str | int] = {"seed": seed, "page": number, "results": page}
            response = session.get(f"{url}/api/1.4/", params=params, timeout=60)
            response.raise_for_status()
            table = pandas.json_normalize(response.json()["results"])
            table = table.rename(columns={path: name for name, path in columns.PATHS.items()})
            table[columns.DIGEST] = (
                "sha256$" + table["password_salt"] + "$" + table["password_sha256"]
            )
            text = io.StringIO()
            table[names].to_csv(text, index=False, header=False, na_rep="\\N")
            with connection.cursor().copy(copy) as rows:
                rows.write(text.getvalue())


if __name__ == "__main__":
    load(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    report.line(str(report.memory("VmHWM")))
