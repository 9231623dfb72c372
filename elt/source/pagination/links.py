"""Pages that are linked, in the body or in the header, and where a link may lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

from pydantic import PositiveInt

from elt.source.pagination.cursors import Named
from elt.source.pagination.places import PaginationError, Said, key_of, named
from elt.source.pagination.walk import Page, Walk

_LINKS = ("href", "url", "link", "uri")
"""Members of an object that is a link."""


class _Linked(Named):
    other_hosts: tuple[str, ...] = ()
    """Hosts (``api.internal``, ``api.internal:8080``) that stand for the connection's in links, as
    a source behind a proxy has them. What they link is asked for at the connection's host."""

    @property
    def hosts_in_links(self) -> tuple[str, ...]:
        return self.other_hosts


class NextLink(_Linked):
    """Each answer has a link to the next page in its body, absolute or relative.

    >>> NextLink(next_url_path="info.next").places()
    ('info.next',)
    """

    former_names: ClassVar[Mapping[str, str]] = {
        **Named.former_names,
        "at": "next_url_path",
    }

    kind: Literal["next_link"] = "next_link"
    next_url_path: Said
    """Where an answer has the link, as text or as an object with ``href``: null, empty or missing
    on the last page."""

    def said_places(self) -> tuple[Said, ...]:
        return (*super().said_places(), self.next_url_path)

    def naming_place(self) -> Said:
        return self.next_url_path

    def _named(self, walk: Walk) -> Page | None:
        link = walk.values.get(key_of(self.next_url_path))
        if isinstance(link, Mapping):
            member = next((name for name in _LINKS if name in link), None)
            if member is None and link:
                raise PaginationError(
                    f"the answer's link {named(self.next_url_path)} is no text, and has no 'href'"
                )
            link = None if member is None else link[member]
        if link in (None, False, ""):
            return None
        if not isinstance(link, str):
            raise PaginationError(f"the answer's link {named(self.next_url_path)} is no text")
        return _linked(walk, link)


class LinkHeader(_Linked):
    """Each answer has a link to the next page in its header Link (RFC 8288), as GitHub's do.

    >>> LinkHeader().rel
    'next'
    """

    former_names: ClassVar[Mapping[str, str]] = {
        **Named.former_names,
        "size": "size_param",
        "most": "page_size",
    }

    kind: Literal["link_header"] = "link_header"
    rel: str = "next"
    """Relation of the link that is followed."""
    size_param: str | None = None
    """Query parameter of the first request that takes the records in a page."""
    page_size: PositiveInt = 100
    """Records asked for in one page, at most."""

    def first(self, limit: int | None) -> Page:
        params = {} if self.size_param is None else {self.size_param: str(self.page_size)}
        return Page(1, params, None if self.size_param is None else self.page_size, limit)

    def goes_by_link(self, relation: str) -> bool:
        return self.rel.lower() == relation.lower()

    def _named(self, walk: Walk) -> Page | None:
        link = walk.links.get(self.rel.lower())
        return None if not link else _linked(walk, link)

    def _check_absence(self, walk: Walk, *, is_sure: bool, more: bool) -> None:
        super()._check_absence(walk, is_sure=is_sure, more=more)
        # Who has one page gives no such header. But as many records as were asked for are seldom
        # all that there are.
        is_full = (
            walk.page.number == 1 and walk.page.asked is not None and (walk.size >= walk.page.asked)
        )
        if is_full and not (is_sure or self.may_be_absent):
            raise PaginationError(
                f"it gave as many records as were asked for ({walk.size}), and its response has no"
                f" header Link with the relation {self.rel!r}; if these are all, declare"
                " 'may_be_absent=True'"
            )


def same_host(link: str, page: str, base: str, other_hosts: Iterable[str] = ()) -> str:
    """Where ``link``, found in the answer of ``page``, leads: always to the host of ``base``.

    Scheme and port are those of ``base``, too: sources behind a proxy often name others in their
    links. ``other_hosts``, with or without a port, stand for the host of ``base``. Raises
    PaginationError for a link to another host, or that cannot be followed.

    >>> same_host("?page=2", "https://api.example.com/v1/orders", "https://api.example.com/v1")
    'https://api.example.com/v1/orders?page=2'
    """
    try:
        target, known = urlsplit(urljoin(page, link.strip())), urlsplit(base)
        elsewhere = target.hostname != known.hostname or (
            target.scheme == known.scheme and _port(target) != _port(known)
        )
        names = {target.hostname, f"{target.hostname}:{_port(target)}"}
    except ValueError:
        raise PaginationError("its link to the next page is no URL") from None
    if target.scheme not in ("http", "https") or not target.hostname:
        raise PaginationError("its link to the next page is no URL")
    if elsewhere and names.isdisjoint(map(str.lower, other_hosts)):
        raise PaginationError(
            f"its link to the next page leads to another host, {_shown(target.netloc)}; links are"
            " followed on the connection's host only (if that host is the source's own, behind a"
            " proxy, declare it in 'other_hosts')"
        )
    netloc = known.netloc.rpartition("@")[2]
    return urlunsplit(target._replace(scheme=known.scheme, netloc=netloc, fragment=""))


def _port(url: Any) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _shown(netloc: str) -> str:
    return repr(netloc.rpartition("@")[2][:100])


def _linked(walk: Walk, link: str) -> Page:
    return Page(walk.page.number + 1, wanted=walk.left, link=link)
