"""Pages that go on from where the last one ended: by what it names, or by its last record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import PositiveInt

from elt.source.pagination.places import PaginationError, Said, as_parameter, key_of, named
from elt.source.pagination.walk import Page, Strategy, Take, Walk
from elt.source.place import Place, shown

LAST_RECORD = "last record"
"""The key of the value by which `LastRecord` goes on."""


class Named(Strategy):
    """Each response names the next page; the last one names none.

    A page that is named is asked for, also by an empty one, and whatever a total says.
    """

    def following(self, walk: Walk) -> Page | None:
        if walk.is_enough or (self.until_empty and walk.size == 0):
            return None
        count = self.count(walk)
        is_exact = count is not None and count.is_exact
        is_all = is_exact and count is not None and walk.received >= count.number
        if self.until_short and walk.size < walk.full and (is_all or not is_exact):
            return None
        following = self._named(walk)
        if (more := self.says_more(walk)) is False:
            return None
        if following is None:
            self._check_absence(walk, is_sure=is_all, more=more is True)
            return None
        # What is named after all that there is has been given is asked for once, to be sure.
        return None if is_all and walk.size == 0 else following

    def goes_on(self, walk: Walk) -> bool:
        return super().goes_on(walk) or self._named(walk) is not None

    def _named(self, walk: Walk) -> Page | None:
        """The page that the response names, if it does. Raises PaginationError."""
        raise NotImplementedError

    def _check_absence(self, walk: Walk, *, is_sure: bool, more: bool) -> None:
        """Raise PaginationError where it is no end that nothing is named."""
        place = self.naming_place()
        where = "next page" if place is None else f"{named(place)}, which names the next page"
        if more and self.more_path is not None:
            raise PaginationError(
                f"its {named(self.more_path)} says that there is more, and it has no {where}"
            )
        if is_sure or self.may_be_absent or place is None or walk.had(place) or not walk.received:
            return
        raise PaginationError(
            f"the response has no {named(place)}, nor has any had it: it names the wrong place; or,"
            " if the source leaves it out where there is no next page, declare 'may_be_absent=True'"
        )


class Cursor(Named):
    """Each answer says what the next request has to name; the last one says nothing.

    What it says may be an object, MediaWiki's ``continue`` for one: each of its members is a
    parameter then.

    >>> Cursor(cursor_param="after", cursor_path="paging.cursors.after").first(None).params
    {}
    """

    former_names: ClassVar[Mapping[str, str]] = {
        **Strategy.former_names,
        "size": "size_param",
        "most": "page_size",
        "param": "cursor_param",
        "at": "cursor_path",
    }

    kind: Literal["cursor"] = "cursor"
    cursor_param: str | None = None
    """Query parameter that takes the cursor; none where that is an object of parameters."""
    cursor_path: Said
    """Where an answer has the next one: null, empty or missing on the last page."""
    begin: str | None = None
    """What the first request sends in ``cursor_param``, if it must: ``*``, ``-1``."""
    size_param: str | None = None
    """Query parameter that takes the records in a page."""
    page_size: PositiveInt = 1000
    """Records asked for in one page, at most."""

    def first(self, limit: int | None) -> Page:
        begin = (
            {self.cursor_param: self.begin} if self.cursor_param and self.begin is not None else {}
        )
        return self._page(1, begin, limit)

    def said_places(self) -> tuple[Said, ...]:
        return (*super().said_places(), self.cursor_path)

    @property
    def selecting_param(self) -> str | None:
        return self.cursor_param

    def naming_place(self) -> Said:
        return self.cursor_path

    def _named(self, walk: Walk) -> Page | None:
        cursor = walk.values.get(key_of(self.cursor_path))
        if isinstance(cursor, Mapping):
            params = self._members(cursor)
        elif cursor in (None, False, ""):
            return None
        elif (text := as_parameter(cursor)) is None:
            raise self._no_cursor("is neither text nor a number")
        elif self.cursor_param is None:
            raise self._no_cursor(
                "is no object of parameters: declare the parameter, 'cursor_param'"
            )
        else:
            params = {self.cursor_param: text}
        return self._page(walk.page.number + 1, params, walk.left) if params else None

    def _members(self, cursor: Mapping[str, Any]) -> dict[str, str]:
        """The parameters that an object is; members without a value are none."""
        if self.cursor_param is not None and cursor:
            raise self._no_cursor("is neither text nor a number; an object takes no 'cursor_param'")
        params = {}
        for name, value in cursor.items():
            if value is None:
                continue
            text = str(value).lower() if isinstance(value, bool) else as_parameter(value)
            if text is None:
                raise self._no_cursor(f"has a member {name!r} that is neither text nor a number")
            params[str(name)] = text
        return params

    def _no_cursor(self, said: str) -> PaginationError:
        return PaginationError(f"the answer's cursor {named(self.cursor_path)} {said}")

    def _page(self, number: int, cursor: dict[str, str], left: int | None) -> Page:
        # The same size on every page: some cursors hold for one size only.
        params = (
            cursor if self.size_param is None else {**cursor, self.size_param: str(self.page_size)}
        )
        return Page(number, params, None if self.size_param is None else self.page_size, left)


class LastRecord(Strategy):
    """The next page begins after the last record of this one, as Stripe's do.

    It ends where ``more_path`` says so, or at an empty page.

    >>> pages = LastRecord(cursor_param="starting_after", cursor_path="id", more_path="has_more")
    >>> pages.first(None).params
    {}
    """

    former_names: ClassVar[Mapping[str, str]] = {
        **Strategy.former_names,
        "size": "size_param",
        "most": "page_size",
        "param": "cursor_param",
        "field": "cursor_path",
    }

    kind: Literal["last_record"] = "last_record"
    cursor_param: str
    """Query parameter that takes the value of the last record."""
    cursor_path: Place
    """Where a record has it: text, or a number."""
    take: Take = "last"
    """Whose value: that of the last record, or the greatest of the page; then records that have
    just this value may come again."""
    begin: str | None = None
    """What the first request sends in ``cursor_param``, if it must."""
    size_param: str | None = None
    """Query parameter that takes the records in a page."""
    page_size: PositiveInt = 100
    """Records asked for in one page, at most."""

    def first(self, limit: int | None) -> Page:
        return self._page(1, self.begin, limit)

    def following(self, walk: Walk) -> Page | None:
        if walk.is_enough or (self.until_empty and walk.size == 0):
            return None
        more = self.says_more(walk)
        if more is False or (walk.size == 0 and not more):
            return None
        count = self.count(walk)
        is_short = walk.size < walk.full
        if more is None and is_short:
            is_all = count is not None and count.is_exact and walk.received == count.number
            if is_all or (count is None and self.until_short):
                return None
        if walk.size == 0:
            raise PaginationError("it says that there is more, and has no record to go on from")
        value = as_parameter(walk.values.get(LAST_RECORD))
        if not value:
            raise PaginationError(
                f"its last record has no {shown(self.cursor_path)} that is text or a number, which"
                " names the next page"
            )
        if value == walk.page.params.get(self.cursor_param):
            # All its records have the value that was asked for, as sources give that ask for "at
            # least" this one.
            if is_short and not more:
                return None
            raise PaginationError(
                f"the records of a page that begins at {self.cursor_param}={value!r} do not go"
                " beyond it"
            )
        return self._page(walk.page.number + 1, value, walk.left)

    @property
    def selecting_param(self) -> str:
        return self.cursor_param

    def of_last_record(self) -> tuple[Place, Take]:
        return self.cursor_path, self.take

    def overlap(self, walk: Walk) -> int:
        return walk.size if self.take == "greatest" else 0

    def _page(self, number: int, value: str | None, left: int | None) -> Page:
        params = {} if value is None else {self.cursor_param: value}
        if self.size_param is not None:
            params[self.size_param] = str(self.page_size)
        return Page(number, params, None if self.size_param is None else self.page_size, left)
