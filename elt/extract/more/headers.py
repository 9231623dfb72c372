"""Signs of more in the headers of a response, and in its status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from elt.extract.more.body import in_body
from elt.extract.more.names import meaning
from elt.extract.more.sign import Kind, Sign, is_link, number, said, target_of
from elt.http.links import links_by_relation

_LONGEST = 1_000
"""Characters of a header that are read."""


def in_headers(headers: Mapping[str, str], status: int = 200) -> tuple[Sign, ...]:
    """The signs in the headers of a response, and in its status.

    >>> [sign.place for sign in in_headers({"Link": '<?p=2>; rel="next"', "X-Total-Count": "30"})]
    ['header Link', 'header X-Total-Count']
    >>> in_headers({"Content-Range": "items 0-9/30", "X-Next-Page": ""}, 206)[0].counts
    30
    """
    found: list[Sign] = []
    has_range = False
    for name, value in headers.items():
        low = name.lower()
        place = f"header {name}"
        text = value.strip()[:_LONGEST]
        if low == "link":
            if link := links_by_relation(value).get("next"):
                found.append(Sign("link", place, said(link), header=name))
        elif low == "content-range":
            total = text.rpartition("/")[2].strip()
            if (count := number(total)) is not None and not text.lower().startswith("bytes"):
                has_range = True
                found.append(Sign("total", place, text[:60], count, header=name))
        elif low == "x-pagination" and text.startswith("{"):
            found += _in_json(value, place, name)
        elif _is_of_pages(low):
            found += _in_header(name, place, text)
    if status == 206 and not has_range:
        found.append(Sign("partial", "status 206", "Partial Content"))
    return tuple(found)


def denies(headers: Mapping[str, str]) -> bool:
    """Whether headers say that this is the last page: a Link with relations, but not to a next one;
    an empty ``X-Next-Page``.

    >>> denies({"Link": '</a?page=2>; rel="prev"'}), denies({"X-Next-Page": ""}), denies({})
    (True, True, False)
    """
    links = (value for name, value in headers.items() if name.lower() == "link")
    relations = {relation for value in links for relation in links_by_relation(value)}
    if relations & {"prev", "previous", "first"} and "next" not in relations:
        return True
    return any(not value.strip() for name, value in headers.items() if meaning(name) == "next")


def _is_of_pages(header: str) -> bool:
    return header.startswith(("x-", "total", "pagination", "next", "has-more"))


def _in_header(name: str, place: str, text: str) -> Iterator[Sign]:
    if not text:
        return
    match meaning(name):
        case "next":
            if (target := target_of(text)) is not None:
                kind: Kind = "link" if is_link(target) else "cursor"
                yield Sign(kind, place, said(target), header=name)
        case "more":
            if text.lower() in ("true", "1", "yes"):
                yield Sign("more", place, text.lower(), header=name)
        case "last":
            if text.lower() in ("false", "0", "no"):
                yield Sign("more", place, text.lower(), header=name)
        case "total" if (count := number(text)) is not None:
            yield Sign("total", place, text, count, header=name)
        case "pages" if (count := number(text)) is not None:
            yield Sign("pages", place, text, count, header=name)


def _in_json(value: str, place: str, name: str) -> Iterator[Sign]:
    """ASP.NET's X-Pagination: an object in a header."""
    try:
        fields = msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return
    if isinstance(fields, dict):
        for sign in in_body(fields).signs:
            yield Sign(sign.kind, f"{place} {sign.place}", sign.said, sign.counts, None, name)
