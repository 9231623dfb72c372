"""A warehouse on a server that the stack does not run: where it is, and whether it can be used.

The environment names it: ``ELT_WAREHOUSE_HOST``, with ``ELT_WAREHOUSE_PORT`` (5432),
``ELT_WAREHOUSE_DATABASE`` (warehouse) and ``ELT_DBT_TARGET`` (postgres, or greenplum). Its three
roles have the names that `elt.warehouse` gives them; their passwords are in
``ELT_WAREHOUSE_LOADER_PASSWORD``, ``…_TRANSFORMER_PASSWORD`` and ``…_READER_PASSWORD``, or in the
files that the same names with ``_FILE`` name. `elt warehouse init` makes it what it has to be.

`elt env` exports the address of the stack's own PostgreSQL under the same names, and in
``ELT_WAREHOUSE_OWN`` that it is: a shell that evaluated it names no other warehouse.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.rows import TupleRow

from elt import warehouse
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER, Secrets
from elt.stack.server import GREENPLUM, POSTGRES, TARGETS, Server
from elt.warehouse import greenplum

HOST = "ELT_WAREHOUSE_HOST"
PORT = "ELT_WAREHOUSE_PORT"
DATABASE = "ELT_WAREHOUSE_DATABASE"
USER = "ELT_WAREHOUSE_USER"
TARGET = "ELT_DBT_TARGET"
OWN = "ELT_WAREHOUSE_OWN"
PASSWORDS: Mapping[str, tuple[str, ...]] = {
    warehouse.LOADER: ("ELT_WAREHOUSE_LOADER_PASSWORD",),
    # The second is dbt's own, which a profile reads without showing it.
    warehouse.TRANSFORMER: (
        "ELT_WAREHOUSE_TRANSFORMER_PASSWORD",
        "DBT_ENV_SECRET_WAREHOUSE_PASSWORD",
    ),
    warehouse.READER: ("ELT_WAREHOUSE_READER_PASSWORD",),
}
"""The variables of each role's password, the first that is set counts."""
ADMIN = "ELT_WAREHOUSE_ADMIN_USER"
ADMIN_PASSWORD = "ELT_WAREHOUSE_ADMIN_PASSWORD"

INIT = "`elt warehouse init` makes what is missing, or prints it for a DBA (--print)"

_DEFAULT_PORT = 5432
_LAST_PORT = 65535
_CONNECT_SECONDS = 10
_ANSWERED = "FATAL:"
"""What a server says that refuses a connection; else there was none, or none on a network."""

_MISSING = """
select
    (
        select string_agg(required.name, ', ' order by required.name)
        from unnest(%(schemas)s::text[]) as required (name)
        where required.name not in (select n.nspname::text from pg_catalog.pg_namespace as n)
    ),
    (
        select string_agg(required.name, ', ' order by required.name)
        from unnest(%(schemas)s::text[]) as required (name)
        inner join pg_catalog.pg_namespace as n on n.nspname = required.name
        where not has_schema_privilege(n.oid, 'usage')
    ),
    (
        select string_agg(required.name, ', ' order by required.name)
        from unnest(%(owned)s::text[]) as required (name)
        inner join pg_catalog.pg_namespace as n on n.nspname = required.name
        where not has_schema_privilege(n.oid, 'create')
    )
"""


def address(environment: Mapping[str, str]) -> tuple[str, int, str, str] | None:
    """Host, port, database and dbt's target of the warehouse that is named, None if none is.

    Raises StackError where something of it is missing or wrong.
    """
    host, port, database, user, target = (
        environment.get(name, "").strip() for name in (HOST, PORT, DATABASE, USER, TARGET)
    )
    target = target or POSTGRES
    if target not in TARGETS:
        raise StackError(f"{TARGET} is {target!r}: it is {' or '.join(TARGETS)}")
    if environment.get(OWN, "").strip() == own_mark(host, port):
        host = port = database = user = ""
    if not host:
        if target == GREENPLUM or port or database:
            given = TARGET if target == GREENPLUM else PORT if port else DATABASE
            raise StackError(
                f"{given} is set, but no warehouse is named: set {HOST}, or unset {given}"
                " (docs/greenplum.md)"
            )
        return None
    if port and not (port.isascii() and port.isdigit() and 1 <= int(port) <= _LAST_PORT):
        raise StackError(f"{PORT} is {port!r}, which is not a port between 1 and {_LAST_PORT}")
    if user not in ("", warehouse.TRANSFORMER):
        raise StackError(
            f"{USER} is {user}, but the roles have the names {', '.join(PASSWORDS)}: unset it."
            f" {INIT}"
        )
    return (
        host,
        int(port or _DEFAULT_PORT),
        database or warehouse.WAREHOUSE_DATABASE,
        target,
    )


