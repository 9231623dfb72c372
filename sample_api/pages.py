"""Encoded pages, kept up to a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable


class PageCache:
    """The most recently used pages, ``limit`` bytes of them at most."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._pages: OrderedDict[Hashable, bytes] = OrderedDict()
        self._size = 0

    @property
    def size(self) -> int:
        """Bytes of the pages that are kept."""
        return self._size

    def get(self, key: Hashable) -> bytes | None:
        """The page, which becomes the most recently used one."""
        page = self._pages.get(key)
        if page is not None:
            self._pages.move_to_end(key)
        return page

    def put(self, key: Hashable, page: bytes) -> None:
        """Keep a page, dropping the least recently used ones for it; not one above the limit."""
        if len(page) > self._limit:
            return
        self._size += len(page) - len(self._pages.pop(key, b""))
        self._pages[key] = page
        while self._size > self._limit:
            _, dropped = self._pages.popitem(last=False)
            self._size -= len(dropped)
