"""What is killed comes back and finishes what it was doing; no row is lost or doubled."""

from __future__ import annotations

import re
import signal
import time

import pytest

from tests.compose.conftest import DAG, SERVICES, Stack, login_of, service_of, wait_until

# From the moment everything is up again; Airflow's own time-outs are five minutes.
SECONDS = 120.0

PAUSE_SECONDS = 60.0
# The last heartbeat before a pause is as old as this.
HEARTBEAT_SECONDS = 5.0
# Prints what counts as dead once the scheduler's heartbeat is as old as standard input says.
JUDGE = """
import sys, time
from sqlalchemy import func, select
from airflow.jobs.job import Job
from airflow.jobs.scheduler_job_runner import SchedulerJobRunner
from airflow.models.taskinstance import TaskInstance
from airflow.utils.session import create_session

with create_session() as session:
    paused = session.scalars(
        select(Job).where(Job.job_type == "SchedulerJob", Job.state == "running")
    ).all()
    seconds = float(sys.stdin.read())
    running = session.scalar(select(func.count()).where(TaskInstance.state == "running"))
    (heartbeat,) = (job.latest_heartbeat for job in paused)
    while (age := (session.scalar(select(func.now())) - heartbeat).total_seconds()) < seconds:
        session.commit()
        time.sleep(1)
    first = SchedulerJobRunner(job=paused[0])
    late = len(first._find_task_instances_without_heartbeats(session=session))
with create_session() as session:
    SchedulerJobRunner(job=Job()).adopt_or_reset_orphaned_tasks()
    dead = 1 - session.scalar(
        select(func.count()).where(Job.id == paused[0].id, Job.state == "running")
    )
print(f"judged dead: {dead} of {len(paused)} schedulers, {late} of {running} tasks")
"""


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


def test_a_pause_of_a_minute_costs_no_attempt(stack: Stack) -> None:
    """Of the scheduler with its tasks, as a suspended machine makes one."""
    run_id = stack.trigger(results=20_000, seed="paused")
    stack.wait_for_task(run_id, "extract_users")
    stack.compose("pause", "scheduler")
    try:
        begun = time.monotonic()
        # Who judges first after a pause is a matter of luck, so here it is somebody else, at its
        # end: a second scheduler, and the first one before a task has sent a heartbeat.
        looked = stack.compose.attempt(
            *("run", "--rm", "-T", "--no-deps", "--entrypoint", "python", "scheduler", "-c", JUDGE),
            given=str(PAUSE_SECONDS + HEARTBEAT_SECONDS),
        )
        assert looked.returncode == 0, looked.stderr[-2000:]
        time.sleep(max(0.0, PAUSE_SECONDS - (time.monotonic() - begun)))
    finally:
        stack.compose("unpause", "scheduler")
    # Between two tasks there is a moment in which none runs.
    assert re.search(r"judged dead: 0 of 1 schedulers, 0 of \d+ tasks", looked.stdout)
    stack.expect_success(run_id)
    assert {task["try_number"] for task in stack.api.tasks(DAG, run_id)} == {1}

    def unhealthy() -> list[str]:
        return [
            service_of(container)
            for container in stack.compose.containers()
            if container["State"].get("Health", {}).get("Status", "healthy") != "healthy"
        ]

    # Docker checks a paused container in vain, and again half a minute later; `up --wait` gives up
    # at once on one that is unhealthy.
    wait_until(lambda: not unhealthy(), "all containers to be healthy again")


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


def test_down_keeps_data_and_secrets_and_the_next_up_removes_old_logs(stack: Stack) -> None:
    run_id, users, login = stack.last_run(), stack.users(), login_of(stack.compose)
    logs = "/opt/airflow/logs/dag_id=user_processing"
    in_scheduler = ("exec", "-T", "scheduler", "sh", "-c")
    stack.compose(
        *in_scheduler,
        f"mkdir {logs}/run_id=old && cd {logs}/run_id=old && touch -d '31 days ago' old.log"
        " && touch -d '29 days ago' kept.log",
    )
    stack.compose("down")
    assert [service_of(c) for c in stack.compose.containers()] == []
    stack.compose.up()
    assert login_of(stack.compose) == login
    assert stack.state(run_id) == "success"
    stack.expect_users(users)
    states = {service_of(c): c["State"]["Status"] for c in stack.compose.containers()}
    assert all(states[service] == "running" for service in SERVICES)
    wait_until(
        lambda: stack.compose(*in_scheduler, f"ls {logs}/run_id=old").split() == ["kept.log"],
        "the old log to be removed",
    )
