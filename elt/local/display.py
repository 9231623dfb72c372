"""What `elt run` and `elt up` show while they work: live on a terminal, line by line elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.text import Text

from elt.stack.words import size_words

_PLAIN_SECONDS = 5.0
_PLAIN_WAIT = 2.0
"""Seconds of a wait that is worth a line of its own."""
_NAME_WIDTH = 52
_SECONDS_WIDTH = 8

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
_PHASES = {"fetch": "fetched", "land": "landed"}
_WORDS = {
    "success": "done",
    "up_for_retry": "failed",
    "upstream_failed": "not run",
}


@dataclass
class Step:
    """One line of the display."""

    name: str
    state: str = "waiting"
    started: float | None = None
    seconds: float = 0.0
    details: dict[str, str] = field(default_factory=dict)
    """What it says of its progress, the last words of each phase."""
    until: datetime | None = None
    """When a wait that it has told of ends, or its next attempt begins."""
    said: float = field(default=0.0, repr=False)

    @property
    def detail(self) -> str:
        """The last words of the phase at work; of all phases once it has ended."""
        words = list(self.details.values())
        said = "; ".join(words if self.state in _ENDED else words[-1:])
        if self.until is None or self.state in _ENDED:
            return said
        begins = "waiting until" if self.state == "running" else "will be tried again at"
        return f"{begins} {until_words(self.until)}: {said}"

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
        self._ended = False

    @contextmanager
    def showing(self, title: str) -> Iterator[None]:
        """Show the steps until the block ends; the finished lines stay."""
        self._title = title
        self._steps = {}
        if not self._console.is_terminal:
            self._console.print(title, markup=False, highlight=False)
            yield
            return
        self._ended = False
        self._live = Live(
            get_renderable=self._render,
            console=self._console,
            refresh_per_second=8,
        )
        try:
            with self._live:
                yield
                self._ended = True
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

    def note(self, line: str) -> None:
        """Print a line that stays, above the steps that are shown."""
        self._print(line)

    def expect(self, names: Sequence[str]) -> None:
        """Show the steps that are to come, in this order."""
        for name in names:
            self._steps.setdefault(name, Step(name))

    def update(self, name: str, state: str, detail: str | None = None) -> None:
        """Set the state of a step, one of Airflow's task states."""
        step = self._steps.setdefault(name, Step(name))
        if step.state == state:
            return
        now = time.monotonic()
        if state == "running":
            step.started = step.said = now
            step.details = {}
        elif step.state == "running" and step.started is not None:
            step.seconds = now - step.started
        if state != "up_for_retry":
            step.until = None
        step.state = state
        if state in _ENDED:
            # What it waited for in between, and lines of its log.
            for passing in ("wait", "log"):
                step.details.pop(passing, None)
        if detail is not None:
            step.details = {"": detail}
        if self._live is None and state in {*_ENDED, "up_for_retry"}:
            self._say(step)

    def progress(self, name: str, event: Mapping[str, object]) -> None:
        """Show what a running step says of its progress, as `progress_words` has it.

        A wait, and when a task that has just failed is tried again, are shown with their end.
        """
        step = self._steps.setdefault(name, Step(name, "running", time.monotonic()))
        phase = str(event.get("step", ""))
        step.details.pop("wait", None)
        step.until = datetime.fromisoformat(str(event["until"])) if "until" in event else None
        if phase == "retry":
            return  # the failure itself follows
        step.details[phase] = str(event.get("why")) if step.until else progress_words(event)
        now = time.monotonic()
        is_long = step.until is not None and _seconds_to(step.until) >= _PLAIN_WAIT
        if self._live is None and (is_long or now - step.said >= _PLAIN_SECONDS):
            step.said = now
            self._print(f"  {name}: {step.detail}")

    def says(self, name: str, words: str) -> None:
        """Show the last words of a step at work; elsewhere than on a terminal, each once."""
        step = self._steps.setdefault(name, Step(name, "running", time.monotonic()))
        if step.details == {"log": words}:
            return
        step.details = {"log": words}
        if self._live is None:
            self._print(f"  {name}: {words}")

    def _say(self, step: Step) -> None:
        word = _WORDS.get(step.state, step.state.replace("_", " "))
        which = "in" if step.state == "success" else "after"
        seconds = f" {which} {step.seconds:.1f} s" if step.started is not None else ""
        detail = f" ({step.detail})" if step.detail else ""
        self._print(f"  {step.name}: {word}{seconds}{detail}")

    def _print(self, line: str) -> None:
        self._console.print(line, markup=False, highlight=False, soft_wrap=True)

    def _render(self) -> RenderableType:
        steps = list(self._steps.values())
        if self._ended:
            shown = [line for step in steps for line in self._lines(step)]
        else:
            shown = self._window(steps, self._console.size.height - 2)
        return Group(Text(self._title, style="bold"), *shown)

    def _window(self, steps: Sequence[Step], height: int) -> list[RenderableType]:
        """As many lines as fit: the first and the last give way to the steps at work."""
        done: list[Step] = []
        coming: list[Step] = []
        kept = list(steps)
        while True:
            lines = [line for step in kept for line in self._lines(step)]
            if done:
                lines.insert(0, Text(f"  … {len(done)} steps done", style="bright_black"))
            if coming:
                lines.append(Text(f"  … {len(coming)} steps to come", style="bright_black"))
            if len(lines) <= height:
                return lines
            first = next((step for step in kept if step.state == "success"), None)
            if first is not None:
                kept.remove(first)
                done.append(first)
            elif kept and kept[-1].state == "waiting":
                coming.append(kept.pop())
            else:
                return lines

    def _lines(self, step: Step) -> list[RenderableType]:
        """A step's line, and one below it for what it says."""
        if step.state == "running":
            mark = Spinner("dots", style="cyan").render(time.monotonic())
            line = mark if isinstance(mark, Text) else Text("*")
        else:
            sign, colour = _MARKS.get(step.state, ("?", "yellow"))
            line = Text(sign, style=colour)
        width = max(10, min(_NAME_WIDTH, self._console.width - _SECONDS_WIDTH - 4))
        name = Text(f" {step.name}")
        name.truncate(width, overflow="ellipsis", pad=True)
        seconds = f"{step.elapsed:.1f} s" if step.started is not None else ""
        full = Text.assemble(line, name, f"{seconds:>{_SECONDS_WIDTH}}", no_wrap=True)
        if not step.detail:
            return [full]
        detail = Text(f"    {step.detail}", style="bright_black", no_wrap=True, overflow="ellipsis")
        return [full, detail]


def until_words(until: datetime) -> str:
    """A moment that is waited for: its time of day, UTC, and how long it is until then."""
    left = round(_seconds_to(until))
    span = f"{left // 60} min {left % 60} s" if left >= 60 else f"{left} s"
    return f"{until.astimezone(UTC):%H:%M:%S} UTC ({span} left)"


def _seconds_to(moment: datetime) -> float:
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def progress_words(event: Mapping[str, object]) -> str:
    """What a `progress` event says, in words: pages, records, bytes, records a second."""

    def number(key: str) -> float:
        value = event.get(key)
        return float(value) if isinstance(value, int | float) else 0.0

    words = []
    total = f" of {number('records_total'):,.0f}" if number("records_total") else ""
    words.append(f"{number('records'):,.0f}{total} records")
    if pages := number("pages"):
        total = f" of {number('pages_total'):,.0f}" if number("pages_total") else ""
        words.append(f"page {pages:,.0f}{total}")
    if size := number("bytes"):
        words.append(size_words(size))
    if seconds := number("seconds"):
        words.append(f"{number('records') / seconds:,.0f} records/s")
    return " ".join(filter(None, [_PHASES.get(str(event.get("step"))), ", ".join(words)]))
