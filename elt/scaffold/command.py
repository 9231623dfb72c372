"""The arguments of `elt new`."""

from __future__ import annotations

import argparse

from rich.console import Console

from elt.stack import command
from elt.stack.command import Commands, Parser
from elt.stack.errors import UsageError
from elt.stack.folders import Folders


def add(commands: Commands[Parser]) -> None:
    """Add the command to `elt`."""
    parser = command.add(
        commands,
        "new",
        _new,
        "look at an endpoint and write a pipeline for it: DAG, dbt models, tests",
        "  elt new characters --url https://rickandmortyapi.com/api/character\n"
        "  elt new shop --url 'https://shop.example/v1/orders?page=1&per_page=100' --dry-run\n"
        "  elt new crm --url https://crm.example/v2/people --records data.items --key data.id\n"
        "  elt new bank --url https://bank.example/v2/rates --records '[1]'\n"
        '  elt new crm --url https://crm.example/v2/people --header "X-API-Key: $KEY"',
    )
    parser.add_argument("source", metavar="SOURCE", help="its name, in snake case; the DAG's, too")
    parser.add_argument(
        "--url",
        required=True,
        metavar="URL",
        help="the endpoint, with the parameters that it is to be asked with",
    )
    parser.add_argument("--entity", metavar="NAME", help="what its records are, in the plural")
    parser.add_argument(
        "--records",
        metavar="PATH",
        help="where they are: dotted, as a list in JSON, or . for the response itself",
    )
    parser.add_argument(
        "--key", metavar="PATH", help="what identifies a record: dotted, or as a list in JSON"
    )
    parser.add_argument(
        "--connection",
        metavar="CONN_ID",
        help="the Airflow connection to use, one that there is (SOURCE_api, which is added)",
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="sent with the look, and written nowhere; again for each",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="show what would be written, and write nothing"
    )


def _new(options: argparse.Namespace) -> int:
    # Not above: what it imports takes a moment, which other commands need not wait for.
    from elt.scaffold import look, new
    from elt.scaffold.plan import Request

    headers: dict[str, str] = {}
    for text in options.header:
        try:
            name, value = look.header(text)
        except ValueError as error:
            raise UsageError(f"--header: {error}") from error
        headers[name] = value
    request = Request(
        options.source,
        options.url,
        entity=options.entity,
        records=options.records,
        key=options.key,
        connection=options.connection,
        headers=headers,
    )
    return new.new(Folders(), request, Console(), dry_run=options.dry_run)
