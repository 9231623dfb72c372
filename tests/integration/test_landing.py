"""Landing in a real PostgreSQL: all of a load or nothing, whatever happens on the way."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import psycopg
import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook

from elt import warehouse as names
from elt.airflow.hook import ApiHook
from elt.errors import LandingError, LockedError
from elt.extract import decode, fetch
from elt.extract.fetch import Fetched
from elt.extract.spool import Spool
from elt.load import landing, ledger, raw_tables
from elt.load.ledger import RawRef, Run
from elt.local import postgres
from elt.source import PageNumber, Source
from elt.source.period import Period
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server
from elt.warehouse import greenplum
from sample_api.nationality import common
from sample_api.testing import SampleApi

SOURCE = Source(
    name="randomuser",
    entity="users",
    conn_id="randomuser_api",
    endpoint="/api/1.4/",
    records_path="results",
    error_path="error",
    redact=("login.password",),
    pagination=PageNumber(page_param="page", size_param="results", page_size=100, endless=True),
)
TABLE = "raw.randomuser__users"
DAY = datetime(2026, 11, 22, tzinfo=UTC)
NEXT = DAY + timedelta(days=1)
RUN = Run("user_processing", "scheduled__2026-11-22")
Rows = list[tuple[Any, ...]]


@pytest.fixture(autouse=True)
def _spool_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELT_SPOOL_DIR", str(tmp_path / "spool"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def warehouse(cluster: Server) -> Server:
    """The warehouse with an empty raw schema: making the database anew would take seconds."""
    postgres.prepare(cluster)
    with psycopg.connect(cluster.dsn(SUPERUSER)) as connection:
        connection.execute("drop schema raw cascade")
    postgres.prepare(cluster)
    return cluster


@pytest.fixture
def loader(airflow_connections: None) -> PostgresHook:
    """The loader's connection, as the DAG has it, to a warehouse with the tables in place."""
    hook = PostgresHook(postgres_conn_id="warehouse_loader")
    raw_tables.create_tables(hook, SOURCE)
    return hook


def pages_of(records: Sequence[bytes], size: int = 7) -> list[list[bytes]]:
    return [list(records[at : at + size]) for at in range(0, len(records), size)]


def land(
    hook: PostgresHook,
    records: Sequence[bytes],
    period: datetime = DAY,
    *,
    run: Run = RUN,
    fetched_records: int | None = None,
    source: Source = SOURCE,
) -> RawRef:
    """Land ``records`` as an extract that brought them would."""
    now = datetime.now(UTC)
    count = len(records) if fetched_records is None else fetched_records
    pages = pages_of(records)
    with Spool() as spool:
        for number, page in enumerate(pages, 1):
            spool.write(number, page)
        fetched = Fetched("http://api.example/?seed=a", len(pages), count, 99, now, now)
        return landing.land(hook, source, Period(period, source.period), run, spool, fetched)


def people(first: int, count: int) -> list[bytes]:
    return [
        json.dumps({"login": {"uuid": str(n)}, "name": "é" * (n % 5)}, ensure_ascii=False).encode()
        for n in range(first, first + count)
    ]


def query(server: Server, text: str, role: str = SUPERUSER, *values: Any) -> Rows:
    with psycopg.connect(server.dsn(role)) as connection:
        return connection.execute(text, values).fetchall()


def contents(server: Server) -> tuple[Rows, Rows]:
    """Everything the raw table and the ledger hold, with the rows' identity."""
    return (
        query(server, f"select ctid, xmin, * from {TABLE} order by load_id, record_no"),
        query(server, "select ctid, xmin, * from raw.loads order by load_id"),
    )


def landed(server: Server, load_id: int) -> list[Any]:
    found = query(
        server,
        f"select record_no, record from {TABLE} where load_id = %s order by record_no",
        SUPERUSER,
        load_id,
    )
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    return [record for _, record in found]


# What it creates


