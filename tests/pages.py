"""What the tests of both stacks ask of Airflow's pages and of ours."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from playwright.sync_api import FrameLocator, Locator, Page, expect

from elt.stack.airflow_api import AirflowApi, call

SNAPSHOTS = Path(__file__).parent / "integration" / "snapshots" / "assets"

UNIQUE_USER = "test.elt.unique_users_user_id.dff2f1fba5"
"""dbt's id of a test of `analytics.users`."""

CHAIN = {
    "api.randomuser.users",
    "extract_users",
    "raw.randomuser__users",
    "transform.stg_randomuser__users.run",
    "staging.stg_randomuser__users",
    "transform.stg_randomuser__users.test",
    "transform.users.run",
    "marts.users",
    "transform.users.test",
    "transform.users_by_country.run",
    "marts.users_by_country",
    "transform.users_by_country.test",
    "transform.rejected_records.run",
    "marts.rejected_records",
    "transform.rejected_records.test",
}
"""Assets and tasks that belong to `marts.users`, API to tests."""


def log_in(page: Page, url: str, password: str) -> None:
    """Open a page that asks for the login, and give it."""
    page.goto(url)
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password").first.fill(password)
    page.get_by_role("button", name=re.compile("sign in", re.IGNORECASE)).click()
    page.wait_for_url(f"{url}**")


def assets_of(api: AirflowApi) -> dict[str, dict[str, str]]:
    """The assets that Airflow shows: URI and group by name."""
    listed = api.get("assets?limit=200&only_active=true")["assets"]
    return {asset["name"]: {"uri": asset["uri"], "group": asset["group"]} for asset in listed}


def chain_of(url: str, password: str) -> set[str]:
    """Assets and tasks under Task Dependencies of `marts.users`, as the page asks for them."""
    login = {"username": "admin", "password": password}
    token = str(call(f"{url}/auth/token", body=login)["access_token"])
    listed = call(f"{url}/api/v2/assets?limit=200", token=token)["assets"]
    (number,) = (asset["id"] for asset in listed if asset["name"] == "marts.users")
    graph = call(f"{url}/ui/dependencies?node_id=asset:{number}&dependency_type=data", token=token)
    return {
        # A task has its DAG before its name.
        node["label"].partition(".")[2] if node["type"] == "task" else node["label"]
        for node in graph["nodes"]
    }


def expected_assets() -> dict[str, dict[str, str]]:
    """The assets as they are in review, whatever stack they run in."""
    return {
        name: asset
        for file in SNAPSHOTS.glob("*.json")
        for name, asset in json.loads(file.read_text()).items()
    }


def open_asset(page: Page, url: str, name: str) -> None:
    """Find the asset in the list and open its page."""
    page.goto(f"{url}/assets")
    page.get_by_role("link", name=name, exact=True).first.click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def expect_chain(page: Page) -> None:
    """The page of `marts.users` has every node of its chain under Task Dependencies."""
    page.get_by_role("button", name="Task Dependencies").click()
    nodes = page.locator(".react-flow__node")
    expect(nodes.filter(has_text="extract_users").or_(nodes.nth(2)).first).to_be_visible()
    # Nodes out of sight are not drawn.
    page.locator(".react-flow__controls-fitview").click()
    expect(nodes).to_have_count(len(CHAIN))
    shown = {text.partition("\n")[0] for text in nodes.all_inner_texts()}
    assert shown == CHAIN


def expect_event(page: Page, rows: int) -> None:
    """The newest event that the asset's page shows has this number of rows."""
    newest = page.locator(".monaco-editor").first
    newest.scroll_into_view_if_needed()
    newest.locator(".codicon-folding-collapsed").click(force=True)
    expect(newest).to_contain_text(re.compile(rf'"rows":\s*{rows}\b'))


def data_page(page: Page) -> FrameLocator:
    """The page Data, as the frame that Airflow shows."""
    frame = page.frame_locator("iframe[title=Data]")
    expect(frame.get_by_role("heading", name="Data", exact=True)).to_be_visible()
    return frame


def row_of(frame: FrameLocator, table: str) -> Locator:
    """The row of a table on the page Data, by its name or that of its asset."""
    return frame.locator(f"tr[data-name='{table}'], tr[data-asset='{table}']")


def expect_plot(frame: FrameLocator, loads: int) -> None:
    """The plot has this many loads, and bars that are high enough to be seen."""
    plot = frame.locator("#plot")
    expect(plot).to_have_attribute("data-points", str(loads))
    expect(plot.locator("svg")).to_be_visible()
    heights = plot.locator("svg path[fill]:not([fill=none])").evaluate_all(
        "paths => paths.map(path => path.getBoundingClientRect().height)"
    )
    assert sum(height > 20 for height in heights) >= loads, heights


def expect_docs_and_graph(page: Page, url: str) -> None:
    """dbt's documentation shows `users` with its columns in the warehouse, and the lineage."""
    page.goto(f"{url}/plugin/dbt-docs/elt/docs/#!/model/model.elt.users")
    frame = page.frame_locator("iframe[title='dbt docs']")
    expect(frame.get_by_role("heading", name="users incremental")).to_be_visible()
    expect(frame.get_by_text("firstname").first).to_be_visible()
    # From the catalog: the manifest knows no owner.
    expect(frame.get_by_text("elt_transformer").first).to_be_visible()

    page.goto("about:blank")
    page.goto(f"{url}/plugin/dbt-docs/elt/docs/#!/overview?g_v=1")
    expect(frame.get_by_role("heading", name="Lineage Graph")).to_be_visible()
    page.wait_for_timeout(500)
    painted = frame.locator("canvas").evaluate_all(
        """canvases => canvases.map(canvas => {
            if (!canvas.width || !canvas.height) return 0;
            const pixels = canvas.getContext("2d").getImageData(
                0, 0, canvas.width, canvas.height).data;
            return pixels.filter((value, at) => at % 4 === 3 && value > 0).length;
        })"""
    )
    assert max(painted) > 1000, painted


def status_of(url: str, **headers: str) -> int:
    """The status of a GET, without any cookie."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def our_routes() -> list[str]:
    """Every path that our plugin serves, with a value in place of each parameter."""
    from elt.ui.app import app
    from elt.ui.plugin import PREFIX

    examples = {
        "/files/{name}": "/files/data.js",
        "/api/tables/{name}": "/api/tables/analytics.users",
        "/api/tables/{name}/tests/{test}": f"/api/tables/analytics.users/tests/{UNIQUE_USER}",
    }
    paths = [str(getattr(route, "path", "")) for route in app.routes]
    assert all("{" not in examples.get(path, path) for path in paths), paths
    return [PREFIX + examples.get(path, path) for path in paths]


def expect_no_answer_for_strangers(url: str, token: str) -> None:
    """Each route answers who is logged in, and nobody else; each is asked by itself."""
    routes = our_routes()
    assert len(routes) >= 7
    strangers: list[dict[str, str]] = [
        {},
        {"Authorization": "Bearer nonsense"},
        {"Cookie": "_token=nonsense"},
        {"Authorization": f"Bearer {token[:-2]}xx"},
    ]
    answers: dict[str, Any] = {
        route: [status_of(url + route, **headers) for headers in strangers] for route in routes
    }
    assert all(status in (401, 403) for statuses in answers.values() for status in statuses), (
        answers
    )
    known = {route: status_of(url + route, Authorization=f"Bearer {token}") for route in routes}
    assert set(known.values()) == {200}, known
