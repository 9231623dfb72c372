"""HTTP in: the pages of an extract, through Airflow's HTTP hook, into a spool on disk."""

from __future__ import annotations

import hashlib
import logging
import os
import random
import re
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
import urllib3
from airflow.providers.http.hooks.http import HttpHook

from elt import decode
from elt.errors import SourceError, SourceRefusedError
from elt.source import Page, Source
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
_SECRET = re.compile(
    r"token|secret|passw|passphrase|credential|signature|(api|access|private|subscription)[-_]?key"
    r"|^(key|auth|sig|pwd)$",
    re.IGNORECASE,
)
"""Names of query parameters whose values are not for logs."""


@dataclass(frozen=True)
class Fetched:
    """What an extract brought to the spool; ``bytes`` counts the bodies as they were received."""

    request: str
    pages: int
    records: int
    bytes: int
    started_at: datetime
    fetched_at: datetime


class _Fault(Exception):
    """One attempt at a page failed; ``later`` tells "come back later" from a wrong answer."""

    def __init__(self, said: str, *, later: bool = False, after: float | None = None) -> None:
        super().__init__(said)
        self.later = later
        self.after = after


class _Stopped(Exception):
    """Another page failed, and this one is not wanted any more."""


def public_url(url: str, params: Mapping[str, str] | None = None) -> str:
    """``url`` with its query, without user, password and tokens: fit for logs and the ledger."""
    parts = urlsplit(requests.Request("GET", url, params=params).prepare().url or url)
    pairs = [pair.partition("=") for pair in parts.query.split("&")]
    query = "&".join(
        f"{name}=***" if _SECRET.search(unquote(name)) else f"{name}{equals}{value}"
        for name, equals, value in pairs
    )
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))


def answer_fault(response: requests.Response, source: Source) -> str | None:
    """Why ``response`` is no page with records of ``source``; None if it is one.

    Raises SourceRefusedError where its status says that asking again is of no use.
    """
    try:
        _check_status(response, source)
        records = decode.split(response.content, source, {})
    except (_Fault, decode.DecodeError) as fault:
        return str(fault)
    return None if records else f"the answer's {source.records!r} is empty"


def fetch(
    hook: HttpHook, source: Source, params: Mapping[str, str], limit: int, spool: Spool
) -> Fetched:
    """Bring ``limit`` records of ``source`` to ``spool``, or raise and say why not.

    Pages are read side by side. One that cannot be had now (no connection, 429, 5xx) is asked for
    again until ELT_FETCH_PATIENCE seconds (default 600) have passed, with growing pauses or as
    Retry-After says; the pages that are there stay. One that is answered wrongly (no JSON, an error
    with status 200, fewer records than asked for, another page's records) is asked for three times.

    Raises SourceRefusedError for what time does not mend (a 4xx, a connection that makes no URL),
    SourceError for the rest, ValueError for a ``limit`` below 1.
    """
    if limit < 1:
        raise ValueError(f"at least one record must be asked for, not {limit}")
    extract = _Extract(hook, source, params, limit, spool)
    return extract.run()


