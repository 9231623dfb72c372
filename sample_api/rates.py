"""The currencies the Bank of Russia quotes, from ``data/``, and rates that wander about a base."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

from sample_api.draw import LIMIT, draw

VALUE_PLACES = 4
_WAVES = ((700, 0.2), (90, 0.06), (12, 0.02), (1, 0.004))
"""What a rate is made of: a wave for so many days, and how far it goes up and down."""


class Terms(NamedTuple):
    """How a currency is quoted from a day on; the name is of one unit or of many."""

    since: date
    nominal: int
    name: str


class Currency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A currency; ``rubles`` is about what one unit of it costs.

    It is quoted from its first terms on and before ``until``.
    """

    id: str
    number: str
    code: str
    rubles: float
    terms: list[Terms]
    until: date | None = None


class Rate(NamedTuple):
    """What ``nominal`` units of a currency cost, in ten-thousandths of a ruble."""

    currency: Currency
    nominal: int
    name: str
    value: int


@cache
def currencies() -> tuple[Currency, ...]:
    """All currencies ever quoted, by id; read once."""
    content = files(__package__).joinpath("data", "currencies.json").read_bytes()
    return msgspec.json.decode(content, type=tuple[Currency, ...])


def rates(day: date) -> list[Rate]:
    """The rates of the currencies quoted on a day."""
    # Most of what moves a rate is the ruble, which is in all of them.
    ruble = _wander("RUB", day, 1.0)
    found = []
    for currency in currencies():
        terms = next((terms for terms in reversed(currency.terms) if terms.since <= day), None)
        if terms is None or (currency.until is not None and day >= currency.until):
            continue
        rubles = currency.rubles * terms.nominal * ruble * _wander(currency.code, day, 0.4)
        found.append(Rate(currency, terms.nominal, terms.name, round(rubles * 10**VALUE_PLACES)))
    return found


def _wander(name: str, day: date, share: float) -> float:
    # Sums and products only: they are the same on every machine, unlike exp() or sin().
    factor = 1.0
    for span, height in _WAVES:
        step, rest = divmod(day.toordinal(), span)
        before, after = (2 * draw(name, span, at) / LIMIT - 1 for at in (step, step + 1))
        factor += share * height * (before + (after - before) * rest / span)
    return factor
