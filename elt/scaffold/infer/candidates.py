"""The paginations that a first response suggests, the likeliest first."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elt.extract.more import Sign
from elt.extract.more.names import meaning
from elt.scaffold.infer.places import Path, is_addressable, place_of
from elt.scaffold.json_text import Number
from elt.scaffold.naming import snake
from elt.source.pagination import (
    Cursor,
    Header,
    LastRecord,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
    Pagination,
    Said,
)
from elt.source.place import Place, steps

PAGES = frozenset(
    {"page", "p", "page_index", "page_number", "page_no", "pagenum", "page_num", "pageno"}
)
OFFSETS = frozenset(
    {"offset", "skip", "start", "from", "start_index", "startat", "start_at", "result_offset"}
)
# fmt: off
SIZES = frozenset({
    "count", "limit", "max_results", "maxresults", "page_limit", "page_size", "pagesize",
    "per_page", "perpage", "result_record_count", "results", "rows", "size", "take", "top",
})
_NEXT = frozenset({"next", "next_page", "next_url", "next_link", "next_page_url", "next_href"})
_AROUND_NEXT = frozenset({"info", "links", "meta", "page", "page_info", "paging", "pagination"})
_BESIDE_NEXT = frozenset({"prev", "previous", "previous_page", "prev_page", "last"})
_CURSORS: Mapping[str, tuple[str, ...]] = {
    "next_cursor": ("cursor", "next_cursor", "after", "starting_after"),
    "cursor": ("cursor", "after"),
    "end_cursor": ("after", "cursor"),
    "after": ("after",),
    "next_page_token": ("page_token", "next_page_token"),
    "next_token": ("pagination_token", "next_token", "page_token", "token"),
    "page_token": ("page_token",),
    "next_marker": ("marker", "next_marker"),
    "continuation": ("continuation",),
    "continuation_token": ("continuation_token", "continuation"),
    "next_page": ("page", "cursor"),
    "next_offset": ("offset",),
    "offset": ("offset",),
    "next": ("cursor", "page", "after", "next"),
}
_ANY_CURSOR = ("cursor", "page_token", "next_token", "after", "token")
"""Parameters that take a cursor of any name."""
_AFTER_LAST = ("starting_after", "after", "after_id", "last_id", "since_id", "from_id")
"""Parameters that take the id of the last record."""
# fmt: on
_HINTS: tuple[tuple[frozenset[str], str, str], ...] = (
    (frozenset({"exceeded_transfer_limit"}), "resultOffset", "resultRecordCount"),
    (frozenset({"odata_context", "odata_count"}), "$skip", "$top"),
    (frozenset({"hits_total", "hits_total_value"}), "from", "size"),
    (frozenset({"num_found", "response_num_found"}), "start", "rows"),
    (frozenset({"start_at", "max_results"}), "startAt", "maxResults"),
    (frozenset({"start_index", "items_per_page"}), "startIndex", "count"),
)
"""Names in a response, and what such sources call offset and size."""
_DEEPEST = 4
_MOST_GUESSES = 9
"""Parameters that are tried for a cursor."""


@dataclass(frozen=True)
class Candidate:
    """A pagination to try. ``is_sure``: also if there is no second page now; ``is_guess``: its
    parameters are nobody's word."""

    pagination: Pagination
    is_sure: bool = False
    is_guess: bool = False


@dataclass(frozen=True)
class Seen:
    """What is known of a first page: its signs, what is around its records, how many there are,
    the parameters of the URL, and where a record has its key."""

    signs: Sequence[Sign]
    envelope: Any
    records: Place | None
    size: int
    params: Mapping[str, str]
    key: Place | None
    links: Mapping[str, str]
    may_have_more: bool = True
    """Whether nothing in the response says that this is all."""

    def scalars(self) -> list[tuple[Path, Any]]:
        """The scalars around the records, breadth first."""
        return list(_scalars(self.envelope, self.records))

    def total(self) -> tuple[Said | None, int | None]:
        """Where the response says how many records there are in all, and how many it says."""
        found = [
            (sign.counts == self.size, len(sign.at or ()), number, sign)
            for number, sign in enumerate(self.signs)
            if sign.kind == "total" and not sign.is_lower_bound and sign.counts is not None
            if sign.counts >= max(self.size, 1) and said_at(sign) is not None
        ]
        if not found:
            return None, None
        sign = min(found, key=lambda entry: entry[:3])[3]
        return said_at(sign), sign.counts


def said_at(sign: Sign) -> Said | None:
    """Where a sign is, as a declaration has it; None where none can name it."""
    if sign.header is not None:
        # Not what is a part of the header's value.
        is_whole = sign.place.lower() == f"header {sign.header.lower()}"
        is_range = sign.header.lower() == "content-range"
        return Header(name=sign.header) if is_whole and not is_range else None
    if sign.at is None or not is_addressable(sign.at):
        return None
    return place_of(sign.at)


