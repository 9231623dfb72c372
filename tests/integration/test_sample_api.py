"""The sample API against the real one's answers, and everything it can be told to do wrong."""

from __future__ import annotations

import errno
import hashlib
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from sample_api.cli import main
from sample_api.control import PREFIX, _refuse_strangers
from sample_api.faults import KINDS, FaultError, FaultPlan, Records, Status, parse_fault
from sample_api.latin import to_ascii
from sample_api.nationality import NATIONALITIES, common, nationality
from sample_api.pages import PageCache
from sample_api.people import FIELDS
from sample_api.server import Options
from sample_api.testing import SampleApi

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "randomuser"
REAL_ANSWERS = ("results1_seed_foobar.json", "results20_all_str_postcodes_ca_gb_no.json")
TODAY = date(2026, 11, 22)
needs_real_answers = pytest.mark.skipif(
    not REAL.is_dir(),
    reason="NOT COMPARED with real answers of randomuser.me: ../shared/data is not here",
)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def users(self) -> list[Any]:
        users = self.json["results"]
        assert isinstance(users, list)
        return users


@pytest.fixture(scope="module")
def running() -> Iterator[SampleApi]:
    with SampleApi(Options(today=lambda: TODAY)) as api:
        yield api


@pytest.fixture
def api(running: SampleApi) -> Iterator[SampleApi]:
    running.clear()
    yield running
    running.clear()


def send(api: SampleApi, method: str, path: str, body: bytes | None = None) -> Answer:
    parts = urlsplit(api.url)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())
    finally:
        connection.close()


def get(api: SampleApi, path: str = "/api/1.4/", **query: Any) -> Answer:
    return send(api, "GET", f"{path}?{urlencode(query, doseq=True)}")


def raw(api: SampleApi, **query: Any) -> tuple[bytes, bytes, OSError | None]:
    """Head and body as they come over the wire, up to the end or a broken connection."""
    parts = urlsplit(api.url)
    received = b""
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=10) as connection:
        path = f"/api/1.4/?{urlencode(query)}"
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
        try:
            while chunk := connection.recv(65_536):
                received += chunk
                head, end, body = received.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: (\d+)", head)
                if end and length and len(body) == int(length[1]):
                    break
        except OSError as error:
            head, _, body = received.partition(b"\r\n\r\n")
            return head, body, error
    head, _, body = received.partition(b"\r\n\r\n")
    return head, body, None


def announced(head: bytes) -> int:
    found = re.search(rb"(?i)content-length: (\d+)", head)
    assert found, head
    return int(found[1])


# What it answers


def shape(value: Any) -> Any:
    """Types and keys, in their order."""
    if isinstance(value, dict):
        return [(key, shape(item)) for key, item in value.items()]
    return type(value).__name__


@needs_real_answers
@pytest.mark.parametrize("name", REAL_ANSWERS)
def test_users_have_the_shape_of_real_ones(api: SampleApi, name: str) -> None:
    real = json.loads((REAL / name).read_bytes())
    nationalities = ",".join({user["nat"] for user in real["results"]})
    ours = get(api, results=200, seed="shape", nat=nationalities).json

    assert list(ours) == list(real)
    assert shape(ours["info"]) == shape(real["info"])
    real_shapes = {user["nat"]: shape(user) for user in real["results"]}
    assert {user["nat"]: shape(user) for user in ours["results"]} == real_shapes
    for user in ours["results"]:
        assert shape(user) == real_shapes[user["nat"]]


@needs_real_answers
@pytest.mark.parametrize("name", REAL_ANSWERS)
def test_values_are_written_like_real_ones(api: SampleApi, name: str) -> None:
    def written(user: Any) -> dict[str, str]:
        """The values that follow a pattern, with their letters and digits made alike."""
        location, login = user["location"], user["login"]
        values = {
            "born": user["dob"]["date"],
            "registered": user["registered"]["date"],
            "cell": re.sub("[A-Z]", "A", user["cell"]),
            "id": f"{user['id']['name']} {len(user['id']['value'] or '')}",
            "salt": str(len(login["salt"])),
            "digests": str([len(login[name]) for name in ("md5", "sha1", "sha256")]),
            "latitude": location["coordinates"]["latitude"].lstrip("-").split(".")[1],
            "picture": user["picture"]["thumbnail"].rpartition("/")[0],
            "gender and title": f"{user['gender']} {user['name']['title']}",
            "country": f"{user['nat']} {location['country']}",
        }
        return {key: re.sub("[0-9]", "9", value) for key, value in values.items()}

    real = json.loads((REAL / name).read_bytes())["results"]
    nationalities = ",".join({user["nat"] for user in real})
    ours = [written(user) for user in get(api, results=500, seed="values", nat=nationalities).users]
    for user in map(written, real):
        for key, value in user.items():
            assert value in {own[key] for own in ours}, (key, value)


