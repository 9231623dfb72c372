"""How the pages of an answer are selected: what it shows, put to the test on a second page."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from elt.decode import DecodeError
from elt.decode.json import text_at
from elt.pagination import (
    REFUSALS_OF_A_PAGE,
    Cursor,
    LinkHeader,
    NextLink,
    Offset,
    Page,
    PageNumber,
    Pagination,
    PaginationError,
    SinglePage,
    same_host,
)
from elt.scaffold import json_text
from elt.scaffold.infer.ending import Ask, ending
from elt.scaffold.infer.records import is_addressable
from elt.scaffold.json_text import Number
from elt.scaffold.look import LookError
from elt.scaffold.naming import snake
from elt.scaffold.sample import Sample

Place = tuple[str, ...]

PAGES = frozenset({"page", "p", "page_number", "page_no", "pagenum", "page_num", "pageno"})
OFFSETS = frozenset({"offset", "skip", "start", "from", "start_index", "startat"})
# fmt: off
SIZES = frozenset({
    "count", "limit", "max_results", "maxresults", "page_limit", "page_size", "pagesize",
    "per_page", "perpage", "results", "rows", "size", "take", "top",
})

_TOTALS = (
    "total", "total_count", "total_results", "total_items", "total_elements", "total_records",
    "total_hits", "total_rows", "total_size", "record_count", "num_found", "nb_hits",
    "result_count", "totalcount", "totalrecords", "found", "count",
)
# fmt: on
"""From the plainest on; `count` may be the page's."""
_NEXT = frozenset({"next", "next_page", "next_url", "next_link", "next_page_url", "next_href"})
_AROUND_NEXT = frozenset({"info", "links", "meta", "page", "page_info", "paging", "pagination"})
_CURSORS: Mapping[str, tuple[str, ...]] = {
    "next_cursor": ("cursor", "next_cursor", "after", "starting_after"),
    "cursor": ("cursor",),
    "end_cursor": ("after", "cursor"),
    "after": ("after",),
    "next_page_token": ("page_token", "next_page_token"),
    "next_token": ("next_token", "token"),
    "page_token": ("page_token",),
    "continuation": ("continuation",),
    "continuation_token": ("continuation_token", "continuation"),
    "next_page": ("page", "cursor"),
    "next_offset": ("offset",),
    "next": ("cursor", "page", "after", "next"),
}
_MORE = frozenset({"has_more", "has_next", "has_next_page", "more"})
_SIGNS = PAGES | _MORE | {"pages", "current_page", "total_pages", "page_count", *SIZES} - {"count"}
_DEEPEST = 4


@dataclass(frozen=True)
class Found:
    """A pagination; ``second`` is a further page of it, where one was asked for and came."""

    pagination: Pagination
    second: Sample | None = None
    remarks: tuple[str, ...] = ()
    is_endless: bool = False
    """There is no last page, so a run needs a limit of records."""

    def plainly(self) -> Found:
        """The same, without a size of pages where the source is not told one."""
        pagination = self.pagination
        if "most" in type(pagination).model_fields and getattr(pagination, "size", None) is None:
            said = pagination.model_dump(exclude={"most"})
            return replace(self, pagination=type(pagination)(**said))
        return self


