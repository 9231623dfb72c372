"""The declaration of a source: what is refused, and what follows from it."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from pydantic import ValidationError

from elt.source import (
    Cursor,
    Freshness,
    Incremental,
    LastRecord,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
    RateLimit,
    SinglePage,
    Source,
)
from elt.source.period import Period

PAGES = PageNumber(page_param="page", size_param="results", page_size=1000, endless=True)


def declare(**changes: Any) -> Source:
    fields: dict[str, Any] = {
        "name": "randomuser",
        "entity": "users",
        "conn_id": "randomuser_api",
        "endpoint": "/api/1.4/",
        "records_path": "results",
        "pagination": PAGES,
    }
    return Source(**(fields | changes))


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"name": "Random User"}, "name", "snake case"),
    ({"name": "a; drop table users"}, "name", "snake case"),
    ({"name": "_users"}, "name", "snake case"),
    ({"name": "a__b"}, "name", "snake case"),
    ({"name": "users\n"}, "name", "snake case"),
    ({"entity": ""}, "entity", "snake case"),
    ({"entity": "юзеры"}, "entity", "snake case"),
    ({"endpoint": "api"}, "endpoint", "begins with '/'"),
    ({"endpoint": ""}, "endpoint", "begins with '/'"),
    ({"endpoint": "https://elsewhere.example/api"}, "endpoint", "host is the connection's"),
    ({"params": {"a": 1}}, "params", "string"),
    ({"params": "a=1"}, "params", "mapping|dictionary"),
    ({"format": "csv"}, "format", "'json', 'ndjson' or 'xml'"),
    ({"encoding": "klingon"}, "encoding", "no encoding of text .*'klingon'"),
    ({"encoding": "zip"}, "encoding", "no encoding of text .*'zip'"),
    ({"encoding": "base64"}, "encoding", "no encoding of text"),
    ({"encoding": "punycode"}, "encoding", "no encoding of text"),
    ({"encoding": "idna"}, "encoding", "no encoding of text"),
    ({"encoding": "unicode_escape"}, "encoding", "no encoding of text"),
    ({"encoding": "undefined"}, "encoding", "no encoding of text"),
    ({"encoding": ""}, "encoding", "no encoding of text"),
    ({"encoding": "utf\0"}, "encoding", "no encoding of text"),
    ({"records_path": "a..b"}, "records_path", "names joined by dots"),
    ({"records_path": ""}, "records_path", "names joined by dots"),
    ({"records_path": ".a"}, "records_path", "names joined by dots"),
    ({"records_path": [["a"]]}, "records_path", "names and indices"),
    ({"key": "a."}, "key", "names joined by dots"),
    ({"key": ("id", "a..b")}, "key", "names joined by dots"),
    ({"from_response": {"at": "a..b"}}, "from_response", "names joined by dots"),
    ({"from_request": {"at": 1}}, "from_request", "string"),
    ({"from_request": {"at": "day"}}, "from_request", "'day', which is not in params"),
    (
        {"from_response": {"at": "a"}, "from_request": {"at": "b"}, "params": {"b": "1"}},
        "from_response",
        "both make at",
    ),
    ({"error_path": ""}, "error_path", "names joined by dots"),
    ({"may_be_empty": "perhaps"}, "may_be_empty", "bool"),
    ({"redact": "login.password"}, "redact", "tuple"),
    ({"redact": ("login..password",)}, "redact", "names joined by dots"),
    ({"pagination": None}, "pagination", "valid dictionary|instance|object"),
    ({"pagination": {"kind": "pages"}}, "pagination", "'single', 'page_number', 'offset'"),
    ({"pagination": {"page": "page"}}, "pagination", "discriminator"),
    ({"period": "week"}, "period", "'hour', 'day' or 'month'"),
    (
        {"incremental": {"cursor_path": "at", "cursor_param": "p", "start": "0"}},
        "incremental",
        "start|Extra",
    ),
    (
        {"incremental": {"cursor_path": "a..b", "cursor_param": "since"}},
        "incremental",
        "names joined by dots",
    ),
    ({"incremental": {"cursor_path": "at"}}, "incremental", "required"),
    (
        {"incremental": {"cursor_path": "at", "cursor_param": "since"}, "params": {"since": "0"}},
        "incremental",
        "'since' is in params, too",
    ),
    ({"freshness": {"warn_after": timedelta(days=9)}}, "freshness", "no longer than error_after"),
    ({"freshness": {"warn_after": timedelta()}}, "freshness", "must be positive"),
    ({"rejected_share": 0}, "rejected_share", "greater than 0"),
    ({"rejected_share": 1.01}, "rejected_share", "less than or equal to 1"),
    ({"rejected_share": float("nan")}, "rejected_share", "greater than|less than|finite"),
    ({"rate_limit": {"requests": 0}}, "rate_limit", "greater than 0"),
    ({"rate_limit": {"requests": 1, "seconds": 0}}, "rate_limit", "greater than 0"),
    ({"rate_limit": {"requests": 1, "per": 1}}, "rate_limit", "Extra"),
    ({"concurrency": 0}, "concurrency", "greater than 0"),
    ({"concurrency": 1.5}, "concurrency", "integer"),
    ({"connect_timeout": 0}, "connect_timeout", "greater than 0"),
    ({"read_timeout": -1}, "read_timeout", "greater than 0"),
    ({"page_bytes": 0}, "page_bytes", "greater than 0"),
    ({"pasword": "x"}, "pasword", "Extra"),
    ({"format": "xml", "records_path": None}, "records_path", "XML needs the name"),
    ({"format": "ndjson"}, "records_path", "each line of ndjson is a record"),
    (
        {"format": "ndjson", "records_path": None, "from_response": {"at": "at"}},
        "from_response",
        "each line of ndjson is a record",
    ),
    (
        {"format": "ndjson", "records_path": None, "error_path": "e"},
        "error_path",
        "each line of ndjson",
    ),
    (
        {
            "format": "ndjson",
            "records_path": None,
            "pagination": {"kind": "next_link", "next_url_path": "next"},
        },
        "pagination",
        "ndjson has no body",
    ),
]


@pytest.mark.parametrize(("changes", "field", "why"), WRONG, ids=[str(one[0]) for one in WRONG])
def test_a_wrong_field_is_named(changes: dict[str, Any], field: str, why: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s){field}.*({why})"):
        declare(**changes)


ACCOUNTS = {"north": "shop_north_api", "south": "shop_south_api"}


def test_a_source_of_accounts_is_asked_with_the_connection_of_one() -> None:
    source = declare(conn_id="", accounts=ACCOUNTS)
    assert [source.of_account(name).conn_id for name in ACCOUNTS] == list(ACCOUNTS.values())
    with pytest.raises(ValueError, match="no account 'west'; it has: north, south"):
        source.of_account("west")
    with pytest.raises(ValueError, match="no account ''"):
        source.of_account("")
    alone = declare()
    assert alone.of_account("") is alone
    with pytest.raises(ValueError, match="no account 'north'; it has: none"):
        alone.of_account("north")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"conn_id": ""}, "conn_id or accounts"),
        ({"accounts": ACCOUNTS}, "conn_id or accounts"),
        ({"conn_id": "", "accounts": {}}, "conn_id or accounts"),
        ({"conn_id": "", "accounts": {"The North": "a"}}, "'The North' must be snake case"),
        ({"conn_id": "", "accounts": {"a'; drop table loads; --": "a"}}, "must be snake case"),
        ({"conn_id": "", "accounts": {"": "a"}}, "'' must be snake case"),
        ({"conn_id": "", "accounts": {"n" * 41: "a"}}, "of 40 characters at most"),
        ({"conn_id": "", "accounts": {"north": ""}}, "'north' has no connection"),
        ({"conn_id": "", "accounts": {"a": "x", "b": "x"}}, "a and b have one connection, 'x'"),
    ],
)
def test_accounts_that_are_wrong_are_named(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        declare(**changes)


@pytest.mark.parametrize("field", ["name", "entity", "endpoint"])
def test_a_missing_field_is_named(field: str) -> None:
    fields = {"name": "a", "entity": "b", "conn_id": "c", "endpoint": "/"}
    del fields[field]
    with pytest.raises(ValidationError, match=f"(?s){field}.*Field required"):
        Source(**fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("strategy", "fields", "why"),
    [
        (PageNumber, {}, "page_param.*required"),
        (PageNumber, {"page_param": "p", "page_size": 0}, "page_size.*greater than 0"),
        (PageNumber, {"page_param": "p", "start": 2}, "start.*less than or equal to 1"),
        (
            PageNumber,
            {"page_param": "p", "past_end": 200},
            "past_end.*greater than or equal to 400",
        ),
        (PageNumber, {"page_param": "p", "past_end": 500}, "past_end.*less than or equal to 499"),
        (PageNumber, {"page_param": "p", "endless": True}, "endless source needs 'size_param'"),
        (
            PageNumber,
            {"page_param": "p", "size_param": "s", "endless": True, "total_path": "t"},
            "has no 'total_path'",
        ),
        (PageNumber, {"page_param": "p", "total_path": "a..b"}, "total_path.*names joined by dots"),
        (Offset, {"page_size": -1}, "page_size.*greater than 0"),
        (Offset, {"start": -1}, "start.*greater than or equal to 0"),
        (Offset, {"past_end": [404, 200]}, "past_end.*greater than or equal to 400"),
        (Cursor, {"cursor_path": "next", "past_end": 404}, "past_end.*Extra"),
        (LastRecord, {"cursor_param": "after"}, "cursor_path.*required"),
        (
            LastRecord,
            {"cursor_param": "after", "cursor_path": "id", "take": "first"},
            "take.*'last' or",
        ),
        (Offset, {"total_path": {"name": "X: Total"}}, "total_path.*pattern"),
        (Cursor, {"cursor_param": "after"}, "cursor_path.*required"),
        (Cursor, {"cursor_param": "after", "cursor_path": ""}, "cursor_path.*names joined by dots"),
        (
            Cursor,
            {"cursor_param": "after", "cursor_path": "next", "more_path": "."},
            "more_path.*names joined by dots",
        ),
        (NextLink, {}, "next_url_path.*required"),
        (NextLink, {"next_url_path": "next", "most_pages": 0}, "most_pages.*greater than 0"),
        (NextLink, {"next_url_path": "next", "size": "s"}, "size.*Extra"),
        (LinkHeader, {"rel": None}, "rel.*string"),
        (SinglePage, {"kind": "offset"}, "kind.*'single'"),
    ],
)
def test_a_wrong_field_of_a_strategy_is_named(strategy: Any, fields: Any, why: str) -> None:
    with pytest.raises(ValidationError, match=f"(?s){why}"):
        strategy(**fields)


def test_a_declaration_is_not_changed_later() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        declare().name = "other"


def test_a_strategy_may_be_declared_by_its_kind() -> None:
    source = declare(pagination={"kind": "link_header", "rel": "following"})
    assert source.pagination == LinkHeader(rel="following")


def test_defaults() -> None:
    source = Source(name="a", entity="b", conn_id="c", endpoint="/")
    assert source.pagination == SinglePage()
    assert (source.format, source.encoding, source.records_path) == ("json", None, None)
    assert source.freshness == Freshness()
    assert source.keys == ()


def test_a_key_is_one_place_or_several() -> None:
    assert declare(key="a.b").keys == ("a.b",)
    assert declare(key=("a.b", "c")).keys == ("a.b", "c")


@pytest.mark.parametrize("encoding", ["windows-1251", "UTF-16", "koi8-r", "latin-1", "cp866"])
def test_encodings(encoding: str) -> None:
    assert declare(encoding=encoding).encoding == encoding


def test_a_rate_and_an_increment() -> None:
    source = declare(
        rate_limit=RateLimit(requests=5),
        incremental=Incremental(cursor_path="updated.at", cursor_param="since"),
    )
    assert source.rate_limit == RateLimit(requests=5, seconds=1)
    assert source.incremental is not None
    assert source.incremental.initial is None


def test_a_name_that_postgresql_would_cut_is_refused() -> None:
    with pytest.raises(ValidationError, match="longer than 40"):
        declare(entity="u" * 40)


MOMENT = datetime(2026, 11, 22, 23, 30, tzinfo=timezone(timedelta(hours=-3)))


@pytest.mark.parametrize(
    ("grain", "start", "end", "label"),
    [
        (
            "hour",
            datetime(2026, 11, 23, 2, tzinfo=UTC),
            datetime(2026, 11, 23, 3, tzinfo=UTC),
            "2026-11-23T02",
        ),
        (
            "day",
            datetime(2026, 11, 23, tzinfo=UTC),
            datetime(2026, 11, 24, tzinfo=UTC),
            "2026-11-23",
        ),
        (
            "month",
            datetime(2026, 11, 1, tzinfo=UTC),
            datetime(2026, 12, 1, tzinfo=UTC),
            "2026-11",
        ),
    ],
)
def test_a_period_is_cut_in_utc(grain: str, start: datetime, end: datetime, label: str) -> None:
    period = declare(period=grain).period_of(MOMENT, datetime(2001, 1, 1, tzinfo=UTC))
    assert (period.start, period.end, str(period)) == (start, end, label)
    assert period.next.start == end
    assert period.next.previous == period
    assert period.count_to(period.next.next) == 3


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 1, 1, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC)),
        (datetime(2028, 2, 1, tzinfo=UTC), datetime(2028, 3, 1, tzinfo=UTC)),
    ],
)
def test_a_month_ends_where_the_next_begins(start: datetime, end: datetime) -> None:
    assert Period(start, "month").end == end


def test_a_run_without_logical_date_loads_the_period_it_was_due_in() -> None:
    assert declare().period_of(None, MOMENT).start == datetime(2026, 11, 23, tzinfo=UTC)
