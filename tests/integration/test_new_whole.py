"""`elt new` and then the extract: every record is there, or it is said in words why not.

Servers that page as public APIs do. What `elt new` writes is run as it is, against the same server.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

import pytest

from elt.errors import DeclarationError
from elt.scaffold import sample
from elt.scaffold.look import Look, LookError
from elt.scaffold.plan import Plan, Request
from elt.scaffold.planning import plan
from elt.scaffold.render.dag import dag
from elt.source import Source
from tests.http_source import CONNECTION, Asked, Reply, connection, extract, http_source


def things(count: int) -> list[dict[str, Any]]:
    return [
        {"id": number, "name": f"thing {number}", "made_at": "2026-01-01T10:00:00Z"}
        for number in range(count)
    ]


Query = dict[str, str]
Body = Callable[[Query, str], Any]


class Api:
    """A paging server: what it has, what it answers, and the parameters that it knows."""

    def __init__(self, count: int, body: Body, *params: str, key: str = "id") -> None:
        self.records = things(count)
        self.body = body
        self.params = params
        self.key = key


def part(records: list[Any], query: Query, by: str, size: int = 10) -> list[Any]:
    at = int(query.get(by, "0"))
    return records[at : at + size]


def odata(query: Query, url: str) -> Any:
    all_, at = things(7), int(query.get("$skip", "0"))
    more = {"@odata.nextLink": f"{url}/things?$skip={at + 3}"} if at + 3 < 7 else {}
    return {"@odata.context": "$metadata#things", "value": all_[at : at + 3], **more}


def stripe(query: Query, _: str) -> Any:
    at = int(query["starting_after"]) + 1 if "starting_after" in query else 0
    return {"object": "list", "has_more": at + 10 < 27, "data": things(27)[at : at + 10]}


def hidden(query: Query, _: str) -> Any:
    """Pages of 10, of which one record in ten is not shown but in the first."""
    at = (int(query.get("page", "1")) - 1) * 10
    shown = [one for one in things(50) if one["id"] not in (13, 27)]
    return [one for one in shown if at <= one["id"] < at + 10]


def empty_middle(query: Query, _: str) -> Any:
    number = int(query.get("cursor", "0"))
    pages = [things(9)[:3], [], things(9)[3:6], things(9)[6:]]
    return {"items": pages[number], "next_cursor": str(number + 1) if number < 3 else None}


def world_bank(query: Query, _: str) -> Any:
    number = int(query.get("page", "1"))
    meta = {"page": number, "pages": 3, "per_page": 10, "total": 23}
    return [meta, things(23)[(number - 1) * 10 : number * 10]]


def token(query: Query, _: str) -> Any:
    at = int(query.get("pagination_token", "t0")[1:])
    meta = {"result_count": len(things(25)[at : at + 10])}
    if at + 10 < 25:
        meta["next_token"] = f"t{at + 10}"  # type: ignore[assignment]
    return {"data": things(25)[at : at + 10], "meta": meta}


def semicolon(query: Query, url: str) -> Reply:
    at = int(query.get("after", "0"))
    links = f'<{url}/things?a=1;b=2&after={at + 3}>; rel="next"' if at + 3 < 9 else ""
    return Reply(things(9)[at : at + 3], headers={"Link": links} if links else {})


def media_wiki(query: Query, _: str) -> Any:
    at = int(query.get("apcontinue", "Things_0")[7:])
    more = {"continue": {"apcontinue": f"Things_{at + 3}", "continue": "-||"}}
    return {
        "batchcomplete": "",
        **(more if at + 3 < 8 else {}),
        "query": {"allpages": things(8)[at : at + 3]},
    }


def arcgis(query: Query, _: str) -> Any:
    at = int(query.get("resultOffset", "0"))
    size = min(3, int(query.get("resultRecordCount", "3")))
    found = [{"attributes": one, "geometry": {"x": 1.5}} for one in things(8)[at : at + size]]
    return {**({"exceededTransferLimit": True} if at + size < 8 else {}), "features": found}


def total_text(query: Query, _: str) -> Any:
    number = int(query.get("page", "1"))
    return {"total": "30", "page": number, "data": things(30)[(number - 1) * 10 : number * 10]}


def lower_bound(query: Query, _: str) -> Any:
    at, size = int(query.get("from", "0")), min(15, int(query.get("size", "15")))
    found = [{"_id": str(one["id"]), "_source": one} for one in things(45)[at : at + size]]
    return {"took": 3, "hits": {"total": {"value": 30, "relation": "gte"}, "hits": found}}


def json_api(query: Query, _: str) -> Any:
    at = int(query.get("page[offset]", "0"))
    links = {"next": f"/things?page%5Boffset%5D={at + 4}"} if at + 4 < 10 else {}
    found = [{"type": "things", "id": str(one["id"])} for one in things(10)[at : at + 4]]
    return {"data": found, "links": links, "jsonapi": {"version": "1.0"}}


def count_header(query: Query, _: str) -> Reply:
    number = int(query.get("page", "1"))
    found = things(23)[(number - 1) * 10 : number * 10]
    return Reply(found, headers={"X-Total-Count": "23"})


def next_page_header(query: Query, _: str) -> Reply:
    number = int(query.get("page", "1"))
    following = str(number + 1) if number < 3 else ""
    return Reply(things(23)[(number - 1) * 10 : number * 10], headers={"X-Next-Page": following})


def offset_only(query: Query, _: str) -> Any:
    at, size = int(query.get("offset", "0")), min(20, int(query.get("limit", "20")))
    return things(45)[at : at + size]


def rel_links(query: Query, url: str) -> Any:
    at = int(query.get("at", "0"))
    links = [{"rel": "self", "href": "x"}]
    if at:
        links.append({"rel": "prev", "href": f"{url}/things?at={at - 4}"})
    if at + 4 < 10:
        links.append({"rel": "next", "href": f"{url}/things?at={at + 4}"})
    return {"items": things(10)[at : at + 4], "links": links}


WHOLE = {
    "odata": Api(7, odata, "$skip"),
    "last id": Api(27, stripe, "starting_after"),
    "hidden records": Api(48, hidden, "page"),
    "empty page with a next one": Api(9, empty_middle, "cursor"),
    "meta, then rows": Api(23, world_bank, "page"),
    "token in the body": Api(25, token, "pagination_token"),
    "semicolon in a link": Api(9, semicolon, "after", "a"),
    "continue": Api(8, media_wiki, "apcontinue", "continue"),
    "exceeded limit": Api(8, arcgis, "resultOffset", "resultRecordCount", key="attributes.id"),
    "total as text": Api(30, total_text, "page"),
    "total is a lower bound": Api(45, lower_bound, "from", "size", key="_id"),
    "links": Api(10, json_api, "page[offset]"),
    "total in a header": Api(23, count_header, "page"),
    "next page in a header": Api(23, next_page_header, "page"),
    "offset that nobody names": Api(45, offset_only, "offset", "limit"),
    "no pages": Api(29, lambda *_: things(29)),
    "no pages, and a total": Api(30, lambda *_: {"data": things(30), "total": 30}),
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sample, "PAUSE", 0.0)
    monkeypatch.setenv("ELT_FETCH_PATIENCE", "1")


def served(body: Body, params: tuple[str, ...] | None = None) -> Callable[[Asked], Reply]:
    """Answers by ``body``; with ``params``, any other parameter is refused."""

    def answer(asked: Asked) -> Reply:
        if params is not None and not asked.params.keys() <= {*params}:
            return Reply({"error": "unknown parameter"}, 400)
        made = body(dict(asked.params), f"http://{asked.headers['Host']}")
        return made if isinstance(made, Reply) else Reply(made)

    return answer


def look(url: str, path: str = "/things", **options: Any) -> Plan:
    return plan(Request("shop", f"{url}{path}", **options), Look({}), ())


def declared(made: Plan) -> Source:
    """The source of the DAG file that is written, without its pipeline."""
    tree = ast.parse(dag(made))
    tree.body = [one for one in tree.body if "pipeline" not in ast.unparse(one)]
    names: dict[str, Any] = {}
    exec(compile(tree, "shop.py", "exec"), names)
    source: Source = names["source"]
    assert source == made.source
    return source


def sent(source: Source) -> Any:
    """The parameters, as they are rendered: there are no templates in them."""
    return source.params


def key_of(record: Any, key: str) -> str:
    for name in key.split("."):
        record = record[name]
    return str(record)


@pytest.mark.parametrize("is_strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize("name", WHOLE)
def test_every_record_is_there(name: str, is_strict: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    api = WHOLE[name]
    with http_source(served(api.body, api.params if is_strict else None)) as server:
        monkeypatch.setenv(CONNECTION, connection(server.url))
        made = look(server.url, key=api.key)
        assert len(server.asked) == made.asked <= sample.MOST_REQUESTS
        source = declared(made)
        assert source.open_questions == ()
        _, records = extract(source, params=sent(source))
    hidden_ones = {"13", "27"} if name == "hidden records" else set()
    wanted = {str(number) for number in range(len(api.records) + len(hidden_ones))} - hidden_ones
    assert sorted(key_of(record, api.key) for record in records) == sorted(wanted)


def graphql(query: Query, _: str) -> Any:
    found = [{"node": one, "cursor": str(one["id"])} for one in things(3)]
    page = {"hasNextPage": True, "endCursor": "abc"}
    return {"data": {"things": {"edges": found, "pageInfo": page}}, "errors": None}


def lottery(query: Query, _: str) -> Any:
    """Others each time, and a cursor by a parameter that nobody would guess."""
    lottery.drawn += 1  # type: ignore[attr-defined]
    drawn = [{"id": lottery.drawn * 5 + number} for number in range(5)]  # type: ignore[attr-defined]
    return {"items": drawn, "next_cursor": "abc"}


lottery.drawn = 0  # type: ignore[attr-defined]


def other_host(query: Query, _: str) -> Any:
    return {"items": things(3), "next": "http://inner.example/things?page=2"}


ASKED: dict[str, tuple[Body, str]] = {
    "a flag": (lambda *_: {"data": things(7), "has_more": True}, "'has_more' is true"),
    "a flag of one record": (lambda *_: {"name": "x", "hasMore": True}, "'hasMore' is true"),
    "a token": (lambda *_: {"data": things(7), "next_token": "abc"}, "'next_token' is"),
    "a link to another host": (other_host, "other_hosts"),
    "a total": (lambda *_: {"data": things(7), "total": "30"}, "'total' is 30"),
    "a number of pages": (lambda *_: {"data": things(7), "total_pages": 3}, "'total_pages' is 3"),
    "a total in a header": (
        lambda *_: Reply(things(7), headers={"X-Total-Count": "30"}),
        "'header X-Total-Count' is 30",
    ),
    "part of it": (lambda *_: Reply(things(7), 206), "'status 206'"),
    "a round number": (lambda *_: things(100), "So round a number"),
    "pages by POST": (graphql, "hasNextPage' is true"),
    "others each time": (lottery, "gave other records, as each request does"),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_sign_of_more_that_leads_nowhere_is_a_question(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body, said = ASKED[name]
    with http_source(served(body)) as server:
        monkeypatch.setenv(CONNECTION, connection(server.url))
        source = declared(look(server.url))
        asked = len(server.asked)
        assert asked <= sample.MOST_REQUESTS
        assert said in " ".join(source.open_questions)
        with pytest.raises(DeclarationError, match="nothing is loaded"):
            extract(source, params=sent(source))
        assert len(server.asked) == asked


def test_as_many_records_as_asked_for_are_a_question_until_it_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with http_source(served(lambda *_: things(7))) as server:
        monkeypatch.setenv(CONNECTION, connection(server.url))
        source = declared(look(server.url, "/things?per_page=7"))
        (question,) = source.open_questions
        assert "ignore_signs_of_more=('parameter per_page',)" in question
        answered = source.model_copy(
            update={"open_questions": (), "ignore_signs_of_more": ("parameter per_page",)}
        )
        _, records = extract(answered, params=sent(source))
        assert len(records) == 7


BY_DAY = {"element_count": 4, "near": {"2026-01-01": things(2), "2026-01-02": things(4)[2:]}}
COLUMNS = {"meta": {"columns": [{"name": "id"}, {"name": "name"}]}, "data": [[0, "a"], [1, "b"]]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BY_DAY, r"near is a map whose names are data \(2026-01-01, 2026-01-02, …\)"),
        (COLUMNS, "data is a list of rows of values"),
        ([["NAME", "POP"], ["Ada", "12"], ["Bea", "7"]], "a list of rows of values"),
        ([8863, 8952, 9001], "a list of values"),
        ({"success": True, "data": None}, r"has no records now \(data is empty\)"),
        ({"items": [], "next_cursor": "3"}, r"has no records now \(items is empty\)"),
        ({"orders": things(3), "lines": things(2)}, r"orders \(3\), lines \(2\): name one"),
        (b"", "is empty"),
        (
            b"<!doctype html><title>Sign in</title>",
            "a web page.*; status 200, .* begins: .*Sign in",
        ),
        (b"\x1f\x8b\x08\x00", "; status 200, .* compressed by gzip without saying so"),
        (b"id,name\n1,a\n", "neither JSON nor XML; status 200, .* begins: 'id,name 1,a'"),
    ],
)
def test_what_cannot_be_loaded_whole_is_refused_in_words(body: Any, said: str) -> None:
    with (
        http_source(served(lambda *_: Reply(body))) as server,
        pytest.raises(LookError, match=said),
    ):
        look(server.url)


ONE_RECORD = [
    {"base": "EUR", "date": "2026-01-02", "rates": {"CHF": 0.93, "USD": 1.08}},
    {"latitude": 52.5, "hourly": {"time": ["00:00", "01:00"], "temperature": [1.4, 1.1]}},
]


@pytest.mark.parametrize(
    ("body", "records", "wanted"),
    [
        (ONE_RECORD[0], None, [ONE_RECORD[0]]),
        (ONE_RECORD[1], None, [ONE_RECORD[1]]),
        (BY_DAY, ".", [BY_DAY]),
        ({"a.b": [None, {"rows": things(3)}], "c": things(2)}, '["a.b", 1, "rows"]', things(3)),
        ({"orders": [{"id": 1, "lines": things(2)}, {"id": 2, "lines": []}]}, None, None),
    ],
)
def test_one_record_and_a_place_that_is_named(
    body: Any, records: str | None, wanted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with http_source(served(lambda *_: body)) as server:
        monkeypatch.setenv(CONNECTION, connection(server.url))
        source = declared(look(server.url, records=records))
        assert source.open_questions == ()
        _, found = extract(source, params=sent(source))
        assert found == (body["orders"] if wanted is None else wanted)
