"""A person who has never seen the project, at the UI: lineage, events, documentation, data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from elt.stack.airflow_api import call
from tests import pages
from tests.browser import open_page
from tests.e2e.conftest import Stack, wait_until
from tests.e2e.test_ui import submit, trigger_form


@pytest.fixture(scope="module")
def page(stack: Stack) -> Iterator[Page]:
    with open_page() as page:
        pages.log_in(page, f"{stack.url}/assets", stack.password)
        yield page


def catalogs(stack: Stack) -> int:
    """How often the catalog has been refreshed."""
    runs = stack.api.get("dags/data_catalog/dagRuns?limit=100&state=success")
    return int(runs["total_entries"])


def test_the_assets_are_those_of_every_stack(stack: Stack) -> None:
    assert pages.assets_of(stack.api) == pages.expected_assets()


def test_the_users_asset_shows_the_whole_chain(page: Page, stack: Stack) -> None:
    pages.open_asset(page, stack.url, "marts.users")
    pages.expect_chain(page)


def test_a_run_from_the_form_is_seen_everywhere(page: Page, stack: Stack) -> None:
    """Its event with the rows, its load on the page Data with the plot, the catalog after it."""
    before = catalogs(stack)
    form = trigger_form(page, stack)
    form.get_by_role("spinbutton").fill("27")
    form.locator("input[name=element_seed]").fill("pages")
    run = submit(form, stack)["dag_run_id"]
    stack.wait_for(run)

    pages.open_asset(page, stack.url, "marts.users")
    pages.expect_event(page, rows=27)

    page.goto(f"{stack.url}/plugin/data")
    frame = pages.data_page(page)
    ((load, users),) = stack.elt.rows(
        "select max(load_id), (select count(*) from analytics.users) from raw.loads"
    )
    row = pages.row_of(frame, "analytics.users")
    row.locator("button.name").click()
    expect(frame.locator(".facts")).to_contain_text(f"number {load}, of the period")
    expect(row).to_contain_text(f"{users:,}")
    expect(row).to_contain_text("fresh")
    expect(row.locator(".badge.pass").last).to_contain_text("pass")
    pages.expect_plot(frame, loads=1)
    expect(frame.locator(".tests li").first.locator(".history a.pass").last).to_be_visible()
    expect(frame.get_by_role("link", name=run, exact=True)).to_be_visible()

    row.get_by_role("link", name="run").click()
    page.wait_for_url("**/dags/user_processing/runs/**")
    expect(page.get_by_text("transform").first).to_be_visible()

    wait_until(lambda: catalogs(stack) > before, "the catalog to be refreshed")


def test_dbts_documentation_shows_tables_and_graph(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.url}/plugin/data#analytics.users")
    frame = pages.data_page(page)
    row = pages.row_of(frame, "analytics.users")
    row.get_by_role("link", name="docs").click()
    page.wait_for_url("**/plugin/dbt-docs/**model.elt.users")
    pages.expect_docs_and_graph(page, stack.url)


def test_no_route_of_ours_answers_strangers(stack: Stack) -> None:
    login = {"username": "admin", "password": stack.password}
    token = str(call(f"{stack.url}/auth/token", body=login)["access_token"])
    pages.expect_no_answer_for_strangers(stack.url, token)
