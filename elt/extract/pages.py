"""The pages of an extract in their order, from the source or an earlier attempt, into a spool."""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice

import requests

from elt.errors import SourceError, SourceInvalidError, SourceRefusedError
from elt.extract.incremental import Greatest
from elt.extract.progress import Progress
from elt.extract.reading import PageResponse, Reader
from elt.extract.received import PastEndError, Received, may_be_empty, nothing, values_of
from elt.extract.repeats import Pages
from elt.extract.resume import Entry, Journal
from elt.extract.spool import Spool
from elt.http.client import RefusedError
from elt.http.retry import ATTEMPTS_AT_CONTENT, Attempts, Fault, Kind
from elt.http.waiting import Clock, StoppedError, report_wait
from elt.source import Source
from elt.source.pagination import (
    REFUSALS_OF_A_PAGE,
    Page,
    PaginationError,
    Walk,
    same_host,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fetched:
    """What an extract brought to the spool; ``bytes`` counts the bodies as they were received.

    ``cursor`` is the greatest value of an incremental source's field so far, None of others;
    ``replaced`` counts what was replaced by declaration.
    """

    request: str
    pages: int
    records: int
    bytes: int
    started_at: datetime
    fetched_at: datetime
    cursor: str | None = None
    replaced: Mapping[str, int] = field(default_factory=dict)


class _Irregular(Exception):
    """A page is not as large as those before it let expect, so the next ones lie elsewhere."""


class Extract:
    """One extract; its state is what the workers share."""

    def __init__(self, reader: Reader, source: Source, spool: Spool, limit: int | None) -> None:
        self.reader = reader
        self.client = reader.client
        self.source = source
        self.spool = spool
        self.limit = limit
        self.clock = Clock()
        self.resumes = False
        """Whether it goes on with pages of an earlier attempt."""
        self.todo: Iterator[Page] = iter(())
        self.known: list[Page] = []
        self.brought: dict[int, Entry] = {}
        self.seen = Pages(source.keys)
        self.failure: BaseException | None = None
        self.lock = threading.Lock()
        self.received = Received(source, limit)
        self.pages = self.records = self.bytes = self.kept = 0
        self.pages_total: int | None = None
        self.may_be_irregular = False
        self.progress = Progress()

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
            if planned is not None:
                self._fetch_all(planned, sessions[0])
            else:
                self._follow(sessions[0])
        self._report(finished=True)
        return Fetched(
            request,
            self.pages,
            self.records,
            self.bytes,
            self.journal.started_at,
            datetime.now(UTC),
            self._greatest(since),
            dict(sum((Counter(entry.replaced) for entry in self.brought.values()), Counter())),
        )

    def _journal(self) -> Journal:
        """What is in the spool of an extract of exactly this kind."""
        described = [version("elt"), self.source.model_dump_json(), self.limit]
        journal = Journal(self.spool, json.dumps([*described, self.client.place(Page(0))]))
        self.resumes = journal.count > 0
        if self.resumes:
            log.info("going on with %d pages of an earlier attempt", journal.count)
        return journal

    def _follow(self, session: requests.Session) -> None:
        """Bring one page after the other, to the last one; raise where that is not the end."""
        try:
            walk = self._walk(session)
        except _Irregular:
            log.info("%s: its pages are not alike: one after the other", self.source.table)
            self._restart()
            walk = self._walk(session, is_side_by_side=False)
        where = self.client.where(walk.page)
        self.received.judge(where)
        if not (self.records or may_be_empty(self.source)):
            raise SourceError(f"{where}: {nothing(self.source)}, and so are all pages after it")

    def _walk(self, session: requests.Session, *, is_side_by_side: bool = True) -> Walk:
        """Follow the pages; the rest of them side by side as soon as they are known."""
        strategy = self.source.pagination
        page: Page | None = strategy.first(self.limit)
        seen: set[str] = set()
        while page is not None:
            seen.add(self.client.place(page))
            try:
                walk = self.received.add(page, self._bring(session, page))
            except PastEndError:
                break
            try:
                if is_side_by_side and (rest := strategy.rest(walk)) is not None:
                    walk = self._fetch_rest(rest, walk, session)
                    is_side_by_side = False
                page = self._following(walk, seen)
            except PaginationError as error:
                raise SourceInvalidError(f"{self.client.where(walk.page)}: {error}") from None
        return walk

    def _following(self, walk: Walk, seen: set[str]) -> Page | None:
        """The page after ``walk``'s, if there is one. Raises PaginationError."""
        strategy = self.source.pagination
        following = strategy.following(walk)
        if following is None:
            return None
        if following.number > strategy.most_pages:
            raise PaginationError(
                f"it has more than {strategy.most_pages} pages; if that is so, declare"
                " a greater 'most_pages'"
            )
        if following.link is not None:
            link = same_host(following.link, walk.url, self.client.url, strategy.hosts_in_links)
            following = replace(following, link=link)
        if self.client.place(following) not in seen:
            return following
        if self.received.has_all():
            return None
        raise PaginationError(
            "the next page it names is one that was there before"
            + (
                "; if a page without records is its end, declare 'until_empty=True'"
                * (not walk.size)
            )
        )

    def _restart(self) -> None:
        """Begin anew, with the pages that have come."""
        self.clock.stop.clear()
        self.spool.release()
        self.failure = None
        self.brought = {}
        self.seen, self.received = Pages(self.source.keys), Received(self.source, self.limit)
        self.pages = self.records = self.bytes = self.kept = 0
        self.pages_total = None
        self.may_be_irregular = False

    def _fetch_rest(self, rest: Iterable[Page], walk: Walk, session: requests.Session) -> Walk:
        """Read the pages after ``walk``'s side by side. Raises _Irregular."""
        self.may_be_irregular = True
        for page, entry in self._fetch_all(rest, session):
            # What a page has beyond its place in a limit belongs to no other page, and offsets
            # that count on its size lead elsewhere.
            counts = self.limit is not None or self.source.pagination.counts_on_sizes
            if counts and page is not self.known[-1] and entry.size != page.least:
                raise _Irregular
            walk = self.received.add(page, entry)
        self.pages_total = None
        self.may_be_irregular = False
        return walk

    def _fetch_all(
        self, pages: Iterable[Page], session: requests.Session
    ) -> list[tuple[Page, Entry]]:
        """Read the pages side by side; each with what came."""
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
            return []
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
            if self.source.keys or not self.may_be_irregular:
                self._mend_repeats(session)
        return [(page, self.brought[page.number]) for page in self.known]

    def _greatest(self, since: str | None) -> str | None:
        if self.source.incremental is None:
            return None
        greatest = Greatest(self.source.incremental.cursor_path, self.source.table, since)
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

    def _bring(self, session: requests.Session, page: Page) -> Entry:
        """The page in the spool: from an earlier attempt, or from the source."""
        before = self.received.walk if self.pages_total is None else None
        overlapped = before is not None and self.received.overlap > 0
        entry = self.journal.take(
            page.number,
            self.client.place(page),
            page.wanted,
            self.client.place(before.page) if before is not None and overlapped else "",
        )
        if entry is None:
            return self._keep(page, self._ask(session, page))
        with self.lock:
            self.kept += entry.records
            self._count(entry)
        return entry

    def _keep(self, page: Page, response: PageResponse) -> Entry:
        records = response.document.records
        before = self.received.walk if self.pages_total is None else None
        again = 0 if before is None else self.received.again(records, self.spool)
        kept = records[again:]
        kept = kept if page.wanted is None else kept[: page.wanted]
        self.spool.write(page.number, kept)
        entry = Entry(
            number=page.number,
            place=self.client.place(page),
            size=len(records),
            records=len(kept),
            bytes=response.size,
            digest=self.seen.digest(records) if records else f"nothing in page {page.number}",
            values=values_of(self.source, response),
            links=response.links,
            # A key in the query is not for the disk; a relative link does not depend on it.
            url=self.client.public(response.url),
            overlap=again,
            before="" if before is None else self.client.place(before.page),
            signs=response.document.signs,
            replaced=response.document.replaced,
        )
        with self.lock:
            self.journal.add(entry)
            self._count(entry)
        return replace(entry, url=response.url)

    def _count(self, entry: Entry) -> None:
        if entry.number not in self.seen:
            self.pages += 1
            self.records += entry.records
        self.brought[entry.number] = entry
        self.bytes += entry.bytes
        self.seen.add(entry.number, entry.digest)
        self._report()

    def _ask(self, session: requests.Session, page: Page) -> PageResponse:
        """What the source responds with, after as many attempts as are worth making.

        Raises PastEndError where that is its way to end, _Irregular for a page unlike the others.
        """
        self.clock.await_resumption()
        attempts = Attempts(self.clock.patience)
        while True:
            try:
                self.clock.begin()
                response = self.reader.read(session, page, self.clock)
                self._check(page, response)
                return response
            except RefusedError as refused:
                if self.pages_total is None:
                    self.received.check_refusal(refused.status)
                elif self.may_be_irregular and refused.status in REFUSALS_OF_A_PAGE:
                    raise _Irregular from None
                raise
            except Fault as fault:
                where = self.client.where(page)
                try:
                    pause = attempts.pause_after(fault, where)
                except SourceError:
                    if self.may_be_irregular and fault.kind is Kind.CONTENT:
                        raise _Irregular from None
                    raise
                report_wait(pause, f"{fault}{fault.asks}{fault.quoted}", where)
                if fault.kind is Kind.LATER:
                    self.clock.hold_back(pause)
                    self.clock.await_resumption()
                else:
                    self.clock.pause(pause)

    def _check(self, page: Page, response: PageResponse) -> None:
        """Raise Fault where a response is not the page that was asked for, or PastEndError."""
        records = response.document.records
        if self.pages_total is None:
            if not records:
                self.received.check_empty(page, response)
            elif (earlier := self.seen.earlier(self.seen.digest(records))) is not None:
                self.received.check_repeat(earlier)
        elif page.least is not None and len(records) < page.least:
            of = "" if self.limit is None else f" (of the extract's {self.limit})"
            raise Fault(
                f"it gave {len(records)} records of the {page.asked or page.least} asked for{of}",
                Kind.CONTENT,
            )

    def _mend_repeats(self, session: requests.Session) -> None:
        """Ask again for the pages that hold what another page holds; raise if they still do."""
        for attempt in range(1, ATTEMPTS_AT_CONTENT + 1):
            alike = self.seen.alike()
            if not alike:
                return
            if attempt == ATTEMPTS_AT_CONTENT:
                number, earlier = alike[0]
                ignored = self.source.pagination.selecting_param
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
        self.progress.report(
            finished=finished,
            pages=self.pages,
            pages_total=self.pages_total,
            records=self.records,
            records_total=self.limit,
            bytes=self.bytes,
            kept=self.kept,
        )
