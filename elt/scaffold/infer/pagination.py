"""How the pages of a response are selected: what it shows, put to the test on a second page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from elt.extract.decode import DecodeError
from elt.extract.decode.json import text_at
from elt.scaffold import json_text
from elt.scaffold.infer import questions
from elt.scaffold.infer.candidates import OFFSETS, PAGES, Candidate, Seen, candidates
from elt.scaffold.infer.ending import Ask, ending
from elt.scaffold.look import LookError
from elt.scaffold.naming import snake
from elt.scaffold.sample import Sample
from elt.source.pagination import (
    REFUSALS_OF_A_PAGE,
    Header,
    NextLink,
    Offset,
    Page,
    PageNumber,
    Pagination,
    PaginationError,
    SinglePage,
)
from elt.source.place import Place, steps


@dataclass(frozen=True)
class Found:
    """A pagination; ``second`` is a further page of it, where one was asked for and came."""

    pagination: Pagination
    second: Sample | None = None
    remarks: tuple[str, ...] = ()
    is_endless: bool = False
    """There is no last page, so a run needs a limit of records."""
    questions: tuple[str, ...] = ()
    """What was not found out, and only a person can say."""

    def plainly(self) -> Found:
        """The same, without a size of pages where the source is not told one."""
        pagination = self.pagination
        if (
            "page_size" in type(pagination).model_fields
            and getattr(pagination, "size_param", None) is None
        ):
            said = pagination.model_dump(exclude={"page_size"}, exclude_defaults=True)
            return replace(self, pagination=type(pagination)(**said))
        return self


@dataclass
class Finder:
    """Looks for the pagination of an endpoint.

    ``envelope`` is what is around the records of the first page, ``params`` the parameters of the
    URL, ``records`` where the records are, ``key`` the place of their key, if there is one.
    """

    first: Sample
    envelope: Any
    params: Mapping[str, str]
    records: Place | None
    key: Place | None
    ask: Ask
    again: Callable[[], Sample] | None = None
    """Asks for the first page once more, as it was asked for."""
    _is_random: bool | None = field(init=False, default=None)
    _tried: dict[str, str] = field(init=False, default_factory=dict)
    """What was tried in vain, and why it was."""

    def find(self) -> Found:
        """The pagination that a second page confirms, or one response for all."""
        seen = self._seen()
        for candidate in candidates(seen):
            found = self._confirmed(candidate)
            if found is not None:
                left = questions.left(self.first.signs, found.pagination, self._size)
                ended = self._with_end(replace(found, remarks=(*found.remarks, *left)))
                return ended.plainly()
        total, _ = seen.total()
        asked = questions.open_questions(
            self.first.signs,
            self._size,
            self._tried,
            may_be_a_page=self._is_list and seen.may_have_more,
        )
        return Found(SinglePage(total_path=total), questions=asked)

    @property
    def _size(self) -> int:
        return len(self.first.records)

    @property
    def _is_list(self) -> bool:
        """Whether the response has a list of records; else it is one itself."""
        return self.records is not None or not isinstance(self.envelope, dict)

    def _seen(self) -> Seen:
        seen = Seen(
            signs=self.first.signs,
            envelope=self.envelope,
            records=self.records,
            size=self._size,
            params=self.params,
            key=self.key,
            links=self.first.answer.links,
        )
        _, expected = seen.total()
        is_all = self.first.says_all and not any(
            sign.kind != "full" and sign.says_more(self._size, 1) for sign in seen.signs
        )
        is_more = self._is_list and not is_all and expected != self._size
        return replace(seen, may_have_more=is_more)

    def _confirmed(self, candidate: Candidate) -> Found | None:
        """``candidate``, if its first page is the one that was seen and its second continues it."""
        pagination, is_sure = candidate.pagination, candidate.is_sure
        try:
            begin = pagination.first(None)
            # Decoded anew: the places of this pagination are to be read.
            first = self.ask(pagination, Page(1))
            following = pagination.following(first.walk(begin))
            if following is None:
                return Found(pagination) if is_sure else None
            second = self.ask(pagination, following)
        except LookError as error:
            is_end = is_sure and error.status in REFUSALS_OF_A_PAGE
            refused = f"was refused with {error.status}" if error.status else str(error)
            return Found(pagination) if is_end else self._in_vain(pagination, refused)
        except (DecodeError, PaginationError) as error:
            return self._in_vain(pagination, str(error))
        if second.records and self._overlaps(first, second, pagination):
            return self._in_vain(pagination, "gave the same records")
        if not self._begins(pagination, begin):
            return self._in_vain(pagination, "began with other records")
        if not second.records:
            if following.link is not None or self._goes_on(pagination, second, following):
                return Found(pagination)
            if is_sure or self._is_end(pagination):
                return Found(pagination)
            return self._in_vain(pagination, "gave none")
        if not self._names_page(second, following):
            is_lottery = self._is_random or (candidate.is_guess and self._differs_each_time())
            if is_lottery:
                return self._in_vain(pagination, "gave other records, as each request does")
        if not self._continues(pagination, first, second, begin, following):
            return self._in_vain(pagination, "led back")
        return Found(_where_it_ends(pagination, second), second)

    def _in_vain(self, pagination: Pagination, why: str) -> Found | None:
        self._tried.setdefault(questions.tried(pagination), why)
        return None

    def _begins(self, pagination: Pagination, begin: Page) -> bool:
        """Whether the first page is the one that was seen."""
        if all(self.params.get(name) == value for name, value in begin.params.items()):
            return True
        try:
            first = self.ask(pagination, begin)
        except (LookError, DecodeError):
            return False
        return self._is_same(first, self.first) or (
            self._differs_each_time() and self._names_page(first, begin)
        )

    def _goes_on(self, pagination: Pagination, second: Sample, following: Page) -> bool:
        """Whether a page without records names a further one."""
        if isinstance(pagination, PageNumber | Offset):
            return False  # which count, whatever the page is
        try:
            return pagination.following(second.walk(following, self.first)) is not None
        except PaginationError:
            return False

    def _is_end(self, pagination: Pagination) -> bool:
        """Whether a page without records says that the first one has all there are.

        A source that does not know the parameter would have given the same records again.
        """
        is_counted = isinstance(pagination, PageNumber | Offset)
        signs = (sign for sign in self.first.signs if sign.kind != "full")
        return is_counted and not any(sign.says_more(self._size, 1) for sign in signs)

    def _continues(
        self, pagination: Pagination, first: Sample, second: Sample, begin: Page, following: Page
    ) -> bool:
        """Whether the second page does not lead back, as a link by its index in a list may."""
        if not isinstance(pagination, NextLink) or not _has_index(pagination):
            return True
        try:
            third = pagination.following(second.walk(following, first))
            return third is None or self._are_others(self.ask(pagination, third), first)
        except (LookError, DecodeError, PaginationError):
            return False

    def _differs_each_time(self) -> bool:
        """Whether the same request has other records each time, so that none can be compared."""
        if self._is_random is None:
            try:
                again = self.again() if self.again is not None else self.first
            except (LookError, DecodeError):
                return False
            self._is_random = self._are_others(again, self.first)
        return self._is_random

    def _names_page(self, sample: Sample, page: Page) -> bool:
        """Whether a response says that it is the page that was asked for."""
        try:
            envelope = json_text.parse(sample.answer.body)
        except ValueError:
            return False
        numbers = set(page.params.values())
        scalars = replace(self._seen(), envelope=envelope).scalars()
        return any(snake(str(at[-1])) in PAGES and str(value) in numbers for at, value in scalars)

    def _with_end(self, found: Found) -> Found:
        """What the source gives past its last page, where it doesn't say how many there are."""
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

    def _ids(self, sample: Sample) -> list[bytes]:
        if self.key is None:
            return sample.records
        return [text_at(record, self.key) or record for record in sample.records]

    def _is_same(self, one: Sample, other: Sample) -> bool:
        return self._ids(one) == self._ids(other)

    def _overlaps(self, one: Sample, other: Sample, pagination: Pagination) -> bool:
        """Whether pages have more than a few records in common, which may move meanwhile."""
        ids, others = self._ids(one), self._ids(other)
        common = set(ids) & set(others)
        if isinstance(pagination, Offset) and pagination.start == 0 and ids[-1:] == others[:1]:
            # Offsets that are counted from 1.
            return True
        return len(common) * 2 > min(len(ids), len(others))


def _has_index(pagination: NextLink) -> bool:
    return any(isinstance(step, int) for place in pagination.places() for step in steps(place))


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
    return set(pagination.params())


def _where_it_ends(pagination: Pagination, second: Sample) -> Pagination:
    """The pagination for a source that leaves out what names a next page where there is none.

    Then a day with one page has it nowhere, and is whole.
    """
    place = pagination.naming_place()
    if place is None or isinstance(place, Header) or place in second.document.present:
        return pagination
    return pagination.model_copy(update={"may_be_absent": True})
