"""`elt new` against a live server: what it writes passes the checks, loads and builds as it is."""

from __future__ import annotations

import importlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import jinja2
import psycopg
import pytest
from psycopg.rows import dict_row
from rich.console import Console

from elt import warehouse as names
from elt.local import postgres
from elt.local.airflow_home import dbt_secret, public_environment
from elt.local.home import Home
from elt.names import SNAKE_CASE
from elt.scaffold import naming, new
from elt.scaffold.plan import Request
from elt.source.period import Period
from elt.stack import connections
from elt.stack.airflow_config import connections as airflow_connections
from elt.stack.errors import StackError, UsageError
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from tests.integration.conftest import parse
from tests.integration.test_dag import described
from tests.integration.test_marts import messages

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
TOKEN = "Bearer s3cret-of-the-look"

DAY = datetime(2026, 5, 1, tzinfo=UTC)

ORDERS = [
    {
        "orderId": number,
        "uuid": f"00000000-0000-4000-8000-{number:012d}",
        "placedAt": f"2026-03-{number % 28 + 1:02d}T10:20:30.125Z",
        "dueOn": f"2026-04-{number % 28 + 1:02d}",
        "total": {"amount": f"{number}.50", "currency": "EUR"},
        "customer": {
            "name": f"Customer {number}",
            "address": {"zip": f"{number:05d}", "geo": {"lat": 1.5, "lon": -number}},
            "accessToken": "s3cret-of-a-customer",
        },
        "order": number if number % 2 else None,
        "paid": number % 3 == 0,
        "units": 3_000_000_000 + number,
        "note": None,
        "lines": [{"sku": "a", "count": 1}],
    }
    for number in range(1, 46)
]

EVIL = [
    "it's",
    'quo"te',
    "back\\slash",
    "new\nline",
    "tab\there",
    "{{ 7 * 7 }}",
    "{% set x = 1 %}",
    "{# comment #}",
    "'); drop table raw.loads; --",
    '"""\nimport os\n',
    "$(touch /tmp/elt-was-here)",
    "",
    " ",
    "🎉",
    "имя",
    "a.b",
    "a b",
    "A B",
    "a_b",
    "select",
    "user",
    "order",
    "desc",
    "record",
    "load_id",
    "row_hash",
    "ctid",
    "%s %(x)s",
    "!!python/object:os.system",
    "<<mart>>",
    "- yaml: &anchor",
    "x" * 300,
    "long " * 30,
    "ю" * 70,
    "\u202egnp.exe",
    "\u2028",
    "nested'{{",
]
HOSTILE = [
    {
        "id": number,
        **{name: f"{name} {number}" for name in EVIL[:-1]},
        EVIL[-1]: {"in'ner\n}}": number, "also.dotted": "x"},
        "huge": "y" * 100_000,
        "digits": int("9" * 400),
        "numbers": [number, {"{{": 1}],
    }
    for number in range(1, 4)
]

RATES = """<?xml version="1.0" encoding="windows-1251"?>
<Курсы Дата="25.04.2026"><Пусто/>
<Item ID="R01"><Code>036</Code><Имя>Доллар &amp; "1"</Имя><Value>47,4374</Value><Per>1</Per></Item>
<Item ID="R02"><Code>051</Code><Имя>Драм</Имя><Value>15,57</Value><Per>100</Per></Item>
</Курсы>"""

STATUS = {"healthy": True, "load": {"one": 0.25, "five": 1}, "since": "2026-01-02 03:04:05"}
asked: list[str] = []
"""The days for which rates were asked."""
WIDE = [{"id": "a", **{f"field {number}": number for number in range(1_000)}}]


def person(number: int) -> dict[str, Any]:
    """One of a source that makes up as many as it is asked for."""
    return {"name": f"P {number}", "login": {"uuid": str(UUID(int=number)), "password": "s3cret"}}


