"""What to fetch: the declaration a DAG file fills in, validated when the file is loaded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    PositiveFloat,
    PositiveInt,
    field_validator,
    model_validator,
)

from elt.names import SNAKE_CASE
from elt.source.encodings import is_text_encoding
from elt.source.lag import moved_back
from elt.source.model import Declaration
from elt.source.pagination import (
    Pagination,
    SinglePage,
)
from elt.source.period import Grain, Period
from elt.source.place import Place, are_elements, steps, valid
from elt.source.query import pairs

Format = Literal["json", "ndjson", "xml"]
Unstorable = Literal["U+0000", "NaN"]
"""What can be replaced: U+0000 by U+FFFD; NaN, Infinity and -Infinity by null."""

LONGEST_TABLE = 40
"""Characters; PostgreSQL cuts names at 63, and those of indexes and models add to the table's."""
LONGEST_ACCOUNT = 40
"""Characters of an account's name."""

_OF_PERIOD = re.compile(
    r"\{[{%][^}]*\b(period|period_end|dag_run|logical_date|data_interval_(start|end)|ds(_nodash)?"
    r"|ts(_nodash(_with_tz)?)?)\b"
)
"""A template that names the period of the run."""


def _key(value: Any) -> Any:
    """``value``, one place with indices in it as several of which it is the only one."""
    if isinstance(value, str):
        return valid(value)
    is_place = isinstance(value, list | tuple) and any(isinstance(one, int) for one in value)
    return (value,) if is_place else value


Key = Annotated[str | tuple[Place, ...], BeforeValidator(_key)]


class Freshness(Declaration):
    """How long after the end of its newest period a source is late, and stale; dbt has the same."""

    warn_after: timedelta = timedelta(hours=26)
    error_after: timedelta = timedelta(hours=50)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not timedelta() < self.warn_after <= self.error_after:
            raise ValueError("warn_after must be positive and no longer than error_after")
        return self


class RateLimit(Declaration):
    """At most ``requests`` in ``seconds``, evenly spaced, by all extracts of this machine."""

    requests: PositiveInt
    seconds: PositiveFloat = 1.0


class Incremental(Declaration):
    """Only what is new: each load asks for records from where the one of the period before ended.

    >>> Incremental(cursor_path="updated_at", cursor_param="updated_since").begin("2026-11-22")
    '2026-11-22'
    """

    former_names: ClassVar[Mapping[str, str]] = {"field": "cursor_path", "param": "cursor_param"}

    cursor_path: Place
    """Where a record has the value that grows: all numbers, or all text. Of texts that are moments
    (ISO 8601) the latest counts, of others the last in the order of their characters."""
    cursor_param: str
    """Query parameter that takes the greatest value seen before."""
    initial: str | None = None
    """What the first load sends; None: it asks without the parameter."""
    lag: (
        Annotated[timedelta, Field(strict=True, gt=timedelta())]
        | Annotated[int, Field(strict=True, gt=0)]
        | Annotated[float, Field(strict=True, gt=0, allow_inf_nan=False)]
        | None
    ) = None
    """How far back from there each load asks, for records that come late: a timedelta where the
    values are moments, also as seconds or milliseconds since 1970; a number where they are numbers.
    Not before ``initial``."""

    @model_validator(mode="after")
    def _can_go_back(self) -> Self:
        if self.lag is not None and self.initial is not None:
            moved_back(self.initial, self.lag)
        return self

    def begin(self, since: str | None) -> str | None:
        """What a load sends that goes on from ``since``, the cursor of the one before.

        Raises LagError where the lag cannot be taken from it.
        """
        if since is None or self.lag is None:
            return since or self.initial
        return moved_back(since, self.lag, self.initial)


