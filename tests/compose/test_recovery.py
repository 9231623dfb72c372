"""What is killed comes back and finishes what it was doing; no row is lost or doubled."""

from __future__ import annotations

import signal

import pytest

from tests.compose.conftest import SERVICES, Stack, login_of, service_of, wait_until

# From the moment everything is up again; Airflow's own time-outs are five minutes.
SECONDS = 120.0


@pytest.mark.parametrize(
    "killed", [["scheduler"], ["postgres"], []], ids=["scheduler", "postgres", "all"]
)
def test_a_run_survives_sigkill(stack: Stack, killed: list[str]) -> None:
    run_id = stack.trigger(results=2000, seed=f"killed-{'-'.join(killed)}")
    # A model is being built: not queued, not done.
    stack.wait_for_task(run_id, "transform.users.run")
    stack.compose("kill", "--signal", "SIGKILL", *killed)
    stack.compose.up()
    stack.expect_success(run_id, SECONDS)
    stack.expect_users(2000)


def test_a_load_cut_off_by_sigkill_leaves_no_half(stack: Stack) -> None:
    run_id = stack.trigger(results=20_000, seed="cut-off")
    stack.wait_for_task(run_id, "extract_users")
    stack.compose("kill", "--signal", "SIGKILL", "scheduler", "postgres")
    stack.compose.up()
    # Either the former load or the new one, whole: never some of its records.
    ((recorded, landed),) = stack.compose.psql(
        "warehouse",
        "select (select sum(records) from raw.loads where source = 'randomuser__users'),"
        " (select count(*) from raw.randomuser__users)",
    )
    assert recorded == landed
    stack.expect_success(run_id, SECONDS)
    stack.expect_users(20_000)
    spooled = stack.compose("exec", "-T", "scheduler", "ls", "-A", "/var/lib/elt/spool")
    assert spooled == ""


def test_a_service_that_dies_by_itself_is_started_anew(stack: Stack) -> None:
    compose = stack.compose
    before = compose.container("triggerer")["RestartCount"]
    # The process that `docker kill` cannot mean: Docker takes that for the owner's wish.
    kill = (
        "import os; pid = min(int(p) for p in os.listdir('/proc') if p.isdigit() and int(p) > 1);"
        f" os.kill(pid, {int(signal.SIGKILL)})"
    )
    compose.attempt("exec", "-T", "triggerer", "python", "-c", kill)

    def is_back() -> bool:
        container = compose.container("triggerer")
        state = container["State"]
        return bool(
            container["RestartCount"] > before
            and state.get("Health", {}).get("Status") == "healthy"
        )

    wait_until(is_back, "the triggerer to be back")


def test_down_keeps_data_and_secrets(stack: Stack) -> None:
    run_id, users, login = stack.last_run(), stack.users(), login_of(stack.compose)
    stack.compose("down")
    assert [service_of(c) for c in stack.compose.containers()] == []
    stack.compose.up()
    assert login_of(stack.compose) == login
    assert stack.state(run_id) == "success"
    stack.expect_users(users)
    states = {service_of(c): c["State"]["Status"] for c in stack.compose.containers()}
    assert all(states[service] == "running" for service in SERVICES)
