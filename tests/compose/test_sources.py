"""The other two sources in the stack that `docker compose up` runs."""

from __future__ import annotations

from tests.compose.conftest import Stack, wait_until


def test_rates_and_locations_are_loaded(stack: Stack) -> None:
    """Side by side; each from the sample API, by the connection of its own."""
    day = "2026-11-15T00:00:00Z"
    runs = {
        dag: str(
            stack.api.post(f"dags/{dag}/dagRuns", {"logical_date": day, "conf": {}})["dag_run_id"]
        )
        for dag in ("exchange_rates", "locations")
    }

    def states() -> set[str]:
        return {stack.state(run_id, dag) for dag, run_id in runs.items()}

    wait_until(lambda: states() <= {"success", "failed"}, "both runs to end")
    assert states() == {"success"}
    psql = stack.compose.psql
    ((currencies, asked_for, set_for),) = psql(
        "warehouse",
        "select count(*) = count(distinct currency_code) and count(*) > 30,"
        " max(rate_date), max(document_date) from analytics.exchange_rates",
    )
    # A Sunday has the rates of the Saturday before.
    assert (currencies, asked_for, set_for) == ("t", "2026-11-15", "2026-11-14")
    ((locations, landed, pages),) = psql(
        "warehouse",
        "select (select count(*) from analytics.locations), records, pages from raw.loads"
        " where source = 'rickandmorty__locations'",
    )
    assert (locations, pages) == (landed, "7")
    assert len(psql("warehouse", "select * from analytics.top_locations")) == 3
    # What dbt knows is all there by now, so that it can be built and tested as a whole.
    stack.compose("run", "--rm", "-T", "dbt", "build", "--exclude-resource-type", "unit_test")