def candidates(seen: Seen) -> Iterator[Candidate]:
    """The paginations to try."""
    return _Candidates(seen).all()


class _Candidates:
    def __init__(self, seen: Seen) -> None:
        self.seen = seen
        self.scalars = seen.scalars()
        self.names = {snake(str(path[-1])): str(path[-1]) for path, _ in self.scalars}
        self.size = _param(seen.params, SIZES)
        given = seen.params.get(self.size, "") if self.size else ""
        is_number = re.fullmatch(r"[1-9][0-9]{0,6}", given)
        self.most = int(given) if is_number else max(seen.size, 1)
        total, expected = seen.total()
        self.total = total if expected is not None and expected > seen.size else None
        self.more = self._said("more", with_meaning=True)
        self.last_page = self._said("pages")
        self.has_cursor = False

    def all(self) -> Iterator[Candidate]:
        seen, size, most, total = self.seen, self.size, self.most, self.total
        page, offset = _param(seen.params, PAGES), _param(seen.params, OFFSETS)
        by_page = None
        if page is not None:
            start = 0 if seen.params[page] == "0" else 1
            by_page = self._by_page(page, start, size)
            if total is not None:
                yield Candidate(by_page, is_sure=True)
        if seen.links.get("next"):
            yield Candidate(LinkHeader(size_param=size, page_size=most, total_path=total))
        for sign in seen.signs:
            at = said_at(sign)
            if sign.kind == "link" and at is not None and (sign.header or "").lower() != "link":
                yield Candidate(NextLink(next_url_path=at, total_path=total, more_path=self.more))
        if by_page is not None:
            yield Candidate(by_page, is_sure=True)
        if offset is not None:
            start = 1 if seen.params[offset] == "1" else 0
            yield Candidate(self._by_offset(offset, size or "limit", start), is_sure=True)
        yield from self._cursors()
        for path, value in self.scalars:
            if value is None and _names_next(path) and self._is_about_pages(path):
                yield Candidate(
                    NextLink(next_url_path=place_of(path), total_path=total), is_sure=True
                )
        guesses: list[Candidate] = []
        if page is None and offset is None and seen.may_have_more:
            guesses = list(self._guesses())
        is_counted = self.last_page is not None or any(
            name in PAGES | OFFSETS for name in self.names
        )
        for some in (
            (guesses, self._last_records()) if is_counted else (self._last_records(), guesses)
        ):
            yield from some

    def _said(self, kind: str, *, with_meaning: bool = False) -> Said | None:
        for sign in self.seen.signs:
            name = sign.header or str((sign.at or ("",))[-1])
            # A flag that is false where there is more cannot be declared.
            is_meant = not with_meaning or meaning(name) == "more"
            if sign.kind == kind and is_meant and (at := said_at(sign)) is not None:
                return at
        return None

    def _by_page(self, page: str, start: int, size: str | None) -> PageNumber:
        return PageNumber(
            page_param=page,
            size_param=size,
            page_size=self.most,
            start=start,
            total_path=self.total,
            last_page_path=self.last_page,
            more_path=self.more,
        )

    def _by_offset(self, offset: str, size: str, start: int = 0) -> Offset:
        return Offset(
            offset_param=offset,
            size_param=size,
            page_size=self.most,
            start=start,
            total_path=self.total,
            more_path=self.more,
        )

    def _cursors(self) -> Iterator[Candidate]:
        params = self.seen.params
        for sign, at, name in self._cursor_places():
            self.has_cursor = True
            guesses = (*_CURSORS.get(snake(name), ()), *_own(snake(name)), *_ANY_CURSOR)
            given = [param for param in params if snake(param) in guesses]
            if sign is not None and self._is_object(sign):
                yield Candidate(self._cursor(at, None))
                continue
            for param in [*given, *_styled(guesses, name)][:_MOST_GUESSES]:
                yield Candidate(self._cursor(at, param), is_guess=True)

    def _last_records(self) -> Iterator[Candidate]:
        if self.more is not None and self.seen.key is not None and not self.has_cursor:
            params = self.seen.params
            given = [param for param in params if snake(param) in _AFTER_LAST]
            for param in dict.fromkeys((*given, *_AFTER_LAST)):
                last = LastRecord(
                    cursor_param=param,
                    cursor_path=self.seen.key,
                    more_path=self.more,
                    size_param=self.size,
                    page_size=self.most,
                    total_path=self.total,
                )
                yield Candidate(last, is_guess=True)

    def _cursor(self, at: Said, param: str | None) -> Cursor:
        return Cursor(
            cursor_param=param,
            cursor_path=at,
            more_path=self.more,
            size_param=self.size,
            page_size=self.most,
            total_path=self.total,
        )

    def _cursor_places(self) -> Iterator[tuple[Sign | None, Said, str]]:
        """Where a cursor is, and its name: by the signs, then by names alone."""
        known = set()
        for sign in self.seen.signs:
            if sign.kind == "cursor" and (at := said_at(sign)) is not None:
                known.add(at)
                yield sign, at, (sign.header or str((sign.at or ("",))[-1])).removeprefix("X-")
        for path, value in self.scalars:
            name = snake(str(path[-1]))
            is_value = value and not isinstance(value, bool) and name in _CURSORS
            if name == "offset" and isinstance(value, Number):
                continue  # where this page begins
            if is_value and place_of(path) not in known and not _is_link(value):
                yield None, place_of(path), str(path[-1])

    def _is_object(self, sign: Sign) -> bool:
        value = self.seen.envelope
        for step in sign.at or ():
            try:
                value = value[step]
            except (LookupError, TypeError):
                return False
        return isinstance(value, dict)

    def _guesses(self) -> Iterator[Candidate]:
        """What a response suggests that names no further page."""
        offsets = list(self._offsets())
        pages = [
            Candidate(self._by_page(param, start, self.size), is_guess=True)
            for param in dict.fromkeys([*self._named_pages(), "page"])
            for start in (1, 0)
        ]
        # By the number of a page, unless the response names an offset and no page.
        first, then = (offsets, pages) if offsets else (pages, offsets)
        yield from first
        yield from then
        if not any(
            isinstance(one.pagination, Offset) and one.pagination.offset_param == "offset"
            for one in offsets
        ):
            yield Candidate(self._by_offset("offset", self.size or "limit"), is_guess=True)
        yield Candidate(self._by_offset("$offset", self.size or "$limit"), is_guess=True)

    def _named_pages(self) -> list[str]:
        return [self.names[name] for name in sorted(PAGES & self.names.keys() - {"page"})]

    def _offsets(self) -> Iterator[Candidate]:
        around = {
            snake("_".join(map(str, path[-length:]))) for path, _ in self.scalars
            for length in (1, 2, 3)
        } | {snake(sign.place.replace(".", "_")) for sign in self.seen.signs}  # fmt: skip
        named = next((self.names[name] for name in self.names if name in SIZES - {"count"}), None)
        for hints, offset, size in _HINTS:
            if not hints.isdisjoint(around):
                yield Candidate(self._by_offset(offset, self.size or size), is_guess=True)
                if offset == "startIndex":
                    yield Candidate(self._by_offset(offset, self.size or size, 1), is_guess=True)
        for name in OFFSETS & self.names.keys() - {"from"}:
            size = self.size or named or "limit"
            yield Candidate(self._by_offset(self.names[name], size), is_guess=True)

    def _is_about_pages(self, path: Path) -> bool:
        beside = {snake(str(other[-1])) for other, _ in self.scalars if other[:-1] == path[:-1]}
        return not beside.isdisjoint(_BESIDE_NEXT) or (
            len(path) > 1 and snake(str(path[-2])) in _AROUND_NEXT
        )


