"""The `elt` command inside the image: arguments in, exit codes out."""

from __future__ import annotations

import argparse
import json
import os
import sys
import traceback
import warnings
from collections.abc import Sequence
from pathlib import Path

from elt.container.volumes import Volumes, read_connection, read_secrets
from elt.stack import airflow_config, command, connections, status_words
from elt.stack.command import Commands, Parser
from elt.stack.errors import StackError
from elt.warehouse import READER_CONN_ID, TRANSFORMER_CONN_ID

_LOGGING = (["init"], ["service"])
"""Commands whose output is a container's log: `service` becomes Airflow's scheduler, for one, which
runs the tasks."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code: 0 done, 1 it failed, 2 it was called wrongly."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()

    def action() -> int:
        if given[:1] == ["dbt"]:
            return _dbt(given[1:])
        options = parser.parse_args(given)
        chosen: command.Command | None = getattr(options, "command", None)
        if chosen is None:
            parser.print_help()
            return 0
        return chosen(options)

    return command.call(action, _print_traceback, logs=given[:1] in _LOGGING)


def _print_traceback() -> str:
    traceback.print_exc()
    return ""


def _parser() -> Parser:
    parser, commands = command.parser(
        "Looks after the stack that `docker compose up` runs.",
        "`elt COMMAND --help` has examples.",
    )
    _add_for_people(commands)
    _add_for_compose(commands)
    return parser


def _add_for_people(commands: Commands[Parser]) -> None:
    command.add(
        commands,
        "login",
        _login,
        "print where the UI is, and its user and password",
        "  docker compose exec api-server elt login",
    )
    status = command.add(
        commands,
        "status",
        _status,
        "show the latest loads, rows per table, how fresh the sources are and what is missing",
        "  docker compose run --rm elt status\n  docker compose run --rm elt status --json\n"
        "  docker compose run --rm elt status --fail-on-gaps --fail-on-stale",
    )
    status_words.add_options(status)
    command.add(
        commands,
        "dbt",
        _never,
        "run dbt on the stack's warehouse; all arguments are dbt's",
        "  docker compose run --rm dbt test\n  docker compose run --rm dbt build -s users",
    )
    secrets = command.add(
        commands,
        "secrets",
        _secrets,
        "make the stack's secrets; replace every one of them; write them out, or take them back",
        "  docker compose run --rm secrets rotate\n"
        "  docker compose run --rm -T secrets export > secrets.json\n"
        "  docker compose run --rm -T secrets import < secrets.json",
    )
    secrets.add_argument("action", choices=("create", "rotate", "export", "import"))


def _add_for_compose(commands: Commands[Parser]) -> None:
    source = command.add(
        commands,
        "source",
        _source,
        "let the connections that the sample API can serve name this URL; others stay",
        "  elt source http://sample-api:8000",
    )
    source.add_argument("api", type=command.url, metavar="URL")
    command.add(commands, "init", _init, "prepare the databases", "  elt init")
    command.add(
        commands,
        "watch",
        _watch,
        "keep dbt's manifest up to date with edited models; see docker-compose.dev.yml",
        "  elt watch",
    )
    service = command.add(
        commands, "service", _service, "run one of Airflow's services", "  elt service scheduler"
    )
    service.add_argument(
        "name", choices=("api-server", "scheduler", "dag-processor", "triggerer"), metavar="NAME"
    )


def _login(_options: argparse.Namespace) -> int:
    volumes = Volumes.of_container()
    try:
        login = json.loads(volumes.login.read_text())
    except FileNotFoundError as error:
        raise StackError(
            "there is no login yet: `docker compose up` makes it at its first start"
        ) from error
    url = os.environ.get("AIRFLOW__API__BASE_URL") or "http://127.0.0.1:8080"
    sys.stdout.write(
        f"url       {url}\nuser      {login['username']}\npassword  {login['password']}\n"
    )
    return 0


def _status(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from psycopg.conninfo import make_conninfo
    from rich.console import Console

    from elt.container.postgres import connect
    from elt.stack import status
    from elt.transform import project

    reader = read_connection(Volumes.of_container(), READER_CONN_ID)
    now = datetime.now(UTC)
    conninfo = make_conninfo(
        host=reader["host"],
        port=reader["port"],
        dbname=reader["schema"],
        user=reader["login"],
        password=reader["password"],
    )
    with connect(conninfo) as connection:
        report = status.collect(connection, now, project.manifest())
    if options.json:
        sys.stdout.write(f"{status.as_json(report)}\n")
    else:
        console = Console(width=None if sys.stdout.isatty() else status_words.FILE_WIDTH)
        status_words.show(report, console, advice="trigger user_processing in the UI")
    status_words.expect_as_asked(report, options)
    return 0


def _dbt(arguments: Sequence[str]) -> int:
    transformer = read_connection(Volumes.of_container(), TRANSFORMER_CONN_ID)
    os.environ["DBT_ENV_SECRET_WAREHOUSE_PASSWORD"] = transformer["password"]
    os.execvp("dbt", ["dbt", *arguments])


def _never(_options: argparse.Namespace) -> int:
    raise AssertionError("dbt's arguments are never parsed")


def _secrets(options: argparse.Namespace) -> int:
    from elt.container import secrets

    volumes = Volumes.of_container()
    match options.action:
        case "create":
            made = secrets.create(volumes, _sources())
            sys.stdout.write("secrets made\n" if made else "secrets are there\n")
        case "rotate":
            from elt.container import rotation

            # Those of Airflow's own imports.
            warnings.simplefilter("ignore")
            rotation.rotate(volumes)
            sys.stdout.write(
                "Every secret is replaced; Airflow's services start anew within a minute.\n"
                "The new login: docker compose exec api-server elt login\n"
            )
        case "export":
            sys.stdout.write(f"{read_secrets(volumes.secrets_file).to_json()}\n")
        case "import":
            kept = airflow_config.source_urls(volumes.connections) or {}
            secrets.replace(volumes, sys.stdin.read(), _sources() | kept)
            sys.stdout.write("secrets taken from standard input\n")
    return 0


def _sources() -> dict[str, str]:
    folder = Path(os.environ.get("ELT_DAGS_FOLDER") or "/opt/elt/dags")
    return connections.in_effect(folder / connections.FILE, os.environ)


def _source(options: argparse.Namespace) -> int:
    from elt.container import secrets

    secrets.use_source(Volumes.of_container(), options.api)
    return 0


def _init(_options: argparse.Namespace) -> int:
    from elt.container import init

    sys.stdout.write(f"{init.init(Volumes.of_container())}\n")
    return 0


def _service(options: argparse.Namespace) -> int:
    from elt.container import service

    return service.run(Volumes.of_container(), options.name)


def _watch(_options: argparse.Namespace) -> int:
    from elt.container import watch

    watch.watch(Path(os.environ["ELT_DBT_PROJECT"]))
    return 0