def test_tables_are_created_once_and_by_four_at_a_time(
    airflow_connections: None, warehouse: Server
) -> None:
    def create(_: int) -> None:
        raw_tables.create_tables(PostgresHook(postgres_conn_id="warehouse_loader"), SOURCE)

    def relations() -> Rows:
        return query(
            warehouse,
            "select relname, relkind, oid, relacl::text from pg_class"
            " where relnamespace = 'raw'::regnamespace order by relname",
        )

    with ThreadPoolExecutor(4) as workers:
        list(workers.map(create, range(4)))
    first = relations()
    assert [(name, kind) for name, kind, *_ in first] == [
        ("load_id", "S"),
        ("loads", "r"),
        ("loads__load_id", "i"),
        ("loads_pkey", "i"),
        ("randomuser__users", "r"),
        ("randomuser__users__load_id_record_no", "i"),
    ]
    create(5)
    assert relations() == first


def test_the_schema_is_created_where_there_is_none(
    airflow_connections: None, warehouse: Server
) -> None:
    with psycopg.connect(warehouse.dsn(SUPERUSER)) as connection:
        connection.execute("drop schema raw cascade")
    hook = PostgresHook(postgres_conn_id="warehouse_loader")
    raw_tables.create_tables(hook, SOURCE)
    assert land(hook, people(1, 3))["records"] == 3


# What it lands


def test_reference_ledger_and_records_say_the_same(loader: PostgresHook, warehouse: Server) -> None:
    records = people(1, 30)
    before = datetime.now(UTC)
    ref = land(loader, records)
    digest = hashlib.sha256(b"".join(record + b"\n" for record in records)).hexdigest()
    assert ref == {
        "load_id": ref["load_id"],
        "table": TABLE,
        "source": "randomuser__users",
        "account": "",
        "period": "2026-11-22T00:00:00+00:00",
        "records": 30,
        "bytes": sum(map(len, records)),
        "checksum": f"sha256:{digest}",
    }
    # It is passed on through XCom.
    assert json.loads(json.dumps(ref)) == ref
    assert landed(warehouse, ref["load_id"]) == [json.loads(record) for record in records]
    (row,) = query(
        warehouse,
        "select load_id, source, dag_id, run_id, request, checksum, pages, records, bytes, period"
        " from raw.loads",
    )
    assert row == (
        ref["load_id"],
        "randomuser__users",
        RUN.dag_id,
        RUN.run_id,
        "http://api.example/?seed=a",
        ref["checksum"],
        5,
        30,
        ref["bytes"],
        DAY,
    )
    ((started, fetched, at),) = query(
        warehouse, "select started_at, fetched_at, landed_at from raw.loads"
    )
    assert before <= started <= fetched <= at <= datetime.now(UTC)


def test_what_is_landed_is_what_the_source_sent_less_the_passwords(
    loader: PostgresHook, warehouse: Server, api: SampleApi
) -> None:
    with Spool() as spool:
        hook = ApiHook(SOURCE.conn_id)
        fetched = fetch.fetch(hook, SOURCE, {"seed": "landing"}, 1000, spool)
        ref = landing.land(loader, SOURCE, Period(DAY, "day"), RUN, spool, fetched)
    sent: list[Any] = []
    session = ApiHook(SOURCE.conn_id)
    for page in range(1, 11):
        answer = session.run("/api/1.4/", {"seed": "landing", "page": page, "results": 100})
        sent += answer.json()["results"]
    passwords = {user["login"].pop("password") for user in sent}
    assert landed(warehouse, ref["load_id"]) == sent
    assert len(passwords) > 50
    assert passwords <= set(common().passwords)
    everything = str(contents(warehouse))
    assert [password for password in passwords if password in everything] == []


