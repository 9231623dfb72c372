"""The cursor of an incremental source."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elt.errors import SourceError
from elt.extract.incremental import Greatest


def greatest(*values: Any, before: str | None = None, path: str = "at") -> str | None:
    """Of records with these values; a value that is bytes is the JSON text itself."""
    found = Greatest(path, "shop__orders", before)
    for value in values:  # a page each
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        found.add([b'{"id": 1, "at": %s}' % text])
    return found.value


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([1, 3, 2], "3"),
        ([9, 10], "10"),
        ([-5, -7], "-5"),
        ([2, 10.5, b"1.0e1"], "10.5"),
        ([b"1.10", b"1.09"], "1.10"),
        ([2**70, 2**70 + 1], str(2**70 + 1)),
        ([b"0.1234567890123456789", b"0.1234567890123456788"], "0.1234567890123456789"),
        (["b", "a"], "b"),
        (["é", "z"], "é"),
        (["10", "9"], "9"),
        (["\u0416", "😀"], "😀"),
        (["2026-11-22T10:00:00+02:00", "2026-11-22T09:00:00Z"], "2026-11-22T09:00:00Z"),
        (["2026-11-22T23:00:00-05:00", "2026-11-23T03:59:59Z"], "2026-11-22T23:00:00-05:00"),
        (["2026-11-22T10:00:00", "2026-11-22T10:00:00.000001Z"], "2026-11-22T10:00:00.000001Z"),
        (["2026-11-22", "2026-11-21T23:59:59Z"], "2026-11-22"),
        (["2026-11-22 10:00:00", "2026-11-22T11:00:00"], "2026-11-22T11:00:00"),
    ],
)
def test_the_greatest_value_as_it_was_sent(values: list[Any], found: str) -> None:
    assert greatest(*values) == found
    assert greatest(*reversed(values)) == found


def test_of_equal_values_the_first_stays() -> None:
    same = ["2026-11-22T10:00:00+02:00", "2026-11-22T08:00:00Z"]
    assert greatest(*same) == same[0]
    assert greatest(*reversed(same)) == same[1]


def test_deep_fields() -> None:
    found = Greatest("meta.updated.at", "shop__orders")
    found.add([b'{"meta": {"updated": {"at": 1}}}', b'{"meta": {"updated": {"at": 2}}}'])
    assert found.value == "2"


@pytest.mark.parametrize(
    ("before", "values", "found"),
    [
        (None, [], None),
        ("7", [], "7"),
        ("7", [1, 2], "7"),
        ("7", [8], "8"),
        ("10", [9], "10"),
        ("7.0", [7], "7"),
        ("2026-11-22T10:00:00Z", ["2026-11-22T11:30:00+02:00"], "2026-11-22T10:00:00Z"),
        ("2026-11-22T10:00:00Z", ["2026-11-22T12:30:00+02:00"], "2026-11-22T12:30:00+02:00"),
        ("2026-11-22", ["2026-11-21T10:00:00Z", "2026-11-20T10:00:00Z"], "2026-11-22"),
        ("b", ["a"], "b"),
        ("b", ["a", "c"], "c"),
    ],
)
def test_what_was_there_before_stays_unless_there_is_more(
    before: str | None, values: list[Any], found: str | None
) -> None:
    assert greatest(*values, before=before) == found


def test_what_was_before_of_another_kind_gives_way() -> None:
    """Whoever changes the declared field begins anew."""
    assert greatest(3, before="2026-11-22T10:00:00Z") == "3"
    assert greatest("2026-11-22", before="9") == "2026-11-22"


@pytest.mark.parametrize(
    "values",
    [[1, "1"], ["2026-11-22T10:00:00Z", 1], ["2026-11-22T10:00:00Z", "yesterday"], ["a", 2.5]],
)
def test_values_of_two_kinds_are_an_error(values: list[Any]) -> None:
    for those in (values, values[::-1]):
        with pytest.raises(
            SourceError, match=r"shop__orders: .*'at' is .* in one record and .* in"
        ):
            greatest(*those)


def test_text_that_could_be_a_moment_is_text_among_text() -> None:
    """Eight digits are a date of ISO 8601 if they make one, and often enough just a number."""
    assert greatest("20261122", "20269999", "10001301") == "20269999"
    assert greatest("20269999", "20261122") == "20269999"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "is missing in a record"),
        (True, "is neither text nor a number"),
        (b"false", "is neither text nor a number"),
        ([], "is neither text nor a number"),
        ([1], "is neither text nor a number"),
        ({"a": 1}, "is neither text nor a number"),
        ("", "is empty, or longer"),
        ("x" * 201, "is empty, or longer"),
        (b"1" * 201, "is neither text nor a number"),
    ],
)
def test_what_cannot_be_compared_is_an_error(value: Any, said: str) -> None:
    with pytest.raises(SourceError, match=f"'at' {said}.*; nothing was landed"):
        greatest(1 if not isinstance(value, str) else "a", value)


@pytest.mark.parametrize("record", [b"{}", b"1", b'"at"', b"null", b'[{"at": 1}]', b'{"at": {}}'])
def test_a_record_without_the_field_is_an_error(record: bytes) -> None:
    found = Greatest("at.x", "shop__orders")
    with pytest.raises(SourceError, match=r"'at\.x' is missing"):
        found.add([record])


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False, places=6), min_size=1))
def test_numbers_are_compared_as_numbers(numbers: list[Decimal]) -> None:
    found = greatest(*(f"{number:f}".encode() for number in numbers))
    assert found is not None
    assert Decimal(found) == max(numbers)


YEARS = (datetime(1900, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001 - Hypothesis wants it so


@given(
    st.lists(
        st.datetimes(*YEARS, timezones=st.timezones()),
        min_size=1,
        max_size=20,
    )
)
def test_moments_are_compared_as_moments(moments: list[datetime]) -> None:
    found = greatest(*(one.isoformat() for one in moments))
    assert found is not None
    assert datetime.fromisoformat(found) == max(one.astimezone(UTC) for one in moments)


@given(st.binary(max_size=60))
def test_any_text_is_a_cursor_or_a_source_error(text: bytes) -> None:
    found = Greatest("at", "shop__orders")
    try:
        found.add([b'{"at": %s}' % text])
    except SourceError as error:
        assert str(error)
    else:
        assert isinstance(found.value, str)
