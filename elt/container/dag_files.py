"""The DAG processor of the container: notes what it has parsed, and keeps log files small.

Files of the image do not change, so a file is parsed when the service starts, and when it changes
after all. A parse that failed (a machine that is too busy, a database that restarts) is repeated
soon. Other than Airflow's own tables the notes also tell a file that has not been parsed yet from
one that holds no DAG, and one whose parse was killed from one that was never begun.
"""

from __future__ import annotations

import json
import logging
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.configuration import conf
from airflow.dag_processing.manager import DagFileInfo

from elt import files
from elt.stack import log_files
from elt.stack.dag_files import UniqueTables
from elt.stack.log_files import Limits

log = logging.getLogger(__name__)

NOTES = Path("/tmp/dag-files.json")
"""By file, relative to the folder of the DAGs: `dags`, the ids, or `problem`, a sentence. Null is a
file that has not been parsed yet. `healthy.py` reads it."""

_RETRY = timedelta(seconds=30)
_TIDY_SECONDS = 3_600.0


class Manager(UniqueTables):
    """That of all stacks, with what a container has need of."""

    def __init__(self, notes: Path = NOTES, **options: Any) -> None:
        super().__init__(**options)
        self._notes_file = notes
        self._dags: dict[str, list[str]] = {}
        self._problems: dict[str, str] = {}
        self._limits = Limits.read(os.environ)
        self._tidied = float("-inf")

    def persist_parsing_result(
        self, *, relative_fileloc: str | None, parsing_result: Any, **rest: Any
    ) -> None:
        """Save what was parsed; note what it is, or why it could not be saved."""
        file = str(relative_fileloc)
        self._problems[file] = "its DAGs cannot be saved in Airflow's database"
        super().persist_parsing_result(
            relative_fileloc=relative_fileloc, parsing_result=parsing_result, **rest
        )
        errors = parsing_result.import_errors or {}
        if errors:
            self._problems[file] = _own_words(str(errors.get(file) or next(iter(errors.values()))))
            log.error("%s cannot be parsed: %s", file, self._problems[file])
        else:
            del self._problems[file]
        self._dags[file] = [str(dag.dag_id) for dag in parsing_result.serialized_dags]

    def prepare_file_queue(self, known_files: dict[str, set[DagFileInfo]]) -> None:
        """Queue what is due: also what failed a while ago, however long the interval is."""
        due = datetime.now(UTC) - _RETRY
        for known in known_files.values():
            for file in known:
                stat = self._file_stats.get(file)
                if stat is None or stat.last_finish_time is None or stat.last_finish_time > due:
                    continue
                if stat.import_errors or str(file.rel_path) in self._problems:
                    stat.last_finish_time = None
        super().prepare_file_queue(known_files)

    def deactivate_stale_dags(
        self, last_parsed: dict[DagFileInfo, datetime | None], **rest: Any
    ) -> None:
        """Deactivate DAGs that are no longer in their files; not those of a parse that failed."""
        whole = {
            file: finished
            for file, finished in last_parsed.items()
            if not self._file_stats[file].import_errors and str(file.rel_path) not in self._problems
        }
        super().deactivate_stale_dags(whole, **rest)

    def print_stats(self, known_files: dict[str, set[DagFileInfo]]) -> None:
        """Called after each look at the files."""
        super().print_stats(known_files)
        if not known_files:
            return
        notes = {
            str(file.rel_path): self._note(file)
            for files in known_files.values()
            for file in sorted(files, key=lambda file: file.rel_path)
        }
        files.update(self._notes_file, json.dumps(notes))
        if time.monotonic() - self._tidied > _TIDY_SECONDS:
            self._tidied = time.monotonic()
            log_files.tidy(Path(conf.get("logging", "base_log_folder")), self._limits)

    def _note(self, file: DagFileInfo) -> dict[str, object] | None:
        name = str(file.rel_path)
        stat = self._file_stats.get(file)
        if name in self._problems:
            return {"problem": self._problems[name]}
        if stat is not None and stat.import_errors:
            return {"problem": f"its parse ended without a result after {stat.last_duration:.0f} s"}
        return {"dags": self._dags[name]} if name in self._dags else None


def _own_words(trace: str) -> str:
    """The error at the end of a traceback, its first line."""
    lines = trace.strip().splitlines() or ["it gave no reason"]
    last = max((i for i, line in enumerate(lines) if line.startswith(" ")), default=-1)
    return lines[min(last + 1, len(lines) - 1)].strip()
