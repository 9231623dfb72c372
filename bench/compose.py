"""The stack in containers: seconds to start, memory, image size, and what they go into.

Works on a copy of this clone's files, under a compose project, an image tag and a port of its own,
and removes them. What was downloaded and the engine's build cache stay.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import report
from elt.stack.airflow_api import AirflowApi, AirflowApiError

ROUNDS = 3
SETTLE_SECONDS = 20.0
DAG = "user_processing"
MODEL_FILE, DAG_FILE = "dbt_project/models/marts/users.sql", "dags/user_processing.py"
OUTSIDE = "sample-api"
"""Stands for somebody else's system, so its memory is not in the sum."""

_CLONE = Path(__file__).resolve().parents[1]
_CGROUPS = Path("/sys/fs/cgroup")
_CONTAINER = re.compile(r"[0-9a-f]{64}")
_MIB = {"B": 1 / 2**20, "KiB": 1 / 2**10, "MiB": 1.0, "GiB": 2.0**10}
_LABEL = "com.docker.compose"
_CALL_SECONDS, _BUILD_SECONDS, _UP_SECONDS, _RUN_SECONDS = 120.0, 3600.0, 300.0, 300.0
_SAMPLE_SECONDS, _POLL_SECONDS = 0.1, 0.2

Figure = float | None
"""None: this machine does not say, for instance because the engine is on another one."""
Figures = dict[str, tuple[Figure, ...]]
"""By service."""


@dataclass(frozen=True)
class Stack:
    """A compose project, and its copy of the clone."""

    project: str
    folder: Path
    environment: Mapping[str, str]

    def compose(self, *arguments: str, timeout: float = _CALL_SECONDS) -> str:
        # The clone's settings count: they may say where images come from.
        options = ["--env-file", str(_CLONE / ".env")] if (_CLONE / ".env").exists() else []
        options += ["-p", self.project, "-f", str(self.folder / "docker-compose.yml")]
        return _docker("compose", *options, *arguments, timeout=timeout, environ=self.environment)

    @property
    def image(self) -> str:
        return f"{self.environment['ELT_IMAGE']}:{self.environment['ELT_VERSION']}"

    @property
    def filter(self) -> tuple[str, str]:
        return "--filter", f"label={_LABEL}.project={self.project}"


def run() -> None:
    """Measure and print."""
    if shutil.which("docker") is None:
        raise SystemExit("The benchmark compose needs Docker: there is no `docker` on the PATH.")
    engine = _docker("version", "--format", "{{.Server.Version}}").strip()
    compose = _docker("compose", "version", "--short").strip()
    report.line(f"Docker {engine}, compose {compose}; medians (least-most) of {ROUNDS} rounds")
    project = f"elt-bench-{os.getpid()}"
    environment = {
        "ELT_IMAGE": "elt",
        "ELT_VERSION": f"bench-{os.getpid()}",
        "ELT_UI_PORT": str(_free_port()),
        "COMPOSE_PROFILES": "",
    }
    # Ended by another program it cleans up as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="elt-bench-") as folder:
        stack = Stack(project, Path(folder), {**os.environ, **environment})
        _copy_clone(stack.folder)
        try:
            _measure(stack)
        finally:
            _remove(stack)


def _measure(stack: Stack) -> None:
    image = _images(stack)
    # Else the first start would wait for a download.
    stack.compose("pull", "--quiet", "--policy", "missing", "postgres", timeout=_BUILD_SECONDS)
    cold, cold_parts, warm, warm_parts, idle = [], [], [], [], []
    for _ in range(ROUNDS):
        stack.compose("down", "--volumes")
        seconds, parts = _up(stack)
        cold.append(seconds)
        cold_parts.append(parts)
        time.sleep(SETTLE_SECONDS)
        idle.append(_memory(stack))
    _show_start("up on empty volumes", cold, cold_parts)
    for _ in range(ROUNDS):
        stack.compose("down")
        seconds, parts = _up(stack)
        warm.append(seconds)
        warm_parts.append(parts)
    _show_start("up on existing volumes", warm, warm_parts)
    stack.compose("down", "--volumes")
    loaded = _load_users(stack)
    time.sleep(SETTLE_SECONDS)
    _show_memory(idle, _memory(stack))
    memory = [_total([reckoned for reckoned, *_ in each.values()]) for each in idle]
    targets: list[tuple[str, int, Sequence[Figure]]] = [
        ("up on empty volumes, s", 20, cold),
        ("up on existing volumes, s", 12, warm),
        ("up to users loaded, s", 45, [loaded]),
        ("memory of the idle stack, MiB", 1024, memory),
        ("image, MB", 450, [image]),
    ]
    rows = [[name, str(most), _spread(values)] for name, most, values in targets]
    _show(["targets", "at most", "is"], rows)


