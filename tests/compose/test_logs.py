"""What services and tasks log: what a person looks for is there, and nothing to worry about."""

from __future__ import annotations

import re

from tests.compose.conftest import Stack


def test_the_ui_shows_what_an_extract_did(stack: Stack) -> None:
    log = stack.task_logs_of_first_run["extract_users"]
    (request,) = [event for event in log if event.startswith("fetching")]
    assert request.startswith("fetching 1000 records from http://sample-api:8000/api/1.4/?seed=")
    assert any(event.startswith("fetched 1 of 1 pages, 1000 of 1000 records") for event in log)
    (landed,) = [event for event in log if event.startswith("landed load")]
    assert re.match(r"landed load 1 of 2026-01-05: 1000 records, \d{6,} bytes", landed)


def test_the_ui_shows_what_dbt_said(stack: Stack) -> None:
    log = "\n".join(stack.task_logs_of_first_run["transform.users.run"])
    assert log.count("OK created sql incremental model analytics.users") == 1
    assert log.count("Completed successfully") == 1


def test_the_ui_shows_how_the_counts_agree(stack: Stack) -> None:
    (counts,) = [
        event
        for event in stack.task_logs_of_first_run["reconcile"]
        if event.startswith("analytics.users accounts for load 1")
    ]
    assert "raw=1000, staged=1000, new=1000" in counts


def test_services_start_and_run_without_a_warning(stack: Stack) -> None:
    services = re.compile(r"(api-server|scheduler|dag-processor|triggerer|secrets|init)-\d+ ")
    # Compose 2.26 erases a line of the terminal although it writes to a file.
    logs = re.sub(r"\x1b\[\d*[A-Z]", "", stack.logs_of_first_run)
    lines = [line for line in logs.splitlines() if services.match(line)]
    assert any("Starting the scheduler" in line for line in lines)
    # Not all that warns: on a busy machine a heartbeat may be late.
    worry = re.compile(r"\[py\.warnings\]|\| WARNING|deprecat|Traceback|HMAC")
    assert [line for line in lines if worry.search(line)] == []
