"""The development override: edits of a clone are in the stack within seconds, without a build."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.bootstrap.test_bootstrap import copy_tree
from tests.compose.conftest import DAG, Compose, Stack, wait_until


def test_edited_dags_and_models_are_picked_up(stack: Stack, tmp_path: Path) -> None:
    clone = copy_tree(tmp_path / "clone")
    compose = stack.compose
    development = Compose(
        clone,
        compose.project,
        compose.port,
        COMPOSE_FILE="docker-compose.yml:docker-compose.dev.yml",
        ELT_VERSION=compose.project,
    )
    marts = clone / "dbt_project" / "models" / "marts"
    dag = clone / "dags" / f"{DAG}.py"
    try:
        development.up("--no-build")
        for suffix in ("sql", "yml"):
            text = (marts / f"users_by_country.{suffix}").read_text()
            (marts / f"users_by_land.{suffix}").write_text(
                text.replace("users_by_country", "users_by_land")
            )
        edited = dag.read_text().replace('marts=["users", ', 'marts=["users", "users_by_land", ')
        dag.write_text(edited.replace('title="Users"', 'title="How many users"'))

        def health() -> str:
            check = ("sh", "/opt/elt/elt/container/healthy", "dag-processor")
            done = development.attempt("exec", "-T", "dag-processor", *check)
            assert (done.returncode == 0) == done.stdout.startswith("at work"), done.stdout
            return done.stdout.strip()

        def tasks() -> set[str]:
            return {task["task_id"] for task in stack.api.get(f"dags/{DAG}/tasks")["tasks"]}

        wait_until(lambda: "transform.users_by_land.run" in tasks(), "the new model")
        params = stack.api.get(f"dags/{DAG}/details")["params"]
        assert params["results"]["schema"]["title"] == "How many users"
        # Healthy is: each file is parsed. Which is not is said, and what a person has paused.
        broken = dag.with_name("broken.py")
        broken.write_text("import nowhere_to_be_found\n")
        dag.with_name("helper.py").write_text("NO_DAG = True\n")
        pause = "update dag set is_paused = {} where dag_id = 'locations'"
        compose.psql("airflow", pause.format("true"))
        wait_until(lambda: "broken.py: ModuleNotFoundError" in health(), "the fault")
        broken.unlink()
        wait_until(lambda: health() == "at work; paused by hand: locations", "health")
        compose.psql("airflow", pause.format("false"))
        wait_until(lambda: health() == "at work", "health")
        development("run", "--rm", "-T", "dbt", "run", "--select", "users_by_land")
        ((rows,),) = compose.psql("warehouse", "select count(*) from analytics.users_by_land")
        assert int(rows) > 0
    finally:
        compose.psql("warehouse", "drop table if exists analytics.users_by_land")
        compose.psql("airflow", "update dag set is_paused = false")
        try:
            compose.up()
        finally:
            # Of the override alone, so that no `down` of the stack knows it.
            volume = f"{compose.project}_manifest"
            subprocess.run(["docker", "volume", "rm", "--force", volume], check=True)
