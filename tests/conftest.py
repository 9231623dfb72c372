"""What all tests share: the closing list of what this machine could not run."""

from collections import Counter

import pytest


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
