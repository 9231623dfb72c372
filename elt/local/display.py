"""What `elt run` and `elt up` show while they work: live on a terminal, line by line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

_PLAIN_SECONDS = 5.0

_MARKS = {
    "success": ("✓", "green"),
    "failed": ("✗", "red"),
    "up_for_retry": ("↻", "yellow"),
    "up_for_reschedule": ("…", "yellow"),
    "upstream_failed": ("-", "bright_black"),
    "skipped": ("-", "bright_black"),
    "waiting": ("·", "bright_black"),
}
_ENDED = frozenset({"success", "failed", "upstream_failed", "skipped"})
_WORDS = {
    "success": "done",
    "up_for_retry": "failed, will be tried again",
    "upstream_failed": "not run",
}


@dataclass
class Step:
    """One line of the display."""

    name: str
    state: str = "waiting"
    started: float | None = None
    seconds: float = 0.0
    detail: str = ""
    said: float = field(default=0.0, repr=False)

    @property
    def elapsed(self) -> float:
        """Seconds since it started, or that it took."""
        if self.state == "running" and self.started is not None:
            return time.monotonic() - self.started
        return self.seconds


class Display:
    """Steps with their state, seconds and progress."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live: Live | None = None
        self._steps: dict[str, Step] = {}
        self._title = ""

    @contextmanager
    def showing(self, title: str) -> Iterator[None]:
        """Show the steps until the block ends; the finished lines stay."""
        self._title = title
        self._steps = {}
        if not self._console.is_terminal:
            self._console.print(title, markup=False, highlight=False)
            yield
            return
        self._live = Live(
            get_renderable=self._render,
            console=self._console,
            refresh_per_second=8,
            vertical_overflow="visible",
        )
        try:
            with self._live:
                yield
        finally:
            self._live = None

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Show `name` as running until the block ends."""
        self.update(name, "running")
        try:
            yield
        except BaseException:
            self.update(name, "failed")
            raise
        self.update(name, "success")

    def expect(self, names: Sequence[str]) -> None:
        """Show the steps that are to come, in this order."""
        for name in names:
            self._steps.setdefault(name, Step(name))

    def update(self, name: str, state: str, detail: str | None = None) -> None:
        """Set the state of a step, one of Airflow's task states."""
        step = self._steps.setdefault(name, Step(name))
        now = time.monotonic()
        if state == "running" and step.started is None:
            step.started = now
        if state != "running" and step.started is not None:
            step.seconds = now - step.started
        changed = step.state != state
        step.state = state
        if detail is not None:
            step.detail = detail
        if changed and self._live is None and state in {*_ENDED, "up_for_retry"}:
            self._say(step)

    def progress(self, name: str, detail: str) -> None:
        """Set what a running step says of its progress."""
        step = self._steps.setdefault(name, Step(name, "running", time.monotonic()))
        step.detail = detail
        now = time.monotonic()
        if self._live is None and now - step.said >= _PLAIN_SECONDS:
            step.said = now
            self._console.print(f"  {name}: {detail}", markup=False, highlight=False)

    def _say(self, step: Step) -> None:
        word = _WORDS.get(step.state, step.state.replace("_", " "))
        seconds = f" in {step.seconds:.1f} s" if step.started is not None else ""
        detail = f" ({step.detail})" if step.detail else ""
        self._console.print(
            f"  {step.name}: {word}{seconds}{detail}", markup=False, highlight=False
        )

    def _render(self) -> RenderableType:
        table = Table.grid(padding=(0, 1))
        table.add_column(width=2)
        table.add_column(no_wrap=True)
        table.add_column(justify="right", no_wrap=True)
        table.add_column(style="bright_black")
        for step in self._steps.values():
            mark: RenderableType
            if step.state == "running":
                mark = Spinner("dots", style="cyan")
            else:
                sign, colour = _MARKS.get(step.state, ("?", "yellow"))
                mark = Text(sign, style=colour)
            seconds = f"{step.elapsed:.1f} s" if step.started is not None else ""
            table.add_row(mark, escape(step.name), seconds, Text(step.detail))
        return Group(Text(self._title, style="bold"), table)


def progress_words(event: dict[str, object]) -> str:
    """What a `progress` event says, in words: pages, records, records a second, bytes."""

    def number(key: str) -> float:
        value = event.get(key)
        return float(value) if isinstance(value, int | float) else 0.0

    words = []
    if pages := number("pages"):
        total = f"/{number('pages_total'):,.0f}" if number("pages_total") else ""
        words.append(f"page {pages:,.0f}{total}")
    total = f" of {number('records_total'):,.0f}" if number("records_total") else ""
    words.append(f"{number('records'):,.0f}{total} records")
    if seconds := number("seconds"):
        words.append(f"{number('records') / seconds:,.0f} records/s")
    if size := number("bytes"):
        words.append(size_words(size))
    return ", ".join(words)


def size_words(size: float) -> str:
    """A number of bytes in words, decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:,.0f} {unit}" if unit == "B" else f"{size:,.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"