def _images(stack: Stack) -> float:
    """Build, and build again after changes in the copy; the image's size in MB."""

    def build() -> float:
        begun = time.perf_counter()
        stack.compose("build", "--quiet", timeout=_BUILD_SECONDS)
        return time.perf_counter() - begun

    def build_changed(name: str, comment: str) -> list[float]:
        file = stack.folder / name
        text = file.read_text()
        seconds = []
        for _ in range(ROUNDS):
            # Nothing that a build cache knows.
            file.write_text(f"{text}\n{comment} {time.time_ns()}\n")
            seconds.append(build())
        file.write_text(text)
        return seconds

    build()
    rows = [
        ["nothing changed", _spread([build() for _ in range(ROUNDS)])],
        ["one dbt model changed", _spread(build_changed(MODEL_FILE, "--"))],
        ["one DAG file changed", _spread(build_changed(DAG_FILE, "#"))],
    ]
    build()
    size = int(_docker("image", "inspect", stack.image, "--format", "{{.Size}}")) / 1e6
    _show([f"image of {size:.0f} MB, built again", "s"], rows)
    return size


def _up(stack: Stack, *options: str) -> tuple[float, Figures]:
    """Start the stack: seconds; each service's start, its health or end, and CPU until then."""
    begun = time.time()
    form = f'{{{{.TimeNano}}}} {{{{.ID}}}} {{{{index .Actor.Attributes "{_LABEL}.service"}}}}'
    command = ["docker", "events", "--since", f"{begun:.6f}", *stack.filter]
    command += ["--filter", "type=container", "--format", f"{form} {{{{.Action}}}}"]
    for action in ("start", "die", "health_status"):
        command += ["--filter", f"event={action}"]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as events,
        _cpu_samples() as samples,
    ):
        try:
            stack.compose(*options, "up", "--detach", "--wait", "--no-build", timeout=_UP_SECONDS)
            seconds = time.time() - begun
            # The last event may still be on its way.
            time.sleep(0.5)
        finally:
            events.terminate()
        said = events.communicate()[0]
    moments: dict[str, dict[tuple[str, str], float]] = {}
    for line in said.splitlines():
        at, container, service, action = line.split(" ", 3)
        moment = int(at) / 1e9 - begun
        moments.setdefault(action, {}).setdefault((service, container), moment)
    ended = moments.get("die", {}) | moments.get("health_status: healthy", {})
    parts: Figures = {}
    for (service, container), started in moments.get("start", {}).items():
        done = ended.get((service, container))
        until = begun + (seconds if done is None else done)
        used = [cpu for moment, cpu in samples.get(container, ()) if moment <= until]
        parts[service] = (started, done, used[-1] if used else None)
    return seconds, parts


@contextlib.contextmanager
def _cpu_samples() -> Iterator[Mapping[str, Sequence[tuple[float, float]]]]:
    """By container: moments, and the CPU seconds used until then.

    Taken all the time, since the accounting of a container ends with it.
    """
    samples: dict[str, list[tuple[float, float]]] = {}
    over = threading.Event()

    def collect() -> None:
        while not over.wait(_SAMPLE_SECONDS):
            now = time.time()
            for container, seconds in _cpu_seconds():
                samples.setdefault(container, []).append((now, seconds))

    thread = threading.Thread(target=collect)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


