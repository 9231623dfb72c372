"""The sample API's daily rates against the Bank of Russia's, and what they can be told to do."""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from http.client import HTTPConnection
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
import requests

from sample_api.faults import Records, Status
from sample_api.server import Options
from sample_api.testing import SampleApi

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "cbr"
REAL_DAYS = (date(2020, 4, 25), date(2022, 3, 15))
TODAY = date(2026, 11, 18)  # a Wednesday
PATH = "/scripts/XML_daily.asp"
PROLOG = b'<?xml version="1.0" encoding="windows-1251"?>'
FIELDS = ["NumCode", "CharCode", "Nominal", "Name", "Value"]
needs_real_answers = pytest.mark.skipif(
    not REAL.is_dir(),
    reason="NOT COMPARED with real documents of the Bank of Russia: ../shared/data is not here",
)


@pytest.fixture(scope="module")
def running() -> Iterator[SampleApi]:
    with SampleApi(Options(today=lambda: TODAY)) as api:
        yield api


@pytest.fixture
def api(running: SampleApi) -> Iterator[SampleApi]:
    running.clear()
    yield running
    running.clear()


def get(api: SampleApi, day: date | str | None = None, **query: str) -> requests.Response:
    if day is not None:
        query["date_req"] = day if isinstance(day, str) else f"{day:%d/%m/%Y}"
    return requests.get(api.url + PATH, params=query, timeout=10)


def parsed(response: requests.Response | bytes) -> ElementTree.Element:
    return ElementTree.fromstring(response if isinstance(response, bytes) else response.content)


def valutes(response: requests.Response | bytes) -> dict[str, dict[str, str]]:
    """Children's texts by code, as they are written."""
    found = {}
    for valute in parsed(response):
        fields = {child.tag: child.text or "" for child in valute}
        found[fields["CharCode"]] = {"ID": valute.attrib["ID"], **fields}
    return found


def dated(response: requests.Response) -> date:
    day, month, year = parsed(response).attrib["Date"].split(".")
    return date(int(year), int(month), int(day))


def real(day: date) -> bytes:
    return (REAL / f"XML_daily_{day}.cp1251.xml").read_bytes()


# What it answers


@needs_real_answers
@pytest.mark.parametrize("day", REAL_DAYS)
def test_a_document_is_the_real_one_but_for_its_rates(api: SampleApi, day: date) -> None:
    def without_rates(document: bytes) -> bytes:
        return re.sub(rb"<Value>[0-9]+,[0-9]{4}</Value>", b"<Value/>", document)

    assert without_rates(get(api, day).content) == without_rates(real(day))


@needs_real_answers
@pytest.mark.parametrize("day", REAL_DAYS)
def test_rates_are_plausible(api: SampleApi, day: date) -> None:
    ours = valutes(get(api, day))
    for code, valute in valutes(real(day)).items():
        rate, true = (float(v["Value"].replace(",", ".")) for v in (ours[code], valute))
        assert 1 / 4 < rate / true < 4, code


@needs_real_answers
@pytest.mark.parametrize(
    "asked", ["2020-04-25", "31/02/2020", "", "25/04/20", "0/0/0", "٢٥/04/2020", "30/06/1992"]
)
def test_a_day_that_is_none_is_the_real_error(api: SampleApi, asked: str) -> None:
    answer = get(api, asked)
    assert answer.status_code == 200
    assert answer.content == (REAL / "XML_dynamic_error_in_parameters.xml").read_bytes()
    assert answer.headers["content-type"] == "application/xml; charset=windows-1251"


def test_the_document_is_one_line_of_windows_1251(api: SampleApi) -> None:
    answer = get(api, "25/04/2020")
    assert answer.headers["content-type"] == "application/xml; charset=windows-1251"
    assert answer.content.startswith(
        PROLOG + b'<ValCurs Date="25.04.2020" name="Foreign Currency Market"><Valute ID="R01010">'
    )
    assert b"\n" not in answer.content
    assert "Доллар США".encode("cp1251") in answer.content
    for valute in parsed(answer):
        assert [child.tag for child in valute] == FIELDS


