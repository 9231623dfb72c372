"""How old the last load of a source may be, as dbt's manifest declares it.

`elt.ui.tables` reads the same rules, but imports Airflow.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from elt.warehouse import RAW_SCHEMA

State = Literal["pass", "warn", "error"]


@dataclass(frozen=True)
class Rule:
    """The ages past which dbt warns and fails; None where it never does."""

    warn_after: timedelta | None
    error_after: timedelta | None

    def judge(self, age: timedelta) -> State:
        if self.error_after is not None and age > self.error_after:
            return "error"
        return "warn" if self.warn_after is not None and age > self.warn_after else "pass"


DEFAULT = Rule(timedelta(hours=26), timedelta(hours=50))
"""Of a source that declares none: a load a day."""


def rules(manifest: Path) -> dict[str, Rule]:
    """Declared rules by raw table; none where dbt has not parsed the project yet."""
    try:
        sources: Mapping[str, Any] = json.loads(manifest.read_bytes())["sources"]
    except FileNotFoundError:
        return {}
    found = {}
    for source in sources.values():
        declared = source.get("freshness") or {}
        rule = Rule(_age(declared.get("warn_after")), _age(declared.get("error_after")))
        if source["schema"] == RAW_SCHEMA and rule != Rule(None, None):
            found[str(source["identifier"])] = rule
    return found


def _age(limit: Mapping[str, Any] | None) -> timedelta | None:
    if not limit or limit.get("count") is None:
        return None
    return timedelta(**{f"{limit['period']}s": int(limit["count"])})
