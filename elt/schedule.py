"""When a pipeline runs: by a cron expression, making up for the periods it missed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pendulum
from airflow.plugins_manager import AirflowPlugin
from airflow.serialization.decoders import decode_interval
from airflow.serialization.encoders import encode_interval
from airflow.timetables.base import DagRunInfo, DataInterval, TimeRestriction, Timetable
from airflow.timetables.trigger import CronTriggerTimetable


class CatchUpTimetable(CronTriggerTimetable):
    """Runs by ``cron``, UTC, and makes up for missed runs that are at most ``most`` old.

    Airflow's own ``catchup`` knows all or nothing: all days since the start date, however long ago
    that is, or only the last one of those that were missed. Here a stack that was down for a week
    loads that week, and one that was down for years the last ``most`` of them. A DAG that never ran
    begins with the next run that is due. Backfills are not bounded.
    """

    def __init__(self, cron: str, most: timedelta) -> None:
        super().__init__(cron, timezone="UTC")
        self._most = most

    @classmethod
    def deserialize(cls, data: dict[str, Any]) -> Timetable:
        """From what `serialize` made."""
        most = decode_interval(data["most"])
        if not isinstance(most, timedelta):
            raise ValueError(f"not a time span: {most!r}")
        return cls(data["expression"], most)

    def serialize(self) -> dict[str, Any]:
        """For Airflow's database."""
        return {"expression": self._expression, "most": encode_interval(self._most)}

    def next_dagrun_info(
        self,
        *,
        last_automated_data_interval: DataInterval | None,
        restriction: TimeRestriction,
    ) -> DagRunInfo | None:
        """The run after the last one by schedule."""
        # The DAG itself does not catch up, so whoever asks with that is a backfill.
        if restriction.catchup or last_automated_data_interval is None:
            return super().next_dagrun_info(
                last_automated_data_interval=last_automated_data_interval, restriction=restriction
            )
        earliest = pendulum.now("UTC") - self._most
        if restriction.earliest is not None:
            earliest = max(earliest, restriction.earliest)
        due = max(self._get_next(last_automated_data_interval.end), self._align_to_next(earliest))
        if restriction.latest is not None and restriction.latest < due:
            return None
        return DagRunInfo.exact(due)


class SchedulePlugin(AirflowPlugin):
    """Makes the timetable known to Airflow, which has it in its database by name."""

    name = "elt_schedule"
    timetables: list[type[Timetable]] = [CatchUpTimetable]  # noqa: RUF012, as Airflow's own has it
