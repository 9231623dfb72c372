"""The steps put together as a DAG: sense, extract and land, transform, reconcile."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Param, get_current_context, task, task_group
from airflow.sdk.exceptions import AirflowTaskTimeout

from elt import declarations, lineage, task_retries, triage
from elt.errors import DeclarationError
from elt.limit import record_limit
from elt.params import described
from elt.sense import ApiSensor
from elt.settings import MOST_RETRIES, number
from elt.source import Source
from elt.transform import KeyedMart, expect_freshness, keyed_marts, transform
from elt.warehouse import LOADER_CONN_ID, TRANSFORMER_CONN_ID

if TYPE_CHECKING:
    from elt.landing import RawRef
    from elt.spool import Spool


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
    others (see `elt.schedule`); ``max_active_runs`` periods are extracted side by side.
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
    if limit is None and getattr(source.pagination, "endless", False):
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
        created = _create_tables(source, schedule, former)
        if source.accounts:
            landed = _load_accounts(source, limit, former, created)
        else:
            landed = _extract(source, limit, former)
            created >> _sense(source, limit) >> landed
        models = transform("transform", marts, extract=_extract_id(source))
        expect_freshness(models, source)
        expected = keyed_marts(models, source)
        if source.accounts:
            reconciled = _reconcile_accounts(source, expected)
            landed >> reconciled
        else:
            reconciled = _reconcile(landed, expected, source.rejected_share)
        landed >> models >> reconciled
    return dag


def _load_accounts(source: Source, limit: str | None, former: tuple[str, ...], created: Any) -> Any:
    """The tasks that sense and land each account: no account waits for another."""

    # The tasks have the ids that they have without accounts.
    @task_group(group_id="accounts", prefix_group_id=False)
    def accounts(account: str) -> Any:
        landed = _extract(source, limit, former, account)
        created >> _sense(source, limit, account) >> landed
        return landed

    return accounts.expand(account=list(source.accounts))


def _sense(source: Source, limit: str | None, account: Any = "") -> ApiSensor:
    return ApiSensor(
        task_id="is_api_available",
        source=source,
        limit=limit,
        account=account,
        timeout=number("ELT_SENSOR_TIMEOUT", 600),
        poke_interval=number("ELT_SENSOR_POKE_INTERVAL", 10),
        map_index_template="{{ task.account }}" if source.accounts else None,
    )


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
    from elt.schedule import CatchUpTimetable

    return CatchUpTimetable(cron, catch_up)


def default_args(owner: str) -> dict[str, Any]:
    """How the tasks of every DAG of ours are retried, and when they are given up.

    `elt.task_retries` decides after a failure. What is said here holds for attempts that were
    killed, which Airflow retries by itself.
    """
    task_retries.check()
    return {
        "owner": owner,
        "retries": MOST_RETRIES,
        "retry_policy": task_retries.POLICY,
        "retry_delay": timedelta(seconds=5),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(minutes=10),
        "execution_timeout": timedelta(hours=2),
    }


def _create_tables(source: Source, schedule: str | None, former: tuple[str, ...] = ()) -> Any:
    @task(task_id="create_tables")
    def create_tables() -> None:
        from elt import landing, project, questions, registry

        questions.expect_answered(source)
        warehouse = _warehouse(LOADER_CONN_ID)
        landing.create_tables(warehouse, source, project.raw_tables())
        dag_run = get_current_context()["dag_run"]
        registry.register(
            warehouse,
            source,
            dag_run.dag_id,
            schedule,
            str(dag_run.run_type.value),
            source.period_start(dag_run.logical_date, dag_run.run_after),
            former,
        )

    return create_tables()


def _extract_id(source: Source) -> str:
    return f"extract_{source.entity}"


def _extract(
    source: Source, limit: str | None, former: tuple[str, ...] = (), account: Any = ""
) -> Any:
    landed_in = lineage.raw(source.table)

    @task(
        task_id=_extract_id(source),
        inlets=[lineage.api(source)],
        outlets=[landed_in],
        # A source that allows 20,000 records in five minutes takes hours for a million.
        execution_timeout=timedelta(hours=6),
        map_index_template=("{{ task.op_kwargs['account'] }}" if source.accounts else None),
    )
    def extract(
        endpoint: str, query: dict[str, Any], limit: str | None, account: str = ""
    ) -> RawRef:
        from elt import fetch, landing
        from elt.api import ApiHook

        context = get_current_context()
        dag_run = context["dag_run"]
        period = source.period_start(dag_run.logical_date, dag_run.run_after)
        run = landing.Run(dag_run.dag_id, dag_run.run_id, former)
        asked = source.of_account(account)
        warehouse = _warehouse(LOADER_CONN_ID)
        since = None
        if source.incremental is not None:
            since = landing.cursor_before(warehouse, source, period, account)
        with _pages_of(context.get("ti")) as spool:
            fetched = fetch.fetch(
                ApiHook(asked.conn_id),
                asked,
                query,
                record_limit(source, limit),
                spool,
                endpoint=endpoint,
                since=since,
            )
            ref = landing.land(warehouse, source, period, run, spool, fetched, account)
        context["outlet_events"][landed_in].extra = {
            **({"account": account} if account else {}),
            "load_id": ref["load_id"],
            "rows": ref["records"],
            "bytes": ref["bytes"],
            **({"replaced": dict(fetched.replaced)} if fetched.replaced else {}),
        }
        return ref

    of_account = {"account": account} if source.accounts else {}
    return extract(source.endpoint, dict(source.params), limit, **of_account)


@contextmanager
def _pages_of(instance: Any) -> Iterator[Spool]:
    """The spool of a task instance, kept where the next attempt goes on with its pages.

    None stands for a call without a task instance, which has no next attempt.
    """
    from elt.spool import Spool

    if instance is None:
        with Spool() as spool:
            yield spool
        return
    names = (instance.dag_id, instance.run_id, instance.task_id, instance.map_index)
    with Spool(json.dumps(names), attempt=instance.try_number) as spool:
        try:
            yield spool
        except (Exception, AirflowTaskTimeout) as error:
            if task_retries.keeps_pages(error) and not task_retries.POLICY.is_last(instance):
                spool.keep()
            raise


def _reconcile(ref: Any, marts: list[dict[str, Any]], rejected_share: float) -> Any:
    @task(task_id="reconcile")
    def reconcile(
        ref: RawRef, marts: list[dict[str, Any]], rejected_share: float
    ) -> dict[str, dict[str, int]]:
        from elt import reconcile

        return reconcile.reconcile(
            _warehouse(TRANSFORMER_CONN_ID),
            ref,
            [KeyedMart(**mart) for mart in marts],
            rejected_share,
        )

    return reconcile(ref, marts, rejected_share)


def _reconcile_accounts(source: Source, marts: list[dict[str, Any]]) -> Any:
    """The same of each account's load, after the models are built."""
    extract = _extract_id(source)

    @task(task_id="reconcile", map_index_template="{{ task.op_kwargs['account'] }}")
    def reconcile(
        account: str, marts: list[dict[str, Any]], rejected_share: float
    ) -> dict[str, dict[str, int]]:
        from elt import reconcile

        # Airflow maps no task over what tasks of a mapped group have returned.
        instance = get_current_context()["ti"]
        ref = instance.xcom_pull(task_ids=extract, map_indexes=instance.map_index)
        if ref is None or ref["account"] != account:
            raise DeclarationError(
                f"{source.table}: the run has no load of the account {account!r} at its place: its"
                f" accounts have been changed since; clear {extract} and what follows it"
            )
        return reconcile.reconcile(
            _warehouse(TRANSFORMER_CONN_ID),
            ref,
            [KeyedMart(**mart) for mart in marts],
            rejected_share,
        )

    return reconcile.partial(marts=marts, rejected_share=source.rejected_share).expand(
        account=list(source.accounts)
    )


def _warehouse(conn_id: str) -> Any:
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    return PostgresHook(postgres_conn_id=conn_id)


def _macros(source: Source) -> dict[str, Callable[..., str]]:
    """What templates know of the period a run loads: ``period(dag_run, '%d/%m/%Y')``."""

    def period(dag_run: Any, form: str | None = None) -> str:
        start = source.period_start(dag_run.logical_date, dag_run.run_after)
        return source.period_label(start) if form is None else start.strftime(form)

    def period_end(dag_run: Any, form: str | None = None) -> str:
        start = source.period_start(dag_run.logical_date, dag_run.run_after)
        end = source.period_end(start)
        return source.period_label(end) if form is None else end.strftime(form)

    return {"period": period, "period_end": period_end}
