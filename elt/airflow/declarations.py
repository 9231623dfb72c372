"""One table, one DAG: two declarations of a table would replace each other's loads.

Within a process that reads DAG files (`airflow dags list`, `dags test`, `elt run`), the second
declaration raises ValueError as its file is read. Airflow's DAG processor reads each file in a
process of its own: there `elt.stack.dag_files` compares what it was given. What neither sees, two
stacks on one warehouse, say, the first task of a run refuses (`elt.load.registry`), and so does
the landing.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import Any
from weakref import WeakKeyDictionary


@dataclass(frozen=True)
class Declaration:
    """Where a table is declared: the file of the DAG, and its id.

    ``module`` is the namespace that the file was executed in: each time it is read, another one.
    """

    file: str
    dag_id: str
    module: Mapping[str, Any]


_RAW = "warehouse://raw/"

_DECLARED: WeakKeyDictionary[Any, dict[str, Declaration]] = WeakKeyDictionary()
"""By the DagBag that reads the files: the declaration of each table."""


def declare(table: str, dag_id: str) -> None:
    """Note that the DAG file under way declares ``table``.

    A file that is read again declares anew. Does nothing where no DagBag reads files: then there
    are no others. Raises ValueError where there is another declaration of the table.
    """
    reading = _reading(sys._getframe(1))
    if reading is None:
        return
    bag, file, module = reading
    declared = _DECLARED.setdefault(bag, {})
    former = declared.get(table)
    if former is not None and (former.file != file or former.module is module):
        raise ValueError(conflict(table, (dag_id, file), (former.dag_id, former.file)))
    declared[table] = Declaration(file, dag_id, module)


def conflict(table: str, second: tuple[str, str], first: tuple[str, str]) -> str:
    """What is wrong with two declarations of a table, each a DAG's id and its file."""
    return (
        f"{table} is declared twice: by the DAG {second[0]!r} in {second[1]}, and by"
        f" {first[0]!r} in {first[1]}. Their loads would replace each other: for several accounts"
        " of a source declare it once, with accounts=; else give one another name or entity"
    )


def _reading(frame: FrameType | None) -> tuple[Any, str, Mapping[str, Any]] | None:
    """The DagBag that reads a file just now, that file, and the module it is executed in."""
    # Not imported: where there is no such module, no DagBag is at work.
    dagbag = sys.modules.get("airflow.dag_processing.dagbag")
    if dagbag is None:
        return None
    module: Mapping[str, Any] | None = None
    while frame is not None:
        if module is None and frame.f_code.co_name == "<module>":
            module = frame.f_globals
        if frame.f_code.co_name == "process_file" and isinstance(
            bag := frame.f_locals.get("self"), dagbag.DagBag
        ):
            return bag, str(frame.f_locals["filepath"]), module or {}
        frame = frame.f_back
    return None


def tables(dag: Mapping[str, Any] | None) -> Iterator[str]:
    """The raw tables that a serialised DAG lands in, by the outlets of its tasks."""
    for task in (dag or {}).get("dag", {}).get("tasks", ()):
        for asset in task.get("__var", task).get("outlets") or ():
            uri = str(asset.get("__var", asset).get("uri", ""))
            if uri.startswith(_RAW):
                yield uri.removeprefix(_RAW).rstrip("/")
