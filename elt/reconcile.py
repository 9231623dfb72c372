"""The last look at a load: every record that was landed is accounted for in every keyed mart."""

from __future__ import annotations

import logging
from contextlib import closing
from dataclasses import dataclass, fields
from typing import Any, cast

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg import sql
from psycopg.rows import class_row

from elt.errors import ReconciliationError, RejectedError, UnsettledError
from elt.landing import LEDGER, SCHEMA, RawRef
from elt.transform import KeyedMart

log = logging.getLogger(__name__)

# A key of the load is superseded if a later period has it, else its content must be in the mart,
# in a row that this load wrote (new, changed) or that was there with the same content (unchanged).
_COUNT = """
with staged as (
    select {key}, record_no, rejection_reason, row_hash
    from {staging}
    where load_id = %(load_id)s
),
kept as (
    select distinct on ({key}) {key}, row_hash
    from staged
    where rejection_reason is null
    order by {key}, record_no desc
),
later_loads as (
    select later.load_id
    from {ledger} as later
    inner join {ledger} as this
        on
            this.source = later.source
            and this.account = later.account
            and later.period > this.period
    where this.load_id = %(load_id)s
),
later_keys as (
    select distinct {key}
    from {staging}
    where load_id in (select load_id from later_loads) and rejection_reason is null
),
judged as (
    select
        later_keys.{first} is not null as superseded,
        mart.load_id = %(load_id)s as written,
        coalesce(mart.row_hash = kept.row_hash, false) as present
    from kept
    left join later_keys on {later_is_kept}
    left join {mart} as mart on {mart_is_kept}
),
mark as (
    select coalesce(max(rows_changed), 0) as rows_changed, count(*) as marks
    from ops.model_loads
    where model = %(model)s and load_id = %(load_id)s
),
totals as (
    select
        count(*) filter (where not superseded and present and written) as written,
        count(*) filter (where not superseded and present and not written) as unchanged,
        count(*) filter (where superseded) as superseded,
        count(*) filter (where not superseded and not present) as missing
    from judged
)
select
    (select count(*) from {raw} where load_id = %(load_id)s) as raw,
    totals.written - least(mark.rows_changed, totals.written) as new,
    least(mark.rows_changed, totals.written) as changed,
    totals.unchanged,
    totals.superseded,
    (select count(*) from staged where rejection_reason is null)
        - (select count(*) from kept) as duplicates,
    (select count(*) from staged where rejection_reason is not null) as rejected,
    totals.missing,
    mark.marks
from totals, mark
"""

_BEHIND = """
select 1
from (
    select load_id from {ledger} where source = %(source)s and account = %(account)s
) as landed
full outer join (
    select load_id
    from ops.model_loads
    where
        source = %(source)s
        and model = %(model)s
        and load_id not in (
            select load_id from {ledger} where source = %(source)s and account <> %(account)s
        )
) as built on landed.load_id = built.load_id
where
    (landed.load_id is null or built.load_id is null)
    and coalesce(landed.load_id, built.load_id) <> %(load_id)s
limit 1
"""


@dataclass(frozen=True)
class Counts:
    """What became of the records of one load in one keyed mart."""

    raw: int
    new: int
    changed: int
    unchanged: int
    superseded: int
    duplicates: int
    rejected: int
    missing: int
    marks: int

    @property
    def accounted(self) -> int:
        """Records whose whereabouts are known."""
        return (
            self.new
            + self.changed
            + self.unchanged
            + self.superseded
            + self.duplicates
            + self.rejected
        )


def reconcile(
    hook: PostgresHook, ref: RawRef, marts: list[KeyedMart], rejected_share: float = 1.0
) -> dict[str, dict[str, int]]:
    """Check the load that ``ref`` names against the ledger, the raw table and each keyed mart.

    Records in the ledger = raw rows = new + changed + unchanged + superseded by a later period +
    duplicates within the load + rejected. Returns these counts by mart. A load that was replaced
    meanwhile, by another run of its period, is left to that run: the result is empty.

    Raises ReconciliationError, which names the mart and the difference, UnsettledError, worth a
    retry, where they differ while the mart has yet to build what other runs have landed, and
    RejectedError where ``rejected_share`` of the load's records or more were rejected.
    """
    with closing(cast("psycopg.Connection[Any]", hook.get_conn())) as connection:
        # One snapshot for all counts: other runs land and build meanwhile.
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        ledger = connection.execute(
            sql.SQL("select records, checksum from {}").format(sql.Identifier(SCHEMA, LEDGER))
            + sql.SQL(" where load_id = %s"),
            (ref["load_id"],),
        ).fetchone()
        if ledger is None:
            log.warning(
                "load %d of %s, period %s, has been replaced; its successor's run checks that one",
                ref["load_id"],
                _source(ref),
                ref["period"],
            )
            return {}
        records, checksum = ledger
        if (records, checksum) != (ref["records"], ref["checksum"]):
            raise _difference(ref, "the ledger", f"it has {records} records, {checksum}")
        results = {}
        for mart in marts:
            counts = _count(connection, ref, mart)
            try:
                _check(ref, mart, records, counts)
            except ReconciliationError:
                if _is_behind(connection, ref, mart):
                    raise UnsettledError(
                        f"{mart.relation} has yet to build loads of {ref['source']} that other"
                        " runs have landed; the counts can be checked when it has"
                    ) from None
                raise
            log.info("%s accounts for load %d: %s", mart.relation, ref["load_id"], counts)
            _expect_few_rejected(connection, ref, mart, counts, rejected_share)
            results[mart.relation] = {
                field.name: getattr(counts, field.name)
                for field in fields(counts)
                if field.name not in ("missing", "marks")
            }
        return results


