"""What a pipeline may fail with; each message says what was wrong, where, and what to do.

The class is the kind of the error, and the kind decides whether the task is tried again:

==========================  =============================================================
class                       tried again
==========================  =============================================================
SourceUnavailableError      yes, from the page where it stopped (`elt.extract.resume`)
SourceError itself          yes, from page 1: what the source has may have changed
SourceInvalidError          no: it responds, but not with what is declared
SourceRefusedError          no: it refuses the request, or the connection makes none
DeclarationError            no: a template or a parameter makes nonsense
LandingError                no: the records are the same next time
ReconciliationError         no: so are the counts
RejectedError               no: so are the records
DataTestError               no: so is the data
UnsettledError              yes: other runs end
LockedError                 yes: so do other people's transactions
==========================  =============================================================

Those that are not tried again are of the class PermanentError. `elt.airflow.retries` says how often
and when the others are, and what becomes of errors that are not ours. No error needs Airflow.
"""

from __future__ import annotations


class PermanentError(Exception):
    """A later attempt would fail in the same way."""


class SourceError(Exception):
    """The source did not give what was asked for; a later attempt may succeed."""


class SourceUnavailableError(SourceError):
    """The source cannot be reached, or says "later" (429, 5xx), for longer than we wait.

    ``after`` is how many seconds the source asks to wait, None where it does not say.
    """

    def __init__(self, message: str, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class SourceInvalidError(SourceError, PermanentError):
    """The source responds with something else than is declared, which time does not change."""


class SourceRefusedError(SourceError, PermanentError):
    """The source will refuse this request however often it is sent (a 4xx, say): no retry."""


class DeclarationError(ValueError, PermanentError):
    """What a template or a parameter of a run makes cannot be asked for: no retry."""


class LandingError(PermanentError):
    """The warehouse cannot store what was fetched; nothing of the load was kept."""


class LockedError(Exception):
    """A table is in use by somebody else's transaction; a later attempt may succeed."""


class ReconciliationError(PermanentError):
    """The counts of a load do not agree; retrying the check cannot change them."""


class UnsettledError(Exception):
    """The counts of a load cannot be checked yet, since other runs are under way: retry."""


class RejectedError(PermanentError):
    """Too many records of a load could not be typed: the source sends something else now."""


class DataTestError(PermanentError):
    """Tests of dbt found rows that should not be there; they would find them again."""
