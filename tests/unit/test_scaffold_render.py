"""The files' texts: whatever a source calls its fields, they say what they should."""

from __future__ import annotations

import ast
import importlib
import json
import re
from typing import Any
from urllib.parse import urlencode

import jinja2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from elt.extract.decode import Decoder
from elt.http.response import Response
from elt.local.home import Home
from elt.names import SNAKE_CASE
from elt.scaffold.look import LookError
from elt.scaffold.new import texts
from elt.scaffold.plan import Plan, Request
from elt.scaffold.planning import MOST_COLUMNS, plan
from elt.scaffold.render import fixture, literals
from elt.source import Source
from elt.stack.errors import UsageError

yaml = importlib.import_module("yaml")

EVIL = (
    "'); drop table x; --",
    '"""',
    "{{ x }}",
    "{% set x %}",
    "{#",
    "#}",
    "\\",
    "\\u0027",
    "\n",
    ": ",
    "- ",
    "&a",
    "*a",
    "!!python/object:os.system",
    "<<mart>>",
    "a.b",
    "",
    "id",
    "ID",
    "select",
    "\u2028",
    "🎉",
)
NAME = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=90) | (
    st.sampled_from(EVIL)
)
VALUE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["2020-04-25", "1,5", "007", "true", "2020-04-25T00:00:00Z", *EVIL])
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAME, inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(NAME, VALUE, max_size=6), min_size=1, max_size=3)


class StillLook:
    """An endpoint that answers one thing, and knows no other page."""

    secrets: tuple[str, ...] = ()

    def __init__(self, body: Any) -> None:
        self.body = json.dumps(body).encode()

    def get(self, url: str, params: dict[str, str] | None = None) -> Response:
        if (params or {}).get("page", "1") != "1":
            raise LookError("no such page", 404)
        return Response(url, self.body, headers={"Content-Type": "application/json"})

    def follow(self, link: str, page: str) -> Response:
        raise LookError("no such page", 404)


def made(body: Any, **options: Any) -> Plan:
    request = Request("shop", options.pop("url", "http://api.example/v1/things"), **options)
    return plan(request, StillLook(body), frozenset({"users"}))  # type: ignore[arg-type]


def written(made: Plan, tmp: Any) -> dict[str, str]:
    home = Home(tmp / ".elt", tmp)
    (tmp / "tests").mkdir(exist_ok=True)
    return {str(path.relative_to(tmp)): text for path, text in texts(made, home).items()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return tmp_path_factory.mktemp("clone")


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(records=RECORDS)
def test_any_records_make_files_that_say_what_they_should(records: list[Any], folder: Any) -> None:
    try:
        found = made({"results": records})
    except LookError as error:
        # A secret under a name with a dot, nothing but empty objects: said, and nothing written.
        assert "\n" not in str(error)
        return
    for name, text in written(found, folder).items():
        assert text.endswith("\n")
        assert not text.endswith("\n\n")
        if name.endswith(".py"):
            is_plain_python(text)
        elif name.endswith(".sql"):
            is_plain_sql(text, found)
        elif name.endswith(".yml"):
            is_plain_yaml(text)
        elif "snapshots" in name:
            json.loads(text)
    answer = fixture.fixture(found).encode()
    kept = Decoder(found.source).decode(answer).records
    assert len(kept) == len(fixture.records(found)) <= fixture.MOST_RECORDS


def is_plain_python(text: str) -> None:
    """Calls nothing but what each of these files calls."""
    tree = ast.parse(text)
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "?")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    strategies = {"SinglePage", "PageNumber", "NextLink", "Cursor", "Offset", "LinkHeader"}
    ours = {"Source", "pipeline"} | strategies
    of_tests = {"Path", "Decoder", "decode", "setenv", "str", "len", "all", "text_at", "read_bytes"}
    assert called <= ours | of_tests
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert all(str(module).startswith(("elt.", "dags.", "pathlib")) for module in modules)
    assert max(map(len, text.splitlines())) <= 100
    assert text.isascii()


def is_plain_sql(text: str, found: Plan) -> None:
    """Its Jinja gives the macros what was seen, and the SQL around it is the template's."""
    called: dict[str, Any] = {}

    def take(name: str) -> Any:
        def macro(*arguments: Any, **named: Any) -> str:
            called[name] = (*arguments, named)
            return "sql"

        return macro

    known = (
        "ref staging_model records_to_type from_json row_hash content_of keyed_mart"
        " latest_per_key rejected_of"
    )
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    rendered = environment.from_string(text).render({name: take(name) for name in known.split()})
    assert re.fullmatch(r"[a-z0-9_\s().*,:;-]*", rendered.replace("lists and objects, as JSON", ""))
    assert max(map(len, text.splitlines())) <= 80
    assert text.isascii()
    key = {} if found.key is None else {"key": found.key.name}
    if "keyed_mart" in called:
        assert called["keyed_mart"] == (found.staging, key)
        assert called["latest_per_key"] == ("sql", key)
        assert called["ref"] == (found.staging, {})
    elif "rejected_of" in called:
        assert called == {"rejected_of": (found.staging, {})}
    else:
        assert called["staging_model"] == (found.source.table, key)
        assert called["records_to_type"] == (found.source.name, found.source.table, {})
        *_, fields, named = called["from_json"]
        required = named.get("required", [])
        assert [tuple(at.split(".")) if isinstance(at, str) else tuple(at) for at in required] == (
            [] if found.key is None else [found.key.path]
        )
        assert named["kept"] == ["load_period"]
        for column, (name, path, kind) in zip(found.columns, fields, strict=True):
            names = path.split(".") if isinstance(path, str) else path
            assert (name, tuple(names), kind) == (column.name, column.path, column.type)


