"""A source's records, page by page, into a spool on disk."""

from __future__ import annotations

import logging

from elt.errors import DeclarationError, SourceError, SourceUnavailableError
from elt.extract.pages import Extract, Fetched
from elt.extract.reading import Reader
from elt.extract.received import Received
from elt.extract.spool import Spool
from elt.http.client import Client
from elt.http.connection import Connection
from elt.http.retry import Fault
from elt.http.waiting import Clock
from elt.source import Source, fixed_dates
from elt.source.lag import LagError
from elt.source.query import Params, filled
from elt.source.questions import expect_answered

__all__ = ["Fetched", "fetch", "look"]

log = logging.getLogger(__name__)


def look(
    connection: Connection,
    source: Source,
    params: Params,
    limit: int | None = None,
    *,
    endpoint: str | None = None,
    since: str | None = None,
) -> str | None:
    """Send the first request of an extract, once; why it gave no records, None if it did.

    The arguments are those of `fetch`. A rate limit counts as a response with records: the source
    is up, and an extract waits by itself, for as long as the source asks. Raises SourceRefusedError
    or SourceInvalidError where asking again is of no use.
    """
    _expect_some(source, limit)
    reader = _reader(connection, source, _params(source, params, since), endpoint)
    clock = Clock()
    with reader.client.sessions(1) as (session,):
        try:
            clock.begin()
            page = source.pagination.first(limit)
            response = reader.read(session, page, clock)
            if not response.document.records:
                # An empty page may name a next one, which an extract follows.
                Received(source, limit).check_empty(page, response)
        except Fault as fault:
            if fault.is_rate_limit:
                log.info("%s: %s%s; the extract waits", source.table, fault, fault.quoted)
                return None
            return f"{fault}{fault.quoted}"
    return None


def fetch(
    connection: Connection,
    source: Source,
    params: Params,
    limit: int | None,
    spool: Spool,
    *,
    endpoint: str | None = None,
    since: str | None = None,
) -> Fetched:
    """Bring the records of ``source`` to ``spool``, ``limit`` of them at most, or say why not.

    ``params`` and ``endpoint`` are those of the source, rendered; ``since`` is the cursor that an
    incremental source goes on from.

    Pages that are known beforehand are read side by side. One that cannot be had now (no
    connection, 429, 5xx) is asked for again until ELT_FETCH_PATIENCE seconds (default 600) have
    passed, with growing pauses or as Retry-After says; the pages that are there stay. One that is
    answered wrongly (not decodable, an error with status 200, fewer records than there are,
    another page's records) is asked for three times. `elt.http.retry` tells these kinds apart.

    Pages that an earlier attempt left in the spool by the same requests are taken from there. If
    the extract then fails in another way than before, it begins anew with page 1.

    Raises SourceUnavailableError where patience is over, SourceInvalidError and SourceRefusedError
    for what time does not mend, SourceError for the rest; DeclarationError for a ``limit`` below 1
    and for a source that has open questions.
    """
    expect_answered(source)
    for remark in fixed_dates.remarks(source):
        log.warning("%s: %s", source.table, remark)
    _expect_some(source, limit)
    params = _params(source, params, since)

    def extract() -> Extract:
        return Extract(_reader(connection, source, params, endpoint), source, spool, limit)

    begun = extract()
    try:
        return _checked(source, begun, since)
    except SourceUnavailableError:
        raise
    except SourceError as error:
        if not begun.resumes:
            raise
        log.warning("%s; it may be due to the earlier pages: beginning with page 1", error)
    spool.clear()
    return _checked(source, extract(), since)


def _expect_some(source: Source, limit: int | None) -> None:
    if limit is not None and limit < 1:
        raise DeclarationError(
            f"{source.table}: at least one record must be asked for, not {limit}"
        )


def _params(source: Source, params: Params, since: str | None) -> Params:
    """``params`` with the place that an incremental source goes on from."""
    incremental = source.incremental
    if incremental is None:
        return params
    try:
        begin = incremental.begin(since)
    except LagError as error:
        raise DeclarationError(f"{source.table}: incremental: {error}") from None
    return {**params, incremental.cursor_param: begin} if begin else params


def _checked(source: Source, extract: Extract, since: str | None) -> Fetched:
    """What ``extract`` brings. Raises DeclarationError where no lag can be taken from its cursor,
    and SourceError."""
    fetched = extract.run(since)
    _params(source, {}, fetched.cursor)
    return fetched


def _reader(connection: Connection, source: Source, params: Params, endpoint: str | None) -> Reader:
    url = source.endpoint if endpoint is None else endpoint
    asked = filled(params)
    return Reader(Client(connection, source, url, asked), source, asked)
