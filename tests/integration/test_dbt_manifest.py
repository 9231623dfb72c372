"""The dbt manifest of a stack: parsed anew only when the project or the warehouse is another."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from elt.stack import dbt_manifest
from elt.transform import project

PROFILE = """\
elt:
  target: postgres
  outputs:
    postgres:
      type: postgres
      host: 127.0.0.1
      port: "{{ env_var('ELT_WAREHOUSE_PORT') | as_number }}"
      user: nobody
      password: none
      dbname: none
      schema: none
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A dbt project of one model."""
    folder = tmp_path / "project"
    (folder / "models").mkdir(parents=True)
    (folder / "dbt_project.yml").write_text(
        "name: tiny\nprofile: elt\nflags:\n  send_anonymous_usage_stats: false\n"
    )
    (folder / "profiles.yml").write_text(PROFILE)
    (folder / "models" / "one.sql").write_text("select 1 as one")
    return folder


def test_stacks_that_share_a_project_parse_it_once_each(tiny: Path, tmp_path: Path) -> None:
    def refresh(stack: str, port: int) -> bool:
        environment = {**os.environ, "ELT_WAREHOUSE_PORT": str(port)}
        target = tmp_path / stack / "target"
        done = dbt_manifest.refresh(tiny, environment, tmp_path / "logs", target)
        assert dbt_manifest.is_current(tiny, environment, target)
        assert (target / "manifest.json").exists()
        assert (target / "partial_parse.msgpack").exists()
        return done

    assert [refresh("one", 5001), refresh("other", 5002)] == [True, True]
    assert [refresh("one", 5001), refresh("other", 5002)] == [False, False]
    assert not (tiny / "target").exists()
    # A task of Airflow ends with an error where the file that it is sent to is not there.
    parsed = tmp_path / "one" / "target" / "partial_parse.msgpack"
    parsed.rename(parsed.with_suffix(".kept"))
    assert not dbt_manifest.is_current(
        tiny, {"ELT_WAREHOUSE_PORT": "5001"}, tmp_path / "one" / "target"
    )
    parsed.with_suffix(".kept").rename(parsed)
    assert dbt_manifest.is_current(
        tiny, {"ELT_WAREHOUSE_PORT": "5001"}, tmp_path / "one" / "target"
    )
    (tiny / "models" / "two.sql").write_text("select 2 as two")
    assert not dbt_manifest.is_current(
        tiny, {"ELT_WAREHOUSE_PORT": "5001"}, tmp_path / "one" / "target"
    )


def test_where_the_manifest_is(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ELT_DBT_TARGET_PATH", "ELT_DOCS_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ELT_DBT_PROJECT", "/srv/project")
    assert project.manifest() == Path("/srv/project/target/manifest.json")
    monkeypatch.setenv("ELT_DBT_TARGET_PATH", "/srv/state/target")
    assert project.manifest() == Path("/srv/state/target/manifest.json")
    assert project.catalog() == Path("/srv/state/target/catalog.json")
    monkeypatch.setenv("ELT_DOCS_FOLDER", "/srv/docs")
    assert project.catalog() == Path("/srv/docs/catalog.json")