def test_codes_are_texts(api: SampleApi) -> None:
    found = valutes(get(api, "25/04/2020"))
    assert {found[code]["NumCode"] for code in ("AUD", "AMD")} == {"036", "051"}
    assert all(re.fullmatch("[0-9]{3}", valute["NumCode"]) for valute in found.values())
    assert sum(valute["ID"][-1].isalpha() for valute in found.values()) >= 3
    ids = [valute["ID"] for valute in found.values()]
    assert ids == sorted(set(ids))


def test_a_rate_of_one_unit_comes_with_2023(api: SampleApi) -> None:
    before = parsed(get(api, "31/12/2022"))
    assert {len(valute) for valute in before} == {len(FIELDS)}
    after = parsed(get(api, "11/01/2023"))
    assert [[child.tag for child in valute] for valute in after] == [
        [*FIELDS, "VunitRate"] for _ in after
    ]
    longest = 0
    for day in ("11/01/2023", "18/11/2026"):
        for valute in valutes(get(api, day)).values():
            value, unit = (Decimal(valute[n].replace(",", ".")) for n in ("Value", "VunitRate"))
            assert unit == value / int(valute["Nominal"])
            assert re.fullmatch(r"[0-9]+(,[0-9]{0,7}[1-9])?", valute["VunitRate"])
            assert re.fullmatch(r"[0-9]+,[0-9]{4}", valute["Value"])
            longest = max(longest, len(valute["VunitRate"].partition(",")[2]))
    assert longest == 8


def test_nominal_and_name_change_over_time(api: SampleApi) -> None:
    old, new = valutes(get(api, "25/04/2020")), valutes(get(api, "15/03/2022"))
    assert (old["INR"]["Nominal"], new["INR"]["Nominal"]) == ("100", "10")
    assert (old["TRY"]["Nominal"], old["TRY"]["Name"]) == ("1", "Турецкая лира")
    assert (new["TRY"]["Nominal"], new["TRY"]["Name"]) == ("10", "Турецких лир")
    assert old["TRY"]["ID"] == new["TRY"]["ID"]


@pytest.mark.parametrize(
    ("code", "last_without", "first_with"),
    [("AED", "17/01/2023", "18/01/2023"), ("VND", "17/01/2023", "18/01/2023")],
)
def test_currencies_come(api: SampleApi, code: str, last_without: str, first_with: str) -> None:
    assert code not in valutes(get(api, last_without))
    assert code in valutes(get(api, first_with))


@pytest.mark.parametrize(
    ("code", "last_with", "first_without"),
    [
        ("BGN", "31/12/2025", "10/01/2026"),
        ("LTL", "31/12/2014", "10/01/2015"),
        ("BYR", "30/06/2016", "01/07/2016"),
    ],
)
def test_currencies_go(api: SampleApi, code: str, last_with: str, first_without: str) -> None:
    assert code in valutes(get(api, last_with))
    assert code not in valutes(get(api, first_without))


def test_rates_wander(api: SampleApi) -> None:
    days = [date(2025, 1, 1) + timedelta(days=number) for number in range(365)]
    rates = {
        dated(answer): float(valutes(answer)["USD"]["Value"].replace(",", "."))
        for answer in (get(api, day) for day in days)
    }
    values = list(rates.values())
    assert len(set(values)) > 0.95 * len(values)
    steps = [abs(b / a - 1) for a, b in pairwise(values)]
    assert max(steps) < 0.08
    assert max(values) / min(values) > 1.05


def test_rates_never_change(api: SampleApi) -> None:
    """Pinned: every Python version and machine must make the same rates of a day."""
    documents = b"".join(get(api, day).content for day in ("25/04/2020", "18/11/2026"))
    digest = hashlib.sha256(documents).hexdigest()
    assert digest == "19c20833f30ac63251f55d2d1ec55e72865fab437ad28e59568f55e1bc078086"
    with SampleApi(Options(today=lambda: date(2030, 1, 1))) as later:
        assert get(later, "25/04/2020").content == get(api, "25/04/2020").content


