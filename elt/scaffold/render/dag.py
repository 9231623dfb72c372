"""The DAG file: the declaration of the source, and the pipeline that is made of it."""

from __future__ import annotations

from typing import Any

from elt.scaffold.plan import Plan
from elt.scaffold.render.literals import pieces, python
from elt.source import SinglePage, Source

_WIDTH = 100
_DECLARED = (
    "name",
    "entity",
    "conn_id",
    "endpoint",
    "params",
    "format",
    "records",
    "key",
    "redact",
    "pagination",
    "rejected_share",
)


def dag(plan: Plan) -> str:
    """The text of `dags/<source>.py`."""
    source = plan.source
    used = set() if source.pagination == SinglePage() else {type(source.pagination).__name__}
    imported = ", ".join(sorted({*used, "Source"}))
    lines = [
        f'"""{_title(plan)}"""',
        "",
        "from elt.pipeline import pipeline",
        f"from elt.source import {imported}",
        "",
        "source = Source(",
        *_arguments(source),
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
        "doc=__doc__",
    ]
    one_line = f"dag = pipeline({', '.join(arguments)})"
    if len(one_line) <= _WIDTH:
        return [one_line]
    lines = [f"    {argument}," for argument in arguments]
    if len(lines[2]) > _WIDTH:
        models = [f"        {python(model)}," for model in plan.marts]
        lines[2:3] = ["    marts=[", *models, "    ],"]
    return ["dag = pipeline(", *lines, ")"]


def _title(plan: Plan) -> str:
    words = plan.source.entity.replace("_", " ").capitalize()
    into = plan.mart or plan.staging
    host = plan.target.host[:60]
    # Airflow passes over DAG files that do not have its name.
    ending = f"by Airflow each day, into `analytics.{into}`."
    titles = (f"{words} of {host}, {ending}", f"{words}, {ending}", f"Loaded {ending}")
    return next(title for title in titles if len(title) <= _WIDTH - 6)


def _arguments(source: Source) -> list[str]:
    lines: list[str] = []
    for name in _DECLARED:
        value = getattr(source, name)
        if name != "rejected_share" and value == Source.model_fields[name].default:
            continue
        if isinstance(value, str):
            lines += _string(f"{name}=", value, 4)
        elif isinstance(value, dict):
            lines += _params(value)
        elif isinstance(value, tuple):
            lines += _redact(value)
        elif name == "pagination":
            lines += _call(name, value)
        else:
            lines.append(f"    {name}={value!r},")
    return lines


def _string(begin: str, text: str, indent: int) -> list[str]:
    """``begin`` and a string, over several lines where it is long."""
    margin = " " * indent
    line = f"{margin}{begin}{python(text)},"
    if len(line) <= _WIDTH:
        return [line]
    return [f"{margin}{begin}(", *_pieces(text, indent + 4), f"{margin}),"]


def _pieces(text: str, indent: int) -> list[str]:
    margin = " " * indent
    return [f"{margin}{piece}" for piece in pieces(text, _WIDTH - indent, python)]


def _params(params: dict[str, str]) -> list[str]:
    pairs = ", ".join(f"{python(name)}: {python(value)}" for name, value in params.items())
    one_line = f"    params={{{pairs}}},"
    if len(one_line) <= _WIDTH:
        return [one_line]
    lines = [line for pair in params.items() for line in _pair(*pair)]
    return ["    params={", *lines, "    },"]


def _pair(name: str, value: str) -> list[str]:
    line = f"        {python(name)}: {python(value)},"
    if len(line) <= _WIDTH:
        return [line]
    return [f"        {python(name)}: (", *_pieces(value, 12), "        ),"]


def _redact(paths: tuple[str, ...]) -> list[str]:
    one_line = f"    redact=({', '.join(map(python, paths))}{',' if len(paths) == 1 else ''}),"
    if len(one_line) <= _WIDTH:
        return [one_line]
    return ["    redact=(", *(line for path in paths for line in _string("", path, 8)), "    ),"]


def _call(name: str, model: Any) -> list[str]:
    """A pagination, with what is not its default."""
    given = [
        (field, value)
        for field in type(model).model_fields
        if (value := getattr(model, field)) != type(model).model_fields[field].default
    ]
    # What a strategy asks for comes first, as one would write it.
    given.sort(key=lambda pair: pair[0] == "total")
    texts = [
        f"{field}={python(value) if isinstance(value, str) else repr(value)}"
        for field, value in given
    ]
    one_line = f"    {name}={type(model).__name__}({', '.join(texts)}),"
    if len(one_line) <= _WIDTH:
        return [one_line]
    lines = [f"    {name}={type(model).__name__}("]
    for field, value in given:
        if isinstance(value, str):
            lines += _string(f"{field}=", value, 8)
        else:
            lines.append(f"        {field}={value!r},")
    return [*lines, "    ),"]
