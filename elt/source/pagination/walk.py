"""Pages, how far an extract has come, and what all strategies have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import PositiveInt

from elt.source.model import Declaration
from elt.source.pagination.places import (
    Count,
    Header,
    PaginationError,
    Said,
    count_in,
    is_true,
    key_of,
    named,
    relation_of,
)
from elt.source.place import Place

Take = Literal["last", "greatest"]
"""Whose value names the next page: that of the last record, or the greatest of the page."""

REFUSALS_OF_A_PAGE = frozenset({400, 404, 410, 416, 422})
"""Statuses that sources have for a page past the last one."""
NO_SUCH_PAGE = frozenset({404, 410, 416})
"""Those of them that say nothing else: 400 and 422 may mean that a page is too far in."""


@dataclass(frozen=True)
class Page:
    """One request of an extract.

    ``number`` counts from 1; ``params`` are the query parameters that select the page, or ``link``
    is where it is. ``asked`` is how many records the source is asked for, ``wanted`` how many of
    them belong to the extract, ``least`` how many the page must have; None where that is not said.
    """

    number: int
    params: Mapping[str, str] = field(default_factory=dict)
    asked: int | None = None
    wanted: int | None = None
    link: str | None = None
    least: int | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Walk:
    """How far an extract has come: the last page asked for, and what it answered.

    ``received`` counts the records of all pages but for those that came a second time, ``size``
    those of this one, ``full`` those of the largest one. ``values`` has what the response says at
    the places of the strategy, by `key_of`; of a place that it has not, nothing. ``earlier`` has
    the latest values of the responses before it. ``links`` are those of its header Link by
    relation, ``url`` is where it came from. ``pages`` counts the responses with records.
    """

    limit: int | None
    page: Page
    size: int
    received: int
    full: int
    values: Mapping[str, Any]
    links: Mapping[str, str]
    url: str
    earlier: Mapping[str, Any] = field(default_factory=dict)
    pages: int = 1

    @property
    def left(self) -> int | None:
        """How many records the extract still wants; None: all there are."""
        return None if self.limit is None else self.limit - self.received

    @property
    def is_enough(self) -> bool:
        """Whether the extract has as many records as it was asked for."""
        return self.limit is not None and self.received >= self.limit

    @property
    def is_short(self) -> bool:
        """Whether the page is smaller than one before it; the first, than it was asked to be."""
        asked = self.page.asked if self.page.number == 1 else None
        return self.size < self.full or (asked is not None and self.size < asked)

    def has(self, place: Said) -> bool:
        """Whether the response has something at ``place``, be it null."""
        return key_of(place) in self.values

    def had(self, place: Said) -> bool:
        """Whether any response so far has had something at ``place``."""
        return self.has(place) or key_of(place) in self.earlier

    def said(self, place: Said) -> Any:
        """What a source says of the whole at ``place``: here, or earlier.

        Past the end some responses say nothing of it, or 0.
        """
        key = key_of(place)
        now, before = self.values.get(key), self.earlier.get(key)
        return before if now is None or (self.size == 0 and before is not None) else now


class Strategy(Declaration):
    """How the pages of a response are selected, and where they end."""

    former_names: ClassVar[Mapping[str, str]] = {"total": "total_path", "more": "more_path"}

    total_path: Said | None = None
    """Where a response says how many records there are in all: a number, text of digits, or an
    object with ``value`` and ``relation``; one that is a lower bound is no total."""
    total_off_by: int = 0
    """How many the total says too many: 1 of one too many, -1 of the index of the last one."""
    more_path: Said | None = None
    """Where a response says whether there is a next page: true or false, 1 or 0, also as text."""
    until_short: bool = False
    """A page shorter than those before it is the last."""
    until_empty: bool = False
    """A page without records is the last, whatever it names."""
    may_be_absent: bool = False
    """The source leaves out what names a next page where there is none, also on a first page."""
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
        """All pages after ``walk``'s, where the source has said how many there are."""
        return None

    @property
    def needs_limit(self) -> bool:
        """Whether an extract must say how many records it wants, since there is no last page."""
        return False

    @property
    def has_end(self) -> bool:
        """Whether the extract goes on until the source says that there is no more."""
        return True

    @property
    def counts_on_sizes(self) -> bool:
        """Whether a page that is not as large as was expected moves those after it."""
        return False

    @property
    def selecting_param(self) -> str | None:
        """The query parameter that selects a page; None where a link does, or nothing."""
        return None

    @property
    def hosts_in_links(self) -> tuple[str, ...]:
        """Hosts that stand for the connection's in links."""
        return ()

    def of_last_record(self) -> tuple[Place, Take] | None:
        """Where a record has what names the next page, and which record's counts."""
        return None

    def naming_place(self) -> Said | None:
        """Where a response names the next page."""
        return None

    def goes_by_link(self, relation: str) -> bool:
        """Whether the next page is the link of the header Link with this relation."""
        return False

    def overlap_by_key(self, walk: Walk) -> int:
        """`overlap` where a key tells records apart, so that more of them may be looked for."""
        return self.overlap(walk)

    def is_end_by_repeat(self, walk: Walk, earlier: int) -> bool:
        """Whether the next page, which has the records of page ``earlier``, is past the end."""
        return False

    def remedy_of_repeat(self, walk: Walk) -> str:
        """What to declare if a page may repeat the records of another; empty if nothing helps."""
        return ""

    def params(self) -> tuple[str, ...]:
        """Names of the parameters that the strategy sets; the endpoint may have places for them."""
        names = (self.selecting_param, getattr(self, "size_param", None))
        return tuple(name for name in names if isinstance(name, str))

    def said_places(self) -> tuple[Said, ...]:
        """What has to be read of a response beside its records."""
        relation = None if self.total_path is None else relation_of(self.total_path)
        return tuple(
            place for place in (self.total_path, relation, self.more_path) if place is not None
        )

    def places(self) -> tuple[Place, ...]:
        """Those of them that are in its body."""
        return tuple(place for place in self.said_places() if not isinstance(place, Header))

    def headers(self) -> tuple[Header, ...]:
        """Those of them that are headers."""
        return tuple(place for place in self.said_places() if isinstance(place, Header))

    def overlap(self, walk: Walk) -> int:
        """How many records of the page after ``walk``'s may be the last ones of this again."""
        return 0

    def refusals(self, walk: Walk) -> frozenset[int]:
        """Statuses of the page after ``walk``'s that say that there is none."""
        count = self.count(walk)
        is_all = count is not None and count.is_exact and walk.received >= count.number
        return REFUSALS_OF_A_PAGE if is_all else frozenset()

    def count(self, walk: Walk) -> Count | None:
        """How many records there are, by the source's own word. Raises PaginationError."""
        return self._count(walk, self.total_path, "total_path", "records", self.total_off_by)

    def expected(self, walk: Walk) -> int | None:
        """How many records the extract must have at its end; None where the source doesn't say."""
        count = self.count(walk)
        if count is None:
            return None
        return count.number if walk.limit is None else min(count.number, walk.limit)

    def says_more(self, walk: Walk) -> bool | None:
        """What `more_path` says; None where it is not declared, or no response has had it."""
        if self.more_path is None or not walk.had(self.more_path):
            return None
        # Some sources have the flag only where it is true.
        return walk.has(self.more_path) and is_true(walk.values[key_of(self.more_path)])

    def goes_on(self, walk: Walk) -> bool:
        """Whether the source has said that there are records after ``walk``'s page."""
        count = self.count(walk)
        is_less = count is not None and walk.received < count.number
        return bool(self.says_more(walk)) or is_less

    def check_end(self, walk: Walk) -> None:
        """Raise PaginationError where a response contradicts that ``walk``'s page is the last."""
        overridden = self.until_empty and walk.size == 0
        if self.more_path is not None and not overridden:
            if self.says_more(walk):
                raise PaginationError(f"its {named(self.more_path)} says that there is more")
            if walk.pages > 1 and not walk.had(self.more_path):
                raise PaginationError(
                    f"no response has had {named(self.more_path)}, though there was more than one"
                    " page: 'more_path' names the wrong place"
                )

    def _count(
        self, walk: Walk, place: Said | None, name: str, what: str, off_by: int = 0
    ) -> Count | None:
        if place is None:
            return None
        value = walk.said(place)
        if value is None and walk.received == 0:
            return None
        if not walk.had(place):
            raise PaginationError(
                f"the response has no {named(place)}: {name!r} names the wrong place, or the source"
                " does not always say it"
            )
        relation = relation_of(place)
        count = count_in(value, None if relation is None else walk.said(relation))
        if count is None:
            word = name.removesuffix("_path").replace("_", " ")
            raise PaginationError(f"the response's {word} {named(place)} is no number of {what}")
        return Count(max(0, count.number - off_by), count.is_exact)


class SinglePage(Strategy):
    """No pages: one answer has everything.

    >>> SinglePage().first(None)
    Page(number=1, params={}, asked=None, wanted=None, link=None)
    """

    kind: Literal["single"] = "single"

    @property
    def has_end(self) -> bool:
        return False

    def following(self, walk: Walk) -> Page | None:
        return None