def is_plain_yaml(text: str) -> None:
    """It parses, has no line that yamllint minds, and no Jinja."""
    for block in yaml.safe_load(text).values():
        for entry in block:
            assert SNAKE_CASE.fullmatch(entry["name"]) or "__" in entry["name"]
    assert not re.search(r"\{[{%#]", text)
    for line in text.splitlines():
        assert len(line) <= 100 or " " not in line.strip(), line
        assert line == line.rstrip()
        assert line.isprintable(), line


@given(st.text())
def test_literals_are_the_text_and_nothing_else(text: str) -> None:
    assert ast.literal_eval(literals.python(text)) == text
    assert json.loads(literals.json(text)) == text
    assert json.loads(literals.json(text, blanks=False)) == text
    if text.isascii() or all(ord(letter) not in range(0xD800, 0xE000) for letter in text):
        said = jinja2.Environment().from_string("{{ " + literals.jinja(text) + " }}").render()
        assert said == text
    whole = literals.pieces(text, 20, literals.python)
    assert "".join(map(ast.literal_eval, whole)) == text
    assert all(len(piece) <= 20 for piece in whole)


@settings(deadline=None)
@given(params=st.dictionaries(st.text(max_size=40), st.text(max_size=200), max_size=4))
def test_any_parameters_are_declared_as_they_are(params: dict[str, str], folder: Any) -> None:
    try:
        url = f"http://api.example/things?{urlencode(params)}"
        found = made([{"id": 1}], url=url)
    except (UsageError, UnicodeEncodeError) as error:
        assert "\n" not in str(error)
        return
    is_plain_python(text := written(found, folder)["dags/shop.py"])
    (call,) = (
        node
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Source"
    )
    declared = {word.arg: word.value for word in call.keywords}
    given = ast.literal_eval(declared["params"]) if "params" in declared else {}
    assert given == dict(found.source.params)


def test_the_dag_file_of_pages_by_number_is_short(folder: Any) -> None:
    found = made({"results": [{"id": 1, "password": "x"}], "total": 1}, url="http://a/x?page=1&q=2")
    text = written(found, folder)["dags/shop.py"]
    assert len(text.splitlines()) <= 25
    assert 'redact=("password",)' in text
    assert 'pagination=PageNumber(page_param="page", past_end=404' in text


def test_no_secret_is_written(folder: Any) -> None:
    record = {
        "id": 1,
        "login": {"password": "s3cret", "sent": "with s3cret-key-in-the-url"},
        "list": [{"token": "s3cret"}],
    }
    body = {"results": [record], "api_token": "s3cret", "next": "/x?api_key=s3cret-key-in-the-url"}
    found = made(body, url="http://api.example/x?api_key=s3cret-key-in-the-url&q=1")
    assert found.source.redact == ("list.token", "login.password")
    assert found.source.params == {"q": "1"}
    assert not found.new_connection
    assert any("AIRFLOW_CONN_SHOP_API" in remark for remark in found.remarks)
    files = written(found, folder)
    assert "s3cret" not in "".join(files.values())


def test_a_secret_that_no_declaration_can_name_is_refused() -> None:
    with pytest.raises(LookError, match="no declaration can name"):
        made([{"id": 1, "": {"password": "x"}}])


def test_names_with_dots_are_places_that_are_lists(folder: Any) -> None:
    body = {
        "@odata.count": 1,
        "as.of": "2026-04-25",
        "d.ata": [{"@odata.id": "T1", "a.password": "x", "n": 1}],
    }
    found = made(body, key="@odata.id")
    assert found.source.redact == (("a.password",),)
    assert found.source.keys == (("@odata.id",),)
    text = written(found, folder)["dags/shop.py"]
    assert 'records_path=["d.ata"],' in text
    assert 'key=(["@odata.id"],),' in text
    assert 'redact=(["a.password"],),' in text
    assert 'from_response={"document_as_of": ["as.of"]},' in text
    files = written(found, folder)
    (fixture_text,) = (text for name, text in files.items() if "tests/fixtures/" in name)
    records = Decoder(found.source).decode(fixture_text.encode()).records
    assert [json.loads(record) for record in records] == [
        {"@odata.id": "T1", "n": 1, "document_as_of": "2026-04-25"}
    ]


