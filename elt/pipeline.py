"""The steps put together as a DAG: sense, extract and land, transform, reconcile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from airflow.sdk import DAG, Param, task_group

from elt.airflow import declarations, retries, task_ids, triage
from elt.airflow.operators import CreateTablesOperator, ExtractOperator, ReconcileOperator
from elt.airflow.params import described
from elt.airflow.sensor import ApiSensor
from elt.settings import MOST_RETRIES, number
from elt.source import Source
from elt.transform.models import expect_freshness, keyed_marts, transform


def pipeline(
    source: Source,
    *,
    dag_id: str,
    marts: Sequence[str],
    schedule: str | None = "@daily",
    catch_up: timedelta | None = None,
    limit: str | None = None,
    params: Mapping[str, Any] | None = None,
    max_active_runs: int = 4,
    owner: str = "data-platform",
    tags: Sequence[str] | None = None,
    doc: str | None = None,
    takes_over: str | Sequence[str] = (),
) -> DAG:
    """The DAG that loads ``source`` and builds ``marts``, dbt models, with all they stand on.

    It has no start date: a run may be of any day, and the first one by schedule is the next that is
    due. With a start date in the past, Airflow would begin with the period under way, replacing
    what was loaded for it by hand, and do nothing, successfully, for days before. After that first
    run, periods that were missed are made up for: with ``catch_up`` those that are no older, else
    only the last one. Any range may be backfilled, which starts the runs of that range and no
    others (see `elt.airflow.timetable`); ``max_active_runs`` periods are extracted side by side.
    ``schedule`` is a cron expression or one of Airflow's presets, in UTC.

    ``limit`` is a template as the source's endpoint and parameters are: how many records to fetch;
    None: all there are. ``params`` are what a run may be given; what each takes is added to its
    description, by its schema. ``doc`` is what the DAG's page says.

    A source with accounts is sensed, extracted and reconciled by mapped tasks, one an account; the
    models are built once, when all have landed. One table has one DAG: ``takes_over`` names
    those that loaded it before, whose loads this one may replace.

    How often and how soon a task is retried and how long the sensor waits is set by the environment
    of the tasks: ELT_TASK_RETRIES (3), ELT_TASK_RETRY_DELAY (30 s, doubled each time),
    ELT_SENSOR_TIMEOUT (600 s), ELT_SENSOR_POKE_INTERVAL (10 s). None of it is part of the
    serialised DAG, so that all stacks have the same version of it.

    Raises ValueError where the declaration and the models do not agree, where another DAG of those
    that are read together declares the same table, or where a setting is invalid.
    """
    declarations.declare(source.table, dag_id)
    former = (takes_over,) if isinstance(takes_over, str) else tuple(takes_over)
    if limit is None and source.pagination.needs_limit:
        raise ValueError(f"{source.table}: an endless source needs a limit of records")
    with DAG(
        dag_id,
        schedule=_schedule(schedule, catch_up),
        catchup=False,
        params={name: _explained(param) for name, param in (params or {}).items()},
        tags=list(tags if tags is not None else (source.name, source.entity)),
        doc_md=f"{doc or ''}\n{triage.notes(source)}",
        default_args=default_args(owner),
        user_defined_macros=_macros(source),
        max_active_runs=max_active_runs,
    ) as dag:
        created = CreateTablesOperator(
            task_id=task_ids.CREATE_TABLES, source=source, cron=schedule, takes_over=former
        )
        landed = _load(source, limit, former, created)
        models = transform(task_ids.TRANSFORM, marts, extract=task_ids.extract(source))
        expect_freshness(models, source)
        reconciled = _reconcile(source, landed, keyed_marts(models, source))
        landed >> models >> reconciled
        landed >> reconciled
    return dag


def _load(source: Source, limit: str | None, former: tuple[str, ...], created: Any) -> Any:
    """The tasks that sense and land; of each account, where there are some: none waits for another.

    The tasks have the same ids in both cases.
    """
    if not source.accounts:
        return _sense_and_extract(source, limit, former, created)

    @task_group(group_id="accounts", prefix_group_id=False)
    def accounts(account: str) -> Any:
        return _sense_and_extract(source, limit, former, created, account)

    return accounts.expand(account=list(source.accounts))


def _sense_and_extract(
    source: Source, limit: str | None, former: tuple[str, ...], created: Any, account: Any = ""
) -> Any:
    shown = "{{ task.account }}" if source.accounts else None
    sensed = ApiSensor(
        task_id=task_ids.SENSOR,
        source=source,
        limit=limit,
        account=account,
        timeout=number("ELT_SENSOR_TIMEOUT", 600),
        poke_interval=number("ELT_SENSOR_POKE_INTERVAL", 10),
        map_index_template=shown,
    )
    extracted = ExtractOperator(
        task_id=task_ids.extract(source),
        source=source,
        limit=limit,
        account=account,
        takes_over=former,
        map_index_template=shown,
    )
    created >> sensed >> extracted
    return extracted


def _reconcile(source: Source, landed: Any, marts: list[dict[str, Any]]) -> Any:
    """The check of the load, or of each account's."""
    if not source.accounts:
        return ReconcileOperator(
            task_id=task_ids.RECONCILE,
            source=source,
            marts=marts,
            ref=landed.output,
        )
    return ReconcileOperator.partial(
        task_id=task_ids.RECONCILE,
        source=source,
        marts=marts,
        extract_id=task_ids.extract(source),
        map_index_template="{{ task.account }}",
    ).expand(account=list(source.accounts))


def _explained(param: Any) -> Any:
    """A parameter whose field in the form says what it takes."""
    if not isinstance(param, Param):
        return param
    text = described(param.description, param.schema)
    return Param(param.value, description=text, **param.schema)


def _schedule(cron: str | None, catch_up: timedelta | None) -> Any:
    if cron is None or cron in ("@once", "@continuous"):
        if catch_up is not None:
            raise ValueError("catch_up needs a schedule with periods that can be missed")
        return cron
    # Not the expression itself: after a backfill Airflow would start a run that nobody asked for.
    from elt.airflow.timetable import CatchUpTimetable

    return CatchUpTimetable(cron, catch_up)


def default_args(owner: str) -> dict[str, Any]:
    """How the tasks of every DAG of ours are retried, and when they are given up.

    `elt.airflow.retries` decides after a failure. What is said here holds for attempts that were
    killed, which Airflow retries by itself.
    """
    retries.check()
    return {
        "owner": owner,
        "retries": MOST_RETRIES,
        "retry_policy": retries.POLICY,
        "retry_delay": timedelta(seconds=5),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=2),
    }


def _macros(source: Source) -> dict[str, Callable[..., str]]:
    """What templates know of the period a run loads: ``period(dag_run, '%d/%m/%Y')``."""

    def period(dag_run: Any, form: str | None = None) -> str:
        loaded = source.period_of(dag_run.logical_date, dag_run.run_after)
        return str(loaded) if form is None else loaded.start.strftime(form)

    def period_end(dag_run: Any, form: str | None = None) -> str:
        following = source.period_of(dag_run.logical_date, dag_run.run_after).next
        return str(following) if form is None else following.start.strftime(form)

    return {"period": period, "period_end": period_end}
