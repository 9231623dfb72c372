"""dbt in the process of a task: of a project that is parsed once, without the files nobody reads.

By itself a call of dbt reads what the last one parsed, looks for changes, and writes the manifest
twice, as JSON: together up to nine tenths of what a model costs that has little to do.

The manifest is kept in the memory of the process. The scheduler takes one before it starts workers
(`warm`), so that their tasks, which are forked from them, have it. It counts as long as no file of
the project and no variable that was read while parsing has changed; then it is parsed again.

A running scheduler keeps this module and what it imports of the project: an edit of them takes
effect when it is started again.
"""

from __future__ import annotations

import gc
import itertools
import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dbt.adapters.factory import reset_adapters
from dbt.cli.main import dbtRunner
from dbt_common.clients.jinja import template_cache

from elt.transform import project

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

log = logging.getLogger(__name__)

Files = frozenset[tuple[str, int, int, int]]

_NOT_SOURCES = frozenset({"target", "logs", ".venv"})
"""Folders beside those of the project; one of such a name among the models is one of theirs."""

_PARSED_WITH = ("--target", "--profile", "--profiles-dir", "--vars")
"""Options, each with a value, that parsing depends on."""

_NO_FILES = ("--log-level-file=none", "--no-write-json")
_OF_ONE_NODE = frozenset({"run", "seed", "snapshot"})
"""Commands whose task has one node, which asks for the relations of a schema or two by itself.

Tests run side by side, and dbt-adapters (`BaseAdapter.list_relations`) takes a schema for known as
soon as another thread has added the first of its relations: the others would be missing."""


@dataclass(frozen=True)
class _Parsed:
    manifest: Manifest
    options: tuple[str, ...]
    files: Files
    variables: Mapping[str, str | None]

    def is_current(self, folder: Path, options: tuple[str, ...]) -> bool:
        return (
            self.options == options
            and all(os.environ.get(name) == value for name, value in self.variables.items())
            and self.files == files(folder)
        )


_parsed: dict[Path, _Parsed] = {}


def files(folder: Path) -> Files:
    """What tells one state of a project's files from another: path, inode, time and size."""
    found = []
    for parent, folders, names in os.walk(folder, followlinks=True):
        if parent == os.fspath(folder):
            folders[:] = [name for name in folders if name not in _NOT_SOURCES]
        for name in names:
            path = os.path.join(parent, name)
            with suppress(FileNotFoundError):  # such as the lock of an editor, a link to nothing
                facts = os.stat(path)
                found.append((path, facts.st_ino, facts.st_mtime_ns, facts.st_size))
    return frozenset(found)


def warm() -> None:
    """Parse the project as the tasks will need it, before they are forked.

    It also takes the first call of dbt from them, which costs a second more than all later ones.
    """
    profile = project.profile()
    parsed = _manifest(
        project.folder(),
        (
            "--profiles-dir",
            str(profile.folder),
            "--profile",
            profile.name,
            "--target",
            profile.target,
        ),
    )
    reset_adapters()  # type: ignore[no-untyped-call]
    if isinstance(parsed, _Parsed):
        _compile_macros(parsed.manifest)


def _compile_macros(manifest: Manifest) -> None:
    """Have Jinja compile the macros that nodes of the project use, a third of all there are."""
    waiting = [name for node in manifest.nodes.values() for name in node.depends_on.macros]
    seen = set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in manifest.macros:
            continue
        seen.add(name)
        waiting += manifest.macros[name].depends_on.macros
        template_cache.get_node_template(manifest.macros[name])


def run(
    command: Sequence[str],
    env: Mapping[str, str],
    cwd: str,
    *,
    callbacks: Sequence[Callable[[Any], None]] = (),
    **_of_cosmos: object,
) -> dbtRunnerResult:
    """Call dbt as Cosmos' ``run_dbt_runner`` does, whose place it takes; ``command[0]`` is dbt.

    ``cwd`` is a copy of the project, which is removed when the task has ended; of JSON there is
    `run_results.json` in its target. What fails is in the result.
    """
    arguments = list(command[1:])
    # What is there by now is kept from the collection below, which would take half a second for it.
    gc.freeze()
    with chdir(cwd), _environment(env):
        log.info("dbt %s", " ".join(_without_folders(arguments)))
        try:
            parsed = _manifest(project.folder(), _parsed_with(arguments))
            if not isinstance(parsed, _Parsed):
                return parsed
            runner = dbtRunner(manifest=parsed.manifest, callbacks=list(callbacks))
            alone = ["--no-populate-cache"] if arguments[0] in _OF_ONE_NODE else []
            result = runner.invoke([*arguments, *_NO_FILES, *alone])
        finally:
            # Semaphores of connections are given back, as Cosmos does.
            reset_adapters()  # type: ignore[no-untyped-call]
            gc.collect()
        if write := getattr(result.result, "write", None):
            target = Path(os.environ.get("DBT_TARGET_PATH", "target"))
            target.mkdir(parents=True, exist_ok=True)
            write(str(target / "run_results.json"))
    return result


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _manifest(folder: Path, options: tuple[str, ...]) -> _Parsed | dbtRunnerResult:
    """What is parsed of the project as it is; dbt's result where it cannot be parsed."""
    known = _parsed.get(folder)
    if known is not None and known.is_current(folder, options):
        return known
    before = files(folder)
    # Read, and not written: other processes read it, too.
    last = project.target() / "partial_parse.msgpack"
    start = [f"--partial-parse-file-path={last}"] if last.is_file() else []
    with tempfile.TemporaryDirectory() as aside:
        result = dbtRunner().invoke(
            [
                "--quiet",
                "--no-use-colors",
                *_NO_FILES,
                "parse",
                f"--project-dir={folder}",
                # Nothing is written into the project, which may be read-only.
                f"--target-path={aside}",
                f"--log-path={aside}",
                *start,
                *options,
            ]
        )
    if not result.success:
        return result
    manifest = cast("Manifest", result.result)
    variables = {name: os.environ.get(name) for name in manifest.env_vars}
    _parsed[folder] = _Parsed(manifest, options, before, variables)
    return _parsed[folder]


def _parsed_with(arguments: Sequence[str]) -> tuple[str, ...]:
    given = itertools.pairwise(arguments)
    return tuple(text for name, value in given if name in _PARSED_WITH for text in (name, value))


def _without_folders(arguments: Sequence[str]) -> list[str]:
    """The command as a person would type it, without the folders that Cosmos has made."""
    end = arguments.index("--project-dir") if "--project-dir" in arguments else len(arguments)
    return list(arguments[:end])
