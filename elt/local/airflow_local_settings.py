"""Put into AIRFLOW_HOME/config, where every Airflow process imports it at its start.

Imports what ELT_PRELOAD names, before the scheduler forks its task processes: they then share
these modules instead of importing them in each task (dbt alone costs some 4 s of CPU).
"""

from __future__ import annotations

import contextlib
import importlib
import os

__all__: list[str] = []

# Removed from the environment, so that programs that tasks start do not preload anything.
for _module in filter(None, os.environ.pop("ELT_PRELOAD", "").split(",")):
    with contextlib.suppress(ImportError):
        importlib.import_module(_module)
