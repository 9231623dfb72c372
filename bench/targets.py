"""The targets of the pipeline of users, beside the floor, dlt and pandas.

What is compared runs in turn, in rounds; medians count. Each way is checked by the count and the
checksum of what it has loaded, each load by the counts of `reconcile`. The figures go into
`bench/figures.json`, `bench/RESULTS.md` and a plot for the README.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from psycopg import sql

from bench import columns, embedded, floor, made, results
from bench.embedded import Cpu
from bench.floor import Floor
from bench.pipeline import USERS, Load, Pipeline, plain_logs
from bench.report import line
from bench.results import Figures
from bench.sample_api import SEED, records, server
from elt import warehouse
from elt.stack.folders import project_root
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server

PAGE = 1_000
_DAY = datetime(2026, 6, 1, tzinfo=UTC)
_FEW = 1_000
"""Records that are loaded into a past day."""
_MART = sql.SQL("analytics.users")
_REFERENCE = sql.SQL(
    "(select distinct on (record -> 'login' ->> 'uuid') record"
    " from raw.randomuser__users inner join raw.loads using (load_id)"
    " order by record -> 'login' ->> 'uuid', period desc, record_no desc) as latest"
)
"""What the mart must hold, said in another way than the models do."""


def options(parser: argparse._ArgumentGroup) -> None:
    """Add the options of this benchmark."""
    parser.add_argument("--records", type=int, default=100_000, help="users of a load")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each comparison")
    parser.add_argument(
        "--later",
        type=lambda text: [int(number) for number in text.split(",")],
        default=[1, 10, 100],
        metavar="N,N",
        help="loads of a tenth of the records behind which a day is loaded (default: 1,10,100)",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=sorted(SCENARIOS),
        help="one group of targets; may be repeated (default: all but 'large')",
    )
    parser.add_argument(
        "--large",
        action="store_true",
        help="also ten times as many users in one load, and a hundred times as many in the mart",
    )
    parser.add_argument(
        "--results",
        type=Path,
        default=results.FOLDER,
        metavar="FOLDER",
        help="where the results are written (default: bench/, and the plot to docs/pictures/)",
    )
    parser.add_argument(
        "--before",
        action="store_true",
        help="write the figures into the column of the former state",
    )


def run(arguments: argparse.Namespace) -> None:
    """Measure, print, and write the results."""
    figures = results.read(arguments.results)
    figures.begin(is_before=arguments.before)
    chosen = arguments.only or [name for name in SCENARIOS if name != "large"]
    if arguments.large and "large" not in chosen:
        chosen.append("large")
    most = arguments.records * (10 if "large" in chosen else 1)
    with (
        tempfile.TemporaryDirectory(prefix="elt-bench-") as name,
        embedded.server(Path(name)) as database,
        server(most // PAGE, PAGE) as address,
        plain_logs(),
    ):
        folder = Path(name)
        url = "http://{}:{}".format(*address)
        embedded.empty_warehouse(database)
        project = embedded.dbt_project(database, url, folder)
        bench = _Bench(arguments, database, url, folder, project, figures)
        for scenario in chosen:
            begun = time.perf_counter()
            SCENARIOS[scenario](bench)
            line(f"  ({scenario}: {time.perf_counter() - begun:.0f} s)")
            results.write(figures)


class _Bench:
    """One run of the benchmark."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        database: Server,
        url: str,
        folder: Path,
        project: Path,
        figures: Figures,
    ) -> None:
        self.records: int = arguments.records
        self.rounds: int = arguments.rounds
        self.later: list[int] = sorted(arguments.later)
        self.database = database
        self.url = url
        self.folder = folder
        self.cpu = Cpu(folder)
        self.pipeline = Pipeline(database, project, self.cpu)
        self.figures = figures
        pages = min(self.records, 10_000) // PAGE
        self.like = list(chain.from_iterable(records(url, pages, PAGE)))

    def file(self, count: int) -> Path:
        """The file that the floor copies."""
        file = self.folder / f"{count}.ndjson"
        if not file.exists():
            pages = records(self.url, count // PAGE, PAGE)
            floor.write(chain.from_iterable(pages), file)
        return file

    def floor(self, count: int) -> Floor:
        """The floor of ``count`` records."""
        return floor.load(self.database, self.file(count), self.cpu)

    def first(self, count: int) -> Load:
        """A first load of ``count`` records into an empty warehouse."""
        self.pipeline.begin()
        load = self.pipeline.load(_DAY, SEED, count)
        self.expect(load, new=count)
        return load

    def expect(self, load: Load, **counts: int) -> None:
        """End where what became of a load's records is not what must have."""
        others = {name: 0 for name in load.counts if name not in ("raw", *counts)}
        wanted = {**others, "raw": load.ref["records"], **counts}
        if wanted != {**load.counts}:
            raise SystemExit(f"reconcile counted {load.counts}, not {wanted}")

    def expect_contents(self, got: columns.Contents, wanted: columns.Contents, whose: str) -> None:
        """End where a way has not loaded what it should."""
        if got != wanted:
            raise SystemExit(f"{whose} has {got}, not {wanted}")

    def expect_mart(self) -> None:
        """End where `users` does not hold the latest record of each key."""
        with embedded.superuser(self.database) as connection:
            got = columns.contents(connection, columns.of_mart(_MART))
            flat = sql.SQL("(select {} from {}) as flat ({})").format(
                columns.flattened(sql.SQL("latest.record")),
                _REFERENCE,
                sql.SQL(", ").join(map(sql.Identifier, [*columns.PATHS, columns.DIGEST])),
            )
            wanted = columns.contents(connection, columns.of_staging(flat))
        self.expect_contents(got, wanted, "the mart")

    def say(self, what: str, load: Load) -> None:
        """Print the parts of a load."""
        line(
            f"  {what}: fetch {load.fetch:.2f}, land {load.land:.2f}, models"
            f" {load.build.seconds:.2f} (dbt {load.build.wall:.2f} in all),"
            f" reconcile {load.reconcile:.2f}; CPU {load.cpu:.2f}"
        )


def _first(bench: _Bench) -> None:
    """A first load and the same day again, in turn with the floor."""
    count = bench.records
    floors, firsts, agains = [], [], []
    for _ in range(bench.rounds):
        first = bench.first(count)
        bench.say("first load", first)
        again = bench.pipeline.load(_DAY, SEED, count)
        bench.expect(again, unchanged=count)
        bench.say("same day again", again)
        floors.append(bench.floor(count))
        line(
            f"  floor: copy {floors[-1].copied:.2f}, flatten {floors[-1].flattened:.2f};"
            f" CPU {floors[-1].cpu:.2f}"
        )
        firsts.append(first)
        agains.append(again)
    with embedded.superuser(bench.database) as connection:
        got = columns.contents(connection, columns.of_mart(_MART))
        wanted = columns.contents(connection, columns.of_staging(floor.USERS))
    bench.expect_contents(got, wanted, "the mart")
    pairs = list(zip(firsts, floors, strict=True))
    put = bench.figures.put
    put("floor_seconds", _median(one.seconds for one in floors), count)
    put("floor_copy", _median(one.copied for one in floors), count)
    put("floor_flatten", _median(one.flattened for one in floors), count)
    put("first", _median(load.seconds / low.seconds for load, low in pairs), count)
    put("first_cpu", _median(load.cpu / low.cpu for load, low in pairs), count)
    put("floor_cpu", _median(one.cpu for one in floors), count)
    put("first_wall", _median(load.wall / low.seconds for load, low in pairs), count)
    put("first_fetch", _median(load.fetch for load in firsts), count)
    put("first_land", _median(load.land for load in firsts), count)
    put("first_models", _median(load.build.seconds for load in firsts), count)
    put("first_dbt", _median(load.build.wall - load.build.seconds for load in firsts), count)
    put("first_reconcile", _median(load.reconcile for load in firsts), count)
    put("models", _median(load.models / low.flattened for load, low in pairs), count)
    put("reconcile", _median(load.reconcile for load in firsts), count)
    put(
        "again",
        _median(one.seconds / low.seconds for one, low in zip(agains, floors, strict=True)),
        count,
    )
    put("again_wal", min(_wal(load) for load in agains), count)
    bench.figures.profile("first load", firsts[-1].build.statements)
    bench.figures.profile("same day again", agains[-1].build.statements)


def _wal(load: Load) -> int:
    """KiB of WAL written while `users` was built."""
    return round(load.build.wal[USERS] / 1024)


def _ways(bench: _Bench) -> None:
    """dlt and pandas, in turn with the floor; the pipeline's own process is another scenario."""
    for way in ("dlt", "pandas"):
        ratios, of_cpu, peaks, seconds = [], [], [], []
        for _ in range(max(1, bench.rounds - 1)):
            low = bench.floor(bench.records)
            used = bench.cpu.own() + bench.cpu.server()
            took, peak = _process(bench, way)
            of_cpu.append((bench.cpu.own() + bench.cpu.server() - used) / low.cpu)
            with embedded.superuser(bench.database) as connection:
                found = columns.of_dlt if way == "dlt" else columns.of_staging
                got = found(sql.Identifier(f"by_{way}", "users"))
                wanted = columns.of_staging(floor.USERS)
                have, should = (columns.contents(connection, one) for one in (got, wanted))
                differing = columns.differences(connection, got, wanted)
            # What a way makes of a value is a finding; a row more or less is none.
            if have != should and (have.rows != should.rows or not differing):
                raise SystemExit(f"{way} has {have}, not {should}")
            bench.figures.say(way, differing)
            line(f"  {way}: {took:.2f} s, floor {low.seconds:.2f}, peak {peak:.0f} MiB")
            ratios.append(took / low.seconds)
            seconds.append(took)
            peaks.append(peak)
        bench.figures.put(way, _median(ratios), bench.records)
        bench.figures.put(f"{way}_cpu", _median(of_cpu), bench.records)
        bench.figures.put(f"{way}_seconds", _median(seconds), bench.records)
        bench.figures.put(f"{way}_memory", max(peaks), bench.records)


def _process(bench: _Bench, way: str) -> tuple[float, float]:
    """Seconds that a way takes as a process, its start-up included; the most MiB it has."""
    database = bench.database
    password = quote(database.secrets.databases[SUPERUSER], safe="")
    address = f"{database.host}:{database.port}/{warehouse.WAREHOUSE_DATABASE}"
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{SUPERUSER}:{password}@{address}",
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "RUNTIME__LOG_LEVEL": "ERROR",
        "HOME": str(bench.folder),
    }
    command = [sys.executable, "-m", f"bench.by_{way}", bench.url, str(bench.records // PAGE)]
    command += [str(PAGE), SEED, str(bench.folder)]
    begun = time.perf_counter()
    done = subprocess.run(
        command, env=environment, cwd=project_root(), stdout=subprocess.PIPE, check=True
    )
    seconds = time.perf_counter() - begun
    return seconds, float(done.stdout.splitlines()[-1]) / 2**20


def _memory(bench: _Bench, count: int = 10_000, name: str = "memory") -> None:
    """What fetch and land take above what is there when Airflow's hooks are, in a process."""
    environment = {**os.environ, **embedded.hooks(bench.database, bench.url, bench.folder)}
    above = []
    for _ in range(bench.rounds if count < 1_000_000 else 1):
        embedded.empty_warehouse(bench.database)
        done = subprocess.run(
            [sys.executable, "-m", "bench.landing", str(count // PAGE)],
            cwd=project_root(),
            env=environment,
            stdout=subprocess.PIPE,
            check=True,
        )
        said = json.loads(done.stdout.splitlines()[-1])
        above.append((said["peak"] - said["started"]) / 2**20)
    line(f"  memory of {count:,}: {', '.join(f'{one:.0f}' for one in above)} MiB")
    bench.figures.put(name, _median(above), count)


def _past(bench: _Bench) -> None:
    """Records into a past day, behind more and more later loads; then a daily load on top."""
    pipeline, size = bench.pipeline, bench.records // 10
    pipeline.begin()
    there, days_back, fresh = 0, 0, 10**9
    for number in bench.later:
        for later in range(there, number):
            numbers = range(later * size, (later + 1) * size)
            pipeline.land_made(_DAY + timedelta(days=later), made.users(bench.like, numbers))
        there = number
        pipeline.build()
        loads = []
        for _ in range(bench.rounds):
            days_back += 1
            fresh += _FEW
            # Half of the people are in a later load, too.
            keys = chain(range(_FEW // 2), range(fresh, fresh + _FEW // 2))
            load = pipeline.load_made(
                _DAY - timedelta(days=days_back), made.users(bench.like, keys, 1)
            )
            bench.expect(load, new=_FEW // 2, superseded=_FEW // 2)
            bench.say(f"a past day behind {number} loads of {size:,}", load)
            loads.append(load)
        bench.figures.put(f"past_{number}", _median(load.of_load for load in loads), size)
        bench.figures.put(
            f"past_{number}_summary", _median(load.build.summary for load in loads), size
        )
        bench.figures.put(
            f"past_{number}_reconcile", _median(load.reconcile for load in loads), size
        )
        bench.figures.profile(f"a past day behind {number} loads", loads[-1].build.statements)
    bench.expect_mart()


def _daily(bench: _Bench) -> None:
    """A daily load, half new and half changed, into twice and into ten times as many users."""
    _daily_into(bench, bench.records * 2, "daily_small")
    _daily_into(bench, bench.records * 10, "daily")


def _daily_into(bench: _Bench, there: int, name: str) -> None:
    pipeline, count = bench.pipeline, bench.records
    pipeline.begin()
    step = min(there, 1_000_000)
    for number in range(there // step):
        numbers = range(number * step, (number + 1) * step)
        pipeline.land_made(_DAY + timedelta(days=number), made.users(bench.like, numbers))
        pipeline.build()
    loads = []
    for turn in range(bench.rounds):
        half = count // 2
        begin = there + turn * half
        keys = chain(range(turn * half, (turn + 1) * half), range(begin, begin + half))
        day = _DAY + timedelta(days=100 + turn)
        load = pipeline.load_made(day, made.users(bench.like, keys, turn + 1))
        bench.expect(load, new=half, changed=half)
        bench.say(f"daily load into {there:,}", load)
        loads.append(load)
    bench.figures.put(name, _median(load.of_load for load in loads), there)
    bench.figures.put(f"{name}_summary", _median(load.build.summary for load in loads), there)
    bench.figures.put(f"{name}_reconcile", _median(load.reconcile for load in loads), there)
    bench.figures.profile(f"daily load into {there:,}", loads[-1].build.statements)
    if there <= 1_000_000:
        bench.expect_mart()


def _large(bench: _Bench) -> None:
    """Ten times as many users in one load, and a daily load into a hundred times as many."""
    count = bench.records * 10
    first = bench.first(count)
    bench.say(f"first load of {count:,}", first)
    low = bench.floor(count)
    with embedded.superuser(bench.database) as connection:
        got = columns.contents(connection, columns.of_mart(_MART))
        wanted = columns.contents(connection, columns.of_staging(floor.USERS))
    bench.expect_contents(got, wanted, "the mart")
    bench.figures.put("first_large", first.seconds / low.seconds, count)
    bench.figures.put("first_large_wall", first.wall / low.seconds, count)
    bench.figures.profile(f"first load of {count:,}", first.build.statements)
    _memory(bench, count, "memory_large")
    _daily_into(bench, bench.records * 100, "daily_large")


def _median(values: Iterable[float]) -> float:
    return statistics.median(values)


SCENARIOS: dict[str, Callable[[_Bench], None]] = {
    "first": _first,
    "ways": _ways,
    "memory": _memory,
    "past": _past,
    "daily": _daily,
    "large": _large,
}
