"""The open questions of a pipeline's source as its DAG file has them, read without Airflow."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from elt.local import declared_params
from elt.local.declared_params import constants, value_of


def read(folder: Path, dag_id: str) -> tuple[str, ...]:
    """What the source of ``dag_id`` leaves open; empty where the file does not say it plainly."""
    for tree, call in declared_params.calls(folder, dag_id):
        for declared in _sources(tree, call):
            for keyword in declared.keywords:
                if keyword.arg == "open_questions":
                    try:
                        found = value_of(keyword.value, constants(tree))
                    except ValueError:
                        continue  # the first task of the run finds it
                    return tuple(map(str, found))
    return ()


def _sources(tree: ast.Module, call: ast.Call) -> Iterator[ast.Call]:
    """What makes the source that ``pipeline(…)`` is called with."""
    given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "source")]
    for source in given:
        if isinstance(source, ast.Call):
            yield source
        for node in tree.body:
            targets = node.targets if isinstance(node, ast.Assign) else []
            names = [target.id for target in targets if isinstance(target, ast.Name)]
            if isinstance(source, ast.Name) and source.id in names:
                made = getattr(node, "value", None)
                if isinstance(made, ast.Call):
                    yield made
