"""Text of any kind as a literal in which nothing of it can do harm.

Every character that a language might have a use for is written by its number, so what a source
calls its fields is never read as code, by nobody who reads the file.
"""

from __future__ import annotations

import re
import sys
import textwrap
from collections.abc import Callable, Sequence

from elt.scaffold.infer.dates import TEMPLATE

_ODD = re.compile(r"[^A-Za-z0-9_ .@#/:?=&+,-]")
_ODD_IN_JINJA = re.compile(r"[^A-Za-z0-9_ .@#-]")


def python(text: str) -> str:
    """A string of Python.

    >>> python("/api"), python('a"b')
    ('"/api"', '"a\\\\u0022b"')
    """
    return f'"{_ODD.sub(_escape, text)}"'


def template(text: str) -> str:
    """A string of Python in which the templates of dates can be read as such.

    >>> template("{{ period(dag_run) }}T{")
    '"{{ period(dag_run) }}T\\\\u007b"'
    """
    return f'"{"".join(piece[1:-1] for piece in template_pieces(text))}"'


def template_pieces(text: str, width: int = sys.maxsize) -> list[str]:
    """``text`` as several literals, templates apart from the rest."""
    found: list[str] = []
    for number, part in enumerate(re.split(f"({TEMPLATE.pattern})", text)):
        if number % 2:
            # At blanks, which stay.
            lines = textwrap.wrap(part, min(width, 1000) - 2, drop_whitespace=False)
            found += [f'"{line}"' for line in lines]
        elif part:
            found += pieces(part, width, python)
    return found or [python("")]


def jinja(text: str) -> str:
    """A string of Jinja, in single quotes as the project's SQL has them."""
    return f"'{_ODD_IN_JINJA.sub(_escape, text)}'"


def json(text: str, *, blanks: bool = True) -> str:
    """A string of JSON, for use within SQL within YAML; ``blanks`` may be written as such."""
    escaped = _ODD_IN_JINJA.sub(_escape_utf16, text)
    return f'"{escaped}"' if blanks else f'"{escaped}"'.replace(" ", "\\u0020")


def pieces(text: str, width: int, literal: Callable[[str], str]) -> list[str]:
    """``text`` as several literals of at most ``width`` characters each, and one at least."""
    found: list[str] = []
    begin = 0
    for end in range(1, len(text) + 1):
        if len(literal(text[begin : end + 1])) > width or end == len(text):
            found.append(literal(text[begin:end]))
            begin = end
    return found or [literal("")]


def jinja_path(path: Sequence[str]) -> str:
    """A path as from_json takes it: names joined by dots, or a list where that would not do."""
    if all(name and "." not in name for name in path):
        return jinja(".".join(path))
    return f"[{', '.join(map(jinja, path))}]"


def shown_path(path: Sequence[str], number: int) -> str:
    """A path in a description: as it is where it is harmless, else the number of the field."""
    text = ".".join(path)
    if re.fullmatch(r"[A-Za-z0-9_@$.-]{1,50}", text):
        return f"`{text}`"
    return f"field {number}"


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _escape_utf16(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
