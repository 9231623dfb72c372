"""Pages that the client counts: by a number, or by how many records come before them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field, PositiveInt, model_validator

from elt.source.pagination.places import Count, PaginationError, Said, named
from elt.source.pagination.walk import NO_SUCH_PAGE, REFUSALS_OF_A_PAGE, Page, Strategy, Walk

_Status = Annotated[int, Field(ge=400, le=499)]


class _Numbered(Strategy):
    """Pages go on to an empty one, unless the source says otherwise."""

    past_end: _Status | tuple[_Status, ...] = ()
    """Status of a page past the last one, or several; 404 of Django. Else it is an error."""
    until_repeat: bool = False
    """Past the last page the source gives that one again."""

    @property
    def past_ends(self) -> tuple[int, ...]:
        """The statuses of a page past the last one."""
        return (self.past_end,) if isinstance(self.past_end, int) else self.past_end

    def refusals(self, walk: Walk) -> frozenset[int]:
        known = super().refusals(walk) | {*self.past_ends}
        if self.goes_on(walk) or not walk.is_short:
            return known
        # A first page that is short may be all there is, or as much as the source gives.
        return known | (REFUSALS_OF_A_PAGE if walk.page.number == 1 else NO_SUCH_PAGE)

    def is_end_by_repeat(self, walk: Walk, earlier: int) -> bool:
        # Who ignores which page is asked for gives the first one for ever, as well.
        may_end = walk.page.number > 1 or walk.is_short or walk.page.asked is None
        return self.until_repeat and earlier == walk.page.number and may_end

    def remedy_of_repeat(self, walk: Walk) -> str:
        if self.overlap(walk):
            return "; if its offsets count records that are not shown, declare 'counts_hidden=True'"
        return "; if it does so past its last page, declare 'until_repeat=True'"

    def _is_last(self, walk: Walk) -> bool:
        """Whether no page is to be asked for after this one."""
        if walk.is_enough or (self.until_empty and walk.size == 0):
            return True
        count = self.count(walk)
        exact = count.number if count is not None and count.is_exact else None
        if (more := self.says_more(walk)) is not None:
            if more and walk.size == 0 and exact is not None and walk.received >= exact:
                raise PaginationError(
                    f"it says that there is more, and has given all {exact} records that it says"
                    " there are"
                )
            return not more
        if (last := self._last_page(walk)) is not None:
            return walk.page.number >= last
        if exact is not None and walk.received < exact:
            return walk.size == 0 and self._position(walk) >= exact
        if exact is not None and walk.received == exact and walk.is_short:
            # Of two signs of the end none is wrong. Else one request more shows whether the total
            # is, as one that counts the page is.
            return True
        return walk.size == 0 or (self.until_short and walk.size < walk.full)

    def _last_page(self, walk: Walk) -> int | None:
        return None

    def _position(self, walk: Walk) -> int:
        """How many records of the source lie before the end of ``walk``'s page, about."""
        raise NotImplementedError

    def _exact(self, walk: Walk) -> int | None:
        """How many records are to be planned for."""
        count = self.count(walk)
        if count is None or not count.is_exact or walk.size == 0:
            return None
        return count.number if walk.limit is None else min(count.number, walk.limit)