def _cpu_seconds() -> Iterator[tuple[str, float]]:
    """Of every container on this machine, by cgroup v2 or v1."""
    unified = (_CGROUPS / "cgroup.controllers").exists()
    for folder, names, _ in os.walk(_CGROUPS if unified else _CGROUPS / "cpuacct"):
        for name in names:
            if container := _CONTAINER.search(name):
                file = Path(folder, name, "cpu.stat" if unified else "cpuacct.usage")
                # It may have gone between the two looks.
                with contextlib.suppress(OSError):
                    text = file.read_text()
                    # v2 has "usage_usec N" first, v1 nothing but nanoseconds.
                    yield container[0], int(text.split()[1]) / 1e6 if unified else int(text) / 1e9


def _load_users(stack: Stack) -> float:
    """Start with the sample API on empty volumes and load users; seconds until they are there."""
    up, _ = _up(stack, "--profile", "sample")
    begun = time.perf_counter()
    login = stack.compose("exec", "-T", "api-server", "elt", "login")
    password = dict(line.split(None, 1) for line in login.splitlines())["password"]
    try:
        api = AirflowApi(f"http://127.0.0.1:{stack.environment['ELT_UI_PORT']}", password)
        triggered, now = time.perf_counter(), datetime.now(UTC)
        run_id = str(api.trigger(DAG, logical_date=now.isoformat(), conf={})["dag_run_id"])
        while (state := api.run(DAG, run_id)["state"]) != "success":
            if state == "failed" or time.perf_counter() - triggered > _RUN_SECONDS:
                raise SystemExit(f"The run of {DAG} did not succeed: it is {state}.")
            time.sleep(_POLL_SECONDS)
        ended = time.perf_counter()
        tasks = api.tasks(DAG, run_id)
    except AirflowApiError as error:
        raise SystemExit(f"Airflow did not do the run: {error}") from error
    whole = up + ended - begun
    parts = {"up": up, "login": triggered - begun, "run": ended - triggered, "all": whole}
    rows = [[name, f"{seconds:.1f}"] for name, seconds in parts.items()]
    _show(["up on empty volumes with the sample API, to users loaded", "s"], rows)
    _show_tasks(tasks, now)
    return whole


def _show_tasks(tasks: Sequence[Mapping[str, Any]], triggered: datetime) -> None:
    def after(moment: str) -> str:
        return f"{(datetime.fromisoformat(moment) - triggered).total_seconds():.1f}"

    done = sorted((task for task in tasks if task["end_date"]), key=lambda task: task["end_date"])
    rows = [
        [
            str(task["task_id"]),
            after(task["start_date"] or task["end_date"]),
            after(task["end_date"]),
        ]
        for task in done
    ]
    _show(["task of the run, s since the trigger", "started", "ended"], rows)


def _memory(stack: Stack) -> Figures:
    """MiB that `docker stats` reckons, processes, and their private MiB, by running service."""
    form = f'{{{{.ID}}}} {{{{.Label "{_LABEL}.service"}}}}'
    running = _docker("ps", "--no-trunc", *stack.filter, "--format", form)
    services = dict(line.split() for line in running.splitlines())
    form = "{{.ID}} {{.MemUsage}}"
    usage = _docker("stats", "--no-stream", "--no-trunc", "--format", form, *services)
    memory: Figures = {}
    for line in usage.splitlines():
        container, used = line.split()[:2]
        number, unit = re.findall(r"[\d.]+|[A-Za-z]+", used)
        private = _private(container)
        known = (len(private), sum(private)) if private else (None, None)
        memory[services[container]] = (float(number) * _MIB[unit], *known)
    return memory


