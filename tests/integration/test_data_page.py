"""The page Data in a real browser, on a real warehouse: what failed is first and can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from airflow.providers.postgres.hooks.postgres import PostgresHook
from playwright.sync_api import Page, ViewportSize, expect

from elt import warehouse as names
from elt.load import registry
from elt.source.period import Period
from elt.ui.app import app
from elt.ui.failing import MASK
from tests.browser import open_page
from tests.integration import load_log
from tests.integration.conftest import Dbt, Land, Record, Sql, user
from tests.integration.page import served
from tests.integration.test_health import ago, day, source

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1440, "height": 900}

# WCAG's contrast of each link, button and badge with what is behind it.
CONTRASTS = """() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => parts(colour).slice(0, 3)
        .map((value) => value / 255)
        .map((value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = getComputedStyle(at).backgroundColor;
            if ((parts(colour)[3] ?? 1) > 0) return colour;
        }
        return "rgb(255, 255, 255)";
    };
    return [...document.querySelectorAll("a, button, .badge, .note, dt, th, .muted")]
        .filter((one) => one.textContent.trim() && one.offsetParent)
        .map((one) => {
            const values = [getComputedStyle(one).color, behind(one)].map(luminance);
            const [low, high] = values.sort((a, b) => a - b);
            return { text: one.textContent, ratio: (high + 0.05) / (low + 0.05) };
        });
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Page]:
    with open_page() as page:
        yield page


@pytest.fixture
def url(
    land: Land,
    dbt: Dbt,
    record: Record,
    dbt_project: Path,
    sql: Sql,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The page, of a warehouse with wrong users, missing days and a load that is not built."""
    loader = PostgresHook(postgres_conn_id=names.LOADER_CONN_ID)
    registry.register(loader, source(), "users", "@daily", "scheduled", Period(ago(5), "day"))
    for days in (5, 4):
        ref = land(
            day(ago(days)),
            user(days, dob={"age": f"<i>{days}</i>"}),
            user(days + 10, nat=None, gender="<b>none</b>"),
            {"login": {"uuid": "nobody's"}},
        )
    assert dbt("seed").success
    assert dbt("run", "--select", "+users_by_country", "+rejected_records").success
    sql(
        "update analytics.users set load_period = '2001-01-01Z', email = 'anna@example.com'"
        " where nationality is null"
    )
    dbt("test", "--select", "users", "--exclude-resource-type", "unit_test")
    record(dbt_project, load_id=ref["load_id"])
    load_log.change(sql, 1, "dob.age", "type changed", "number", "string", period=day(ago(5)))
    load_log.change(sql, 2, "location.<b>", "appeared", "", "number", period=day(ago(4)))
    land(day(ago(0)), user(77))
    sql("create table analytics.scratch as select 1 as n")
    gates = [dependency.dependency for dependency in app.router.dependencies]
    monkeypatch.setattr(app, "dependency_overrides", {gate: lambda: None for gate in gates})
    with served() as url:
        yield url


def test_what_failed_is_first_and_can_be_seen(browser: Page, url: str) -> None:
    """One warehouse for all of it: to fill it takes longer than to look at it."""
    browser.set_viewport_size(DESK)
    browser.goto(url)
    heading = browser.locator("#detail h2")
    expect(heading).to_have_text("analytics.users")
    assert browser.locator("tbody.group th[scope=rowgroup]").all_inner_texts()[0].lower() == (
        "failed tests"
    )
    expect(browser.locator("tr.table").first).to_have_attribute("data-name", "analytics.users")
    for words in ("1 with failed tests", "1 source with missing periods", "1 without a model"):
        expect(browser.locator("#summary")).to_contain_text(words)
    expect(browser.locator("#strays")).to_contain_text('drop table "analytics"."scratch";')

    period = browser.locator("tr[data-name='raw.randomuser__users'] .period .badge")
    expect(period).to_have_text(f"{day(ago(0))} · fresh · 3 missing")
    expect(period).to_have_class("badge warn")
    facts = browser.locator(".facts")
    expect(facts).to_contain_text(f"{day(ago(3))} to {day(ago(1))}: the schedule covers them")
    expect(facts).to_contain_text("late 26 hours and as stale 50 hours after its newest day")
    expect(facts).to_contain_text("1 load (1 record) behind raw")
    expect(facts).to_contain_text("marts.users")

    # Those that did not pass come first, each told apart from the others.
    tests = browser.locator(".tests li .test")
    shown = tests.all_inner_texts()
    assert set(shown[:4]) == {
        "accepted_values gender: female, male",
        "assert_users_row_hash_is_of_its_content",
        "not_null nationality",
        "of_loaded_period load_period: randomuser__users",
    }
    assert len(set(shown)) == len(shown)
    gender = browser.locator(".tests li", has_text="accepted_values gender")
    gender.get_by_role("button", name="SQL and rows").click()
    expect(gender.locator("pre")).to_contain_text("value_field not in")
    rows = gender.locator(".failing tbody tr")
    expect(rows).to_have_count(2)
    # As text, whatever it looks like.
    expect(rows.first).to_contain_text("<b>none</b>")
    expect(rows.first).to_contain_text(MASK)
    expect(gender).to_contain_text("Masked as declared: ")
    expect(gender).not_to_contain_text("anna@example.com")
    log = gender.get_by_role("link", name="log").get_attribute("href")
    assert log == "/dags/a%20dag/runs/a%20build/tasks/t"

    # What records lack, and what they have that no column takes.
    rejected = browser.locator(".rejected")
    expect(rejected.locator("tbody tr")).to_have_count(1)
    expect(rejected.locator("tbody tr")).to_contain_text("login.uuid: not a uuid")
    expect(rejected).to_contain_text("2 records in all. They are in analytics.rejected_records.")
    lost = browser.locator(".lost")
    expect(lost.locator("tbody tr")).to_contain_text("dob.age: not an integer")
    expect(lost).to_contain_text("2 records in all. All else that they have is in the tables")
    changes = browser.locator(".changes li")
    expect(changes.nth(0)).to_contain_text("field appeared: location.<b> (number)")
    expect(changes.nth(0)).to_contain_text(f"in load 2, of the period {day(ago(4))}")
    expect(changes.nth(0).locator("code")).to_have_text(
        "('location_b', 'location.\\u003cb\\u003e', 'numeric'),"
    )
    expect(changes.nth(1)).to_contain_text("type of a field changed: dob.age (number → string)")
    expect(changes.nth(1).locator("code")).to_have_count(0)

    for size in (DESK, PHONE):
        for scheme in ("light", "dark"):
            browser.set_viewport_size(size)
            browser.emulate_media(color_scheme=scheme)
            expect(browser.locator("html")).to_have_attribute("data-theme", scheme)
            found = browser.evaluate(CONTRASTS)
            assert len(found) > 30
            assert [one for one in found if one["ratio"] < 4.5] == []
            assert browser.evaluate("document.documentElement.scrollWidth") == size["width"]

    # On a phone the detail is far below the list: who selects a row is taken there.
    browser.evaluate("window.scrollTo(0, 0)")
    expect(heading).not_to_be_in_viewport()
    browser.locator("tr[data-name='analytics.countries'] button").click()
    expect(heading).to_have_text("analytics.countries")
    expect(heading).to_be_in_viewport()
    browser.get_by_role("link", name="All tables").click()
    expect(browser.locator("h1")).to_be_in_viewport()
    # What a link names is shown, whatever failed; also by the name of its asset.
    browser.goto("about:blank")
    browser.goto(f"{url}#marts.users_by_country")
    expect(heading).to_have_text("analytics.users_by_country")