@needs_real_answers
def test_error_and_outage_are_worded_as_the_real_ones(api: SampleApi) -> None:
    error = (REAL / "error_429.json").read_bytes().strip()
    assert get(api, fault="error_200").body == error
    assert get(api, fault="status:code=429").body == error
    outage = (REAL / "outage_2026-02_empty_results.json").read_bytes().strip()
    assert get(api, seed="d3adb33f", fault="empty_results").body == outage


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/1.4", "/api/1.4/"])
def test_paths(api: SampleApi, path: str) -> None:
    answer = get(api, path, seed="a")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json["info"] == {"seed": "a", "results": 1, "page": 1, "version": "1.4"}


@pytest.mark.parametrize("path", ["/api/1.5/", "/api/9.9", "/api/x/y"])
def test_unknown_version_is_a_404_in_plain_text(api: SampleApi, path: str) -> None:
    answer = get(api, path, results=2)
    assert answer.status == 404
    assert answer.headers["content-type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("results", "users"),
    [
        ("0", 1),
        ("-3", 1),
        ("5001", 1),
        ("9" * 400, 1),
        ("x", 1),
        ("", 1),
        ("2.5", 1),
        ("٣", 1),
        ("3", 3),
        ("5000", 5000),
    ],
)
def test_results(api: SampleApi, results: str, users: int) -> None:
    answer = get(api, results=results, seed="limits", inc="nat").json
    assert len(answer["results"]) == users
    assert answer["info"]["results"] == users


@pytest.mark.parametrize(
    ("page", "number"), [("7", 7), ("0", 1), ("-1", 1), ("x", 1), ("123456789", 123456789)]
)
def test_pages_have_no_end(api: SampleApi, page: str, number: int) -> None:
    answer = get(api, page=page, seed="pages").json
    assert answer["info"]["page"] == number
    assert len(answer["results"]) == 1


def test_the_last_of_a_repeated_parameter_counts(api: SampleApi) -> None:
    assert len(get(api, results=["2", "4"], seed="a").users) == 4


def test_unknown_parameters_are_ignored(api: SampleApi) -> None:
    assert get(api, seed="a", format="json", callback="f").body == get(api, seed="a").body


def test_same_request_same_bytes(api: SampleApi) -> None:
    query: dict[str, Any] = {"seed": "same", "page": 3, "results": 50}
    first = get(api, **query).body
    assert get(api, **query).body == first
    with SampleApi(Options(today=lambda: TODAY, cache_mb=0)) as other:
        assert get(other, **query).body == first


def test_users_never_change() -> None:
    """Pinned: every Python version and machine must make the same people of a seed."""
    with SampleApi(Options(today=lambda: TODAY)) as api:
        digest = hashlib.sha256(get(api, seed="pinned", results=500).body).hexdigest()
    assert digest == "6c3e26cf4e20734a3b5a4fe1f029fc4b3555c8f0f36b44253e50b0297e658eb1"


def test_ages_are_those_of_today(api: SampleApi) -> None:
    later = date(TODAY.year + 10, TODAY.month, TODAY.day)
    with SampleApi(Options(today=lambda: later)) as other:
        before, after = (get(a, seed="ages", results=100).users for a in (api, other))
    for user, older in zip(before, after, strict=True):
        for field in ("dob", "registered"):
            assert older[field].pop("age") == user[field].pop("age") + 10
        assert older == user
    user = get(api, seed="ages").users[0]
    born = datetime.fromisoformat(user["dob"]["date"]).date()
    had_birthday = (TODAY.month, TODAY.day) >= (born.month, born.day)
    assert user["dob"]["age"] == TODAY.year - born.year - (not had_birthday)


def test_first_users_of_a_page_do_not_depend_on_results(api: SampleApi) -> None:
    assert get(api, seed="a", results=3).users == get(api, seed="a", results=40).users[:3]