def pages(records: list[Any], query: dict[str, str]) -> list[Any]:
    page, size = int(query.get("page", "1")), int(query.get("per_page", "20"))
    return records[(page - 1) * size : page * size]


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        kind, links, status = "application/json", None, 200
        body: Any = None
        match parts.path:
            case "/v1/sales-orders":
                assert query["region"] == "eu"
                body = {
                    "meta": {"total": len(ORDERS), "count": 20},
                    "data": {"orders": pages(ORDERS, query)},
                }
            case "/hostile":
                body = {"data": HOSTILE, "{{ next }}": None}
            case "/rates.xml":
                asked.append(query.get("date_req", ""))
                kind, body = "application/xml", RATES.encode("windows-1251")
            case "/list/issues":
                if self.headers.get("Authorization") != TOKEN:
                    status, body = 401, {}
                else:
                    found = [{"id": f"I-{number}", "seen": TOKEN} for number in range(7)]
                    at = int(query.get("after", "0"))
                    body = found[at : at + 3]
                    if at + 3 < len(found):
                        links = f"<http://{self.headers['Host']}/list/issues?after={at + 3}>"
            case "/status":
                body = STATUS
            case "/wide":
                body = WIDE
            case "/people":
                page, size = int(query.get("page", "1")), int(query.get("results", "5"))
                body = {
                    "results": [
                        person(number) for number in range(page * size, page * size + size)
                    ],
                    "info": {"page": page, "results": size},
                }
            case "/world/indicators":
                number = int(query.get("page", "1"))
                rows = [{"@iso.id": f"C{n}", "in.value": n / 2} for n in range(5)]
                meta = {"page": number, "pages": 3, "per_page": "2", "total": 5}
                body = [meta, rows[number * 2 - 2 : number * 2]]
            case "/refused":
                status = 422
                said = self.headers.get("Authorization", "")
                body = {"errors": [{"status": "422", "detail": f"no\nregion for {said}"}]}
            case "/failed":
                body = {"error": f"over quota for {query.get('api_key')}"}
            case "/failed.xml":
                kind, body = "text/xml", b"<rates>\n  Error in\n  parameters\n</rates>"
            case "/page":
                kind, body = "text/html", b"<!DOCTYPE html><title>Sign in</title>"
            case "/empty":
                body = {"results": [], "count": 0}
            case _:
                status, body = 404, {}
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if links:
            self.send_header("Link", f'{links}; rel="next"')
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def clone(folder: Path) -> Home:
    """A copy of the project, as far as `elt new` and the linters look at it."""
    ignore = shutil.ignore_patterns("target", "logs", "__pycache__")
    for name in ("dags", "dbt_project"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignore)
    for name in ("pyproject.toml", ".sqlfluff", ".sqlfluffignore", ".yamllint.yml", ".gitignore"):
        shutil.copy(ROOT / name, folder / name)
    (folder / "tests").mkdir()
    # For ruff to know what is ours.
    (folder / "elt").symlink_to(ROOT / "elt")
    return Home(folder / ".elt", folder)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def call(home: Home, source: str, url: str, **options: Any) -> str:
    said = StringIO()
    dry_run = options.pop("dry_run", False)
    new.new(home, Request(source, url, **options), Console(file=said, width=500), dry_run=dry_run)
    return said.getvalue()


REQUESTS: dict[str, tuple[str, dict[str, Any]]] = {
    "shop": ("/v1/sales-orders?region=eu&page=1&per_page=20", {}),
    "hostile": ("/hostile", {}),
    "bank": ("/rates.xml?date_req=05/04/2025", {"key": "@ID"}),
    "crowd": ("/people?results=5", {"key": "login.uuid"}),
    "tracker": ("/list/issues", {"headers": {"Authorization": TOKEN}}),
    "health": ("/status", {}),
    "wide": ("/wide", {"entity": "things"}),
    "world": ("/world/indicators", {"key": "@iso.id"}),
}


class Made:
    """What `elt new` wrote and said for each of REQUESTS, in one clone."""

    def __init__(self, home: Home, url: str) -> None:
        self.home = home
        self.url = url
        self.folder = home.project
        before = tree(self.folder)
        self.said = {
            source: call(home, source, f"{url}{path}", **options)
            for source, (path, options) in REQUESTS.items()
        }
        after = tree(self.folder)
        self.changed = {name for name in before if before[name] != after[name]}
        self.files = {
            name: after[name].decode(errors="replace") for name in after if name not in before
        }

    def of(self, suffix: str) -> list[str]:
        return sorted(name for name in self.files if name.endswith(suffix))

    def text(self, ending: str) -> str:
        (name,) = (name for name in self.files if name.endswith(ending))
        return self.files[name]


