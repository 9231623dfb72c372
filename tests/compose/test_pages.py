"""Lineage, documentation and data in the UI of the stack in containers, with FAB's login."""

from __future__ import annotations

from urllib.parse import quote

from playwright.sync_api import expect

from elt.stack.airflow_api import call
from tests import pages
from tests.browser import open_page
from tests.compose.conftest import DAG, DAY, Stack, wait_until


def test_the_chain_was_there_before_the_first_run(stack: Stack) -> None:
    assert stack.chain_before_first_run == pages.CHAIN


def test_the_assets_are_those_of_every_stack(stack: Stack) -> None:
    assert stack.assets_before_first_run == pages.expected_assets()


def test_each_table_has_one_event_of_a_run(stack: Stack) -> None:
    """With load and rows, and for raw bytes."""
    run_id = stack.trigger(results=40, seed="events")
    stack.expect_success(run_id)
    query = f"source_dag_id={DAG}&source_run_id={quote(run_id)}&limit=100"
    events = stack.api.get(f"assets/events?{query}")["asset_events"]
    ((load, size),) = stack.compose.psql(
        "warehouse",
        "select load_id, bytes from raw.loads where source = 'randomuser__users'"
        " order by load_id desc limit 1",
    )
    found = sorted((event["name"], event["extra"].get("rows")) for event in events)
    assert found == [
        ("marts.rejected_records", None),
        ("marts.users", 40),
        ("marts.users_by_country", found[2][1]),
        ("raw.randomuser__users", 40),
        ("seeds.countries", 21),
        ("staging.stg_randomuser__users", 40),
    ]
    assert {event["extra"]["load_id"] for event in events} == {int(load)}
    (raw,) = (event for event in events if event["name"] == "raw.randomuser__users")
    assert raw["extra"]["bytes"] == int(size)


def test_data_and_documentation_are_shown(stack: Stack) -> None:
    wait_until(
        lambda: stack.api.get("dags/data_catalog/dagRuns?state=success")["total_entries"],
        "the catalog to be refreshed",
    )
    with open_page() as page:
        pages.log_in(page, f"{stack.url}/plugin/data", stack.password)
        frame = pages.data_page(page)
        row = pages.row_of(frame, "analytics.users")
        expect(row).to_contain_text(f"{stack.users():,}")
        # By its period, though it has just landed.
        expect(row).to_contain_text(f"{DAY:%Y-%m-%d} · stale")
        pages.expect_plot(frame, loads=1)
        pages.open_asset(page, stack.url, "marts.users")
        pages.expect_chain(page)
        pages.expect_docs_and_graph(page, stack.url)


def test_no_route_of_ours_answers_strangers(stack: Stack) -> None:
    login = {"username": "admin", "password": stack.password}
    token = str(call(f"{stack.url}/auth/token", body=login)["access_token"])
    pages.expect_no_answer_for_strangers(stack.url, token)