@dataclass
class Finder:
    """Looks for the pagination of an endpoint.

    ``envelope`` is what is around the records of the first page, ``params`` the parameters of the
    URL, ``key`` the path of the records' key, if there is one.
    """

    first: Sample
    envelope: Any
    params: Mapping[str, str]
    records: str | None
    key: str | None
    ask: Ask
    again: Callable[[], Sample] | None = None
    """Asks for the first page once more, as it was asked for."""
    _total: str | None = field(init=False, default=None)
    _expected: int | None = field(init=False, default=None)
    _is_random: bool = field(init=False, default=False)

    def find(self) -> Found:
        """The pagination that a second page confirms, or one answer for all."""
        self._scalars = list(_scalars(self.envelope, self.records))
        self._total, self._expected = self._find_total()
        for candidate, is_sure in self._candidates():
            found = self._confirmed(candidate, is_sure=is_sure)
            if found is not None:
                return self._with_end(found).plainly()
        return self._single()

    @property
    def _size(self) -> int:
        return len(self.first.records)

    @property
    def _more_total(self) -> str | None:
        """The total, where it says that this page is not all."""
        return self._total if self._expected is not None and self._expected > self._size else None

    def _candidates(self) -> Iterator[tuple[Pagination, bool]]:
        """Paginations to try, and whether they are sure even if there is no second page now."""
        total = self._more_total
        page, offset = self._param(PAGES), self._param(OFFSETS)
        size = self._param(SIZES)
        most = self._most(size)
        by_page = None
        if page is not None:
            start = 0 if self.params[page] == "0" else 1
            by_page = PageNumber(page=page, size=size, most=most, start=start, total=total)
            if total is not None:
                yield by_page, True
        if self.first.answer.links.get("next"):
            yield LinkHeader(size=size, most=most), False
        for place, value in self._scalars:
            if self._names_next(place) and self._is_link(value):
                yield NextLink(at=".".join(place), total=total), False
        if by_page is not None:
            yield by_page, True
        if offset is not None:
            start = 1 if self.params[offset] == "1" else 0
            yield (
                Offset(offset=offset, size=size or "limit", most=most, start=start, total=total),
                True,
            )
        yield from self._cursors(size, most, total)
        for place, value in self._scalars:
            if value is None and self._names_next(place) and self._is_about_pages(place):
                yield NextLink(at=".".join(place), total=total), True
        if page is None and offset is None:
            yield from self._guesses(size, most, total)

    def _cursors(
        self, size: str | None, most: int, total: str | None
    ) -> Iterator[tuple[Pagination, bool]]:
        more = next(
            (".".join(place) for place, value in self._scalars
             if snake(place[-1]) in _MORE and value is True), None
        )  # fmt: skip
        for place, value in self._scalars:
            if not value or isinstance(value, bool) or self._is_link(value):
                continue
            name = snake(place[-1])
            guesses = _CURSORS.get(name, ())
            known = [param for param in self.params if snake(param) in guesses]
            if any(letter.isupper() for letter in place[-1]):
                guesses = tuple(dict.fromkeys((*map(_camel, guesses), *guesses)))
            for param in dict.fromkeys((*known, *guesses)):
                yield (
                    Cursor(
                        param=param,
                        at=".".join(place),
                        more=more,
                        size=size,
                        most=most,
                        total=total,
                    ),
                    False,
                )

    def _guesses(
        self, size: str | None, most: int, total: str | None
    ) -> Iterator[tuple[Pagination, bool]]:
        """What an answer suggests that names no further page."""
        names = {snake(place[-1]): place[-1] for place, _ in self._scalars}
        is_round = self._size >= 10 and (self._size % 10 == 0 or self._size == 25)
        if total is None and not is_round and _SIGNS.isdisjoint(names):
            return
        for name in OFFSETS & names.keys():
            taken = size or next(
                (names[known] for known in names if known in SIZES - {"count"}), "limit"
            )
            yield Offset(offset=names[name], size=taken, most=most, total=total), False
        for start in (1, 0):
            yield PageNumber(page="page", size=size, most=most, start=start, total=total), False
        if total is not None:
            yield Offset(size=size or "limit", most=most, total=total), False

    def _confirmed(self, candidate: Pagination, *, is_sure: bool) -> Found | None:
        """``candidate``, if its first page is the one that was seen and its second is another."""
        begin = candidate.first(None)
        try:
            first = self.first
            if any(self.params.get(name) != value for name, value in begin.params.items()):
                first = self.ask(candidate, begin)
                is_first = self._is_same(first, self.first) or (
                    self._differs_each_time() and self._names_page(first, begin)
                )
                if not is_first:
                    return None
            else:
                # Decoded anew: the places of this pagination are to be read.
                first = self.ask(candidate, Page(1))
            following = candidate.following(first.walk(begin))
            if following is None:
                return Found(candidate) if is_sure else None
        except (LookError, DecodeError, PaginationError):
            return None
        try:
            second = self.ask(candidate, following)
        except DecodeError:
            return None
        except LookError as error:
            is_end = is_sure and error.status in REFUSALS_OF_A_PAGE
            return Found(candidate) if is_end else None
        if not second.records:
            return Found(candidate) if is_sure else None
        if self._is_random and not self._names_page(second, following):
            return None
        return None if self._overlaps(first, second) else Found(candidate, second)

    def _differs_each_time(self) -> bool:
        """Whether the same request has other records each time, so that none can be compared."""
        if self.again is not None and not self._is_random:
            try:
                self._is_random = self._are_others(self.again(), self.first)
            except (LookError, DecodeError):
                return False
        return self._is_random

    def _names_page(self, sample: Sample, page: Page) -> bool:
        """Whether an answer says that it is the page that was asked for."""
        try:
            envelope = json_text.parse(sample.answer.body)
        except ValueError:
            return False
        numbers = set(page.params.values())
        return any(
            snake(place[-1]) in PAGES and str(value) in numbers
            for place, value in _scalars(envelope, self.records)
        )

    def _with_end(self, found: Found) -> Found:
        """What the source answers past its last page, where it doesn't say how many there are."""
        seen = [sample for sample in (self.first, found.second) if sample is not None]
        ended = ending(found.pagination, seen, self.ask, self._are_others)
        remarks = list(found.remarks)
        if ended.remark is not None:
            remarks.append(ended.remark)
        if ended.is_endless and self._differs_each_time():
            remarks.append(
                "it has other records each time that it is asked: a parameter that fixes them, such"
                " as a seed, lets a load be repeated"
            )
        return replace(
            found,
            pagination=ended.pagination,
            is_endless=ended.is_endless,
            remarks=tuple(remarks),
        )

    def _are_others(self, one: Sample, other: Sample) -> bool:
        return set(self._ids(one)).isdisjoint(self._ids(other))

    def _single(self) -> Found:
        remarks: tuple[str, ...] = ()
        if self._more_total is not None:
            remarks = (
                f"the answer says there are {self._expected:,} records and has {self._size:,}, and"
                " no way to the others was found: the run will fail until you declare a pagination",
            )
        return Found(SinglePage(total=self._total), None, remarks)

    def _find_total(self) -> tuple[str | None, int | None]:
        found = []
        for place, value in self._scalars:
            name = snake(place[-1])
            if name not in _TOTALS and snake(".".join(place)) != "hits_total_value":
                continue
            if not isinstance(value, Number) or not re.fullmatch(r"[0-9]{1,15}", value):
                continue
            count = int(value)
            if count >= max(self._size, 1):
                rank = _TOTALS.index(name) if name in _TOTALS else 0
                found.append((count == self._size, len(place), rank, place, count))
        if not found:
            return None, None
        *_, place, count = min(found)
        return ".".join(place), count

    def _param(self, names: frozenset[str]) -> str | None:
        return next((param for param in self.params if snake(param) in names), None)

    def _most(self, size: str | None) -> int:
        given = self.params.get(size, "") if size else ""
        return int(given) if re.fullmatch(r"[1-9][0-9]{0,6}", given) else max(self._size, 1)

    @staticmethod
    def _names_next(place: Place) -> bool:
        name = snake(place[-1])
        return name in _NEXT or (
            len(place) > 1 and name in ("href", "url", "link") and snake(place[-2]) in _NEXT
        )

    def _is_about_pages(self, place: Place) -> bool:
        beside = {snake(other[-1]) for other, _ in self._scalars if other[:-1] == place[:-1]}
        return not beside.isdisjoint(
            {"prev", "previous", "previous_page", "prev_page", "last"}
        ) or (len(place) > 1 and snake(place[-2]) in _AROUND_NEXT)

    def _is_link(self, value: Any) -> bool:
        if isinstance(value, Number) or not isinstance(value, str):
            return False
        if not re.match(r"https?://|/|\?", value):
            return False
        try:
            same_host(value, self.first.answer.url, self.first.answer.url)
        except PaginationError:
            return False
        return True

    def _ids(self, sample: Sample) -> list[bytes]:
        if self.key is None:
            return sample.records
        return [text_at(record, self.key) or record for record in sample.records]

    def _is_same(self, one: Sample, other: Sample) -> bool:
        return self._ids(one) == self._ids(other)

    def _overlaps(self, one: Sample, other: Sample) -> bool:
        """Whether pages have more than a few records in common, which may move meanwhile."""
        common = set(self._ids(one)) & set(self._ids(other))
        return len(common) * 2 > min(len(one.records), len(other.records))