def test_a_place_with_indices_keeps_its_place_in_the_fixture(folder: Any) -> None:
    found = made([{"page": 1, "pages": 1, "total": 2}, [{"id": "a"}, {"id": "b"}]])
    text = written(found, folder)["dags/shop.py"]
    assert "records_path=[1]," in text
    assert 'SinglePage(total_path=[0, "total"])' in text
    assert json.loads(fixture.fixture(found))[1] == [{"id": "a"}, {"id": "b"}]


def test_a_parameter_that_occurs_twice_is_declared_as_a_list(folder: Any) -> None:
    found = made([{"id": 1}], url="http://a/x?tag=a&tag=b%22&day=2026-04-25")
    text = written(found, folder)["dags/shop.py"]
    assert 'params={"tag": ["a", "b\\u0022"], "day": "{{ period(dag_run) }}"},' in text


def test_questions_are_written_into_the_dag_file(folder: Any) -> None:
    found = made({"data": [{"id": 1}, {"id": 2}], "has_more": True})
    namespace: dict[str, Any] = {}
    text = written(found, folder)["dags/shop.py"]
    exec(text.partition("dag = ")[0].replace("from elt.pipeline import pipeline", ""), namespace)
    assert namespace["source"].open_questions == found.source.open_questions != ()
    assert max(map(len, text.splitlines())) <= 100


def test_columns_come_in_the_order_of_the_projects_tables() -> None:
    record = {
        "day": "2026-01-01",
        "flag": True,
        "list": [],
        "name": "n",
        "count": 1,
        "at": "2026-01-01T00:00:00Z",
        "other_id": "x",
        "id": 7,
    }
    found = made([record])
    assert [column.name for column in found.columns] == [
        "id",
        "other_id",
        "name",
        "count",
        "flag",
        "day",
        "at",
        "list",
    ]
    assert found.key is not None
    assert found.key.type == "bigint"


def test_more_fields_than_columns() -> None:
    found = made([{**{f"f{number}": 1 for number in range(1_000)}, "id": 1}])
    assert len(found.columns) == MOST_COLUMNS
    assert found.columns[0].name == "id"
    assert "of 1,001 fields" in found.remarks[0]


def test_a_name_that_is_taken_makes_another_mart() -> None:
    found = made([{"id": 1}], url="http://api.example/users")
    assert (found.mart, found.rejected) == ("shop_users", "rejected_shop_users")


def test_a_parameter_that_fits_no_line_is_refused() -> None:
    with pytest.raises(UsageError, match="too long"):
        made([{"id": 1}], url=f"http://a/?{'x' * 90}=1")


def test_names_that_are_too_long_together_are_refused() -> None:
    with pytest.raises(Exception, match="longer than 40"):
        made([{"id": 1}], entity="x" * 36)


@pytest.mark.parametrize(("source", "entity"), [("s", "x" * 37), ("s" * 19, "y" * 19), ("a", "b")])
def test_the_title_fits_and_airflow_takes_the_file(source: str, entity: str, folder: Any) -> None:
    look = StillLook([{"id": 1}])
    url = f"http://{'a' * 60}.example/x"
    found = plan(Request(source, url, entity=entity), look, {entity})  # type: ignore[arg-type]
    text = written(found, folder)[f"dags/{source}.py"]
    is_plain_python(text)
    for name, other in written(found, folder).items():
        assert not name.endswith(".sql") or max(map(len, other.splitlines())) <= 80
    # Airflow passes over files without these.
    assert "airflow" in text.lower()
    assert "dag" in text


def test_a_fixture_is_small_and_its_numbers_are_as_sent() -> None:
    record = {"id": 1, "text": "x" * 1_000_000, "list": list(range(1_000)), "n": 1.50}
    body = json.dumps({"results": [record] * 3, "info": {"pages": 1}}).replace("1.5", "1.500")
    look = StillLook(None)
    look.body = body.encode()
    found = plan(Request("shop", "http://api.example/things"), look, ())  # type: ignore[arg-type]
    text = fixture.fixture(found)
    assert len(text) < 64 * 1024
    assert '"n": 1.500' in text
    assert json.loads(text)["info"] == {"pages": 1}


def test_xml_comes_back_as_it_was() -> None:
    body = (
        b'<r d="1"><w><i k="a&quot;&lt;"><n>1 &amp; 2</n><t>a</t><t>b</t><e/></i>'
        b'<i k="b">text<m x="&#10;"/></i></w></r>'
    )
    look = StillLook(None)
    look.body = body
    found = plan(Request("shop", "http://api.example/i"), look, ())  # type: ignore[arg-type]
    again = Decoder(found.source).decode(fixture.fixture(found).encode()).records
    assert [json.loads(record) for record in again] == [
        json.loads(record) for record in found.page.records
    ]


def test_the_declaration_is_what_was_decided(folder: Any) -> None:
    """The text of the DAG file makes the same source."""
    found = made({"results": [{"id": 1}], "total": 1}, url="http://a/x?page=1&q=2")
    text = written(found, folder)["dags/shop.py"]
    call = text[text.index("source = ") : text.index("dag = ")]
    from elt.source.pagination import PageNumber

    scope: dict[str, Any] = {"Source": Source, "PageNumber": PageNumber}
    exec(call, scope)
    assert scope["source"] == found.source