class PageNumber(_Numbered):
    """Pages selected by a number and, where the source takes one, a size.

    >>> pages = PageNumber(page_param="page", size_param="results", endless=True).plan(1500)
    >>> [(page.params, page.wanted) for page in pages]
    [({'page': '1', 'results': '750'}, 750), ({'page': '2', 'results': '750'}, 750)]
    """

    former_names: ClassVar[Mapping[str, str]] = {
        **Strategy.former_names,
        "size": "size_param",
        "most": "page_size",
        "page": "page_param",
        "last_page": "last_page_path",
    }

    kind: Literal["page_number"] = "page_number"
    page_param: str
    """Query parameter that takes the page's number; or ``{page}`` in the endpoint."""
    size_param: str | None = None
    """Query parameter that takes the records in a page."""
    page_size: PositiveInt = 1000
    """Records asked for in one page, at most."""
    start: int = Field(default=1, ge=0, le=1)
    """Number of the first page."""
    last_page_path: Said | None = None
    """Where a response says how many pages there are."""
    endless: bool = False
    """The source makes records up as it goes: a page that is short is a fault and no end."""

    @model_validator(mode="after")
    def _is_consistent(self) -> PageNumber:
        if self.endless and (self.size_param is None or self.total_path is not None):
            raise ValueError("an endless source needs 'size_param' and has no 'total_path'")
        return self

    @property
    def needs_limit(self) -> bool:
        return self.endless

    @property
    def selecting_param(self) -> str:
        return self.page_param

    def plan(self, limit: int | None) -> Iterable[Page] | None:
        if not self.endless:
            return None
        if limit is None:
            raise PaginationError("an endless source needs a limit of records")
        size = self._size(limit)
        return self._pages(1, limit, size or 1, size, limit)

    def first(self, limit: int | None) -> Page:
        return self._page(1, self._size(limit), limit)

    def following(self, walk: Walk) -> Page | None:
        if self._is_last(walk):
            return None
        return self._page(walk.page.number + 1, walk.page.asked, walk.left)

    def rest(self, walk: Walk) -> Iterable[Page] | None:
        if walk.page.number > 1:
            return None
        asked = walk.page.asked
        if (last := self._last_page(walk)) is not None:
            if walk.limit is not None:
                return None
            return (self._page(number, asked, None) for number in range(2, last + 1))
        expected = self._exact(walk)
        if expected is None:
            return None
        # The size of a page is what the source makes it, which may be less than what was asked.
        return self._pages(2, expected, walk.size, asked, walk.limit)

    def said_places(self) -> tuple[Said, ...]:
        last = () if self.last_page_path is None else (self.last_page_path,)
        return (*super().said_places(), *last)

    def goes_on(self, walk: Walk) -> bool:
        last = self._last_page(walk)
        return super().goes_on(walk) or (last is not None and walk.page.number < last)

    def check_end(self, walk: Walk) -> None:
        super().check_end(walk)
        last = self._last_page(walk)
        if last is not None and self.last_page_path is not None and walk.page.number < last:
            raise PaginationError(
                f"its {named(self.last_page_path)} says that there are {last} pages, and it has"
                f" given {walk.page.number}"
            )

    def _last_page(self, walk: Walk) -> int | None:
        count: Count | None = self._count(walk, self.last_page_path, "last_page_path", "pages")
        return None if count is None or not count.is_exact else count.number

    def _position(self, walk: Walk) -> int:
        return walk.page.number * max(walk.full, walk.page.asked or 0)

    def _size(self, limit: int | None) -> int | None:
        """The records to ask for in a page: as even as they go for ``limit`` of them."""
        if self.size_param is None:
            return None
        return self.page_size if limit is None else -(-limit // -(-limit // self.page_size))

    def _pages(
        self, begin: int, records: int, size: int, asked: int | None, limit: int | None
    ) -> Iterator[Page]:
        for number in range(begin, -(-records // size) + 1):
            least = min(size, records - (number - 1) * size)
            yield self._page(number, asked, None if limit is None else least, least)

    def _page(
        self, number: int, asked: int | None, wanted: int | None, least: int | None = None
    ) -> Page:
        params = {self.page_param: str(number - 1 + self.start)}
        if self.size_param is not None and asked is not None:
            params[self.size_param] = str(asked)
        return Page(number, params, asked, wanted, least=least)


class Offset(_Numbered):
    """Pages selected by how many records come before them.

    The next page begins after as many records as came. Where a source counts records that it does
    not show, it then gives the last ones again: these are left out where they have a key, and an
    error where they have none, unless ``counts_hidden`` says so.

    >>> Offset(offset_param="skip", size_param="take", page_size=50).first(70).params
    {'skip': '0', 'take': '50'}
    """

    former_names: ClassVar[Mapping[str, str]] = {
        **Strategy.former_names,
        "size": "size_param",
        "most": "page_size",
        "offset": "offset_param",
    }

    kind: Literal["offset"] = "offset"
    offset_param: str = "offset"
    """Query parameter that takes the number of records before the page."""
    size_param: str = "limit"
    """Query parameter that takes the records in a page."""
    page_size: PositiveInt = 100
    """Records asked for in one page, at most."""
    start: int = Field(default=0, ge=0, le=1)
    """Offset of the first record."""
    counts_hidden: bool = False
    """Offsets count records that are not shown, too: the next page begins as many after this one
    as were asked for. For a source that gives as many as it is asked for, else records are lost."""

    @property
    def selecting_param(self) -> str:
        return self.offset_param

    @property
    def counts_on_sizes(self) -> bool:
        return True

    def first(self, limit: int | None) -> Page:
        return self._page(1, 0, self.page_size, limit)

    def following(self, walk: Walk) -> Page | None:
        if self._is_last(walk):
            return None
        most = self.page_size if not self.counts_hidden else (walk.page.asked or self.page_size)
        return self._page(walk.page.number + 1, self._position(walk), most, walk.left)

    def rest(self, walk: Walk) -> Iterable[Page] | None:
        # A page that is short may have hidden records, or be as much as the source gives: the
        # second one shows which, by beginning with the last records of the first, or not.
        size, number = walk.size, walk.page.number
        is_whole = walk.page.asked is not None and size >= walk.page.asked
        is_capped = number == 2 and size == walk.full and walk.received == 2 * size
        if not (number == 1 and is_whole) and not is_capped:
            return None
        expected = self._exact(walk)
        if expected is None or self.counts_hidden:
            return None
        begin = self._position(walk)
        return (
            self._page(
                at_number, at, size,
                None if walk.limit is None else min(size, expected - at), min(size, expected - at),
            )
            for at_number, at in enumerate(range(begin, expected, size), number + 1)
        )  # fmt: skip

    def overlap(self, walk: Walk) -> int:
        if self.counts_hidden or walk.page.asked is None:
            return 0
        # Of a source that gives more than it is asked for, nobody knows how large a page is.
        return walk.size if walk.size > walk.page.asked else walk.page.asked - walk.size

    def overlap_by_key(self, walk: Walk) -> int:
        most = self.overlap(walk)
        return most if self.counts_hidden else max(most, walk.size)

    def check_end(self, walk: Walk) -> None:
        super().check_end(walk)
        if self.counts_hidden and walk.pages > 1 and walk.full < (walk.page.asked or 0):
            raise PaginationError(
                f"no page has had as many records as were asked for ({walk.page.asked}), so records"
                " may have been passed over: with 'counts_hidden' declare a smaller 'page_size'"
            )

    def _position(self, walk: Walk) -> int:
        at = int(walk.page.params.get(self.offset_param, self.start)) - self.start
        if self.counts_hidden:
            return at + max(walk.size, walk.page.asked or 0)
        # Of an empty page that is not the last, as many as are known to fit into one.
        return at + (walk.size or max(1, walk.full))

    def _page(
        self, number: int, at: int, most: int, wanted: int | None, least: int | None = None
    ) -> Page:
        # The same size on every page where it says where the next one begins.
        asked = most if wanted is None or self.counts_hidden else min(most, wanted)
        params = {self.offset_param: str(at + self.start), self.size_param: str(asked)}
        return Page(number, params, asked, wanted, least=least)
