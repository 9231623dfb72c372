"""`elt run` of a source with two accounts: mapped tasks, and an account that fails."""

from __future__ import annotations

from pathlib import Path

from tests.accounts_shop import ACCOUNTS, DAG, Shop, write_dags, write_project
from tests.e2e.conftest import Elt
from tests.http_source import http_source

LANDED = "select account, records from raw.loads where source = 'shop__orders' order by account"


def test_an_account_that_fails_fails_the_run_and_leaves_the_others(
    own_elt: Elt, tmp_path: Path
) -> None:
    own_elt.environment |= {
        "ELT_DAGS_FOLDER": str(write_dags(tmp_path, shop=DAG)),
        "ELT_DBT_PROJECT": str(write_project(tmp_path)),
    }
    variables = {account: f"ELT_URL_{conn_id.upper()}" for account, conn_id in ACCOUNTS.items()}
    with (
        http_source(Shop({1: "1.5", 2: "2"})) as north,
        http_source(Shop({2: "20", 3: "30"})) as south,
    ):
        urls = {variables["north"]: north.url, variables["south"]: south.url}
        down = urls | {variables["south"]: "http://127.0.0.1:9"}
        failed = own_elt(
            "run", "shop", **down, ELT_SENSOR_TIMEOUT="1", ELT_SENSOR_POKE_INTERVAL="1"
        )
        assert failed.returncode == 1, failed.stdout
        for said in (
            "is_api_available [north]: done",
            "is_api_available [south]: failed",
            "extract_orders [north]: done",
            "reconcile [north]: not run",
        ):
            assert said in failed.stdout
        assert own_elt.rows(LANDED) == [("north", 2)]

        answer = own_elt("run", "shop", **urls)
    assert answer.returncode == 0, answer.stdout
    assert "reconcile [south]: done" in answer.stdout
    assert own_elt.rows(LANDED) == [("north", 2), ("south", 2)]
    assert own_elt.rows(
        "select account, order_id, total::text from analytics.orders order by 1, 2"
    ) == [("north", 1, "1.5"), ("north", 2, "2"), ("south", 2, "20"), ("south", 3, "30")]
    # The history of dbt names the load that came last, of whichever account; in the run that
    # failed nothing was built.
    assert own_elt.rows(
        "select count(*) from ops.dbt_results as r inner join raw.loads as l using (load_id)"
        " where r.node = 'model.elt.orders' and r.status = 'success'"
    ) == [(1,)]
