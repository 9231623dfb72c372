"""The DAG processor, which also refuses a file that declares a table which another file declares.

Airflow reads each file in a process of its own, so only here are the declarations of two files seen
together (`elt.airflow.declarations`). The DAG that Airflow has known longer stays; the other's file
has an import error that names both.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from airflow.dag_processing.manager import DagFileInfo, DagFileProcessorManager

from elt.airflow import declarations

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


class UniqueTables(DagFileProcessorManager):
    """Airflow's manager of DAG files, through the methods that it offers for overriding."""

    # Under which it logs: levels of loggers are set by name.
    _logger_name = "airflow.dag_processing.manager.DagFileProcessorManager"

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._tables: dict[str, dict[str, str]] = {}
        """By file: the DAG that each of its tables is loaded by."""

    def persist_parsing_result(
        self,
        *,
        relative_fileloc: str | None,
        parsing_result: Any,
        session: Any = None,
        **rest: Any,
    ) -> None:
        """Save what was parsed, without the DAGs whose tables another file has declared."""
        self._refuse_second(str(relative_fileloc), parsing_result, session)
        super().persist_parsing_result(
            relative_fileloc=relative_fileloc,
            parsing_result=parsing_result,
            session=session,
            **rest,
        )

    def prepare_file_queue(self, known_files: dict[str, set[DagFileInfo]]) -> None:
        """Queue what is due; a file that is gone declares nothing any more."""
        known = {str(file.rel_path) for files in known_files.values() for file in files}
        self._tables = {file: told for file, told in self._tables.items() if file in known}
        super().prepare_file_queue(known_files)

    def parse_again(self, file: str) -> None:
        """Have a file parsed anew, although it has not changed."""
        for info, stat in self._file_stats.items():
            if str(info.rel_path) == file:
                stat.last_finish_time = None

    def _refuse_second(self, file: str, parsing_result: Any, session: Session | None) -> None:
        declared: dict[str, str] = {}
        refused: dict[str, str] = {}
        for dag in parsing_result.serialized_dags:
            dag_id = str(dag.dag_id)
            for table in declarations.tables(getattr(dag, "data", None)):
                if other := self._other(file, table):
                    if not _is_older(dag_id, other[0], session):
                        refused[dag_id] = declarations.conflict(table, (dag_id, file), other)
                        continue
                    self.parse_again(other[1])
                declared[table] = dag_id
        self._tables[file] = {
            table: dag_id for table, dag_id in declared.items() if dag_id not in refused
        }
        if refused:
            parsing_result.serialized_dags = [
                dag for dag in parsing_result.serialized_dags if dag.dag_id not in refused
            ]
            errors = dict(parsing_result.import_errors or {})
            errors[file] = "\n".join(filter(None, [errors.get(file), *refused.values()]))
            parsing_result.import_errors = errors

    def _other(self, file: str, table: str) -> tuple[str, str] | None:
        """The DAG, and its file, that has declared the table in another file than this one."""
        for other, tables in self._tables.items():
            if other != file and table in tables:
                return tables[table], other
        return None


def _is_older(dag_id: str, other: str, session: Session | None) -> bool:
    """Whether Airflow has known the DAG for longer than the other one."""
    if session is None:
        return False
    from airflow.models.dag_version import DagVersion
    from sqlalchemy import func, select

    found = session.execute(
        select(DagVersion.dag_id, func.min(DagVersion.created_at))
        .where(DagVersion.dag_id.in_((dag_id, other)))
        .group_by(DagVersion.dag_id)
    ).all()
    since = {str(one): moment for one, moment in found}
    return dag_id in since and (other not in since or since[dag_id] < since[other])


def use(manager: type[DagFileProcessorManager]) -> None:
    """Let `airflow dag-processor` run ``manager``."""
    command = importlib.import_module("airflow.cli.commands.dag_processor_command")
    vars(command)["DagFileProcessorManager"] = manager


def main() -> None:
    """`airflow`, whose DAG processor is ours."""
    from airflow.__main__ import main as airflow

    use(UniqueTables)
    airflow()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
