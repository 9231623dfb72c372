"""Waiting for a source: a sensor that looks at the answer and not only at its status."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.http.sensors.http import HttpSensor
from airflow.sdk.exceptions import AirflowSensorTimeout

from elt.source import Source

if TYPE_CHECKING:
    from airflow.sdk import Context

log = logging.getLogger(__name__)


class ApiSensor(HttpSensor):
    """Waits until ``source`` answers with at least one record; says what it met meanwhile.

    A small page is asked for where the source has sizes.

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

    def __init__(self, *, source: Source, account: Any = "", **kwargs: Any) -> None:
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
        self.account = account
        if account:
            self.template_fields = (*self.template_fields, "account")
        self._fault = "nothing was asked yet"

    def poke(self, context: Context) -> bool:
        """Whether the source answers as it should. Raises SourceRefusedError."""
        from elt import fetch
        from elt.api import ApiHook

        source = self.source.of_account(self.account)
        hook = ApiHook(source.conn_id)
        self._fault = fetch.look(hook, source, self.request_params, self.endpoint) or ""
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

    def _what(self) -> str:
        source = self.source.of_account(self.account)
        return f"{source.table} (connection {source.conn_id!r}, endpoint {self.endpoint!r})"
