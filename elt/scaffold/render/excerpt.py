"""An XML document with fewer records: what is left is as it was, byte for byte."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from xml.parsers import expat

_DEEPEST = 50
_LONGEST_TEXT = 1000
_LONGEST_LIST = 10
_ATTRIBUTE = re.compile(rb"\s+([^\s=<>/]+)\s*=\s*(\"[^\"]*\"|'[^']*')")

Place = tuple[str | int, ...]


def excerpt(
    text: bytes,
    records: Place,
    most: int,
    is_secret: Callable[[str], bool],
    read: Collection[Place] = (),
) -> bytes:
    """``text``, XML in UTF-8, with the first ``most`` of its elements at ``records``.

    Left out are comments, elements and attributes whose names are secret, but for those that are
    ``read``, what is nested very deeply, and what is beyond the beginning of long texts and lists.
    """
    return _Excerpt(text, records, most, is_secret, frozenset(read)).cut()


class _Element:
    def __init__(self) -> None:
        self.children: dict[str, int] = {}
        self.letters = 0


class _Excerpt:
    def __init__(
        self,
        text: bytes,
        records: Place,
        most: int,
        is_secret: Callable[[str], bool],
        read: frozenset[Place],
    ) -> None:
        self._text = text
        self._records = records
        self._most = most
        self._is_secret = is_secret
        self._read = read
        self._changes: list[tuple[int, int, bytes]] = []
        """Where something begins and ends that is replaced, and by what."""
        self._open: list[_Element] = [_Element()]
        self._path: list[str] = []
        self._seen = 0
        self._left_out_at = 0
        """How deep the element lies that is being left out; 0: none is."""
        self._start_at = 0
        """Where it begins."""
        self._begin: int | None = None
        """Where something begins that ends where the next event is."""
        self._tag: int | None = None
        self._place: Place = ()
        """Where a start tag begins that may have attributes to leave out, and its element."""
        self._blank: int | None = None
        """Where the blanks begin that are before the next element."""

    def cut(self) -> bytes:
        # The prolog names the encoding that the document came in.
        parser = self._parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.CommentHandler = self._comment
        parser.DefaultHandler = lambda _data: self._other()
        parser.Parse(self._text, True)
        self._finish(len(self._text))
        parts = []
        at = 0
        for begin, end, instead in self._changes:
            parts += [self._text[at:begin], instead]
            at = end
        return b"".join([*parts, self._text[at:]])

    def _event(self) -> int:
        at = self._parser.CurrentByteIndex
        self._finish(at)
        return at

    def _finish(self, at: int) -> None:
        """End what ends where the next event is. The end of an empty element is at its start."""
        if self._begin is not None and at > self._begin:
            self._changes.append((self._begin, at, b""))
            self._begin = None
        if self._tag is not None and at > self._tag:
            tag = self._text[self._tag : at]
            if (clean := _ATTRIBUTE.sub(self._attribute, tag)) != tag:
                self._changes.append((self._tag, at, clean))
            self._tag = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        at = self._event()
        local = name.rpartition(":")[2] or name
        parent = self._open[-1]
        parent.children[local] = parent.children.get(local, 0) + 1
        self._open.append(_Element())
        self._path.append(local)
        if self._left_out_at:
            return
        if self._is_left_out(local, parent):
            self._left_out_at = len(self._path)
            # With the blanks before it.
            self._start_at = at if self._blank is None else self._blank
        elif attributes:
            self._tag = at
            self._place = tuple(self._path[1:])
        self._blank = None

    def _is_left_out(self, name: str, parent: _Element) -> bool:
        place = tuple(self._path[1:])
        if place == self._records:
            self._seen += 1
            return self._seen > self._most
        if place == self._records[: len(place)]:
            return False
        return (
            len(place) > _DEEPEST
            or parent.children[name] > _LONGEST_LIST
            or (self._is_secret(name) and place not in self._read)
        )

    def _end(self, _name: str) -> None:
        self._event()
        if self._left_out_at == len(self._path):
            self._left_out_at = 0
            self._begin = self._start_at
        self._path.pop()
        self._open.pop()
        self._blank = None

    def _characters(self, data: str) -> None:
        at = self._event()
        if self._left_out_at:
            return
        element = self._open[-1]
        room = _LONGEST_TEXT - element.letters
        if data.isspace() and room > 0:
            self._blank = at if self._blank is None else self._blank
            return
        self._blank = None
        element.letters += len(data)
        if len(data) > room:
            # A reference to a character comes alone, so here the bytes are those of the text.
            self._begin = at + len(data[: max(room, 0)].encode())

    def _comment(self, _data: str) -> None:
        at = self._event()
        if not self._left_out_at:
            self._begin = at

    def _other(self) -> None:
        self._event()
        self._blank = None

    def _attribute(self, match: re.Match[bytes]) -> bytes:
        name = match[1].decode().rpartition(":")[2]
        if self._is_secret(name) and (*self._place, f"@{name}") not in self._read:
            return b""
        value = match[2]
        if len(value) <= _LONGEST_TEXT:
            return match[0]
        short = value[1:_LONGEST_TEXT].decode(errors="ignore").rpartition("&")
        kept = short[0] if short[1] and ";" not in short[2] else "".join(short)
        return b" %s=%s%s%s" % (match[1], value[:1], kept.encode(), value[-1:])


def hide(text: str, secrets: Collection[str]) -> str:
    """``text`` with three asterisks wherever it quotes one of ``secrets``, escaped or not."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= 4:
            escaped = secret.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            for form in (secret, escaped, escaped.replace('"', "&quot;")):
                text = text.replace(form, "***")
    return text
