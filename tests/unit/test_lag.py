"""How far back an incremental load asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from elt.source import Incremental, Source
from elt.source.lag import Lag, LagError, moved_back

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("cursor", "lag", "moved"),
    [
        ("2026-11-22T10:00:00Z", HOUR, "2026-11-22T09:00:00Z"),
        ("2026-11-22T00:30:00+02:00", HOUR, "2026-11-21T23:30:00+02:00"),
        ("2026-11-22T10:00:00-0500", HOUR, "2026-11-22T09:00:00-0500"),
        ("2026-11-22T10:00:00", HOUR, "2026-11-22T09:00:00"),
        ("2026-11-22 10:00:00.250", HOUR, "2026-11-22 09:00:00.250"),
        ("2026-11-22T10:00:00,5z", HOUR, "2026-11-22T09:00:00,5z"),
        ("2026-11-22T10:00:00.123456789Z", HOUR, "2026-11-22T09:00:00.123456789Z"),
        ("2026-11-22T10:00Z", HOUR, "2026-11-22T09:00Z"),
        ("2026-03-01", timedelta(days=1), "2026-02-28"),
        # What the form cannot say is rounded down: rather too much than too little.
        ("2026-11-22", HOUR, "2026-11-21"),
        ("2026-11-22T10:00Z", timedelta(seconds=1), "2026-11-22T09:59Z"),
        ("2026-11-22T10:00:00.5Z", timedelta(milliseconds=1), "2026-11-22T10:00:00.4Z"),
        ("1795680000", HOUR, "1795676400"),
        ("1795680000.25", HOUR, "1795676400.25"),
        ("1795680000123", HOUR, "1795676400123"),
        ("1795680000123456", HOUR, "1795676400123456"),
        ("1795680000123456789", HOUR, "1795676400123456789"),
        ("1795680000", timedelta(milliseconds=1), "1795679999"),
        ("500", 100, "400"),
        ("500", 0.5, "499"),
        ("12.50", 0.25, "12.25"),
        ("50", 100, "0"),
        ("-50", 100, "-150"),
        ("1.5e3", 1, "1499"),
        ("123456789012345678901234567890", 1, "123456789012345678901234567889"),
    ],
)
def test_the_form_stays(cursor: str, lag: Lag, moved: str) -> None:
    assert moved_back(cursor, lag) == moved


@pytest.mark.parametrize(
    ("cursor", "lag", "said"),
    [
        ("ord_000123", 5, "'ord_000123' is neither a moment of ISO 8601 nor a number"),
        ("ord_000123", HOUR, "neither a moment"),
        ("Sun, 22 Nov 2026 10:00:00 GMT", HOUR, "neither a moment"),
        ("20261122T100000Z", HOUR, "neither a moment"),
        ("", HOUR, "neither a moment"),
        ("2026-11-22", 5, "is a moment, and the lag a number: declare a timedelta"),
        # A number that is a date or an id to whoever made it.
        ("20261122", HOUR, "no moment since 1970, and the lag a timedelta: declare a number"),
        ("20261122100000", HOUR, "no moment since 1970"),
        ("202611221000", HOUR, "no moment since 1970"),
        ("12345", HOUR, "no moment since 1970"),
        ("2026-13-22", HOUR, "is no moment"),
        ("0001-01-01", HOUR, "is no moment"),
        ("2026-11-22T25:00:00Z", HOUR, "is no moment"),
    ],
)
def test_what_has_no_lag_is_named(cursor: str, lag: Lag, said: str) -> None:
    with pytest.raises(LagError, match=said):
        moved_back(cursor, lag)


@pytest.mark.parametrize(
    ("cursor", "earliest", "moved"),
    [
        ("2026-11-22T10:00:00Z", "2026-11-22T09:30:00Z", "2026-11-22T09:30:00Z"),
        ("2026-11-22T10:00:00Z", "2026-11-22T10:30:00+02:00", "2026-11-22T09:00:00Z"),
        ("2026-11-22T00:10:00Z", "2026-11-22", "2026-11-22"),
        ("2026-11-22T10:00:00Z", "2020-01-01", "2026-11-22T09:00:00Z"),
    ],
)
def test_it_is_not_before_the_beginning(cursor: str, earliest: str, moved: str) -> None:
    assert moved_back(cursor, HOUR, earliest) == moved
    assert moved_back("70", 50, "30") == "30"
    assert moved_back("70", 50, "9") == "20"


YEARS = (datetime(1980, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - Hypothesis wants it so


@settings(deadline=2000)
@given(
    st.datetimes(*YEARS, timezones=st.timezones()),
    st.timedeltas(timedelta(microseconds=1), timedelta(days=2000)),
)
def test_a_moment_is_moved_by_the_lag(moment: datetime, lag: timedelta) -> None:
    moment = datetime.fromisoformat(moment.isoformat())
    text = moved_back(moment.isoformat(timespec="microseconds"), lag)
    assert datetime.fromisoformat(text) == moment.astimezone(UTC) - lag


@settings(deadline=2000)
@given(st.decimals(0, 10**20, places=4), st.integers(1, 10**12))
def test_a_number_is_moved_by_the_lag(number: Decimal, lag: int) -> None:
    assert Decimal(moved_back(f"{number:f}", lag)) == max(number - lag, 0)


def declare(key: str | tuple[str, ...] = "id", **changes: Any) -> Source:
    incremental = Incremental(**{"cursor_path": "at", "cursor_param": "since", **changes})
    return Source(
        name="shop", entity="orders", conn_id="a", endpoint="/", key=key, incremental=incremental
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lag": timedelta()}, "greater than 0"),
        ({"lag": -HOUR}, "greater than 0"),
        ({"lag": 0}, "greater than 0"),
        ({"lag": True}, "lag"),
        ({"lag": float("inf")}, "finite number"),
        ({"lag": "1 hour"}, "lag"),
        ({"lag": HOUR, "initial": "first"}, "'first' is neither a moment of ISO 8601 nor a number"),
        ({"lag": 5, "initial": "2026-01-01"}, "declare a timedelta"),
        ({"lag": HOUR, "initial": "12"}, "declare a number"),
        ({"lag": HOUR, "key": ()}, "with a lag records come again, so they need a key"),
    ],
)
def test_a_lag_that_makes_nonsense_is_refused_when_it_is_declared(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        declare(**changes)


def test_a_lag_keeps_its_kind() -> None:
    for lag in (HOUR, 5, 0.5):
        incremental = declare(lag=lag).incremental
        assert incremental is not None
        assert incremental.lag == lag
        assert type(incremental.lag) is type(lag)
