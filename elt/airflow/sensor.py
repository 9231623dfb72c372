"""Waiting for a source: a sensor that looks at the answer and not only at its status."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.http.sensors.http import HttpSensor
from airflow.sdk.exceptions import AirflowSensorTimeout

from elt.source import Source
from elt.source.limit import record_limit
from elt.warehouse import LOADER_CONN_ID

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)


class ApiSensor(HttpSensor):
    """Waits until ``source`` answers with at least one record; says what it met meanwhile.

    It sends what the extract sends first: the declared size of a page, the cursor that an
    incremental source goes on from. Smaller pages are refused by some sources, and what there has
    been since the beginning may be too large. ``limit`` is the extract's, a template.

    No connection, 5xx, an error with status 200 and an empty response are waited out. A rate limit
    (429, or 403 with headers that say so) counts as a response: the source is up, and the extract
    waits as long as it asks, with the pages that it has; one for ever ends when the extract's
    patience and retries do. A status that time does not mend (401, 404, …) fails at once with
    SourceRefusedError, and the time-out with AirflowSensorTimeout, whose message has the last
    response. Neither is retried.

    It reschedules itself and so takes no worker while it waits; it cannot be deferred, since the
    triggerer does not look at answers.

    Of a source with accounts it asks with the connection of ``account``, which may come from the
    task group that is mapped over them.
    """

    template_fields = (*HttpSensor.template_fields, "limit")

    def __init__(
        self, *, source: Source, limit: str | None = None, account: Any = "", **kwargs: Any
    ) -> None:
        super().__init__(
            endpoint=source.endpoint,
            http_conn_id=source.conn_id,
            method="GET",
            request_params=dict(source.params),
            mode="reschedule",
            deferrable=False,
            **kwargs,
        )
        self.source = source
        self.limit = limit
        self.account = account
        if account:
            self.template_fields = (*self.template_fields, "account")
        self._fault = "nothing was asked yet"

    def poke(self, context: Context) -> bool:
        """Whether the source answers as it should. Raises SourceRefusedError."""
        from elt.airflow.hook import ApiHook
        from elt.extract import fetch

        source = self.source.of_account(self.account)
        self._fault = (
            fetch.look(
                ApiHook(source.conn_id),
                source,
                self.request_params,
                record_limit(source, self.limit),
                endpoint=self.endpoint,
                since=self._since(context),
            )
            or ""
        )
        if self._fault:
            again = datetime.now(UTC) + timedelta(seconds=self.poke_interval)
            log.info(
                "waiting for %s: %s; again at %s UTC",
                self._what(),
                self._fault,
                f"{again:%H:%M:%S}",
                extra={
                    "progress": {"step": "wait", "until": again.isoformat(), "why": self._fault}
                },
            )
        return not self._fault

    def execute(self, context: Context) -> Any:
        """Wait. Raises AirflowSensorTimeout, SourceRefusedError."""
        try:
            return super().execute(context)
        except AirflowSensorTimeout:
            raise AirflowSensorTimeout(
                f"{self._what()} did not answer with records within {self.timeout:.0f} s;"
                f" at last: {self._fault}"
            ) from None

    def _since(self, context: Context) -> str | None:
        """The cursor that the extract will go on from; None of sources without one."""
        if self.source.incremental is None:
            return None
        from airflow.providers.postgres.hooks.postgres import PostgresHook

        from elt.load import ledger

        dag_run: Any = context["dag_run"]
        period = self.source.period_of(dag_run.logical_date, dag_run.run_after)
        warehouse = PostgresHook(postgres_conn_id=LOADER_CONN_ID)
        return ledger.cursor_before(warehouse, self.source, period, self.account)

    def _what(self) -> str:
        source = self.source.of_account(self.account)
        return f"{source.table} (connection {source.conn_id!r}, endpoint {self.endpoint!r})"