@pytest.mark.parametrize(
    ("asked", "document"),
    [
        ("21/04/2020", "21/04/2020"),  # Tuesday
        ("25/04/2020", "25/04/2020"),  # Saturday
        ("26/04/2020", "25/04/2020"),
        ("27/04/2020", "25/04/2020"),
        ("09/01/2026", "31/12/2025"),  # the day after the holidays
        ("10/01/2026", "10/01/2026"),
        ("12/06/2025", "11/06/2025"),
        ("13/06/2025", "11/06/2025"),
        ("14/06/2025", "14/06/2025"),
        ("01/07/1992", "01/07/1992"),
    ],
)
def test_a_day_without_rates_gets_the_document_before(
    api: SampleApi, asked: str, document: str
) -> None:
    answer = get(api, asked)
    assert f"{dated(answer):%d/%m/%Y}" == document
    assert answer.content == get(api, document).content


def test_the_newest_document_is_of_tomorrow(api: SampleApi) -> None:
    tomorrow = TODAY + timedelta(days=1)
    newest = get(api)
    assert dated(newest) == tomorrow
    for day in (tomorrow, date(2027, 5, 5), date(9999, 12, 31)):
        assert get(api, day).content == newest.content
    assert dated(get(api, TODAY)) == TODAY
    with SampleApi(Options(today=lambda: date(2026, 11, 22))) as on_sunday:
        assert dated(get(on_sunday)) == date(2026, 11, 21)


@pytest.mark.parametrize("headers", [{}, {"User-Agent": ""}, {"User-Agent": " "}])
def test_clients_that_hide_who_they_are_are_refused(
    api: SampleApi, headers: dict[str, str]
) -> None:
    parts = urlsplit(api.url)
    for named, status in (({}, 403), ({"User-Agent": "elt"}, 200)):
        connection = HTTPConnection(str(parts.hostname), parts.port, timeout=10)
        connection.request("GET", PATH, headers={**headers, **named})
        response = connection.getresponse()
        assert response.status == status
        kind = str(response.getheader("content-type"))
        assert kind.startswith("text/html" if status == 403 else "application/xml")
        connection.close()
    assert [request.status for request in api.requests()] == [403, 200]


def test_other_scripts_are_not_there(api: SampleApi) -> None:
    assert requests.get(f"{api.url}/scripts/XML_val.asp", timeout=10).status_code == 404
    assert [request.status for request in api.requests()] == [404]


# What it does wrong


def test_empty_results(api: SampleApi) -> None:
    answer = get(api, "25/04/2020", fault="empty_results")
    assert answer.content == (
        PROLOG + b'<ValCurs Date="25.04.2020" name="Foreign Currency Market"></ValCurs>'
    )


@pytest.mark.parametrize(("fault", "count"), [("fewer", 17), ("fewer:count=3", 3)])
def test_fewer(api: SampleApi, fault: str, count: int) -> None:
    good = [*valutes(get(api, "25/04/2020"))]
    assert [*valutes(get(api, "25/04/2020", fault=fault))] == good[:count]


@pytest.mark.parametrize(
    ("day", "before"), [("25/04/2020", "24/04/2020"), ("28/04/2020", "25/04/2020")]
)
def test_repeated_page_is_the_document_before(api: SampleApi, day: str, before: str) -> None:
    again = get(api, day, fault="repeated_page").content
    assert again == get(api, before).content
    assert again != get(api, day).content


def test_records_sets_texts_and_attributes(api: SampleApi) -> None:
    api.faults(
        Records.of(
            set={
                0: {"Value": "n/a", "@ID": 'R"<&'},
                1: {"Nominal": None, "New.Part": "ы<"},
                2: {"Value": 1.5},
            }
        )
    )
    first, second, third, *_ = parsed(get(api, "25/04/2020"))
    assert (first.findtext("Value"), first.attrib) == ("n/a", {"ID": 'R"<&'})
    assert (first.findtext("CharCode"), first.findtext("NumCode")) == ("AUD", "036")
    assert (second.findtext("Nominal"), second.findtext("New/Part")) == ("", "ы<")
    assert third.findtext("Value") == "1.5"