def test_pages_seeds_and_filters_give_other_people(api: SampleApi) -> None:
    answers = [
        get(api, results=1000, **query).users
        for query in (
            {"seed": "a"},
            {"seed": "a", "page": 2},
            {"seed": "a", "page": 12},
            {"seed": "a1", "page": 2},
            {"seed": "b"},
            {"seed": "a", "nat": "gb"},
            {"seed": "a", "gender": "male"},
        )
    ]
    uuids = [user["login"]["uuid"] for users in answers for user in users]
    assert len(set(uuids)) == len(uuids) == 7000
    for text in uuids[:100]:
        assert (uuid.UUID(text).version, uuid.UUID(text).variant) == (4, uuid.RFC_4122)


def test_without_a_seed_one_is_made_that_gives_the_same_again(api: SampleApi) -> None:
    first, second = (get(api, results=2).json for _ in range(2))
    assert first["info"]["seed"] != second["info"]["seed"]
    assert get(api, results=2, seed=first["info"]["seed"]).json == first


@pytest.mark.parametrize("seed", ["2026-11-22", "a/b ü", "\0", "سام", "x" * 2000])
def test_any_seed(api: SampleApi, seed: str) -> None:
    assert get(api, seed=seed).json["info"]["seed"] == seed


def test_a_seed_that_is_not_utf8(api: SampleApi) -> None:
    assert send(api, "GET", "/api/1.4/?seed=%ff%fe&results=2").status == 200


def test_nationalities(api: SampleApi) -> None:
    def of(nat: str) -> set[str]:
        return {user["nat"] for user in get(api, seed="n", results=300, inc="nat", nat=nat).users}

    assert of("") == set(NATIONALITIES) == of("xx")
    assert of("gb") == {"GB"}
    assert of("gb,Fr,xx") == {"GB", "FR"}
    assert get(api, seed="n", nat="FR,gb").users == get(api, seed="n", nat="gb, fr").users


@pytest.mark.parametrize("gender", ["male", "female"])
def test_gender(api: SampleApi, gender: str) -> None:
    users = get(api, seed="g", results=100, gender=gender).users
    assert {user["gender"] for user in users} == {gender}
    folder = "/men/" if gender == "male" else "/women/"
    assert all(folder in user["picture"]["large"] for user in users)


def test_fields_wanted_and_unwanted(api: SampleApi) -> None:
    def fields(**query: str) -> list[str]:
        return list(get(api, seed="f", **query).users[0])

    assert fields() == list(FIELDS)
    assert fields(inc="nat,Name, email,unknown") == ["name", "email", "nat"]
    assert fields(exc="login,picture") == [f for f in FIELDS if f not in ("login", "picture")]
    assert fields(inc="name,nat", exc="nat") == ["name"]
    assert fields(inc="unknown") == []
    whole, part = get(api, seed="f").users[0], get(api, seed="f", inc="login").users[0]
    assert part["login"] == whole["login"]


def test_noinfo(api: SampleApi) -> None:
    assert list(send(api, "GET", "/api/1.4/?noinfo&seed=a").json) == ["results"]


def test_a_user_has_about_a_kilobyte(api: SampleApi) -> None:
    assert 1_000 <= len(get(api, seed="size", results=1000).body) / 1000 <= 1_150


@pytest.fixture(scope="module")
def everyone(running: SampleApi) -> list[Any]:
    """2,000 users of all nationalities."""
    return get(running, seed="everyone", results=2000).users


def test_digests_are_those_of_password_and_salt(everyone: list[Any]) -> None:
    for user in everyone:
        login = user["login"]
        for name in ("md5", "sha1", "sha256"):
            secret = (login["password"] + login["salt"]).encode()
            assert hashlib.new(name, secret).hexdigest() == login[name]


def test_types_are_mixed_by_nationality(everyone: list[Any]) -> None:
    postcodes = {(user["nat"], type(user["location"]["postcode"])) for user in everyone}
    text = {"CA", "GB", "NL", "NO"}
    assert postcodes == {(nat, str if nat in text else int) for nat in NATIONALITIES}
    assert {user["nat"] for user in everyone if user["id"] == {"name": "", "value": None}} == {
        "IR",
        "NZ",
        "TR",
        "UA",
    }
    named = [user["id"] for user in everyone if user["id"]["name"]]
    assert all(isinstance(id_["value"], str) and id_["value"] for id_ in named)
    # Text that looks like a number with a leading zero is there to be kept as text.
    assert any(str(user["location"]["postcode"]).startswith("0") for user in everyone)


