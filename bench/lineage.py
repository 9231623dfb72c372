"""A dbt project of 200 more models: seconds to parse its DAG, and to draw the page of an asset.

The models are added to a copy of the project and to the marts of a copy of the DAG, each with two
tests; the embedded stack runs on both, in a temporary folder.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import random
import runpy
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from bench import report
from elt.local import occupancy, processes
from elt.local.airflow_home import public_environment
from elt.local.home import Home
from elt.stack import dbt_manifest
from elt.stack.airflow_api import AirflowApi, AirflowApiError, call
from elt.stack.airflow_config import LOGIN
from elt.stack.folders import project_root
from elt.stack.server import Server

MODELS, FIRST, NEAR = 200, 20, 60
"""How many there are, how many of them read the staging view, how far back the others reach."""
PARSES, REPORTS, REQUESTS, PAGES = 9, 3, 9, 5
TARGET_PARSE, TARGET_PAGE = 1.0, 3.0

DAG_ID, DAG_FILE, ASSET = "user_processing", "user_processing.py", "marts.users"
_MARTS = '"users", "users_by_country", "rejected_records"]'
_YML = """\
models:
  - name: {name}
    description: Generated. One row per user.
    columns:
      - name: id
        description: Id.
        data_tests: [unique, not_null]
"""
_IMPORTED = ("cosmos", "airflow.sdk", "airflow.serialization.serialized_objects")
"""What a process that the DAG processor forks for a parse has from its parent."""
_WAIT_SECONDS, _POLL_SECONDS = 240.0, 0.2

Row = tuple[str, str, str, str, str]


def run() -> None:
    """Measure and print."""
    from tests.browser import BROWSERS

    if not any(map(shutil.which, BROWSERS)):
        raise SystemExit(f"The benchmark lineage needs one of {', '.join(BROWSERS)}.")
    # Ended by another program it cleans up as well.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with tempfile.TemporaryDirectory(prefix="elt-bench-") as name:
        folder = Path(name)
        # PostgreSQL refuses to run as root, so its user must be able to pass through.
        folder.chmod(0o711)
        home = Home(folder / "state")
        real, big = _copy_project(folder / "real"), _copy_project(folder / "big")
        dags = _copy_dags(folder / "dags", _generate(big / "models" / "marts" / "generated"))
        with _up(home, big, dags) as (url, password):
            drawn = _draw(url, password)
            reported = _report_parses(AirflowApi(url, password), dags / DAG_FILE)
        # Airflow is down, but its configuration is there.
        rows = _parse(home, project_root() / "dags", real, "the project as it is")
        rows += _parse(home, dags, big, f"{MODELS} models more", TARGET_PARSE)
        rows.append(_row(f"{MODELS} models more: the DAG processor's own figure", reported))
        report.table(("s", "least", "median", "most", "at most"), rows + drawn)


def _copy_project(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("target", "logs")
    shutil.copytree(project_root() / "dbt_project", folder, ignore=ignored)
    return folder


def _generate(folder: Path) -> list[str]:
    """Write the models, each of which reads up to three others, and their tests; the names."""
    folder.mkdir()
    # The same project each time.
    chance = random.Random(1)
    names: list[str] = []
    for number in range(MODELS):
        name = f"generated_{number:03}"
        column, read = "user_id as id", ["stg_randomuser__users"]
        if number >= FIRST:
            column, read = "id", chance.sample(names[-NEAR:], chance.choice((1, 1, 2, 3)))
        tables = [f"{{{{ ref('{table}') }}}}" for table in read]
        text = f"select {column}\nfrom {tables[0]}\n"
        text += "".join(f"inner join {table} using (id)\n" for table in tables[1:])
        (folder / f"{name}.sql").write_text(text)
        (folder / f"{name}.yml").write_text(_YML.format(name=name))
        names.append(name)
    return names


def _copy_dags(folder: Path, models: Sequence[str]) -> Path:
    """Copy the DAGs, with the models among the marts of one of them."""
    shutil.copytree(project_root() / "dags", folder, ignore=shutil.ignore_patterns("__pycache__"))
    text = (folder / DAG_FILE).read_text()
    if text.count(_MARTS) != 1:
        raise SystemExit(f"The benchmark lineage looks for {_MARTS} in {DAG_FILE}.")
    listed = "".join(f', "{name}"' for name in models)
    (folder / DAG_FILE).write_text(text.replace(_MARTS, f"{_MARTS[:-1]}{listed}]"))
    return folder


@contextmanager
def _up(home: Home, project: Path, dags: Path) -> Iterator[tuple[str, str]]:
    """Run the embedded stack until the block ends; its URL and password, when it has the DAG."""
    elt = Path(sys.executable).with_name("elt")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("ELT_", "AIRFLOW", "DBT_"))
    }
    environment["ELT_HOME"] = str(home.root)
    environment |= _named(project, dags)
    log = home.root.with_suffix(".log")
    with log.open("w") as output:
        stack = subprocess.Popen(
            [elt, "up"],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def url() -> str | None:
        if stack.poll() is not None:
            raise SystemExit(f"`elt up` ended:\n{log.read_text()}")
        occupant = occupancy.read(home)
        return occupant.url if occupant else None

    try:
        at, password = _wait_for(url, "`elt up`"), home.secrets().admin_password
        api = AirflowApi(at, password)
        _wait_for(lambda: _last_parse(api)[0], f"the DAG {DAG_ID}")
        yield at, password
    finally:
        # In a session of its own, so that another Ctrl-C does not stop that.
        subprocess.run(
            [elt, "down"],
            env=environment,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            check=False,
        )
        stack.wait()


def _named(project: Path, dags: Path) -> dict[str, str]:
    return {"ELT_DBT_PROJECT": str(project), "ELT_DAGS_FOLDER": str(dags)}


def _wait_for(look: Callable[[], str | None], what: str) -> str:
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(_POLL_SECONDS)
    raise SystemExit(f"The benchmark lineage waited in vain for {what}.")


def _last_parse(api: AirflowApi) -> tuple[str | None, float]:
    """When the DAG was parsed, and the seconds that took by the DAG processor's own clock."""
    try:
        dag = api.get(f"dags/{DAG_ID}")
    except AirflowApiError:
        return None, 0
    return dag["last_parsed_time"], dag["last_parse_duration"] or 0


