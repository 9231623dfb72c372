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

from elt.extract import more
from elt.extract.decode.errors import DecodeError, shorten
from elt.extract.more.names import names
from elt.source.place import Place, shown

_DEEPEST = 4
_MANY = 20
"""Fields that an object without records may have."""
_FAULTS = frozenset({"error", "errors", "fault", "faults", "exception", "exceptions", "failure"})
_WORDS = frozenset({"message", "detail", "error_message", "error_description", "reason"})
_BENIGN = re.compile(r"\b(no|none|0|zero|empty|nothing|not found|success\w*|ok)\b", re.IGNORECASE)
_OF_REQUESTS = names(
    "columns facets fields filters included limits links messages meta metadata normalized notes"
    " pagination paging params request roles scopes sort suggestions tags warnings"
    " _links error errors"
)
"""Fields that are no records although they hold lists or objects."""


def check(outline: Mapping[Any, Any], place: Place, *, was_there: bool) -> None:
    """Raise DecodeError where a document that lacks ``place`` is no document without records."""
    if says_fault(outline) or _is_worded(outline):
        raise _lacks(outline, place)
    if was_there or more.says_none(outline):
        return
    if _has_others(outline, 0):
        raise _lacks(outline, place)


def check_null(outline: Mapping[Any, Any], place: Place) -> None:
    """Raise DecodeError where a document with a null on the way to ``place`` says that it failed.

    >>> check_null({"data": None, "success": True}, "data")
    >>> check_null({"data": None, "errors": [{"message": "timeout"}]}, "data")
    Traceback (most recent call last):
    elt.extract.decode.errors.DecodeError: the answer has null at 'data', and says that it failed: \
it has: data, errors; if that is where it says so, declare 'error_path'
    """
    if says_fault(outline) or _is_worded(outline):
        raise DecodeError(
            f"the answer has null at {shown(place)}, and says that it failed:"
            f" it has: {_listed(outline)}; if that is where it says so, declare 'error_path'"
        )


def check_empty(outline: Mapping[Any, Any], place: Place) -> None:
    """Raise DecodeError where a document with an empty list at ``place`` says that it failed."""
    if says_fault(outline):
        raise DecodeError(
            f"the answer's {shown(place)} is empty, and it says that it failed:"
            f" it has: {_listed(outline)}; if that is where it says so, declare 'error_path'"
        )


def _lacks(outline: Mapping[Any, Any], place: Place) -> DecodeError:
    return DecodeError(f"the answer has no {shown(place)}, it has: {_listed(outline)}")


def _listed(outline: Mapping[Any, Any]) -> str:
    return shorten(", ".join(map(str, outline)).encode(errors="replace")) or "nothing"


def says_fault(outline: Mapping[Any, Any]) -> bool:
    """Whether fields beside the records say that the request failed.

    >>> says_fault({"error": {"code": 7}}), says_fault({"ok": False}), says_fault({"errors": []})
    (True, True, False)
    """
    return any(_is_fault(str(name).lower(), value) for name, value in outline.items())


def _is_fault(name: str, value: Any) -> bool:
    if name in _FAULTS:
        return any(value.values()) if isinstance(value, Mapping) else bool(value)
    if name in ("success", "ok"):
        return value in (False, "false")
    if name in ("status", "code", "status_code", "statuscode"):
        is_status = isinstance(value, int) and 400 <= value <= 599
        return is_status or str(value).lower() in ("error", "fail", "failed", "failure")
    return False


def _is_worded(outline: Mapping[Any, Any]) -> bool:
    """Whether there are words that may be those of a failure."""
    return any(
        isinstance(value, str)
        and bool(value)
        and str(name).lower() in _WORDS
        and not _BENIGN.search(value)
        for name, value in outline.items()
    )


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
