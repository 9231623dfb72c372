"""What a jsonb column does not take, as text."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

DEEPEST = 500
"""Levels of nesting; far below what exhausts the stack of PostgreSQL or of any Python."""
# PostgreSQL's numeric: 131,072 digits before the point, 16,383 after it.
_WIDEST, _FINEST = 131_071, -16_383


def storable(record: bytes) -> bytes:
    """``record`` if a jsonb column takes it, else a JSON string that holds its text.

    jsonb has no place for U+0000, lone surrogates, bytes that are not UTF-8, and numbers beyond
    numeric, and no stack for very deep nesting. Such a record is kept whole, as text, and staging
    rejects it: "not an object".
    """
    try:
        text = record.decode()
        value = json.loads(text, parse_float=_number, parse_int=_integer, parse_constant=_not_json)
        _check_storable(value)
    except (ValueError, RecursionError, ArithmeticError):
        return json.dumps(record.decode(errors="backslashreplace")).encode()
    return record


def _number(text: str) -> str:
    size = Decimal(text)
    exponent = size.as_tuple().exponent
    if size.adjusted() > _WIDEST or (isinstance(exponent, int) and exponent < _FINEST):
        raise ValueError("beyond numeric")
    return text


def _integer(text: str) -> str:
    if len(text) > _WIDEST and len(text.lstrip("-")) > _WIDEST + 1:
        raise ValueError("beyond numeric")
    return text


def _not_json(text: str) -> Any:
    raise ValueError(text)


def _check_storable(value: Any) -> None:
    todo = [(value, 0)]
    while todo:
        value, depth = todo.pop()
        if isinstance(value, str):
            value.encode()  # raises ValueError for a lone surrogate
            if "\0" in value:
                raise ValueError("U+0000")
        elif depth > DEEPEST:
            raise ValueError("too deep")
        elif isinstance(value, dict):
            todo += [(below, depth + 1) for pair in value.items() for below in pair]
        elif isinstance(value, list):
            todo += [(below, depth + 1) for below in value]
