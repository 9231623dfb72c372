"""What every form of the `elt` command does alike: arguments, sentences for errors, exit codes."""

from __future__ import annotations

import argparse
import errno
import logging
import shutil
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NoReturn

from elt.stack.connections import base_url
from elt.stack.errors import EXIT_FAILURE, EXIT_INTERRUPTED, EXIT_USAGE, StackError

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_USAGE, f"{self.prog}: {message} (try `{self.prog} --help`)\n")


Commands = argparse._SubParsersAction  # The type add_subparsers returns has no public name.
Command = Callable[[argparse.Namespace], int]


def parser(description: str, epilog: str) -> tuple[Parser, Commands[Parser]]:
    """The parser of `elt`, and where its commands are added."""
    made = Parser(prog="elt", description=description, epilog=epilog, allow_abbrev=False)
    made.add_argument("--version", action="version", version=f"elt {_version()}")
    return made, made.add_subparsers(title="commands", metavar="COMMAND", parser_class=Parser)


def add(
    commands: Commands[Parser], name: str, command: Command, summary: str, examples: str
) -> Parser:
    """Add a command whose options the caller adds; `examples` are lines of its help."""
    added = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    added.set_defaults(command=command)
    return added


def call(action: Callable[[], int], details: Callable[[], str] = str, *, logs: bool = False) -> int:
    """Run `action`; its exit code, or that of the error it ended with, said in one line.

    0 done, 1 it failed, 2 it was called wrongly, 130 interrupted. `details` keeps the traceback of
    an unexpected error and returns where, in words. Commands for people print sentences, and the
    libraries that they call log nothing. With `logs` they do: for commands that become a service,
    and for those whose output is read in a log.
    """
    former = logging.root.manager.disable
    if not logs:
        logging.disable(logging.CRITICAL)
    try:
        return action()
    except StackError as error:
        _complain(str(error))
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has gone (`elt status | head`).
        sys.stderr.close()
        return EXIT_FAILURE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except OSError as error:
        if error.errno not in _NO_ROOM:
            _complain(f"unexpected {type(error).__name__}: {error}{details()}")
        else:
            where = f" to {error.filename}" if error.filename else ""
            _complain(f"cannot write{where}: {error.strerror}; make room on that disk")
        return EXIT_FAILURE
    except Exception as error:
        # Not imported here: commands without a database answer sooner.
        psycopg = sys.modules.get("psycopg")
        if psycopg is not None and isinstance(error, psycopg.Error):
            _complain(f"PostgreSQL refused: {str(error).splitlines()[0]}")
            return EXIT_FAILURE
        _complain(f"unexpected {type(error).__name__}: {error}{details()}")
        return EXIT_FAILURE
    finally:
        logging.disable(former)


def url(text: str) -> str:
    """An argument that is the URL of an HTTP source. Raises ArgumentTypeError."""
    try:
        return base_url(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _complain(sentence: str) -> None:
    sys.stderr.write(f"elt: {sentence}\n")


def _version() -> str:
    try:
        return version("elt")
    except PackageNotFoundError:
        return "(not installed)"


def command_name() -> str:
    """How the `elt` of this environment is called from the current folder."""
    script = Path(sys.executable).with_name("elt")
    found = shutil.which("elt")
    if found is not None and Path(found).resolve() == script.resolve():
        return "elt"
    with suppress(ValueError):
        return str(script.relative_to(Path.cwd()))
    return str(script)
