"""What an extract has received, page by page, and whether that is all there is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from elt.errors import SourceError, SourceInvalidError
from elt.extract import more
from elt.extract.more import Sign
from elt.extract.reading import PageResponse
from elt.extract.repeats import overlap, value_of
from elt.extract.resume import Entry
from elt.extract.spool import Spool
from elt.http.retry import Fault, Kind
from elt.source import Source
from elt.source.pagination import (
    LAST_RECORD,
    Header,
    Page,
    PaginationError,
    Said,
    Strategy,
    Walk,
    key_of,
)
from elt.source.place import shown, steps


class PastEndError(Exception):
    """The source refuses a page, or gives its last one again, to say that there are no more."""


def may_be_empty(source: Source) -> bool:
    """Whether a response without records is one."""
    return source.may_be_empty or source.incremental is not None


def nothing(source: Source) -> str:
    """What a response without records lacks."""
    if source.records_path is None:
        return "the answer has no records"
    return f"the answer's {shown(source.records_path)} is empty"


class Received:
    """The pages of an extract of ``source`` so far, in their order."""

    def __init__(self, source: Source, limit: int | None) -> None:
        self._source = source
        self._limit = limit
        self._records = self._full = self._pages = 0
        self._earlier: dict[str, Any] = {}
        self._signs: tuple[Sign, ...] = ()
        self.walk: Walk | None = None
        """How far it has come; None before the first page."""

    def add(self, page: Page, entry: Entry) -> Walk:
        """Count the page that came next."""
        if self.walk is not None:
            for key, value in self.walk.values.items():
                if value is not None or key not in self._earlier:
                    self._earlier[key] = value
        signs = entry.signs
        if not entry.size:
            # Past its end a source may count nothing.
            counted = {sign.place for sign in self._signs if sign.is_count}
            signs = tuple(sign for sign in signs if sign.place not in counted)
        self._signs = more.carried(self._signs, signs)
        self._records += entry.size - entry.overlap
        self._full = max(self._full, entry.size)
        self._pages += entry.size > 0
        self.walk = Walk(
            self._limit,
            page,
            entry.size,
            self._records,
            self._full,
            entry.values,
            entry.links,
            entry.url,
            dict(self._earlier),
            self._pages,
        )
        return self.walk

    @property
    def overlap(self) -> int:
        """How many of the next page's first records may be the last ones that have come."""
        if self.walk is None:
            return 0
        strategy = self._source.pagination
        if self._source.keys:
            return strategy.overlap_by_key(self.walk)
        return strategy.overlap(self.walk)

    def again(self, records: list[bytes], spool: Spool) -> int:
        """How many of the next page's records are the last ones of ``spool`` again.

        Raises SourceInvalidError where records without a key leave that open.
        """
        most, last = self.overlap, list[bytes]()
        if self.walk is None or most == 0 or not records:
            return 0
        for number in range(self.walk.page.number, 0, -1):
            last = spool.page(number) + last
            if len(last) >= most:
                break
        again = overlap(last, records, self._source.keys, most)
        if again and not self._source.keys:
            raise SourceInvalidError(
                f"{self._source.table}: page {self.walk.page.number + 1} begins with the last"
                f" {again} records of the page before it, or with some that are the same: declare"
                " the 'key' that tells, or, if offsets count records that are not shown,"
                " 'counts_hidden=True'"
            )
        return again

    def check_empty(self, page: Page, response: PageResponse) -> None:
        """Raise Fault where a page has no records and cannot be without."""
        if page.number > 1 or may_be_empty(self._source):
            return
        values = values_of(self._source, response)
        walk = Walk(self._limit, page, 0, 0, 0, values, response.links, response.url, pages=0)
        try:
            is_followed = self._source.pagination.following(walk) is not None
        except PaginationError:
            is_followed = True  # which is said when the page is counted
        if not is_followed:
            raise Fault(nothing(self._source), Kind.CONTENT)

    def check_refusal(self, status: int) -> None:
        """Raise PastEndError where the next page is refused to say that there is none."""
        if self.walk is not None and status in self._source.pagination.refusals(self.walk):
            raise PastEndError

    def check_repeat(self, earlier: int) -> None:
        """Raise for a next page that has the records of page ``earlier``, if they cannot be the
        same: PastEndError where it is how the source says that there are no more, or Fault."""
        walk, strategy = self.walk, self._source.pagination
        if walk is None:
            return
        remedy = strategy.remedy_of_repeat(walk)
        is_all = bool(remedy) and self.has_all() and bool(self._source.keys)
        if is_all or strategy.is_end_by_repeat(walk, earlier):
            raise PastEndError
        # Records without a key may well be the same.
        if self._source.keys or not strategy.goes_on(walk):
            raise Fault(f"it repeats the records of page {earlier}{remedy}", Kind.INVALID)

    def has_all(self) -> bool:
        """Whether the source has said how many records there are, and has given as many."""
        if self.walk is None:
            return False
        count = self._source.pagination.count(self.walk)
        return count is not None and count.is_exact and self.walk.received >= count.number

    def judge(self, where: str) -> None:
        """Raise the error where the source says that there is more than has come.

        SourceError where it has given fewer records than it says there are, since it may have
        changed meanwhile; else SourceInvalidError.
        """
        walk, strategy = self.walk, self._source.pagination
        if walk is None or walk.is_enough:
            return
        try:
            expected = strategy.expected(walk)
            if expected is not None and walk.received < expected:
                raise SourceError(
                    f"{where}: it says there are {expected} records and has given {walk.received}"
                )
            strategy.check_end(walk)
        except PaginationError as error:
            raise SourceInvalidError(f"{where}: {error}") from None
        sign = more.unfollowed(
            [sign for sign in self._signs if not _is_own(sign, strategy)],
            walk.received,
            walk.page.number,
            self._source.ignore_signs_of_more,
            has_end=strategy.has_end,
        )
        if sign is not None:
            raise SourceInvalidError(f"{where}: {more.error(sign, walk.received)}")


def values_of(source: Source, response: PageResponse) -> Mapping[str, Any]:
    """What a response says at the places of the strategy; nothing of those that it has not."""
    strategy, document = source.pagination, response.document
    values = {
        key_of(place): document.values[place]
        for place in strategy.places()
        if place in document.present
    }
    for header in strategy.headers():
        if (said := response.headers.get(header.name)) is not None:
            values[key_of(header)] = said.strip()
    if (last := strategy.of_last_record()) is not None and document.records:
        values[LAST_RECORD] = value_of(document.records, *last, source.table)
    return values


def _is_own(sign: Sign, strategy: Strategy) -> bool:
    """Whether ``strategy`` itself goes by what the sign says."""
    if sign.header is not None and sign.header.lower() == "link":
        return strategy.goes_by_link("next")
    return any(_is_at(sign, place) for place in strategy.said_places())


def _is_at(sign: Sign, place: Said) -> bool:
    if isinstance(place, Header):
        return sign.header is not None and sign.header.lower() == place.name.lower()
    if sign.at is None:
        return False
    at, way = tuple(map(str, sign.at)), tuple(map(str, steps(place)))
    # An object of a total or a cursor, or a member of it, may be declared or found.
    return at[: len(way)] == way or way[: len(at)] == at
