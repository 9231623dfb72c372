"""Airflow's REST API of the running stack, as far as the `elt` command uses it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from elt.stack.airflow_config import LOGIN

# A machine that is busy with tasks answers late.
_SECONDS = 60.0

# Loopback is never reached through a proxy.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class AirflowApiError(Exception):
    """Airflow refused a request, or did not answer (`status` is None)."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


def call(
    url: str,
    *,
    token: str | None = None,
    body: Mapping[str, object] | None = None,
    seconds: float = _SECONDS,
) -> dict[str, Any]:
    """GET `url`, or POST `body` to it; the JSON object answered. Raises AirflowApiError."""
    request = urllib.request.Request(
        url,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json", "Accept": "application/json"},
    )
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with _opener.open(request, timeout=seconds) as answer:
            parsed = json.loads(answer.read())
    except urllib.error.HTTPError as error:
        raise AirflowApiError(_detail(error), error.code) from error
    except (OSError, ValueError) as error:
        raise AirflowApiError(f"{url} does not answer: {error}") from error
    if not isinstance(parsed, dict):
        raise AirflowApiError(f"{url} answered something else than a JSON object")
    return parsed


def _detail(error: urllib.error.HTTPError) -> str:
    try:
        detail = json.loads(error.read())["detail"]
    except (OSError, ValueError, KeyError, TypeError):
        detail = HTTPStatus(error.code).phrase
    return detail if isinstance(detail, str) else json.dumps(detail)


def health(url: str, *, seconds: float = _SECONDS) -> dict[str, str]:
    """Status of each component: "healthy" or what else it says. Raises AirflowApiError."""
    answer = call(f"{url}/api/v2/monitor/health", seconds=seconds)
    return {
        component: str((state or {}).get("status"))
        for component, state in answer.items()
        if isinstance(state, dict | None)
    }


class AirflowApi:
    """A session with Airflow's REST API."""

    def __init__(self, url: str, password: str) -> None:
        """Log in. Raises AirflowApiError when that fails."""
        self._url = url
        login = {"username": LOGIN, "password": password}
        self._token = str(call(f"{url}/auth/token", body=login)["access_token"])

    def get(self, path: str) -> dict[str, Any]:
        return call(f"{self._url}/api/v2/{path}", token=self._token)

    def post(self, path: str, body: Mapping[str, object]) -> dict[str, Any]:
        return call(f"{self._url}/api/v2/{path}", token=self._token, body=body)

    def dag(self, dag_id: str) -> dict[str, Any]:
        """A DAG with its details, such as parameters."""
        return self.get(f"dags/{quote(dag_id, safe='')}/details")

    def trigger(
        self, dag_id: str, *, logical_date: str, conf: Mapping[str, object]
    ) -> dict[str, Any]:
        """Start a run of a DAG; the run. Raises AirflowApiError."""
        body = {"logical_date": logical_date, "conf": conf}
        return self.post(f"dags/{quote(dag_id)}/dagRuns", body)

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        return self.get(f"dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}")

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """The run's task instances."""
        path = f"dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}/taskInstances"
        return list(self.get(f"{path}?limit=100")["task_instances"])
