"""The `elt` command: arguments in, exit codes out."""

from __future__ import annotations

import argparse
import json
import re
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, date, datetime

from rich.console import Console

from elt.local import apis, processes, run, shell, status, up
from elt.local.apis import Choice
from elt.local.home import Home
from elt.local.requested import Request
from elt.scaffold import command as scaffold
from elt.stack import command, status_words, warehouse_init
from elt.stack.command import Commands, Parser
from elt.stack.errors import UsageError

_PIPELINE = "user_processing"
_FIRST_YEAR = 1970
_LAST_PORT = 65535


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit code.

    0 done, 1 it failed, 2 it was called wrongly, 130 interrupted, 128 + n ended by signal n.
    """
    processes.end_by_exception()
    parser = _parser()

    def action() -> int:
        options = parser.parse_args(
            _psql_arguments(sys.argv[1:] if arguments is None else arguments)
        )
        chosen: command.Command | None = getattr(options, "command", None)
        if chosen is None:
            parser.print_help()
            return 0
        return chosen(options)

    try:
        return command.call(action, _trace_note)
    except processes.Terminated as signal:
        return signal.exit_code


def _trace_note() -> str:
    """Keep the traceback for a report, and say where it is."""
    file = Home.from_environment().logs / "elt-error.log"
    try:
        with file.open("a") as log:
            log.write(f"{datetime.now(UTC).isoformat()}\n{traceback.format_exc()}\n")
    except OSError:
        return ""
    return f" (details: {file})"


def _psql_arguments(arguments: Sequence[str]) -> list[str]:
    """Mark where psql's own arguments begin, so that they reach it as they are."""
    given = list(arguments)
    if given[:1] != ["psql"]:
        return given
    at = 1
    while at < len(given):
        if given[at] == "--role":
            at += 2
        elif given[at].startswith("--role=") or given[at] in {"-h", "--help"}:
            at += 1
        else:
            break
    rest = given[at:]
    return [*given[:at], "--", *(rest[1:] if rest[:1] == ["--"] else rest)] if rest else given


def _parser() -> Parser:
    parser, commands = command.parser(
        "Loads HTTP APIs into PostgreSQL with Airflow and dbt, on this machine.",
        "`elt COMMAND --help` has examples. State lies in .elt/ of the clone, or in ELT_HOME.",
    )
    _add_run(commands)
    scaffold.add(commands)
    _add_up(commands)
    _add_others(commands)
    return parser


def _add_run(commands: Commands[Parser]) -> None:
    parser = command.add(
        commands,
        "run",
        _run,
        "run a pipeline to its end, starting what it needs and stopping it afterwards",
        "  elt run\n"
        "  elt run user_processing --results 20000 --seed demo\n"
        "  elt run exchange_rates --date 2026-01-31\n"
        '  elt run --param nationalities=\'["CH", "FR"]\'\n'
        "  elt run --api real --results 500\n"
        "  elt run exchange_rates --api cbr_api=https://www.cbr.ru",
    )
    parser.add_argument("pipeline", nargs="?", default=_PIPELINE, metavar="PIPELINE")
    parser.add_argument(
        "--results", type=_count, metavar="N", help="how many users; --param results=N"
    )
    parser.add_argument("--seed", type=_seed, metavar="S", help="seed of the users; --param seed=S")
    parser.add_argument(
        "--param",
        type=_param,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a parameter of the pipeline, JSON or else text; again for each",
    )
    parser.add_argument("--date", type=_date, metavar="D", help="day to load for, YYYY-MM-DD, UTC")
    _add_api(parser)


def _add_up(commands: Commands[Parser]) -> None:
    parser = command.add(
        commands,
        "up",
        _up,
        "run Airflow with its UI in the foreground until Ctrl-C",
        "  elt up\n"
        "  elt up --port 9090\n"
        "  elt up --api real\n"
        "  elt up --api randomuser_api=https://randomuser.me",
    )
    parser.add_argument("--port", type=_port, metavar="N", help="port of the UI (8080 if free)")
    _add_api(parser)
    command.add(
        commands,
        "down",
        _down,
        "stop everything of this stack, also what a killed `elt up` left",
        "  elt down",
    )


def _add_others(commands: Commands[Parser]) -> None:
    parser = command.add(
        commands,
        "status",
        _status,
        "show the latest loads, rows per table, how fresh the sources are and what is missing",
        "  elt status\n  elt status --json\n  elt status --fail-on-gaps --fail-on-stale",
    )
    status_words.add_options(parser)
    parser = command.add(
        commands,
        "psql",
        _psql,
        "open psql on the warehouse; other arguments are psql's",
        "  elt psql\n"
        "  elt psql -c 'select count(*) from analytics.users'\n"
        "  elt psql --role admin -l",
    )
    parser.add_argument("--role", choices=sorted(shell.ROLES), default="reader")
    parser.add_argument("arguments", nargs="*", metavar="ARGUMENT")
    warehouse_init.add(commands)
    command.add(
        commands,
        "env",
        _env,
        "print what to export so that `dbt` and `airflow` work by hand; it holds a password",
        '  eval "$(elt env)"\n  cd dbt_project && dbt test',
    )


def _add_api(parser: Parser) -> None:
    parser.add_argument(
        "--api",
        type=apis.argument,
        action="append",
        default=[],
        metavar="API",
        help="what to read instead of the bundled sample API: real, each source's own API"
        " (dags/connections.toml); URL, for all sources; CONNECTION=URL or CONNECTION=real,"
        " for one, again for each",
    )


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,12}", text) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _seed(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("the seed is empty")
    return text


def _param(text: str) -> tuple[str, object]:
    name, separator, value = text.partition("=")
    if not separator or not re.fullmatch(r"\w+", name):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    try:
        return name, json.loads(value, parse_constant=_no_number)
    except ValueError:
        return name, value


def _no_number(text: str) -> object:
    """NaN and the like, which JSON does not have."""
    raise ValueError(text)


def _date(text: str) -> date:
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None
    except ValueError:
        day = None
    if day is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date like 2026-01-31")
    # Days are UTC's: where it is tomorrow already, or still yesterday, this one says so.
    today = datetime.now(UTC).date()
    if day.year < _FIRST_YEAR or day > today:
        raise argparse.ArgumentTypeError(
            f"{text} is not between {_FIRST_YEAR}-01-01 and {today}, which is today in UTC"
        )
    return day


def _port(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port between 1 and {_LAST_PORT}")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    params: dict[str, object] = {}
    named = [("results", options.results), ("seed", options.seed)]
    for name, value in [*options.param, *(pair for pair in named if pair[1] is not None)]:
        if name in params:
            raise UsageError(f"the parameter {name} is given twice")
        params[name] = value
    request = Request(options.pipeline, params, options.date, Choice.of(options.api))
    return run.run(Home.from_environment(), request, Console(), Console(stderr=True))


def _up(options: argparse.Namespace) -> int:
    choice = Choice.of(options.api)
    return up.up(Home.from_environment(), Console(), port=options.port, choice=choice)


def _down(_options: argparse.Namespace) -> int:
    return up.down(Home.from_environment(), Console())


def _status(options: argparse.Namespace) -> int:
    console = Console(width=None if sys.stdout.isatty() else status_words.FILE_WIDTH)
    return status.show(Home.from_environment(), console, options)


def _psql(options: argparse.Namespace) -> int:
    return shell.psql(Home.from_environment(), options.role, options.arguments)


def _env(_options: argparse.Namespace) -> int:
    sys.stdout.write(shell.env(Home.from_environment()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