def _private(container: str) -> list[float]:
    """MiB that each process of a container shares with no other; empty where /proc does not say."""
    sizes = []
    for process in _docker("top", container, "-eo", "pid").split()[1:]:
        try:
            # The number of a process on another machine may be that of any process here.
            if container not in Path("/proc", process, "cgroup").read_text():
                return []
            rollup = Path("/proc", process, "smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        except OSError:
            return []
        sizes.append(sum(map(int, re.findall(r"^Private_\w+: +(\d+)", rollup, re.M))) / 1024)
    return sizes


def _show(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    report.line("")
    report.table(heads, rows)


def _show_start(title: str, seconds: Sequence[float], rounds: Sequence[Figures]) -> None:
    names = sorted(rounds[-1], key=lambda name: rounds[-1][name][0] or 0)
    rows = [[name, *_cells(rounds, [name], 2)] for name in names]
    rows.append(["all", "", _spread(seconds, 2), _cells(rounds, names, 2)[-1]])
    _show([f"{title}, s", "started", "healthy or ended", "CPU until then"], rows)


def _show_memory(idle: Sequence[Figures], after: Figures) -> None:
    def row(name: str, names: Sequence[str]) -> list[str]:
        there = [each for each in idle if set(names) <= set(each)]
        return [name, *(_cells(there, names, 0) or ["-"] * 3), *_cells([after], names, 0)]

    names = sorted(after, key=lambda name: -(after[name][0] or 0))
    inside = [name for name in names if name != OUTSIDE]
    rows = [*(row(name, [name]) for name in names), row(f"all but {OUTSIDE}", inside)]
    columns = ["processes", "private"]
    _show([f"MiB, after {SETTLE_SECONDS:.0f} s", "idle", *columns, "after a run", *columns], rows)


def _cells(rounds: Sequence[Figures], names: Sequence[str], digits: int) -> list[str]:
    """Each figure of these services together, over the rounds."""
    sums = [map(_total, zip(*(each[name] for name in names), strict=True)) for each in rounds]
    return [_spread(figures, digits) for figures in zip(*sums, strict=True)]


def _total(figures: Sequence[Figure]) -> Figure:
    known = [figure for figure in figures if figure is not None]
    return sum(known) if len(known) == len(figures) else None


def _spread(figures: Sequence[Figure], digits: int = 1) -> str:
    """The median, with least and most where there are several; a dash where one is unknown."""
    known = [figure for figure in figures if figure is not None]
    if not known or len(known) < len(figures):
        return "-"
    ends = f" ({min(known):,.{digits}f}-{max(known):,.{digits}f})" if len(known) > 1 else ""
    return f"{statistics.median(known):,.{digits}f}{ends}"


def _docker(
    *arguments: str, timeout: float = _CALL_SECONDS, environ: Mapping[str, str] | None = None
) -> str:
    """Run docker; what it printed. Ends the benchmark in a sentence when that fails."""
    shown = f"`docker {' '.join(arguments)}`"
    # A group of its own: docker's plugins, like compose, would survive docker and go on.
    with subprocess.Popen(
        ["docker", *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            printed, said = process.communicate(timeout=timeout)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise SystemExit(f"{shown} took more than {timeout:.0f} s.") from error
            raise
    if process.returncode:
        reason = (said.strip().splitlines() or ["no reason given"])[-1]
        raise SystemExit(f"{shown} failed: {reason}")
    return printed


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _copy_clone(folder: Path) -> None:
    """Copy what git tracks or would add."""
    command = ["git", "-C", str(_CLONE), "ls-files", "-z", "-co", "--exclude-standard"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if listed.returncode:
        raise SystemExit("The benchmark compose needs a git clone: git does not list its files.")
    for name in listed.stdout.split("\0"):
        # Deleted files are listed until that is staged.
        if (_CLONE / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(_CLONE / name, folder / name)


def _remove(stack: Stack) -> None:
    """Remove all that the project has; another Ctrl-C does not stop that."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        # Twice: the engine may have been making something when the command was stopped.
        for _ in range(2):
            stack.compose("--profile", "*", "down", "--volumes", "--remove-orphans")
    finally:
        # Each build leaves the one before without a name.
        images = _docker("image", "ls", "--quiet", stack.image).split()
        images += _docker("image", "ls", "--quiet", *stack.filter).split()
        if images:
            _docker("image", "rm", "--force", *dict.fromkeys(images))
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)
