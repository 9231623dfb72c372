"""The pages of an extract in their order, from the source or an earlier attempt, into a spool."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice

import requests

from elt.client import Client, RefusedError, Response
from elt.errors import SourceError, SourceInvalidError, SourceRefusedError
from elt.incremental import Greatest
from elt.pagination import (
    REFUSALS_OF_A_PAGE,
    Offset,
    Page,
    PageNumber,
    PaginationError,
    Walk,
    same_host,
)
from elt.place import shown
from elt.repeats import Pages
from elt.resume import Entry, Journal
from elt.retry import ATTEMPTS_AT_CONTENT, Attempts, Fault, Kind
from elt.source import Source
from elt.spool import Spool
from elt.waiting import Clock, StoppedError, report_wait

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """What an extract brought to the spool; ``bytes`` counts the bodies as they were received.

    ``cursor`` is the greatest value of an incremental source's field so far, None of others.
    """

    request: str
    pages: int
    records: int
    bytes: int
    started_at: datetime
    fetched_at: datetime
    cursor: str | None = None


class _PastEnd(Exception):
    """The source refuses a page, which is its way to say that there are no more."""


def may_be_empty(source: Source) -> bool:
    """Whether a response without records is one."""
    return source.may_be_empty or source.incremental is not None


def nothing(source: Source) -> str:
    """What a response without records lacks."""
    if source.records is None:
        return "the answer has no records"
    return f"the answer's {shown(source.records)} is empty"


class Extract:
    """One extract; its state is what the workers share."""

    def __init__(self, client: Client, source: Source, spool: Spool, limit: int | None) -> None:
        self.client = client
        self.source = source
        self.spool = spool
        self.limit = limit
        self.clock = Clock()
        self.resumes = False
        """Whether it goes on with pages of an earlier attempt."""
        self.todo: Iterator[Page] = iter(())
        self.known: list[Page] = []
        self.seen = Pages(source.keys)
        self.failure: BaseException | None = None
        self.lock = threading.Lock()
        self.pages = self.records = self.bytes = self.kept = 0
        self.pages_total: int | None = None
        self.begun = time.monotonic()
        self.reported = self.begun

    def run(self, since: str | None) -> Fetched:
        """Bring all pages to the spool. Raises SourceError."""
        strategy = self.source.pagination
        try:
            planned = strategy.plan(self.limit)
        except PaginationError as error:
            raise SourceRefusedError(f"{self.source.table}: {error}") from None
        with self.client.sessions(1) as sessions:
            request = self.client.request
            self.journal = self._journal()
            wanted = "the" if self.limit is None else str(self.limit)
            log.info("fetching %s records from %s", wanted, request)
            if planned is None:
                planned = self._walk(sessions[0])
            if planned is not None:
                self._fetch_all(planned, sessions[0])
        self._report(finished=True)
        return Fetched(
            request,
            self.pages,
            self.records,
            self.bytes,
            self.journal.started_at,
            datetime.now(UTC),
            self._greatest(since),
        )

    def _journal(self) -> Journal:
        """What is in the spool of an extract of exactly this kind."""
        described = [version("elt"), self.source.model_dump_json(), self.limit]
        journal = Journal(self.spool, json.dumps([*described, self.client.place(Page(0))]))
        self.resumes = journal.count > 0
        if self.resumes:
            log.info("going on with %d pages of an earlier attempt", journal.count)
        return journal

    def _walk(self, session: requests.Session) -> Iterable[Page] | None:
        """Follow the pages one after the other; the rest of them as soon as they are known."""
        strategy = self.source.pagination
        page: Page | None = strategy.first(self.limit)
        received = full = 0
        was_short = False
        seen = {self.client.place(page)} if page else set()
        while page is not None:
            try:
                entry = self._bring(session, page, may_be_past_end=was_short)
            except _PastEnd:
                return None
            received, full = received + entry.size, max(full, entry.size)
            walk = Walk(
                self.limit, page, entry.size, received, full,
                entry.values, entry.links, entry.url,
            )  # fmt: skip
            try:
                if page.number == 1 and (rest := strategy.rest(walk)) is not None:
                    return rest
                # A first page that is short may be all there is, or as much as the source gives.
                was_short = (
                    page.number == 1
                    and page.asked is not None
                    and entry.size < page.asked
                    and isinstance(strategy, PageNumber | Offset)
                )
                following = strategy.following(walk)
                if following is None:
                    self._expect_all(walk)
                    return None
                if following.number > strategy.most_pages:
                    raise PaginationError(
                        f"it has more than {strategy.most_pages} pages; if that is so, declare"
                        " a greater 'most_pages'"
                    )
                if following.link is not None:
                    link = same_host(following.link, entry.url, self.client.url)
                    following = replace(following, link=link)
                place = self.client.place(following)
                if place in seen:
                    raise PaginationError("the next page it names is one that was there before")
                seen.add(place)
            except PaginationError as error:
                raise SourceInvalidError(f"{self.client.where(page)}: {error}") from None
            page = following
        return None

    def _expect_all(self, walk: Walk) -> None:
        """Raise SourceError where the source has said that there is more: it may have changed."""
        expected = self.source.pagination.expected(walk)
        if expected is not None and walk.received < expected:
            raise SourceError(
                f"{self.client.where(walk.page)}: it says there are {expected} records and has"
                f" given {walk.received}"
            )

    def _fetch_all(self, pages: Iterable[Page], session: requests.Session) -> None:
        """Read the pages side by side."""
        most = self.source.pagination.most_pages
        self.known = list(islice(pages, most + 1))
        self.pages_total = self.pages + len(self.known)
        self.todo = iter(self.known)
        if self.pages_total > most:
            raise SourceInvalidError(
                f"{self.source.table}: {self.client.request}: it would take more"
                f" than {most} pages; if that is so, declare a greater 'most_pages'"
            )
        count = min(self.source.concurrency, len(self.known))
        if count == 0:
            return
        with self.client.sessions(count - 1) as others:
            with ThreadPoolExecutor(count, thread_name_prefix="fetch") as workers:
                try:
                    running = [workers.submit(self._work, one) for one in (session, *others)]
                    wait(running)
                finally:
                    self.clock.stop.set()
            if self.failure is not None:
                raise self.failure
            self.clock.stop.clear()
            self._mend_repeats(session)

    def _greatest(self, since: str | None) -> str | None:
        if self.source.incremental is None:
            return None
        greatest = Greatest(self.source.incremental.field, self.source.table, since)
        for page in self.spool.pages():
            greatest.add(page)
        return greatest.value

    def _work(self, session: requests.Session) -> None:
        while not self.clock.stop.is_set():
            with self.lock:
                page = next(self.todo, None)
            if page is None:
                return
            try:
                self._bring(session, page)
            except StoppedError:
                return
            except BaseException as error:
                with self.lock:
                    # The first to fail is the cause; the others stop because of it.
                    self.failure = self.failure or error
                self.clock.stop.set()
                return

    def _bring(
        self, session: requests.Session, page: Page, *, may_be_past_end: bool = False
    ) -> Entry:
        """The page in the spool: from an earlier attempt, or from the source."""
        entry = self.journal.take(page.number, self.client.place(page), page.wanted)
        if entry is None:
            return self._keep(page, self._ask(session, page, may_be_past_end=may_be_past_end))
        with self.lock:
            self.kept += entry.records
            self._count(entry)
        return entry

    def _keep(self, page: Page, response: Response) -> Entry:
        records = response.document.records
        kept = records if page.wanted is None else records[: page.wanted]
        self.spool.write(page.number, kept)
        entry = Entry(
            number=page.number,
            place=self.client.place(page),
            wanted=page.wanted,
            size=len(records),
            records=len(kept),
            bytes=response.size,
            digest=self.seen.digest(records),
            values={
                place: response.document.values[place] for place in self.source.pagination.places()
            },
            present=response.document.present,
            signs=response.document.signs,
            links=response.links,
            # A key in the query is not for the disk; a relative link does not depend on it.
            url=self.client.public(response.url),
        )
        with self.lock:
            self.journal.add(entry)
            self._count(entry)
        return replace(entry, url=response.url)

    def _count(self, entry: Entry) -> None:
        if entry.number not in self.seen:
            self.pages += 1
            self.records += entry.records
        self.bytes += entry.bytes
        self.seen.add(entry.number, entry.digest)
        self._report()

    def _ask(
        self, session: requests.Session, page: Page, *, may_be_past_end: bool = False
    ) -> Response:
        """What the source responds with, after as many attempts as are worth making.

        Raises _PastEnd where the source refuses the page, and that may be its way to end.
        """
        self.clock.await_resumption()
        attempts = Attempts(self.clock.patience)
        while True:
            try:
                self.clock.begin()
                response = self.client.read(session, page, self.clock)
                self._check(page, response)
                return response
            except RefusedError as refused:
                if page.number > 1 and self._is_past_end(refused.status, may_be_past_end):
                    raise _PastEnd from None
                raise
            except Fault as fault:
                where = self.client.where(page)
                pause = attempts.pause_after(fault, where)
                report_wait(pause, f"{fault}{fault.asks}{fault.quoted}", where)
                if fault.kind is Kind.LATER:
                    self.clock.hold_back(pause)
                    self.clock.await_resumption()
                else:
                    self.clock.pause(pause)

    def _is_past_end(self, status: int, after_short_page: bool) -> bool:
        strategy = self.source.pagination
        declared = strategy.past_end if isinstance(strategy, PageNumber) else None
        return status == declared or (after_short_page and status in REFUSALS_OF_A_PAGE)

    def _check(self, page: Page, response: Response) -> None:
        """Raise Fault where a response is not the page that was asked for."""
        records = response.document.records
        if self.pages_total is not None and page.wanted is not None and len(records) < page.wanted:
            of = "" if self.limit is None else f" (of the extract's {self.limit})"
            raise Fault(
                f"it gave {len(records)} records of the {page.asked} asked for{of}", Kind.CONTENT
            )
        if self.pages_total is None:
            if not records and page.number == 1 and not may_be_empty(self.source):
                raise Fault(nothing(self.source), Kind.CONTENT)
            earlier = self.seen.earlier(self.seen.digest(records)) if records else None
            if earlier is not None:
                raise Fault(f"it repeats the records of page {earlier}", Kind.INVALID)

    def _mend_repeats(self, session: requests.Session) -> None:
        """Ask again for the pages that hold what another page holds; raise if they still do."""
        for attempt in range(1, ATTEMPTS_AT_CONTENT + 1):
            alike = self.seen.alike()
            if not alike:
                return
            if attempt == ATTEMPTS_AT_CONTENT:
                number, earlier = alike[0]
                strategy = self.source.pagination
                ignored = getattr(strategy, "page", None) or getattr(strategy, "offset", "")
                raise SourceInvalidError(
                    f"{self.source.table}: {self.client.request}: page {number} repeats the"
                    f" records of page {earlier}: the source seems to ignore {ignored!r}"
                )
            again = {number for pair in alike for number in pair}
            log.warning("%s: pages %s are the same; again", self.source.table, sorted(again))
            for page in self.known:
                if page.number in again:
                    self._keep(page, self._ask(session, page))

    def _report(self, *, finished: bool = False) -> None:
        now = time.monotonic()
        if not finished and now - self.reported < 1.0:
            return
        self.reported = now
        seconds = max(now - self.begun, 1e-6)
        log.info(
            "fetched %d%s pages, %d%s records, %.0f records/s",
            self.pages,
            "" if self.pages_total is None else f" of {self.pages_total}",
            self.records,
            "" if self.limit is None else f" of {self.limit}",
            (self.records - self.kept) / seconds,
            extra={
                "progress": {
                    "step": "fetch",
                    "pages": self.pages,
                    "pages_total": self.pages_total,
                    "records": self.records,
                    "records_total": self.limit,
                    "bytes": self.bytes,
                    "seconds": seconds,
                }
            },
        )
