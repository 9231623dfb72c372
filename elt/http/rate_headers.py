"""What the headers of a response say of a rate limit: whether it is one, and when it is over.

No header is common to all: there is ``Retry-After`` (RFC 9110), ``RateLimit`` and ``RateLimit-*``
of the IETF's drafts, and ``X-RateLimit-*`` in as many spellings as there are vendors. A header
counts by the words in its name; a reset belongs to the remaining quota of the same spelling.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_IN_MILLISECONDS = ("retry-after-ms", "x-ms-retry-after-ms")
_REMAINING = re.compile(r"rate-?limit.*remaining")
_RESET = re.compile(r"rate-?limit.*reset")
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{0,20})?")
_DURATION = re.compile(
    r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:([\d.]{1,20})s)?(?:(\d{1,9})ms)?"
)
_IN_RATELIMIT = re.compile(r"[;,\s]\s*(r|t|remaining|reset)\s*=\s*([0-9]{1,20})", re.IGNORECASE)
_COUNT = re.compile(r"(?:^|,)\s*([0-9]{1,18})(?:\.0*)?\s*(?=[,;]|$)")
_EPOCH = 1e9
"""A greater number is a moment, in seconds since 1970, and no number of seconds from now: it would
be 31 years."""
_MILLISECONDS = 1e11
"""A greater number is such a moment in milliseconds, or in smaller units yet."""


def says_later(headers: Mapping[str, str]) -> bool:
    """Whether a refusal, 403, is a rate limit: it names a time to come back, or the quota is empty.

    >>> says_later({"X-RateLimit-Remaining": "0"}), says_later({"X-RateLimit-Remaining": "7"})
    (True, False)
    """
    return _retry_after(headers) is not None or any(left == 0 for _, left, _ in _quotas(headers))


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """Seconds that a response which says "later" asks to wait.

    As Retry-After says; else until the quotas that are empty are filled again, all of them; else,
    where none says how much is left, as the reset says. None where nothing is said, or a moment
    that has passed: then the pauses are ours, and grow.

    >>> seconds_to_wait({"Retry-After": "20", "X-RateLimit-Reset": "50"})
    20.0
    """
    asked = _retry_after(headers)
    if not asked or asked < 0:
        quotas = list(_quotas(headers))
        empty = [reset for _, left, reset in quotas if left == 0]
        known = [reset for reset in empty if reset is not None]
        if not known and (empty or all(left is None for _, left, _ in quotas)):
            known = [reset for _, left, reset in quotas if left is None and reset is not None]
        asked = max(known, default=None)
    return asked if asked is not None and asked > 0 else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    for name, value in headers.items():
        if name.lower() in _IN_MILLISECONDS and _NUMBER.fullmatch(value.strip()):
            return float(value) / 1000
    value = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return _seconds(value)


def _quotas(headers: Mapping[str, str]) -> Iterator[tuple[str, int | None, float | None]]:
    """Spelling, what is left, and seconds until it is filled again, of each quota."""
    small = {name.lower(): value for name, value in headers.items()}
    for part in _parts(small.get("ratelimit", "")):
        said = {name.lower()[:3]: int(value) for name, value in _IN_RATELIMIT.findall(f";{part}")}
        reset = said.get("t", said.get("res"))
        yield "ratelimit", said.get("r", said.get("rem")), None if reset is None else float(reset)
    taken: set[str] = set()
    for name, value in small.items():
        if not _REMAINING.search(name):
            continue
        reset_name = name.replace("remaining", "reset")
        resets = (f"{reset_name}-after", reset_name)
        taken.update(resets)
        wait = next(filter(None, (_seconds(small.get(one, "")) for one in resets)), None)
        # Several windows may be in one, "500, 0", with their lengths, "500;w=60".
        yield name, min(map(int, _COUNT.findall(value)), default=None), wait
    for name, value in small.items():
        if _RESET.search(name) and name not in taken:
            yield name, None, _seconds(value)


def _parts(header: str) -> list[str]:
    """The items of ``RateLimit``: ``"burst";r=0;t=30, "day";r=9``, or, once, ``remaining=0, …``."""
    header = re.sub(r'"[^"]*"', "", header)
    return header.split(",") if ";" in header else [header] if header else []


def _seconds(value: str) -> float | None:
    """Seconds from now: a number of them, a moment since 1970, a date, or a duration, ``6m0s``."""
    value = value.strip()
    if _NUMBER.fullmatch(value):
        number = float(value)
        while number > _MILLISECONDS:
            number /= 1000
        return number if number < _EPOCH else number - datetime.now(UTC).timestamp()
    if value and (match := _DURATION.fullmatch(value)):
        try:
            days, hours, minutes, seconds, thousandths = (
                float(part or 0) for part in match.groups()
            )
        except ValueError:
            return None
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds + thousandths / 1000
    return _seconds_until(value)


def _seconds_until(value: str) -> float | None:
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(value)
            aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (aware - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError, OverflowError):
            continue
    return None
