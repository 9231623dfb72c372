"""The tasks of a pipeline: tables made, records extracted and landed, counts reconciled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowTaskTimeout

from elt.airflow import retries
from elt.errors import DeclarationError
from elt.source import Source
from elt.source.limit import record_limit
from elt.transform import lineage
from elt.warehouse import LOADER_CONN_ID, TRANSFORMER_CONN_ID

if TYPE_CHECKING:
    from airflow.providers.postgres.hooks.postgres import PostgresHook
    from airflow.sdk import Context

    from elt.extract.spool import Spool
    from elt.load.ledger import RawRef


class CreateTablesOperator(BaseOperator):
    """Makes what the loads of ``source`` need in the warehouse, and registers the source.

    ``takes_over`` are the DAGs that loaded its table before. Raises DeclarationError for a source
    with open questions.
    """

    def __init__(
        self, *, source: Source, cron: str | None, takes_over: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.cron = cron
        self.takes_over = tuple(takes_over)

    def execute(self, context: Context) -> None:
        """Make the tables."""
        from elt.load import raw_tables, registry
        from elt.source import questions
        from elt.transform import project

        source = self.source
        questions.expect_answered(source)
        warehouse = _warehouse(LOADER_CONN_ID)
        raw_tables.create_tables(warehouse, source, project.raw_tables())
        dag_run: Any = context["dag_run"]
        registry.register(
            warehouse,
            source,
            dag_run.dag_id,
            self.cron,
            str(dag_run.run_type.value),
            source.period_of(dag_run.logical_date, dag_run.run_after),
            self.takes_over,
        )


class ExtractOperator(BaseOperator):
    """Brings the records of the run's period into the raw table of ``source``.

    ``limit`` is a template: how many records; None: all there are. ``account`` is that of a source
    with accounts, which may come from the task group that is mapped over them. Returns the
    reference of the load, which is all that XCom carries; the event of the raw table has its rows
    and bytes.
    """

    template_fields: Sequence[str] = ("endpoint", "query", "limit", "account")

    def __init__(
        self,
        *,
        source: Source,
        limit: str | None = None,
        account: Any = "",
        takes_over: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        # A source that allows 20,000 records in five minutes takes hours for a million.
        kwargs.setdefault("execution_timeout", timedelta(hours=6))
        raw = lineage.raw(source.table)
        super().__init__(inlets=[lineage.api(source)], outlets=[raw], **kwargs)
        self.source = source
        self._raw = raw
        self.endpoint = source.endpoint
        self.query: Mapping[str, Any] = dict(source.params)
        self.limit = limit
        self.account = account
        self.takes_over = tuple(takes_over)

    def execute(self, context: Context) -> RawRef:
        """Fetch and land. Raises SourceError, LandingError, DeclarationError."""
        from elt.airflow.hook import ApiHook
        from elt.extract.fetch import fetch
        from elt.load import landing
        from elt.load.ledger import Run, cursor_before

        dag_run: Any = context["dag_run"]
        account = self.account
        source = self.source.of_account(account)
        period = source.period_of(dag_run.logical_date, dag_run.run_after)
        warehouse = _warehouse(LOADER_CONN_ID)
        since = None
        if source.incremental is not None:
            since = cursor_before(warehouse, source, period, account)
        with _pages_of(context.get("ti")) as spool:
            fetched = fetch(
                ApiHook(source.conn_id),
                source,
                self.query,
                record_limit(source, self.limit),
                spool,
                endpoint=self.endpoint,
                since=since,
            )
            run = Run(dag_run.dag_id, dag_run.run_id, self.takes_over)
            ref = landing.land(warehouse, self.source, period, run, spool, fetched, account)
        context["outlet_events"][self._raw].extra = {
            **({"account": account} if account else {}),
            "load_id": ref["load_id"],
            "rows": ref["records"],
            "bytes": ref["bytes"],
            **({"replaced": dict(fetched.replaced)} if fetched.replaced else {}),
        }
        return ref


class ReconcileOperator(BaseOperator):
    """Checks that every record of a load of ``source`` is accounted for in ``marts``.

    ``ref`` is what the extract has returned. Of a source with accounts it is taken from the task
    ``extract_id`` of the same ``account``, since Airflow maps no task over what tasks of a mapped
    group have returned. Returns the counts by mart.
    """

    template_fields: Sequence[str] = ("ref", "account")

    def __init__(
        self,
        *,
        source: Source,
        marts: Sequence[Mapping[str, Any]],
        ref: Any = None,
        extract_id: str = "",
        account: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.source = source
        self.marts = marts
        self.ref = ref
        self.extract_id = extract_id
        self.account = account

    def execute(self, context: Context) -> dict[str, dict[str, int]]:
        """Check. Raises ReconciliationError, RejectedError, UnsettledError, DeclarationError."""
        from elt.reconcile import reconcile
        from elt.transform.models import KeyedMart

        ref = self._of_account(context) if self.account else self.ref
        marts = [KeyedMart(**mart) for mart in self.marts]
        share = self.source.rejected_share
        return reconcile(_warehouse(TRANSFORMER_CONN_ID), ref, marts, share)

    def _of_account(self, context: Context) -> RawRef:
        instance: Any = context["ti"]
        ref: RawRef | None = instance.xcom_pull(
            task_ids=self.extract_id, map_indexes=instance.map_index
        )
        if ref is None or ref["account"] != self.account:
            raise DeclarationError(
                f"{self.source.table}: the run has no load of the account {self.account!r} at its"
                f" place: its accounts have been changed since; clear {self.extract_id} and what"
                " follows it"
            )
        return ref


@contextmanager
def _pages_of(instance: Any) -> Iterator[Spool]:
    """The spool of a task instance, kept where the next attempt goes on with its pages.

    None stands for a call without a task instance, which has no next attempt.
    """
    from elt.extract.spool import Spool

    if instance is None:
        with Spool() as spool:
            yield spool
        return
    names = (instance.dag_id, instance.run_id, instance.task_id, instance.map_index)
    with Spool(json.dumps(names), attempt=instance.try_number) as spool:
        try:
            yield spool
        except (Exception, AirflowTaskTimeout) as error:
            if retries.keeps_pages(error) and not retries.POLICY.is_last(instance):
                spool.keep()
            raise


def _warehouse(conn_id: str) -> PostgresHook:
    from airflow.providers.postgres.hooks.postgres import PostgresHook

    return PostgresHook(postgres_conn_id=conn_id)
