"""The SQL of the dbt project has only what Greenplum 6 understands, which is PostgreSQL 9.4's.

No Greenplum can be had here. So dbt runs with the target `greenplum` on a PostgreSQL that passes
for one: what a statement says of distribution is taken out just before it is sent, and what dbt
meant to send is looked at, whole runs of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from elt import warehouse as names
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.integration.conftest import Dbt
from tests.integration.test_locations_models import location
from tests.integration.test_rates_models import TABLES, Raw, messages, rate, read

USERS, RATES, LOCATIONS = TABLES
DAYS = ["2026-11-01", "2026-11-02", "2026-11-03"]

FORBIDDEN = {
    "on conflict": r"\bon conflict\b",
    "merge": r"\bmerge into\b",
    "a CTE that writes": r"\bas (not materialized |materialized )?\( (insert|update|delete)\b",
    "materialized CTE": r"\bas (not )?materialized \(",
    "materialized view": r"\bmaterialized view\b",
    "identity or generated column": r"\bgenerated (always|by default)\b",
    "if not exists of an index": r"\bindex (concurrently )?if not exists\b",
    "if not exists of a column": r"\badd column if not exists\b",
    "jsonb minus path": r" #- ",
    "jsonpath": r" (@\?|@@) ",
    "trusted null comparison": r"\bnulls not distinct\b",
}
"""By what it is called, as it looks in `plain` SQL."""

# Of PostgreSQL 9.4; what is not here is looked up in its manual before it is added.
FUNCTIONS = frozenset(
    {
        "abs",
        "aclexplode",
        "array_agg",
        "array_length",
        "array_to_string",
        "avg",
        "cast",
        "clock_timestamp",
        "coalesce",
        "concat_ws",
        "count",
        "current_database",
        "current_setting",
        "date_trunc",
        "extract",
        "first_value",
        "format",
        "format_type",
        "generate_series",
        "greatest",
        "hashtext",
        "json_agg",
        "json_build_object",
        "jsonb_array_elements",
        "jsonb_array_length",
        "jsonb_each",
        "ascii",
        "jsonb_to_record",
        "jsonb_typeof",
        "lag",
        "lead",
        "least",
        "left",
        "length",
        "lower",
        "max",
        "md5",
        "min",
        "now",
        "nullif",
        "pg_advisory_xact_lock",
        "pg_backend_pid",
        "pg_describe_object",
        "pg_get_constraintdef",
        "pg_get_indexdef",
        "pg_get_userbyid",
        "pg_get_viewdef",
        "pg_has_role",
        "pg_sleep",
        "pg_try_advisory_xact_lock",
        "pg_try_advisory_xact_lock_shared",
        "quote_ident",
        "rank",
        "replace",
        "right",
        "round",
        "row",
        "row_number",
        "set_config",
        "split_part",
        "substr",
        "sum",
        "to_char",
        "to_regclass",
        "to_regprocedure",
        "trim",
        "upper",
    }
)
# After which a parenthesis calls no function.
KEYWORDS = frozenset(
    {
        "all",
        "and",
        "any",
        "array",
        "as",
        "by",
        "conflict",
        "distinct",
        "else",
        "except",
        "exists",
        "filter",
        "from",
        "in",
        "inner",
        "is",
        "join",
        "key",
        "lateral",
        "like",
        "not",
        "on",
        "or",
        "over",
        "select",
        "then",
        "union",
        "using",
        "values",
        "when",
        "where",
        "with",
    }
)
TYPED = frozenset({"date", "interval", "timestamp", "timestamptz"})
"""What may stand before a literal in place of a cast after it."""

DBTS_OWN = re.compile(
    r" from (pg_tables|pg_class as dependent_class|(\S+ \. )?information_schema \. columns) "
)
"""What dbt asks the catalogue, which has been seen to work."""

_TOKEN = re.compile(
    r"""
      (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<blank> \s+ )
    | (?P<dollar> \$(\w*)\$ .*? \$\4\$ )
    | (?P<string> [eE]'(?:\\.|''|[^'\\])*' | '(?:''|[^'])*' )
    | (?P<name> "(?:""|[^"])*" )
    | (?P<word> [^\W\d][\w$]* )
    | (?P<number> (?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)? )
    | (?P<other> :: | [(){}\[\],;.:] | [-+*/<>=~!@\#%^&|`?]+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_DOLLAR = re.compile(r"\A\$(\w*)\$(.*)\$\1\$\Z", re.DOTALL)
_DISTRIBUTION = re.compile(r"\bdistributed\s+(?:randomly|by\s*\([^()]*\))")


@dataclass(frozen=True)
class Token:
    kind: str
    text: str


def tokens(sql: str) -> list[Token]:
    """The tokens of SQL but comments and blanks; words in lower case."""
    found = []
    at = 0
    while at < len(sql):
        match = _TOKEN.match(sql, at)
        assert match, f"no token at {sql[at : at + 40]!r}"
        at = match.end()
        kind = next(name for name, text in match.groupdict().items() if text is not None)
        if kind not in ("comment", "blank"):
            text = match.group()
            found.append(Token(kind, text.lower() if kind == "word" else text))
    return found


def plain(sql: str) -> str:
    """SQL on one line, a blank between all tokens, literals empty."""
    return " ".join(
        "''" if token.kind in ("string", "dollar") else token.text for token in tokens(sql)
    )


def complaints(sql: str) -> list[str]:
    """What Greenplum would not understand or would take amiss."""
    line = f" {plain(sql)} "
    if DBTS_OWN.search(line):
        return []
    found = [what for what, pattern in FORBIDDEN.items() if re.search(pattern, line)]
    stream = tokens(sql)
    found += _untyped(stream)
    found += [f"function {name}" for name in _calls(stream) if name not in FUNCTIONS]
    found += _misplaced(sql)
    for token in stream:
        if token.kind == "dollar":
            found += complaints(_DOLLAR.sub(r"\2", token.text))
    return found


def _untyped(stream: list[Token]) -> Iterator[str]:
    """Literals and nulls that would be of type unknown."""
    opened: list[int] = []
    closing: dict[int, int] = {}
    around: dict[int, int | None] = {}
    for at, token in enumerate(stream):
        if token.text in ("(", "["):
            opened.append(at)
        elif token.text in (")", "]") and opened:
            closing[opened.pop()] = at
        around[at] = opened[-1] if opened else None

    def text(at: int) -> str:
        return stream[at].text if 0 <= at < len(stream) else ""

    for at, token in enumerate(stream):
        opening = around[at]
        in_cast = text(at - 1) == "(" and text(at - 2) == "cast" and text(at + 1) == "as"
        if token.text == "null" and token.kind == "word":
            if text(at + 1) == "as" and text(at - 1) not in ("is", "not") and not in_cast:
                yield "untyped null"
            continue
        if token.kind not in ("string", "dollar"):
            continue
        if text(at + 1) == "::" or text(at - 1) in TYPED or in_cast:
            continue
        # The body of a block and the statement in it, which `complaints` reads by themselves.
        if token.kind == "dollar" and text(at - 1) in ("do", "execute"):
            continue
        if opening is not None:
            before = [text(opening - back) for back in (1, 2, 3)]
            if before[0] == "array" and text(closing[opening] + 1) == "::":
                continue
            # dbt's own test `accepted_values`.
            if before == ["in", "not", "value_field"]:
                continue
        yield f"untyped literal {token.text}"


def _calls(stream: list[Token]) -> Iterator[str]:
    """The functions that are called."""
    for at, token in enumerate(stream[:-1]):
        if token.kind != "word" or stream[at + 1].text != "(" or token.text in KEYWORDS:
            continue
        start = at
        while start >= 2 and stream[start - 1].text == ".":
            start -= 2
        before = stream[start - 1].text if start else ""
        # A table's columns follow its name, and those of "(values …) as v (…)".
        if before not in ("into", "table", "exists", "as", "distributed", "primary"):
            yield token.text


def _misplaced(sql: str) -> Iterator[str]:
    """Tables that go to the segments by their first column, or by other than their key."""
    for statement in plain(sql).split(";"):
        made = re.match(
            r" ?create (?:(?:global |local )?temp(?:orary)? |unlogged )?table (?:if not exists )?"
            r"(?P<name>[^(]*?) (?:on commit drop )?(?P<what>\(|as) (?P<rest>.*)",
            statement,
        )
        if not made:
            continue
        name, rest = made["name"].replace(" ", ""), made["rest"]
        distribution = re.search(r"distributed (?:by \( ([^()]*) \)|(randomly)) ?$", statement)
        if not distribution:
            yield f"table {name} without a distribution"
            continue
        keys = re.findall(r"(?:^|, )primary key \( ([^()]*) \)", rest)
        keys += re.findall(r"(?:^|, )(\w+) [^(),]*?\bprimary key\b", rest)
        if made["what"] == "(" and re.search(r"\bunique\b", rest) and keys:
            yield f"table {name} with a key and another unique constraint"
        columns = set((distribution[1] or "").replace(" ", "").split(",")) - {""}
        for key in keys:
            if not columns or not columns <= set(key.replace(" ", "").split(",")):
                yield f"table {name} is distributed by {columns}, its key is {key}"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("select 'a' as b", ["untyped literal 'a'"]),
        ("select 'it''s' as b", ["untyped literal 'it''s'"]),
        (r"select E'a\'' as b, 'c'::text as d", [r"untyped literal E'a\''"]),
        ("select 'a' || 'b'::text", ["untyped literal 'a'"]),
        ("select ('a' || 'b')::text", ["untyped literal 'a'", "untyped literal 'b'"]),
        ("select t.a from t where t.a in ('a', 'b'::text)", ["untyped literal 'a'"]),
        ("select coalesce(a, '')", ["untyped literal ''"]),
        ("select array['a', 'b']", ["untyped literal 'a'", "untyped literal 'b'"]),
        ("select $$a$$", ["untyped literal $$a$$"]),
        ("select null as a", ["untyped null"]),
        ("select a is null as b, a is not null as c", []),
        ("select null::text as a, cast(null as text) as b, cast('a' as text) as c", []),
        ("select array['a', 'b']::text[], now() - interval '3 days'", []),
        ("select 1 -- it's a comment\n/* 'and' */ where a is not null", []),
        ('select "it\'s" from "a""b"', []),
        ("insert into t (a) values (1) on conflict do nothing", ["on conflict"]),
        ("insert into t (a) values (1) ON\n  CONFLICT (a) do nothing", ["on conflict"]),
        ("merge into t using s on true when matched then delete", ["merge"]),
        ("with a as (delete from t returning b) select b from a", ["a CTE that writes"]),
        ("with a as materialized (select 1) select 1 from a", ["materialized CTE"]),
        ("create index if not exists i on t (a)", ["if not exists of an index", "function t"]),
        ("alter table t add column if not exists a text", ["if not exists of a column"]),
        ("select a #- b from t", ["jsonb minus path"]),
        ("select to_jsonb(a), jsonb_agg(b)", ["function to_jsonb", "function jsonb_agg"]),
        ("select pg_catalog.sha256(a)", ["function sha256"]),
        ("select scale(a), count(*)", ["function scale"]),
        ("create table a.b as (select 1 as c)", ["table a.b without a distribution"]),
        ("create table b (c text)", ["table b without a distribution"]),
        ("create temporary table b on commit drop as select 1 as c", 1),
        ("create table b (c text) distributed by (c)", []),
        ("create table b as (select 1 as c) distributed randomly", []),
        ("create table b (c text, d text primary key) distributed by (d)", []),
        ("create table b (c text, d text, primary key (c, d)) distributed by (d)", []),
        ("create table b (c text, d text primary key) distributed by (c)", 1),
        ("create table b (c text, d text, primary key (c, d)) distributed by (e, d)", 1),
        ("create table b (c text not null primary key) distributed randomly", 1),
        ("create table b (c text primary key, d text unique) distributed by (c)", 1),
        ("insert into b select 1; create table c (d text); select 1", 1),
    ],
)
def test_the_check_finds_what_is_wrong(sql: str, said: list[str] | int) -> None:
    """Itself: otherwise a slip in it would pass everything."""
    found = complaints(sql)
    assert (len(found) if isinstance(said, int) else found) == said


