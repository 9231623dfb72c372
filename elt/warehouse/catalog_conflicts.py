"""Statements on the database's catalogue that others may be changing at the same moment."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from psycopg import errors

_Parameters = ParamSpec("_Parameters")
_Result = TypeVar("_Result")

_ATTEMPTS = 10
_PAUSE_SECONDS = 0.1
_WORDS = "concurrently"
"""`tuple concurrently updated` and `… deleted` have no code but XX000, an internal error."""
_CONFLICTS = (
    errors.DeadlockDetected,
    # Somebody else has just made it, or removed it.
    errors.DuplicateDatabase,
    errors.DuplicateObject,
    errors.DuplicateSchema,
    errors.UndefinedTable,
    errors.UniqueViolation,
)


def repeated(function: Callable[_Parameters, _Result]) -> Callable[_Parameters, _Result]:
    """Call the function again where it fails on what others change in the catalogue meanwhile.

    For functions that may be repeated. `grant` and `revoke` take no lock on the row of the
    catalogue that they change: of two at once, one fails.
    """

    @functools.wraps(function)
    def call(*arguments: _Parameters.args, **named: _Parameters.kwargs) -> _Result:
        for attempt in range(1, _ATTEMPTS):
            try:
                return function(*arguments, **named)
            except errors.InternalError_ as error:
                if _WORDS not in str(error):
                    raise
            except _CONFLICTS:
                pass
            time.sleep(_PAUSE_SECONDS * attempt)
        return function(*arguments, **named)

    return call
