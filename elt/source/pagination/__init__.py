"""How the pages of a response are selected, and where they end: one small class a strategy.

A strategy names the first page, and the one that follows a page that has come. Where the source
has said how many there are, the rest is named at once and fetched side by side.

An extract ends where the source says so: by the number of records or pages, a flag, no further
link or cursor. A number of records is believed where the last page is short, too; else the page
after it is asked for. Who says nothing is asked until a page is empty: a short page may have
records that are not shown, or be as much as the source gives. Signs that contradict each other
are an error.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from elt.source.pagination.cursors import LAST_RECORD, Cursor, LastRecord, Named
from elt.source.pagination.links import LinkHeader, NextLink, same_host
from elt.source.pagination.numbered import Offset, PageNumber
from elt.source.pagination.places import DottedPath, Header, PaginationError, Said, key_of, named
from elt.source.pagination.walk import REFUSALS_OF_A_PAGE, Page, SinglePage, Strategy, Walk

__all__ = [
    "LAST_RECORD",
    "REFUSALS_OF_A_PAGE",
    "Cursor",
    "DottedPath",
    "Header",
    "LastRecord",
    "LinkHeader",
    "Named",
    "NextLink",
    "Offset",
    "Page",
    "PageNumber",
    "Pagination",
    "PaginationError",
    "Said",
    "SinglePage",
    "Strategy",
    "Walk",
    "key_of",
    "named",
    "same_host",
]

Pagination = Annotated[
    SinglePage | PageNumber | Offset | Cursor | LastRecord | NextLink | LinkHeader,
    Field(discriminator="kind"),
]
