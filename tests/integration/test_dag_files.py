"""What the DAG processor of the container parses, again or not, and what it notes of it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.dag_processing.manager import DagFileInfo, DagFileProcessorManager, DagFileStat

from elt.container.dag_files import Manager

DAY = 86_400


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manager:
    monkeypatch.setenv("AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL", str(DAY))
    monkeypatch.setenv("AIRFLOW__LOGGING__BASE_LOG_FOLDER", str(tmp_path / "logs"))
    return Manager(notes=tmp_path / "notes.json", max_runs=-1)


def dag_file(tmp_path: Path, name: str) -> DagFileInfo:
    (tmp_path / name).write_text("")
    return DagFileInfo(rel_path=Path(name), bundle_name="dags", bundle_path=tmp_path)


def parsed(errors: int, ago: float, file: Path) -> DagFileStat:
    """The file was parsed so many seconds ago, and not edited since."""
    finished = datetime.now(UTC) - timedelta(seconds=ago)
    os.utime(file, (finished.timestamp() - 60,) * 2)
    return DagFileStat(
        num_dags=1 - errors, import_errors=errors, last_finish_time=finished, last_duration=180.0
    )


def queued(manager: Manager) -> set[str]:
    return {str(file.rel_path) for file in manager._file_queue}


def persist(
    manager: Manager,
    file: DagFileInfo,
    dags: list[str],
    errors: dict[str, str],
    tables: dict[str, str] | None = None,
    session: Any = None,
) -> Any:
    """As Airflow does with a file that was parsed; ``tables`` are those of each DAG."""
    result = SimpleNamespace(
        serialized_dags=[
            SimpleNamespace(dag_id=dag, data=serialised((tables or {}).get(dag))) for dag in dags
        ],
        import_errors=errors,
    )
    manager.persist_parsing_result(
        relative_fileloc=str(file.rel_path), parsing_result=result, session=session
    )
    return result


def serialised(table: str | None) -> dict[str, Any]:
    """What Airflow makes of a DAG that lands in ``table``."""
    from airflow.providers.standard.operators.empty import EmptyOperator
    from airflow.sdk import DAG, Asset
    from airflow.serialization.serialized_objects import DagSerialization

    from elt.transform import lineage

    with DAG("any", schedule=None) as dag:
        outlets = [lineage.raw(table)] if table else [Asset("marts.users")]
        EmptyOperator(task_id="extract", inlets=[lineage.raw("other__table")], outlets=outlets)
    made: dict[str, Any] = json.loads(json.dumps(DagSerialization.to_dict(dag)))
    return made


def test_only_what_failed_is_parsed_again(manager: Manager, tmp_path: Path) -> None:
    good, bad, just_now = (dag_file(tmp_path, f"{name}.py") for name in ("good", "bad", "just_now"))
    edited, new = dag_file(tmp_path, "edited.py"), dag_file(tmp_path, "new.py")
    manager._file_stats |= {
        good: parsed(0, DAY / 2, tmp_path / "good.py"),
        bad: parsed(1, 31, tmp_path / "bad.py"),
        just_now: parsed(1, 5, tmp_path / "just_now.py"),
        edited: parsed(0, DAY / 2, tmp_path / "edited.py"),
    }
    (tmp_path / "edited.py").write_text("edited = True")

    manager.prepare_file_queue({"dags": {good, bad, just_now, edited, new}})

    assert queued(manager) == {"bad.py", "edited.py", "new.py"}


def test_each_file_has_a_note(
    manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[Any] = []
    monkeypatch.setattr(
        DagFileProcessorManager, "persist_parsing_result", lambda self, **what: saved.append(what)
    )
    users, helper, broken, killed, waiting = (
        dag_file(tmp_path, f"{name}.py")
        for name in ("users", "helper", "broken", "killed", "waiting")
    )
    trace = (
        "Traceback (most recent call last):\n"
        '  File "broken.py", line 1, in <module>\n'
        "ModuleNotFoundError: No module named 'x'\n"
        "more words\n"
    )
    persist(manager, users, ["users", "users_monthly"], {})
    persist(manager, helper, [], {})
    persist(manager, broken, [], {"broken.py": trace})
    manager._file_stats[killed] = parsed(1, 5, tmp_path / "killed.py")

    manager.print_stats({"dags": {users, helper, broken, killed, waiting}})

    assert len(saved) == 3
    assert json.loads((tmp_path / "notes.json").read_text()) == {
        "users.py": {"dags": ["users", "users_monthly"]},
        "helper.py": {"dags": []},
        "broken.py": {"problem": "ModuleNotFoundError: No module named 'x'"},
        "killed.py": {"problem": "its parse ended without a result after 180 s"},
        "waiting.py": None,
    }


def test_what_cannot_be_saved_is_a_fault_until_it_is(
    manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(self: object, **what: Any) -> None:
        raise ConnectionError("the database is starting")

    users = dag_file(tmp_path, "users.py")
    with monkeypatch.context() as broken:
        broken.setattr(DagFileProcessorManager, "persist_parsing_result", refuses)
        with pytest.raises(ConnectionError):
            persist(manager, users, ["users"], {})
    # Airflow takes the file for parsed, since it holds no import error.
    manager._file_stats[users] = parsed(0, 31, tmp_path / "users.py")
    manager.print_stats({"dags": {users}})
    (note,) = json.loads((tmp_path / "notes.json").read_text()).values()
    assert note == {"problem": "its DAGs cannot be saved in Airflow's database"}

    manager.prepare_file_queue({"dags": {users}})
    assert queued(manager) == {"users.py"}
    monkeypatch.setattr(DagFileProcessorManager, "persist_parsing_result", lambda *_, **__: None)
    persist(manager, users, ["users"], {})
    manager.print_stats({"dags": {users}})
    (note,) = json.loads((tmp_path / "notes.json").read_text()).values()
    assert note == {"dags": ["users"]}


def test_dags_of_a_parse_that_failed_stay(
    manager: Manager, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[set[DagFileInfo]] = []
    monkeypatch.setattr(
        DagFileProcessorManager,
        "deactivate_stale_dags",
        lambda self, last_parsed, **_: looked_at.append(set(last_parsed)),
    )
    good, killed = dag_file(tmp_path, "good.py"), dag_file(tmp_path, "killed.py")
    manager._file_stats |= {
        good: parsed(0, 5, tmp_path / "good.py"),
        killed: parsed(1, 5, tmp_path / "killed.py"),
    }
    manager.deactivate_stale_dags(
        {file: manager._file_stats[file].last_finish_time for file in (good, killed)}
    )
    assert looked_at == [{good}]


class Known:
    """Airflow's database, as far as it is asked: since when it knows each DAG."""

    def __init__(self, *dags: str) -> None:
        self._since = {dag: datetime(2026, 1, day, tzinfo=UTC) for day, dag in enumerate(dags, 1)}

    def execute(self, _statement: Any) -> Any:
        return SimpleNamespace(all=self._since.items)


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    saved: list[Any] = []
    monkeypatch.setattr(
        DagFileProcessorManager, "persist_parsing_result", lambda self, **what: saved.append(what)
    )
    return saved