def test_a_period_landed_again_replaces_the_former_load(
    loader: PostgresHook, warehouse: Server
) -> None:
    other = land(loader, people(500, 5), NEXT)
    first = land(loader, people(1, 20))
    second = land(loader, people(100, 8), run=Run(RUN.dag_id, "hand"))
    assert second["load_id"] > first["load_id"] > other["load_id"]
    assert landed(warehouse, first["load_id"]) == []
    assert len(landed(warehouse, second["load_id"])) == 8
    assert len(landed(warehouse, other["load_id"])) == 5
    assert query(warehouse, "select load_id, period, run_id from raw.loads order by load_id") == [
        (other["load_id"], NEXT, RUN.run_id),
        (second["load_id"], DAY, "hand"),
    ]


def test_the_same_records_again_leave_the_load_as_it_is(
    loader: PostgresHook, warehouse: Server
) -> None:
    records = [*people(1, 20), b'{"name": "caf\\u0000"}']
    first = land(loader, records)
    rows, ((*_, former_landed_at),) = contents(warehouse)[0], rows_of_ledger(warehouse)
    second = land(loader, records, run=Run(RUN.dag_id, "hand"))
    assert second == first
    assert contents(warehouse)[0] == rows
    ((load_id, run_id, landed_at),) = rows_of_ledger(warehouse)
    assert (load_id, run_id) == (first["load_id"], "hand")
    assert landed_at > former_landed_at


def rows_of_ledger(server: Server) -> Rows:
    return query(server, "select load_id, run_id, landed_at from raw.loads order by load_id")


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda records: records[::-1], id="another order"),
        pytest.param(lambda records: [*records[:-1], b'{"n": 1}'], id="one of them changed"),
        pytest.param(lambda records: [*records, records[0]], id="one more"),
        pytest.param(lambda records: records[:-1], id="one less"),
        pytest.param(lambda records: [b" " + records[0], *records[1:]], id="a byte more"),
    ],
)
def test_any_other_records_replace_the_load(
    loader: PostgresHook,
    warehouse: Server,
    spoil: Callable[[list[bytes]], list[bytes]],
) -> None:
    first = land(loader, people(1, 20))
    records = spoil(people(1, 20))
    second = land(loader, records)
    assert second["load_id"] > first["load_id"]
    assert landed(warehouse, first["load_id"]) == []
    assert len(landed(warehouse, second["load_id"])) == len(records)


def test_the_same_records_bring_back_what_somebody_has_deleted(
    loader: PostgresHook, warehouse: Server
) -> None:
    first = land(loader, people(1, 20))
    with psycopg.connect(warehouse.dsn(SUPERUSER)) as connection:
        connection.execute(f"delete from {TABLE} where record_no = 7")
    second = land(loader, people(1, 20))
    assert second["load_id"] > first["load_id"]
    assert len(landed(warehouse, second["load_id"])) == 20


def test_two_attempts_at_one_period_come_one_after_the_other(
    loader: PostgresHook, warehouse: Server
) -> None:
    def attempt(number: int) -> RawRef:
        return land(PostgresHook(postgres_conn_id="warehouse_loader"), people(number, 50))

    with ThreadPoolExecutor(4) as workers:
        refs = list(workers.map(attempt, range(8)))
    last = max(ref["load_id"] for ref in refs)
    assert query(warehouse, "select load_id from raw.loads") == [(last,)]
    assert query(warehouse, f"select distinct load_id from {TABLE}") == [(last,)]
    assert len(landed(warehouse, last)) == 50


@contextmanager
def landing_held_up(
    hook: PostgresHook, records: Sequence[bytes], period: datetime, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], RawRef]]:
    """A landing in a thread that stands still in the middle of its COPY until it is let go on.

    Yields the function that lets it go on and returns what it returned, or raises what it raised.
    """
    started, resume = threading.Event(), threading.Event()
    pages = Spool.pages

    def slowly(spool: Spool) -> Iterator[list[bytes]]:
        for number, page in enumerate(pages(spool)):
            if number == 1 and threading.current_thread().name.startswith("held"):
                started.set()
                resume.wait(60)
            yield page

    monkeypatch.setattr(Spool, "pages", slowly)
    with ThreadPoolExecutor(1, thread_name_prefix="held") as worker:
        held = worker.submit(land, hook, records, period)

        def go_on() -> RawRef:
            resume.set()
            return held.result(60)

        try:
            assert started.wait(60)
            yield go_on
        finally:
            resume.set()


