"""How the pages of an answer are selected, and where they end: one small class a strategy.

A strategy names the first page, and the one that follows a page that was answered. Where the source
has said how many records there are, the rest is named at once and fetched side by side.

Every strategy ends when as many records as were asked for have come, at an empty page, and at the
``total`` that the source names. One that counts pages or records also ends at a page shorter than
those before it. The first page has none before it: where it is shorter than asked for, the next one
is asked for all the same, since many sources silently give less than they are asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, model_validator

from elt.place import Place, shown

REFUSALS_OF_A_PAGE = frozenset({400, 404, 410, 416, 422})
"""Statuses that sources have for a page past the last one."""


class PaginationError(Exception):
    """A source's pages do not go on as they should; the message says in which way."""


@dataclass(frozen=True)
class Page:
    """One request of an extract.

    ``number`` counts from 1; ``params`` are the query parameters that select the page, or ``link``
    is where it is. ``asked`` is how many records the source is asked for, ``wanted`` how many of
    them belong to the extract; None where that is not said.
    """

    number: int
    params: Mapping[str, str] = field(default_factory=dict)
    asked: int | None = None
    wanted: int | None = None
    link: str | None = None


@dataclass(frozen=True)
class Walk:
    """How far an extract has come: the last page asked for, and what it answered.

    ``received`` counts the records of all pages, ``size`` those of this one, ``full`` those of the
    largest one; ``value`` reads a place of the answer outside its records, ``links`` are those of
    its header Link by relation, ``url`` is where it came from.
    """

    limit: int | None
    page: Page
    size: int
    received: int
    full: int
    values: Mapping[Place, Any]
    links: Mapping[str, str]
    url: str

    @property
    def left(self) -> int | None:
        """How many records the extract still wants; None: all there are."""
        return None if self.limit is None else self.limit - self.received


class _Strategy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    total: Place | None = None
    """Where an answer says how many records there are in all."""
    most_pages: PositiveInt = 100_000
    """Pages after which an extract that finds no end is given up."""

    def plan(self, limit: int | None) -> Iterable[Page] | None:
        """All pages, where they are known before anything is asked."""
        return None

    def first(self, limit: int | None) -> Page:
        """The page to begin with."""
        return Page(1, wanted=limit)

    def following(self, walk: Walk) -> Page | None:
        """The page after ``walk``'s; None: that was the last one. Raises PaginationError."""
        raise NotImplementedError

    def rest(self, walk: Walk) -> Iterable[Page] | None:
        """All pages after the first one, where its answer says how many there are."""
        return None

    def probe(self) -> dict[str, str]:
        """Parameters of a small request that shows whether the source has records."""
        return {}

    def places(self) -> tuple[Place, ...]:
        """What has to be read of an answer beside its records."""
        return () if self.total is None else (self.total,)

    def expected(self, walk: Walk) -> int | None:
        """How many records there are for the extract, by the source's own word."""
        if self.total is None:
            return None
        said = walk.values.get(self.total)
        if isinstance(said, str) and said.isascii() and said.isdigit() and len(said) <= 18:
            said = int(said)
        if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < 10**18:
            raise PaginationError(f"the answer's total {shown(self.total)} is no number of records")
        return said if walk.limit is None else min(said, walk.limit)

    def _ends(self, walk: Walk, *, at_short: bool) -> bool:
        if walk.limit is not None and walk.received >= walk.limit:
            return True
        if (expected := self.expected(walk)) is not None and walk.received >= expected:
            return True
        if walk.size == 0:
            return True
        return at_short and expected is None and walk.size < walk.full


class SinglePage(_Strategy):
    """No pages: one answer has everything.

    >>> SinglePage().first(None)
    Page(number=1, params={}, asked=None, wanted=None, link=None)
    """

    kind: Literal["single"] = "single"

    def following(self, walk: Walk) -> Page | None:
        return None


