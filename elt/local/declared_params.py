"""The parameters of a DAG as its file declares them, read without Airflow.

To load a DAG file takes seconds, since it imports Airflow and dbt. A wrong parameter is to be
refused at once, so the file is read as text here, as far as it says things plainly: ``Param(…)`` of
literals and of constants of the file. Where it does not, the loaded DAG is asked later.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from elt.airflow.params import Schema

_KNOWN = {("elt.pipeline", "pipeline"), ("airflow.sdk", "DAG"), ("airflow.sdk", "dag")}
_MAKERS = {name for _, name in _KNOWN}


def read(folder: Path, dag_id: str) -> dict[str, Schema] | None:
    """The JSON schema of each parameter of ``dag_id``; None where its file does not say plainly."""
    for tree, call in calls(folder, dag_id):
        try:
            return _schemas(call, constants(tree))
        except ValueError:
            return None
    return None


def calls(folder: Path, dag_id: str) -> Iterator[tuple[ast.Module, ast.Call]]:
    """Whatever makes the DAG, each with the file that it is in."""
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(errors="replace")
        if dag_id not in text:
            continue
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError):
            continue
        if not _imports(tree):
            continue
        for call in _calls(tree, dag_id):
            yield tree, call


def _calls(tree: ast.Module, dag_id: str) -> Iterator[ast.Call]:
    """Whatever makes the DAG: ``DAG("name", …)``, ``pipeline(…, dag_id="name")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _MAKERS:
            named = [keyword.value for keyword in node.keywords if keyword.arg == "dag_id"]
            if _name(node.func) != "pipeline":
                named += node.args[:1]
            if any(isinstance(one, ast.Constant) and one.value == dag_id for one in named):
                yield node


def _imports(tree: ast.Module) -> bool:
    """Whether the file has what makes DAGs from where we know it, and by no other name."""
    imported = {
        (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname is None
    }
    return bool(imported & _KNOWN)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def constants(tree: ast.Module) -> dict[str, Any]:
    """What the names of the file stand for that are given literals."""
    found: dict[str, Any] = {}
    for node in tree.body:
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        value = getattr(node, "value", None)
        for target in targets:
            if isinstance(target, ast.Name) and isinstance(value, ast.expr):
                try:
                    found[target.id] = value_of(value, found)
                except ValueError:
                    # Also where it stood for a literal before.
                    found.pop(target.id, None)
    return found


def _schemas(call: ast.Call, constants: Mapping[str, Any]) -> dict[str, Schema]:
    """Raises ValueError where something else than a literal stands."""
    if any(keyword.arg is None for keyword in call.keywords):
        raise ValueError("**")
    others = [one.value for one in call.keywords if one.arg == "default_args"]
    if any(not isinstance(one, ast.Call) or _name(one.func) != "default_args" for one in others):
        raise ValueError("default_args")  # there may be parameters in them
    declared = next((one.value for one in call.keywords if one.arg == "params"), None)
    if declared is None:
        return {}
    if not isinstance(declared, ast.Dict):
        raise ValueError("params")
    schemas: dict[str, Schema] = {}
    for name, value in zip(declared.keys, declared.values, strict=True):
        if name is None:
            raise ValueError("**")
        schemas[value_of(name, constants)] = _schema(value, constants)
    return schemas


def _schema(value: ast.expr, constants: Mapping[str, Any]) -> Schema:
    if not isinstance(value, ast.Call):
        value_of(value, constants)
        return {}
    if _name(value.func) != "Param":
        raise ValueError("not a Param")
    schema = {}
    for keyword in value.keywords:
        if keyword.arg is None:
            raise ValueError("**")
        if keyword.arg not in ("default", "description"):
            schema[keyword.arg] = value_of(keyword.value, constants)
    return schema


def value_of(node: ast.expr, constants: Mapping[str, Any]) -> Any:
    """The value of a literal, or of a constant. Raises ValueError for anything else."""
    match node:
        case ast.Name(id=name):
            if name not in constants:
                raise ValueError(name)
            return constants[name]
        case ast.Dict(keys=keys, values=values):
            return {
                value_of(_given(key), constants): value_of(value, constants)
                for key, value in zip(keys, values, strict=True)
            }
        case ast.List(elts=elements) | ast.Tuple(elts=elements):
            return [value_of(element, constants) for element in elements]
    return ast.literal_eval(node)


def _given(key: ast.expr | None) -> ast.expr:
    if key is None:
        raise ValueError("**")
    return key
