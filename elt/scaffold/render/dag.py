"""The DAG file: the declaration of the source, and the pipeline that is made of it."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any

from elt.scaffold.plan import Plan
from elt.scaffold.render.literals import pieces, python, template, template_pieces
from elt.source import SinglePage, Source
from elt.source.pagination import Header
from elt.source.query import Params

_WIDTH = 100
LIMIT: Mapping[str, Any] = {"type": "integer", "minimum": 1, "title": "Records"}
"""The parameter for how many records of an endless source a run loads, as JSON schema."""
_DECLARED = (
    "name",
    "entity",
    "conn_id",
    "endpoint",
    "params",
    "format",
    "records_path",
    "key",
    "redact",
    "from_response",
    "pagination",
    "period",
    "rejected_share",
    "open_questions",
)


def dag(plan: Plan) -> str:
    """The text of `dags/<source>.py`."""
    source = plan.source
    used = set() if source.pagination == SinglePage() else {type(source.pagination).__name__}
    if source.pagination.headers():
        used.add("Header")
    imported = ", ".join(sorted({*used, "Source"}))
    lines = [
        f'"""{_title(plan)}"""',
        "",
        *(["from airflow.sdk import Param", ""] if plan.limit is not None else []),
        "from elt.pipeline import pipeline",
        f"from elt.source import {imported}",
        "",
        "source = Source(",
        *_arguments(plan),
        ")",
        "",
        *_pipeline(plan),
    ]
    return "\n".join(lines) + "\n"


def _pipeline(plan: Plan) -> list[str]:
    arguments = [
        "source",
        f"dag_id={python(plan.source.name)}",
        f"marts=[{', '.join(map(python, plan.marts))}]",
        *_limit(plan),
        "doc=__doc__",
    ]
    one_line = f"dag = pipeline({', '.join(arguments)})"
    if len(one_line) <= _WIDTH and plan.limit is None:
        return [one_line]
    lines = [f"    {argument}," for argument in arguments]
    if len(lines[2]) > _WIDTH:
        models = [f"        {python(model)}," for model in plan.marts]
        lines[2:3] = ["    marts=[", *models, "    ],"]
    return ["dag = pipeline(", *lines, ")"]


def _limit(plan: Plan) -> list[str]:
    """How many records a run loads, which the form in Airflow's UI asks for."""
    if plan.limit is None:
        return []
    schema = ", ".join(f"{name}={value!r}" for name, value in LIMIT.items()).replace("'", '"')
    return [
        'limit="{{ params.records | int }}"',
        f'params={{"records": Param({plan.limit}, {schema})}}',
    ]


def _title(plan: Plan) -> str:
    words = plan.source.entity.replace("_", " ").capitalize()
    into = plan.mart or plan.staging
    host = plan.target.host[:60]
    # Airflow passes over DAG files that do not have its name.
    ending = f"by Airflow each day, into `analytics.{into}`."
    titles = (f"{words} of {host}, {ending}", f"{words}, {ending}", f"Loaded {ending}")
    return next(title for title in titles if len(title) <= _WIDTH - 6)


def _arguments(plan: Plan) -> list[str]:
    source = plan.source
    lines: list[str] = []
    noted = "endpoint" if source.endpoint != plan.target.path or not source.params else "params"
    for name in _DECLARED:
        value = getattr(source, name)
        if name != "rejected_share" and value == Source.model_fields[name].default:
            continue
        if name == noted:
            lines += [line for note in plan.dates.notes for line in _comment(f"{note}.")]
        if name == "endpoint":
            lines += _templated("endpoint=", value, 4)
        elif name == "params":
            lines += _mapping(name, value)
        elif name == "pagination":
            lines += _call(name, value)
        elif name == "records_path" and isinstance(value, tuple):
            lines += _value(f"{name}=", list(value), 4)
        else:
            lines += _value(f"{name}=", value, 4)
    return lines


