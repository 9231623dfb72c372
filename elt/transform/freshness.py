"""How far behind a source is: what dbt's `source freshness` says, without dbt.

What counts is the newest period, not the last landing: a load of last week that lands today makes
nothing fresh. A source is as old as the time since its newest period ended (zero while that is
still under way). A period that has not begun is no evidence: somebody asked for a day to come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, Self

State = Literal["pass", "warn", "error"]

WORDS: dict[State, str] = {"pass": "fresh", "warn": "late", "error": "stale"}
"""dbt's words, and what people are shown."""


@dataclass(frozen=True)
class Rule:
    """The ages past which a source is late (dbt warns) and stale (it fails); None: never."""

    warn_after: timedelta | None
    error_after: timedelta | None

    @classmethod
    def of_dbt(cls, declared: Mapping[str, Any] | None) -> Self | None:
        """The rule of a source's ``freshness`` in dbt's manifest; None where it declares none."""
        declared = declared or {}
        rule = cls(_age(declared.get("warn_after")), _age(declared.get("error_after")))
        return None if rule == cls(None, None) else rule

    @classmethod
    def strictest(cls, rules: Iterable[Self | None]) -> Self | None:
        """The one that holds for a table made of several sources; None where none has one."""
        known = [rule for rule in rules if rule is not None]
        if not known:
            return None
        warn = [rule.warn_after for rule in known if rule.warn_after is not None]
        error = [rule.error_after for rule in known if rule.error_after is not None]
        return cls(min(warn, default=None), min(error, default=None))

    def judge(self, age: timedelta) -> State:
        """dbt's word for the age of the newest period."""
        if self.error_after is not None and age > self.error_after:
            return "error"
        return "warn" if self.warn_after is not None and age > self.warn_after else "pass"


def _age(limit: Mapping[str, Any] | None) -> timedelta | None:
    if not limit or limit.get("count") is None:
        return None
    return timedelta(**{f"{limit['period']}s": int(limit["count"])})
