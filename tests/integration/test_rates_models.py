"""Exchange rates: types, exact rates, both dates; in any order of loads what a full refresh gives.

Also what all sources of the dbt project share: the types and names that `from_json` takes.
"""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from elt import warehouse as names
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.integration.conftest import Dbt

TABLES = ("randomuser__users", "cbr__exchange_rates", "rickandmorty__locations")
TABLE = "cbr__exchange_rates"
MODELS = ("exchange_rates", "rejected_exchange_rates")
DAYS = ["2020-04-25", "2020-04-26", "2020-04-27", "2020-04-28"]

Landed = Callable[..., int]


class Raw:
    """The raw tables and the ledger, written as a landing writes them, records of any kind."""

    def __init__(self, server: Server) -> None:
        self._dsn = server.dsn(names.LOADER, names.WAREHOUSE_DATABASE)
        with psycopg.connect(self._dsn) as connection:
            connection.execute("create sequence raw.load_id")
            connection.execute(
                "create table raw.loads (load_id bigint not null, source text not null,"
                " dag_id text not null, run_id text not null, request text not null,"
                " checksum text not null, pages integer not null, records bigint not null,"
                " bytes bigint not null, period timestamptz not null,"
                " started_at timestamptz not null, fetched_at timestamptz not null,"
                " landed_at timestamptz not null, primary key (source, period))"
            )
            for table in TABLES:
                connection.execute(
                    f"create table raw.{table} (load_id bigint not null,"
                    " record_no integer not null, record jsonb not null)".encode()
                )

    def land(self, table: str, day: str, *records: object) -> int:
        """Land records as the load of a day, in place of a former one; the load's id."""
        self.remove(table, day)
        with psycopg.connect(self._dsn) as connection:
            row = connection.execute(
                "insert into raw.loads select nextval('raw.load_id'), %s, 'test', 'run', 'test',"
                " 'none', 1, %s, 0, %s, now(), now(), now() returning load_id",
                (table, len(records), f"{day} 00:00:00+00"),
            ).fetchone()
            assert row
            texts = [r if isinstance(r, str) else json.dumps(r) for r in records]
            connection.cursor().executemany(
                f"insert into raw.{table} values (%s, %s, %s)".encode(),
                [(row[0], number, text) for number, text in enumerate(texts, 1)],
            )
            return int(row[0])

    def remove(self, table: str, day: str) -> None:
        """Remove the load of a day, records and all."""
        with psycopg.connect(self._dsn) as connection:
            connection.execute(
                f"with gone as (delete from raw.loads where source = '{table}' and period = %s"
                f" returning load_id) delete from raw.{table} where load_id in"
                " (select load_id from gone)".encode(),
                (f"{day} 00:00:00+00",),
            )


def read(server: Server, query: str, **settings: str) -> list[dict[str, Any]]:
    dsn = server.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        for name, value in settings.items():
            connection.execute("select set_config(%s, %s, false)", (name, value))
        return connection.execute(query.encode()).fetchall()


def content(server: Server, table: str, without: set[str] | None = None) -> list[dict[str, Any]]:
    rows = read(server, f"select * from analytics.{table}")
    rows = [{name: row[name] for name in row if name not in (without or ())} for row in rows]
    return sorted(rows, key=str)


def messages(result: Any) -> str:
    return f"{result.exception} " + " ".join(
        str(node.message) for node in (result.result or []) if str(node.status) != "success"
    )


def run(dbt: Dbt, *models: str, full_refresh: bool = False) -> None:
    options = ["--full-refresh"] if full_refresh else []
    result = dbt("run", "--select", *(f"+{model}" for model in models), *options)
    assert result.success, messages(result)


def rate(code: str = "AUD", /, **fields: object) -> dict[str, object]:
    """A record as it is made from the XML; of the 25th of April 2020 unless told."""
    made: dict[str, object] = {
        "@ID": f"R-{code}",
        "NumCode": "036",
        "CharCode": code,
        "Nominal": "1",
        "Name": "Австралийский доллар",
        "Value": "47,4374",
        "document_date": "25.04.2020",
        "asked_for": "25/04/2020",
    }
    made.update(fields)
    return made


def asked_for(day: str) -> str:
    year, month, day = day.split("-")
    return f"{day}/{month}/{year}"


@pytest.fixture
def land(warehouse: Server) -> Landed:
    raw = Raw(warehouse)
    return lambda day, *records: raw.land(TABLE, day, *records)


