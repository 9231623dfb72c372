"""Dates in a URL become templates, which give the same URL for a run of that day."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import jinja2
import pytest
from airflow.sdk.execution_time import macros

from elt.pipeline import _macros
from elt.scaffold.infer.dates import TEMPLATE, Dated, dated
from elt.source import Source


def rendered(found: Dated, text: str, day: str) -> str:
    """A template as Airflow renders it in a run of ``day``."""
    source = Source(name="s", entity="e", conn_id="c", endpoint="/", period=found.period)
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
    run = SimpleNamespace(logical_date=moment, run_after=moment)
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined)
    return environment.from_string(text).render(dag_run=run, macros=macros, **_macros(source))


@pytest.mark.parametrize(
    "value",
    [
        "2025-04-25",
        "25/04/2025",
        "04/25/2025",
        "25.04.2025",
        "5.4.2025",
        "2025-4-25",
        "2025/4/25",
        "25-Apr-2025",
        "25 April 2025",
        "05.04.2025",
        "2025/04/25",
        "20250425",
        "2025-04-25T00:00:00Z",
        "2025-04-25T00:00:00.000+00:00",
        "2025-04-25 00:00",
        "20250425T000000Z",
        "1745539200",
        "1745539200000",
        "eq:2025-04-25",
        "123-2025-04-25",
    ],
)
def test_a_date_in_any_form_is_that_of_the_run(value: str) -> None:
    day = "2025-04-05" if "5.4." in value or "05.04" in value else "2025-04-25"
    found = dated("/rates", {"date_req": value, "q": "usd"})
    assert found.params["q"] == "usd"
    text = found.params["date_req"]
    assert TEMPLATE.search(text)
    assert rendered(found, text, day) == value
    assert rendered(found, text, "2026-11-03") != value
    assert found.period == "day"
    (note,) = found.notes
    assert "'date_req'" in note
    assert "month first" not in note


@pytest.mark.parametrize(
    ("params", "period", "day"),
    [
        ({"from": "2025-04-05", "to": "2025-04-06"}, "day", "2025-04-05"),
        ({"to": "2025-04-06", "from": "2025-04-05"}, "day", "2025-04-05"),
        ({"from": "2025-04-05", "to": "2025-04-05"}, "day", "2025-04-05"),
        (
            {"start": "2025-04-05T00:00:00Z", "end": "2025-04-05T23:59:59Z"},
            "day",
            "2025-04-05",
        ),
        ({"q": "date ge 2025-04-05 and date lt 2025-04-06"}, "day", "2025-04-05"),
        ({"from": "1743811200", "to": "1743897600"}, "day", "2025-04-05"),
        ({"until": "2025-04-06"}, "day", "2025-04-05"),
        ({"date_req1": "24/04/2025", "date_req2": "25/04/2025"}, "day", "2025-04-24"),
        ({"year": "2025", "month": "4", "day": "5"}, "day", "2025-04-05"),
        ({"month": "2025-04"}, "month", "2025-04-17"),
        ({"month": "04/2025"}, "month", "2025-04-17"),
        ({"from": "2025-04-01", "to": "2025-05-01"}, "month", "2025-04-17"),
        ({"from": "2024-02-01", "to": "2024-02-29"}, "month", "2024-02-10"),
        ({"from": "01.04.2025", "to": "30.04.2025"}, "month", "2025-04-17"),
        ({"from": "2024-12", "to": "2025-01"}, "month", "2024-12-31"),
        ({"year": "2025", "month": "04"}, "month", "2025-04-17"),
    ],
)
def test_a_range_is_that_of_the_run(params: dict[str, str], period: str, day: str) -> None:
    found = dated("/rates", params)
    assert found.period == period
    assert found.names == params.keys()
    assert {name: rendered(found, text, day) for name, text in found.params.items()} == params


@pytest.mark.parametrize(
    "path",
    [
        "/2025-04-05",
        "/rates/2025-04-05.json",
        "/rates/20250405/all",
        "/2025/04/05/rates",
        "/v1/2025-04-05..2025-04-06",
        "/months/2025-04/rates",
    ],
)
def test_dates_in_the_path(path: str) -> None:
    found = dated(path, {})
    assert rendered(found, found.endpoint, "2025-04-05") == path
    assert "2025" not in found.endpoint
    assert found.notes


def test_an_order_of_day_and_month_that_is_not_sure_is_said() -> None:
    found = dated("/x", {"date_req": "05/04/2025"})
    assert found.params == {"date_req": "{{ period(dag_run, '%d/%m/%Y') }}"}
    assert "day before month (05 April 2025)" in found.notes[0]
    assert "'%m/%d/%Y'" in found.notes[0]


def test_another_date_shows_the_order() -> None:
    found = dated("/x", {"from": "04/05/2025", "to": "04/25/2025"})
    assert found.params["from"] == "{{ period(dag_run, '%m/%d/%Y') }}"
    assert "month first" not in " ".join(found.notes)
    # Twenty days became one, which is said, too.
    assert "20 days" in " ".join(found.notes)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("/admin/api/2024-10/orders", {}),
        ("/x", {"api-version": "2024-02-01"}),
        ("/x", {"v": "20240201"}),
        ("/x", {"order": "20250405"}),
        ("/x", {"year": "2025"}),
        ("/x", {"date": "05/04/25"}),
        ("/x", {"week": "2025-W14"}),
        ("/x", {"quarter": "2025Q2"}),
    ],
)
def test_what_stays_though_it_looks_like_a_date_is_said(path: str, params: dict[str, str]) -> None:
    found = dated(path, params)
    assert (found.endpoint, found.params, found.names) == (path, params, frozenset())
    assert len(found.notes) == 1


@pytest.mark.parametrize(
    "value",
    ["", "usd", "7", "1745539200", "2025-13-01", "31.02.2025", "192.168.10.2025"],
)
def test_what_is_no_date_stays(value: str) -> None:
    found = dated("/v2/things/17", {"q": value})
    assert found.params == {"q": value}
    assert found.notes == ()


def test_the_time_of_day_stays_and_is_said() -> None:
    found = dated("/x", {"at": "2025-04-05T10:30:00Z"})
    assert found.params["at"] == "{{ period(dag_run) }}T10:30:00Z"
    assert "10:30" in found.notes[0]


def test_a_range_without_an_end_is_said() -> None:
    (note,) = dated("/x", {"updated_since": "2025-04-05"}).notes
    assert "names no end" in note
    assert "names no end" not in " ".join(dated("/x", {"on": "2025-04-05"}).notes)