def _comment(text: str) -> list[str]:
    return textwrap.wrap(
        text[:1].upper() + text[1:],
        _WIDTH,
        initial_indent="    # ",
        subsequent_indent="    # ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _value(begin: str, value: Any, indent: int) -> list[str]:
    """``begin`` and a literal, over several lines where it is long."""
    margin = " " * indent
    line = f"{margin}{begin}{_literal(value)},"
    if len(line) <= _WIDTH:
        return [line]
    inner: list[str] = []
    if isinstance(value, str):
        inner = _pieces(value, indent + 4)
        opening, closing = "(", ")"
    elif isinstance(value, Mapping):
        opening, closing = "{", "}"
        for name, below in value.items():
            inner += _value(f"{python(name)}: ", _inner(below), indent + 4)
    elif isinstance(value, list | tuple):
        opening, closing = ("[", "]") if isinstance(value, list) else ("(", ")")
        for below in value:
            inner += _value("", _inner(below), indent + 4)
    elif isinstance(value, Header):
        opening, closing = "Header(", ")"
        inner = _value("name=", value.name, indent + 4)
    else:
        return [line]
    return [f"{margin}{begin}{opening}", *inner, f"{margin}{closing},"]


def _literal(value: Any) -> str:
    """A value as Python has it on one line."""
    if isinstance(value, str):
        return python(value)
    if isinstance(value, Header):
        return f"Header(name={python(value.name)})"
    if isinstance(value, Mapping):
        pairs = (f"{python(name)}: {_literal(_inner(below))}" for name, below in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        inner = ", ".join(_literal(_inner(below)) for below in value)
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner}{',' if len(value) == 1 else ''})"
    return repr(value)


def _inner(value: Any) -> Any:
    """A place within a tuple or a dictionary as the list that it is to people."""
    return list(value) if isinstance(value, tuple) else value


def _templated(begin: str, text: str, indent: int) -> list[str]:
    """``begin`` and a string that may have templates."""
    margin = " " * indent
    line = f"{margin}{begin}{template(text)},"
    if len(line) <= _WIDTH:
        return [line]
    literals = template_pieces(text, _WIDTH - indent - 4)
    return [f"{margin}{begin}(", *(f"{margin}    {literal}" for literal in literals), f"{margin}),"]


def _pieces(text: str, indent: int) -> list[str]:
    margin = " " * indent
    return [f"{margin}{piece}" for piece in pieces(text, _WIDTH - indent, python)]


def _mapping(field: str, values: Params) -> list[str]:
    pairs = ", ".join(
        f"{python(name)}: {template(value) if isinstance(value, str) else _literal(list(value))}"
        for name, value in values.items()
    )
    one_line = f"    {field}={{{pairs}}},"
    if len(one_line) <= _WIDTH:
        return [one_line]
    lines: list[str] = []
    for name, value in values.items():
        begin = f"{python(name)}: "
        if isinstance(value, str):
            lines += _templated(begin, value, 8)
        else:
            lines += _value(begin, list(value), 8)
    return [f"    {field}={{", *lines, "    },"]


def _call(name: str, model: Any) -> list[str]:
    """A pagination, with what is not its default."""
    given = [
        (field, list(value) if isinstance(value, tuple) else value)
        for field in type(model).model_fields
        if (value := getattr(model, field)) != type(model).model_fields[field].default
    ]
    # What a strategy asks for comes first, as one would write it.
    given.sort(key=lambda pair: pair[0] not in type(model).__annotations__)
    texts = [f"{field}={_literal(value)}" for field, value in given]
    one_line = f"    {name}={type(model).__name__}({', '.join(texts)}),"
    if len(one_line) <= _WIDTH:
        return [one_line]
    lines = [f"    {name}={type(model).__name__}("]
    for field, value in given:
        lines += _value(f"{field}=", value, 8)
    return [*lines, "    ),"]
