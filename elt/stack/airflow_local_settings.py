"""Put into AIRFLOW_HOME/config, where every Airflow process imports it at its start.

Quiets loggers of Cosmos that repeat themselves in each task's log. Imports what ELT_PRELOAD names,
before the scheduler or the DAG processor forks: tasks and parses then share these modules instead
of importing them each (dbt alone costs some 4 s of CPU).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import logging
import os

__all__: list[str] = []

# How Cosmos renders the DAG, ten lines in the log of each task.
for _name in ("cosmos.converter", "cosmos.dbt.graph", "cosmos.dbt.project"):
    logging.getLogger(_name).setLevel(logging.WARNING)

# Removed from the environment, so that programs that tasks start do not preload anything.
_modules = os.environ.pop("ELT_PRELOAD", "")
for _module in filter(None, _modules.split(",")):
    with contextlib.suppress(ImportError):
        importlib.import_module(_module)
if "dbt" in _modules:
    # Tasks are forked with what dbt has parsed; what cannot be parsed is an error of theirs.
    try:
        from elt.transform import dbt_runner

        dbt_runner.warm()
    except Exception as error:
        logging.getLogger(__name__).warning("each task will parse the dbt project: %s", error)
if _modules:
    # Else each collection in a task walks all of what was imported, and copies its pages.
    gc.collect()
    gc.freeze()
