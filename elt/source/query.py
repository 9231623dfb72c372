"""The URL of a request: what goes into its path, and its query."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from urllib.parse import quote, quote_plus

Params = Mapping[str, str | Sequence[str]]
"""Query parameters; one whose value is a list occurs as often as that has items."""


def pairs(params: Params) -> Iterator[tuple[str, str]]:
    """Names and values, in their order.

    >>> list(pairs({"city": "Omsk", "tag": ["a", "b"]}))
    [('city', 'Omsk'), ('tag', 'a'), ('tag', 'b')]
    """
    for name, value in params.items():
        for one in (value,) if isinstance(value, str) else value:
            yield name, one


def filled(params: Params) -> dict[str, str | list[str]]:
    """``params`` without those, and without items of lists, that came out empty.

    >>> filled({"city": "", "tag": ["a", ""], "none": []})
    {'tag': ['a']}
    """
    kept: dict[str, str | list[str]] = {}
    for name, value in params.items():
        left = value if isinstance(value, str) else [one for one in value if one]
        if left:
            kept[name] = left
    return kept


def with_query(url: str, params: Params) -> str:
    """``url`` with ``params`` in its query.

    ``$`` stays as it is in names: OData's have one, and not every server decodes it.

    >>> with_query("http://shop.example/orders?x=1", {"$skip": "10", "city": "Omsk & Tomsk"})
    'http://shop.example/orders?x=1&$skip=10&city=Omsk+%26+Tomsk'
    """
    query = "&".join(
        f"{quote_plus(name, safe='$')}={quote_plus(value)}" for name, value in pairs(params)
    )
    if not query:
        return url
    address, mark, fragment = url.partition("#")
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joint}{query}{mark}{fragment}"


def in_path(
    url: str, params: Mapping[str, str], names: Collection[str]
) -> tuple[str, dict[str, str]]:
    """``url`` with the parameters that it has places for, and the others.

    A place ``{page}`` whose parameter is one of ``names`` and has no value goes, with its slash.

    >>> in_path("http://shop.example/orders/{page}", {"page": "2", "size": "10"}, ["page"])
    ('http://shop.example/orders/2', {'size': '10'})
    >>> in_path("http://shop.example/orders/{after}", {}, ["after"])[0]
    'http://shop.example/orders'
    """
    left = dict(params)
    for name in names:
        place = f"{{{name}}}"
        if place not in url:
            continue
        if (value := left.pop(name, None)) is None:
            url = url.replace(f"/{place}", "").replace(place, "")
        else:
            url = url.replace(place, quote(value, safe=""))
    return url, left
