"""A dbt unit test of the staging model: a record like one that was seen, and what becomes of it.

Its values are cut short and rid of characters that YAML, Jinja or SQL have a use for; the record as
it came is in the fixture.
"""

from __future__ import annotations

import json as json_module
import re
from typing import Any

from elt.scaffold import json_text
from elt.scaffold.infer.secrets import hide
from elt.scaffold.json_text import Number
from elt.scaffold.plan import Column, Plan
from elt.scaffold.render import literals
from elt.scaffold.render.template import fill
from elt.scaffold.sample import objects

_LONGEST = 40
_LONGEST_JSON = 60
_LONGEST_NUMBER = 30
_WIDTH = 96
_ODD = re.compile(r"[^\w .,:/@+&=?-]")
_PLAIN = re.compile(r"-?(0|[1-9][0-9]{0,14})([.][0-9]{1,14})?")
_BOOLEANS = {"true": True, "false": False}


def unit_tests(plan: Plan) -> str:
    """The YAML of the unit tests."""
    seen = max(objects(plan.page.records), key=lambda record: _filled(plan, record))
    seen = hide(seen, plan.secrets)
    record: dict[str, Any] = {}
    expected = []
    for column in plan.columns:
        given, value = _given(column, _at(seen, column.path))
        _put(record, column.path, given)
        if value is not None:
            expected.append(f"          {column.name}: {value}")
    faulty, reasons = _faulty(plan)
    return fill(
        "unit_tests.yml",
        source=plan.source.name,
        table=plan.source.table,
        staging=plan.staging,
        record=_json(record, 14),
        rows="\n".join(expected),
        words=", and what has no key" if faulty else "",
        faulty=faulty,
        reasons=reasons,
    )


def _faulty(plan: Plan) -> tuple[str, str]:
    """A record without a key, and why it is rejected."""
    if plan.key is None:
        return "", ""
    reason = _expected_text(".".join(plan.key.path) + ": missing")
    if reason is None:
        return "", ""
    return (
        ",\n              (2, '{}'::jsonb)",
        f"\n        - record_no: 2\n          rejection_reason: {reason}",
    )


def _filled(plan: Plan, record: dict[str, Any]) -> int:
    return sum(_at(record, column.path) is not None for column in plan.columns)


def _at(record: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        record = record.get(name) if isinstance(record, dict) else None
    return record


def _put(record: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    *parents, leaf = path
    for name in parents:
        record = record.setdefault(name, {})
    record[leaf] = value


def _given(column: Column, value: Any) -> tuple[Any, str | None]:
    """A value for the record, and what the column is then, as YAML; None: let it be."""
    if value is None:
        return None, "null"
    if column.type == "jsonb":
        small = _small(value)
        return small, _quoted(json_text.dump(small).decode())
    if isinstance(value, bool):
        return value, ("true" if value else "false") if column.type == "boolean" else (
            '"true"' if value else '"false"'
        )
    if isinstance(value, Number):
        number = value if len(value) <= _LONGEST_NUMBER else Number("1")
        if column.type in ("integer", "bigint"):
            return number, str(number)
        # As text: YAML would read some other number out of it.
        is_same = column.type == "numeric" or _PLAIN.fullmatch(number)
        return number, f'"{number}"' if is_same else None
    if column.type == "boolean":
        return value, str(_BOOLEANS[value]).lower()
    if column.type == "text":
        room = _WIDTH - len(column.name) - 14
        text = _ODD.sub("_", value)[: min(_LONGEST, room)]
        return text, _quoted(text)
    if column.type in ("integer", "bigint"):
        return value, str(value)
    if column.type == "numeric_comma":
        return value, f'"{value.replace(",", ".")}"'
    if column.type == "date_dmy":
        return value, f'"{value[6:]}-{value[3:5]}-{value[:2]}"'
    return value, _quoted(value)


def _small(value: Any) -> Any:
    """A list or an object with the little of it that fits a line."""
    for size in (3, 2, 1, 0):
        small = _cut(value, size)
        if len(json_text.dump(small)) <= _LONGEST_JSON:
            return small
    return [] if isinstance(value, list) else {}


def _cut(value: Any, size: int) -> Any:
    if isinstance(value, list):
        return [_cut(item, size - 1) for item in value[:size]]
    if isinstance(value, dict):
        harmless = [name for name in value if re.fullmatch(r"[A-Za-z0-9_-]{1,20}", name)]
        return {name: _cut(value[name], size - 1) for name in harmless[:size]}
    if isinstance(value, Number):
        return value if _PLAIN.fullmatch(value) else Number("1")
    return re.sub(r"[^A-Za-z0-9_ .:/-]", "_", value)[:_LONGEST] if isinstance(value, str) else value


def _expected_text(text: str) -> str | None:
    return None if _ODD.search(text) or len(text) > 60 else _quoted(text)


def _quoted(text: str) -> str:
    return json_module.dumps(text, ensure_ascii=False)


def _json(value: Any, indent: int) -> str:
    """``value`` as JSON whose lines are short, or cannot be broken."""
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return json_text.dump(value).decode()
    if not isinstance(value, dict):
        return json_module.dumps(value)
    if not value:
        return "{}"
    margin = " " * (indent + 2)
    pairs = []
    for name, below in value.items():
        key, text = _string(name, is_name=True), _json(below, indent + 2)
        begin = text.partition("\n")[0]
        gap = " " if len(key) + len(begin) + indent + 4 <= _WIDTH else f"\n{margin}"
        pairs.append(f"{margin}{key}:{gap}{text}")
    return "{\n" + ",\n".join(pairs) + f"\n{' ' * indent}}}"


def _string(text: str, *, is_name: bool = False) -> str:
    if not is_name and not _ODD.search(text):
        return f'"{text}"'
    written = literals.json(text)
    return written if len(written) <= 60 else literals.json(text, blanks=False)