def test_another_period_does_not_wait_and_the_same_one_does(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        landing_held_up(loader, people(1, 30), DAY, monkeypatch) as go_on,
        ThreadPoolExecutor(1) as worker,
    ):
        other = land(loader, people(100, 3), NEXT)
        assert query(warehouse, "select load_id from raw.loads") == [(other["load_id"],)]

        same = worker.submit(land, loader, people(200, 4), DAY)
        while not waiting_for_a_lock(warehouse):
            assert not same.done()
            time.sleep(0.02)
        first, second = go_on(), same.result(60)
    assert query(warehouse, "select load_id, records from raw.loads order by load_id") == [
        (other["load_id"], 3),
        (second["load_id"], 4),
    ]
    assert landed(warehouse, first["load_id"]) == []


def waiting_for_a_lock(server: Server) -> bool:
    return bool(query(server, "select 1 from pg_locks where locktype = 'advisory' and not granted"))


def test_the_former_load_can_be_read_until_the_new_one_is_there(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(loader, people(1, 20))
    before = contents(warehouse)
    with landing_held_up(loader, people(100, 30), DAY, monkeypatch) as go_on:
        assert contents(warehouse) == before
        # Nothing of the former load is locked while the copy is on its way.
        with psycopg.connect(warehouse.dsn(SUPERUSER)) as connection:
            connection.execute("set lock_timeout = '1s'")
            connection.execute(f"select 1 from {TABLE} for update nowait")
            connection.execute("select 1 from raw.loads for update nowait")
        ref = go_on()
    assert len(landed(warehouse, ref["load_id"])) == 30


# What happens on the way


def test_an_error_in_the_middle_of_the_copy_leaves_all_as_it_was(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(loader, people(1, 20))
    before = contents(warehouse)
    pages = Spool.pages

    def broken(spool: Spool) -> Iterator[list[bytes]]:
        for number, page in enumerate(pages(spool)):
            if number == 2:
                raise OSError("the disk is gone")
            yield page

    monkeypatch.setattr(Spool, "pages", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        land(loader, people(100, 30))
    assert contents(warehouse) == before


def test_a_backend_killed_in_the_middle_of_the_copy_leaves_all_as_it_was(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(loader, people(1, 20))
    before = contents(warehouse)
    with landing_held_up(loader, people(100, 30), DAY, monkeypatch) as go_on:
        ((killed,),) = query(
            warehouse,
            "select count(pg_terminate_backend(pid)) from pg_stat_activity"
            " where usename = %s and state = 'active'",
            SUPERUSER,
            names.LOADER,
        )
        assert killed == 1
        with pytest.raises(psycopg.OperationalError, match=r"terminat|closed"):
            go_on()
    assert contents(warehouse) == before
    assert land(loader, people(100, 30))["records"] == 30


def test_a_task_killed_just_before_the_commit_leaves_all_as_it_was(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    land(loader, people(1, 20))
    before = contents(warehouse)
    transaction = psycopg.Connection.transaction

    @contextmanager
    def dying(connection: psycopg.Connection[Any]) -> Iterator[psycopg.Transaction]:
        with transaction(connection) as inner:
            yield inner
            os.kill(os.getpid(), signal.SIGKILL)

    task = os.fork()
    if task == 0:
        try:
            monkeypatch.setattr(psycopg.Connection, "transaction", dying)
            land(loader, people(100, 30))
        finally:
            os._exit(1)
    _, status = os.waitpid(task, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    assert len(os.listdir(os.environ["ELT_SPOOL_DIR"])) == 1
    assert contents(warehouse) == before
    # Its lock goes with its connection, and its spool with the next attempt.
    assert land(loader, people(100, 30))["records"] == 30
    assert os.listdir(os.environ["ELT_SPOOL_DIR"]) == []


@pytest.mark.parametrize("fetched", [29, 31])
def test_another_number_of_records_than_fetched_is_refused(
    loader: PostgresHook, warehouse: Server, fetched: int
) -> None:
    land(loader, people(1, 20))
    before = contents(warehouse)
    with pytest.raises(LandingError, match=f"holds 30 records of the {fetched} fetched"):
        land(loader, people(100, 30), fetched_records=fetched)
    assert contents(warehouse) == before


# Records that jsonb does not take


ODD = {
    "U+0000": rb'{"login": {"uuid": "a\u0000b"}}',
    "U+0000 in a name": rb'{"\u0000": 1}',
    "not UTF-8": b'{"name": "caf\xe9"}',
    "a number beyond numeric": b'{"n": 1e400000}',
    "a number too fine": b'{"n": 1e-400000}',
    "a lone surrogate": rb'{"name": "\ud800"}',
    "surrogates the wrong way round": rb'{"name": "\udc00\ud800"}',
    "too deep": b'{"n": ' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "half a record": b'{"n": ',
    "NaN": b'{"n": NaN}',
    "nothing": b"",
}


def test_what_cannot_be_stored_is_kept_as_text_beside_the_others(
    loader: PostgresHook, warehouse: Server
) -> None:
    before, after = people(1, 9), people(10, 10)
    for day, (name, record) in enumerate(ODD.items()):
        source = SOURCE.model_copy(update={"encoding": "utf-8"})
        records = [*before, record, *after]
        ref = land(loader, records, DAY + timedelta(days=day), source=source)
        found = landed(warehouse, ref["load_id"])
        assert found[9] == record.decode(errors="backslashreplace"), name
        assert found[:9] + found[10:] == [json.loads(other) for other in before + after]
        # The reference is of what is stored.
        stored = [*before, json.dumps(found[9]).encode(), *after]
        digest = hashlib.sha256(b"".join(one + b"\n" for one in stored)).hexdigest()
        assert ref["checksum"] == f"sha256:{digest}"
        assert (ref["records"], ref["bytes"]) == (20, sum(map(len, stored)))


def test_bytes_of_no_declared_encoding_land_nothing(
    loader: PostgresHook, warehouse: Server
) -> None:
    land(loader, people(1, 20))
    before = contents(warehouse)
    latin = b'{"login": {"uuid": "7"}, "name": [{"last": "Ren\xe9"}]}'
    with pytest.raises(
        LandingError,
        match=r"record 21: the field \['name', 0, 'last'\] has bytes that are not UTF-8 \(0xe9 at"
        r" byte 47 of the record\); nothing was landed. Declare the source's 'encoding'",
    ):
        land(loader, [*people(1, 20), latin, *people(30, 5)])
    assert contents(warehouse) == before


STORABLE = {
    "1e400": (b"1e400", 10**400),
    "the widest number": (b"9e131071", 9 * 10**131071),
    "digits kept": (b"0.10000000000000000000001", None),
    "null": (b"null", None),
    "a pair of surrogates": (rb'"\ud83d\ude00"', "😀"),
    "an escaped backslash": (rb'"\\u0000"', "\\u0000"),
    "a name twice": (b'{"a": 1, "a": 2}', {"a": 2}),
}


def test_what_is_odd_and_can_be_stored_stays_what_it_is(
    loader: PostgresHook, warehouse: Server
) -> None:
    # Also where another record makes the load go through the sieve.
    ref = land(loader, [*(record for record, _ in STORABLE.values()), rb'"\u0000"'])
    found = query(
        warehouse,
        f"select record::text, jsonb_typeof(record) from {TABLE}"
        " where load_id = %s order by record_no",
        SUPERUSER,
        ref["load_id"],
    )
    *stored, (_, salvaged) = found
    assert salvaged == "string"
    for (name, (record, value)), (text, kind) in zip(STORABLE.items(), stored, strict=True):
        if kind == "number":
            assert text == (record.decode() if value is None else str_of(value)), name
        else:
            assert json.loads(text) == value, name


def str_of(number: Any) -> str:
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        return str(number)
    finally:
        sys.set_int_max_str_digits(limit)


@pytest.mark.parametrize(
    "record",
    [
        *("9e131071", "1e131072", "1e-16383", "1e-16384", "0e999999999"),
        *("1.5e-16382", "1.5e-16383", "[" * 499 + "]" * 499),
    ],
)
def test_what_is_kept_as_it_is_postgresql_takes(cluster: Server, record: str) -> None:
    with psycopg.connect(cluster.dsn(SUPERUSER, "postgres")) as connection:
        try:
            connection.execute("select %s::jsonb", (record,))
            taken = True
        except psycopg.DataError:
            taken = False
    kept = decode.storable(record.encode()) == record.encode()
    assert kept == taken or (taken and record == "0e999999999")


def test_a_record_that_passes_the_sieve_and_is_refused_is_named(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elt.load.copying.storable", lambda record: record)
    land(loader, people(1, 20))
    before = contents(warehouse)
    with pytest.raises(LandingError, match="period 2026-11-22: record 3 cannot be stored"):
        land(loader, [*people(1, 2), rb'"\u0000"', *people(3, 5)])
    assert contents(warehouse) == before


# What an incremental source goes on from


def land_until(hook: PostgresHook, cursor: str | None, period: datetime) -> None:
    now = datetime.now(UTC)
    with Spool() as spool:
        spool.write(1, [])
        fetched = Fetched("http://api.example/", 1, 0, 0, now, now, cursor)
        landing.land(hook, SOURCE, Period(period, "day"), RUN, spool, fetched)


def test_a_period_goes_on_from_the_latest_one_before_it(loader: PostgresHook) -> None:
    def before(day: datetime) -> str | None:
        return ledger.cursor_before(loader, SOURCE, Period(day, "day"))

    assert before(DAY) is None
    land_until(loader, "2026-11-22T23:00:00Z", DAY)
    land_until(loader, "2026-11-25T01:00:00Z", DAY + timedelta(days=3))
    assert before(DAY) is None
    assert before(NEXT) == "2026-11-22T23:00:00Z"
    assert (
        ledger.cursor_before(loader, SOURCE, Period(DAY + timedelta(days=3), "day"))
        == "2026-11-22T23:00:00Z"
    )
    assert (
        ledger.cursor_before(loader, SOURCE, Period(DAY + timedelta(days=9), "day"))
        == "2026-11-25T01:00:00Z"
    )


def test_a_ledger_of_an_earlier_release_gets_the_column(
    loader: PostgresHook, warehouse: Server
) -> None:
    land(loader, people(1, 2))
    with psycopg.connect(warehouse.dsn(SUPERUSER)) as connection:
        connection.execute("alter table raw.loads drop column cursor")
    raw_tables.create_tables(loader, SOURCE)
    assert query(warehouse, "select records, cursor from raw.loads") == [(2, None)]


def test_a_column_that_a_reader_keeps_from_being_added_names_the_reader(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And waits for it no longer than a second at a time, since other readers queue up behind."""
    monkeypatch.setenv("ELT_BUILD_LOCK_TIMEOUT", "0")
    land(loader, people(1, 2))
    with psycopg.connect(warehouse.dsn(SUPERUSER)) as connection:
        connection.execute("alter table raw.loads drop column cursor")
    with psycopg.connect(warehouse.dsn(names.READER), application_name="a notebook") as reader:
        reader.execute("select load_id from raw.loads")
        with pytest.raises(LockedError) as error:
            raw_tables.create_tables(loader, SOURCE)
        pid = reader.info.backend_pid
    said = str(error.value)
    assert f"raw.loads cannot be changed while it is in use by process {pid} " in said
    assert f"(user {names.READER}, application a notebook, idle in transaction, in a" in said
    raw_tables.create_tables(loader, SOURCE)
    assert query(warehouse, "select records, cursor from raw.loads") == [(2, None)]


# Greenplum takes the same records as text


def test_as_text_the_same_is_landed(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [
        rb'{"name": "a\\b\"c\n\t\u00e9", "path": "C:\\new\\table"}',
        b'{\n\t"pretty": "printed",\r\n\t"text": "\\\\N and \\\\."\n}',
        '{"é": "Ж\u2028"}'.encode(),
        b"[]",
        b'"\\\\."',
    ]
    binary = land(loader, records)
    monkeypatch.setattr("elt.warehouse.greenplum.is_greenplum", lambda _connection: True)
    text = land(loader, records, NEXT)
    assert landed(warehouse, text["load_id"]) == landed(warehouse, binary["load_id"])
    assert landed(warehouse, text["load_id"]) == [json.loads(record) for record in records]
    assert text["checksum"] == binary["checksum"]


@pytest.mark.parametrize(
    ("rows", "warned"),
    [
        ({0: 500, 1: 500}, False),
        ({0: 990, 1: 10}, True),
        ({1: 1000}, True),
        # Of so few it tells nothing.
        ({1: 30}, False),
        ({}, False),
    ],
)
def test_a_load_that_lies_unevenly_is_warned_of(
    rows: dict[int, int], warned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows by segment are made up: there is no Greenplum to be had."""
    said: list[str] = []
    monkeypatch.setattr(greenplum, "_spread", lambda *_: (rows, 2))
    monkeypatch.setattr(greenplum.log, "warning", lambda text, *values: said.append(text % values))
    greenplum.report_skew(cast("Any", None), "raw", "shop__orders", 7)
    assert ["raw.shop__orders: the rows of load 7 lie unevenly" in one for one in said] == (
        [True] if warned else []
    )


def test_an_unstorable_record_is_kept_as_text_there_too(
    loader: PostgresHook, warehouse: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elt.warehouse.greenplum.is_greenplum", lambda _connection: True)
    ref = land(loader, [*people(1, 2), rb'"\u0000"'])
    assert landed(warehouse, ref["load_id"])[2] == '"\\u0000"'


# Rights


def test_the_reader_sees_loads_and_no_record(loader: PostgresHook, warehouse: Server) -> None:
    ref = land(loader, people(1, 3))
    assert query(warehouse, "select load_id from raw.loads", names.READER) == [(ref["load_id"],)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(warehouse, f"select 1 from {TABLE}", names.READER)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(warehouse, "delete from raw.loads returning 1", names.READER)


def test_the_transformer_reads_raw_and_does_not_write_it(
    loader: PostgresHook, warehouse: Server
) -> None:
    land(loader, people(1, 3))
    assert query(warehouse, f"select count(*) from {TABLE}", names.TRANSFORMER) == [(3,)]
    assert query(warehouse, "select records from raw.loads", names.TRANSFORMER) == [(3,)]
    for text in (
        f"delete from {TABLE} returning 1",
        "update raw.loads set records = 0 returning 1",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            query(warehouse, text, names.TRANSFORMER)


def test_the_loader_is_no_more_than_a_loader(loader: PostgresHook, warehouse: Server) -> None:
    land(loader, people(1, 3))
    assert query(
        warehouse,
        "select rolsuper, rolcreaterole, rolcreatedb from pg_roles where rolname = current_user",
        names.LOADER,
    ) == [(False, False, False)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        query(warehouse, "create table analytics.x (a int)", names.LOADER)