@pytest.mark.parametrize(("nat", "script"), [("IR", "ARABIC"), ("UA", "CYRILLIC")])
def test_scripts(everyone: list[Any], nat: str, script: str) -> None:
    for user in everyone:
        if user["nat"] == nat:
            place = user["location"]
            words = [*user["name"].values()][1:]
            for text in [*words, place["city"], place["state"], place["street"]["name"]]:
                letters = [unicodedata.name(c) for c in text if unicodedata.category(c) == "Lo"]
                letters += [unicodedata.name(c) for c in text if c.isalpha()]
                assert letters
                assert all(
                    name.startswith(script) or name.startswith("MODIFIER") for name in letters
                )


@pytest.mark.parametrize("nat", NATIONALITIES)
def test_each_nationality_has_its_lists(nat: str) -> None:
    nation = nationality(nat)
    assert all(len(names) >= 25 for names in (*nation.first, nation.last))
    assert len(nation.cities) >= 15 and len(nation.streets) >= 15 and len(nation.states) >= 5
    latin_without_marks = {"AU", "GB", "IN", "US"}
    names = [name for name, _ in (*nation.first[0], *nation.first[1], *nation.last)]
    assert all(name.isascii() for name in names) == (nat in latin_without_marks)
    for _, ascii_form in (*nation.first[0], *nation.first[1], *nation.last):
        assert re.fullmatch(r"[a-z.-]+", ascii_form)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("Håvard", "havard"),
        ("آیناز", "aynz"),
        ("کریمی", "khrymy"),
        ("Gagné", "gagne"),
        ("Đorđević", "dordevic"),
        ("Doğan", "dogan"),
        ("Faßbender", "fassbender"),
        ("van den Berg", "vandenberg"),
    ],
)
def test_names_in_addresses(name: str, spelled: str) -> None:
    assert to_ascii(name) == spelled


def test_addresses_are_first_and_last_name(everyone: list[Any]) -> None:
    for user in everyone:
        first, last = to_ascii(user["name"]["first"]), to_ascii(user["name"]["last"])
        assert user["email"] == f"{first}.{last}@example.com"
        assert re.fullmatch(r"[a-z]+[a-z.-]*@example\.com", user["email"])


def test_no_password_occurs_in_another_field(everyone: list[Any]) -> None:
    """Or a search for passwords that must not be stored would find them where they are not."""
    for user in everyone:
        del user["login"]["password"]
    text = json.dumps(everyone, ensure_ascii=False).lower()
    everyone_again = [password for password in common().passwords if password in text]
    assert everyone_again == []
    assert not any(set(password) <= set("0123456789abcdef") for password in common().passwords)


def test_norwegian_and_finnish_numbers_have_valid_check_digits(api: SampleApi) -> None:
    for user in get(api, seed="ids", results=300, nat="no,fi").users:
        value = user["id"]["value"]
        if user["nat"] == "NO":
            weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
            assert sum(int(d) * w for d, w in zip(value, weights, strict=True)) % 11 == 0
            assert int(value[8]) % 2 == (user["gender"] == "male")
        else:
            number = int(value[:6] + value[7:10])
            assert value[10] == "0123456789ABCDEFHJKLMNPRSTUVWXY"[number % 31]


# What it does wrong


def test_latency(api: SampleApi) -> None:
    start = time.monotonic()
    assert len(get(api, seed="a", fault="latency:seconds=0.3").users) == 1
    assert 0.3 <= time.monotonic() - start < 3


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "starts"),
    [
        ("status", 500, "application/json", b'{"error":'),
        ("status:code=503", 503, "text/html", b"<html>"),
        ("status:code=429", 429, "application/json", b'{"error":"Whoa'),
        ("status:code=418,body=text", 418, "text/plain", b"418 "),
        ("status:code=200,body=html", 200, "text/html", b"<html>"),
        ("status:code=404,body=empty", 404, "", b""),
        ("error_200", 200, "application/json", b'{"error":"Whoa'),
    ],
)
def test_statuses(
    api: SampleApi, fault: str, status: int, content_type: str, starts: bytes
) -> None:
    answer = get(api, fault=fault)
    assert answer.status == status
    assert answer.headers.get("content-type", "").startswith(content_type)
    assert answer.body.startswith(starts) and bool(answer.body) == bool(starts)
    assert "retry-after" not in answer.headers


