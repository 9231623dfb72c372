"""Dates that a declaration fixes: remarked on where every run would load the same."""

from __future__ import annotations

import doctest
import logging
import re
from typing import Any

import pytest

from elt.airflow import triage
from elt.errors import DeclarationError
from elt.extract import fetch
from elt.source import Incremental, Source, fixed_dates, written_dates


def declared(**changes: Any) -> Source:
    fields = {"name": "bank", "entity": "rates", "conn_id": "c", "endpoint": "/rates"}
    return Source(**(fields | changes))


def test_the_examples_hold() -> None:
    assert doctest.testmod(written_dates).failed == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"params": {"date_req": "05/04/2025"}},
            "the parameter 'date_req' is the fixed date 05/04/2025, .*"
            r"\{\{ period\(dag_run, '%d/%m/%Y'\) \}\} instead",
        ),
        ({"params": {"on": "2025-04-05"}, "key": "id"}, "the fixed date 2025-04-05"),
        ({"params": {"from": "2025-04-05", "to": "2025-04-06"}}, "'from' is the fixed date"),
        ({"params": {"q": "day:2025-04-05T00:00:00Z"}}, "the fixed date 2025-04-05"),
        ({"params": {"day": "20250405"}}, "the fixed date 20250405"),
        ({"params": {"time": "1745539200"}}, "the fixed date 1745539200"),
        ({"params": {"to": "2025-04-05", "q": "{{ var.value.q }}"}}, "'to' is the fixed date"),
        ({"params": {"week": "2025-W14"}}, "'week' is 2025-W14, which may be a fixed date"),
        ({"params": {"d": "05/04/25"}}, "'d' is 05/04/25, which may be a fixed date"),
        ({"endpoint": "/rates/05.04.2025.xml"}, "the endpoint has the fixed date 05.04.2025"),
        ({"params": {"year": "2025", "month": "4"}}, "'year', 'month' are parts of a fixed date"),
    ],
)
def test_a_fixed_date_is_remarked_on(changes: dict[str, Any], said: str) -> None:
    assert re.search(said, " | ".join(fixed_dates.remarks(declared(**changes))))


@pytest.mark.parametrize(
    "changes",
    [
        {"params": {"date_req": "{{ period(dag_run, '%d/%m/%Y') }}"}},
        {"params": {"from": "2020-01-01", "to": "{{ period(dag_run) }}"}},
        {"params": {"since": "2020-01-01"}},
        {"params": {"api-version": "2024-10-01"}},
        {"params": {"page": "20250405", "q": "12-34"}},
        {"endpoint": "/api/2024-10/rates"},
        {
            "params": {"on": "2025-04-05"},
            "incremental": Incremental(
                cursor_path="at", cursor_param="since", initial="2020-01-01"
            ),
        },
    ],
)
def test_other_dates_and_what_grows_are_not(changes: dict[str, Any]) -> None:
    assert fixed_dates.remarks(declared(**changes)) == ()


def test_it_is_on_the_page_of_the_dag_and_in_the_log_of_each_load(
    caplog: pytest.LogCaptureFixture,
) -> None:
    source = declared(params={"date_req": "05/04/2025"})
    assert "**Note:** the parameter 'date_req' is the fixed date" in triage.notes(source)
    assert "Note" not in triage.notes(declared())
    nothing: Any = None
    with caplog.at_level(logging.WARNING), pytest.raises(DeclarationError):
        fetch.fetch(nothing, source, source.params, 0, nothing)
    (record,) = caplog.records
    assert record.getMessage().startswith("bank__rates: the parameter 'date_req' is the fixed")
