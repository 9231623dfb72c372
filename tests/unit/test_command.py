"""What a command logs: nothing where it speaks to people, everything where it is a service."""

from __future__ import annotations

import logging

import pytest

from elt.stack import command
from elt.stack.errors import StackError


def _logs() -> int:
    logging.getLogger("elt.extract").error("a page is missing")
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