def test_retry_after(api: SampleApi) -> None:
    assert get(api, fault="status:code=429,retry_after=7").headers["retry-after"] == "7"
    date_form = "status:code=429,retry_after=7,retry_after_as=date"
    moment = parsedate_to_datetime(get(api, fault=date_form).headers["retry-after"])
    assert 5 <= (moment - datetime.now(UTC)).total_seconds() <= 9


def test_truncated(api: SampleApi) -> None:
    whole = get(api, seed="a", results=100).body
    head, body, error = raw(api, seed="a", results=100, fault="truncated")
    assert error is None
    assert announced(head) == len(whole)
    assert body == whole[: len(whole) // 2]
    head, body, _ = raw(api, seed="a", results=100, fault="truncated:bytes=0")
    assert (announced(head), body) == (len(whole), b"")


def test_invalid_json(api: SampleApi) -> None:
    answer = get(api, seed="a", results=5, fault="invalid_json")
    assert int(answer.headers["content-length"]) == len(answer.body) > 0
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.body)


def test_reset(api: SampleApi) -> None:
    head, body, error = raw(api, seed="a", fault="reset")
    assert error is not None and error.errno == errno.ECONNRESET
    assert head == body == b""


def test_reset_in_the_middle_of_the_body(api: SampleApi) -> None:
    head, body, error = raw(api, seed="a", results=5000, fault="reset:bytes=4000")
    assert error is not None and error.errno == errno.ECONNRESET
    # What had arrived may be lost with the connection.
    assert len(body) <= 4000 < (announced(head) if head else 5000)


def test_slow(api: SampleApi) -> None:
    start = time.monotonic()
    slow = get(api, seed="a", results=50, fault="slow:seconds=0.4")
    assert 0.3 <= time.monotonic() - start < 4
    assert slow.body == get(api, seed="a", results=50).body


def test_empty_results(api: SampleApi) -> None:
    answer = get(api, seed="a", results=10, page=2, fault="empty_results")
    assert answer.status == 200
    info = {"seed": "a", "results": 10, "page": 2, "version": "1.4"}
    assert answer.json == {"results": [], "info": info}


@pytest.mark.parametrize(("fault", "users"), [("fewer", 5), ("fewer:count=3", 3)])
def test_fewer(api: SampleApi, fault: str, users: int) -> None:
    answer = get(api, seed="a", results=10, fault=fault).json
    assert answer["results"] == get(api, seed="a", results=10).users[:users]
    assert answer["info"]["results"] == 10


def test_repeated_page(api: SampleApi) -> None:
    pages = [get(api, seed="a", results=3, page=page).users for page in (1, 2, 3)]
    again = get(api, seed="a", results=3, page=3, fault="repeated_page").json
    assert again["results"] == pages[1]
    assert again["info"]["page"] == 3
    assert get(api, seed="a", results=3, page=3, fault="repeated_page:of=1").users == pages[0]


def test_records(api: SampleApi) -> None:
    good = get(api, seed="a", results=4).users
    api.faults(
        Records.of(
            {0: None, 2: "text", 9: {"login": {"uuid": "\0"}}},
            {1: {"dob.date": "31 June", "location.timezone.offset": [1], "new.field": {}}},
            pages=(1,),
        )
    )
    users = get(api, seed="a", results=4).users
    assert (users[0], users[2], users[3], users[4]) == (
        None,
        "text",
        good[3],
        {"login": {"uuid": "\0"}},
    )
    good[1]["dob"]["date"] = "31 June"
    good[1]["location"]["timezone"]["offset"] = [1]
    assert users[1] == {**good[1], "new": {"field": {}}}
    assert (
        get(api, seed="a", results=4, page=2).users == get(api, seed="a", page=2, results=4).users
    )


