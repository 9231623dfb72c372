"""The other sources: by `elt run`, and backfilled in a stack that is up."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sample_api.testing import SampleApi
from tests.e2e.conftest import RUN, Elt, Stack, wait_until

DAYS = 2
TODAY = datetime.now(UTC).date()
FIRST = TODAY - timedelta(days=5)
"""Within the week that the schedule makes up for."""


@pytest.fixture(scope="module")
def loaded(elt: Elt, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A state folder with a Sunday's rates and all locations, and what was said."""
    own = elt.copy(tmp_path_factory.mktemp("sources") / "state")
    rates = own("run", "exchange_rates", "--date", "2026-11-08")
    locations = own("run", "locations")
    yield own, rates, locations
    own("down")
    assert own.processes() == []


def test_rates_of_a_sunday_are_those_of_saturday_and_have_both_dates(loaded: Any) -> None:
    elt, answer, _ = loaded
    assert answer.returncode == 0, answer.stderr
    assert "analytics.exchange_rates, first rows" in answer.stdout
    ((rows, asked_for, set_for),) = elt.rows(
        "select count(*), min(rate_date)::text || '/' || max(rate_date)::text,"
        " min(document_date)::text || '/' || max(document_date)::text"
        " from analytics.exchange_rates"
    )
    assert rows > 30
    assert (asked_for, set_for) == ("2026-11-08/2026-11-08", "2026-11-07/2026-11-07")
    ((wrong,),) = elt.rows(
        "select count(*) from analytics.exchange_rates as e"
        " inner join raw.cbr__exchange_rates as r on r.record ->> '@ID' = e.currency_id"
        " where e.rate_per_unit * (r.record ->> 'Nominal')::numeric"
        " is distinct from replace(r.record ->> 'Value', ',', '.')::numeric"
    )
    assert wrong == 0


def test_locations_are_those_of_all_pages(loaded: Any) -> None:
    elt, _, answer = loaded
    assert answer.returncode == 0, answer.stderr
    ((pages, records),) = elt.rows(
        "select pages, records from raw.loads where source = 'rickandmorty__locations'"
    )
    assert pages == 7
    assert elt.rows("select count(*), count(distinct location_id) from analytics.locations") == [
        (records, records)
    ]
    top = elt.rows("select location_id, resident_count from analytics.top_locations order by place")
    assert top == elt.rows(
        "select location_id, resident_count from analytics.locations"
        " order by resident_count desc, location_id limit 3"
    )
    # Pages that were not read would show here: those with most are on later ones.
    assert top[0][0] > 20


def backfill(stack: Stack, first: date, days: int) -> None:
    """As the UI does: *Trigger*, *Backfill*, all runs."""
    asked = {
        "dag_id": "exchange_rates",
        "from_date": f"{first}T00:00:00Z",
        "to_date": f"{first + timedelta(days=days - 1)}T00:00:00Z",
        "run_backwards": False,
        "dag_run_conf": {},
        "reprocess_behavior": "completed",
        "max_active_runs": 4,
    }
    number = stack.api.post("backfills", asked)["id"]

    def ended() -> bool:
        return bool(stack.api.get(f"backfills/{number}")["completed_at"])

    wait_until(ended, "the backfill to end", RUN)


def rates(stack: Stack) -> list[tuple[Any, ...]]:
    """Rows, distinct keys and time of landing of each day asked for."""
    return stack.elt.rows(
        "select e.rate_date::text, count(*) = count(distinct e.currency_code),"
        " count(*) > 30, max(l.landed_at)"
        " from analytics.exchange_rates as e"
        " full join raw.loads as l on l.period = e.rate_date::timestamp at time zone 'UTC'"
        " where l.source = 'cbr__exchange_rates' group by 1 order by 1"
    )


def test_days_are_backfilled_from_the_ui_and_again_by_it(stack: Stack, source: SampleApi) -> None:
    """Each day has its rows once, whichever run landed it; thirty days: test_backfill.py."""
    source.clear()
    expected = [(str(FIRST + timedelta(days=n)), True, True) for n in range(DAYS)]
    backfill(stack, FIRST, DAYS)
    first = rates(stack)
    assert [row[:3] for row in first] == expected
    backfill(stack, FIRST, 1)
    again = rates(stack)
    assert [row[:3] for row in again] == expected
    # The first day was landed anew, the other one was left alone.
    assert again[0][3] > first[0][3]
    assert again[1:] == first[1:]
    # Nothing else has started, and nothing will: Airflow decides that when it parses the file.
    ended = datetime.now(UTC)

    def is_parsed_since() -> bool:
        parsed = stack.api.get("dags/exchange_rates/details")["last_parsed_time"]
        return datetime.fromisoformat(parsed) > ended

    wait_until(is_parsed_since, "the file to be parsed again", RUN)
    following = stack.api.get("dags/exchange_rates/details")["next_dagrun_logical_date"]
    assert following[:10] == str(TODAY + timedelta(days=1))
    runs = stack.api.get("dags/exchange_rates/dagRuns?limit=100")["dag_runs"]
    assert {(run["logical_date"][:10], run["run_type"], run["state"]) for run in runs} == {
        (day, "backfill", "success") for day, *_ in expected
    }
