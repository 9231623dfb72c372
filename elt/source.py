"""What to fetch: the declaration a DAG file fills in, validated when the file is loaded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

Grain = Literal["hour", "day", "month"]

LONGEST_TABLE = 40
"""Characters; PostgreSQL cuts names at 63, and those of indexes and models add to the table's."""

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_GRAINS: dict[Grain, str] = {"hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d", "month": "%Y-%m"}

DottedPath = Annotated[str, Field(pattern=r"^[^.\s]+(\.[^.\s]+)*$")]
"""A place inside a JSON document: field names joined by dots, ``login.password``."""


class _Declaration(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Page:
    """One request of a paginated extract.

    ``number`` counts from 1; ``params`` are the query parameters that select the page; ``asked`` is
    how many records the source is asked for, ``wanted`` how many of them belong to the extract.
    """

    number: int
    params: dict[str, str]
    asked: int
    wanted: int


class PageNumber(_Declaration):
    """Pages selected by a number and a size, of a source that has no last page.

    >>> pages = PageNumber(page="page", size="results", most=1000).pages(1500)
    >>> [(page.params, page.wanted) for page in pages]
    [({'page': '1', 'results': '750'}, 750), ({'page': '2', 'results': '750'}, 750)]
    """

    page: str
    """Query parameter that takes the page's number, from 1."""
    size: str
    """Query parameter that takes the records in a page."""
    most: PositiveInt = 1000
    """Records asked for in one page, at most."""

    def pages(self, limit: int) -> Iterator[Page]:
        """The requests that together bring ``limit`` records, as even in size as they go."""
        count = -(-limit // self.most)
        size = -(-limit // count)
        for number in range(1, count + 1):
            params = {self.page: str(number), self.size: str(size)}
            yield Page(number, params, size, min(size, limit - (number - 1) * size))


class Source(_Declaration):
    """An HTTP source of records and how it wants to be asked.

    >>> Source(name="randomuser", entity="users", conn_id="randomuser_api", endpoint="/api/1.4/",
    ...        records="results",
    ...        pagination=PageNumber(page="page", size="results")).table
    'randomuser__users'
    """

    name: str
    """The source, in snake case: ``randomuser``."""
    entity: str
    """What its records are, in the plural: ``users``."""
    conn_id: str
    """Airflow HTTP connection: base URL and, if the source wants one, the login."""
    endpoint: str
    """Path below the connection's URL."""
    records: DottedPath
    """Where in an answer the list of records is."""
    error: DottedPath | None = None
    """Where an answer says that it failed although its status is 200."""
    redact: tuple[DottedPath, ...] = ()
    """Fields that are removed before a record is written anywhere; lists on the way are entered."""
    pagination: PageNumber
    """How the pages of an answer are selected."""
    period: Grain = "day"
    """What one load covers; a period landed again replaces the former load."""
    concurrency: PositiveInt = 4
    """Requests under way at once."""
    connect_timeout: PositiveFloat = 10.0
    """Seconds for a connection to be made."""
    read_timeout: PositiveFloat = 60.0
    """Seconds of silence after which an answer is given up."""
    page_bytes: PositiveInt = 64 * 1024 * 1024
    """Size above which an answer is not read on."""

    @field_validator("name", "entity")
    @classmethod
    def _snake_case(cls, value: str) -> str:
        if not _NAME.fullmatch(value):
            raise ValueError("must be snake case: letters a to z, digits, single underscores")
        return value

    @field_validator("endpoint")
    @classmethod
    def _path(cls, value: str) -> str:
        if not value.startswith("/"):
            raise ValueError("must be a path that begins with '/'; the host is the connection's")
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.table) > LONGEST_TABLE:
            raise ValueError(
                f"name and entity make {self.table!r}, which is longer than {LONGEST_TABLE}"
            )
        return self

    @property
    def table(self) -> str:
        """The one name of its records in the raw schema, the ledger, dbt and the assets."""
        return f"{self.name}__{self.entity}"

    def period_start(self, logical_date: datetime | None, run_after: datetime) -> datetime:
        """The start, in UTC, of the period a run loads.

        That of its logical date, or of the moment it was due where it has none.
        """
        moment = (logical_date or run_after).astimezone(UTC)
        start = moment.replace(minute=0, second=0, microsecond=0)
        if self.period != "hour":
            start = start.replace(hour=0)
        if self.period == "month":
            start = start.replace(day=1)
        return start

    def period_label(self, start: datetime) -> str:
        """A period as people write it: ``2026-11-22`` for a day."""
        return start.astimezone(UTC).strftime(_GRAINS[self.period])
