"""The names of a stack's databases, roles and schemas, and who owns and reads what.

Two databases in one cluster: Airflow's metadata and the warehouse. Each role can connect to
its own database only. In the warehouse the loader writes `raw`, the transformer reads it and
writes `analytics` and `ops`, and people read through the reader.
"""

from __future__ import annotations

from dataclasses import dataclass

AIRFLOW_DATABASE = "airflow"
WAREHOUSE_DATABASE = "warehouse"

AIRFLOW_ROLE = "airflow"
LOADER = "elt_loader"
TRANSFORMER = "elt_transformer"
READER = "elt_reader"
WAREHOUSE_ROLES = (LOADER, TRANSFORMER, READER)
ROLES = (AIRFLOW_ROLE, *WAREHOUSE_ROLES)

LOADER_CONN_ID = "warehouse_loader"
"""Airflow connection that writes the raw tables."""
TRANSFORMER_CONN_ID = "warehouse_transformer"
"""Airflow connection that reads raw, and writes analytics and ops."""
READER_CONN_ID = "warehouse_reader"
"""Airflow connection that reads analytics, ops and the load ledger."""

RAW_SCHEMA = "raw"
ANALYTICS_SCHEMA = "analytics"
OPS_SCHEMA = "ops"

LEDGER_TABLE = "loads"
SOURCES_TABLE = "sources"
"""In `raw`, beside the ledger: what the pipelines declare of their sources
(`elt.load.registry`)."""
RESULTS_TABLE = "dbt_results"
SESSIONS_FUNCTION = "sessions"
"""In the raw schema: who is connected to the warehouse, and since when in a transaction."""
STAGED_TABLE = "staged_loads"
"""In `ops`: the log of which loads the staging models have typed; dbt's macros write it."""
BUILT_TABLE = "built_loads"
"""In `ops`: the log of which loads the marts have built; dbt's macros write it."""
FIELD_CHANGES_TABLE = "field_changes"
"""In `ops`: fields that appeared, disappeared or changed their type; dbt's macros write it."""


@dataclass(frozen=True)
class Schema:
    """A schema of the warehouse, the role that owns it and the roles that read all its tables."""

    name: str
    owner: str
    readers: tuple[str, ...]


SCHEMAS = (
    Schema(RAW_SCHEMA, owner=LOADER, readers=(TRANSFORMER,)),
    Schema(ANALYTICS_SCHEMA, owner=TRANSFORMER, readers=(READER,)),
    Schema(OPS_SCHEMA, owner=TRANSFORMER, readers=(READER,)),
)
