"""Waiting for a source: a sensor that looks at the answer and not only at its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from airflow.providers.http.sensors.http import HttpSensor
from airflow.sdk.exceptions import AirflowSensorTimeout

from elt.source import Source

if TYPE_CHECKING:
    from airflow.sdk import Context


class ApiSensor(HttpSensor):
    """Waits until ``source`` answers with at least one record; says what it met meanwhile.

    No connection, 429, 5xx, an error with status 200 and an empty answer are waited out. A status
    that time does not mend (401, 404, …) fails at once with SourceRefusedError, and the time-out
    with AirflowSensorTimeout, whose message has the last answer. Neither is retried.

    It reschedules itself and so takes no worker while it waits; it cannot be deferred, since the
    triggerer has no response check.
    """

    def __init__(self, *, source: Source, **kwargs: Any) -> None:
        super().__init__(
            endpoint=source.endpoint,
            http_conn_id=source.conn_id,
            method="GET",
            request_params={source.pagination.size: "1"},
            response_check=self._has_records,
            # The hook would log the body of an error and raise; the check below says it in a line.
            extra_options={"check_response": False, "timeout": source.read_timeout},
            mode="reschedule",
            deferrable=False,
            **kwargs,
        )
        self.source = source
        self._fault = "nothing was asked yet"

    def poke(self, context: Context) -> Any:
        from elt import fetch

        try:
            ready = super().poke(context)
        except (requests.RequestException, ValueError) as error:
            self._fault = fetch.connection_fault(error, self.source)
            ready = False
        if not ready:
            self.log.info("waiting for %s: %s", self._what(), self._fault)
        return ready

    def execute(self, context: Context) -> Any:
        try:
            return super().execute(context)
        except AirflowSensorTimeout:
            raise AirflowSensorTimeout(
                f"{self._what()} did not answer with records within {self.timeout:.0f} s;"
                f" at last: {self._fault}"
            ) from None

    def _has_records(self, response: requests.Response) -> bool:
        from elt import fetch

        self._fault = fetch.answer_fault(response, self.source) or ""
        return not self._fault

    def _what(self) -> str:
        return f"{self.source.table} (connection {self.http_conn_id!r}, endpoint {self.endpoint!r})"
