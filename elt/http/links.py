"""The header Link (RFC 8288): which links a response has, by relation."""

from __future__ import annotations

import re
from collections.abc import Iterator

_SPACE = re.compile(r"[ \t,]*")
_TARGET = re.compile(r"<([^>]*)>|([^;,\s]+)")
"""``<URL>``; without its brackets, as some send it, up to the next separator."""
_NAME = re.compile(r"[;\s]*([^\s=;,<>\"]+)[ \t]*")
_VALUE = re.compile(r'=[ \t]*(?:"((?:[^"\\]|\\.)*)"?|([^;,\s"]*))')
_QUOTED_PAIR = re.compile(r"\\(.)")
_NOTHING = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^;,"])*')
"""What is no parameter and no separator."""


def links_by_relation(header: str) -> dict[str, str]:
    """The links of a header Link by relation, in small letters; of several the first.

    A link whose ``anchor`` says that it belongs to another document counts after all others.

    >>> links_by_relation('<?page=2>; rel="next prefetch", <?a=1;b=2,3>; rel=last')
    {'next': '?page=2', 'prefetch': '?page=2', 'last': '?a=1;b=2,3'}
    """
    links: dict[str, str] = {}
    for url, params in sorted(_links(header), key=lambda link: bool(link[1].get("anchor"))):
        for relation in params.get("rel", "").lower().split():
            links.setdefault(relation, url)
    return links


def _links(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Target and parameters of each link; of a parameter that occurs twice the first counts."""
    at = _end(_SPACE, header, 0)
    while at < len(header) and (target := _TARGET.match(header, at)):
        at = _end(_NOTHING, header, target.end())
        params: dict[str, str] = {}
        while header[at : at + 1] == ";" and (name := _NAME.match(header, at)):
            at = name.end()
            said = ""
            if value := _VALUE.match(header, at):
                at = value.end()
                # Single quotes are no quotes of HTTP's; some send them.
                said = value[2].strip("'") if value[1] is None else value[1]
            params.setdefault(name[1].lower(), _QUOTED_PAIR.sub(r"\1", said))
            at = _end(_NOTHING, header, at)
        yield (target[2] if target[1] is None else target[1]).strip(), params
        comma = header.find(",", at)
        at = len(header) if comma < 0 else _end(_SPACE, header, comma)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at
