"""All signs of more in one response."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from elt.extract.more.counts import in_count
from elt.extract.more.headers import denies, in_headers
from elt.extract.more.sign import Sign

if TYPE_CHECKING:
    from elt.extract.decode import Document


def in_response(
    document: Document, params: Mapping[str, Any], headers: Mapping[str, str], status: int = 200
) -> tuple[Sign, ...]:
    """All signs of a response: of its document, its headers, and its size.

    ``params`` are the query parameters of its request.
    """
    signs = (*document.signs, *in_headers(headers, status))
    says_all = document.says_all or denies(headers) or any(sign.is_count for sign in signs)
    return (*signs, *in_count(len(document.records), params, says_all=says_all))
