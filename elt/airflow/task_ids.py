"""The ids of a pipeline's tasks."""

from __future__ import annotations

from elt.source import Source

CREATE_TABLES = "create_tables"
SENSOR = "is_api_available"
TRANSFORM = "transform"
"""The group of the dbt models."""
RECONCILE = "reconcile"


def extract(source: Source) -> str:
    """``extract_users``."""
    return f"extract_{source.entity}"
