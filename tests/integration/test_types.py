"""The types of `from_json`: native casts, patterns and plain Python take the same texts.

Also that a value that does not fit loses its field and no more, unless the model says otherwise.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from elt import warehouse as names
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests import field_types
from tests.integration.conftest import Dbt
from tests.integration.test_rates_models import DAYS, TABLES, Raw, messages, read

ALPHABET = "0123456789+-.,:/ TtZzeExXoObB_{}()'\"\\\t\n\u00a0\u0661\uff11\u2212naifNIF"
"""What a text is changed by: all that a type may hold, and what PostgreSQL's own casts like too."""

KEYWORDS = [
    *("infinity", "-infinity", "+Infinity", "inf", "-inf", "NaN", "nan", "-NaN", "now", "today"),
    *(
        "tomorrow",
        "yesterday",
        "epoch",
        "allballs",
        "NULL",
        "null",
        "true",
        "false",
        "1",
        "0",
        "t",
        "f",
        "yes",
        "no",
        "on",
    ),
    *("off", "y", "n", "TRUE", "FALSE", "True", "true ", " false", "tru", "J2451187", "J0"),
    *("2451187", "20200425", "20200425T103000Z", "200425", "2020.116", "2020-116", "99-01-08"),
    *("January 8, 1999", "1999-Jan-08", "2020-04-25 BC", "0044-03-15 BC", "2020-04-25 AD"),
    *("04:05:06.789-8", "24:00:00Z", "2020-04-25T10:00:00 UTC", "2020-04-25T10:00:00UTC"),
    *("2020-04-25T10:00:00z", "2020-04-25t10:00:00Z", "2020-04-25 10:00:00 America/New_York"),
    *("2020-04-25T10:00:00+03:00:00", "2020-04-25T10:00:00+3", "2020-04-25T10Z", "2020-W17-6"),
    *("2020-04-25T10:00:00.Z", "2020-04-25T10:00:00,5Z", "2020-04-25T10:00:00.5.5Z", "12:30"),
    *("2020-04-25T10:00:00-", "2020-04-25T10:00:00+", "2020-04-25T10:00:00+:30", "0x1f", "0o17"),
    *("0b11", "1_000", "1_0.5", "_1", "1_", "0x", ".5", "5.", "-.5", "+.5", ".", "-", "+", "--1"),
    *("+-1", "1-", "1e", "1e+", "e5", "1e400", "1e-400", "1e100", "1E99", "1e-99", "- 1", "1 2"),
    *("12,5,5", "1.000,5", "1,000.5", "$12", "12%", "1/2", "00012", "-0", "-0.0", "+0", "007.50"),
    *("{6bc7d1a9-fcd3-46c4-a2c0-8c074216a4aa}", "6bc7d1a9fcd346c4a2c08c074216a4aa"),
    *("6bc7-d1a9-fcd3-46c4-a2c0-8c07-4216-a4aa", "{6bc7d1a9-fcd346c4-a2c08c074216a4aa}"),
    *("6bc7d1a9-fcd3-46c4-a2c0-8c074216a4a", "-bc7d1a9-fcd3-46c4-a2c0-8c074216a4aa"),
    *("2020-04-25T10:00Z", "2020-04-25 10:00+03", "2020-04-25T10:00", "2020-04-25T10:00.5Z"),
    *("", " ", "\n", "[1]", "{}", '{"a": 1}', "\u0660", "\u0661\u0662", "\uff11\uff12", "½", "²"),
]


def digits(*parts: tuple[int, int, int]) -> st.SearchStrategy[list[str]]:
    """Numbers between two bounds as so many digits each; now and then one just beyond."""
    return st.tuples(
        *(
            st.integers(low, high).map(lambda n, width=width: f"{n:0{width}}")  # type: ignore[misc]
            for low, high, width in parts
        )
    ).map(list)


