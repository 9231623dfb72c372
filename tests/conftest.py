"""What all tests share: an Airflow home of their own, the closing list of what was skipped."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections import Counter

import pytest

# Importing Airflow writes a configuration into its home: it must not be the user's.
_AIRFLOW_HOME = tempfile.mkdtemp(prefix="elt-tests-airflow-")
os.environ["AIRFLOW_HOME"] = _AIRFLOW_HOME
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__COSMOS__CACHE_DIR"] = os.path.join(_AIRFLOW_HOME, "cosmos")
os.environ["AIRFLOW__COSMOS__ENABLE_TELEMETRY"] = "False"

# What a shell starts beside other programs ignores Ctrl-C, and so would all that the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    shutil.rmtree(_AIRFLOW_HOME, ignore_errors=True)


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end what was skipped and why, so that green is not taken for everything."""
    reasons: Counter[str] = Counter()
    for report in terminalreporter.stats.get("skipped", []):
        *_, reason = report.longrepr if isinstance(report.longrepr, tuple) else (report.longrepr,)
        reasons[str(reason).removeprefix("Skipped: ")] += 1
    if not reasons:
        return
    terminalreporter.section("NOT TESTED ON THIS MACHINE", yellow=True, bold=True)
    for reason, count in reasons.most_common():
        terminalreporter.line(f"{count} test{'s' if count > 1 else ''} skipped: {reason}")
