"""Numbers that the environment sets, read when they are needed, and their limits."""

from __future__ import annotations

import math
import os

MOST_RETRIES = 10
"""What ELT_TASK_RETRIES may be, at most: ``retries`` of all tasks of ours."""


def number(name: str, default: float, *, most: float = math.inf) -> float:
    """The number that the variable ``name`` sets, from 0 to ``most``; ``default`` if it is empty.

    Raises ValueError for anything else.
    """
    text = os.environ.get(name, "").strip()
    try:
        value = float(text) if text else default
    except ValueError:
        raise ValueError(f"{name} is not a number: {text!r}") from None
    if not 0 <= value <= most or not math.isfinite(value):
        limit = "" if most == math.inf else f" to {most:g}"
        raise ValueError(f"{name} must be a number from 0{limit}, not {text!r}")
    return value
