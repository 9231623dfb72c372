"""Questions about a source that only a person can answer: until then nothing is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from elt.source import Source


def expect_answered(source: Source) -> None:
    """Raise DeclarationError that names the open questions of ``source``, if it has some."""
    if source.open_questions:
        # Not above: `elt run` says the questions without Airflow.
        from elt.errors import DeclarationError

        raise DeclarationError(f"{source.table}: {said(source.open_questions)}")


def said(questions: Sequence[str]) -> str:
    """The questions, and what is to be done, on one line."""
    has, them = ("a question", "it") if len(questions) == 1 else ("questions", "each")
    listed = " ".join(f"({number}) {one}" for number, one in enumerate(questions, 1))
    return (
        f"nothing is loaded, since 'open_questions' of the declaration has {has}: {listed}"
        f" Answer {them} in the DAG file, then remove {'it' if len(questions) == 1 else 'them'}"
        " from there"
    )