def own_mark(host: str, port: str) -> str:
    """What ``ELT_WAREHOUSE_OWN`` is for the stack's own PostgreSQL."""
    return f"{host}:{port}"


def named(environment: Mapping[str, str]) -> Server | None:
    """The warehouse that the environment names, None where the stack's own is to be used.

    Its secrets are the passwords of the roles, and nothing else.

    Raises StackError where something of it is missing or wrong.
    """
    found = address(environment)
    if found is None:
        return None
    host, port, database, target = found
    return Server(host, port, Secrets(passwords(environment), "", "", "", ""), database, target)


def passwords(environment: Mapping[str, str]) -> dict[str, str]:
    """The password of each role. Raises StackError where one is missing."""
    found = {
        role: next(filter(None, (secret(environment, name) for name in names)), "")
        for role, names in PASSWORDS.items()
    }
    if missing := [PASSWORDS[role][0] for role, password in found.items() if not password]:
        raise StackError(
            f"{HOST} names a warehouse, but {', '.join(missing)} {_are(missing)} not set: the"
            " passwords of its roles, or files with them under the same names with _FILE; unset"
            f" {HOST} to use the stack's own PostgreSQL"
        )
    return found


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"


def admin(environment: Mapping[str, str], server: Server, database: str) -> dict[str, str]:
    """Connection parameters of whoever may create roles there. Raises StackError."""
    password = secret(environment, ADMIN_PASSWORD)
    if not password:
        raise StackError(
            f"{ADMIN_PASSWORD} (or {ADMIN_PASSWORD}_FILE) is not set: the password of"
            f" {_admin_user(environment)}, or of another role that {ADMIN} names"
        )
    return {
        "host": server.host,
        "port": str(server.port),
        "user": _admin_user(environment),
        "password": password,
        "dbname": database,
    }


def _admin_user(environment: Mapping[str, str]) -> str:
    return environment.get(ADMIN, "").strip() or SUPERUSER


def secret(environment: Mapping[str, str], name: str) -> str:
    """What a variable holds, or the file that the same name with ``_FILE`` names; else nothing.

    Raises StackError where the file cannot be read.
    """
    if value := environment.get(name, ""):
        return value
    file = environment.get(f"{name}_FILE", "").strip()
    if not file:
        return ""
    try:
        return Path(file).expanduser().read_text().rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise StackError(f"{name}_FILE: {file} cannot be read: {reason}") from None


def expect_usable(server: Server) -> None:
    """See to it that each role reaches the warehouse and finds its schemas. Raises StackError."""
    for role in PASSWORDS:
        owned = [schema.name for schema in warehouse.SCHEMAS if schema.owner == role]
        schemas = [schema.name for schema in warehouse.SCHEMAS if role != warehouse.LOADER]
        try:
            with connect(server, role) as connection:
                _expect_kind(server, connection)
                row = connection.execute(
                    _MISSING, {"schemas": sorted({*schemas, *owned}), "owned": owned}
                ).fetchone()
        except psycopg.Error as error:
            raise refusal(server, role, error) from None
        missing, unusable, closed = row or (None, None, None)
        if missing:
            said = f"the warehouse ({server.title}) has no schema {missing}"
        elif unusable:
            said = f"{role} may not use the schema {unusable} of the warehouse ({server.title})"
        elif closed:
            said = f"{role} may not create in the schema {closed} of the warehouse ({server.title})"
        else:
            continue
        raise StackError(f"{said}. {INIT}")


def connect(server: Server, role: str) -> psycopg.Connection[TupleRow]:
    """A connection that gives up where nobody answers. Raises psycopg.Error."""
    return psycopg.connect(server.dsn(role), connect_timeout=_CONNECT_SECONDS)


def refusal(server: Server, role: str, error: psycopg.Error, advice: str = INIT) -> StackError:
    """What the server said to a role, as a sentence."""
    said = " ".join(str(error).split()).rstrip(".?") or type(error).__name__
    if isinstance(error, psycopg.OperationalError) and _ANSWERED not in said:
        advice = f"Look at {HOST} and {PORT}, and at what lies between"
    sentence = f"the warehouse ({server.title}) cannot be used as {role}: {said}"
    return StackError(f"{sentence}. {advice}" if advice else sentence)


def _expect_kind(server: Server, connection: psycopg.Connection[tuple[object, ...]]) -> None:
    kind = GREENPLUM if greenplum.is_greenplum(connection) else POSTGRES
    if kind != server.target:
        raise StackError(
            f"the warehouse ({server.title}) is a {kind}, but {TARGET} is {server.target}: set it"
            f" to {kind}"
        )
