"""`elt warehouse init`: roles, schemas and rights on a server that the stack does not run."""

from __future__ import annotations

import argparse
import os
import sys

import psycopg
from psycopg.conninfo import make_conninfo

from elt import warehouse
from elt.stack import command, elsewhere
from elt.stack.command import Commands, Parser
from elt.stack.errors import StackError
from elt.stack.server import GREENPLUM, POSTGRES, Server
from elt.warehouse import greenplum, rights

_CONNECT_SECONDS = 10
_ENCODING = "UTF8"


def add(commands: Commands[Parser]) -> None:
    parser = command.add(
        commands,
        "warehouse",
        init,
        "make roles, schemas and rights on the server that ELT_WAREHOUSE_HOST names",
        "  elt warehouse init --print > warehouse.sql\n"
        "  ELT_WAREHOUSE_HOST=db.example.com ELT_WAREHOUSE_ADMIN_PASSWORD_FILE=~/admin"
        " elt warehouse init",
    )
    parser.add_argument("action", choices=("init",))
    parser.add_argument(
        "--print",
        action="store_true",
        help="print the statements for a DBA, with placeholders for the passwords; connects to"
        " nothing",
    )


def init(options: argparse.Namespace) -> int:
    """Print the statements, or run them; the command's exit code.

    Raises StackError where something is missing, or the server refuses.
    """
    if options.print:
        database, target = _described()
        abilities = (
            rights.Abilities(knows_bypassrls=False, takes_scram=False)
            if target == GREENPLUM
            else rights.Abilities()
        )
        sys.stdout.write(rights.script(database, abilities))
        return 0
    server = elsewhere.named(os.environ)
    if server is None:
        raise StackError(
            f"no warehouse is named: set {elsewhere.HOST}; the stack's own PostgreSQL is made ready"
            " by `elt run` and `elt up`, and --print needs no server"
        )
    is_new = _prepare(server)
    elsewhere.expect_usable(server)
    made = "made" if is_new else "was there"
    sys.stdout.write(
        f"The warehouse {server.title} is ready: the database {made}; roles"
        f" {', '.join(warehouse.WAREHOUSE_ROLES)}; schemas"
        f" {', '.join(schema.name for schema in warehouse.SCHEMAS)}.\n"
    )
    return 0


def _described() -> tuple[str, str]:
    """Database and dbt's target, as far as the environment says them."""
    database = os.environ.get(elsewhere.DATABASE, "").strip()
    target = os.environ.get(elsewhere.TARGET, "").strip()
    return database or warehouse.WAREHOUSE_DATABASE, target or POSTGRES


def _prepare(server: Server) -> bool:
    admin = elsewhere.admin(os.environ, server, "postgres")
    conninfo = make_conninfo("", **admin, connect_timeout=_CONNECT_SECONDS)
    try:
        is_new = rights.prepare_warehouse(conninfo, server.database, server.secrets.databases)
        with psycopg.connect(conninfo, dbname=server.database) as connection:
            encoding = connection.info.parameter_status("server_encoding")
            kind = GREENPLUM if greenplum.is_greenplum(connection) else POSTGRES
    except psycopg.Error as error:
        raise elsewhere.refusal(server, admin["user"], error, advice="") from None
    if encoding != _ENCODING:
        raise StackError(
            f"the database {server.title} is in {encoding}: the warehouse has to be in {_ENCODING},"
            f" in a database of its own (create database … encoding '{_ENCODING}' template"
            " template0)"
        )
    if kind != server.target:
        raise StackError(
            f"the warehouse is there, and it is a {kind}: set {elsewhere.TARGET}={kind}"
        )
    return is_new
