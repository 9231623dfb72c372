"""The declaration of a source: what is refused, and what follows from it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from elt.source import PageNumber, Source

PAGES = PageNumber(page="page", size="results", most=1000)


def declare(**changes: Any) -> Source:
    fields: dict[str, Any] = {
        "name": "randomuser",
        "entity": "users",
        "conn_id": "randomuser_api",
        "endpoint": "/api/1.4/",
        "records": "results",
        "pagination": PAGES,
    }
    return Source(**(fields | changes))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Random User"}, "name"),
        ({"name": "a; drop table users"}, "name"),
        ({"entity": ""}, "entity"),
        ({"endpoint": "api"}, "endpoint"),
        ({"endpoint": "https://elsewhere.example/api"}, "endpoint"),
        ({"records": "a..b"}, "records"),
        ({"redact": ("login password",)}, "redact"),
        ({"concurrency": 0}, "concurrency"),
        ({"period": "week"}, "period"),
        ({"pagination": None}, "pagination"),
        ({"pasword": "x"}, "pasword"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        declare(**changes)
    assert field in {str(error["loc"][0]) for error in caught.value.errors()}


def test_a_name_that_postgresql_would_cut_is_refused() -> None:
    with pytest.raises(ValidationError, match="longer than 40"):
        declare(entity="u" * 40)


@pytest.mark.parametrize("limit", [1, 2, 999, 1000, 1001, 1999, 2000, 2001, 20_000, 123_457])
def test_pages_bring_exactly_what_is_wanted(limit: int) -> None:
    pages = list(PAGES.pages(limit))
    assert sum(page.wanted for page in pages) == limit
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert {page.asked for page in pages} == {int(pages[0].params["results"])}
    assert all(0 < page.wanted <= page.asked <= 1000 for page in pages)


MOMENT = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(timedelta(hours=-3)))


@pytest.mark.parametrize(
    ("grain", "start", "label"),
    [
        ("hour", datetime(2026, 11, 23, 2, tzinfo=UTC), "2026-11-23T02"),
        ("day", datetime(2026, 11, 23, tzinfo=UTC), "2026-11-23"),
        ("month", datetime(2026, 11, 1, tzinfo=UTC), "2026-11"),
    ],
)
def test_a_period_is_cut_in_utc(grain: str, start: datetime, label: str) -> None:
    source = declare(period=grain)
    assert source.period_start(MOMENT, datetime(2001, 1, 1, tzinfo=UTC)) == start
    assert source.period_label(start) == label


def test_a_run_without_logical_date_loads_the_period_it_was_due_in() -> None:
    assert declare().period_start(None, MOMENT) == datetime(2026, 11, 23, tzinfo=UTC)
