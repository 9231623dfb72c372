"""What the `elt` command fails with: sentences for the person at the terminal."""

from __future__ import annotations

EXIT_FAILURE = 1
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130


class StackError(Exception):
    """Something the embedded stack cannot do; the message says what, where and what to do."""

    exit_code = EXIT_FAILURE


class UsageError(StackError):
    """The command was called in a way it does not understand."""

    exit_code = EXIT_USAGE
