"""Which runs Airflow starts by itself: its DAG processor and scheduler on a database of their own.

Only the tasks are left out: what is looked at is the runs that there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from elt import warehouse as names
from elt.local import postgres
from elt.pipeline import pipeline
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server

NOW = datetime.now(UTC)
# As far from now as can be, so that no run is due while the tests run.
DUE = (NOW - timedelta(hours=12)).replace(minute=0, second=0, microsecond=0)
"""When the schedule was due last."""
CRON = f"0 {DUE.hour} * * *"
WEEK = timedelta(days=7)
SCHEDULES = pytest.mark.parametrize("catch_up", [WEEK, None], ids=["catch_up", "plain"])


def days_ago(*days: int) -> list[datetime]:
    return [DUE - timedelta(days=number) for number in days]


@pytest.fixture(scope="module")
def metadata(cluster: Server) -> Iterator[None]:
    """Airflow on a metadata database in PostgreSQL."""
    import psycopg
    from airflow import settings
    from airflow.models import import_all_models
    from airflow.models.base import Base

    with psycopg.connect(cluster.dsn(SUPERUSER, "postgres"), autocommit=True) as connection:
        for database in (names.WAREHOUSE_DATABASE, names.AIRFLOW_DATABASE):
            connection.execute(f"drop database if exists {database} with (force)".encode())
    postgres.prepare(cluster)
    parameters = cluster.parameters(names.AIRFLOW_ROLE, names.AIRFLOW_DATABASE)
    url = (
        f"postgresql+psycopg2://{parameters['user']}:{parameters['password']}"
        f"@{parameters['host']}:{parameters['port']}/{parameters['dbname']}"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "SQL_ALCHEMY_CONN", url)
        settings.dispose_orm()
        settings.configure_orm()
        import_all_models()
        Base.metadata.create_all(settings.engine)
        yield
    settings.dispose_orm()
    settings.configure_vars()
    settings.configure_orm()


class Airflow:
    """A DAG as Airflow's services see it, which are called one after the other."""

    def __init__(self, dag: Any) -> None:
        from airflow.dag_processing.collection import update_dag_parsing_results_in_db
        from airflow.jobs.job import Job
        from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
        from airflow.models.dagbundle import DagBundleModel
        from airflow.serialization.serialized_objects import LazyDeserializedDAG
        from airflow.utils.db import synchronize_log_template
        from airflow.utils.session import create_session

        self.dag = dag
        dag.relative_fileloc = "places.py"
        dag.is_paused_upon_creation = False
        self._session = create_session
        self._update = update_dag_parsing_results_in_db
        self._lazy = LazyDeserializedDAG.from_dag
        self._runner = SchedulerJobRunner(job=Job(), executors=[])
        with create_session() as session:
            session.merge(DagBundleModel(name="dags-folder"))
            synchronize_log_template(session=session)
        self.parse()

    def parse(self) -> None:
        """As the DAG processor does each time that it has read the file."""
        with self._session() as session:
            self._update(
                "dags-folder", None, [self._lazy(self.dag)], {}, 0.1, set(), session=session
            )

    def schedule(self) -> None:
        """As the DAG processor and the scheduler do by turns, until no run is due.

        Runs end at once.
        """
        from airflow.utils.sqlalchemy import prohibit_commit

        for _ in range(30):
            before = self.runs()
            self.parse()
            with self._session() as session, prohibit_commit(session) as guard:
                self._runner._create_dagruns_for_dags(guard, session)
            self.end()
            if self.runs() == before:
                return
        raise AssertionError("the scheduler does not come to an end")

    def backfill(self, first: datetime, last: datetime, reprocess: str = "none") -> None:
        """As *Trigger*, *Backfill* in the UI does."""
        from airflow.models.backfill import ReprocessBehavior, _create_backfill

        _create_backfill(
            dag_id=self.dag.dag_id,
            from_date=first,
            to_date=last,
            max_active_runs=4,
            reverse=False,
            dag_run_conf={},
            triggering_user_name="somebody",
            reprocess_behavior=ReprocessBehavior(reprocess),
        )

    def make(self, kind: str, *days: datetime) -> None:
        """Runs that there are already."""
        from airflow.models.serialized_dag import SerializedDagModel
        from airflow.utils.state import DagRunState
        from airflow.utils.types import DagRunTriggeredByType, DagRunType

        with self._session() as session:
            dag = SerializedDagModel.get_dag(self.dag.dag_id, session=session)
            assert dag is not None
            for day in days:
                dag.create_dagrun(
                    run_id=f"{kind}__{day.isoformat()}",
                    logical_date=day,
                    data_interval=(day, day),
                    run_after=day,
                    run_type=DagRunType(kind),
                    triggered_by=DagRunTriggeredByType.REST_API,
                    state=DagRunState.SUCCESS,
                    session=session,
                )

    def end(self) -> None:
        from airflow.models.backfill import Backfill
        from airflow.models.dagrun import DagRun
        from sqlalchemy import update

        with self._session() as session:
            session.execute(update(DagRun).values(state="success"))
            session.execute(update(Backfill).values(completed_at=NOW))

    def runs(self) -> dict[datetime, str]:
        """The kind of each run, by its id."""
        from airflow.models.dagrun import DagRun
        from sqlalchemy import select

        with self._session() as session:
            rows = session.execute(
                select(DagRun.logical_date, DagRun.run_id).order_by(DagRun.logical_date)
            ).all()
        return {day.astimezone(UTC): run_id.partition("__")[0] for day, run_id in rows if day}

    def scheduled(self) -> list[datetime]:
        return [day for day, kind in self.runs().items() if kind == "scheduled"]

    def next(self) -> datetime:
        """The run that the UI shows as the next one."""
        from airflow.models.dag import DagModel

        with self._session() as session:
            model = session.get(DagModel, self.dag.dag_id)
            assert model is not None
            assert model.next_dagrun is not None
            return model.next_dagrun.astimezone(UTC)


