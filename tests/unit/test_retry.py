"""What the attempts at a page end in."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from elt.errors import SourceError, SourceInvalidError, SourceUnavailableError
from elt.http.retry import Attempts, Fault, Kind


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, in seconds, which goes by when the test says so."""
    now = [0.0]
    monkeypatch.setattr("elt.http.retry.time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def ended(clock: list[float], *faults: Fault, patience: float = 600) -> tuple[SourceError, int]:
    """The error that these faults, of which the last one stays, end in; attempts made."""
    attempts = Attempts(patience)
    left = list(faults)
    for made in range(1, 1000):
        try:
            clock[0] += attempts.pause_after(left.pop(0) if len(left) > 1 else left[0], "page 1")
        except SourceError as error:
            return error, made
    raise AssertionError("never given up")


def test_an_outage_is_waited_for_until_patience_ends(clock: list[float]) -> None:
    error, made = ended(clock, Fault("503", Kind.LATER))
    assert type(error) is SourceUnavailableError
    assert clock[0] == pytest.approx(600)
    assert 10 <= made <= 30


def test_what_is_wrong_three_times_is_final(clock: list[float]) -> None:
    error, made = ended(clock, Fault("not JSON", Kind.INVALID))
    assert (type(error), made) == (SourceInvalidError, 3)
    error, made = ended(clock, Fault("an error", Kind.CONTENT))
    assert (type(error), made) == (SourceError, 3)


def test_a_wrong_page_at_the_end_of_an_outage_is_not_final(clock: list[float]) -> None:
    """A maintenance page with status 200, when patience is over: nobody has asked three times."""
    outage = [Fault("503", Kind.LATER, after=599), Fault("503", Kind.LATER, after=1)]
    error, made = ended(clock, *outage, Fault("not JSON", Kind.INVALID))
    assert (type(error), made) == (SourceError, 3)


def test_a_wait_beyond_patience_is_not_begun(clock: list[float]) -> None:
    error, made = ended(clock, Fault("429", Kind.LATER, after=601))
    assert isinstance(error, SourceUnavailableError)
    assert (error.after, made, clock[0]) == (601, 1, 0)
    assert "ELT_FETCH_PATIENCE lets it wait 600 s" in str(error)
