"""The parameters of a request: of one given twice the last counts, nothing is an error."""

from __future__ import annotations

from aiohttp import web


def last(request: web.Request, name: str) -> str:
    """The last value of a parameter; "" where it is not given."""
    values = request.query.getall(name, [""])
    return values[-1].encode("utf-8", "replace").decode()


def number(text: str, *, at_least: int) -> int:
    """The number a text says; ``at_least`` where it says less or none."""
    text = text.strip()
    # Eighteen digits: no page number is longer, and int() of a very long text is slow.
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        return at_least
    return max(int(text), at_least)