def test_any_order_of_loads_gives_what_a_full_refresh_gives(warehouse: Server, dbt: Dbt) -> None:
    """New, replaced, removed and backfilled loads; a load may hold rates of other days too."""
    dice = random.Random(0)
    raw = Raw(warehouse)
    loads: dict[str, list[tuple[str, str, str]]] = {}
    for _ in range(4):
        for _ in range(dice.randint(0, 3)):
            period = dice.choice(DAYS)
            if period in loads and dice.random() < 0.2:
                raw.remove(TABLE, period)
                del loads[period]
                continue
            day = period if dice.random() < 0.6 else dice.choice(DAYS)
            loads[period] = [
                (day, dice.choice(["AUD", "USD", "HUF"]), dice.choice(["1,5", "2,5", "wrong"]))
                for _ in range(dice.randint(1, 5))
            ]
            raw.land(
                TABLE,
                period,
                *(
                    rate(code, Value=value, asked_for=asked_for(d))
                    for d, code, value in loads[period]
                ),
            )
        run(dbt, *MODELS)
        expected = {}
        for period in sorted(loads):
            for day, code, value in loads[period]:
                if value != "wrong":
                    expected[f"{day}/R-{code}"] = Decimal(value.replace(",", "."))
        rows = read(warehouse, "select exchange_rate_id, value from analytics.exchange_rates")
        assert {row["exchange_rate_id"]: row["value"] for row in rows} == expected
        (rejected,) = read(warehouse, "select count(*) as n from analytics.rejected_exchange_rates")
        assert rejected["n"] == sum(
            value == "wrong" for load in loads.values() for _, _, value in load
        )
    load_columns = {"load_id", "load_period"}
    tables = {"exchange_rates": load_columns, "rejected_exchange_rates": set[str]()}
    before = {table: content(warehouse, table, less) for table, less in tables.items()}
    run(dbt, *MODELS, full_refresh=True)
    assert before == {table: content(warehouse, table, less) for table, less in tables.items()}


def test_rates_are_exact(warehouse: Server, land: Landed, dbt: Dbt) -> None:
    """Compared as text too: no zeros are added, and none that were sent are lost."""
    values = [
        ("47,4374", "1", "47.4374"),
        ("22,6980", "1", "22.6980"),
        ("73,6702", "10000", "0.00736702"),
        ("15,5773", "10000", "0.00155773"),
        ("19,0518", "1000000", "0.0000190518"),
        ("0,0001", "1000000000", "0.0000000000001"),
        (
            "123456789012345678901234567890,123456789",
            "10",
            "12345678901234567890123456789.0123456789",
        ),
        ("1", "100", "0.01"),
        ("61,5", "4", "15.375"),
    ]
    records = [
        rate(f"C{number}", Value=value, Nominal=nominal)
        for number, (value, nominal, _) in enumerate(values)
    ]
    land("2020-04-25", *records)
    run(dbt, *MODELS)
    rows = read(
        warehouse,
        "select rate_per_unit::text as text, rate_per_unit from analytics.exchange_rates"
        " order by currency_code",
    )
    assert [row["text"] for row in rows[:-1]] == [expected for *_, expected in values[:-1]]
    assert rows[-1]["rate_per_unit"] == Decimal("15.375")


def test_codes_and_dates_are_kept(warehouse: Server, land: Landed, dbt: Dbt) -> None:
    """A load of another day than was asked for; on Sunday the bank answers with Saturday's."""
    load_id = land(
        "2020-05-01",
        rate("AUD", **{"@ID": "R01010", "NumCode": "036", "asked_for": "26/04/2020"}),
        rate("AZN", **{"@ID": "R01020A", "NumCode": "944", "asked_for": "26.04.2020"}),
    )
    run(dbt, *MODELS)
    rows = read(
        warehouse,
        "select exchange_rate_id, currency_number, rate_date::text, document_date::text, load_id,"
        " load_period::date::text as period from analytics.exchange_rates order by 1",
    )
    assert [tuple(row.values()) for row in rows] == [
        ("2020-04-26/R01010", "036", "2020-04-26", "2020-04-25", load_id, "2020-05-01"),
        ("2020-04-26/R01020A", "944", "2020-04-26", "2020-04-25", load_id, "2020-05-01"),
    ]


