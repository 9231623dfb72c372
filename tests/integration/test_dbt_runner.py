"""dbt in a task: parsed once, anew as soon as anything it depends on has changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from elt.stack.server import Server
from elt.transform import dbt_runner
from elt.transform.statements import Statements
from elt.warehouse import TRANSFORMER

PROJECT = """\
name: tiny
profile: elt
flags:
  send_anonymous_usage_stats: false
"""
MODEL = "select '{{ shout() }}' as said, '{{ env_var('ELT_TEST_WORD', 'none') }}' as word"
MACRO = "{% macro shout() %}one{% endmacro %}"


@pytest.fixture
def tiny(tmp_path: Path, warehouse: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of one model and one macro, in a place of its own in the warehouse."""
    folder = tmp_path / "project"
    for name in ("models", "macros"):
        (folder / name).mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(PROJECT)
    (folder / "models" / "one.sql").write_text(MODEL)
    (folder / "macros" / "shout.sql").write_text(MACRO)
    parameters = warehouse.parameters(TRANSFORMER)
    output = {
        "type": "postgres",
        "host": parameters["host"],
        "port": int(parameters["port"]),
        "user": parameters["user"],
        "password": parameters["password"],
        "dbname": parameters["dbname"],
        "schema": "analytics",
        "threads": 1,
    }
    profiles = {"elt": {"target": "postgres", "outputs": {"postgres": output}}}
    (folder / "profiles.yml").write_text(json.dumps(profiles))
    monkeypatch.setenv("ELT_DBT_PROJECT", str(folder))
    monkeypatch.delenv("ELT_DBT_TARGET_PATH", raising=False)
    monkeypatch.delenv("ELT_TEST_WORD", raising=False)
    yield folder
    dbt_runner._parsed.pop(folder, None)


@pytest.fixture
def parses(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with each command that is called without a manifest."""
    called = []
    real: Any = dbt_runner.dbtRunner  # type: ignore[attr-defined]

    class Counting(real):  # type: ignore[misc]
        def invoke(self, args: list[str], **options: Any) -> Any:
            if self.manifest is None:
                called.append(next(arg for arg in args if not arg.startswith("-")))
            return super().invoke(args, **options)

    monkeypatch.setattr(dbt_runner, "dbtRunner", Counting)
    return called


@pytest.fixture
def build(tiny: Path, tmp_path: Path) -> Callable[..., Any]:
    """Builds a model as a task does, in a copy that is made of links; dbt's result."""
    folders = iter(range(100))

    def build(model: str = "one", *, callbacks: tuple[Any, ...] = ()) -> Any:
        copy = tmp_path / f"copy-{next(folders)}"
        copy.mkdir()
        for entry in tiny.iterdir():
            (copy / entry.name).symlink_to(entry)
        command = ["dbt", "run", "--select", model, "--project-dir", str(copy)]
        command += ["--profiles-dir", str(tiny), "--profile", "elt", "--target", "postgres"]
        before = Path.cwd()
        result = dbt_runner.run(
            command, {"DBT_TARGET_PATH": "target"}, str(copy), callbacks=callbacks
        )
        assert Path.cwd() == before
        assert "DBT_TARGET_PATH" not in os.environ
        build.copy = copy  # type: ignore[attr-defined]
        return result

    return build


def said(sql: Callable[..., Any]) -> Any:
    return sql("select said, word from analytics.one")


def keep_parsed(tiny: Path) -> None:
    """As `dbt parse` leaves it, so that what follows parses what has changed alone."""
    (tiny / "target").mkdir()
    manifest = dbt_runner._parsed[tiny].manifest
    (tiny / "target" / "partial_parse.msgpack").write_bytes(manifest.to_msgpack())


def test_a_project_is_parsed_once_and_anew_when_it_was_edited(
    build: Callable[..., Any], parses: list[str], tiny: Path, sql: Callable[..., Any]
) -> None:
    # As the scheduler does, before tasks are forked.
    dbt_runner.warm()
    keep_parsed(tiny)
    for _ in range(3):
        assert build().success
    assert parses == ["parse"]
    assert said(sql) == [("one", "none")]

    shout = tiny / "macros" / "shout.sql"
    shout.write_text(MACRO.replace("one", "two"))
    assert build().success
    assert said(sql) == [("two", "none")]
    # Of the same length and time, as `cp --preserve` or an unpacked archive leave it.
    facts = shout.stat()
    other = tiny / "other"
    other.write_text(MACRO.replace("one", "six"))
    os.utime(other, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    other.replace(shout)
    assert build().success
    assert said(sql) == [("six", "none")]
    assert parses == ["parse"] * 3

    # Folders of dbt's own have such names, but not among the models.
    inner = tiny / "models" / "logs" / "two.sql"
    inner.parent.mkdir()
    inner.write_text("select 2 as two")
    assert build("two").success
    inner.write_text("select 22 as two")
    assert build("two").success
    assert sql("select two from analytics.two") == [(22,)]

    # The lock of an editor is a link to nothing.
    (tiny / "models" / ".#one.sql").symlink_to("somebody@somewhere.1234")
    assert build().success

    (tiny / "models" / "one.sql").write_text("select {{ nothing( }}")
    failed = build()
    assert not failed.success
    assert "one.sql" in str(failed.exception)
    (tiny / "models" / "one.sql").write_text(MODEL)
    assert build().success


def test_a_variable_that_was_read_while_parsing_counts(
    build: Callable[..., Any],
    parses: list[str],
    tiny: Path,
    sql: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tiny / "models" / "one.sql").write_text(
        "{{ config(alias=env_var('ELT_TEST_WORD', 'one')) }}" + MODEL
    )
    assert build().success
    keep_parsed(tiny)
    monkeypatch.setenv("ELT_TEST_WORD", "other")
    assert build().success
    assert sql("select said, word from analytics.other") == [("one", "other")]
    monkeypatch.setenv("ELT_TEST_UNREAD", "other")
    assert build().success
    assert parses == ["parse", "parse"]


def test_results_are_left_and_no_manifest(build: Callable[..., Any], tiny: Path) -> None:
    statements = Statements()
    (tiny / "models" / "one.sql").write_text(
        "{{ config(materialized='table') }} select 1 / 0 as one"
    )
    assert not build(callbacks=(statements,)).success
    target = build.copy / "target"  # type: ignore[attr-defined]
    results = json.loads((target / "run_results.json").read_text())["results"]
    assert [(entry["unique_id"], entry["status"]) for entry in results] == [
        ("model.tiny.one", "error")
    ]
    assert "1 / 0" in str(statements.take("model.tiny.one"))
    assert not (target / "manifest.json").exists()
    assert not (tiny / "target").exists()