def _expect_few_rejected(
    connection: psycopg.Connection[Any],
    ref: RawRef,
    mart: KeyedMart,
    counts: Counts,
    share: float,
) -> None:
    if not counts.rejected or counts.rejected < share * counts.raw:
        return
    reasons = connection.execute(
        sql.SQL(
            "select rejection_reason, count(*) from {} where load_id = %s"
            " and rejection_reason is not null group by 1 order by 2 desc, 1 limit 3"
        ).format(sql.Identifier(*mart.staging.split("."))),
        (ref["load_id"],),
    ).fetchall()
    shown = "; ".join(f"{str(reason)[:200]} ({records})" for reason, records in reasons)
    raise RejectedError(
        f"{_source(ref)}, load {ref['load_id']} of {ref['period']}: {counts.rejected} of"
        f" {counts.raw} records were rejected, which is the declared share of {share:g} or more:"
        f" {shown}; look at what the source sends and mend {mart.staging}"
    )


def _count(connection: psycopg.Connection[Any], ref: RawRef, mart: KeyedMart) -> Counts:
    keys = [sql.Identifier(key) for key in mart.keys]

    def is_kept(other: str) -> sql.Composed:
        return sql.SQL(" and ").join(
            sql.SQL("{}.{key} = kept.{key}").format(sql.Identifier(other), key=key) for key in keys
        )

    statement = sql.SQL(_COUNT).format(
        key=sql.SQL(", ").join(keys),
        first=keys[0],
        later_is_kept=is_kept("later_keys"),
        mart_is_kept=is_kept("mart"),
        staging=sql.Identifier(*mart.staging.split(".")),
        mart=sql.Identifier(*mart.relation.split(".")),
        raw=sql.Identifier(*ref["table"].split(".")),
        ledger=sql.Identifier(SCHEMA, LEDGER),
    )
    with connection.cursor(row_factory=class_row(Counts)) as cursor:
        cursor.execute(statement, {"load_id": ref["load_id"], "model": mart.relation})
        return cast("Counts", cursor.fetchone())


def _is_behind(connection: psycopg.Connection[Any], ref: RawRef, mart: KeyedMart) -> bool:
    """Whether the ledger has other loads of the source's account than the mart has built."""
    statement = sql.SQL(_BEHIND).format(ledger=sql.Identifier(SCHEMA, LEDGER))
    names = {
        "source": ref["source"],
        "account": ref.get("account", ""),
        "model": mart.relation,
        "load_id": ref["load_id"],
    }
    return connection.execute(statement, names).fetchone() is not None


def _check(ref: RawRef, mart: KeyedMart, records: int, counts: Counts) -> None:
    if counts.raw != records:
        raise _difference(
            ref, ref["table"], f"it has {counts.raw} rows, the ledger {records} records"
        )
    if not counts.marks:
        raise _difference(ref, mart.relation, "it has not built the load; run its task again")
    if counts.missing or counts.accounted != records:
        raise _difference(
            ref,
            mart.relation,
            f"{records - counts.accounted} of {records} records are unaccounted for,"
            f" {counts.missing} keys are missing or differ: {counts}",
        )


def _difference(ref: RawRef, where: str, what: str) -> ReconciliationError:
    return ReconciliationError(
        f"load {ref['load_id']} of {_source(ref)}, period {ref['period']}: {where}: {what}"
    )


def _source(ref: RawRef) -> str:
    """The source, and its account if it has some."""
    account = ref.get("account", "")
    return f"{ref['source']}, account {account}" if account else ref["source"]