def test_the_data_tests_pass_and_fail(warehouse: Server, land: Landed, dbt: Dbt) -> None:
    land(
        "2020-04-25",
        rate("AUD", VunitRate="47,4374"),
        rate("UZS", Nominal="10000", Value="73,6702", VunitRate="0,00736702"),
        rate("HUF", Nominal="100", Value="33,4868"),
    )
    run(dbt, *MODELS)
    options = ("--select", "tag:cbr", "--exclude-resource-type", "unit_test")
    result = dbt("test", *options)
    assert result.success, messages(result)
    # A warning is no failure of the run.
    assert "warn" not in {str(node.status) for node in result.result}  # type: ignore[union-attr]
    land(
        "2020-04-26",
        rate("AUD", VunitRate="48", asked_for="26/04/2020"),
        rate("USD", **{"@ID": "R1", "asked_for": "26/04/2020"}),
        rate("USD", **{"@ID": "R2", "asked_for": "26/04/2020"}),
        rate("EUR", document_date="27.04.2020", asked_for="26/04/2020"),
    )
    run(dbt, *MODELS)
    dsn = warehouse.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn) as connection:
        connection.execute("update analytics.exchange_rates set nominal = 7 where value = 33.4868")
    result = dbt("test", *options)
    found = {node.node.name: str(node.status) for node in result.result}  # type: ignore[union-attr]
    assert {name: status for name, status in found.items() if status in ("fail", "warn")} == {
        "exchange_rates_agrees_with_the_rate_per_unit_as_sent": "warn",
        "exchange_rates_document_is_not_of_a_later_day": "fail",
        "unique_combination_of_columns_exchange_rates_rate_date__currency_code": "fail",
        next(name for name in found if name.startswith("row_hash_of_")): "fail",
    }


def test_the_unit_tests_pass(land: Landed, dbt: Dbt) -> None:
    """All there are but those of users, which need no table that `land` makes not."""
    run(dbt, *MODELS, "locations", "top_locations", "users")
    result = dbt("test", "--select", "test_type:unit")
    assert result.success, messages(result)


def test_nothing_depends_on_the_session(warehouse: Server, land: Landed, dbt: Dbt) -> None:
    land("2020-04-25", rate("AUD"))
    run(dbt, *MODELS)
    query = (
        "select row_hash, exchange_rate_id, rate_date::date - date '2000-01-01' as days"
        " from analytics.stg_cbr__exchange_rates"
    )
    ordinary = read(warehouse, query)
    assert ordinary[0]["exchange_rate_id"] == "2020-04-25/R-AUD"
    for style in ("German", "SQL, MDY", "SQL, DMY", "Postgres, YMD"):
        assert read(warehouse, query, datestyle=style, timezone="Asia/Kathmandu") == ordinary