def _report_parses(api: AirflowApi, file: Path) -> list[float]:
    """What the DAG processor says of each parse after a change of the file.

    It counts imports, serialisation and the way back to it as well.
    """
    seconds = []
    before, _ = _last_parse(api)
    for number in range(REPORTS):
        with file.open("a") as text:
            text.write(f"# change {number}\n")

        def parsed(before: str | None = before) -> str | None:
            now, _ = _last_parse(api)
            return now if now != before else None

        before = _wait_for(parsed, "a parse")
        seconds.append(_last_parse(api)[1])
    return seconds


def _parse(
    home: Home, dags: Path, project: Path, name: str, target: float | None = None
) -> list[Row]:
    """Rows of executing the DAG file, and of serialising the DAG, in processes forked for it."""
    # No database is asked, so that its port does not matter.
    public = public_environment(home, Server("127.0.0.1", 5432, home.secrets()))
    environment = processes.environment(home, {**public, **_named(project, dags)})
    dbt_manifest.refresh(project, environment, home.logs / "dbt")
    done = subprocess.run(
        [sys.executable, "-m", "bench.lineage", str(dags / DAG_FILE)],
        cwd=project_root(),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    figures: list[tuple[float, float]] = json.loads(done.stdout.splitlines()[-1])
    executed, serialised = zip(*figures, strict=True)
    return [
        _row(f"{name}: the DAG file executed", executed, target),
        _row(f"{name}: the DAG serialised", serialised),
    ]


def parse(file: str) -> list[tuple[float, float]]:
    """Seconds that each of some processes forked from this one takes for what ``_parse`` says."""
    for module in _IMPORTED:
        importlib.import_module(module)
    sys.path.insert(0, str(Path(file).parent))
    gc.collect()
    gc.freeze()
    figures = []
    for _ in range(PARSES):
        reading, writing = os.pipe()
        process = os.fork()
        if not process:
            status = 1
            try:
                os.write(writing, json.dumps(_parse_once(file)).encode())
                status = 0
            finally:
                os._exit(status)
        os.close(writing)
        with os.fdopen(reading) as answer:
            figures.append(json.loads(answer.read()))
        os.waitpid(process, 0)
    return figures


def _parse_once(file: str) -> tuple[float, float]:
    from airflow.serialization.serialized_objects import DagSerialization

    begun = time.perf_counter()
    dag = runpy.run_path(file, run_name="parsed")["dag"]
    executed = time.perf_counter()
    DagSerialization.to_dict(dag)
    return executed - begun, time.perf_counter() - executed


def _draw(url: str, password: str) -> list[Row]:
    """Rows of what the asset's page asks for, and of drawing it."""
    from tests.browser import open_page
    from tests.pages import log_in

    login = {"username": LOGIN, "password": password}
    token = str(call(f"{url}/auth/token", body=login)["access_token"])
    listed = call(f"{url}/api/v2/assets?name_pattern={quote(ASSET)}", token=token)["assets"]
    (number,) = (asset["id"] for asset in listed if asset["name"] == ASSET)
    asked, graph = [], {}
    for _ in range(REQUESTS):
        begun = time.perf_counter()
        path = f"ui/dependencies?node_id=asset:{number}&dependency_type=data"
        graph = call(f"{url}/{path}", token=token)
        asked.append(time.perf_counter() - begun)
    nodes = len(graph["nodes"])
    opened, chosen = [], []
    with open_page() as page:
        page.set_viewport_size({"width": 1600, "height": 1000})
        log_in(page, f"{url}/assets", password)
        for _ in range(PAGES):
            page.goto("about:blank")
            begun = time.perf_counter()
            page.goto(f"{url}/assets/{number}")
            page.locator(".react-flow__node").first.wait_for()
            there = time.perf_counter()
            page.get_by_role("button", name="Task Dependencies").click()
            # Nodes out of sight are not drawn, but those of the small map beside the graph are.
            page.wait_for_function(_LAID_OUT, arg=nodes)
            page.locator(".react-flow__controls-fitview").click()
            page.locator(".react-flow__node").first.wait_for()
            opened.append(there - begun)
            chosen.append(time.perf_counter() - there)
    both = [sum(pair) for pair in zip(opened, chosen, strict=True)]
    return [
        _row(f"the graph of {nodes} nodes from the server", asked),
        _row("the asset's page opened, to its first graph", opened),
        _row("Task Dependencies clicked, to the graph", chosen),
        _row("both", both, TARGET_PAGE),
    ]


_LAID_OUT = "nodes => document.querySelectorAll('.react-flow__minimap-node').length >= nodes"


def _row(name: str, seconds: Sequence[float], target: float | None = None) -> Row:
    figures = min(seconds), statistics.median(seconds), max(seconds)
    least, median, most = (f"{figure:.2f}" for figure in figures)
    return name, least, median, most, "" if target is None else f"{target:.1f}"


if __name__ == "__main__":
    report.line(json.dumps(parse(sys.argv[1])))
