"""Fields that are removed from a record before it is written anywhere."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from msgspec import Raw

_OBJECT = msgspec.json.Decoder(dict[str, Raw])
_LIST = msgspec.json.Decoder(list[Raw])
_ENCODER = msgspec.json.Encoder()

Redactions = dict[str, "Redactions | None"]


def redactions(paths: Iterable[str]) -> Redactions:
    """The tree of field names that ``paths`` make; a leaf (None) is a field to remove.

    >>> redactions(["login.password", "login.pin", "token"])
    {'login': {'password': None, 'pin': None}, 'token': None}
    """
    tree: Redactions = {}
    for path in sorted(paths, reverse=True):
        *parents, leaf = path.split(".")
        branch = tree
        for parent in parents:
            below = branch.setdefault(parent, {})
            if below is None:
                break
            branch = below
        else:
            branch[leaf] = None
    return tree


def redact(value: bytes, tree: Redactions) -> bytes:
    """``value``, a JSON text, without the fields that ``tree`` names; the rest stays as sent."""
    value = value.lstrip()
    if value.startswith(b"["):
        return _ENCODER.encode([Raw(redact(bytes(item), tree)) for item in _LIST.decode(value)])
    if not value.startswith(b"{"):
        return value
    fields = _OBJECT.decode(value)
    touched = False
    for name, below in tree.items():
        if name in fields:
            touched = True
            if below is None:
                del fields[name]
            else:
                fields[name] = Raw(redact(bytes(fields[name]), below))
    return _ENCODER.encode(fields) if touched else value