# A field's type, a value of it, and what becomes of it as text; None for what cannot be typed.
TYPED: list[tuple[str, Any, str | None]] = [
    ("bigint", 9223372036854775807, "9223372036854775807"),
    ("bigint", "-9223372036854775808", "-9223372036854775808"),
    ("bigint", 9223372036854775808, None),
    ("bigint", -9223372036854775809, None),
    ("bigint", 12.0, "12"),
    ("bigint", "1e3", None),
    ("bigint", True, None),
    ("boolean", True, "true"),
    ("boolean", False, "false"),
    ("boolean", "true", "true"),
    ("boolean", "false", "false"),
    ("boolean", "t", None),
    ("boolean", "TRUE", None),
    ("boolean", 1, "true"),
    ("boolean", "0", "false"),
    ("boolean", 2, None),
    ("boolean", [True], None),
    ("date", "2020-02-29", "2020-02-29"),
    ("date", "0001-01-01", "0001-01-01"),
    ("date", "9999-12-31", "9999-12-31"),
    ("date", "2021-02-29", None),
    ("date", "2000-02-29", "2000-02-29"),
    ("date", "1900-02-29", None),
    ("date", "0000-01-01", None),
    ("date", "2020-4-5", None),
    ("date", "2020-04-31", None),
    ("date", "2020-04-25T00:00:00", None),
    ("date", "2020-04-25\n", None),
    ("date", "25.04.2020", None),
    ("date", "infinity", None),
    ("date", 20200425, None),
    ("date_dmy", "25.04.2020", "2020-04-25"),
    ("date_dmy", "25/04/2020", "2020-04-25"),
    ("date_dmy", "04/05/2020", "2020-05-04"),
    ("date_dmy", "29.02.2020", "2020-02-29"),
    ("date_dmy", "29/02/2000", "2000-02-29"),
    ("date_dmy", "31.12.9999", "9999-12-31"),
    ("date_dmy", "01.01.0001", "0001-01-01"),
    ("date_dmy", "29.02.2021", None),
    ("date_dmy", "29/02/1900", None),
    ("date_dmy", "31.04.2020", None),
    ("date_dmy", "04/25/2020", None),
    ("date_dmy", "25.04/2020", None),
    ("date_dmy", "25-04-2020", None),
    ("date_dmy", "5.4.2020", None),
    ("date_dmy", "25.04.20", None),
    ("date_dmy", "25.04.0000", None),
    ("date_dmy", "2020-04-25", None),
    ("timestamp", "2020-04-25T12:30:00", "2020-04-25 12:30:00"),
    ("timestamp", "2020-04-25 12:30:00.25", "2020-04-25 12:30:00.25"),
    ("timestamp", "2020-04-25T12:30:00Z", None),
    ("timestamp", "2020-04-25T12:30:00+03:00", None),
    ("timestamp", "2020-04-25T12:30", "2020-04-25 12:30:00"),
    ("timestamp", "2020-04-25T12", None),
    ("timestamp", "2020-04-25T24:00:00", None),
    ("timestamp", "2020-04-25", None),
    ("timestamp", "2020-02-30T00:00:00", None),
    ("timestamp", "now", None),
    ("timestamptz", "2020-04-25 12:30:00.25+03:00", "2020-04-25 09:30:00.25+00"),
    ("timestamptz", "2020-04-25 12:30:00Z", "2020-04-25 12:30:00+00"),
    ("timestamptz", "2020-04-25T12:30Z", "2020-04-25 12:30:00+00"),
    ("timestamptz", "2020-04-25T12:30:00+03", "2020-04-25 09:30:00+00"),
    ("timestamptz", "2020-04-25  12:30:00Z", None),
    ("timestamptz", "2020-04-25 12:30:00", None),
    ("numeric_comma", "47,4374", "47.4374"),
    ("numeric_comma", "-0,50", "-0.50"),
    ("numeric_comma", "1000", "1000"),
    ("numeric_comma", 1000, "1000"),
    ("numeric_comma", "1,90518E-05", "0.0000190518"),
    ("numeric_comma", "47.4374", None),
    ("numeric_comma", "1,000,000", None),
    ("numeric_comma", "1 000,5", None),
    ("numeric_comma", ",5", None),
    ("numeric_comma", "5,", None),
    ("numeric_comma", "NaN", None),
    ("numeric_comma", "1e400", None),
    ("numeric_comma", "9" * 2000, None),
    ("jsonb", {"a": [1, None]}, '{"a": [1, null]}'),
    ("jsonb", [], "[]"),
    ("jsonb", "text", '"text"'),
    ("jsonb", "", '""'),
    ("jsonb", 0, "0"),
    ("jsonb", None, None),
]
WORDS = {
    "bigint": "not an integer",
    "boolean": "not a boolean",
    "date": "not a date",
    "date_dmy": "not a date",
    "timestamp": "not a timestamp",
    "timestamptz": "not a timestamp with time zone",
    "numeric_comma": "not a number",
}


@pytest.fixture
def dbt_project(dbt_project: Path, tmp_path: Path) -> Path:
    """A copy for this test alone, which may add models to it."""
    copy = tmp_path / "dbt_project"
    shutil.copytree(dbt_project, copy, ignore=shutil.ignore_patterns("logs"))
    return copy


def typed(dbt_project: Path, dbt: Dbt, fields: str, more: str = "") -> None:
    """Build the view `typed` of the users' raw table, `fields` being Jinja's."""
    (dbt_project / "models" / "typed.sql").write_text(
        "{% set fields = " + fields + " %}\nwith source as (select * from {{ source('randomuser',"
        " 'randomuser__users') }}), typed as ({{ from_json('source', 'record', fields"
        + more
        + ") }})\nselect *, {{ row_hash(content_of(fields)) }} as row_hash from typed\n",
        encoding="utf-8",
    )
    result = dbt("run", "--select", "typed")
    assert result.success, messages(result)


