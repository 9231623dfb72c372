"""The dbt manifest that the DAGs are rendered from, written again when the project changed."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from elt import files
from elt.stack.errors import StackError

_SOURCE_SUFFIXES = frozenset({".sql", ".yml", ".yaml", ".csv", ".md", ".py"})
_GENERATED_FOLDERS = frozenset({"target", "logs", "dbt_packages", ".venv"})

_PARSED_FILES = ("partial_parse.msgpack", "manifest.json")
_STAMP = "manifest.sha256"
_READABLE = 0o644
_PROFILE_VARIABLES = frozenset(
    {
        "DBT_PROFILE",
        "DBT_TARGET",
        "ELT_WAREHOUSE_HOST",
        "ELT_WAREHOUSE_PORT",
        "ELT_WAREHOUSE_DATABASE",
        "ELT_WAREHOUSE_USER",
    }
)


def refresh(
    project: Path, environment: Mapping[str, str], log_folder: Path, target: Path | None = None
) -> bool:
    """Parse the dbt project if it changed since the manifest was written; whether it did.

    The manifest is written into `target`, by default dbt's own place in the project. Stacks that
    share a project have one each: their warehouses differ, and dbt parses everything again then.

    `environment` is what dbt runs in: it says where the warehouse is, above all. dbt parses
    everything again when the profile changes, so it counts as a change here.

    Readers always find a whole manifest: it is parsed aside and moved into place.
    Raises StackError with dbt's own error where the project does not parse.
    """
    if not (project / "dbt_project.yml").exists():
        return False
    target = target or project / "target"
    target.mkdir(parents=True, exist_ok=True)
    with files.locked(target / "manifest.lock"):
        digest = _digest(project, environment)
        if _is_current(target, digest):
            return False
        with tempfile.TemporaryDirectory(dir=target, prefix="parse-") as folder:
            parsed = Path(folder)
            _parse(project, environment, log_folder, parsed)
            for name in _PARSED_FILES:
                if (parsed / name).exists():
                    (parsed / name).replace(target / name)
        files.replace(target / _STAMP, digest, _READABLE)
    return True


def is_current(project: Path, environment: Mapping[str, str], target: Path | None = None) -> bool:
    """Whether there is nothing to parse."""
    if not (project / "dbt_project.yml").exists():
        return True
    return _is_current(target or project / "target", _digest(project, environment))


def _is_current(target: Path, digest: str) -> bool:
    stamp = target / _STAMP
    is_whole = all((target / name).exists() for name in _PARSED_FILES)
    return is_whole and stamp.exists() and stamp.read_text() == digest


def _digest(project: Path, variables: Mapping[str, str]) -> str:
    profile = {name: value for name, value in variables.items() if name in _PROFILE_VARIABLES}
    made_of = f"{version('dbt-core')} {project} {sorted(profile.items())}"
    digest = hashlib.sha256(made_of.encode())
    for path in sorted(_sources(project)):
        digest.update(f"\0{path.relative_to(project)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources(project: Path) -> Iterator[Path]:
    for entry in project.iterdir():
        if entry.name in _GENERATED_FOLDERS:
            continue
        for path in entry.rglob("*") if entry.is_dir() else (entry,):
            if path.suffix in _SOURCE_SUFFIXES and path.is_file():
                yield path


def _parse(project: Path, environment: Mapping[str, str], log_folder: Path, target: Path) -> None:
    dbt = Path(sys.executable).with_name("dbt")
    program = str(dbt) if dbt.exists() else shutil.which("dbt")
    if program is None:
        raise StackError("dbt is not installed: run `uv sync --extra local`")
    command = [
        program,
        "--no-use-colors",
        "parse",
        f"--project-dir={project}",
        f"--profiles-dir={project}",
        f"--target-path={target}",
        f"--log-path={log_folder}",
    ]
    done = subprocess.run(
        command,
        env=dict(environment),
        cwd=project,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise StackError(f"dbt cannot parse {project}: {_own_words(done.stdout)}")


def _own_words(output: str) -> str:
    """dbt's error without time stamps and progress lines, in one line."""
    lines = [line.split("  ", 1)[-1].strip() for line in output.splitlines()]
    start = next((i for i, line in enumerate(lines) if "Error" in line), max(0, len(lines) - 3))
    words = [line for line in lines[start : start + 6] if line]
    return " ".join(words) or "it gave no reason"
