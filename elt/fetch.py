"""HTTP in: the pages of an extract, through Airflow's HTTP hook, into a spool on disk."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

import requests
import urllib3

from elt.api import ApiHook
from elt.decode import DecodeError, Decoder, Document
from elt.decode.json import text_at
from elt.errors import SourceError, SourceRefusedError
from elt.http import (
    connection_fault,
    no_request,
    printable,
    public_url,
    retry_after,
)
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
from elt.rate import Turns
from elt.session import RedirectedError, links_by_relation
from elt.source import Source
from elt.spool import Spool

log = logging.getLogger(__name__)

WORTH_WAITING = frozenset({408, 425, 429})
"""Statuses below 500 that say "later" rather than "no"."""
ATTEMPTS_AT_CONTENT = 3
"""How often a page is asked for that comes with status 200 and is not what was asked for."""
FIRST_WAIT = 1.0
"""Seconds between the first two attempts, at most; doubled for each further one."""
LONGEST_WAIT = 60.0
"""Seconds between two attempts, at most, unless the source says itself when to come back."""
_CHUNK = 256 * 1024
_KEYS_OF_A_PAGE = 32
"""Keys by which a page is known again, about."""


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


class _Fault(Exception):
    """One attempt at a page failed; ``later`` tells "come back later" from a wrong answer."""

    def __init__(self, said: str, *, later: bool = False, after: float | None = None) -> None:
        super().__init__(said)
        self.later = later
        self.after = after


class _Stopped(Exception):
    """Another page failed, and this one is not wanted any more."""


class _RefusedError(SourceRefusedError):
    """A status that time does not mend."""

    def __init__(self, said: str, status: int) -> None:
        super().__init__(said)
        self.status = status


@dataclass(frozen=True)
class _Answer:
    """A page that was read; ``size`` counts its bytes, ``links`` are those of its header Link."""

    document: Document
    size: int
    url: str
    links: Mapping[str, str]


class _PastEnd(Exception):
    """The source refuses a page, which is its way to say that there are no more."""


def look(
    hook: ApiHook, source: Source, params: Mapping[str, str], endpoint: str | None = None
) -> str | None:
    """Ask ``source`` once for a little; why it gave no records, None if it did.

    Raises SourceRefusedError where its status says that asking again is of no use.
    """
    probe = source.pagination.probe()
    if source.incremental is not None and source.incremental.initial is not None:
        probe[source.incremental.param] = source.incremental.initial
    return _Extract(hook, source, {**params, **probe}, None, endpoint).look()


def fetch(
    hook: ApiHook,
    source: Source,
    params: Mapping[str, str],
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
    another page's records) is asked for three times.

    Raises SourceRefusedError for what time does not mend (a 4xx, a connection that makes no URL),
    SourceError for the rest, ValueError for a ``limit`` below 1.
    """
    if limit is not None and limit < 1:
        raise ValueError(f"at least one record must be asked for, not {limit}")
    incremental = source.incremental
    if incremental is not None and (begin := since or incremental.initial):
        params = {**params, incremental.param: begin}
    return _Extract(hook, source, params, spool, endpoint).run(limit, since)


