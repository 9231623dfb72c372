"""Requests for the daily rates of the Bank of Russia, and the documents it answers with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

import msgspec
from aiohttp import web
from msgspec import Raw

from sample_api.content import spoiled
from sample_api.faults import ContentFault, RepeatedPage
from sample_api.query import last
from sample_api.rates import VALUE_PLACES, Rate, rates
from sample_api.source import CONTENT_FAULTS

FIRST_DAY: Final = date(1992, 7, 1)
UNIT_RATES_SINCE: Final = date(2023, 1, 1)

_ENCODING = "windows-1251"
_DAY = timedelta(days=1)
# fmt: off
_HOLIDAYS = {
    *((1, day) for day in range(1, 9)),
    (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4),
}
# fmt: on
_ERROR = (
    b'<?xml version="1.0" encoding="windows-1251" ?>\n'
    b"<ValCurs>\n    Error in parameters\n</ValCurs>\n"
)
_FORBIDDEN = """<html>
<head><title>403 Forbidden</title></head>
<body>
<center><h1>403 Forbidden</h1></center>
</body>
</html>
"""


class BankOfRussia:
    """``/scripts/XML_daily.asp``; the newest rates are those for the day after ``today()``."""

    prefix = "/scripts"

    def __init__(self, today: Callable[[], date]) -> None:
        self._today = today

    def add_routes(self, app: web.Application) -> None:
        """Add the one path."""
        app.router.add_get("/scripts/XML_daily.asp", self.answer)

    def page_of(self, request: web.Request) -> int:
        """Always 1."""
        return 1

    def error_200(self) -> web.Response:
        """The document for parameters that are wrong."""
        return _xml(_ERROR)

    async def answer(self, request: web.Request) -> web.Response:
        """The rates in force on the day asked for, or the newest."""
        if not request.headers.get("User-Agent", "").strip():
            return web.Response(status=403, text=_FORBIDDEN, content_type="text/html")
        newest = self._today() + _DAY
        asked = _day(last(request, "date_req")) if "date_req" in request.query else newest
        if asked is None or asked < FIRST_DAY:
            return _xml(_ERROR)
        faults = request[CONTENT_FAULTS]
        day = document_day(min(asked, newest))
        if any(isinstance(fault, RepeatedPage) for fault in faults):
            day = document_day(day - _DAY)
        return _xml(document(day, faults))


def document_day(day: date) -> date:
    """The day of the document in force on a day: itself or the last one there is a document for.

    Rates are set on a working day for the next day, but not for a holiday.
    """
    while not (_is_working(day - _DAY) and (day.month, day.day) not in _HOLIDAYS):
        day -= _DAY
    return day


def _is_working(day: date) -> bool:
    return day.isoweekday() <= 5 and (day.month, day.day) not in _HOLIDAYS


def _day(text: str) -> date | None:
    parts = re.fullmatch(r"([0-9]{2})/([0-9]{2})/([0-9]{4})", text)
    if parts is None:
        return None
    try:
        return date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        return None


def document(day: date, faults: Iterable[ContentFault] = ()) -> bytes:
    """The document of a day, in windows-1251."""
    valutes = spoiled([_valute(rate, day) for rate in rates(day)], faults, _encoded)
    return b"".join(
        (
            b'<?xml version="1.0" encoding="windows-1251"?>',
            f'<ValCurs Date="{day:%d.%m.%Y}" name="Foreign Currency Market">'.encode(),
            *(
                valute if isinstance(valute, bytes) else _encoded(_element("Valute", valute))
                for valute in valutes
            ),
            b"</ValCurs>",
        )
    )


def _valute(rate: Rate, day: date) -> dict[str, str]:
    value = Decimal(rate.value).scaleb(-VALUE_PLACES)
    valute = {
        "@ID": rate.currency.id,
        "NumCode": rate.currency.number,
        "CharCode": rate.currency.code,
        "Nominal": str(rate.nominal),
        "Name": rate.name,
        "Value": _with_comma(value),
    }
    if day >= UNIT_RATES_SINCE:
        valute["VunitRate"] = _with_comma((value / rate.nominal).normalize())
    return valute


def _with_comma(number: Decimal) -> str:
    return f"{number:f}".replace(".", ",")


def _element(name: str, content: Any) -> str:
    """An element of text, of None, or of a dictionary of attributes (``@name``) and children.

    JSON of a fault is read on the way: strings, objects and null, everything else as it is written.
    """
    if isinstance(content, Raw):
        content = _read(content)
    if not isinstance(content, dict):
        return f"<{name}>{escape(content)}</{name}>" if content is not None else f"<{name}/>"
    attributes = "".join(_attributes(content))
    children = "".join(
        _element(key, value) for key, value in content.items() if not key.startswith("@")
    )
    return f"<{name}{attributes}>{children}</{name}>" if children else f"<{name}{attributes}/>"


def _attributes(content: dict[str, Any]) -> Iterator[str]:
    for key, value in content.items():
        if key.startswith("@"):
            text = _read(value) if isinstance(value, Raw) else value
            yield f" {key[1:]}={quoteattr(str(text if text is not None else ''))}"


def _read(value: Raw) -> Any:
    text = bytes(value).strip()
    if text.startswith(b'"'):
        return msgspec.json.decode(text, type=str)
    if text.startswith(b"{"):
        return msgspec.json.decode(text, type=dict[str, Raw])
    return None if text == b"null" else text.decode()


def _encoded(text: str) -> bytes:
    return text.encode(_ENCODING, "xmlcharrefreplace")


def _xml(body: bytes) -> web.Response:
    return web.Response(body=body, content_type="application/xml", charset=_ENCODING)
