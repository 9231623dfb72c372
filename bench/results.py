"""The figures of `bench.targets`: kept in figures.json, shown in RESULTS.md and a plot."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import report
from bench.report import line
from elt.local.postgres import programs
from elt.stack.folders import project_root

if TYPE_CHECKING:
    from bench.pipeline import Statement

FOLDER = Path(__file__).parent
_FIGURES, _RESULTS, _PLOT = "figures.json", "RESULTS.md", "bench.svg"

_SHOWN = 8
"""Statements of a profile."""
_LONGEST = 110
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@dataclass(frozen=True)
class Target:
    """A figure with its goal; ``of`` is the figure that it is divided by, if it is a ratio.

    ``profile`` names the scenario whose statements say why it is missed.
    """

    name: str
    what: str
    most: float | None
    stretch: float | None = None
    of: str | None = None
    unit: str = ""
    profile: str | None = None


TARGETS = (
    Target(
        "first",
        "fetch + land + all SQL of the models and `reconcile`, first load ÷ floor",
        1.8,
        1.2,
        profile="first load",
    ),
    Target("first_cpu", "the same in CPU seconds of client and server ÷ floor's", None),
    Target("first_wall", "the same with dbt's own time (start, parse, connections) ÷ floor", None),
    Target(
        "first_large",
        "the same without dbt's own, ten times as many in one load ÷ floor",
        1.8,
        1.2,
        profile="first load of 1,000,000",
    ),
    Target("again", "the same day again, nothing changed ÷ floor", 1.3, profile="same day again"),
    Target(
        "again_wal",
        "WAL while `users` was built, nothing changed (marks, and the catalog's of its statements)",
        128,
        unit=" KiB",
    ),
    Target(
        "past_1",
        "models + `reconcile`, less `users_by_country`: 1,000 records behind 1 later load",
        None,
        unit=" s",
    ),
    Target(
        "past_10",
        "the same behind 10 ÷ behind 1",
        1.3,
        of="past_1",
        profile="a past day behind 10 loads",
    ),
    Target(
        "past_100",
        "the same behind 100 ÷ behind 1",
        1.3,
        of="past_1",
        profile="a past day behind 100 loads",
    ),
    Target(
        "daily_small",
        "models + `reconcile`, less `users_by_country`: daily load into twice as many users",
        None,
        unit=" s",
    ),
    Target(
        "daily",
        "the same into ten times as many ÷ into twice as many",
        1.3,
        of="daily_small",
        profile="daily load into 1,000,000",
    ),
    Target(
        "daily_large",
        "the same into a hundred times as many ÷ into ten times",
        1.3,
        of="daily",
        profile="daily load into 10,000,000",
    ),
    Target(
        "past_100_summary",
        "`users_by_country`, made anew of all users: behind 100 later loads",
        None,
        unit=" s",
    ),
    Target("daily_summary", "the same, ten times as many users", None, unit=" s"),
    Target(
        "models", "models + `reconcile`, first load ÷ bare flatten", 2.2, 1.7, profile="first load"
    ),
    Target("reconcile", "`reconcile`, first load", 0.3, unit=" s"),
    Target("past_100_reconcile", "`reconcile`, 1,000 records behind 100 loads", 0.3, unit=" s"),
    Target("daily_reconcile", "`reconcile`, daily load into ten times as many", 0.3, unit=" s"),
    Target("memory", "memory of fetch + land above Airflow's own, 10,000 users", 30, unit=" MiB"),
    Target("memory_large", "the same, ten times a load's users", 30, unit=" MiB"),
)

_PARTS = (
    ("floor_copy", "floor: `psql \\copy`"),
    ("floor_flatten", "floor: one `insert … select` into a table with its key"),
    ("first_fetch", "fetch"),
    ("first_land", "land"),
    ("first_models", "all SQL of the models"),
    ("first_reconcile", "`reconcile`"),
    ("first_dbt", "dbt's own: start, parse, connections"),
)


@dataclass
class Figures:
    """The latest figure of each name, with where it comes from, now and before."""

    kept: dict[str, Any]
    folder: Path = FOLDER
    where: str = "now"
    source: dict[str, str] = field(default_factory=dict)

    def begin(self, *, is_before: bool) -> None:
        """Take note of where the figures to come are from."""
        self.where = "before" if is_before else "now"
        self.source = {"at": datetime.now(UTC).date().isoformat(), "commit": _commit()}
        self.kept.setdefault(self.where, {})
        self.kept.setdefault("profiles", {})
        self.kept["machine"] = report.environment()
        self.kept["versions"] = _versions()

    def put(self, name: str, value: float, records: int) -> None:
        """Keep and print a figure."""
        figure = {"value": round(value, 3), "records": records, **self.source}
        self.kept[self.where][name] = figure
        line(f"  = {name}: {value:.2f}")

    def say(self, way: str, differing: Mapping[str, int]) -> None:
        """Keep in how many rows a way has made something else of a column."""
        self.kept.setdefault("contents", {})[way] = dict(differing)

    def get(self, where: str, name: str) -> float | None:
        """The figure as it is shown; None where there is none."""
        figure = self.kept.get(where, {}).get(name)
        return None if figure is None else float(figure["value"])

    def profile(self, scenario: str, statements: Sequence[Statement]) -> None:
        """Keep the statements that took longest."""
        longest = sorted(statements, key=lambda one: -one.seconds)[:_SHOWN]
        self.kept["profiles"].setdefault(self.where, {})[scenario] = [
            [one.model.rpartition(".")[2], _shorten(one.sql), round(one.seconds, 3)]
            for one in longest
        ]


def read(folder: Path) -> Figures:
    """The figures of former runs."""
    file = folder / _FIGURES
    return Figures(json.loads(file.read_text()) if file.exists() else {}, folder)


def write(figures: Figures) -> None:
    """Write figures.json, RESULTS.md and the plot."""
    kept = json.dumps(figures.kept, indent=1, ensure_ascii=False)
    (figures.folder / _FIGURES).write_text(f"{kept}\n")
    (figures.folder / _RESULTS).write_text(_render(figures))
    is_own = figures.folder == FOLDER
    _draw(figures, (project_root() / "docs" / "pictures" if is_own else figures.folder) / _PLOT)


def _render(figures: Figures) -> str:
    lines = [
        "# Results of `make bench`",
        "",
        "Written by `python -m bench targets`; README.md says what is measured and how. Ratios"
        " count, seconds depend",
        f"on the machine: {figures.kept['machine']}; {figures.kept['versions']}.",
        "",
        "| what | target | stretch | before | now | |",
        "|---|---|---|---|---|---|",
    ]
    missed = []
    for target in TARGETS:
        now, before = (_value(figures, where, target) for where in ("now", "before"))
        is_met = target.most is None or (now is not None and now <= target.most)
        judged = "" if target.most is None or now is None else ("met" if is_met else "**missed**")
        if now is not None and not is_met and target.profile:
            missed.append(target)
        cells = [
            target.what,
            "" if target.most is None else f"≤ {target.most:g}{target.unit}",
            "" if target.stretch is None else f"{target.stretch:g}",
            _shown(before, target.unit),
            _shown(now, target.unit) or "not measured",
            judged,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", *_seconds(figures), "", *_others(figures), "", *_sources(figures)]
    scenarios = dict.fromkeys(target.profile for target in missed if target.profile)
    known = figures.kept["profiles"].get("now", {})
    for scenario in scenarios:
        if scenario in known:
            lines += ["", *_profile(scenario, known[scenario])]
    return "\n".join(lines) + "\n"


def _value(figures: Figures, where: str, target: Target) -> float | None:
    value = figures.get(where, target.name)
    if value is None or target.of is None:
        return value
    base = figures.get(where, target.of)
    return None if base is None else value / base


def _seconds(figures: Figures) -> list[str]:
    lines = ["| a first load, seconds | before | now |", "|---|---|---|"]
    for name, what in _PARTS:
        before, now = (_shown(figures.get(where, name)) for where in ("before", "now"))
        lines.append(f"| {what} | {before} | {now} |")
    return lines


def _others(figures: Figures) -> list[str]:
    lines = ["| way, start-up included | ÷ floor | CPU ÷ floor's | seconds | peak MiB | content |"]
    lines.append("|---|---|---|---|---|---|")
    for way in ("dlt", "pandas"):
        cells = [
            _shown(figures.get("now", name) or figures.get("before", name))
            for name in (way, f"{way}_cpu", f"{way}_seconds", f"{way}_memory")
        ]
        differing = figures.kept.get("contents", {}).get(way)
        said = "" if differing is None else "equal"
        if differing:
            said = ", ".join(f"{name} differs in {rows:,} rows" for name, rows in differing.items())
        lines.append(f"| {way} | {' | '.join(cells)} | {said} |")
    return lines


def _sources(figures: Figures) -> list[str]:
    lines = []
    for where in ("before", "now"):
        taken: dict[tuple[str, str, int], list[str]] = {}
        for name, figure in figures.kept.get(where, {}).items():
            taken.setdefault((figure["at"], figure["commit"], figure["records"]), []).append(name)
        for (at, commit, records), names in sorted(taken.items()):
            lines.append(
                f"- {where}, {at}, commit {commit}, {records:,}: {', '.join(sorted(names))}"
            )
    return lines


def _profile(scenario: str, statements: list[list[Any]]) -> list[str]:
    lines = [f"Where the SQL's time goes: {scenario}.", "", "| model | statement | s |"]
    lines.append("|---|---|---|")
    for model, text, seconds in statements:
        lines.append(f"| {model} | `{text}` | {seconds:.2f} |")
    return lines


def _draw(figures: Figures, path: Path) -> None:
    """The plot of the README: seconds of a first load, by way and part."""
    floor = figures.get("now", "floor_seconds")
    if floor is None:
        return
    import matplotlib

    matplotlib.use("svg")
    from matplotlib import pyplot

    # No dates and random names: the file changes where the figures do.
    pyplot.rcParams.update({"svg.hashsalt": "elt", "svg.fonttype": "none", "font.size": 9})
    bars = [
        ("psql \\copy and one insert", [("floor_copy", "copy"), ("floor_flatten", "flatten")]),
        ("this project", [(name, label) for name, label in _DRAWN]),
        ("pandas, CSV, COPY", [("pandas_seconds", "")]),
        ("dlt, rest_api", [("dlt_seconds", "")]),
    ]
    figure, axes = pyplot.subplots(figsize=(7.2, 1.9), layout="constrained")
    for row, (_, parts) in enumerate(bars):
        left = 0.0
        named: list[str] = []
        for number, (name, label) in enumerate(parts):
            seconds = figures.get("now", name)
            if seconds is None:
                continue
            shade = 0.35 + 0.14 * number if row < 2 else 0.75
            axes.barh(row, seconds, left=left, color=pyplot.cm.Blues_r(shade - 0.25))
            left += seconds
            if label:
                named.append(f"{label} {seconds:.1f}")
        # Beside the bar: most parts are too short to be named in it.
        text = f" {left:.1f} s, {left / floor:.1f} times"
        text += f"  ({', '.join(named)})" if named else ""
        axes.text(left, row, text, va="center", fontsize=8)
    axes.set_yticks(range(len(bars)), [name for name, _ in bars])
    axes.invert_yaxis()
    axes.margins(x=0.16)
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_xlabel("seconds for 100,000 users of an API, into a typed table with its key")
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


_DRAWN = (
    ("first_fetch", "fetch"),
    ("first_land", "land"),
    ("first_models", "SQL of the models"),
    ("first_reconcile", "reconcile"),
)


def _shown(value: float | None, unit: str = "") -> str:
    if value is None:
        return ""
    return f"{value:.0f}{unit}" if unit in (" KiB", " MiB") else f"{value:.2f}{unit}"


def _shorten(statement: str) -> str:
    text = " ".join(_COMMENT.sub("", statement).split()).replace("|", "\\|").replace("`", "'")
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    done = subprocess.run(command, cwd=project_root(), capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


def _versions() -> str:
    done = subprocess.run(
        [str(programs() / "postgres"), "--version"], capture_output=True, text=True, check=True
    )
    packages = ("dbt-core", "dlt", "pandas")
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    return f"PostgreSQL {done.stdout.split()[-1]}, {named}"