@pytest.fixture(scope="module")
def made(url: str, tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(clone(tmp_path_factory.mktemp("clone")), url)


@pytest.fixture(scope="module")
def dags(made: Made) -> Iterator[dict[str, Any]]:
    """The DAG files as modules, dbt's manifest being there."""
    with pytest.MonkeyPatch.context() as patch:
        parse(made.home.dbt_project)
        patch.setenv("ELT_DBT_PROJECT", str(made.home.dbt_project))
        patch.setattr(sys, "dont_write_bytecode", True)
        modules = {}
        for source in REQUESTS:
            path = made.folder / "dags" / f"{source}.py"
            spec = importlib.util.spec_from_file_location(f"made_{source}", path)
            assert spec and spec.loader
            modules[source] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(modules[source])
        yield modules


def rendered(dag: Any, texts: dict[str, str]) -> dict[str, str]:
    """The templates of a DAG as Airflow renders them in a run of 1 May 2026."""
    names = {
        **dag.user_defined_macros,
        "params": dag.params.dump(),
        "dag_run": SimpleNamespace(logical_date=DAY, run_after=DAY),
    }
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    return {name: environment.from_string(text).render(names) for name, text in texts.items()}


Read = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def read(cluster: Server, made: Made, dags: dict[str, Any]) -> Iterator[Read]:
    """Queries on a warehouse in which everything was loaded once and built, unit tests and all."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook
    from dbt.cli.main import dbtRunner

    from elt.airflow.hook import ApiHook
    from elt.extract import fetch
    from elt.extract.spool import Spool
    from elt.load import landing, ledger, raw_tables

    dsn = cluster.dsn(SUPERUSER, "postgres")
    with psycopg.connect(dsn, autocommit=True) as connection:
        for database in (names.WAREHOUSE_DATABASE, names.AIRFLOW_DATABASE):
            connection.execute(f"drop database if exists {database} with (force)".encode())
    postgres.prepare(cluster)
    with pytest.MonkeyPatch.context() as patch:
        apis = connections.read(made.home.connections_file)
        for conn_id, fields in airflow_connections(apis, cluster).items():
            patch.setenv(f"AIRFLOW_CONN_{conn_id.upper()}", json.dumps(fields))
        login = {
            "conn_type": "http",
            "host": made.url,
            "password": TOKEN.removeprefix("Bearer "),
            "extra": {"auth": "bearer"},
        }
        patch.setenv("AIRFLOW_CONN_TRACKER_API", json.dumps(login))
        loader = PostgresHook(postgres_conn_id="warehouse_loader")
        for module in dags.values():
            source = module.source
            raw_tables.create_tables(loader, source)
            with Spool() as spool:
                hook = ApiHook(source.conn_id)
                params = rendered(module.dag, dict(source.params))
                limit = module.dag.params.get("records")
                fetched = fetch.fetch(hook, source, params, limit, spool)
                run = ledger.Run("test", "run")
                landing.land(loader, source, Period(DAY, source.period), run, spool, fetched)
        project = made.home.dbt_project
        environment = {**public_environment(Home(project), cluster), **dbt_secret(cluster)}
        for name, value in environment.items():
            if name != "AIRFLOW_HOME":
                patch.setenv(name, value)
        folders = [f"--project-dir={project}", f"--profiles-dir={project}"]
        selected = [f"tag:{source}" for source in REQUESTS]
        result = dbtRunner().invoke(
            ["--quiet", "build", *folders, f"--log-path={project}/logs", "--select", *selected]
        )
        assert result.success, messages(result)
    dsn = cluster.dsn(SUPERUSER, names.WAREHOUSE_DATABASE)
    with psycopg.connect(dsn, row_factory=dict_row) as reader:
        reader.execute("set timezone to 'UTC'")

        def query(text: str) -> list[dict[str, Any]]:
            return reader.execute(text.encode()).fetchall()

        yield query


def test_what_is_written_passes_the_checks_of_the_project(made: Made) -> None:
    python = made.of(".py")
    # Of the plainest and of the worst names; sqlfluff takes a second a file.
    sql = [name for name in made.of(".sql") if "hostile" in name or "orders" in name]
    checks = {
        "ruff": ["check", *python],
        "ruff ": ["format", "--check", *python],
        "yamllint": ["--strict", *made.of(".yml")],
        "sqlfluff": ["lint", "--disable-progress-bar", *sql],
    }
    for program, arguments in checks.items():
        done = subprocess.run(
            [BIN / program.strip(), *arguments],
            cwd=made.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_nothing_else_is_touched(made: Made) -> None:
    assert made.changed == {"dags/connections.toml"}
    apis = connections.read(made.home.connections_file)
    assert apis["shop_api"] == made.url
    assert "tracker_api" not in apis, "where a login is wanted, a line would hide the connection"
    assert not list(made.folder.glob(".elt-new-*"))


def test_the_snapshot_is_that_of_the_dag(made: Made, dags: dict[str, Any]) -> None:
    from airflow.serialization.serialized_objects import DagSerialization

    for source, module in dags.items():
        dag = DagSerialization.from_dict(
            json.loads(json.dumps(DagSerialization.to_dict(module.dag)))
        )
        assert json.loads(made.text(f"snapshots/{source}.json")) == described(dag)
        assets = {asset for task in dag.tasks for asset in (*task.inlets, *task.outlets)}
        assert json.loads(made.text(f"snapshots/assets/{source}.json")) == {
            asset.name: {"uri": asset.uri, "group": asset.group} for asset in assets
        }


def test_every_model_is_described_and_tested(made: Made) -> None:
    for name in made.of(".sql"):
        (model,) = yaml(made.files[name.replace(".sql", ".yml")])["models"]
        assert model["description"].strip().endswith(".")
        assert "One row per" in model["description"]
        assert all(column["description"] for column in model["columns"])
        assert any("data_tests" in column for column in model["columns"])


def test_the_written_test_of_the_source_passes(made: Made, dags: dict[str, Any]) -> None:
    """As pytest would run it, but with the modules that are there already."""
    for source in REQUESTS:
        path = made.folder / "tests" / "integration" / "sources" / f"test_{source}.py"
        text = path.read_text().replace(f"from dags.{source} import source", "")
        scope: dict[str, Any] = {"__file__": str(path), "source": dags[source].source}
        exec(compile(text, path, "exec"), scope)
        with pytest.MonkeyPatch.context() as patch:
            scope["test_an_answer_is_decoded"](made.home.dbt_project, patch)


def test_page_numbers_and_nested_fields(made: Made, dags: dict[str, Any], read: Read) -> None:
    source = dags["shop"].source
    assert source.entity == "sales_orders"
    assert (source.records_path, source.key) == ("data.orders", "orderId")
    assert source.params == {"region": "eu"}
    pagination = source.pagination
    assert (pagination.page_param, pagination.size_param, pagination.page_size) == (
        "page",
        "per_page",
        20,
    )
    assert pagination.total_path == "meta.total"
    assert source.redact == ("customer.accessToken",)
    assert "s3cret" not in "".join(made.files.values())
    assert len(made.text("dags/shop.py").splitlines()) <= 30
    rows = read("select * from analytics.sales_orders order by order_id")
    assert len(rows) == len(ORDERS)
    assert rows[0] | {"row_hash": "", "load_id": 0} == {
        "order_id": 1,
        "uuid": rows[0]["uuid"],
        "total_currency": "EUR",
        "customer_name": "Customer 1",
        "customer_address_zip": "00001",
        "note": None,
        "row_hash": "",
        "total_amount": rows[0]["total_amount"],
        "customer_address_geo_lat": rows[0]["customer_address_geo_lat"],
        "customer_address_geo_lon": -1,
        "order_value": 1,
        "units": 3_000_000_001,
        "paid": False,
        "due_on": date(2026, 4, 2),
        "placed_at": datetime(2026, 3, 2, 10, 20, 30, 125000, tzinfo=UTC),
        "lines": [{"sku": "a", "count": 1}],
        "load_id": 0,
        "load_period": datetime(2026, 5, 1, tzinfo=UTC),
    }
    assert types(read, "sales_orders") | {} == {
        "order_id": "bigint",
        "uuid": "uuid",
        "total_currency": "text",
        "customer_name": "text",
        "customer_address_zip": "text",
        "note": "text",
        "row_hash": "text",
        "total_amount": "numeric",
        "customer_address_geo_lat": "numeric",
        "customer_address_geo_lon": "integer",
        "order_value": "integer",
        "units": "bigint",
        "paid": "boolean",
        "due_on": "date",
        "placed_at": "timestamp with time zone",
        "lines": "jsonb",
        "load_id": "bigint",
        "load_period": "timestamp with time zone",
    }


def test_hostile_names_and_values_are_data(made: Made, read: Read) -> None:
    rows = read("select * from analytics.hostile order by id")
    assert len(rows) == 3
    row = {name: value for name, value in rows[1].items() if isinstance(value, str)}
    for name in EVIL[:-1]:
        assert f"{name} 2" in row.values()
    assert all(SNAKE_CASE.fullmatch(name) for name in rows[0])
    assert read("select count(*) as n from raw.loads") == [{"n": len(REQUESTS)}]
    assert read("select count(*) as n from analytics.rejected_hostile") == [{"n": 0}]
    texts = {name: text for name, text in made.files.items() if "fixtures" not in name}
    for name, text in texts.items():
        assert "); drop" not in text, name
        assert "import os" not in text.splitlines(), name
    sql = "".join(text for name, text in texts.items() if name.endswith((".sql", "py")))
    assert sql.isascii()


def test_xml(made: Made, dags: dict[str, Any], read: Read) -> None:
    source = dags["bank"].source
    assert (source.format, source.records_path, source.key) == ("xml", "Item", "@ID")
    rows = read("select * from analytics.rates order by id")
    assert [(row["id"], row["code"], row["imia"], row["per"]) for row in rows] == [
        ("R01", "036", 'Доллар & "1"', 1),
        ("R02", "051", "Драм", 100),
    ]
    assert [str(row["value"]) for row in rows] == ["47.4374", "15.57"]
    # With prolog, attributes of the root, blanks and encoding.
    fixture = made.folder / "tests" / "fixtures" / "bank.xml"
    assert fixture.read_bytes() == RATES.encode("windows-1251")


def test_a_date_in_the_url_is_that_of_the_run(made: Made, dags: dict[str, Any], read: Read) -> None:
    assert dags["bank"].source.params == {"date_req": "{{ period(dag_run, '%d/%m/%Y') }}"}
    assert asked[0] == "05/04/2025"
    assert asked[-1] == "01/05/2026"
    for text in (made.said["bank"], made.text("dags/bank.py").replace("\n    # ", " ")):
        assert "had the day 05/04/2025" in text
        assert "day before month (05 April 2025)" in text


def test_what_is_around_the_records_is_taken_along(
    made: Made, dags: dict[str, Any], read: Read
) -> None:
    assert dags["bank"].source.from_response == {"document_data": "@Дата"}
    rows = read("select distinct document_data from analytics.rates")
    assert rows == [{"document_data": date(2026, 4, 25)}]


def test_an_endless_source_has_a_limit(made: Made, dags: dict[str, Any], read: Read) -> None:
    pagination = dags["crowd"].source.pagination
    assert (pagination.page_param, pagination.size_param, pagination.endless) == (
        "page",
        "results",
        True,
    )
    assert "no last page" in made.said["crowd"]
    assert read("select count(*) as n from analytics.people") == [{"n": 50}]
    assert dags["crowd"].dag.params["records"] == 50


def test_the_key_is_said_as_the_option_takes_it(made: Made) -> None:
    assert re.search(r"^key +login\.uuid$", made.said["crowd"], re.MULTILINE)
    assert re.search(r"^key +orderId \(--key may be uuid, too\)$", made.said["shop"], re.MULTILINE)
    said = call(made.home, "other", f"{made.url}/people?results=5", dry_run=True)
    assert re.search(r"^key +none \(--key may be login\.uuid\)$", said, re.MULTILINE)
    assert "candidates: login.uuid" in said


def test_a_list_with_links_and_a_login(made: Made, dags: dict[str, Any], read: Read) -> None:
    source = dags["tracker"].source
    assert type(source.pagination).__name__ == "LinkHeader"
    assert source.records_path is None
    assert len(read("select * from analytics.issues")) == 7
    assert TOKEN not in "".join(made.files.values())
    assert "AIRFLOW_CONN_TRACKER_API" in made.said["tracker"]


def test_places_that_are_lists(made: Made, dags: dict[str, Any], read: Read) -> None:
    source = dags["world"].source
    assert (source.records_path, source.keys) == ((1,), (("@iso.id",),))
    assert source.pagination.last_page_path == (0, "pages")
    rows = read("select iso_id, in_value from analytics.indicators order by iso_id")
    assert [(row["iso_id"], float(row["in_value"])) for row in rows] == [
        (f"C{number}", number / 2) for number in range(5)
    ]


def test_a_single_object_without_a_key(made: Made, dags: dict[str, Any], read: Read) -> None:
    assert dags["health"].source.key == ()
    assert not made.of("marts/status.sql")
    assert "no field identifies a record" in made.said["health"]
    (row,) = read("select * from analytics.stg_health__status")
    assert (row["healthy"], row["load_five"], row["since"]) == (
        True,
        1,
        datetime(2026, 1, 2, 3, 4, 5),  # noqa: DTZ001
    )
    assert read("select * from analytics.rejected_status") == []


def test_a_thousand_fields(made: Made, read: Read) -> None:
    (row,) = read("select * from analytics.things")
    assert (row["id"], row["field_198"]) == ("a", 198)
    assert "of 1,001 fields the first 200 became columns" in made.said["wide"]


def test_no_word_of_the_server_is_a_name_of_a_column(read: Read) -> None:
    words = read("select word from pg_catalog.pg_get_keywords() where catcode in ('R', 'T', 'C')")
    assert [row["word"] for row in words if not naming.is_reserved(row["word"])] == []
    columns = read("select attname from pg_catalog.pg_attribute where attnum < 0")
    assert [row["attname"] for row in columns if not naming.is_reserved(row["attname"])] == []


@pytest.mark.parametrize(
    ("source", "path", "options", "said"),
    [
        ("shop", "/v1/sales-orders?region=eu", {}, "'shop' is taken"),
        ("json", "/status", {}, "is the name of a Python module"),
        ("Shop", "/status", {}, "is not snake case"),
        ("class", "/status", {}, "a word of Python's"),
        (
            "other",
            "/page",
            {},
            "a web page, not data: .*; status 200, Content-Type 'text/html'; .* begins: .*Sign in",
        ),
        ("other", "/refused", {}, 'answered 422; it says "no region for"'),
        ("other", "/refused", {"headers": {"Authorization": TOKEN}}, r'"no region for \*\*\*"'),
        (
            "other",
            "/failed?api_key=s3cret-key",
            {},
            r'is an error; it says "over quota for \*\*\*"',
        ),
        ("other", "/failed.xml", {}, 'it says "Error in parameters"'),
        ("other", "/empty", {}, "no records now"),
        ("other", "/nowhere", {}, "answered 404"),
        ("other", "/list/issues", {}, "--header"),
        ("other", "/status", {"key": "load"}, "no record has a field 'load'"),
        ("other", "/hostile", {"records": "nothing"}, "has no 'nothing'"),
        ("other", "/status", {"records": "[1"}, r"--records: '\[1' is no list in JSON"),
        ("other", "/status?a={{ds}}", {}, "a template"),
        ("other", "/status", {"entity": "x" * 40}, "longer than"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_nothing(
    made: Made, source: str, path: str, options: dict[str, Any], said: str
) -> None:
    before = tree(made.folder)
    with pytest.raises(StackError, match=said) as error:
        call(made.home, source, f"{made.url}{path}", **options)
    assert "\n" not in str(error.value)
    assert "s3cret" not in str(error.value)
    assert tree(made.folder) == before


def test_no_login_in_the_url(made: Made) -> None:
    with pytest.raises(UsageError, match="a login does not belong in a URL") as error:
        call(made.home, "other", "http://me:s3cret@127.0.0.1/x")
    assert "s3cret" not in str(error.value)


def test_a_dry_run_writes_nothing(made: Made) -> None:
    before = tree(made.folder)
    said = call(made.home, "other", f"{made.url}/status", dry_run=True)
    assert "--- dags/other.py" in said
    assert "Would write:" in said
    assert tree(made.folder) == before


def test_what_fails_at_the_end_is_undone(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> bool:
        raise KeyboardInterrupt

    before = tree(made.folder)
    monkeypatch.setattr(connections, "add", fail)
    with pytest.raises(KeyboardInterrupt):
        call(made.home, "other", f"{made.url}/status")
    assert tree(made.folder) == before
    assert not (made.folder / "dbt_project" / "models" / "staging" / "other").exists()


def test_a_file_that_is_there_is_left_alone(made: Made) -> None:
    fixture = made.folder / "tests" / "fixtures" / "other.json"
    fixture.write_text("mine")
    before = tree(made.folder)
    with pytest.raises(StackError, match=r"nothing is overwritten.*other\.json"):
        call(made.home, "other", f"{made.url}/status")
    assert tree(made.folder) == before
    fixture.unlink()


def yaml(text: str) -> Any:
    # Without stubs; dbt brings it.
    return importlib.import_module("yaml").safe_load(text)


def types(read: Read, table: str) -> dict[str, str]:
    rows = read(
        "select column_name, data_type from information_schema.columns"
        f" where table_schema = 'analytics' and table_name = '{table}'"
    )
    return {row["column_name"]: row["data_type"] for row in rows}
