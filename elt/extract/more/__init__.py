"""Signs of more: what a response says about records that it does not hold.

They are known by name and by shape, whatever is declared of the source, in what a document has
around its records, in headers, and in counts. Where an extract ends and the last signs say that
there is more than it has, it is not whole: `unfollowed`.

What stands in the records themselves is data, and so are the fields of a document that is one
record, but for the few names that mean nothing else. In the objects around the records, weak names
(``next``, ``total``, ``count``, ``done``) count where the records lie and in objects that are there
for it (``meta``, ``pagination``, ``links``); strong ones (``next_cursor``, ``hasNextPage``)
anywhere but beside another list.
"""

from __future__ import annotations

from elt.extract.more.body import Found, in_body, says_none
from elt.extract.more.counts import in_count, is_size
from elt.extract.more.headers import in_headers
from elt.extract.more.response import in_response
from elt.extract.more.sign import Sign, carried, decoded, error, number, unfollowed

__all__ = [
    "Found",
    "Sign",
    "carried",
    "decoded",
    "error",
    "in_body",
    "in_count",
    "in_headers",
    "in_response",
    "is_size",
    "number",
    "says_none",
    "unfollowed",
]
