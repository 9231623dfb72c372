"""When a response says to come back, in the headers of many vendors."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from elt.http.rate_headers import says_later, seconds_to_wait

MANY = "9" * 20


def fill(headers: dict[str, str]) -> dict[str, str]:
    """The headers, with moments of in half a minute and in an hour."""
    at = time.time() + 31
    moments = {
        "EPOCH": str(int(at)),
        "MILLISECONDS": str(int(at * 1000)),
        "DATE": formatdate(at, usegmt=True),
        "MOMENT": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)),
        "IN_AN_HOUR": str(int(at + 3600)),
    }
    return {name: moments.get(value, value) for name, value in headers.items()}


WAITS = {
    "seconds": {"Retry-After": "30"},
    "a fraction": {"retry-after": "30.5"},
    "a date": {"Retry-After": "DATE"},
    "milliseconds": {"retry-after-ms": "30500", "Retry-After": "31"},
    "of Azure": {"x-ms-retry-after-ms": "30500"},
    "before a reset": {"Retry-After": "30", "X-RateLimit-Reset": "900"},
    "epoch": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "EPOCH"},
    "epoch in milliseconds": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "MILLISECONDS"},
    "seconds from now": {"RateLimit-Remaining": "0", "RateLimit-Reset": "30"},
    "of Twitter": {"x-rate-limit-remaining": "0", "x-rate-limit-reset": "EPOCH"},
    "after": {"X-RateLimit-Reset-After": "30.2", "X-RateLimit-Reset": "EPOCH"},
    "a moment": {"X-RateLimit-Reset": "MOMENT"},
    "a duration": {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "0m30s"},
    "the window that is used up": {
        "x-ratelimit-remaining-minute": "0",
        "x-ratelimit-reset-minute": "30",
        "x-ratelimit-remaining-day": "800",
        "x-ratelimit-reset-day": "4000",
    },
    "the later one": {
        "x-ratelimit-remaining-second": "0",
        "x-ratelimit-reset-second": "1",
        "x-ratelimit-remaining-minute": "0",
        "x-ratelimit-reset-minute": "30",
    },
    "of the draft": {"RateLimit": '"burst";r=0;t=30, "day";r=9;t=4000'},
    "of an earlier draft": {"RateLimit": "limit=100, remaining=0, reset=30"},
    "another spelling": {"X-RateLimit-Remaining": "0", "RateLimit-Reset": "30"},
    "passed, and a reset": {"Retry-After": "0", "RateLimit-Reset": "30"},
}


@pytest.mark.parametrize("headers", WAITS.values(), ids=WAITS)
def test_it_says_how_long(headers: dict[str, str]) -> None:
    assert seconds_to_wait(fill(headers)) == pytest.approx(30.5, abs=1.5)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry-After": "soon"},
        {"Retry-After": "-5"},
        {"Retry-After": "0"},
        {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"},
        {"X-RateLimit-Remaining": "0"},
        {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1000000001"},
        {"X-RateLimit-Reset": "never"},
        {"X-RateLimit-Reset": "NaN"},
        # A 502 of a source whose quota is nearly full has nothing to do with it.
        {"X-RateLimit-Remaining": "4999", "X-RateLimit-Reset": "IN_AN_HOUR"},
        {"RateLimit": '"day";r=9;t=4000'},
    ],
)
def test_it_says_nothing(headers: dict[str, str]) -> None:
    assert seconds_to_wait(fill(headers)) is None


@pytest.mark.parametrize(
    "headers",
    [{"Retry-After": MANY}, {"X-RateLimit-Reset": MANY}, {"retry-after-ms": MANY}],
)
def test_an_absurd_wait_is_longer_than_any_patience(headers: dict[str, str]) -> None:
    assert (seconds_to_wait(headers) or 0) > 10 * 365 * 86_400


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": "1"},
        {"Retry-After": "Sun, 06 Nov 1994 08:49:37 GMT"},
        {"x-ms-retry-after-ms": "20"},
        {"X-RateLimit-Remaining": "0"},
        {"x-rate-limit-remaining": " 0 "},
        {"RateLimit-Remaining": "500;w=60, 0;w=1"},
        {"X-HubSpot-RateLimit-Remaining": "0"},
        {"RateLimit": '"default, r=1";r=0;t=30'},
    ],
)
def test_a_refusal_that_is_a_rate_limit(headers: dict[str, str]) -> None:
    assert says_later(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Retry-After": ""},
        {"Retry-After": "never"},
        {"X-RateLimit-Remaining": "58"},
        {"X-RateLimit-Remaining": "-1"},
        {"X-RateLimit-Remaining": "none"},
        {"X-RateLimit-Limit": "0", "X-RateLimit-Reset": "60"},
        {"RateLimit": '"r=0";r=10;t=30'},
    ],
)
def test_a_refusal_that_is_none(headers: dict[str, str]) -> None:
    assert not says_later(headers)


@settings(deadline=2000)
@given(
    st.dictionaries(
        st.sampled_from(
            [
                "Retry-After",
                "retry-after-ms",
                "RateLimit",
                "X-RateLimit-Remaining",
                "x-ratelimit-reset",
            ]
        ),
        st.one_of(st.text(st.characters(max_codepoint=255)), st.text("0123456789.dhms;=,rt -:TZ")),
    )
)
def test_whatever_the_headers_say_is_no_crash(headers: dict[str, str]) -> None:
    says_later(headers)
    waits = seconds_to_wait(headers)
    assert waits is None or waits > 0