def _scalars(envelope: Any, records: str | None) -> Iterator[tuple[Place, Any]]:
    """The scalars around the records, breadth first."""
    if records is None or not isinstance(envelope, dict):
        return
    todo: deque[tuple[Place, Any]] = deque([((), envelope)])
    while todo:
        path, value = todo.popleft()
        for name, below in value.items():
            place = (*path, name)
            if not is_addressable(place) or ".".join(place) == records:
                continue
            if isinstance(below, dict):
                if len(place) < _DEEPEST:
                    todo.append((place, below))
            elif not isinstance(below, list):
                yield place, below


def is_of_pages(param: str) -> bool:
    """Whether a parameter selects a page."""
    return snake(param) in PAGES | OFFSETS


def first_page(params: Mapping[str, str]) -> dict[str, str]:
    """``params`` with those that select a page set to the first one."""
    first = dict(params)
    for name, value in params.items():
        if value.isdecimal() and snake(name) in PAGES and int(value) > 1:
            first[name] = "1"
        elif value.isdecimal() and snake(name) in OFFSETS and int(value) > 1:
            first[name] = "0"
    return first


def params_of(pagination: Pagination) -> set[str]:
    """The query parameters that a pagination sets itself."""
    return {
        value
        for name in ("page", "offset", "size", "param")
        if isinstance(value := getattr(pagination, name, None), str)
    }


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