@pytest.fixture
def sent(warehouse: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that dbt means to send to `warehouse`, which passes for a Greenplum."""
    from dbt.adapters.sql.connections import SQLConnectionManager

    pretend(warehouse)
    statements: list[str] = []
    send = SQLConnectionManager.add_query

    def add_query(self: Any, sql: str, *args: Any, **options: Any) -> Any:
        statements.append(sql)
        return send(self, _DISTRIBUTION.sub("", sql), *args, **options)

    monkeypatch.setattr(SQLConnectionManager, "add_query", add_query)
    return statements


@pytest.fixture(autouse=True)
def _no_pretence(cluster: Server) -> Iterator[None]:
    """Leave no database that passes for a Greenplum: other tests go on with the one there is."""
    yield
    with psycopg.connect(cluster.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        connection.execute(f"drop database if exists {names.WAREHOUSE_DATABASE} with (force)")


def pretend(server: Server) -> None:
    """Give a PostgreSQL the catalogue table by which a Greenplum is known."""
    dsn = server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute("set allow_system_table_mods = on")
        connection.execute("create table pg_catalog.gp_segment_configuration (dbid integer)")


@pytest.fixture
def greenplum(dbt: Dbt, tmp_path: Path) -> Callable[..., Any]:
    """dbt with the target `greenplum`, which leaves other tests' manifest alone."""
    return lambda command, *options: dbt(
        command, "--target", "greenplum", "--target-path", str(tmp_path / "target"), *options
    )


def user(number: int, **fields: object) -> dict[str, object]:
    return {"login": {"uuid": f"00000000-0000-0000-0000-{number:012}"}, "nat": "GB", **fields}


def test_all_that_a_run_sends(
    warehouse: Server,
    sent: list[str],
    greenplum: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """First builds, new, replaced and removed loads, a rerun, full refresh, tests, a wait."""
    raw = Raw(warehouse)

    def build(*options: str) -> None:
        result = greenplum("build", "--exclude-resource-type", "unit_test", *options)
        assert result.success, messages(result)

    # The statements of a data test are the same after each build, and are most of the time of it.
    untested = ("--exclude-resource-type", "test")

    def land(day: str, number: int) -> None:
        raw.land(USERS, day, user(1, gender="female"), user(number), {"login": 1})
        raw.land(RATES, day, rate("AUD"), rate("USD", Value=f"{number},5"), {})
        raw.land(LOCATIONS, day, location(1, number), location(number), {})

    land(DAYS[0], 2)
    build(*untested)
    land(DAYS[1], 3)
    build(*untested)
    land(DAYS[0], 4)
    for table in TABLES:
        raw.remove(table, DAYS[1])
    build()
    build(*untested)
    rows = {
        table: read(warehouse, f"select count(*) as n from analytics.{table}")[0]["n"]
        for table in ("users", "exchange_rates", "locations", "top_locations", "rejected_locations")
    }
    assert rows == {
        "users": 2,
        "exchange_rates": 2,
        "locations": 2,
        "top_locations": 2,
        "rejected_locations": 1,
    }
    build("--full-refresh")
    # Another that builds is looked up.
    monkeypatch.setenv("ELT_BUILD_LOCK_TIMEOUT", "0")
    dsn = warehouse.dsn(names.TRANSFORMER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "select pg_advisory_xact_lock(hashtext('elt'), hashtext('analytics.users'))"
        )
        assert "still being built" in messages(greenplum("run", "--select", "users"))

    assert [f"{found}: {plain(sql)}" for sql in sent if (found := complaints(sql))] == []
    lines = [plain(sql) for sql in sent]
    assert any("pg_locks" in line for line in lines)
    # The statement that makes one is in a block, which `plain` leaves out.
    assert not any("create index" in plain(sql.replace("$", " ")) for sql in sent)
    placed = {
        (made[1], made[2])
        for line in lines
        for statement in line.split(";")
        if (
            made := re.search(
                r"create table (?:if not exists )?([^(]*?)(?: as)? \(.* distributed (.*)", statement
            )
        )
    }
    by_name = {
        re.sub(r'__dbt_tmp|"| ', "", name).removeprefix("warehouse."): where.strip()
        for name, where in placed
    }
    assert by_name == {
        "ops.staged_loads": "by ( load_id )",
        "ops.built_loads": "by ( load_id )",
        "ops.staged_fields": "by ( load_id )",
        "ops.field_changes": "by ( load_id )",
        "analytics.stg_randomuser__users": "by ( user_id )",
        "analytics.stg_cbr__exchange_rates": "by ( exchange_rate_id )",
        "analytics.stg_rickandmorty__locations": "by ( location_id )",
        "analytics.countries": "by ( nationality )",
        "analytics.users": "by ( user_id )",
        "analytics.users_by_country": "by ( nationality )",
        "analytics.exchange_rates": "by ( exchange_rate_id )",
        "analytics.locations": "by ( location_id )",
        "analytics.top_locations": "by ( day , place )",
    }


def test_all_that_is_compiled(
    warehouse: Server, greenplum: Callable[..., Any], tmp_path: Path
) -> None:
    """Also what no run of the test above has come to: every model and data test there is."""
    Raw(warehouse)
    result = greenplum("compile", "--exclude", "test_type:unit", "--write-json")
    assert result.success, messages(result)
    files = sorted((tmp_path / "target" / "compiled" / "elt").rglob("*.sql"))
    assert len(files) > 30
    found = {file.name: complaints(file.read_text(encoding="utf-8")) for file in files}
    manifest = json.loads((tmp_path / "target" / "manifest.json").read_bytes())
    for source in manifest["sources"].values():
        found[source["name"]] = complaints(source["config"]["loaded_at_query"] or "")
    assert {name: said for name, said in found.items() if said} == {}


def test_nothing_of_it_is_on_postgres(
    warehouse: Server, dbt: Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dbt.adapters.sql.connections import SQLConnectionManager

    statements: list[str] = []
    send = SQLConnectionManager.add_query

    def add_query(self: Any, sql: str, *args: Any, **options: Any) -> Any:
        statements.append(sql)
        return send(self, sql, *args, **options)

    monkeypatch.setattr(SQLConnectionManager, "add_query", add_query)
    Raw(warehouse).land(USERS, DAYS[0], user(1))
    for untested in (("--exclude-resource-type", "test"), ()):
        result = dbt("build", "--exclude-resource-type", "unit_test", *untested)
        assert result.success, messages(result)
    assert not any("distributed" in plain(sql) for sql in statements)
    assert any("create index" in plain(sql.replace("$", " ")) for sql in statements)


@pytest.mark.parametrize("command", ["run", "seed", "test", "build"])
def test_a_target_that_is_not_the_server_s_is_refused(
    command: str, warehouse: Server, dbt: Dbt, greenplum: Callable[..., Any]
) -> None:
    Raw(warehouse)
    result = greenplum(command)
    assert not result.success
    assert "ELT_DBT_TARGET=postgres" in messages(result)
    pretend(warehouse)
    result = dbt(command)
    assert not result.success
    assert "ELT_DBT_TARGET=greenplum" in messages(result)
    assert read(warehouse, "select 1 from pg_tables where schemaname in ('analytics', 'ops')") == []
