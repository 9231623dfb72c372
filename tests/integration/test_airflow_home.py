"""Airflow's database of the embedded stack before it is set up."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from elt.local import airflow_home
from elt.local.home import Home
from elt.stack.server import Server


def test_a_first_run_may_be_interrupted_before_airflows_database_is_there(
    warehouse: Server, tmp_path: Path
) -> None:
    home = Home(tmp_path / "state")
    home.create()
    assert airflow_home.needs_migration(home, warehouse)
    (home.airflow / "migrated").write_text(version("apache-airflow-core"))
    assert airflow_home.needs_migration(home, warehouse)
    assert airflow_home.end_abandoned_runs(warehouse) == 0