def test_records_replaces_and_appends_elements(api: SampleApi) -> None:
    good = valutes(get(api, "25/04/2020"))
    raw = {1: "<Valute>", 50: "<!-- 漢 -->"}
    whole: dict[int, Any] = {0: {"@ID": "R0", "CharCode": "ЖЖЖ", "Value": "1,0"}, 2: None, 3: "?"}
    api.faults(Records.of(whole, raw=raw))
    body = get(api, "25/04/2020").content
    start = '<Valute ID="R0"><CharCode>ЖЖЖ</CharCode><Value>1,0</Value></Valute><Valute><Valute/>'
    assert f"{start}<Valute>?</Valute>".encode("cp1251") in body
    assert body.endswith(b"</Valute><!-- &#28450; --></ValCurs>")
    with pytest.raises(ElementTree.ParseError):
        parsed(body)
    api.faults(Records.of({len(good): {"CharCode": "XXX", "@ID": "R9"}}))
    assert valutes(get(api, "25/04/2020")) == {**good, "XXX": {"ID": "R9", "CharCode": "XXX"}}


def test_records_by_parameter(api: SampleApi) -> None:
    fault = json.dumps({"kind": "records", "set": {"10": {"Value": "74.5"}}})
    assert valutes(get(api, "25/04/2020", fault=fault))["USD"]["Value"] == "74.5"
    assert "," in valutes(get(api, "25/04/2020"))["USD"]["Value"]


def test_invalid_json_is_half_a_document(api: SampleApi) -> None:
    whole = get(api, "25/04/2020").content
    half = get(api, "25/04/2020", fault="invalid_json")
    assert half.content == whole[: len(whole) // 2]
    with pytest.raises(ElementTree.ParseError):
        parsed(half)


def test_error_200_is_the_error_document(api: SampleApi) -> None:
    answer = get(api, "25/04/2020", fault="error_200")
    assert answer.status_code == 200
    assert answer.content == get(api, "nonsense").content
    assert (parsed(answer).text or "").strip() == "Error in parameters"


def test_links_that_are_not_there_cannot_be_wrong(api: SampleApi) -> None:
    good = get(api, "25/04/2020").content
    assert get(api, "25/04/2020", fault="looping_link").content == good
    assert get(api, "25/04/2020", fault="foreign_link").content == good


def test_truncated(api: SampleApi) -> None:
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        get(api, "25/04/2020", fault="truncated")


def test_reset(api: SampleApi) -> None:
    with pytest.raises(requests.exceptions.ConnectionError):
        get(api, "25/04/2020", fault="reset")


def test_slow_and_late(api: SampleApi) -> None:
    good = get(api, "25/04/2020")
    for fault in ("slow:seconds=0.3", "latency:seconds=0.3"):
        start = time.monotonic()
        response = get(api, "25/04/2020", fault=fault)
        assert response.content == good.content
        assert time.monotonic() - start >= 0.25
    assert [request.faults for request in api.requests()] == [[], ["slow"], ["latency"]]


def test_a_fault_for_one_day(api: SampleApi) -> None:
    api.faults("status:code=503,query=date_req=25/04/2020,times=2")
    days = ["24/04/2020", "25/04/2020", "25/04/2020", "25/04/2020"]
    assert [get(api, day).status_code for day in days] == [200, 503, 503, 200]
    api.faults(Status(code=503, path="/scripts"))
    assert get(api).status_code == 503
    assert requests.get(f"{api.url}/api/?seed=a", timeout=10).status_code == 200


def test_the_fault_parameter_is_none_of_the_parameters(api: SampleApi) -> None:
    fault = "status:code=503,query=date_req=25/04/2020"
    assert get(api, "24/04/2020", fault=fault).status_code == 200
    assert get(api, "25/04/2020", fault=fault).status_code == 503
