"""Runs benchmarks by name."""

from __future__ import annotations

import argparse
import importlib
import signal
import sys

from bench import report, targets

BENCHMARKS = {
    "targets": "users from API to mart, beside the floor, dlt and pandas; writes RESULTS.md",
    "sample_api": "how fast the sample API makes users and serves prepared pages",
    "landing": "100,000 users from the sample API into raw, and the memory that takes",
    "data_page": "the page Data, with 100,000 loads in the ledger",
    "lineage": "200 generated dbt models: seconds to parse the DAG and to draw the asset page",
    "compose": "the stack in containers: seconds to start, memory and image, part by part",
}


def main() -> int:
    """Run the benchmarks that are named; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog="\n".join(f"{name:<12}{about}" for name, about in BENCHMARKS.items()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a benchmark of those below (default: targets)"
    )
    parser.add_argument("--list", action="store_true", help="only list them")
    targets.options(parser.add_argument_group("of targets"))
    arguments = parser.parse_args()
    # Else PostgreSQL and the API would outlive a benchmark that is stopped.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    unknown = sorted(set(arguments.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    if arguments.list:
        for name, about in BENCHMARKS.items():
            report.line(f"{name:<12}{about}")
        return 0
    report.line(report.environment())
    for name in arguments.names or ["targets"]:
        report.line(f"\n{name}: {BENCHMARKS[name]}")
        if name == "targets":
            targets.run(arguments)
        else:
            importlib.import_module(f"bench.{name}").run()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
