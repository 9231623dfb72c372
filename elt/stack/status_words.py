"""The status of a stack as people read it, and the options of `elt status` of both stacks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from elt.health.coverage import Span, words
from elt.health.sources import Source
from elt.source.period import Period
from elt.stack.errors import StackError
from elt.stack.status import Report
from elt.stack.words import size_words
from elt.transform import freshness
from elt.warehouse import ANALYTICS_SCHEMA

FILE_WIDTH = 160
"""Columns of a table that goes to a file or a pipe, which need not fit a screen."""

_COLOURS = {"pass": "green", "warn": "yellow", "error": "red"}
_SPANS = 5
"""Of very many, those that are named, newest."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of `elt status`."""
    parser.add_argument("--json", action="store_true", help="for programs")
    for name, what in (
        ("gaps", "periods that a source's schedule covers are missing"),
        ("stale", "a source is stale: its newest period is older than dbt's error_after"),
        ("behind", "a model has not built all that raw has"),
    ):
        parser.add_argument(f"--fail-on-{name}", action="store_true", help=f"exit with 1 if {what}")


def expect_as_asked(report: Report, options: argparse.Namespace) -> None:
    """Raise StackError with what is wrong of what ``options`` say to fail for."""
    complaints = report.complaints(
        gaps=options.fail_on_gaps, stale=options.fail_on_stale, behind=options.fail_on_behind
    )
    if complaints:
        raise StackError("; ".join(complaints))


def show(report: Report, console: Console, *, advice: str) -> None:
    """Print the report; `advice` says how to load something where nothing has been."""
    if not report.loads:
        console.print(f"Nothing has been loaded yet: {advice}", markup=False, highlight=False)
    else:
        console.print(_loads(report))
    if report.loads or report.rows:
        console.print(_rows(report))
    for line in _lines(report):
        # Statements are to be copied: a line is never broken.
        console.print(line, highlight=False, soft_wrap=True)


def _loads(report: Report) -> Table:
    loads = Table(title="latest loads, times in UTC", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("period", "source", "landed"):
        loads.add_column(name, no_wrap=True)
    for name in ("records", "size"):
        loads.add_column(name, justify="right", no_wrap=True)
    # The one that gives way where the screen is narrow.
    loads.add_column("run", overflow="ellipsis")
    for load in report.loads:
        loads.add_row(
            f"{load.period.astimezone(UTC):%Y-%m-%d %H:%M}".removesuffix(" 00:00"),
            escape(f"{load.source}, {load.account}" if load.account else load.source),
            f"{load.landed_at.astimezone(UTC):%Y-%m-%d %H:%M}",
            f"{load.records:,}",
            size_words(load.bytes),
            escape(load.run_id or ""),
        )
    return loads


def _rows(report: Report) -> Table:
    rows = Table("table", title="rows", title_justify="left", box=box.SIMPLE_HEAD)
    rows.add_column("rows", justify="right")
    for table, count in report.rows.items():
        rows.add_row(escape(f"{ANALYTICS_SCHEMA}.{table}"), f"{count:,}")
    return rows


def _lines(report: Report) -> Iterator[str]:
    for source in report.freshness:
        yield from _source_lines(source)
    for name, one in report.behind.items():
        yield f"{escape(name)}: [yellow]{escape(one.words)}[/yellow]"
    for stray in report.strays:
        yield f"{escape(stray.name)}, a {stray.kind}: [yellow]{escape(stray.words)}[/yellow]"
        if stray.used_by:
            yield f"  {escape(', '.join(stray.used_by))} stands on it: that has to go first"
        yield f"  if nobody needs it: {escape(stray.statement)}"
    for error in report.errors:
        yield f"[yellow]{escape(error)}[/yellow]"


def _source_lines(source: Source) -> Iterator[str]:
    name = escape(source.title)
    if not source.is_declared:
        yield f"{name}: no longer declared; its loads stay"
        return
    if source.landed_at is None:
        newest = "nothing has been loaded yet"
    elif source.newest is None:
        newest = "all its loads are of periods to come"
    else:
        newest = f"newest {source.grain} {Period.of(source.newest, source.grain)}, {_ended(source)}"
    if source.state is not None:
        colour = _COLOURS[source.state]
        newest += f", [{colour}]{freshness.WORDS[source.state]}[/{colour}]"
    yield f"{name}: {newest}"
    coverage, grain = source.coverage, source.grain
    if coverage.missing:
        number = sum(span.periods for span in coverage.missing)
        periods = f"{number} {grain}{'s' if number > 1 else ''}"
        yield f"  [red]{periods} missing[/red]: {_spans(coverage.missing, source)}"
        first, last = coverage.missing[0].first, coverage.missing[-1].last
        yield (
            f"  to load them: airflow backfill create --dag-id {escape(source.dag_id)}"
            f" --from-date {first:%Y-%m-%d} --to-date {last:%Y-%m-%d} --reprocess-behavior failed"
        )
    if coverage.skipped:
        why = (
            "no schedule covered them"
            if source.asks_by_period
            else "each load brings all there is, so later ones made up for them"
        )
        yield f"  not loaded, and no gap ({why}): {_spans(coverage.skipped, source)}"


def _ended(source: Source) -> str:
    hours = (source.age or 0.0) / 3600
    return f"which ended {hours:.1f} h ago" if hours else "which is under way"


def _spans(spans: list[Span], source: Source) -> str:
    shown = ", ".join(words(span, source.grain) for span in spans[-_SPANS:])
    return f"{len(spans) - _SPANS} times before, {shown}" if len(spans) > _SPANS else shown
