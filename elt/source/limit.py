"""The limit of an extract: how many records are wanted, as a template says."""

from __future__ import annotations

import re

from elt.errors import DeclarationError
from elt.source import Source


def record_limit(source: Source, rendered: str | None) -> int | None:
    """How many records of ``source`` to fetch, of a rendered template. Raises DeclarationError."""
    if rendered is None:
        return None
    if not re.fullmatch(r"\s*[0-9]{1,12}\s*", str(rendered)):
        raise DeclarationError(
            f"{source.table}: the limit of records is rendered as {str(rendered)[:40]!r}, which is"
            " not a whole number: look at the parameters of the run and at the DAG's 'limit'"
        )
    return int(rendered)
