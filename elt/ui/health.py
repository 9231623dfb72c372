"""What the page asks for: all tables, one table, a failing test. Each is one snapshot.

No statement reads a large table whole: a page is as fast with 100,000 loads in the ledger as with
one (`make bench ARGS=data_page`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from elt.health import strays
from elt.health.strays import Stray
from elt.health.tables import Project, Table
from elt.ui import failing, field_changes, loads, rejected, results, states
from elt.ui.failing import Failing
from elt.ui.field_changes import FieldChange
from elt.ui.loads import Load
from elt.ui.rejected import Faults
from elt.ui.results import TestState
from elt.ui.snapshot import Snapshot
from elt.ui.states import TableState


@dataclass(frozen=True)
class Listing:
    """All tables now, and what is in the warehouse without a model."""

    now: datetime
    tables: list[TableState]
    strays: list[Stray]


@dataclass(frozen=True)
class Detail:
    """What the page shows of one table beside its `TableState`.

    ``plot`` has the records per load by period, oldest first: a point a load, or, of very many, one
    for a stretch of time with ``loads`` in it: ``records`` on average, ``least`` and ``most``.
    """

    description: str
    reads: list[str]
    plot: list[dict[str, Any]]
    loads: list[Load]
    tests: list[TestState]
    faults: Faults
    rejected_in: list[str]
    field_changes: list[FieldChange]


def listing(project: Project) -> Listing:
    """The state of each table now. Raises psycopg.Error where the warehouse does not respond."""
    with Snapshot.taken() as snapshot:
        return Listing(
            snapshot.now,
            states.states(snapshot, project, list(project.tables.values())),
            strays.read(snapshot.connection, project),
        )


def detail(project: Project, table: Table, plotted: int | None) -> tuple[TableState, Detail]:
    """All there is to say of a table; its plot has the last ``plotted`` loads, None for all.

    Raises psycopg.Error as `listing` does.
    """
    with Snapshot.taken() as snapshot:
        (state,) = states.states(snapshot, project, [table])
        return state, Detail(
            description=table.description,
            reads=list(table.reads),
            plot=loads.plot(snapshot, table, plotted),
            loads=loads.latest(snapshot, table),
            tests=results.tests(snapshot, table),
            faults=rejected.faults(snapshot, table),
            rejected_in=[".".join(relation) for relation in table.rejected_in],
            field_changes=field_changes.latest(snapshot, table),
        )


def failing_rows(project: Project, table: Table, node: str) -> Failing | None:
    """What the test ``node`` of a table finds now; None where the table has no such test."""
    test = next((test for test in table.tests if test.node == node), None)
    if test is None:
        return None
    with Snapshot.taken() as snapshot:
        return failing.read(snapshot, project, table, test)
