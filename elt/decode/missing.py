"""Whether a document that has nothing where its records should be has none, or has them elsewhere.

It has none where the way to them ends at a null, where it says that there are none (a total of 0),
or where it has nothing else that could be records. A place that is declared wrongly must not turn
into a source that is empty for ever, so other lists and objects of objects are an error, unless an
earlier response of the same extract had something at this place. What says that it failed is an
error in any case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from elt import more
from elt.decode.errors import DecodeError, shorten
from elt.place import Place, shown
from elt.signs import names

_DEEPEST = 4
_MANY = 20
"""Fields that an object without records may have."""
_FAULTS = frozenset({"error", "errors", "fault", "faults", "exception", "exceptions", "failure"})
_WORDS = frozenset({"message", "detail", "error_message", "error_description", "reason"})
_BENIGN = re.compile(r"\b(no|none|0|zero|empty|nothing|not found|success\w*|ok)\b", re.IGNORECASE)
_OF_REQUESTS = names(
    "columns facets fields filters included limits links messages meta metadata normalized notes"
    " page pagination paging params query request roles scopes sort suggestions tags warnings"
    " _links error errors"
)
"""Fields that are no records although they hold lists or objects."""


def check(outline: Mapping[Any, Any], place: Place, *, was_there: bool) -> None:
    """Raise DecodeError where the document around nothing is no document without records."""
    if _says_fault(outline):
        raise _lacks(outline, place)
    if was_there or more.says_none(outline):
        return
    if _has_others(outline, 0):
        raise _lacks(outline, place)


def _lacks(outline: Mapping[Any, Any], place: Place) -> DecodeError:
    listed = shorten(", ".join(map(str, outline)).encode(errors="replace"))
    return DecodeError(f"the answer has no {shown(place)}, it has: {listed or 'nothing'}")


def _says_fault(outline: Mapping[Any, Any]) -> bool:
    for name, value in outline.items():
        known = str(name).lower()
        if known in _FAULTS and value not in (None, False, "", 0, [], {}):
            return True
        if known in ("success", "ok") and value in (False, "false"):
            return True
        if known in ("status", "code", "status_code", "statuscode"):
            if isinstance(value, int) and 400 <= value <= 599:
                return True
            if str(value).lower() in ("error", "fail", "failed", "failure"):
                return True
        if known in _WORDS and isinstance(value, str) and value and not _BENIGN.search(value):
            return True
    return False


def _has_others(value: Mapping[Any, Any], depth: int) -> bool:
    if len(value) > _MANY:
        return True
    for name, below in value.items():
        if str(name).lower() in _OF_REQUESTS:
            continue
        if isinstance(below, list):
            return True
        if isinstance(below, Mapping) and below:
            are_many = len(below) > 1 and all(isinstance(one, Mapping) for one in below.values())
            if are_many or depth >= _DEEPEST or _has_others(below, depth + 1):
                return True
    return False
