"""A sign of more, and what is said of an extract that leaves one unfollowed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from elt.source.place import Step

Kind = Literal["link", "cursor", "more", "total", "pages", "full", "partial"]

_MOST_DIGITS = 18
_MOST_ITEMS = 50
_TARGETS = ("href", "@href", "url", "@url", "uri", "link", "#text")
_EMPTY = frozenset({"", "0", "-1", "null", "none", "false", "nil"})
"""What stands for no next page."""


@dataclass(frozen=True)
class Sign:
    """Something in a response that says that there is more, or how much there is in all.

    ``place`` names it for people, and is what `ignore_signs_of_more` takes: ``meta.next``,
    ``@odata.nextLink``, ``header Link``, ``parameter limit``; ``said`` is its value, cut, without
    secrets. ``counts`` is how many records (``total``, ``full``) or pages (``pages``) it says there
    are. ``at`` is where in the document it stands, ``header`` in which header.
    """

    kind: Kind
    place: str
    said: str
    counts: int | None = None
    at: tuple[Step, ...] | None = None
    header: str | None = None
    is_lower_bound: bool = False

    def says_more(self, received: int, page: int) -> bool:
        """Whether there is more than ``received`` records in ``page`` pages.

        >>> Sign("total", "meta.total", "30", 30).says_more(30, 3)
        False
        >>> Sign("pages", "pages", "3", 3).says_more(20, 2)
        True
        """
        if self.kind == "total":
            return self.counts is not None and self.counts > received
        if self.kind == "pages":
            return self.counts is not None and self.counts > page
        return True

    @property
    def is_count(self) -> bool:
        """Whether it holds for all pages, so that a later page that lacks it takes nothing back."""
        return self.kind in ("total", "pages")

    @property
    def words(self) -> str:
        """What it says, in a clause: ``'has_more' is true``."""
        if self.kind == "full":
            return f"it gave {self.said}, as many as {self.place} asks for"
        bound = "at least " if self.is_lower_bound else ""
        return f"{self.place!r} is {bound}{self.said}"

    def encoded(self) -> dict[str, Any]:
        """The sign as JSON keeps it.

        >>> decoded(Sign("pages", "0.pages", "3", 3, (0, "pages")).encoded()).at
        (0, 'pages')
        """
        fields = asdict(self).items()
        return {name: value for name, value in fields if value is not None and value is not False}


def decoded(fields: Mapping[str, Any]) -> Sign:
    """The sign that `Sign.encoded` wrote. Raises TypeError for other fields."""
    at = fields.get("at")
    return Sign(**{**fields, "at": None if at is None else tuple(at)})


def unfollowed(
    signs: Iterable[Sign],
    received: int,
    page: int,
    ignored: Collection[str] = (),
    *,
    has_end: bool = False,
) -> Sign | None:
    """The first sign that there is more than an extract has at its end; None: it has all.

    ``signs`` are those of the last response (and counts of those before: `carried`), ``received``
    counts the records of all pages, ``page`` the pages. ``ignored`` are places of signs that are
    declared to lie. ``has_end`` says that the declared pagination has come to an end that the
    source itself names (no next link), so that a page that is exactly full proves nothing.

    >>> more = Sign("more", "has_more", "true"), Sign("total", "count", "30", 30)
    >>> unfollowed(more, 10, 1).place
    'has_more'
    >>> unfollowed(more, 10, 1, ["has_more"]).place, unfollowed(more[1:], 30, 3)
    ('count', None)
    """
    # Servers write the names of headers in small letters or in capitals.
    known = {place.casefold() for place in ignored}
    for sign in signs:
        if sign.place.casefold() in known or (has_end and sign.kind == "full"):
            continue
        if sign.says_more(received, page):
            return sign
    return None


def carried(before: Iterable[Sign], now: Iterable[Sign]) -> tuple[Sign, ...]:
    """The signs of a page, and the counts of those before it that it does not repeat.

    >>> total = Sign("total", "count", "30", 30)
    >>> carried([total, Sign("more", "more", "true")], []) == (total,)
    True
    """
    found = tuple(now)
    places = {sign.place for sign in found}
    return (*found, *(sign for sign in before if sign.is_count and sign.place not in places))


def error(sign: Sign, received: int) -> str:
    """What to say of an extract that leaves a sign unfollowed, and what to do."""
    return (
        f"the response says that there is more than the {received:,} records that were fetched:"
        f" {sign.words}; declare a pagination that follows it, or, where it says so without more"
        f" records, ignore_signs_of_more=({sign.place!r},)"
    )


def number(value: Any) -> int | None:
    """A number of records or pages, as a number or as text; None of what is none.

    >>> number("30"), number(30), number("30.00"), number(True), number(-1)
    (30, 30, None, None, None)
    """
    if isinstance(value, str):
        text = value.strip()
        if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
            return int(text)
    elif isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**_MOST_DIGITS:
        return value
    return None


def target_of(value: Any) -> str | None:
    """What a link or a cursor is; None of one that is empty, and so of the last page."""
    if isinstance(value, Mapping):
        for key in _TARGETS:
            if key in value:
                return target_of(value[key])
        if any(str(name)[:1] == "@" for name in value):
            return None
        return next(filter(None, map(target_of, value.values())), None)
    if isinstance(value, list):
        return next(filter(None, map(target_of, value[:_MOST_ITEMS])), None)
    if value is None or isinstance(value, bool):
        return None
    text = str(value).strip()
    return None if text.lower() in _EMPTY else text


def is_link(target: str) -> bool:
    """Whether a target is a link, and no cursor: some cursors are Base64, which has slashes."""
    begin = target[:8].lower()
    return begin.startswith(("http://", "https://", "/", "?", "./", "../")) or "?" in target


def said(target: str) -> str:
    """A link or a cursor for people: neither its query, which may hold a login, nor all of it."""
    if is_link(target):
        try:
            parts = urlsplit(target)
        except ValueError:
            return "a link"
        shown = printable(parts.path)[:60]
        return f"{shown}?…" if parts.query else shown
    shown = printable(target)
    return repr(shown if len(shown) <= 12 else f"{shown[:12]}…")


def printable(text: str) -> str:
    return "".join(character for character in text if character.isprintable())
