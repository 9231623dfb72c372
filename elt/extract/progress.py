"""How far an extract has come, for the log and for the screen of `elt run`."""

from __future__ import annotations

import logging
import time

log = logging.getLogger(__name__)

_SECONDS = 1.0
"""Between two lines, at least."""


class Progress:
    """Says, once a second at most, what has come since it was made."""

    def __init__(self) -> None:
        self._begun = self._reported = time.monotonic()

    def report(
        self,
        *,
        finished: bool,
        pages: int,
        pages_total: int | None,
        records: int,
        records_total: int | None,
        bytes: int,
        kept: int,
    ) -> None:
        """Say how much there is; ``kept`` counts the records of an earlier attempt."""
        now = time.monotonic()
        if not finished and now - self._reported < _SECONDS:
            return
        self._reported = now
        seconds = max(now - self._begun, 1e-6)
        log.info(
            "fetched %d%s pages, %d%s records, %.0f records/s",
            pages,
            "" if pages_total is None else f" of {pages_total}",
            records,
            "" if records_total is None else f" of {records_total}",
            (records - kept) / seconds,
            extra={
                "progress": {
                    "step": "fetch",
                    "pages": pages,
                    "pages_total": pages_total,
                    "records": records,
                    "records_total": records_total,
                    "bytes": bytes,
                    "seconds": seconds,
                }
            },
        )
