"""JSON as Python values in which nothing of a number is lost, and back as text."""

from __future__ import annotations

import json
from typing import Any

import msgspec


class Number(str):
    """A JSON number, as its text."""

    __slots__ = ()


def parse(text: bytes) -> Any:
    """The value of a JSON text, with `Number` for numbers. Raises ValueError where it is none.

    >>> parse(b'{"price": 1.50}')
    {'price': '1.50'}
    """
    try:
        return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def dump(value: Any) -> bytes:
    """What `parse` was given, without blanks; its numbers to the last digit."""
    return msgspec.json.encode(_raw(value))


def _raw(value: Any) -> Any:
    if isinstance(value, Number):
        return msgspec.Raw(value.encode())
    if isinstance(value, dict):
        return {name: _raw(below) for name, below in value.items()}
    if isinstance(value, list):
        return [_raw(below) for below in value]
    return value


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is not JSON")
