"""Open questions of a declaration: nothing is loaded until they are answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from elt.errors import DeclarationError
from elt.extract import fetch
from elt.local import open_questions, run
from elt.local.apis import Choice
from elt.local.home import Home
from elt.local.requested import Request
from elt.source import Source
from elt.stack.errors import StackError

QUESTION = "the response says has_more: true; declare a pagination."

PLAIN = """
from elt.pipeline import pipeline
from elt.source import Source
ASKED = "is it one page?"
{source}
dag = pipeline({first}, dag_id="plain", marts=["a"])
other = pipeline(Source(open_questions=("of another",)), dag_id="other", marts=["b"])
"""


@pytest.mark.parametrize(
    ("source", "first", "asked"),
    [
        ("source = Source(open_questions=('one?', 'two' ' and?'))", "source", ("one?", "two and?")),
        ("found = Source(open_questions=[ASKED])", "source=found", ("is it one page?",)),
        ("", "Source(open_questions=('one?',))", ("one?",)),
        ("source = Source()", "source", ()),
        ("source = Source(open_questions=())", "source", ()),
        ("source = Source(open_questions=tuple(ASKED))", "source", ()),
        ("source = made()", "source", ()),
    ],
)
def test_a_file_is_read_for_them_without_airflow(
    source: str, first: str, asked: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / "plain.py").write_text(PLAIN.format(source=source, first=first))
    assert open_questions.read(tmp_path, "plain") == asked


def test_elt_run_refuses_before_anything_is_started(tmp_path: Path) -> None:
    home = Home(tmp_path / ".elt", tmp_path)
    home.dags.mkdir()
    text = PLAIN.format(source=f"source = Source(open_questions=({QUESTION!r},))", first="source")
    (home.dags / "plain.py").write_text(text)
    with pytest.raises(StackError, match=r"plain: nothing is loaded.*has_more: true.*remove it"):
        run.run(
            home,
            Request("plain", {}, None, Choice.of([])),
            Console(quiet=True),
            Console(quiet=True),
        )
    assert not (tmp_path / ".elt").exists()


def declared() -> Source:
    return Source(
        name="shop", entity="orders", conn_id="c", endpoint="/o", open_questions=(QUESTION, "Two?")
    )


def test_nothing_is_fetched() -> None:
    hook: Any = None
    with pytest.raises(DeclarationError, match=r"shop__orders: .*\(1\) .*has_more.*\(2\) Two\?"):
        fetch.fetch(hook, declared(), {}, None, hook)


def test_the_first_task_fails_and_the_dag_parses() -> None:
    from elt.airflow.operators import CreateTablesOperator

    task = CreateTablesOperator(task_id="create_tables", source=declared(), cron=None)
    with pytest.raises(DeclarationError, match="has_more: true"):
        task.execute({})
