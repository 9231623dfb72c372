"""Connections to the stack's PostgreSQL, and what it means when there is none."""

from __future__ import annotations

import psycopg
from psycopg.rows import TupleRow

from elt.stack.errors import StackError

_CONNECT_SECONDS = 5


class UnreachableError(StackError):
    """PostgreSQL does not answer, or is still starting."""


class PasswordError(StackError):
    """PostgreSQL answers and refuses the password."""


def connect(conninfo: str) -> psycopg.Connection[TupleRow]:
    """A connection. Raises UnreachableError or PasswordError, with what to do."""
    try:
        return psycopg.connect(conninfo, connect_timeout=_CONNECT_SECONDS)
    except psycopg.OperationalError as error:
        sentence = str(error).splitlines()[0]
        if "password authentication failed" in sentence:
            raise PasswordError(
                f"{sentence}: the volumes `secrets`, `config` and `postgres` are not of one stack;"
                " restore them together, or see docs/server.md"
            ) from error
        raise UnreachableError(
            f"PostgreSQL does not answer: {sentence}; `docker compose up -d --wait` starts it,"
            " `docker compose logs postgres` says why it is down"
        ) from error
