"""The last look at a load: every record that was landed is accounted for in every keyed mart."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from typing import Any, cast

import psycopg
from airflow.providers.postgres.hooks.postgres import PostgresHook
from psycopg import sql
from psycopg.rows import class_row

from elt.errors import ReconciliationError, RejectedError, UnsettledError
from elt.load.ledger import RawRef
from elt.load.raw_tables import LEDGER, SCHEMA
from elt.transform.models import KeyedMart
from elt.warehouse.connection import connected

log = logging.getLogger(__name__)

# What was counted while staging typed the load and the mart built it. Of a load that was typed
# again since, the mart has built what staging has now, or it has not built the load. A load that
# was fetched again without a change since it was built has changed nothing by that.
_COUNTED = """
select
    (select count(*) from {raw} where load_id = %(load_id)s) as raw,
    staged.records as staged,
    coalesce(sum(built.rows_new) filter (where {is_since}), 0)::bigint as new,
    coalesce(sum(built.rows_changed) filter (where {is_since}), 0)::bigint as changed,
    coalesce(
        sum(
            built.rows_unchanged
            + case when {is_since} then 0 else built.rows_new + built.rows_changed end
        ),
        0
    )::bigint as unchanged,
    coalesce(sum(built.rows_superseded), 0)::bigint as superseded,
    coalesce(sum(built.rows_duplicate), 0)::bigint as duplicates,
    staged.rejected,
    count(built.load_id) as builds
from ops.current_staged_loads as staged
inner join {ledger} as ledger on ledger.load_id = staged.load_id
left join ops.current_built_loads as built
    on
        built.model = %(mart)s
        and built.load_id = staged.load_id
        and built.staged_no = staged.staged_no
where staged.model = %(staging)s and staged.load_id = %(load_id)s
group by staged.records, staged.rejected
"""

# Keys that the mart should have and has not: a row of a later period stands for a later load of the
# key, any other has to have the content that this load has last. And rows that say they came with
# the load's period, and that it does not have. The load and the rows of its period are mostly the
# same, so they are read once; what differs is looked up by its key.
_KEYS = """
with kept as (
    select {distinct} {key}, row_hash
    from {staging} as staged
    where load_id = %(load_id)s and rejection_reason is null
    {order}
),
differing as (
    select {kept_key}, kept.row_hash, kept.{first} is null as is_stray
    from kept
    full join (select {key}, row_hash from {mart} as mart where {mart_is_of_load}) as mart
        on {mart_is_kept}
    where
        kept.{first} is null
        or mart.{first} is null
        or mart.row_hash is distinct from kept.row_hash
),
missing as (
    select 1
    from (select * from differing where not is_stray) as kept
    left join {mart} as mart on {mart_is_kept}
    where
        mart.{first} is null
        or (mart.row_hash is distinct from kept.row_hash and mart.load_period <= %(period)s)
)
select
    (select count(*) from missing) as missing,
    (select count(*) from differing where is_stray) as stray
"""

# The periods that rows of the mart came with: one look-up by index each, not the whole mart.
_PERIODS = """
with recursive periods as (
    (select {columns} from {mart} order by {columns} limit 1)
    union all
    select {next_columns}
    from periods
    cross join lateral (
        select {columns}
        from {mart}
        where ({columns}) > ({of_periods})
        order by {columns}
        limit 1
    ) as next
)
select {columns} from periods
"""
_ALL_PERIODS = "select distinct {columns} from {mart}"
_GONE = """
select periods.load_period
from ({periods}) as periods
where
    not exists (
        select 1
        from ops.current_staged_loads as staged
        where staged.model = %(staging)s and staged.period = periods.load_period {of_account}
    )
order by 1
limit 3
"""

_BEHIND = """
select 1
from (
    select load_id from {ledger} where source = %(source)s and account = %(account)s
) as landed
full outer join (
    select built.load_id
    from ops.current_built_loads as built
    inner join ops.current_staged_loads as staged
        on
            staged.model = %(staging)s
            and staged.load_id = built.load_id
            and staged.staged_no = built.staged_no
    where built.model = %(mart)s and built.account = %(account)s
) as built on landed.load_id = built.load_id
where
    (landed.load_id is null or built.load_id is null)
    and coalesce(landed.load_id, built.load_id) <> %(load_id)s
