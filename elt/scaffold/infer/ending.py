"""What a source answers past its last page: a status, nothing, a page again, or more and more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from elt.extract.decode import DecodeError
from elt.scaffold.look import LookError
from elt.scaffold.sample import Sample
from elt.source.pagination import REFUSALS_OF_A_PAGE, Offset, Page, PageNumber, Pagination
from elt.source.pagination.walk import NO_SUCH_PAGE

Ask = Callable[[Pagination, Page], Sample]
"""Asks for a page of a source with this pagination. Raises LookError, DecodeError."""

_FAR = 99_999


@dataclass(frozen=True)
class Ending:
    """A pagination that knows where it ends; or that it does not, so that a run needs a limit."""

    pagination: Pagination
    is_endless: bool = False
    remark: str | None = None


def ending(
    pagination: Pagination,
    seen: Sequence[Sample],
    ask: Ask,
    are_others: Callable[[Sample, Sample], bool],
) -> Ending:
    """How ``pagination`` ends, by a page that is far beyond what a source may have.

    ``seen`` are the first pages, ``are_others`` says whether two pages have no record in common. A
    source that says how many records or pages there are, whether there is more, or which page is
    the next, is not asked.
    """
    if not isinstance(pagination, PageNumber | Offset):
        return Ending(pagination)
    if any(place is not None for place in (*pagination.said_places(), pagination.more_path)):
        return Ending(pagination)
    try:
        far = ask(pagination, _page(pagination, _FAR))
    except LookError as error:
        if error.status in NO_SUCH_PAGE:
            return Ending(pagination.model_copy(update={"past_end": error.status}))
        if error.status in REFUSALS_OF_A_PAGE:
            # It may be too far in, where there are records that the source does not give.
            return Ending(
                pagination,
                remark=f"page {_FAR:,} is refused with {error.status}: if the page after the last"
                f" one is, too, so that the run fails there, declare past_end={error.status}",
            )
        return Ending(pagination)
    except DecodeError:
        return Ending(pagination)
    if not far.records:
        return Ending(pagination)
    try:
        before = ask(pagination, _page(pagination, _FAR - 1))
    except (LookError, DecodeError):
        before = far
    if far.records == before.records and are_others(far, seen[0]):
        return Ending(
            pagination.model_copy(update={"until_repeat": True}),
            remark=f"page {_FAR:,} has the records of the one before: past its last page the source"
            " gives that one again, so a page that repeats the one before is the end",
        )
    if not all(are_others(far, sample) for sample in (*seen, before)):
        return Ending(
            pagination,
            remark=f"page {_FAR:,} has records of another page: past its last one the source gives"
            " one again, so an extract of all pages will fail; find out how it says where it ends",
        )
    if isinstance(pagination, PageNumber) and pagination.size_param is not None:
        pagination = PageNumber(**pagination.model_dump() | {"endless": True})
    remark = (
        f"page {_FAR:,} has records, too, and others than the first ones: the source has no last"
        " page, so a run loads as many records as its parameter `records` says"
    )
    return Ending(pagination, is_endless=True, remark=remark)


def _page(pagination: PageNumber | Offset, number: int) -> Page:
    size = {}
    if pagination.size_param is not None:
        size = {pagination.size_param: str(pagination.page_size)}
    if isinstance(pagination, PageNumber):
        return Page(number, {pagination.page_param: str(number), **size})
    return Page(number, {pagination.offset_param: str(number * pagination.page_size), **size})
