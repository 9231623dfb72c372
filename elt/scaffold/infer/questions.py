"""What a look could not find out, as questions: with the options that answer them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from elt.extract.more import Sign
from elt.source.pagination import Cursor, Header, LinkHeader, NextLink, Pagination, Said, named
from elt.source.place import steps

_SIZES = frozenset({15, 24, 32, 64, 128, 256, 512})
"""Sizes of pages that are no round numbers."""
_MOST_TRIED = 12


def open_questions(
    signs: Sequence[Sign], size: int, tried: Mapping[str, str], *, may_be_a_page: bool
) -> tuple[str, ...]:
    """What is to be answered before a response of ``size`` records is taken for all there are.

    ``tried`` are parameters that gave no further page, and why. ``may_be_a_page`` says that the
    response does not deny that there is more.
    """
    asked = []
    for sign in signs:
        if not sign.says_more(size, 1):
            continue
        asked.append(
            f"Are there more than these {size:,} records? {_capital(sign.words)}"
            f"{_in_vain(tried)}. If there are, declare the 'pagination' that gives them; if not,"
            f" declare ignore_signs_of_more=({sign.place!r},)."
        )
    if not asked and may_be_a_page and _is_round(size):
        asked.append(
            f"Are there more than these {size:,} records? So round a number is often that of a"
            f" page, and the response does not say{_in_vain(tried)}. If there are, declare the"
            " 'pagination' that gives them."
        )
    return tuple(asked)


def left(signs: Sequence[Sign], pagination: Pagination, size: int) -> tuple[str, ...]:
    """Remarks on the signs of more that ``pagination`` does not go by."""
    return tuple(
        f"the response says, too, that there is more: {sign.words}; the pagination does not go by"
        " that, and a run that ends while it says so fails"
        for sign in signs
        if sign.kind != "full" and sign.says_more(size, 1) and not _goes_by(pagination, sign)
        # One of several counts will do.
        if not (sign.is_count and pagination.total_path is not None)
    )


def tried(pagination: Pagination) -> str:
    """What a pagination asks for, in a word or two."""
    if isinstance(pagination, LinkHeader):
        return "header Link"
    if isinstance(pagination, NextLink):
        return f"what is at {named(pagination.next_url_path)}"
    if isinstance(pagination, Cursor) and pagination.cursor_param is None:
        return f"what is at {named(pagination.cursor_path)}"
    return f"{pagination.selecting_param or ''}="


def _goes_by(pagination: Pagination, sign: Sign) -> bool:
    if sign.header is not None and sign.header.lower() == "link":
        return isinstance(pagination, LinkHeader)
    return any(_is_at(place, sign) for place in pagination.said_places())


def _is_at(place: Said, sign: Sign) -> bool:
    if isinstance(place, Header):
        return sign.header is not None and sign.header.lower() == place.name.lower()
    if sign.at is None:
        return False
    way = steps(place)
    # An object may be the sign, and a member of it the place, or the other way round.
    return sign.at[: len(way)] == way or way[: len(sign.at)] == sign.at


def _in_vain(given: Mapping[str, str]) -> str:
    if not given:
        return ""
    listed = "; ".join(f"{name} {why}" for name, why in list(given.items())[:_MOST_TRIED])
    return f" (tried in vain: {listed})"


def _is_round(size: int) -> bool:
    if size < 10:
        return False
    return size % 10 == 0 or size % 25 == 0 or size in _SIZES


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
