"""When a pipeline runs: by a cron expression, making up for the periods it missed.

What the schedule of a DAG covers
    Every period from its first scheduled run on (the id of such a run begins with `scheduled__`, in
    Airflow and in the ledger `raw.loads`). Earlier periods are no gaps: nobody planned to load
    them. A DAG without a scheduled run begins with the next period that is due, whatever was
    backfilled or started by hand.

What a backfill starts
    The runs of its range, and nothing else. Airflow alone would start more, because it takes a
    backfill run for the last scheduled one: after a backfill of 14 to 17 November, a DAG that makes
    up for missed days continues with the 18th, and one that does not starts a run for today.

    The smallest case, with Airflow alone: a DAG with `schedule="@daily"`, `catchup=False` and no
    start date that has never run; `airflow backfill create` for two days of last month; a scheduled
    run for today starts. That was apache/airflow#47886. The fix (#47922) is in the scheduler, and
    the next parse of the DAG file undoes it: `_get_latest_runs_stmt` in
    `airflow/dag_processing/collection.py` still selects both types of runs.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pendulum
from airflow.plugins_manager import AirflowPlugin
from airflow.serialization.decoders import decode_interval
from airflow.serialization.encoders import encode_interval
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from airflow.timetables.trigger import CronTriggerTimetable
from pendulum import DateTime

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from sqlalchemy.orm import Session

_JUST_DUE = timedelta(minutes=5)
"""How late the first run of a schedule may be. Each parse of the DAG file decides anew which run is
the next: one right after midnight must not skip the run that the scheduler is about to create."""


class CatchUpTimetable(CronTriggerTimetable):
    """Runs by ``cron``, UTC, and makes up for missed runs that are at most ``most`` old.

    Airflow's own ``catchup`` knows all or nothing: all days since the start date, however long ago
    that is, or only the last one of those that were missed. Here a stack that was down for a week
    loads that week, and one that was down for years the last ``most`` of them; without ``most``,
    only the last one. A period is missed if it is after the last scheduled run and has no run at
    all: one that was backfilled meanwhile is not loaded again. A DAG without a scheduled run begins
    with the next period that is due, also if its start date is in the past. Backfills are not
    bounded, and do not move the schedule.
    """

    def __init__(self, cron: str, most: timedelta | None = None) -> None:
        super().__init__(cron, timezone="UTC")
        self._most = most

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """From what `serialize` made."""
        if data["most"] is None:
            return cls(data["expression"])
        most = decode_interval(data["most"])
        if not isinstance(most, timedelta):
            raise ValueError(f"not a time span: {most!r}")
        return cls(data["expression"], most)

    def serialize(self) -> dict[str, Any]:
        """For Airflow's database."""
        most = None if self._most is None else encode_interval(self._most)
        return {"expression": self._expression, "most": most}

    def run_info_from_dag_run(self, *, dag_run: DagRun) -> DagRunInfo:
        """The last scheduled run of the DAG of ``dag_run``.

        ``dag_run`` is the run that Airflow takes for the last one, and may be a backfill. Only the
        metadata database knows the others: two small queries, in the session of ``dag_run``. They
        run where Airflow itself uses that session, in the scheduler and the DAG processor.
        """
        from airflow.utils.session import create_session
        from sqlalchemy.orm import object_session

        session = object_session(dag_run)
        if session is not None:
            return self._last_scheduled(session, dag_run)
        with create_session() as session:
            return self._last_scheduled(session, dag_run)

    def _last_scheduled(self, session: Session, dag_run: DagRun) -> DagRunInfo:
        last = _last_scheduled(session, dag_run.dag_id)
        found = _LastScheduled(
            run_after=last or pendulum.instance(dag_run.run_after),
            data_interval=None if last is None else DataInterval.exact(last),
        )
        since = last or self._align_to_prev(pendulum.now("UTC"))
        found.taken = _logical_dates(session, dag_run.dag_id, since)
        return found

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        """The run after that of the interval, of a DAG that has no other runs."""
        return self._following(last_automated_data_interval, frozenset(), restriction)

    def next_dagrun_info_v2(
        self, *, last_dagrun_info: DagRunInfo | None, restriction: TimeRestriction
    ) -> DagRunInfo | None:
        """The run after the last scheduled one."""
        interval = None if last_dagrun_info is None else last_dagrun_info.data_interval
        taken = (
            last_dagrun_info.taken if isinstance(last_dagrun_info, _LastScheduled) else frozenset()
        )
        return self._following(interval, taken, restriction)

    def _following(
        self,
        last: DataInterval | None,
        taken: frozenset[DateTime],
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        # Our DAGs have catchup=False, so only a backfill asks with True.
        if restriction.catchup:
            return super().next_dagrun_info(
                last_automated_data_interval=last, restriction=restriction
            )
        due = self._due(None if last is None else last.end)
        if restriction.earliest is not None:
            due = max(due, self._align_to_next(restriction.earliest))
        while due in taken:
            due = self._get_next(due)
        if restriction.latest is not None and restriction.latest < due:
            return None
        return DagRunInfo.exact(due)

    def _due(self, last: DateTime | None) -> DateTime:
        """The next run, where ``last`` is the date of the last scheduled one."""
        now = pendulum.now("UTC")
        if last is None:
            return self._first(now)
        if self._most is None:
            earliest = self._align_to_prev(now)
        else:
            earliest = self._align_to_next(now - self._most)
        return max(self._get_next(last), earliest)

    def _first(self, now: DateTime) -> DateTime:
        """The next run that is due.

        For a tenth of the period, Airflow would still start the run before (2.4 h of a day,
        although `run_immediately` is False), and replace what was loaded for that day by hand.
        """
        before = self._align_to_prev(now)
        due = self._get_next(before)
        return before if now - before <= min(_JUST_DUE, (due - before) / 10) else due


class _LastScheduled(DagRunInfo):
    """The last scheduled run; without an interval if no run was scheduled."""

    taken: frozenset[DateTime] = frozenset()
    """Logical dates, from that run on, that have a run of any type."""


def _last_scheduled(session: Session, dag_id: str) -> DateTime | None:
    """The logical date of the last scheduled run."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.types import DagRunType
    from sqlalchemy import func, select

    # By the id, which Airflow reserves for scheduled runs: a backfill that repeats a scheduled run
    # changes its type and leaves its id.
    is_scheduled = DagRun.run_id.startswith(f"{DagRunType.SCHEDULED}__", autoescape=True)
    last = session.scalar(
        select(func.max(DagRun.logical_date)).where(DagRun.dag_id == dag_id, is_scheduled)
    )
    return None if last is None else pendulum.instance(last)


def _logical_dates(session: Session, dag_id: str, since: DateTime) -> frozenset[DateTime]:
    """The logical dates of all runs from ``since`` on."""
    from airflow.models.dagrun import DagRun
    from sqlalchemy import select

    found = session.scalars(
        select(DagRun.logical_date).where(DagRun.dag_id == dag_id, DagRun.logical_date >= since)
    )
    return frozenset(pendulum.instance(moment) for moment in found if moment is not None)


class FormerTimetable(CatchUpTimetable):
    """The timetable by the name that it has in Airflow's database of release 0.1.

    Until the DAG processor has read the DAG files again, the scheduler has that alone.
    """


FormerTimetable.__module__, FormerTimetable.__name__ = "elt.schedule", "CatchUpTimetable"


class SchedulePlugin(AirflowPlugin):
    """Makes the timetable known to Airflow, which has it in its database by name."""

    name = "elt_schedule"
    timetables: list[type[Timetable]] = [  # noqa: RUF012, as Airflow's own has it
        CatchUpTimetable,
        FormerTimetable,
    ]
