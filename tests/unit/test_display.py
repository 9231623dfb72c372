"""What the screen says of a step that waits, or is tried again."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
from rich.console import Console

from elt.local.display import Display

WHY = "it answered 429 Too Many Requests; it asks to wait 300 s; it says: 'ease up'"


@pytest.fixture
def screen() -> io.StringIO:
    return io.StringIO()


def in_seconds(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def plain(screen: io.StringIO) -> Display:
    return Display(Console(file=screen, width=400))


def test_a_wait_is_said_at_once_with_its_end_and_its_cause(screen: io.StringIO) -> None:
    display = plain(screen)
    display.update("extract", "running")
    display.progress("extract", {"step": "wait", "until": in_seconds(272.4), "why": WHY})
    end = datetime.now(UTC) + timedelta(seconds=272.4)
    (line,) = screen.getvalue().splitlines()
    assert line == f"  extract: waiting until {end:%H:%M:%S} UTC (4 min 32 s left): {WHY}"
    display.progress("extract", {"step": "fetch", "records": 5})
    display.update("extract", "success")
    assert "waiting" not in screen.getvalue().splitlines()[-1]


def test_a_short_wait_is_no_line(screen: io.StringIO) -> None:
    display = plain(screen)
    display.update("extract", "running")
    display.progress("extract", {"step": "wait", "until": in_seconds(0.5), "why": WHY})
    assert screen.getvalue() == ""


def test_the_seconds_of_a_failure_are_not_those_until_the_next_attempt(screen: io.StringIO) -> None:
    display = plain(screen)
    display.update("extract", "running")
    display.progress("extract", {"step": "retry", "until": in_seconds(30.4)})
    display.update("extract", "up_for_retry", "no connection")
    (line,) = screen.getvalue().splitlines()
    assert line.startswith("  extract: failed after 0.0 s (will be tried again at ")
    assert line.endswith(" UTC (30 s left): no connection)")
    display.update("extract", "running")
    display.update("extract", "failed", "still none")
    assert screen.getvalue().splitlines()[-1] == "  extract: failed after 0.0 s (still none)"


def test_a_terminal_counts_down(screen: io.StringIO) -> None:
    console = Console(file=screen, width=120, height=10, force_terminal=True)
    display = Display(console)
    with display.showing("a run"):
        display.update("extract", "running")
        display.progress("extract", {"step": "wait", "until": in_seconds(60.4), "why": WHY})
        with console.capture() as first:
            console.print(display._render())
        display.progress("extract", {"step": "wait", "until": in_seconds(2.4), "why": WHY})
        with console.capture() as later:
            console.print(display._render())
    assert "1 min 0 s left" in first.get()
    assert "2 s left" in later.get()
