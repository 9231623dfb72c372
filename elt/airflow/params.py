"""Parameters of a run: what each takes, in words, and why a value is refused.

The words are made of the parameter's JSON schema, once, for the form in Airflow's UI and for the
errors of `elt run`: so what is said is what is checked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]
"""The JSON schema of a parameter, as Airflow's ``Param`` has it."""

_SHOWN = 60
"""Characters of a refused value that an error shows."""
_CLASS = re.compile(r"\^?\[([^\]^][^\]]*)\](?:\{(\d+)(?:(,)(\d*))?\}|([+*]))\$?")
_RANGE = re.compile(r"(.-.)|\\?(.)")
_FORMATS = {
    "date": "a date like 2026-01-31",
    "date-time": "a moment like 2026-01-31T06:00:00Z",
    "time": "a time of day like 06:00:00Z",
}


def takes(schema: Schema) -> str:
    """What a parameter of ``schema`` takes.

    >>> takes({"type": "integer", "minimum": 1, "maximum": 1_000_000})
    'a whole number from 1 to 1,000,000'
    >>> takes({"type": ["null", "string"], "pattern": "^[A-Za-z0-9_.-]{1,64}$"})
    'text of 1 to 64 characters out of A-Z a-z 0-9 _ . -, or nothing'
    """
    kinds = schema.get("type", ())
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    said = [_takes(kind, schema) for kind in kinds if kind != "null"]
    if schema.get("enum"):
        said = [f"one of {_listed(schema['enum'])}"]
    if "null" in kinds:
        said.append("nothing")
    return ", or ".join(said) or "any value"


def described(description: str | None, schema: Schema) -> str:
    """The help of a form's field: what the parameter means, then what it takes."""
    if not schema.get("type") and not schema.get("enum"):
        return description or ""
    return f"{description or ''} Takes {takes(schema)}.".lstrip()


def refused(pipeline: str, schemas: Mapping[str, Schema], values: Mapping[str, object]) -> str:
    """Why a run of ``pipeline`` cannot have these ``values``, in one line; empty if it can."""
    if not values:
        return ""
    if lacking := [name for name in values if name not in schemas]:
        noun = "parameter" if len(lacking) == 1 else "parameters"
        known = ", ".join(schemas) or "none"
        return f"{pipeline} has no {noun} {', '.join(lacking)}; it has: {known}"
    faults = (_fault(name, value, schemas[name]) for name, value in values.items())
    said = "; ".join(filter(None, faults))
    return f"{pipeline} refuses these parameters: {said}" if said else ""


def _fault(name: str, value: object, schema: Schema) -> str:
    # Not imported by a parse of the DAGs, nor by commands that check nothing.
    import jsonschema

    try:
        # As Airflow does.
        jsonschema.validate(value, schema, format_checker=jsonschema.FormatChecker())
    except jsonschema.ValidationError:
        shown = json.dumps(value, ensure_ascii=False)
        shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
        return f"{name} is {shown}, but takes {takes(schema)}"
    except jsonschema.SchemaError as error:
        return f"the schema of {name} is invalid: {error.message}"
    return ""


def _takes(kind: str, schema: Schema) -> str:
    match kind:
        case "integer":
            return f"a whole number{_between(schema, 'minimum', 'maximum')}"
        case "number":
            return f"a number{_between(schema, 'minimum', 'maximum')}"
        case "boolean":
            return "true or false"
        case "array":
            items = schema.get("items") or {}
            length = _between(schema, "minItems", "maxItems")
            each = (
                f" of {_listed(items['enum'])}" if items.get("enum") else f", each {takes(items)}"
            )
            return f"a list{f' with{length} values' if length else ''}{each}"
        case "object":
            return "a JSON object"
        case "string":
            return _takes_text(schema)
    return f"a value of type {kind}"


def _takes_text(schema: Schema) -> str:
    if known := _FORMATS.get(schema.get("format", "")):
        return known
    pattern = schema.get("pattern")
    if pattern is None:
        length = _between(schema, "minLength", "maxLength")
        return f"text{f' of{length} characters' if length else ''}"
    if not (simple := _CLASS.fullmatch(pattern)):
        return f"text that matches {pattern}"
    characters, least, comma, most, repeated = simple.groups()
    if repeated:
        count = "at least one character" if repeated == "+" else "characters"
    elif comma:
        count = f"{least} to {most} characters" if most else f"at least {least} characters"
    else:
        count = f"{least} characters"
    allowed = " ".join("".join(found) for found in _RANGE.findall(characters))
    return f"text of {count} out of {allowed}"


def _between(schema: Schema, least: str, most: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if low is not None and high is not None:
        return f" from {low:,} to {high:,}"
    if low is not None:
        return f" from {low:,} on"
    return "" if high is None else f" up to {high:,}"


def _listed(values: Any) -> str:
    return ", ".join(value if isinstance(value, str) else json.dumps(value) for value in values)
