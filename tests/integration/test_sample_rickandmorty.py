"""The sample API's linked pages: what they answer, and what they can be told to do wrong."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from sample_api.faults import FaultError, ForeignLink, LoopingLink, Records, parse_fault
from sample_api.testing import SampleApi

ENTITIES = ("location", "character")
NOTHING = {"error": "There is nothing here"}
MOMENT = r"201[78]-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"


@pytest.fixture(scope="module")
def running() -> Iterator[SampleApi]:
    with SampleApi() as api:
        yield api


@pytest.fixture
def api(running: SampleApi) -> Iterator[SampleApi]:
    running.clear()
    yield running
    running.clear()


def send(api: SampleApi, path: str, **query: Any) -> requests.Response:
    return requests.get(f"{api.url}/api/{path}", params=query, timeout=10)


def get(api: SampleApi, path: str = "location", **query: Any) -> Any:
    answer = send(api, path, **query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return answer.json()


def everything(api: SampleApi, entity: str) -> list[Any]:
    """All records, by following the links."""
    found = []
    link = f"{api.url}/api/{entity}"
    while link:
        page = requests.get(link, timeout=10).json()
        found += page["results"]
        link = page["info"]["next"]
    return found


@pytest.fixture(scope="module")
def locations(running: SampleApi) -> list[Any]:
    running.clear()
    return everything(running, "location")


@pytest.fixture(scope="module")
def characters(running: SampleApi) -> list[Any]:
    running.clear()
    return everything(running, "character")


# What it answers


@pytest.mark.parametrize(
    ("entity", "count", "pages"), [("location", 126, 7), ("character", 826, 42)]
)
def test_links_lead_through_all_records(
    api: SampleApi, entity: str, count: int, pages: int
) -> None:
    records = everything(api, entity)
    assert [record["id"] for record in records] == list(range(1, count + 1))
    queries = [request.query for request in api.requests()]
    assert queries == ["", *(f"page={page}" for page in range(2, pages + 1))]
    base = f"{api.url}/api/{entity}?page="
    assert get(api, entity)["info"] == {
        "count": count,
        "pages": pages,
        "next": f"{base}2",
        "prev": None,
    }
    assert get(api, entity, page=pages)["info"] == {
        "count": count,
        "pages": pages,
        "next": None,
        "prev": f"{base}{pages - 1}",
    }
    assert len(get(api, entity, page=2)["results"]) == 20
    assert list(get(api, entity)) == ["info", "results"]


@pytest.mark.parametrize("entity", ENTITIES)
def test_past_the_last_page_there_is_nothing(api: SampleApi, entity: str) -> None:
    pages = get(api, entity)["info"]["pages"]
    for page in (pages + 1, 10**17):
        answer = send(api, entity, page=page)
        assert (answer.status_code, answer.json()) == (404, NOTHING)


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1.5"])
def test_a_page_that_is_none_is_the_first(api: SampleApi, page: str) -> None:
    assert get(api, page=page) == get(api)


@pytest.mark.parametrize("entity", ENTITIES)
def test_a_slash_more(api: SampleApi, entity: str) -> None:
    assert get(api, f"{entity}/", page=2) == get(api, entity, page=2)


def test_links_name_the_host_asked(api: SampleApi) -> None:
    parts = urlsplit(api.url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    connection.request("GET", "/api/location?page=3", headers={"Host": "api.test:8080"})
    text = connection.getresponse().read().decode()
    connection.close()
    page = json.loads(text)
    assert page["info"]["next"] == "http://api.test:8080/api/location?page=4"
    assert page["info"]["prev"] == "http://api.test:8080/api/location?page=2"
    assert page["results"][0]["url"] == "http://api.test:8080/api/location/41"
    assert set(re.findall(r"http://[^/]*", text)) == {"http://api.test:8080"}


def test_locations_have_the_shape_of_real_ones(api: SampleApi, locations: list[Any]) -> None:
    fields = ["id", "name", "type", "dimension", "residents", "url", "created"]
    for location in locations:
        assert list(location) == fields
        assert location["url"] == f"{api.url}/api/location/{location['id']}"
        assert re.fullmatch(MOMENT, location["created"])
        for resident in location["residents"]:
            assert re.fullmatch(rf"{api.url}/api/character/[1-9]\d*", resident)
    assert len({location["name"] for location in locations}) == 126
    assert any(location["dimension"] == "unknown" for location in locations)


def test_characters_have_the_shape_of_real_ones(api: SampleApi, characters: list[Any]) -> None:
    fields = ["id", "name", "status", "species", "type", "gender", "origin", "location"]
    fields += ["image", "episode", "url", "created"]
    for character in characters:
        assert list(character) == fields
        assert list(character["origin"]) == list(character["location"]) == ["name", "url"]
        assert character["url"] == f"{api.url}/api/character/{character['id']}"
        assert character["episode"]
        assert re.fullmatch(MOMENT, character["created"])
    assert len({character["name"] for character in characters}) == 826
    assert {character["status"] for character in characters} == {"Alive", "Dead", "unknown"}
    nowhere = {"name": "unknown", "url": ""}
    for field in ("origin", "location"):
        assert 0 < sum(character[field] == nowhere for character in characters) < 400


def test_residents_are_those_whose_location_it_is(
    locations: list[Any], characters: list[Any]
) -> None:
    names = {location["url"]: location["name"] for location in locations}
    homes = {
        resident: location["url"] for location in locations for resident in location["residents"]
    }
    assert sum(len(location["residents"]) for location in locations) == len(homes)
    for character in characters:
        assert character["location"]["url"] == homes.get(character["url"], "")
        for place in (character["location"], character["origin"]):
            assert place["name"] == (names[place["url"]] if place["url"] else "unknown")


def test_the_largest_are_not_those_of_the_first_page(locations: list[Any]) -> None:
    def largest(some: list[Any]) -> list[int]:
        return sorted((len(location["residents"]) for location in some), reverse=True)

    assert largest(locations)[:6] == [72, 72, 55, 55, 41, 41]
    assert largest(locations[:20])[:2] == [55, 41]
    assert largest(locations)[6] < 30
    empty = sum(not location["residents"] for location in locations)
    assert 5 < empty < 40


@pytest.mark.parametrize("entity", ENTITIES)
def test_single_records(api: SampleApi, entity: str) -> None:
    record = get(api, entity, page=2)["results"][3]
    assert requests.get(record["url"], timeout=10).json() == record
    for number in ("0", "827", "x"):
        answer = send(api, f"{entity}/{number}")
        assert answer.status_code == 404
        assert answer.json() == {"error": f"{entity.capitalize()} not found"}


def test_records_never_change(api: SampleApi, locations: list[Any], characters: list[Any]) -> None:
    """Pinned: every Python version and machine must make the same records."""
    text = json.dumps([locations, characters]).replace(api.url, "")
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert digest == "6fed1fc5c4ba86ff1d3b4334e45cb536704438cd1833376ab7ff08e711b9c326"


def test_users_are_where_they_were(api: SampleApi) -> None:
    assert get(api, "", seed="a")["info"]["seed"] == "a"
    assert get(api, "1.4/", seed="a")["info"]["version"] == "1.4"
    for path in ("locations", "episode", "1.5/"):
        answer = send(api, path)
        assert (answer.status_code, answer.text[:12]) == (404, "API version ")
    assert [request.status for request in api.requests()] == [200, 200, 404, 404, 404]


# What it does wrong


def numbers(page: Any) -> list[int]:
    return [record["id"] for record in page["results"]]


@pytest.mark.parametrize("entity", ENTITIES)
def test_faults_are_chosen_by_page(api: SampleApi, entity: str) -> None:
    api.faults(f"status:code=503,pages=2,times=1,path=/api/{entity}")
    statuses = [send(api, entity, page=page).status_code for page in (1, 2, 2)]
    assert statuses == [200, 503, 200]
    assert send(api, "", seed="a", page=2).status_code == 200


@pytest.mark.parametrize("entity", ENTITIES)
def test_empty_results(api: SampleApi, entity: str) -> None:
    page = get(api, entity, page=2, fault="empty_results")
    assert page == {"info": get(api, entity, page=2)["info"], "results": []}


@pytest.mark.parametrize(
    ("fault", "page", "count"), [("fewer", 2, 10), ("fewer", 7, 3), ("fewer:count=3", 2, 3)]
)
def test_fewer(api: SampleApi, fault: str, page: int, count: int) -> None:
    good = get(api, page=page)
    assert get(api, page=page, fault=fault) == {**good, "results": good["results"][:count]}


def test_repeated_page_keeps_its_links(api: SampleApi) -> None:
    good = [get(api, page=page) for page in (1, 2, 3)]
    again = get(api, page=3, fault="repeated_page")
    assert again == {"info": good[2]["info"], "results": good[1]["results"]}
    assert get(api, page=3, fault="repeated_page:of=1")["results"] == good[0]["results"]
    assert get(api, page=3, fault="repeated_page:of=8")["results"] == []


def test_records(api: SampleApi) -> None:
    good = get(api)
    api.faults(
        Records.of(
            {0: None, 25: {"id": "new"}},
            {1: {"residents": None, "url": 7}},
            raw={2: "1e400"},
            pages=(1,),
        )
    )
    body = send(api, "location").text
    assert ",1e400," in body
    results = json.loads(body)["results"]
    assert (results[0], results[20]) == (None, {"id": "new"})
    assert results[1] == {**good["results"][1], "residents": None, "url": 7}
    assert results[3:20] == good["results"][3:]
    assert numbers(get(api, page=2)) == list(range(21, 41))
    api.faults()
    assert get(api) == good


@pytest.mark.parametrize(
    ("fault", "page", "following"),
    [
        ("looping_link", 2, 2),
        ("looping_link", 7, 7),
        ("looping_link:of=1", 3, 1),
        ("looping_link:of=5", 3, 5),
    ],
)
def test_looping_link(api: SampleApi, fault: str, page: int, following: int) -> None:
    good = get(api, page=page)
    good["info"]["next"] = f"{api.url}/api/location?page={following}"
    assert get(api, page=page, fault=fault) == good


def test_a_link_loops_for_pages_and_times(api: SampleApi) -> None:
    api.faults(LoopingLink(of=2, pages=(3,), times=1))
    found = everything(api, "location")
    assert (len(found), len(api.requests())) == (126 + 2 * 20, 9)


def test_foreign_link(api: SampleApi) -> None:
    page = get(api, page=2, fault="foreign_link")
    assert page["info"]["next"] == "http://other.example:80/api/location?page=3"
    assert page["info"]["prev"] == f"{api.url}/api/location?page=1"
    assert page["results"] == get(api, page=2)["results"]
    elsewhere = get(api, "character", fault="foreign_link:host=https://evil.example:8443")
    assert elsewhere["info"]["next"] == "https://evil.example:8443/api/character?page=2"
    assert get(api, page=7, fault="foreign_link")["info"]["next"] is None
    api.faults(ForeignLink(), LoopingLink())
    assert get(api, page=7)["info"]["next"] == "http://other.example:80/api/location?page=7"
    assert api.requests()[-1].faults == ["foreign_link", "looping_link"]


@pytest.mark.parametrize("host", ["other.example", "ftp://other.example", "http://a/b", "", "x y"])
def test_a_foreign_host_has_a_scheme_and_no_path(host: str) -> None:
    with pytest.raises(FaultError, match="not understood"):
        parse_fault(f"foreign_link:host={host}")


def test_users_have_no_links_that_could_be_wrong(api: SampleApi) -> None:
    good = get(api, "1.4/", seed="a")
    assert get(api, "1.4/", seed="a", fault=["looping_link", "foreign_link"]) == good


def test_error_200(api: SampleApi) -> None:
    assert get(api, fault="error_200") == NOTHING


def test_half_a_document(api: SampleApi) -> None:
    whole = send(api, "location").content
    assert send(api, "location", fault="invalid_json").content == whole[: len(whole) // 2]


@pytest.mark.parametrize("entity", ENTITIES)
def test_broken_connections(api: SampleApi, entity: str) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        send(api, entity, fault="truncated")
    with pytest.raises(requests.exceptions.ConnectionError):
        send(api, entity, fault="reset")


def test_slow_and_late(api: SampleApi) -> None:
    good = send(api, "location").content
    for fault in ("slow:seconds=0.2", "latency:seconds=0.2"):
        start = time.monotonic()
        assert send(api, "location", fault=fault).content == good
        assert time.monotonic() - start >= 0.15
    assert [request.faults for request in api.requests()] == [[], ["slow"], ["latency"]]


def test_status(api: SampleApi) -> None:
    answer = send(api, "character", fault="status:code=429,retry_after=3")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
