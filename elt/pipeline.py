"""The steps put together as a DAG: sense, extract and land, transform, reconcile."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Param, get_current_context, task

from elt import lineage, triage
from elt.sense import ApiSensor
from elt.source import Source
from elt.transform import KeyedMart, keyed_marts, transform
from elt.warehouse import LOADER_CONN_ID, TRANSFORMER_CONN_ID

if TYPE_CHECKING:
    from elt.landing import RawRef


def pipeline(
    source: Source,
    *,
    dag_id: str,
    schedule: str | None,
    request: Mapping[str, str],
    limit: str,
    marts: Sequence[str],
    params: Mapping[str, Param],
    owner: str,
    tags: Sequence[str],
    doc: str,
) -> DAG:
    """The DAG that loads ``source`` and builds ``marts``.

    It has no start date: a run may be of any day, and the first one by schedule is the next that is
    due. With a start date in the past, Airflow would begin with the period under way, replacing
    what was loaded for it by hand, and do nothing, successfully, for days before.

    ``request`` and ``limit`` are templates, rendered for each run: the query parameters, of which
    empty ones are left out, and how many records to fetch. Beside Airflow's own names they know
    ``period(dag_run)``, the period the run loads (``2026-11-22``).

    How often and how soon a task is retried and how long the sensor waits is the environment's to
    say: ELT_TASK_RETRIES (3), ELT_TASK_RETRY_DELAY (30 s, doubled each time), ELT_SENSOR_TIMEOUT
    (600 s), ELT_SENSOR_POKE_INTERVAL (10 s).
    """
    with DAG(
        dag_id,
        schedule=schedule,
        catchup=False,
        params=dict(params),
        tags=list(tags),
        doc_md=f"{doc}\n{triage.notes(source)}",
        default_args=default_args(owner),
        user_defined_macros={"period": _period_of(source)},
        max_active_runs=4,
    ) as dag:
        created = _create_tables(source)
        available = ApiSensor(
            task_id="is_api_available",
            source=source,
            timeout=_setting("ELT_SENSOR_TIMEOUT", 600),
            poke_interval=_setting("ELT_SENSOR_POKE_INTERVAL", 10),
        )
        landed = _extract(source, dict(request), limit)
        models = transform("transform", marts, extract=_extract_id(source))
        (
            created
            >> available
            >> landed
            >> models
            >> _reconcile(landed, keyed_marts(models, source))
        )
    return dag


def default_args(owner: str) -> dict[str, Any]:
    """How the tasks of every DAG of ours are retried, and when they are given up."""
    return {
        "owner": owner,
        "retries": int(_setting("ELT_TASK_RETRIES", 3)),
        "retry_delay": timedelta(seconds=_setting("ELT_TASK_RETRY_DELAY", 30)),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=2),
    }


def _create_tables(source: Source) -> Any:
    @task(task_id="create_tables")
    def create_tables() -> None:
        from elt import landing

        landing.create_tables(_warehouse(LOADER_CONN_ID), source)

    return create_tables()


def _extract_id(source: Source) -> str:
    return f"extract_{source.entity}"


def _extract(source: Source, request: dict[str, str], limit: str) -> Any:
    landed_in = lineage.raw(source.table)

    @task(
        task_id=_extract_id(source),
        inlets=[lineage.api(source)],
        outlets=[landed_in],
        # A source that allows 20,000 records in five minutes takes hours for a million.
        execution_timeout=timedelta(hours=6),
    )
    def extract(request: dict[str, str], limit: str) -> RawRef:
        from airflow.providers.http.hooks.http import HttpHook

        from elt import fetch, landing
        from elt.spool import Spool

        context = get_current_context()
        dag_run = context["dag_run"]
        period = source.period_start(dag_run.logical_date, dag_run.run_after)
        run = landing.Run(dag_run.dag_id, dag_run.run_id)
        with Spool() as spool:
            api = HttpHook(method="GET", http_conn_id=source.conn_id)
            fetched = fetch.fetch(api, source, request, int(limit), spool)
            ref = landing.land(_warehouse(LOADER_CONN_ID), source, period, run, spool, fetched)
        context["outlet_events"][landed_in].extra = {
            "load_id": ref["load_id"],
            "rows": ref["records"],
            "bytes": ref["bytes"],
        }
        return ref

    return extract(request, limit)


def _reconcile(ref: Any, marts: list[dict[str, str]]) -> Any:
    @task(task_id="reconcile")
    def reconcile(ref: RawRef, marts: list[dict[str, str]]) -> dict[str, dict[str, int]]:
        from elt import reconcile

        return reconcile.reconcile(
            _warehouse(TRANSFORMER_CONN_ID), ref, [KeyedMart(**mart) for mart in marts]
        )

    return reconcile(ref, marts)


def _warehouse(conn_id: str) -> Any:
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    return PostgresHook(postgres_conn_id=conn_id)


def _period_of(source: Source) -> Callable[[Any], str]:
    def period(dag_run: Any) -> str:
        start = source.period_start(dag_run.logical_date, dag_run.run_after)
        return source.period_label(start)

    return period


def _setting(name: str, default: float) -> float:
    value = os.environ.get(name)
    try:
        return float(value) if value else default
    except ValueError:
        raise ValueError(f"{name} is not a number: {value!r}") from None