YEARS = st.one_of(
    st.sampled_from(["0000", "0001", "1582", "1900", "2000", "2020", "2024", "9999", "10000"]),
    st.integers(0, 10000).map(lambda year: f"{year:04}"),
)
MONTH_DAYS = st.one_of(
    st.sampled_from([("02", "28"), ("02", "29"), ("02", "30"), ("04", "31"), ("12", "31")]),
    digits((0, 13, 2), (0, 32, 2)).map(tuple),
)
DATES = st.tuples(YEARS, MONTH_DAYS).map(lambda day: f"{day[0]}-{day[1][0]}-{day[1][1]}")
DATES_DMY = st.tuples(YEARS, MONTH_DAYS, st.sampled_from("./-"), st.sampled_from("./")).map(
    lambda day: f"{day[1][1]}{day[2]}{day[1][0]}{day[2] if day[2] == '.' else day[3]}{day[0]}"
)
CLOCKS = st.one_of(
    st.sampled_from(["24:00:00", "23:59:60", "00:60:00", "23:59:59", "00:00", "24:00"]),
    digits((0, 24, 2), (0, 60, 2), (0, 60, 2)).map(":".join),
    digits((0, 24, 2), (0, 60, 2)).map(":".join),
)
FRACTIONS = st.one_of(
    st.sampled_from(["", "", ".", ".9999999", ".0000005", "." + "1" * 40]),
    st.integers(0, 10**6).map(lambda n: f".{n}"),
)
ZONES = st.one_of(
    st.sampled_from(["", "Z", "Z", "z", " Z", "+00", "-00:00", "+14:59", "+15", "-14", "+0330"]),
    digits((0, 16, 2), (0, 60, 2)).map(lambda zone: "+" + ":".join(zone)),
    digits((0, 16, 2), (0, 60, 2)).map(lambda zone: "-" + "".join(zone)),
)
VALID_MOMENTS = st.tuples(
    st.dates().map(date.isoformat),
    st.sampled_from("TT "),
    st.times().map(lambda clock: clock.isoformat()[: 5 if clock.second % 3 == 0 else None]),
    st.sampled_from(["Z", "+03", "-0930", "+14:00", "", ""]),
)
MOMENTS = st.tuples(DATES, st.sampled_from(["T", "T", " ", "t", "  "]), CLOCKS, FRACTIONS, ZONES)
EDGES = [2**31, 2**63, 10**39, 10**40]
INTEGERS = st.one_of(
    st.sampled_from(EDGES).flatmap(lambda edge: st.integers(edge - 2, edge + 2)),
    st.integers(-(10**20), 10**20),
    st.integers(-200, 200),
).flatmap(lambda n: st.sampled_from([str(n), str(-n), f"+{abs(n)}", f"{n}.0", f"{n}.000", f"0{n}"]))
NUMBERS = st.tuples(
    INTEGERS,
    st.one_of(st.just(""), st.integers(0, 10**9).map(str)),
    st.one_of(st.just(""), st.integers(-101, 101).map(lambda n: f"e{n}")),
    st.sampled_from(".,"),
).map(lambda n: n[0] + (n[3] + n[1] if n[1] else "") + n[2])
LONG_NUMBERS = st.tuples(st.sampled_from([38, 39, 40, 41, 998, 999, 1000, 1001]), st.booleans())
LONG = LONG_NUMBERS.map(lambda n: "9" * (n[0] - 2) + (".0" if n[1] else "99"))
EXAMPLES = st.tuples(
    st.uuids().map(str),
    st.uuids().map(lambda id_: str(id_).upper()),
    DATES,
    st.dates().map(date.isoformat),
    DATES_DMY,
    st.dates().map(lambda day: f"{day:%d.%m.}{day.year:04}"),
    st.dates().map(lambda day: f"{day:%d/%m/}{day.year:04}"),
    MOMENTS.map("".join),
    MOMENTS.map("".join),
    VALID_MOMENTS.map("".join),
    VALID_MOMENTS.map("".join),
    INTEGERS,
    INTEGERS,
    NUMBERS,
    NUMBERS,
    LONG,
    st.text(ALPHABET, max_size=12),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)


