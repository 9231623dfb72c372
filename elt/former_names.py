"""The modules of release 0.1 by their former names, for one release.

DAG files, settings and Airflow's database have them: `elt.pagination`, `elt.results.record`,
`python -m elt.sample_api`. The import of one gives the module of the new name, with a
FutureWarning, which is shown.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

NAMES = {
    "elt.api": "elt.airflow.hook",
    "elt.asset_names": "elt.transform.asset_names",
    "elt.catalog": "elt.transform.catalog",
    "elt.client": "elt.http.client",
    "elt.dbt_runner": "elt.transform.dbt_runner",
    "elt.declarations": "elt.airflow.declarations",
    "elt.decode": "elt.extract.decode",
    "elt.fetch": "elt.extract.fetch",
    "elt.landing": "elt.load.landing",
    "elt.lineage": "elt.transform.lineage",
    "elt.pagination": "elt.source.pagination",
    "elt.params": "elt.airflow.params",
    "elt.periods": "elt.source.period",
    "elt.place": "elt.source.place",
    "elt.project": "elt.transform.project",
    "elt.rate": "elt.http.rate",
    "elt.registry": "elt.load.registry",
    "elt.results": "elt.transform.results",
    "elt.rights": "elt.warehouse.rights",
    "elt.sample_api": "sample_api",
    "elt.schedule": "elt.airflow.timetable",
    "elt.sense": "elt.airflow.sensor",
    "elt.spool": "elt.extract.spool",
    "elt.task_retries": "elt.airflow.retries",
    "elt.triage": "elt.airflow.triage",
}


def install() -> None:
    """Let imports find the former names."""
    # First: in a package that has been moved, Python would find the files and load them once more.
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


def _renamed(name: str) -> str | None:
    """The new name of a module, or of one in a package that has been moved."""
    if not name.startswith("elt."):
        return None
    for former, new in NAMES.items():
        if name == former or name.startswith(f"{former}."):
            return new + name.removeprefix(former)
    return None


class _Finder(MetaPathFinder):
    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        new = _renamed(fullname)
        found = None if new is None else importlib.util.find_spec(new)
        if new is None or found is None:
            return None
        return ModuleSpec(
            fullname,
            _Alias(new),
            origin=found.origin,
            is_package=found.submodule_search_locations is not None,
        )


class _Alias(Loader):
    """Loads a module by its new name, as which it stays known."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        warnings.warn(
            f"{spec.name} is {self._name} now; the former name will be removed after one release",
            FutureWarning,
            stacklevel=2,
        )
        module = importlib.import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # It was executed by its new name, and importlib has just given it the spec of the former.
        module.__spec__ = self._spec

    def get_code(self, _name: str) -> CodeType | None:
        """What `python -m` executes, under the name ``__main__``."""
        spec = importlib.util.find_spec(self._name)
        loader = None if spec is None else spec.loader
        code: CodeType | None = None if loader is None else loader.get_code(self._name)  # type: ignore[attr-defined]
        return code