class _Extract:
    """The state that the workers of one extract share."""

    def __init__(
        self,
        hook: ApiHook,
        source: Source,
        params: Mapping[str, str],
        spool: Spool | None,
        endpoint: str | None,
    ) -> None:
        self.hook = hook
        self.source = source
        self.endpoint = source.endpoint if endpoint is None else endpoint
        self.params = {name: value for name, value in params.items() if value}
        self.limit: int | None = None
        self._spool = spool
        self.patience = float(os.environ.get("ELT_FETCH_PATIENCE") or 600)
        self.decoder = Decoder(source, self.params)
        self.turns = None if source.rate_limit is None else Turns(source.conn_id, source.rate_limit)
        self.todo: Iterator[Page] = iter(())
        self.known: list[Page] = []
        self.digests: dict[int, bytes] = {}
        self.numbers: dict[bytes, int] = {}
        self.stop = threading.Event()
        self.failure: BaseException | None = None
        self.lock = threading.Lock()
        self.pages = self.records = self.bytes = 0
        self.pages_total: int | None = None
        self.resume_at = 0.0
        self.begun = time.monotonic()
        self.reported = self.begun

    def look(self) -> str | None:
        with self._sessions(1) as (session,):
            try:
                answer = self._read(session, Page(1), time.monotonic() + self.patience)
            except _Fault as fault:
                return str(fault)
        return None if answer.document.records or self._may_be_empty else self._nothing()

    def run(self, limit: int | None, since: str | None) -> Fetched:
        started_at = datetime.now(UTC)
        self.limit = limit
        strategy = self.source.pagination
        try:
            planned = strategy.plan(limit)
        except PaginationError as error:
            raise SourceRefusedError(f"{self.source.table}: {error}") from None
        with self._sessions(1) as sessions:
            request = self._public(self.url, self.params)
            wanted = "the" if limit is None else str(limit)
            log.info("fetching %s records from %s", wanted, request)
            if planned is None:
                planned = self._walk(sessions[0])
            if planned is not None:
                self._fetch_all(planned, sessions[0])
        self._report(finished=True)
        cursor = self._greatest(since)
        return Fetched(
            request, self.pages, self.records, self.bytes, started_at, datetime.now(UTC), cursor
        )

    @property
    def spool(self) -> Spool:
        if self._spool is None:
            raise RuntimeError("a look keeps no pages")
        return self._spool

    @property
    def _may_be_empty(self) -> bool:
        return self.source.may_be_empty or self.source.incremental is not None

    @contextmanager
    def _sessions(self, count: int) -> Iterator[list[requests.Session]]:
        """Sessions of the connection; made here, since a hook asks Airflow, which is not for
        threads. Raises SourceRefusedError where the connection makes none."""
        sessions: list[requests.Session] = []
        try:
            try:
                sessions += [self.hook.get_conn() for _ in range(count)]
                self.url = self.hook.url_from_endpoint(self.endpoint)
                self._public(self.url, self.params)
            except ValueError as error:
                raise no_request(error, self.source) from None
            yield sessions
        finally:
            for session in sessions:
                session.close()

    def _public(self, url: str, params: Mapping[str, str] | None = None) -> str:
        return public_url(url, params, self.hook.secret_param)

    def _walk(self, session: requests.Session) -> Iterable[Page] | None:
        """Follow the pages one after the other; the rest of them as soon as they are known."""
        strategy = self.source.pagination
        page: Page | None = strategy.first(self.limit)
        received = full = 0
        was_short = False
        seen = {self._place(page)} if page else set()
        while page is not None:
            try:
                answer = self._page(session, page, may_be_past_end=was_short)
            except _PastEnd:
                return None
            size = len(answer.document.records)
            received, full = received + size, max(full, size)
            self._keep(page, answer)
            walk = Walk(
                self.limit, page, size, received, full,
                answer.document.values, answer.links, answer.url,
            )  # fmt: skip
            try:
                if page.number == 1 and (rest := strategy.rest(walk)) is not None:
                    return rest
                # A first page that is short may be all there is, or as much as the source gives.
                was_short = (
                    page.number == 1
                    and page.asked is not None
                    and size < page.asked
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
                    link = same_host(following.link, answer.url, self.url)
                    following = replace(following, link=link)
                place = self._place(following)
                if place in seen:
                    raise PaginationError("the next page it names is one that was there before")
                seen.add(place)
            except PaginationError as error:
                raise SourceError(f"{self._where(page)}: {error}") from None
            page = following
        return None

    def _expect_all(self, walk: Walk) -> None:
        expected = self.source.pagination.expected(walk)
        if expected is not None and walk.received < expected:
            raise PaginationError(
                f"it says there are {expected} records and has given {walk.received}"
            )

    def _nothing(self) -> str:
        if self.source.records is None:
            return "the answer has no records"
        return f"the answer's {self.source.records!r} is empty"

    def _place(self, page: Page) -> bytes:
        url, params = self._target(page)
        text = requests.Request("GET", url, params=params).prepare().url or url
        return hashlib.sha256(text.encode(errors="replace")).digest()

    def _where(self, page: Page) -> str:
        return f"{self.source.table}, page {page.number}: {self._public(*self._target(page))}"

    def _target(self, page: Page) -> tuple[str, dict[str, str] | None]:
        """URL and parameters of a page; a link has its parameters in itself."""
        if page.link is not None:
            return page.link, None
        return self.url, {**self.params, **page.params}

    def _fetch_all(self, pages: Iterable[Page], session: requests.Session) -> None:
        """Read the pages side by side."""
        most = self.source.pagination.most_pages
        self.known = list(islice(pages, most + 1))
        self.pages_total = self.pages + len(self.known)
        self.todo = iter(self.known)
        if self.pages_total > most:
            raise SourceError(
                f"{self.source.table}: {self._public(self.url, self.params)}: it would take more"
                f" than {most} pages; if that is so, declare a greater 'most_pages'"
            )
        count = min(self.source.concurrency, len(self.known))
        if count == 0:
            return
        with self._sessions(count - 1) as others:
            with ThreadPoolExecutor(count, thread_name_prefix="fetch") as workers:
                try:
                    running = [workers.submit(self._work, one) for one in (session, *others)]
                    wait(running)
                finally:
                    self.stop.set()
            if self.failure is not None:
                raise self.failure
            self.stop.clear()
            self._mend_repeats(session)

    def _greatest(self, since: str | None) -> str | None:
        if self.source.incremental is None:
            return None
        greatest = Greatest(self.source.incremental.field, self.source.table, since)
        for page in self.spool.pages():
            greatest.add(page)
        return greatest.value

    def _work(self, session: requests.Session) -> None:
        while not self.stop.is_set():
            with self.lock:
                page = next(self.todo, None)
            if page is None:
                return
            try:
                self._keep(page, self._page(session, page))
            except _Stopped:
                return
            except BaseException as error:
                with self.lock:
                    # The first to fail is the cause; the others stop because of it.
                    self.failure = self.failure or error
                self.stop.set()
                return

    def _keep(self, page: Page, answer: _Answer) -> None:
        records = answer.document.records
        kept = records if page.wanted is None else records[: page.wanted]
        self.spool.write(page.number, kept)
        with self.lock:
            if page.number not in self.digests:
                self.pages += 1
                self.records += len(kept)
            self.bytes += answer.size
            self.digests[page.number] = digest = self._digest(records)
            self.numbers.setdefault(digest, page.number)
            self._report()

    def _digest(self, records: list[bytes]) -> bytes:
        """What tells a page from another one: keys of it, or all of it where none are declared.

        Of the whole answer: of the last page, which may be cut, it would tell nothing. A sample of
        the keys will do, since no two pages have any in common.
        """
        if not self.source.keys:
            return hashlib.sha256(b"\n".join(records)).digest()
        digest = hashlib.sha256(b"%d" % len(records))
        for record in records[:: 1 + len(records) // _KEYS_OF_A_PAGE]:
            keys = [text_at(record, path) for path in self.source.keys]
            digest.update(b"\n")
            digest.update(record if None in keys else b",".join(filter(None, keys)))
        return digest.digest()

    def _page(
        self, session: requests.Session, page: Page, *, may_be_past_end: bool = False
    ) -> _Answer:
        """What ``page`` answers, after as many attempts as are worth making.

        Raises _PastEnd where the source refuses it, and that may be its way to end.
        """
        content_faults = attempt = 0
        self._await_turn()
        deadline = time.monotonic() + self.patience
        while True:
            attempt += 1
            try:
                # The last attempt, too, has time for its answer.
                until = time.monotonic() + self.patience
                answer = self._read(session, page, until)
                self._check(page, answer)
                return answer
            except _RefusedError as refused:
                if page.number > 1 and self._is_past_end(refused.status, may_be_past_end):
                    raise _PastEnd from None
                raise
            except _Fault as fault:
                where = self._where(page)
                content_faults += not fault.later
                pause = fault.after
                if pause is None:
                    pause = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempt - 1, 10))
                    pause *= random.uniform(0.5, 1.0)
                if time.monotonic() + pause > deadline or content_faults >= ATTEMPTS_AT_CONTENT:
                    asks = "" if fault.after is None else f"; it asks to wait {pause:.0f} s"
                    times = "once" if attempt == 1 else f"{attempt} times"
                    raise SourceError(
                        f"{where}: {fault}{asks}; given up, having asked {times}"
                    ) from None
                log.warning("%s: %s; again in %.1f s", where, fault, pause)
                if fault.later:
                    # What one worker is told holds for all: the source counts them together.
                    with self.lock:
                        self.resume_at = max(self.resume_at, time.monotonic() + pause)
                    self._await_turn()
                else:
                    self._pause(pause)

    def _await_turn(self) -> None:
        # Another worker may be told to wait longer while this one waits.
        while (rest := self.resume_at - time.monotonic()) > 0:
            self._pause(rest)

    def _pause(self, seconds: float) -> None:
        if self.stop.wait(seconds):
            raise _Stopped

    def _is_past_end(self, status: int, after_short_page: bool) -> bool:
        strategy = self.source.pagination
        declared = strategy.past_end if isinstance(strategy, PageNumber) else None
        return status == declared or (after_short_page and status in REFUSALS_OF_A_PAGE)

    def _check(self, page: Page, answer: _Answer) -> None:
        """Raise _Fault where an answer is not the page that was asked for."""
        records = answer.document.records
        if self.pages_total is not None and page.wanted is not None and len(records) < page.wanted:
            of = "" if self.limit is None else f" (of the extract's {self.limit})"
            raise _Fault(f"it gave {len(records)} records of the {page.asked} asked for{of}")
        if self.pages_total is None:
            if not records and page.number == 1 and not self._may_be_empty:
                raise _Fault(self._nothing())
            earlier = self.numbers.get(self._digest(records)) if records else None
            if earlier is not None:
                raise _Fault(f"it repeats the records of page {earlier}")

    def _read(self, session: requests.Session, page: Page, until: float) -> _Answer:
        """One attempt at a page. Raises _Fault, or SourceRefusedError."""
        source = self.source
        url, params = self._target(page)
        if self.turns is not None:
            self._pause(self.turns.take())
        try:
            with session.get(
                url,
                params=params,
                timeout=(source.connect_timeout, source.read_timeout),
                stream=True,
                allow_redirects=self.hook.merged_extra.get("allow_redirects", True),
                # Said again, or requests prefers what the environment says.
                verify=session.verify,
                proxies=dict(session.proxies or {}),
            ) as response:
                self._check_status(response)
                body = bytearray()
                # What has come, where iter_content waits for a whole chunk, however long it takes.
                while chunk := response.raw.read1(_CHUNK, decode_content=True):
                    body += chunk
                    if len(body) > source.page_bytes:
                        raise _Fault(f"its answer is larger than {source.page_bytes} bytes")
                    if time.monotonic() > until:
                        raise _Fault("its answer takes too long", later=True)
                    if self.stop.is_set():
                        raise _Stopped
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            asked_wrongly = isinstance(
                error,
                (
                    requests.exceptions.SSLError,
                    requests.exceptions.TooManyRedirects,
                    RedirectedError,
                ),
            )
            raise _Fault(connection_fault(error, source), later=not asked_wrongly) from None
        try:
            document = self.decoder.decode(bytes(body), response.headers.get("Content-Type", ""))
        except DecodeError as error:
            moved = f" (redirected to {self._public(response.url)})" if response.history else ""
            raise _Fault(f"{error}{moved}") from None
        links = links_by_relation(response.headers.get("Link", ""))
        return _Answer(document, len(body), response.url, links)

    def _check_status(self, response: requests.Response) -> None:
        status = response.status_code
        if status < 300:
            return
        said = f"it answered {status} {printable(response.reason)}".rstrip()
        if status >= 500 or status in WORTH_WAITING:
            raise _Fault(said, later=True, after=retry_after(response))
        source = self.source
        raise _RefusedError(
            f"{source.table}: {self._public(response.url)}: {said};"
            f" look at the endpoint and at the connection {source.conn_id!r}",
            status,
        )

    def _mend_repeats(self, session: requests.Session) -> None:
        """Ask again for the pages that hold what another page holds; raise if they still do."""
        for attempt in range(1, ATTEMPTS_AT_CONTENT + 1):
            first: dict[bytes, int] = {}
            again: set[int] = set()
            for number in sorted(self.digests):
                earlier = first.setdefault(self.digests[number], number)
                if earlier == number:
                    continue
                again |= {earlier, number}
                if attempt == ATTEMPTS_AT_CONTENT:
                    ignored = getattr(self.source.pagination, "page", None) or getattr(
                        self.source.pagination, "offset", ""
                    )
                    raise SourceError(
                        f"{self.source.table}: {self._public(self.url, self.params)}: page"
                        f" {number} repeats the records of page {earlier}: the source seems"
                        f" to ignore {ignored!r}"
                    )
            if not again:
                return
            log.warning("%s: pages %s are the same; again", self.source.table, sorted(again))
            for page in self.known:
                if page.number in again:
                    self._keep(page, self._page(session, page))

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
            self.records / seconds,
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