def generated() -> list[str]:
    """Texts at the edges of all types, the same each time, and many that differ by a character."""
    found: dict[str, None] = dict.fromkeys(KEYWORDS)

    @settings(
        max_examples=120,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(EXAMPLES)
    def collect(texts: tuple[str, ...]) -> None:
        found.update(dict.fromkeys(texts))

    collect()
    dice = random.Random(0)
    drawn = list(found)
    while len(found) < 30_000:
        text = dice.choice(drawn)
        at = dice.randrange(len(text) + 1)
        until = at + dice.randrange(2)
        found[text[:at] + dice.choice(["", *ALPHABET]) + text[until:]] = None
    return list(found)


@pytest.fixture
def dbt_project(dbt_project: Path, tmp_path: Path) -> Path:
    """A copy for this test alone, which may add models to it."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(dbt_project, copy, ignore=shutil.ignore_patterns("logs"))
    return copy


Compiled = Callable[[str], str]


@pytest.fixture
def compiled(warehouse: Server, dbt_project: Path, dbt: Dbt) -> Compiled:
    """The SQL that types the field "text" of the temporary table `texts` as each type."""
    fields = [(type_, ["text"], type_) for type_ in field_types.TYPES]
    (dbt_project / "models" / "typed.sql").write_text(
        "{% set fields = " + repr(fields) + " %}\n"
        "with source as (select * from texts)\n{{ from_json('source', 'record', fields) }}\n",
        encoding="utf-8",
    )

    def compile_(casts: str) -> str:
        result = dbt("compile", "--select", "typed", "--vars", json.dumps({"soft_casts": casts}))
        assert result.success, messages(result)
        return (dbt_project / "target/compiled/elt/models/typed.sql").read_text(encoding="utf-8")

    return compile_


def typed_texts(connection: psycopg.Connection[Any], query: str) -> list[dict[str, Any]]:
    """The rows of `query`, each in the order of the texts; moments in seconds."""
    columns = ", ".join(
        f"extract(epoch from {type_}) as {type_}" if type_.startswith("timestamp") else type_
        for type_ in field_types.TYPES
    )
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(f"select {columns}, misfits from ({query}) as t order by record_no".encode())
        return cursor.fetchall()


def fill(connection: psycopg.Connection[Any], texts: list[str]) -> None:
    connection.execute(
        "create temporary table texts as select 1::bigint as load_id, n::integer as record_no,"
        " jsonb_build_object('text', t) as record from unnest(%s::text[]) with ordinality u (t, n)",
        (texts,),
    )


def is_same(found: Any, expected: field_types.Value | None) -> bool:
    if isinstance(expected, Fraction):
        # PostgreSQL keeps microseconds.
        return found is not None and abs(Fraction(found) - expected) <= Fraction(1, 10**6)
    if isinstance(expected, Decimal):
        return found is not None and Fraction(found) == Fraction(expected)
    return bool(found == expected)


def test_native_casts_patterns_and_python_take_the_same(
    warehouse: Server, compiled: Compiled
) -> None:
    texts = generated()
    native, patterns = compiled("native"), compiled("patterns")
    assert "pg_input_is_valid" in native
    assert "pg_input_is_valid" not in patterns
    # Text that no session's settings can read otherwise.
    options = "-c datestyle=German,DMY -c timezone=Asia/Kathmandu"
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, options=options) as connection:
        fill(connection, texts)
        connection.execute("analyze texts")
        by_native = typed_texts(connection, native)
        by_patterns = typed_texts(connection, patterns)
    seen = dict.fromkeys(field_types.TYPES, 0)
    for text, row, other in zip(texts, by_native, by_patterns, strict=True):
        assert row == other, text
        for type_ in field_types.TYPES:
            expected = field_types.value(type_, text)
            assert is_same(row[type_], expected), (type_, text, row[type_], expected)
            seen[type_] += expected is not None
        refused = [type_ for type_ in field_types.TYPES if row[type_] is None and text]
        assert len(refused) == (row["misfits"] or "").count("text: "), text
    # Otherwise the texts have missed a type.
    assert seen.pop("boolean") == 4
    assert min(seen.values()) >= 50, seen


def test_what_is_taken_is_what_it_says(compiled: Compiled, warehouse: Server) -> None:
    """Python's reading itself, on the texts that the documentation has."""
    examples: list[tuple[str, str, field_types.Value | None]] = [
        ("timestamptz", "1970-01-01T01:00Z", Fraction(3600)),
        ("timestamptz", "1970-01-01 01:00:00.5+01", Fraction(1, 2)),
        ("timestamptz", "1970-01-01T00:00-0130", Fraction(5400)),
        ("timestamp", "1970-01-02T00:00", Fraction(86400)),
        ("boolean", "1", True),
        ("boolean", "0", False),
        ("integer", "0x1f", None),
        ("date", "2020-02-29", date(2020, 2, 29)),
        (
            "uuid",
            "6BC7D1A9-fcd3-46c4-a2c0-8c074216a4aa",
            UUID(int=0x6BC7D1A9FCD346C4A2C08C074216A4AA),
        ),
    ]
    for type_, text, expected in examples:
        assert field_types.value(type_, text) == expected, text
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        fill(connection, [text for _, text, _ in examples])
        rows = typed_texts(connection, compiled(""))
    for row, (type_, _, expected) in zip(rows, examples, strict=True):
        assert row[type_] == expected


@pytest.mark.parametrize("casts", ["native", "patterns"])
def test_the_server_decides(
    casts: str, compiled: Compiled, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded PostgreSQL is 16 or later; one that says it is older gets patterns."""
    from dbt.adapters.sql.connections import SQLConnectionManager

    send = SQLConnectionManager.add_query

    def add_query(self: Any, sql: str, *args: Any, **options: Any) -> Any:
        if casts == "patterns" and "server_version_num" in sql:
            sql = "select '150018'::text as server_version_num"
        return send(self, sql, *args, **options)

    monkeypatch.setattr(SQLConnectionManager, "add_query", add_query)
    assert ("pg_input_is_valid" in compiled("")) == (casts == "native")


FIELDS = [
    ("id", "id", "integer"),
    ("name", "name", "text"),
    ("size", "box.size", "integer"),
    ("weight", "box.weight", "numeric"),
    ("height", "box.inner.height", "numeric"),
    ("first", ["items", 0], "text"),
    ("number", ["items", "0"], "text"),
    ("more", "more", "jsonb"),
]
Judged = Callable[..., list[tuple[Any, ...]]]


@pytest.fixture
def judged(warehouse: Server, dbt_project: Path, dbt: Dbt) -> Judged:
    """How records are judged: columns, rejection_reason, misfits and whether the record is kept."""

    def judge(*records: object, options: str = "required=['id']") -> list[tuple[Any, ...]]:
        model = dbt_project / "models" / "typed.sql"
        model.write_text(
            "{% set fields = " + repr(FIELDS) + " %}\nwith source as (select * from"
            " {{ source('randomuser', 'randomuser__users') }})\n"
            "{{ from_json('source', 'record', fields, " + options + ") }}\n",
            encoding="utf-8",
        )
        Raw(warehouse).land(TABLES[0], DAYS[0], *map(json.dumps, records))
        result = dbt("run", "--select", "typed")
        assert result.success, messages(result)
        columns = ", ".join(column for column, _, _ in FIELDS)
        rows = read(
            warehouse,
            f"select {columns}, rejection_reason, misfits, faulty_record from analytics.typed"
            " order by record_no",
        )
        for row, record in zip(rows, records, strict=True):
            is_faulty = bool(row["rejection_reason"] or row["misfits"])
            assert row["faulty_record"] == (record if is_faulty else None)
        return [tuple(row.values())[:-1] for row in rows]

    return judge


def test_a_bad_field_loses_a_field_and_not_the_record(judged: Judged) -> None:
    records = [
        {"id": 1, "name": "a", "box": {"size": 2, "weight": "1.5", "inner": {"height": 3}}},
        {"id": 1, "name": {"a": 1}, "box": {"size": "x", "weight": 1.5, "inner": {"height": [3]}}},
        {"id": 1, "box": "1 kg", "items": {"0": "a"}},
        {"id": 1, "box": {"size": 1, "inner": [{"height": 1}]}, "items": ["a"]},
        {"id": 1, "box": None, "items": None, "more": None},
        {"id": 1, "box": {"size": "", "weight": "", "inner": {}}, "name": "", "more": ""},
        {"id": 1, "items": "a", "name": "{a", "more": {"a": None}},
        {"id": 1, "name": "[", "items": [], "box": {}},
        {"id": "", "box": {"size": "x"}},
        {"id": "one", "name": []},
        {"name": "a"},
        ["a"],
        7,
    ]
    assert judged(*records) == [
        (1, "a", 2, Decimal("1.5"), 3, None, None, None, None, None),
        (
            *(1, None, None, Decimal("1.5"), None, None, None, None, None),
            "name: not text; box.size: not an integer; box.inner.height: not a number",
        ),
        (
            *(1, None, None, None, None, None, "a", None, None),
            "box: not an object; items: not a list",
        ),
        (
            *(1, None, 1, None, None, "a", None, None, None),
            "box.inner: not an object; items: not an object",
        ),
        (1, None, None, None, None, None, None, None, None, None),
        (1, "", None, None, None, None, None, "", None, None),
        (
            *(1, "{a", None, None, None, None, None, {"a": None}, None),
            "items: not a list; items: not an object",
        ),
        (1, "[", None, None, None, None, None, None, None, "items: not an object"),
        (None, None, None, None, None, None, None, None, "id: missing", "box.size: not an integer"),
        (None, None, None, None, None, None, None, None, "id: not an integer", "name: not text"),
        (None, "a", None, None, None, None, None, None, "id: missing", None),
        *[(None,) * 8 + ("record: not an object", None)] * 2,
    ]


@pytest.mark.parametrize(
    ("options", "rejected", "misfits"),
    [
        ("", None, "name: not text; box.size: not an integer"),
        ("reject=['name']", "name: not text", "box.size: not an integer"),
        ("reject=['box.size', ['name']]", "name: not text; box.size: not an integer", None),
        ("reject='all'", "name: not text; box.size: not an integer", None),
        ("required=['box.size']", "box.size: not an integer", "name: not text"),
        (
            "checks=[('more', \"more is null and name is null\", 'missing as well')]",
            "more: missing as well",
            "name: not text; box.size: not an integer",
        ),
    ],
)
def test_what_rejects_a_record_is_the_model_s(
    options: str, rejected: str | None, misfits: str | None, judged: Judged
) -> None:
    (row,) = judged({"name": ["a"], "box": {"size": "x"}}, options=options)
    assert row[-2:] == (rejected, misfits)


@pytest.mark.parametrize(
    ("options", "is_rejected"),
    [
        ("", False),
        ("reject=['name']", False),
        ("reject=['box']", True),
        ("reject=['box.inner.height']", True),
        ("reject='all'", True),
    ],
)
def test_an_object_that_is_none_is_as_what_lies_in_it(
    options: str, is_rejected: bool, judged: Judged
) -> None:
    (row,) = judged({"box": 7}, options=options)
    reason = "box: not an object"
    assert row[-2:] == ((reason, None) if is_rejected else (None, reason))


def test_an_object_that_is_none_rejects_where_something_in_it_is_required(judged: Judged) -> None:
    (row,) = judged({"box": 7}, options="required=['box.inner.height']")
    assert row[-2:] == ("box: not an object; box.inner.height: missing", None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("required=['nmae']", "names nmae, which is the path of none of the fields"),
        ("reject=['box.sise']", "names box.sise, which is the path of none of the fields"),
        ("reject='name'", "a list of paths, or 'all'; found 'name'"),
    ],
)
def test_a_slip_in_the_model_is_an_error(
    options: str, message: str, dbt_project: Path, dbt: Dbt, warehouse: Server
) -> None:
    Raw(warehouse)
    (dbt_project / "models" / "typed.sql").write_text(
        "{% set fields = " + repr(FIELDS) + " %}\nwith source as (select * from"
        " {{ source('randomuser', 'randomuser__users') }})\n"
        "{{ from_json('source', 'record', fields, " + options + ") }}\n",
        encoding="utf-8",
    )
    result = dbt("run", "--select", "typed")
    assert not result.success
    assert message in messages(result)


def test_a_large_record_is_read_once(warehouse: Server, compiled: Compiled) -> None:
    """From where PostgreSQL keeps it, compressed: ten fields read as much as one."""
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute(
            "create temporary table texts as select 1::bigint as load_id, n as record_no,"
            " jsonb_build_object('text', '7', 'more', (select string_agg(md5(n::text || m), '')"
            " from generate_series(1, 2000) as m)) as record from generate_series(1, 20) as n"
        )

        def plan(query: str) -> dict[str, Any]:
            explain = f"explain (analyze, buffers, format json) {query}".encode()
            row = connection.execute(explain).fetchone()
            assert row
            found: dict[str, Any] = row[0][0]["Plan"]
            return found

        one = plan("select record ->> 'text' from texts")
        ten = plan(compiled(""))
        assert one["Local Hit Blocks"] > 20 * 20
        assert ten["Local Hit Blocks"] < 1.2 * one["Local Hit Blocks"]
        # It would keep a copy of each record.
        assert "Memoize" not in json.dumps(ten)