@pytest.mark.parametrize("field", ["records", "raw"])
def test_records_take_any_json_text(api: SampleApi, field: str) -> None:
    texts = ["1e400", r'{"login":{"uuid":"\u0000"}}', "-0.10000000000000000000001", '{"a":1,"a":2}']
    if field == "raw":
        texts += [r'"\ud800"', "no JSON", "[" * 2000 + "]" * 2000]
    values = [json.dumps(text) if field == "raw" else text for text in texts]
    overlay = ",".join(f'"{at}":{value}' for at, value in enumerate(values))
    fault = f'{{"kind":"records","{field}":{{{overlay}}}}}'
    put = send(api, "PUT", f"{PREFIX}/faults", f"[{fault}]".encode())
    assert put.status == 200, put.body
    by_control = get(api, seed="a", results=4, noinfo="").body
    assert by_control.decode() == f'{{"results":[{",".join(texts)}]}}'
    send(api, "DELETE", f"{PREFIX}/faults")
    assert get(api, seed="a", results=4, noinfo="", fault=fault).body == by_control


def test_users_are_well_again_after_records(api: SampleApi) -> None:
    good = get(api, seed="a", results=300).body
    api.faults(Records.of(set={at: {"location.timezone.offset": None} for at in range(300)}))
    assert get(api, seed="a", results=300).body != good
    api.faults()
    assert get(api, seed="a", results=300).body == good
    assert b'"offset":null' not in get(api, seed="z", results=300).body


# When it does it


def statuses(api: SampleApi, count: int, **query: Any) -> list[int]:
    return [get(api, seed="a", **query).status for _ in range(count)]


def test_faults_are_done_so_often_and_on_such_pages(api: SampleApi) -> None:
    api.faults("status:pages=2+4-5,times=2,skip=1")
    assert statuses(api, 3, page=1) == [200, 200, 200]
    assert statuses(api, 2, page=2) == [200, 500]
    assert statuses(api, 2, page=5) == [500, 200]


def test_a_list_of_faults_is_a_sequence(api: SampleApi) -> None:
    api.faults("status:code=429,times=2", "status:times=1", "empty_results:times=1")
    assert statuses(api, 3) == [429, 429, 500]
    assert [len(get(api, seed="a").users) for _ in range(2)] == [0, 1]


def test_faults_add_up(api: SampleApi) -> None:
    api.faults("latency:seconds=0.2", "fewer:count=2", "truncated")
    start = time.monotonic()
    head, body, _ = raw(api, seed="a", results=10)
    assert time.monotonic() - start >= 0.2
    assert len(body) == announced(head) // 2
    assert announced(head) < 3000
    assert api.requests()[-1].faults == ["latency", "fewer", "truncated"]


def test_the_parameter_counts_by_its_text(api: SampleApi) -> None:
    assert statuses(api, 3, fault="status:code=502,times=2") == [502, 502, 200]
    api.clear()
    assert statuses(api, 1, fault="status:code=502,times=2") == [502]


def test_faults_at_start() -> None:
    with SampleApi(Options(faults=[Status(code=503, times=1)])) as api:
        assert statuses(api, 2) == [503, 200]


def test_times_holds_for_requests_at_once(api: SampleApi) -> None:
    api.faults("latency:seconds=0.1", "status:times=3")
    seen: list[int] = []
    threads = [
        threading.Thread(target=lambda: seen.append(get(api, seed="a").status)) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [200] * 5 + [500] * 3


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "status:code=99",
        "status:code=x",
        "status:colour=1",
        "latency:seconds=-1",
        "status:pages=7-3",
        "status:pages=a",
        "status:pages=0",
        "status:times",
        "records:records=1",
        '{"kind": "status", "code": "x"}',
        '{"kind": "records", "records": {"a": 1}}',
        '{"kind": "records", "records": {"0": }}',
        "{",
    ],
)
def test_faults_that_are_not_understood(api: SampleApi, text: str) -> None:
    with pytest.raises(FaultError, match="not understood"):
        parse_fault(text)
    if text:
        answer = get(api, fault=text)
        assert answer.status == 400
        assert answer.body.count(b"\n") == 1


def test_a_plan_counts() -> None:
    plan = FaultPlan([Status(times=1)])
    assert plan.due("/api", 1).kinds == ["status"]
    assert plan.due("/api", 1).kinds == []
    assert plan.report()[0]["done"] == 1


# Control


