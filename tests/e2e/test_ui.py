"""A person at the UI: logs in with the printed password and triggers the DAG by its form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page

from tests.browser import open_page
from tests.e2e.conftest import Stack, wait_until


@pytest.fixture(scope="module")
def page(stack: Stack) -> Iterator[Page]:
    """A browser at the page of user_processing, logged in."""
    with open_page() as page:
        page.goto(f"{stack.url}/dags/user_processing")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").first.fill(stack.password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/dags/user_processing**")
        yield page


def trigger_form(page: Page, stack: Stack) -> Locator:
    page.goto(f"{stack.url}/dags/user_processing")
    page.get_by_role("button", name="Trigger").first.click()
    form = page.get_by_role("dialog").filter(has=page.get_by_test_id("trigger-dag-submit"))
    form.wait_for()
    return form


def submit(form: Locator, stack: Stack) -> dict[str, Any]:
    """Submit the form; the run it starts."""
    before = {run["dag_run_id"] for run in stack.runs()}
    form.get_by_test_id("trigger-dag-submit").click()

    def new() -> list[dict[str, Any]]:
        return [run for run in stack.runs() if run["dag_run_id"] not in before]

    wait_until(new, "the triggered run")
    return new()[0]


def test_the_form_triggers_runs_of_today_with_and_without_a_date(page: Page, stack: Stack) -> None:
    form = trigger_form(page, stack)
    form.get_by_role("spinbutton").fill("25")
    dated = submit(form, stack)

    form = trigger_form(page, stack)
    form.get_by_role("spinbutton").fill("25")
    form.get_by_test_id("datetime-input").first.click()
    page.locator("[data-scope=popover][data-part=content]:visible input").first.fill("")
    page.keyboard.press("Escape")
    undated = submit(form, stack)

    assert dated["logical_date"] is not None
    assert undated["logical_date"] is None
    stack.wait_for(dated["dag_run_id"], undated["dag_run_id"])
    today = datetime.now(UTC).date().isoformat()
    assert stack.elt.loads() == [(25, today)]
    assert stack.elt.users() == 25


def test_the_form_refuses_what_the_parameters_do_not_allow(page: Page, stack: Stack) -> None:
    form = trigger_form(page, stack)
    form.locator("input[name=element_seed]").fill("not a seed!")
    before = len(stack.runs())
    form.get_by_test_id("trigger-dag-submit").click()
    page.get_by_text("Seed").first.wait_for()
    page.wait_for_timeout(1000)
    assert len(stack.runs()) == before
    assert form.is_visible()