def _own(name: str) -> tuple[str, ...]:
    """Parameters that are called as the cursor is."""
    return tuple(filter(None, (name.removeprefix("next_"), name)))


def _styled(guesses: Iterable[str], name: str) -> list[str]:
    """``guesses`` as they are written where the cursor is called ``name``.

    >>> _styled(["token", "next_token"], "NextToken")[:4]
    ['token', 'NextToken', 'nextToken', 'Token']
    """
    names = list(dict.fromkeys(guesses))
    if name[:1].isupper():
        # AWS: NextToken is sent as such, NextContinuationToken as continuation-token.
        own = _own(snake(name))
        pascal = [_camel(one)[:1].upper() + _camel(one)[1:] for one in reversed(own)]
        names = [own[0].replace("_", "-"), pascal[0], _camel(own[-1]), *pascal, *map(_camel, names)]
    elif any(letter.isupper() for letter in name):
        names = [*map(_camel, names), *names]
    return list(dict.fromkeys(names))


def _names_next(path: Path) -> bool:
    name = snake(str(path[-1]))
    return name in _NEXT or (
        len(path) > 1 and name in ("href", "url", "link") and snake(str(path[-2])) in _NEXT
    )


def _is_link(value: Any) -> bool:
    is_text = isinstance(value, str) and not isinstance(value, Number)
    return is_text and re.match(r"https?://|/|\?", value) is not None


def _param(params: Iterable[str], names: frozenset[str]) -> str | None:
    return next((param for param in params if snake(param) in names), None)


def _scalars(envelope: Any, records: Place | None) -> Iterator[tuple[Path, Any]]:
    if records is None:
        return
    way = steps(records)
    todo: deque[tuple[Path, Any]] = deque([((), envelope)])
    while todo:
        path, value = todo.popleft()
        # Of lists, those on the way to the records: [{"page": 1}, [...]].
        is_way = isinstance(value, list) and way[: len(path)] == path
        items = value.items() if isinstance(value, dict) else enumerate(value) if is_way else ()
        for name, below in items:
            at = (*path, name)
            if not is_addressable(at) or at == way:
                continue
            if isinstance(below, dict | list):
                if len(at) < _DEEPEST:
                    todo.append((at, below))
            else:
                yield at, below


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
