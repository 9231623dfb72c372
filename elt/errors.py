"""What a pipeline may fail with; each message says what was wrong, where, and what to do."""

from __future__ import annotations

from airflow.sdk.exceptions import AirflowFailException


class SourceError(Exception):
    """The source did not give what was asked for; a later attempt may succeed."""


class SourceRefusedError(SourceError, AirflowFailException):
    """The source will refuse this request however often it is sent (a 4xx, say): no retry."""


class LandingError(Exception):
    """The warehouse did not take what was fetched; nothing of the load was kept."""


class LockedError(Exception):
    """A table is in use by somebody else's transaction; a later attempt may succeed."""


class ReconciliationError(AirflowFailException):
    """The counts of a load do not agree; retrying the check cannot change them."""


class UnsettledError(Exception):
    """The counts of a load cannot be checked yet, since other runs are under way: retry."""


class RejectedError(AirflowFailException):
    """Too many records of a load could not be typed: the source sends something else now."""
