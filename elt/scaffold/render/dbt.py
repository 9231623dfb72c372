"""The dbt files: source, staging model, keyed mart, rejected records, each with its YAML."""

from __future__ import annotations

from elt.scaffold.field_types import FIELD_TYPES
from elt.scaffold.plan import Column, Plan
from elt.scaffold.render import unit_test
from elt.scaffold.render.literals import jinja, jinja_path, pieces, shown_path
from elt.scaffold.render.template import fill

_WIDTH = 80
_MANY = 100
"""Columns from which on sqlfluff has to be told that a model is as long as it is on purpose."""


def sources(plan: Plan) -> str:
    """The dbt source of the raw table."""
    return fill(
        "sources.yml",
        source=plan.source.name,
        table=plan.source.table,
        host=plan.target.host[:60] or "the source",
        redacted=", apart from declared redactions" if plan.source.redact else "",
    )


def staging(plan: Plan) -> str:
    """The staging model: every field, typed and named."""
    source, table = jinja(plan.source.name), jinja(plan.source.table)
    key = [f"key={jinja(plan.key.name)}"] if plan.key is not None else []
    fields = ["'source'", "'record'", "fields"]
    if plan.key is not None:
        fields.append(f"required=[{_long(plan.key.path, _WIDTH - 20)}]")
    return fill(
        "staging.sql",
        staging_model=_call("staging_model", [table, *key]),
        limit="-- sqlfluff:max_parse_nodes:0\n" if len(plan.columns) > _MANY else "",
        fields="\n".join(line for column in plan.columns for line in _field(column)),
        records=_call("records_to_type", [source, table], indent=4),
        from_json=_call("from_json", [*fields, "kept=['load_period']"], indent=4),
    )


def staging_yaml(plan: Plan) -> str:
    """Columns, tests and a unit test of the staging model."""
    columns = "\n".join(
        f"      - name: {column.name}\n        description: {_description(column)}"
        for column in plan.columns
    )
    return fill(
        "staging.yml",
        source=plan.source.name,
        staging=plan.staging,
        words=_words(plan),
        rejected=plan.rejected,
        columns=columns,
        unit_tests=unit_test.unit_tests(plan),
    )


def mart(plan: Plan) -> str:
    """The keyed mart."""
    staging, key = jinja(plan.staging), f"key={jinja(_key(plan).name)}"
    return fill(
        "mart.sql",
        keyed_mart=_call("keyed_mart", [staging, key]),
        latest_per_key=_call("latest_per_key", [f"ref({staging})", key], indent=4),
        columns=_selected(plan),
    )


def mart_yaml(plan: Plan) -> str:
    """Contract and tests of the keyed mart."""
    columns = "\n".join(_contracted(plan, column) for column in _in_order(plan))
    return fill(
        "mart.yml",
        mart=plan.mart or "",
        words=_words(plan).capitalize(),
        key=_key(plan).name,
        source=plan.source.name,
        table=plan.source.table,
        columns=columns,
    )


def rejected(plan: Plan) -> str:
    """The view of the records that were rejected, or lost a field."""
    return fill("rejected.sql", rejected_of=_call("rejected_of", [jinja(plan.staging)]))


def rejected_yaml(plan: Plan) -> str:
    """Contract and tests of that view."""
    return fill(
        "rejected.yml",
        rejected=plan.rejected,
        table=plan.source.table,
        source=plan.source.name,
    )


def _call(macro: str, arguments: list[str], indent: int = 0) -> str:
    """A call of a macro: on a line, or with its arguments on one, or on one each."""
    margin = " " * indent
    whole = f"{margin}{{{{ {macro}({', '.join(arguments)}) }}}}"
    inner = f"{margin}    {', '.join(arguments)}"
    if "\n" in inner or len(inner) > _WIDTH:
        inner = ",\n".join(f"{margin}    {argument}" for argument in arguments)
    elif len(whole) <= _WIDTH:
        return whole
    return f"{margin}{{{{ {macro}(\n{inner}\n{margin}) }}}}"


def _words(plan: Plan) -> str:
    return plan.source.entity.replace("_", " ")


def _key(plan: Plan) -> Column:
    if plan.key is None:
        raise ValueError("a mart without a key")
    return plan.key


def _field(column: Column) -> list[str]:
    line = f"    ({jinja(column.name)}, {jinja_path(column.path)}, {jinja(column.type)}),"
    if len(line) <= _WIDTH:
        return [line]
    return [
        "    (",
        f"        {jinja(column.name)},",
        f"        {_long(column.path, _WIDTH - 9)},",
        f"        {jinja(column.type)},",
        "    ),",
    ]


def _long(path: tuple[str, ...], room: int) -> str:
    """A path, over several lines where there is no room for it on one."""
    one_line = jinja_path(path)
    if len(one_line) <= room:
        return one_line
    names = ["\n            ~ ".join(pieces(name, _WIDTH - 15, jinja)) for name in path]
    return "[\n            " + ",\n            ".join(names) + ",\n        ]"


def _description(column: Column) -> str:
    said = f"As the source sends it ({shown_path(column.path, column.number)})"
    return f"{said}, UTC." if column.type == "timestamptz" else f"{said}."


def _in_order(plan: Plan) -> list[Column | None]:
    """The mart's columns; None stands for the hash, which comes after the strings."""
    ordered: list[Column | None] = []
    before = [column for column in plan.columns if column.group in ("ids", "strings")]
    after = [column for column in plan.columns if column.group not in ("ids", "strings")]
    if plan.key is not None and plan.key not in before:
        after.remove(plan.key)
        before.insert(0, plan.key)
    ordered += [*before, None, *after]
    return ordered


def _selected(plan: Plan) -> str:
    lines: list[str] = []
    shown = None
    for column in _in_order(plan):
        group = "strings" if column is None else "ids" if column is plan.key else column.group
        if group != shown:
            lines += ([""] if lines else []) + [f"        -- {group}"]
            shown = group
        lines.append(f"        {column.name if column else 'row_hash'},")
    lines += [
        "",
        "        -- the load the row came with",
        "        load_id,",
        "        load_period",
    ]
    return "\n".join(lines)


def _contracted(plan: Plan, column: Column | None) -> str:
    if column is None:
        hashed = "\n".join(f"                  - {_hashed(one)}" for one in plan.columns)
        return f"""\
      - name: row_hash
        data_type: text
        description: >
          MD5 of the content; tells a changed row from one that stayed.
        data_tests:
          - not_null
          - row_hash_of:
              arguments:
                columns:
{hashed}"""
    text = f"""\
      - name: {column.name}
        data_type: {FIELD_TYPES[column.type].data_type}
        description: {_description(column)}"""
    if column is not plan.key:
        return text
    return f"""\
{text}
        constraints:
          - type: not_null
          - type: primary_key
        data_tests:
          - not_null
          - unique"""


def _hashed(column: Column) -> str:
    hashed_as = FIELD_TYPES[column.type].hashed_as
    return f"{{{hashed_as}: {column.name}}}" if hashed_as else column.name
