"""What a command logs: nothing where it speaks to people, everything where it is a service."""

from __future__ import annotations

import logging
import subprocess
import sys

import pytest

from elt.stack import command
from elt.stack.errors import StackError


def _logs() -> int:
    logging.getLogger("elt.extract.pages").error("a page is missing")
    return 0


def test_commands_for_people_log_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert command.call(_logs) == 0
    assert caplog.messages == []


def test_a_service_logs(caplog: pytest.LogCaptureFixture) -> None:
    assert command.call(_logs, logs=True) == 0
    assert caplog.messages == ["a page is missing"]


def test_logging_is_as_before_after_a_command(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> int:
        raise StackError("the disk is full")

    assert command.call(fails) == 1
    _logs()
    assert caplog.messages == ["a page is missing"]


@pytest.mark.parametrize("module", ["elt.local.cli", "elt.container.cli"])
def test_a_command_imports_airflow_only_where_it_has_need_of_it(module: str) -> None:
    """It takes seconds, and reads the password of its database, which a rotation replaces."""
    script = f"import sys, {module}; sys.exit('airflow' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
