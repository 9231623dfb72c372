"""The declaration of a source: where its records are, how it pages, and what a load covers.

Without Airflow and without HTTP. A DAG file imports from here what it declares.
"""

from __future__ import annotations

from elt.source.declaration import Freshness, Incremental, RateLimit, Source
from elt.source.pagination import (
    Cursor,
    Header,
    LastRecord,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
    SinglePage,
)

__all__ = [
    "Cursor",
    "Freshness",
    "Header",
    "Incremental",
    "LastRecord",
    "LinkHeader",
    "NextLink",
    "Offset",
    "PageNumber",
    "RateLimit",
    "SinglePage",
    "Source",
]
