"""What the names of fields and headers say about more pages, whatever way they are written."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache
from typing import Literal

Meaning = Literal["next", "cursor", "more", "last", "total", "pages", "remaining", "links"]
"""``next``: a link or a cursor, or nothing on the last page; ``cursor``: the same, of names that
also stand for the present page; ``more``: true if there is more; ``last``: true if there is none;
``total`` and ``pages``: how many records and pages there are; ``remaining``: how many are left;
``links``: links by relation."""


def names(text: str) -> frozenset[str]:
    """The words of a text as a set."""
    return frozenset(text.split())


_LONGEST = 60
"""Characters of a name, at most."""
_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
_PREFIXES = names("amz api as d dc hydra ms odata opensearch os pagination paging wp x")

_OF_NEXT = names(
    "after batch bookmark chunk continuation cursor cursors from href id index items key link"
    " mark marker max min no num number offset page pages path position query record records"
    " request result results row scroll set since skip slice start str string token uri url"
)
_NEXT = names(
    "continuationkey continuationtoken lastevaluatedkey moreurl morelink moreresultsurl"
    " moretopicsurl pagetoken paginationtoken resumptiontoken"
)
_CURSORS = names("after continuation continue cursor endcursor offset")
_OF_MORE = names(
    "another available batches come data elements entries exist exists follow items load next"
    " objects of page pages records results rows to"
)
_MORE = names(
    "canloadmore exceededlimit exceededtransferlimit incomplete incompleteresults isincomplete"
    " ispartial istruncated limitexceeded limitreached loadmore nextpageavailable nextpageexists"
    " overflow partial partialresults resultstruncated truncated"
)
_LAST = names(
    "allloaded atend complete done end endoflist endofresults endofstream eof exhausted finalpage"
    " finished iscomplete isdone isend isexhausted isfinal isfinished islast islastpage jobcomplete"
    " last lastpage nomore nomorepages nomoreresults reachedend"
)
_HOW_MANY = names(
    "all available count estimated exact found full matched matching n nb num number of overall"
    " size total"
)
_RECORDS = names(
    "collection dataset doc docs document documents element elements entries entry hit hits item"
    " items list match matches object objects query record records result results row rows search"
    " set"
)
_PAGES = names(
    "lastpage lastpagenumber maxpage nbpages npages numberofpages numpages pagecount pages"
    " pagescount pagestotal pagetotal totalnumberofpages totalpage totalpagecount totalpages"
)
_REMAINING = names(
    "itemsremaining pagesremaining recordsremaining remaining remainingcount remainingitemcount"
    " remainingitems remainingpages remainingrecords remainingresults resultsremaining"
)
_AROUND = names(
    "collection context control controls count counts cursor cursors d data envelope extensions"
    " feed head header hits info information link links list listing meta metadata nav navigation"
    " next page pageinfo pager pages pagination paginator paging response result results"
    " resultset search set summary total totals view"
)

STRONG = names(
    "continuationtoken exceededtransferlimit hasmore hasnext hasnextpage istruncated"
    " lastevaluatedkey nextcontinuationtoken nextcursor nextlink nextmarker nextpage nextpagelink"
    " nextpagetoken nextpageurl nextrecordsurl nexttoken nexturl pagetoken resumptiontoken"
)
"""Names, without blanks and capitals, that mean more pages wherever they stand."""


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name, without prefixes that say whose it is.

    >>> words("@odata.nextLink"), words("X-Total-Count"), words("numFound"), words("opensearch")
    (('next', 'link'), ('total', 'count'), ('num', 'found'), ('opensearch',))
    """
    if len(name) > _LONGEST:
        return ()
    found = [word.lower() for word in _WORD.findall(name)]
    while len(found) > 1 and found[0] in _PREFIXES:
        del found[0]
    return tuple(found)


def squashed(name: str) -> str:
    """A name without blanks, signs and capitals: ``hasMore`` and ``has_more`` are alike."""
    return "".join(words(name))


def is_around(name: str) -> bool:
    """Whether an object of this name usually holds what is said about the records.

    >>> is_around("response_metadata"), is_around("pageInfo"), is_around("_shards")
    (True, True, False)
    """
    found = words(name)
    return bool(found) and all(word in _AROUND for word in found)


def meaning(name: str, nouns: Collection[str] = ()) -> Meaning | None:
    """What a name says about more pages; ``nouns`` are words for the records.

    >>> [meaning(name) for name in ("next_cursor", "hasMore", "isLast", "numFound", "total_pages")]
    ['next', 'more', 'last', 'total', 'pages']
    >>> [meaning(name) for name in ("next_update", "total_price", "features_count", "previous")]
    [None, None, None, None]
    >>> meaning("features_count", ["features"])
    'total'
    """
    known = _meaning(name)
    if known is None and nouns and _is_total(words(name), frozenset(nouns)):
        return "total"
    return known


@lru_cache(maxsize=4096)
def _meaning(name: str) -> Meaning | None:
    of = words(name)
    if not of:
        return None
    whole = "".join(of)
    for names, what in _NAMES:
        if whole in names:
            return what
    if _is_more(of):
        return "more"
    if of[0] == "next" and all(word in _OF_NEXT for word in of[1:]):
        return "next"
    if of[-1] == "next" and all(word in _OF_NEXT for word in of[:-1]):
        return "next"
    if whole.startswith("next") and whole[4:] in _JOINED:
        return "next"
    return "total" if _is_total(of, frozenset()) or whole in _JOINED_TOTALS else None


_NAMES: tuple[tuple[frozenset[str], Meaning], ...] = (
    (frozenset({"link", "links"}), "links"),
    (_NEXT, "next"),
    (_CURSORS, "cursor"),
    (_MORE, "more"),
    (_PAGES, "pages"),
    (_LAST, "last"),
    (_REMAINING, "remaining"),
)
_JOINED = names("cursor link marker offset page pagetoken pageurl token url")
"""What follows "next" in names that are written without a sign between the words."""
_JOINED_TOTALS = names(
    "completelistsize numfound recordsfiltered resultcount rowcount totalcount totalelements"
    " totalhits totalitems totalrecords totalresults totalrows totalsize"
)


def _is_more(of: tuple[str, ...]) -> bool:
    """``has_more``, ``hasMoreResults``, ``more_available``, ``is_more``, ``hasmore``."""
    rest = of[1:] if of[0] in ("has", "is", "are", "there") else of
    if of[0] == "has" and rest[:1] == ("additional",):
        return all(word in _OF_MORE for word in rest[1:])
    if rest[:1] == ("next",):
        return of[0] == "has" and all(word in _OF_MORE for word in rest[1:])
    if rest[:1] == ("more",):
        return all(word in _OF_MORE for word in rest[1:])
    return "".join(of) in ("hasmore", "hasnext", "hasnextpage", "hasanother")


def _is_total(of: tuple[str, ...], nouns: frozenset[str]) -> bool:
    """``total``, ``count``, ``total_results``, ``recordsTotal``, ``nbHits``, ``numberMatched``."""
    if not of or not all(word in _HOW_MANY or word in _RECORDS or word in nouns for word in of):
        return False
    if {"total", "count", "found", "matched"} & {*of}:
        return True
    return of[0] in ("n", "nb", "num", "number") and len(of) > 1