def test_each_type(warehouse: Server, dbt_project: Path, dbt: Dbt) -> None:
    """A field of each value, so that all that cannot be typed is in one reason."""
    record = {f"f{number}": value for number, (_, value, _) in enumerate(TYPED)}
    Raw(warehouse).land(TABLES[0], DAYS[0], record)
    fields = [(f"f{number}", f"f{number}", type_) for number, (type_, _, _) in enumerate(TYPED)]
    typed(dbt_project, dbt, repr(fields))
    columns = ", ".join(f"f{number}::text" for number in range(len(TYPED)))
    query = f"select {columns} from analytics.typed"
    (row,) = read(warehouse, query)
    assert row == {f"f{number}": text for number, (_, _, text) in enumerate(TYPED)}
    (said,) = read(warehouse, "select rejection_reason, misfits, row_hash from analytics.typed")
    assert said["rejection_reason"] is None
    assert sorted(said["misfits"].split("; ")) == sorted(
        f"f{number}: {WORDS[type_]}"
        for number, (type_, value, text) in enumerate(TYPED)
        if text is None and value is not None
    )
    hashes = "select row_hash from analytics.typed"
    for style in ("German", "SQL, MDY", "SQL, DMY"):
        again = read(warehouse, hashes, datestyle=style, timezone="Asia/Kathmandu")
        assert again == [{"row_hash": said["row_hash"]}]


HOSTILE = [
    "it's",
    "''",
    "');drop schema raw cascade;--",
    'a "quoted" name',
    "a.b",
    "a,b",
    "{a}",
    "}",
    "back\\slash",
    "\\'; drop schema raw cascade; --",
    "\\",
    "\\\\",
    '\\"',
    "{{ target.password }}",
    "{% raw %}",
    "{# no comment #}",
    "%s %(a)s %",
    "null",
    "NULL",
    " ",
    " blank ",
    "",
    "0",
    "$1",
    "$$",
    "--",
    "/*",
    "имя",
    "名前",
    "\U0001f680",
    "e\u0301",
    "new\nline",
    "tab\t",
]


@pytest.mark.parametrize("conforming", ["on", "off"])
def test_names_may_hold_anything(
    conforming: str, warehouse: Server, dbt_project: Path, dbt: Dbt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As names of fields and of objects around them; wrong values name them in the reason."""
    monkeypatch.setenv("PGOPTIONS", f"-c standard_conforming_strings={conforming}")
    record: dict[str, Any] = {name: f"of {name}" for name in HOSTILE}
    record["in"] = {name: {name: "no integer"} for name in HOSTILE}
    raw = Raw(warehouse)
    raw.land(TABLES[0], DAYS[0], record, {"in": dict.fromkeys(HOSTILE, 7)})
    fields = [(f"f{number}", [name], "text") for number, name in enumerate(HOSTILE)]
    fields += [(f"g{number}", ["in", name, name], "integer") for number, name in enumerate(HOSTILE)]
    required = [[name] for name in HOSTILE]
    typed(dbt_project, dbt, jinja(fields), f", required={jinja(required)}")
    first, second = read(warehouse, "select * from analytics.typed order by record_no")
    assert [first[f"f{number}"] for number in range(len(HOSTILE))] == [
        f"of {name}" for name in HOSTILE
    ]
    assert first["rejection_reason"] is None
    assert first["misfits"] == "; ".join(f"in.{name}.{name}: not an integer" for name in HOSTILE)
    assert second["rejection_reason"] == "; ".join(f"{name}: missing" for name in HOSTILE)
    assert second["misfits"] == "; ".join(f"in.{name}: not an object" for name in HOSTILE)


def test_an_index_is_that_of_an_item_of_a_list(
    warehouse: Server, dbt_project: Path, dbt: Dbt
) -> None:
    """Of records that are lists, and of lists in them."""
    rows: list[Any] = [["a", "7", {"b": [1, "2"]}], ["b", "x", {"b": {"0": 1}}], {"0": "c"}, ["d"]]
    Raw(warehouse).land(TABLES[0], DAYS[0], *rows)
    fields = "[('name', [0], 'text'), ('size', [1], 'integer'), ('last', [2, 'b', -1], 'integer')]"
    typed(dbt_project, dbt, fields, ", required=[[1]]")
    found = read(
        warehouse,
        "select name, size, last, rejection_reason, misfits from analytics.typed"
        " order by record_no",
    )
    assert [tuple(row.values()) for row in found] == [
        ("a", 7, 2, None, None),
        ("b", None, None, "1: not an integer", "2.b: not a list"),
        (None, None, None, "record: not a list", None),
        ("d", None, None, "1: missing", None),
    ]


def jinja(value: Any) -> str:
    """A list of lists, tuples and texts as Jinja's literal."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    inner = ", ".join(map(jinja, value))
    return f"[{inner}]" if isinstance(value, list) else f"({inner})"