class _Extract:
    """The state that the workers of one extract share."""

    def __init__(
        self,
        hook: HttpHook,
        source: Source,
        params: Mapping[str, str],
        limit: int,
        spool: Spool,
    ) -> None:
        self.hook = hook
        self.source = source
        self.params = {name: value for name, value in params.items() if value}
        self.limit = limit
        self.spool = spool
        self.patience = float(os.environ.get("ELT_FETCH_PATIENCE") or 600)
        self.tree = decode.redactions(source.redact)
        self.todo: Iterator[Page] = iter(source.pagination.pages(limit))
        self.digests: dict[int, bytes] = {}
        self.stop = threading.Event()
        self.failure: BaseException | None = None
        self.lock = threading.Lock()
        self.pages = self.records = self.bytes = 0
        self.pages_total = sum(1 for _ in source.pagination.pages(limit))
        self.resume_at = 0.0
        self.begun = time.monotonic()
        self.reported = self.begun

    def run(self) -> Fetched:
        started_at = datetime.now(UTC)
        count = min(self.source.concurrency, self.pages_total)
        sessions: list[requests.Session] = []
        try:
            try:
                # Here, since a hook asks Airflow for its connection, which is not for threads.
                sessions += [self.hook.get_conn() for _ in range(count)]
                self.url = self.hook.url_from_endpoint(self.source.endpoint)
                request = public_url(self.url, self.params)
            except ValueError as error:
                raise _no_request(error, self.source) from None
            log.info(
                "fetching %d records in %d pages from %s", self.limit, self.pages_total, request
            )
            with ThreadPoolExecutor(count, thread_name_prefix="fetch") as workers:
                try:
                    running = [workers.submit(self._work, session) for session in sessions]
                    wait(running)
                finally:
                    self.stop.set()
            if self.failure is not None:
                raise self.failure
            self.stop.clear()
            self._mend_repeats(sessions[0])
        finally:
            for session in sessions:
                session.close()
        self._report(finished=True)
        return Fetched(request, self.pages, self.records, self.bytes, started_at, datetime.now(UTC))

    def _work(self, session: requests.Session) -> None:
        while not self.stop.is_set():
            with self.lock:
                page = next(self.todo, None)
            if page is None:
                return
            try:
                self._keep(page, *self._page(session, page))
            except _Stopped:
                return
            except BaseException as error:
                with self.lock:
                    # The first to fail is the cause; the others stop because of it.
                    self.failure = self.failure or error
                self.stop.set()
                return

    def _keep(self, page: Page, records: list[bytes], received: int) -> None:
        kept = records[: page.wanted]
        self.spool.write(page.number, kept)
        # Of the whole answer: of the last page, which may be cut, it would tell nothing.
        digest = hashlib.sha256(b"\n".join(records)).digest()
        with self.lock:
            if page.number not in self.digests:
                self.pages += 1
                self.records += len(kept)
            self.bytes += received
            self.digests[page.number] = digest
            self._report()

    def _page(self, session: requests.Session, page: Page) -> tuple[list[bytes], int]:
        """What ``page`` answers and its size, after as many attempts as are worth making."""
        params = {**self.params, **page.params}
        content_faults = attempt = 0
        self._await_turn()
        deadline = time.monotonic() + self.patience
        while True:
            attempt += 1
            try:
                # The last attempt, too, has time for its answer.
                until = time.monotonic() + self.patience
                records, received = self._read(session, params, until)
                if len(records) < page.wanted:
                    raise _Fault(
                        f"it gave {len(records)} records of the {page.asked} asked for"
                        f" (of the extract's {self.limit})"
                    )
                return records, received
            except _Fault as fault:
                where = f"{self.source.table}, page {page.number}: {public_url(self.url, params)}"
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

    def _read(
        self, session: requests.Session, params: Mapping[str, str], until: float
    ) -> tuple[list[bytes], int]:
        """One attempt: the records of an answer and its size in bytes. Raises _Fault."""
        source = self.source
        try:
            with session.get(
                self.url,
                params=params,
                timeout=(source.connect_timeout, source.read_timeout),
                stream=True,
                allow_redirects=self.hook.merged_extra.get("allow_redirects", True),
                # Said again, or requests prefers what the environment says.
                verify=session.verify,
                proxies=dict(session.proxies or {}),
            ) as response:
                _check_status(response, source)
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
                error, (requests.exceptions.SSLError, requests.exceptions.TooManyRedirects)
            )
            raise _Fault(connection_fault(error, source), later=not asked_wrongly) from None
        try:
            return decode.split(bytes(body), source, self.tree), len(body)
        except decode.DecodeError as error:
            moved = f" (redirected to {public_url(response.url)})" if response.history else ""
            raise _Fault(f"{error}{moved}") from None

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
                    raise SourceError(
                        f"{self.source.table}: {public_url(self.url, self.params)}: page"
                        f" {number} repeats the records of page {earlier}: the source seems"
                        f" to ignore {self.source.pagination.page!r}"
                    )
            if not again:
                return
            log.warning("%s: pages %s are the same; again", self.source.table, sorted(again))
            for page in self.source.pagination.pages(self.limit):
                if page.number in again:
                    self._keep(page, *self._page(session, page))

    def _report(self, *, finished: bool = False) -> None:
        now = time.monotonic()
        if not finished and now - self.reported < 1.0:
            return
        self.reported = now
        seconds = max(now - self.begun, 1e-6)
        log.info(
            "fetched %d of %d pages, %d of %d records, %.0f records/s",
            self.pages,
            self.pages_total,
            self.records,
            self.limit,
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


def _check_status(response: requests.Response, source: Source) -> None:
    status = response.status_code
    if status < 300:
        return
    said = f"it answered {status} {response.reason}".rstrip()
    if status >= 500 or status in WORTH_WAITING:
        raise _Fault(said, later=True, after=_retry_after(response))
    raise SourceRefusedError(
        f"{source.table}: {public_url(response.url)}: {said};"
        f" look at the endpoint and at the connection {source.conn_id!r}"
    )


def _retry_after(response: requests.Response) -> float | None:
    """Seconds that the source asks to wait, given in seconds or as a date (RFC 9110, 10.2.3).

    None where it says nothing, or a moment that has passed: then the pauses are ours, and grow.
    """
    value = response.headers.get("Retry-After", "").strip()
    try:
        if value.isdecimal():
            seconds = float(value)
        else:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return None
    return seconds if seconds > 0 else None


def _no_request(error: Exception, source: Source) -> SourceRefusedError:
    # The error itself quotes what it is about, which may be a password.
    return SourceRefusedError(
        f"{source.table}: no request can be made of the connection {source.conn_id!r} and the"
        f" endpoint {source.endpoint!r} ({type(error).__name__}): look at the connection's host,"
        " schema, port and extra"
    )


def connection_fault(error: Exception, source: Source) -> str:
    """What went wrong with a connection, in words; the libraries' own quote objects and addresses.

    Raises SourceRefusedError where no request can be made of the connection.
    """
    if isinstance(error, ValueError):  # requests' own for wrong URLs and headers are such, too
        raise _no_request(error, source) from None
    text = str(error)
    match error:
        case requests.exceptions.ProxyError():
            return "its proxy did not let the request through"
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in text:
            return "its certificate was not accepted"
        case requests.exceptions.SSLError() | urllib3.exceptions.SSLError():
            return "no encrypted connection could be made"
        case requests.exceptions.TooManyRedirects():
            return "it redirects without end"
        case requests.exceptions.ConnectTimeout():
            return "it did not accept the connection in time"
        case requests.exceptions.Timeout():
            return "it did not answer in time"
        case urllib3.exceptions.ReadTimeoutError():
            return "it fell silent in the middle of the answer"
        case urllib3.exceptions.DecodeError() | requests.exceptions.ContentDecodingError():
            return "its answer is not compressed as it says"
        case urllib3.exceptions.ProtocolError() | requests.exceptions.ChunkedEncodingError():
            return "its answer broke off"
    if "refused" in text:
        return "it refused the connection"
    if "resolve" in text or "Name or service" in text:
        return "its name cannot be resolved"
    if "reset" in text or "aborted" in text or "closed" in text:
        return "it closed the connection"
    return f"the connection failed ({type(error).__name__})"