@pytest.fixture
def airflow(
    metadata: None, catch_up: timedelta | None, dbt_project: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Airflow]:
    from airflow import settings
    from airflow.models.base import Base

    monkeypatch.setenv("ELT_DBT_PROJECT", str(dbt_project))
    from dags.locations import locations

    dag = pipeline(
        locations, dag_id="places", marts=["locations"], schedule=CRON, catch_up=catch_up
    )
    yield Airflow(dag)
    assert settings.engine is not None
    with settings.engine.begin() as connection:
        for table in reversed(Base.metadata.sorted_tables):
            with suppress(KeyError):
                connection.execute(table.delete())


@SCHEDULES
def test_a_dag_that_never_ran_begins_with_the_next_run_that_is_due(airflow: Airflow) -> None:
    airflow.schedule()
    assert airflow.runs() == {}
    assert airflow.next() == DUE + timedelta(days=1)


@SCHEDULES
@pytest.mark.parametrize("reprocess", ["none", "completed", "failed"])
def test_a_backfill_starts_the_runs_of_its_range_only(airflow: Airflow, reprocess: str) -> None:
    asked = days_ago(11, 10, 9, 8)
    for _ in range(2):
        airflow.backfill(asked[0], asked[-1], reprocess)
        airflow.end()
        airflow.schedule()
        assert airflow.runs() == dict.fromkeys(asked, "backfill")
        assert airflow.next() == DUE + timedelta(days=1)


@SCHEDULES
def test_a_backfill_within_the_days_to_make_up_for_starts_no_others(airflow: Airflow) -> None:
    asked = days_ago(5, 4)
    airflow.backfill(asked[0], asked[-1])
    airflow.schedule()
    assert airflow.runs() == dict.fromkeys(asked, "backfill")


@SCHEDULES
def test_a_backfill_up_to_now_leaves_the_next_run_to_the_schedule(airflow: Airflow) -> None:
    airflow.backfill(DUE - timedelta(days=1), NOW + timedelta(days=3))
    airflow.schedule()
    assert airflow.runs() == dict.fromkeys(days_ago(1, 0), "backfill")
    assert airflow.next() == DUE + timedelta(days=1)


@SCHEDULES
@pytest.mark.parametrize("reprocess", ["none", "completed"])
def test_a_backfill_over_days_of_the_schedule_moves_nothing(
    airflow: Airflow, reprocess: str
) -> None:
    airflow.make("scheduled", *days_ago(3, 2, 1, 0))
    airflow.backfill(DUE - timedelta(days=4), DUE, reprocess)
    airflow.end()
    airflow.schedule()
    expected = dict.fromkeys(days_ago(3, 2, 1, 0), "scheduled")
    assert airflow.runs() == {days_ago(4)[0]: "backfill", **expected}
    assert airflow.next() == DUE + timedelta(days=1)


@pytest.mark.parametrize(
    ("catch_up", "expected"), [(WEEK, [6, 5, 4, 3, 2, 1, 0]), (None, [0])], ids=["week", "plain"]
)
def test_what_the_schedule_missed_is_made_up_for(airflow: Airflow, expected: list[int]) -> None:
    """Paused for three weeks, with a backfill before that and one of before the schedule."""
    airflow.make("scheduled", *days_ago(22, 21))
    airflow.backfill(DUE - timedelta(days=30), DUE - timedelta(days=29))
    airflow.schedule()
    assert airflow.scheduled() == days_ago(22, 21, *expected)
    assert airflow.next() == DUE + timedelta(days=1)


@pytest.mark.parametrize("catch_up", [WEEK])
def test_missed_days_that_were_backfilled_or_run_by_hand_are_not_loaded_again(
    airflow: Airflow,
) -> None:
    airflow.make("scheduled", *days_ago(6))
    airflow.make("manual", *days_ago(1))
    airflow.backfill(DUE - timedelta(days=4), DUE - timedelta(days=3))
    airflow.end()
    airflow.schedule()
    assert airflow.scheduled() == days_ago(6, 5, 2, 0)
    assert airflow.next() == DUE + timedelta(days=1)


@pytest.mark.parametrize("catch_up", [None])
def test_a_last_missed_day_that_was_run_by_hand_is_not_loaded_again(airflow: Airflow) -> None:
    airflow.make("scheduled", *days_ago(5))
    airflow.make("manual", *days_ago(0))
    airflow.schedule()
    assert airflow.scheduled() == days_ago(5)
    assert airflow.next() == DUE + timedelta(days=1)


@pytest.mark.parametrize("catch_up", [WEEK])
def test_a_run_without_a_session_is_looked_up_as_well(airflow: Airflow) -> None:
    from airflow.models.dagrun import DagRun
    from sqlalchemy import select

    airflow.backfill(DUE - timedelta(days=4), DUE - timedelta(days=3))
    with airflow._session() as session:
        run = session.scalars(select(DagRun)).first()
        session.expunge_all()
    assert run is not None
    info = airflow.dag.timetable.run_info_from_dag_run(dag_run=run)
    assert info.data_interval is None