def test_control_of_faults(api: SampleApi) -> None:
    body = b'[{"kind": "status", "pages": [2], "code": 503}, "latency:seconds=0.01"]'
    assert send(api, "PUT", f"{PREFIX}/faults", body).status == 200
    assert statuses(api, 1, page=2) == [503]
    shown = send(api, "GET", f"{PREFIX}/faults").json
    assert [(entry["fault"]["kind"], entry["done"]) for entry in shown] == [
        ("status", 1),
        ("latency", 1),
    ]
    assert send(api, "DELETE", f"{PREFIX}/faults").status == 204
    assert statuses(api, 1, page=2) == [200]


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'["x"]', b'[{"kind":"x"}]', b"\xff"])
def test_control_refuses_what_is_no_list_of_faults(api: SampleApi, body: bytes) -> None:
    answer = send(api, "PUT", f"{PREFIX}/faults", body)
    assert answer.status == 400
    assert answer.body.count(b"\n") == 1
    assert statuses(api, 1) == [200]


def test_control_of_requests(api: SampleApi) -> None:
    get(api, seed="a b", page=2)
    get(api, "/api/9.9/")
    get(api, fault="status:code=503")
    raw(api, fault="reset")
    get(api, fault="nonsense")
    seen = send(api, "GET", f"{PREFIX}/requests").json
    assert seen["count"] == 5
    assert seen["requests"][0] == {
        "method": "GET",
        "path": "/api/1.4/",
        "query": "seed=a+b&page=2",
        "status": 200,
        "faults": [],
    }
    assert [entry["status"] for entry in seen["requests"]] == [200, 404, 503, None, 400]
    assert [entry.status for entry in api.requests()] == [200, 404, 503, None, 400]
    send(api, "DELETE", f"{PREFIX}/requests")
    assert send(api, "GET", f"{PREFIX}/requests").json == {"count": 0, "requests": []}


def test_control_is_for_this_machine_only() -> None:
    for remote, allowed in (("127.0.0.1", True), ("::1", True), ("10.0.0.7", False)):
        request = make_mocked_request("GET", f"{PREFIX}/faults").clone(remote=remote)
        if allowed:
            _refuse_strangers(request)
        else:
            with pytest.raises(web.HTTPForbidden):
                _refuse_strangers(request)


def test_the_cache_is_bounded() -> None:
    cache = PageCache(10)
    for key in "abc":
        cache.put(key, b"1234")
    assert (cache.get("a"), cache.get("b"), cache.size) == (None, b"1234", 8)
    cache.put("d", b"1234")
    assert (cache.get("b"), cache.get("c")) == (b"1234", None)
    cache.put("e", b"x" * 11)
    assert (cache.get("e"), cache.size) == (None, 8)


# The command line


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sample_api", *arguments]


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT])
def test_starts_and_stops(tmp_path: Path, end: signal.Signals) -> None:
    port_file = tmp_path / "port"
    with subprocess.Popen(
        command("--port-file", str(port_file), "--fault", "status:times=1", "--prepare", "s:2:10"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            port = int(port_file.read_text())
            assert url == f"http://127.0.0.1:{port}"
            for status in (500, 200):
                connection = HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/api/1.4/?seed=s&results=10")
                assert connection.getresponse().status == status
                connection.close()
        finally:
            process.send_signal(end)
        output, errors = process.communicate(timeout=10)
    assert (process.returncode, output, errors) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_a_taken_port_is_one_sentence() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run(
            command("--port", port), capture_output=True, text=True, timeout=20, check=False
        )
    assert done.returncode == 1
    assert (done.stdout, done.stderr.count("\n")) == ("", 1)
    assert port in done.stderr and "in use" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--port", "x"],
        ["--fault", "nonsense"],
        ["--prepare", "seed:1"],
        ["--prepare", "seed:1:5001"],
        ["--today", "yesterday"],
        ["--cache-mb", "-1"],
        ["--unknown"],
    ],
)
def test_wrong_arguments_are_one_sentence(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert arguments[-1].rpartition(":")[2] in errors


def test_what_cannot_be_started_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments, said in (
        (["--host", "203.0.113.1"], "203.0.113.1"),
        (["--port-file", str(tmp_path / "none" / "port")], "port file"),
        (["--prepare", "s:1:1000", "--cache-mb", "0"], "--cache-mb"),
    ):
        assert main(arguments) == 1
        errors = capsys.readouterr().err
        assert errors.count("\n") == 1
        assert said in errors


def test_help_says_everything(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    for word in (*KINDS, "--port-file", "--prepare", "/_control/requests", "retry_after_as"):
        assert word in text
    assert max(map(len, text.splitlines())) <= 100