union all
select 1
from ops.current_built_loads as built
where
    built.model = %(mart)s
    and built.account = %(account)s
    and built.load_id <> %(load_id)s
    and not exists (
        select 1
        from ops.current_staged_loads as staged
        where staged.model = %(staging)s and staged.period = built.period
    )
limit 1
"""


@dataclass(frozen=True)
class Counts:
    """What became of the records of one load in one keyed mart."""

    raw: int
    staged: int
    new: int
    changed: int
    unchanged: int
    superseded: int
    duplicates: int
    rejected: int
    builds: int

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

    Records in the ledger = raw rows = staged rows = new + changed + unchanged + superseded by a
    later period + duplicates within the load + rejected, as counted when the mart was built.
    Returns these counts by mart. Each key of the load is looked up in the mart, and each row of
    the mart that came with the load's period in the load; a row of a period that no load has is
    an error, too. No JSON is read, and it costs what the load costs, whatever else is there.

    A load that was replaced meanwhile, by another run of its period, is left to that run: the
    result is empty.

    Raises ReconciliationError, which names the mart and the difference, UnsettledError, worth a
    retry, where they differ while the mart has yet to build what other runs have landed, and
    RejectedError where ``rejected_share`` of the load's records or more were rejected.
    """
    with connected(hook) as connection:
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
            check = _Check(connection, ref, mart)
            try:
                counts = check.counts(records)
                check.keys(counts)
            except ReconciliationError:
                if check.is_behind():
                    raise UnsettledError(
                        f"{mart.relation} has yet to build loads of {ref['source']} that other"
                        " runs have landed; the counts can be checked when it has"
                    ) from None
                raise
            log.info("%s accounts for load %d: %s", mart.relation, ref["load_id"], counts)
            check.rejected(counts, rejected_share)
            results[mart.relation] = {
                field.name: getattr(counts, field.name)
                for field in fields(counts)
                if field.name not in ("staged", "builds")
            }
        return results