class Source(Declaration):
    """An HTTP source of records and how it wants to be asked.

    >>> Source(name="randomuser", entity="users", conn_id="randomuser_api", endpoint="/api/1.4/",
    ...        records_path="results",
    ...        pagination=PageNumber(page_param="page", size_param="results")).table
    'randomuser__users'
    """

    former_names: ClassVar[Mapping[str, str]] = {
        "records": "records_path",
        "error": "error_path",
        "from_answer": "from_response",
    }

    name: str
    """The source, in snake case: ``randomuser``."""
    entity: str
    """What its records are, in the plural: ``users``."""
    conn_id: str = ""
    """Airflow HTTP connection: base URL and, if the source wants one, the login
    (`elt.airflow.hook`)."""
    accounts: Mapping[str, str] = {}
    """In place of ``conn_id``, for a source that is loaded for several accounts: the Airflow
    connection of each, by the account's name in snake case. Every account has loads of its own, and
    each record has the account in the column ``account``."""
    endpoint: str
    """Path below the connection's URL; a template of Airflow."""
    params: Mapping[str, str | tuple[str, ...]] = {}
    """Query parameters, templates of Airflow; one that comes out empty is left out, and one whose
    value is a list occurs as often as that has items. Beside
    Airflow's own names they know ``period(dag_run)`` and ``period_end(dag_run)``, the first moment
    of the period the run loads and of the next: ``{{ period(dag_run, '%d/%m/%Y') }}``."""

    format: Format = "json"
    """Of an answer: one JSON document, a JSON document a line, or XML (see
    `elt.extract.decode.xml`)."""
    encoding: str | None = None
    """Of an answer; None: as its byte order mark, XML prolog or Content-Type says, else UTF-8."""
    records_path: Place | None = None
    """Where in an answer the records are: a list; of XML, the elements below the root. None: the
    answer itself is a list, or one record. Like every place, a list of names and of indices where
    a name has a dot or the way leads through a list: ``["@odata.value"]``, ``[1]``."""
    key: Key = ()
    """Where a record has what identifies it, one place or several. A page with the keys of another
    one is not taken twice. A list of names is several places; one place that is a list stands in a
    list itself: ``[["@odata.id"]]``."""
    from_response: Mapping[str, Place] = {}
    """Fields that each record takes along from the answer around it: name in the record, place."""
    from_request: Mapping[str, str] = {}
    """Fields that each record takes along from the request: name in the record, parameter."""
    error_path: Place | None = None
    """Where an answer says that it failed although its status is 200; ``#text`` is the text of
    XML's root."""
    may_be_empty: bool = False
    """An answer without records is one; else it counts as an outage, and is waited out."""
    redact: tuple[Place, ...] = ()
    """Fields that are removed before a record is written anywhere; lists on the way are entered."""

    replace: tuple[Unstorable, ...] = ()
    """What no database stores and is to be replaced, and counted: ``U+0000`` in texts and names by
    U+FFFD, ``NaN`` (also Infinity) by null. Else it is an error that names record and field."""

    pagination: Pagination = SinglePage()
    """How the pages of an answer are selected."""
    ignore_signs_of_more: tuple[str, ...] = ()
    """Signs of more records, by the place that the error names, that are not to be believed: for
    the few sources that have them on their last page, too."""
    period: Grain = "day"
    """What one load covers; a period landed again replaces the former load."""
    incremental: Incremental | None = None
    """Only what is new since the load before; None: all that the period has."""

    open_questions: tuple[str, ...] = ()
    """What `elt new` could not decide, with the options that answer it. A source that has some is
    not loaded: `elt run` refuses it, and the first task of its DAG fails with DeclarationError."""

    freshness: Freshness = Freshness()
    """How long after the end of the newest period the source counts as late, and as stale."""
    rejected_share: float = Field(default=1.0, gt=0, le=1)
    """Share of a load's records that cannot be typed at which the run fails."""
    rate_limit: RateLimit | None = None
    """How often the source may be asked."""
    concurrency: PositiveInt = 4
    """Requests of one extract under way at once."""
    connect_timeout: PositiveFloat = 10.0
    """Seconds for a connection to be made."""
    read_timeout: PositiveFloat = 60.0
    """Seconds of silence after which an answer is given up."""
    page_bytes: PositiveInt = 64 * 1024 * 1024
    """Size above which an answer is not read on."""

    @field_validator("name", "entity")
    @classmethod
    def _snake_case(cls, value: str) -> str:
        if not SNAKE_CASE.fullmatch(value):
            raise ValueError("must be snake case: letters a to z, digits, single underscores")
        return value

    @field_validator("accounts")
    @classmethod
    def _separate_accounts(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        for account, conn_id in value.items():
            if len(account) > LONGEST_ACCOUNT or not SNAKE_CASE.fullmatch(account):
                raise ValueError(
                    f"{account!r} must be snake case, of {LONGEST_ACCOUNT} characters at most"
                )
            if not conn_id:
                raise ValueError(f"{account!r} has no connection")
            same = [name for name, other in value.items() if other == conn_id]
            if len(same) > 1:
                raise ValueError(f"{' and '.join(same)} have one connection, {conn_id!r}")
        return value

    @field_validator("endpoint")
    @classmethod
    def _path(cls, value: str) -> str:
        if not value.startswith("/"):
            raise ValueError("must be a path that begins with '/'; the host is the connection's")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str | None) -> str | None:
        if value is not None and not is_text_encoding(value):
            raise ValueError(f"is no encoding of text that Python knows: {value!r}")
        return value

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if bool(self.conn_id) == bool(self.accounts):
            raise ValueError(
                "conn_id or accounts: give the Airflow connection, or one for each account"
            )
        if len(self.table) > LONGEST_TABLE:
            raise ValueError(
                f"name and entity make {self.table!r}, which is longer than {LONGEST_TABLE}"
            )
        if self.format == "xml" and self.records_path is None:
            raise ValueError("records_path: XML needs the name of the elements that are records")
        if self.format == "xml" and not are_elements(steps(self.records_path or ())):
            raise ValueError(
                "records_path: in XML, an index (0 or more) follows the name of elements"
            )
        if self.format == "ndjson":
            for name in ("records_path", "from_response", "error_path"):
                if getattr(self, name):
                    raise ValueError(f"{name}: each line of ndjson is a record, nothing is around")
            if self.pagination.places():
                raise ValueError("pagination: ndjson has no body that a page could be named in")
        if both := self.from_response.keys() & self.from_request.keys():
            raise ValueError(f"from_response and from_request both make {', '.join(sorted(both))}")
        for name, param in self.from_request.items():
            if param not in self.params:
                raise ValueError(f"from_request: {name!r} is of {param!r}, which is not in params")
        if self.incremental is not None and self.incremental.cursor_param in self.params:
            raise ValueError(f"incremental: {self.incremental.cursor_param!r} is in params, too")
        if self.incremental is not None and self.incremental.lag is not None and not self.key:
            raise ValueError("incremental: with a lag records come again, so they need a key")
        return self

    @property
    def keys(self) -> tuple[Place, ...]:
        """The places of the key."""
        return (self.key,) if isinstance(self.key, str) else self.key

    @property
    def table(self) -> str:
        """The one name of its records in the raw schema, the ledger, dbt and the assets."""
        return f"{self.name}__{self.entity}"

    def of_account(self, account: str) -> Self:
        """The source as it is asked for one of its accounts; itself where it has none.

        Raises ValueError for an account that is not declared.
        """
        if not account and not self.accounts:
            return self
        if account not in self.accounts:
            known = ", ".join(self.accounts) or "none"
            raise ValueError(f"{self.table} has no account {account!r}; it has: {known}")
        return self.model_copy(update={"conn_id": self.accounts[account]})

    def period_of(self, logical_date: datetime | None, run_after: datetime) -> Period:
        """The period a run loads: that of its logical date, or of the moment it was due."""
        return Period.of(logical_date or run_after, self.period)

    @property
    def is_asked_by_period(self) -> bool:
        """Whether a request names the period, so that no later load makes up for a missing one.

        Else each load brings all there is, or, by a cursor, all that is new since the last one.
        """
        if self.incremental is not None:
            return False
        values = (value for _, value in pairs(self.params))
        return any(map(_OF_PERIOD.search, (self.endpoint, *values)))
