"""Records of users that no source has sent: any number of them, each with a key of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import md5

_KEY, _LENGTH = b'"uuid":"', 36
_CELL = b'"cell":"'


def users(like: Sequence[bytes], numbers: Iterable[int], revision: int = 0) -> Iterator[bytes]:
    """A record for each number, like one of those given; the number makes its key.

    The same number in another ``revision`` is the same user, changed.
    """
    for number in numbers:
        record = like[number % len(like)]
        at = record.index(_KEY) + len(_KEY)
        record = record[:at] + _key(number) + record[at + _LENGTH :]
        if revision:
            record = record.replace(_CELL, b"%s%d " % (_CELL, revision), 1)
        yield record


def _key(number: int) -> bytes:
    # Spread as the source's keys are, so that indexes are used as with these.
    text = md5(b"%d" % number, usedforsecurity=False).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:])).encode()