class _Check:
    """The check of one load in one mart."""

    def __init__(self, connection: psycopg.Connection[Any], ref: RawRef, mart: KeyedMart) -> None:
        self._connection = connection
        self._ref = ref
        self._mart = mart
        self._values = {
            "load_id": ref["load_id"],
            "source": ref["source"],
            "account": ref.get("account", ""),
            "period": ref["period"],
            "mart": mart.relation,
            "staging": mart.staging,
        }
        # What a row of the mart says of the load that it came with.
        self._load_columns = ["load_period"]
        if "account" in mart.keys:
            self._load_columns.append("account")

    def counts(self, records: int) -> Counts:
        """What was counted of the load, which the ledger says has ``records``, if that agrees."""
        with self._connection.cursor(row_factory=class_row(Counts)) as cursor:
            cursor.execute(self._statement(_COUNTED), self._values)
            counts = cursor.fetchone()
        table = self._ref["table"]
        if counts is None:
            raise self._differs(self._mart.staging, "it has not typed the load; run its task again")
        if counts.raw != records:
            raise self._differs(table, f"it has {counts.raw} rows, the ledger {records} records")
        if counts.staged != records:
            raise self._differs(
                self._mart.staging, f"it has {counts.staged} rows, the ledger {records} records"
            )
        if not counts.builds:
            raise self._differs(
                self._mart.relation, "it has not built the load; run its task again"
            )
        if counts.accounted != records:
            raise self._differs(
                self._mart.relation,
                f"{records - counts.accounted} of {records} records are unaccounted for: {counts}",
            )
        return counts

    def keys(self, counts: Counts) -> None:
        """Look for keys that the mart lacks, and for rows that no load has."""
        relation = self._mart.relation
        missing, stray = self._keys(has_duplicates=counts.duplicates > 0)
        if missing:
            raise self._differs(
                relation,
                f"{missing} of {self._ref['records']} records are unaccounted for: the mart has no"
                " row of their keys, or one with other content",
            )
        if stray:
            raise self._differs(
                relation, f"{stray} rows say that they came with this period; the load has no such"
            )
        gone = [str(row[0]) for row in self._connection.execute(self._gone(), self._values)]
        if gone:
            raise self._differs(
                relation, f"it has rows of periods that no load has: {', '.join(gone)}"
            )

    def is_behind(self) -> bool:
        """Whether the ledger has other loads of the source's account than the mart has built."""
        rows = self._connection.execute(self._statement(_BEHIND), self._values)
        return rows.fetchone() is not None

    def rejected(self, counts: Counts, share: float) -> None:
        """Raise RejectedError if too many were; say which fields were lost of the others."""
        load_id, mart = self._ref["load_id"], self._mart
        lost = self._reasons("misfits")
        if lost:
            log.warning(
                "load %d: fields that could not be typed are null in %s: %s",
                load_id,
                mart.relation,
                lost,
            )
        if not counts.rejected or counts.rejected < share * counts.raw:
            return
        raise RejectedError(
            f"{_source(self._ref)}, load {load_id} of {self._ref['period']}: {counts.rejected} of"
            f" {counts.raw} records were rejected, which is the declared share of {share:g} or"
            f" more: {self._reasons('rejection_reason')}; look at what the source sends and mend"
            f" {mart.staging}"
        )

    def _reasons(self, column: str) -> str:
        rows = self._connection.execute(
            self._statement(
                "select {column}, count(*) from {staging} where load_id = %(load_id)s"
                " and faulty_record is not null and {column} is not null"
                " group by 1 order by 2 desc, 1 limit 3",
                column=sql.Identifier(column),
            ),
            self._values,
        )
        return "; ".join(f"{str(reason)[:200]} ({records})" for reason, records in rows)

    def _keys(self, *, has_duplicates: bool) -> tuple[int, int]:
        """How many keys the mart lacks, and how many of its rows no load has."""
        key = sql.SQL(", ").join(map(sql.Identifier, self._mart.keys))
        statement = self._statement(
            _KEYS,
            kept_key=sql.SQL(", ").join(
                sql.SQL("kept.{}").format(sql.Identifier(name)) for name in self._mart.keys
            ),
            distinct=sql.SQL("distinct on ({})" if has_duplicates else "").format(key),
            order=sql.SQL("order by {}, record_no desc" if has_duplicates else "").format(key),
        )
        return cast("tuple[int, int]", self._connection.execute(statement, self._values).fetchone())

    def _gone(self) -> sql.Composed:
        # Greenplum 6, which is PostgreSQL 9.4, has no recursive queries by default.
        is_old = self._connection.info.server_version < 120000
        columns = [sql.Identifier(name) for name in self._load_columns]
        periods = self._statement(
            _ALL_PERIODS if is_old else _PERIODS,
            columns=sql.SQL(", ").join(columns),
            next_columns=sql.SQL(", ").join(sql.SQL("next.{}").format(name) for name in columns),
            of_periods=sql.SQL(", ").join(sql.SQL("periods.{}").format(name) for name in columns),
        )
        return self._statement(
            _GONE,
            periods=periods,
            of_account=sql.SQL("and staged.account = periods.account" if len(columns) > 1 else ""),
        )

    def _statement(self, text: str, **parts: sql.Composable) -> sql.Composed:
        keys = [sql.Identifier(key) for key in self._mart.keys]
        return sql.SQL(text).format(
            key=sql.SQL(", ").join(keys),
            first=keys[0],
            mart_is_kept=sql.SQL(" and ").join(
                sql.SQL("mart.{key} = kept.{key}").format(key=key) for key in keys
            ),
            mart_is_of_load=sql.SQL(
                "mart.load_period = %(period)s"
                + (" and mart.account = %(account)s" if len(self._load_columns) > 1 else "")
            ),
            staging=sql.Identifier(*self._mart.staging.split(".")),
            mart=sql.Identifier(*self._mart.relation.split(".")),
            raw=sql.Identifier(*self._ref["table"].split(".")),
            ledger=sql.Identifier(SCHEMA, LEDGER),
            is_since=sql.SQL("built.built_at > ledger.landed_at"),
            **parts,
        )

    def _differs(self, where: str, what: str) -> ReconciliationError:
        return _difference(self._ref, where, what)


def _difference(ref: RawRef, where: str, what: str) -> ReconciliationError:
    return ReconciliationError(
        f"load {ref['load_id']} of {_source(ref)}, period {ref['period']}: {where}: {what}"
    )


def _source(ref: RawRef) -> str:
    """The source, and its account if it has some."""
    account = ref.get("account", "")
    return f"{ref['source']}, account {account}" if account else ref["source"]