class PageNumber(_Strategy):
    """Pages selected by a number and, where the source takes one, a size.

    >>> pages = PageNumber(page="page", size="results", most=1000, endless=True).plan(1500)
    >>> [(page.params, page.wanted) for page in pages]
    [({'page': '1', 'results': '750'}, 750), ({'page': '2', 'results': '750'}, 750)]
    """

    kind: Literal["page_number"] = "page_number"
    page: str
    """Query parameter that takes the page's number."""
    size: str | None = None
    """Query parameter that takes the records in a page."""
    most: PositiveInt = 1000
    """Records asked for in one page, at most."""
    start: int = Field(default=1, ge=0, le=1)
    """Number of the first page."""
    endless: bool = False
    """The source makes records up as it goes: a page that is short is a fault and no end."""
    past_end: int | None = Field(default=None, ge=400, le=499)
    """Status of a page past the last one; 404 of Django. Without it such a status is an error."""

    @model_validator(mode="after")
    def _is_consistent(self) -> PageNumber:
        if self.endless and (self.size is None or self.total is not None):
            raise ValueError("an endless source needs 'size' and has no 'total'")
        return self

    def plan(self, limit: int | None) -> Iterable[Page] | None:
        if not self.endless:
            return None
        if limit is None:
            raise PaginationError("an endless source needs a limit of records")
        return self._pages(limit, self._size(limit))

    def first(self, limit: int | None) -> Page:
        return self._page(1, self._size(limit), limit)

    def following(self, walk: Walk) -> Page | None:
        if self._ends(walk, at_short=True):
            return None
        return self._page(walk.page.number + 1, walk.page.asked, walk.left)

    def rest(self, walk: Walk) -> Iterable[Page] | None:
        expected = self.expected(walk)
        if expected is None or walk.size == 0:
            return None
        # The size of a page is what the source makes it, which may be less than what was asked.
        pages = self._pages(expected, walk.size)
        next(pages, None)
        return pages

    def probe(self) -> dict[str, str]:
        return {} if self.size is None else {self.size: "1"}

    def _size(self, limit: int | None) -> int | None:
        """The records to ask for in a page: as even as they go for ``limit`` of them."""
        if self.size is None:
            return None
        return self.most if limit is None else -(-limit // -(-limit // self.most))

    def _pages(self, records: int, size: int | None) -> Iterator[Page]:
        size = size or 1
        for number in range(1, -(-records // size) + 1):
            yield self._page(number, size, min(size, records - (number - 1) * size))

    def _page(self, number: int, asked: int | None, wanted: int | None) -> Page:
        params = {self.page: str(number - 1 + self.start)}
        if self.size is not None and asked is not None:
            params[self.size] = str(asked)
        return Page(number, params, asked, wanted)


class Offset(_Strategy):
    """Pages selected by how many records come before them.

    >>> Offset(offset="skip", size="take", most=50).first(70).params
    {'skip': '0', 'take': '50'}
    """

    kind: Literal["offset"] = "offset"
    offset: str = "offset"
    """Query parameter that takes the number of records before the page."""
    size: str = "limit"
    """Query parameter that takes the records in a page."""
    most: PositiveInt = 100
    """Records asked for in one page, at most."""
    start: int = Field(default=0, ge=0, le=1)
    """Offset of the first record."""

    def first(self, limit: int | None) -> Page:
        return self._page(1, 0, self.most, limit)

    def following(self, walk: Walk) -> Page | None:
        if self._ends(walk, at_short=True):
            return None
        return self._page(walk.page.number + 1, walk.received, self.most, walk.left)

    def rest(self, walk: Walk) -> Iterable[Page] | None:
        expected = self.expected(walk)
        if expected is None or walk.size == 0:
            return None
        return (
            self._page(number, at, walk.size, min(walk.size, expected - at))
            for number, at in enumerate(range(walk.size, expected, walk.size), 2)
        )

    def probe(self) -> dict[str, str]:
        return {self.size: "1"}

    def _page(self, number: int, at: int, most: int, wanted: int | None) -> Page:
        asked = most if wanted is None else min(most, wanted)
        params = {self.offset: str(at + self.start), self.size: str(asked)}
        return Page(number, params, asked, wanted)


class Cursor(_Strategy):
    """Each answer says what the next request has to name; the last one says nothing.

    A shorter page is no end of these, unless ``until_short``; an empty one is, unless
    ``through_empty``. Links are alike.

    >>> Cursor(param="after", at="paging.cursors.after").first(None).params
    {}
    """

    kind: Literal["cursor"] = "cursor"
    param: str
    """Query parameter that takes the cursor."""
    at: Place
    """Where an answer has the next one: null, empty or missing on the last page."""
    more: Place | None = None
    """Where an answer says whether there is a next page; for cursors that the last one has, too."""
    size: str | None = None
    """Query parameter that takes the records in a page."""
    most: PositiveInt = 1000
    """Records asked for in one page, at most."""
    through_empty: bool = False
    """A page without records that names a next one is not the last."""
    until_short: bool = False
    """A page shorter than those before it is the last, whatever it names."""

    def first(self, limit: int | None) -> Page:
        return self._page(1, {}, limit)

    def following(self, walk: Walk) -> Page | None:
        if _is_over(self, walk):
            return None
        if self.more is not None and walk.values.get(self.more) in (None, False, 0, "", "false"):
            return None
        cursor = walk.values.get(self.at)
        if cursor in (None, False, ""):
            return None
        if isinstance(cursor, bool) or not isinstance(cursor, str | int | float | Decimal):
            raise PaginationError(
                f"the answer's cursor {shown(self.at)} is neither text nor a number"
            )
        return self._page(walk.page.number + 1, {self.param: str(cursor)}, walk.left)

    def probe(self) -> dict[str, str]:
        return {} if self.size is None else {self.size: "1"}

    def places(self) -> tuple[Place, ...]:
        return (*super().places(), self.at, *((self.more,) if self.more else ()))

    def _page(self, number: int, cursor: dict[str, str], left: int | None) -> Page:
        # The same size on every page: some cursors hold for one size only.
        params = cursor if self.size is None else {**cursor, self.size: str(self.most)}
        return Page(number, params, None if self.size is None else self.most, left)


class NextLink(_Strategy):
    """Each answer has a link to the next page in its body, absolute or relative.

    >>> NextLink(at="info.next").places()
    ('info.next',)
    """

    kind: Literal["next_link"] = "next_link"
    at: Place
    """Where an answer has the link: null, empty or missing on the last page."""
    through_empty: bool = False
    """A page without records that names a next one is not the last."""
    until_short: bool = False
    """A page shorter than those before it is the last, whatever it names."""

    def following(self, walk: Walk) -> Page | None:
        if _is_over(self, walk):
            return None
        link = walk.values.get(self.at)
        if link in (None, False, ""):
            return None
        if not isinstance(link, str):
            raise PaginationError(f"the answer's link {shown(self.at)} is no text")
        return _linked(walk, link)

    def places(self) -> tuple[Place, ...]:
        return (*super().places(), self.at)


class LinkHeader(_Strategy):
    """Each answer has a link to the next page in its header Link (RFC 8288), as GitHub's do.

    >>> LinkHeader().rel
    'next'
    """

    kind: Literal["link_header"] = "link_header"
    rel: str = "next"
    """Relation of the link that is followed."""
    size: str | None = None
    """Query parameter of the first request that takes the records in a page."""
    most: PositiveInt = 100
    """Records asked for in one page, at most."""
    through_empty: bool = False
    """A page without records that names a next one is not the last."""
    until_short: bool = False
    """A page shorter than those before it is the last, whatever it names."""

    def first(self, limit: int | None) -> Page:
        params = {} if self.size is None else {self.size: str(self.most)}
        return Page(1, params, None if self.size is None else self.most, limit)

    def following(self, walk: Walk) -> Page | None:
        if _is_over(self, walk):
            return None
        link = walk.links.get(self.rel.lower())
        return None if not link else _linked(walk, link)

    def probe(self) -> dict[str, str]:
        return {} if self.size is None else {self.size: "1"}


Pagination = Annotated[
    SinglePage | PageNumber | Offset | Cursor | NextLink | LinkHeader,
    Field(discriminator="kind"),
]


def same_host(link: str, page: str, base: str) -> str:
    """Where ``link``, found in the answer of ``page``, leads: always to the host of ``base``.

    Scheme and port are those of ``base``, too: sources behind a proxy often name others in their
    links. Raises PaginationError for a link to another host, or that cannot be followed.

    >>> same_host("?page=2", "https://api.example.com/v1/orders", "https://api.example.com/v1")
    'https://api.example.com/v1/orders?page=2'
    """
    try:
        target, known = urlsplit(urljoin(page, link.strip())), urlsplit(base)
        elsewhere = target.hostname != known.hostname or (
            target.scheme == known.scheme and _port(target) != _port(known)
        )
    except ValueError:
        raise PaginationError("its link to the next page is no URL") from None
    if target.scheme not in ("http", "https") or not target.hostname:
        raise PaginationError("its link to the next page is no URL")
    if elsewhere:
        raise PaginationError(
            f"its link to the next page leads to another host, {_shown(target.netloc)}; links are"
            " followed on the connection's host only"
        )
    netloc = known.netloc.rpartition("@")[2]
    return urlunsplit(target._replace(scheme=known.scheme, netloc=netloc, fragment=""))


def _port(url: Any) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _shown(netloc: str) -> str:
    return repr(netloc.rpartition("@")[2][:100])


def _linked(walk: Walk, link: str) -> Page:
    return Page(walk.page.number + 1, wanted=walk.left, link=link)


def _is_over(strategy: Cursor | NextLink | LinkHeader, walk: Walk) -> bool:
    if walk.size == 0 and strategy.through_empty:
        return False
    return strategy._ends(walk, at_short=strategy.until_short)