SHOP = {"north": "shop__orders", "south": "shop__orders"}


def test_a_second_file_with_a_table_has_an_import_error_that_names_both(
    manager: Manager, tmp_path: Path, saved: list[Any]
) -> None:
    first, second = dag_file(tmp_path, "first.py"), dag_file(tmp_path, "second.py")
    assert persist(manager, first, ["north"], {}, SHOP).import_errors == {}
    result = persist(manager, second, ["other", "south"], {}, SHOP)
    assert [dag.dag_id for dag in result.serialized_dags] == ["other"]
    ((file, error),) = result.import_errors.items()
    assert file == "second.py"
    for said in ("shop__orders", "'north' in first.py", "'south' in second.py", "accounts="):
        assert said in error
    assert saved[-1]["parsing_result"] is result
    manager.print_stats({"dags": {first, second}})
    notes = json.loads((tmp_path / "notes.json").read_text())
    assert notes["second.py"] == {"problem": error}

    # The first again, by itself, is no conflict; when it is gone, the second is accepted.
    assert persist(manager, first, ["north"], {}, SHOP).import_errors == {}
    assert persist(manager, first, ["renamed"], {}, {"renamed": "shop__orders"}).import_errors == {}
    manager.prepare_file_queue({"dags": {second}})
    assert persist(manager, second, ["other", "south"], {}, SHOP).import_errors == {}


def test_the_dag_that_airflow_has_known_longer_stays(
    manager: Manager, tmp_path: Path, saved: list[Any]
) -> None:
    first, second = dag_file(tmp_path, "first.py"), dag_file(tmp_path, "second.py")
    manager._file_stats[first] = parsed(0, 5, tmp_path / "first.py")
    known = Known("south", "north")
    persist(manager, first, ["north"], {}, SHOP, known)
    assert persist(manager, second, ["south"], {}, SHOP, known).import_errors == {}
    # The file that was first is parsed again, and is the one that is refused.
    assert manager._file_stats[first].last_finish_time is None
    assert (
        "'south' in second.py"
        in persist(manager, first, ["north"], {}, SHOP, known).import_errors["first.py"]
    )
    assert persist(manager, second, ["south"], {}, SHOP, known).import_errors == {}
