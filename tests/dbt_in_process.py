"""dbt in the process of the tests, which call it some hundred times: a manifest is read once.

By itself dbt reads the manifest of the last call from the disk, writes it there anew, and logs
all it does: three quarters of what a call of one model costs.
"""

from __future__ import annotations

import functools
import itertools
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from elt.transform import dbt_runner

if TYPE_CHECKING:
    from dbt.cli.main import dbtRunnerResult
    from dbt.contracts.graph.manifest import Manifest

_State = tuple[object, ...]

_MANIFESTS: dict[_State, Manifest] = {}
_RUNNING = ("build", "compile", "run", "seed", "show", "snapshot", "source freshness", "test")
"""Commands that take a manifest and leave it as it is."""
_PARSED_WITH = ("--target", "--vars")
"""Options, each with a value, that change the manifest."""


def call(
    project: Path,
    command: str,
    *options: str,
    listeners: Sequence[Callable[[Any], None]] = (),
) -> dbtRunnerResult:
    """``dbt COMMAND OPTIONS`` on the project of a folder; what fails is in the result.

    ``listeners`` are called with each event of dbt, such as the lines that macros log.

    It leaves what dbt leaves in the project's `target`, except that a manifest.json that is there
    stays if nothing of the project has changed; with ``--write-json`` it is written by any means.
    """
    from dbt.cli.main import dbtRunner

    _spare()
    called = ["--quiet", "--log-level-file=none", *command.split(), *folders(project), *options]
    if command not in _RUNNING or "--write-json" in options:
        return dbtRunner().invoke(called)
    given = dict(itertools.pairwise(options))
    parsed_with = [text for name in _PARSED_WITH if name in given for text in (name, given[name])]
    target = ["--target-path", given["--target-path"]] if "--target-path" in given else []
    state = _state(project, parsed_with)
    if state not in _MANIFESTS:
        parsed = call(project, "parse", *parsed_with, *target)
        if not parsed.success:
            return parsed
        _MANIFESTS[state] = cast("Manifest", parsed.result)
    result = dbtRunner(manifest=_MANIFESTS[state], callbacks=list(listeners)).invoke(
        [*called, "--no-write-json"]
    )
    # What has become of the nodes is read by `elt.transform.results`, and costs little.
    name = "sources.json" if command == "source freshness" else "run_results.json"
    written = Path(given.get("--target-path", project / "target"), name)
    if write := getattr(result.result, "write", None):
        write(str(written))
    return result


def folders(project: Path) -> list[str]:
    return [f"--project-dir={project}", f"--profiles-dir={project}", f"--log-path={project}/logs"]


def _state(project: Path, parsed_with: list[str]) -> _State:
    """What a manifest depends on: the project's files, the environment, options."""
    settings = sorted(item for item in os.environ.items() if item[0].startswith(("ELT_", "DBT_")))
    return (project, tuple(parsed_with), dbt_runner.files(project), tuple(settings))


@functools.cache
def _spare() -> None:
    """Have dbt keep what it looks up in each call, by the means it has for its own tests."""
    from dbt_common.behavior_flags import BehaviorFlagRendered
    from dbt_common.tests import enable_test_caching

    enable_test_caching()
    # Only named in a deprecation: the module of each flag, by a walk through the stack and all
    # modules for each frame of it, of which Airflow has thousands.
    BehaviorFlagRendered._default_source = staticmethod(lambda: "dbt.adapters")  # type: ignore[method-assign]
