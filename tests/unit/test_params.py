"""Parameters of a run: refused in words, before anything is loaded, by what the form says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from elt.airflow import params
from elt.local import declared_params

DAGS = Path(__file__).parents[2] / "dags"

TAKES: list[tuple[dict[str, Any], str]] = [
    ({"type": "integer", "minimum": 1, "maximum": 20_000}, "a whole number from 1 to 20,000"),
    ({"type": "integer", "minimum": 0}, "a whole number from 0 on"),
    ({"type": "number", "maximum": 1.5}, "a number up to 1.5"),
    ({"type": "boolean"}, "true or false"),
    ({"type": "string"}, "text"),
    ({"type": "string", "minLength": 2, "maxLength": 8}, "text of from 2 to 8 characters"),
    ({"type": "string", "pattern": "^[a-z]{2}$"}, "text of 2 characters out of a-z"),
    ({"type": "string", "pattern": "^[a-z_]+$"}, "text of at least one character out of a-z _"),
    ({"type": "string", "pattern": "^a|b$"}, "text that matches ^a|b$"),
    ({"type": "string", "format": "date"}, "a date like 2026-01-31"),
    ({"type": "string", "enum": ["asc", "desc"]}, "one of asc, desc"),
    ({"enum": [1, None, "a"]}, "one of 1, null, a"),
    ({"type": ["null", "integer"]}, "a whole number, or nothing"),
    ({"type": "array", "items": {"type": "integer"}}, "a list, each a whole number"),
    ({"type": "array", "items": {"enum": ["CH", "FR"]}}, "a list of CH, FR"),
    ({"type": "object"}, "a JSON object"),
    ({}, "any value"),
]


@pytest.mark.parametrize(("schema", "said"), TAKES, ids=[said for _, said in TAKES])
def test_what_a_parameter_takes_is_said_by_its_schema(schema: dict[str, Any], said: str) -> None:
    assert params.takes(schema) == said
    assert params.described("What for.", schema) == (
        f"What for. Takes {said}." if schema else "What for."
    )


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"results": 0}, "results is 0, but takes a whole number from 1 to 1,000,000"),
    ({"results": -1}, "results is -1, but takes a whole number from 1 to 1,000,000"),
    ({"results": 1_000_001}, "results is 1000001, but takes"),
    ({"results": "5"}, 'results is "5", but takes a whole number'),
    ({"results": None}, "results is null, but takes a whole number"),
    ({"results": True}, "results is true, but takes a whole number"),
    ({"seed": "a b"}, 'seed is "a b", but takes text of 1 to 64 characters out of A-Z a-z 0-9 _ .'),
    ({"seed": "x" * 65}, f'seed is "{"x" * 59}…, but takes text of 1 to 64 characters'),
    ({"nationalities": ["XX"]}, 'nationalities is ["XX"], but takes a list of AU, BR, CA'),
    ({"nationalities": "CH"}, 'nationalities is "CH", but takes a list of'),
    ({"results": 0, "seed": ""}, 'from 1 to 1,000,000; seed is "", but takes text'),
    ({"colour": 1, "size": 2}, "no parameters colour, size; it has: results, seed, nationalities"),
]


@pytest.mark.parametrize(("values", "said"), REFUSED)
def test_a_value_that_the_pipeline_does_not_take_is_refused_in_a_line(
    values: dict[str, object], said: str
) -> None:
    schemas = declared_params.read(DAGS, "user_processing")
    assert schemas is not None
    refused = params.refused("user_processing", schemas, values)
    assert said in refused
    assert refused.startswith("user_processing ")
    assert "\n" not in refused


def test_values_that_it_takes_are_not_refused() -> None:
    schemas = declared_params.read(DAGS, "user_processing") or {}
    for values in ({}, {"results": 1, "seed": None}, {"seed": "a-1", "nationalities": ["CH"]}):
        assert params.refused("user_processing", schemas, values) == ""


def test_what_the_file_says_is_what_airflow_has(dag_schemas: dict[str, Any]) -> None:
    """Read as text, and as the DAG that Airflow makes of the file."""
    for dag_id, schemas in dag_schemas.items():
        assert declared_params.read(DAGS, dag_id) == schemas


@pytest.fixture(scope="module")
def dag_schemas() -> dict[str, Any]:
    """The schemas in `dags/`, as a DAG makes them that takes the parameters as they are."""
    from airflow.sdk import Param

    found: dict[str, Any] = {}
    for path in DAGS.glob("*.py"):
        # Without its models: those need a manifest.
        made: dict[str, Any] = {}

        def pipeline(*_: object, made: dict[str, Any] = made, **arguments: Any) -> None:
            made[arguments["dag_id"]] = arguments.get("params") or {}

        text = path.read_text()
        if "elt.pipeline import pipeline" not in text:
            continue
        exec(text.replace("from elt.pipeline import pipeline", ""), {"pipeline": pipeline})
        for dag_id, declared in made.items():
            assert all(isinstance(param, Param) for param in declared.values())
            found[dag_id] = {name: param.schema for name, param in declared.items()}
    assert "user_processing" in found
    return found


PLAIN = """
from airflow.sdk import Param
from elt.pipeline import pipeline
MOST = 7
dag = pipeline(source, dag_id="plain", marts=[], {params})
"""


@pytest.mark.parametrize(
    ("declared", "schemas"),
    [
        ("", {}),
        ("params={}", {}),
        ("params={'n': Param(1, maximum=MOST)}", {"n": {"maximum": 7}}),
        ("params={'n': Param(default=1, description='N', enum=[MOST])}", {"n": {"enum": [7]}}),
        ("params={'n': 5}", {"n": {}}),
        # Not plain: the loaded DAG says.
        ("params=PARAMS", None),
        ("params={**common}", None),
        ("params={'n': Param(1, **common)}", None),
        ("params={'n': Param(1, maximum=most())}", None),
        ("params={'n': number(1)}", None),
        ("**more", None),
    ],
)  # fmt: skip
def test_a_file_is_read_as_far_as_it_is_plain(
    declared: str, schemas: dict[str, Any] | None, tmp_path: Path
) -> None:
    (tmp_path / "plain.py").write_text(PLAIN.format(params=declared))
    (tmp_path / "broken.py").write_text("plain = (")
    assert declared_params.read(tmp_path, "plain") == schemas


@pytest.mark.parametrize(
    "changed",
    [
        ("import pipeline", "import pipeline as build"),
        ("from elt.pipeline import pipeline", "from mine import pipeline"),
        ("pipeline(source, dag_id", "build(source, dag_id"),
    ],
)
def test_what_makes_the_dag_must_be_known(changed: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "plain.py").write_text(PLAIN.format(params="").replace(*changed))
    assert declared_params.read(tmp_path, "plain") is None


def test_nothing_of_airflow_is_loaded_for_it() -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom elt.local import declared_params, run\n"
        f"assert declared_params.read(Path({str(DAGS)!r}), 'user_processing')\n"
        "assert 'airflow' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
