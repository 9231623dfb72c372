"""National identity numbers that depend on the person: birth date, sex, check digits.

Each maker takes the person and a random number below 2**128 and returns the number as text, as
randomuser.me writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class Person:
    """What an identity number is made from."""

    born: date
    male: bool
    last_name: str


def _cpr(person: Person, number: int) -> str:
    return f"{person.born:%d%m%y}-{number % 10_000:04}"


def _svnr(person: Person, number: int) -> str:
    area = 2 + number % 88
    serial = number // 100 % 50 + (0 if person.male else 50)
    check = number // 10_000 % 10
    return f"{area:02} {person.born:%d%m%y} {person.last_name[0]} {serial:02}{check}"


def _hetu(person: Person, number: int) -> str:
    century = "A" if person.born.year >= 2000 else "-"
    serial = number % 449 * 2 + 2 + person.male
    birth = f"{person.born:%d%m%y}"
    check = "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(f"{birth}{serial:03}") % 31]
    return f"{birth}{century}{serial:03}{check}"


def _insee(person: Person, number: int) -> str:
    sex = 1 if person.male else 2
    digits = f"{sex}{person.born:%y%m}{number % 10**8:08}"
    return f"{digits} {97 - int(digits) % 97:02}"


_FN_WEIGHTS = ((3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2))


def _fn_check(digits: str, weights: tuple[int, ...]) -> int:
    rest = sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11
    return 11 - rest if rest else 0


def _fn(person: Person, number: int) -> str:
    low, span = (500, 250) if person.born.year >= 2000 else (0, 250)
    birth = f"{person.born:%d%m%y}"
    # Some serials have no valid check digits: take the next one of the same sex.
    while True:
        digits = f"{birth}{low + number % span * 2 + person.male:03}"
        first = _fn_check(digits, _FN_WEIGHTS[0])
        if first < 10:
            second = _fn_check(f"{digits}{first}", _FN_WEIGHTS[1])
            if second < 10:
                return f"{digits}{first}{second}"
        number += 1


def _ssn(person: Person, number: int) -> str:
    area = 1 + number % 899
    area = 667 if area == 666 else area
    return f"{area:03}-{1 + number // 1000 % 99:02}-{1 + number // 100_000 % 9999:04}"


MAKERS: Final[dict[str, Callable[[Person, int], str]]] = {
    "CPR": _cpr,
    "FN": _fn,
    "HETU": _hetu,
    "INSEE": _insee,
    "SSN": _ssn,
    "SVNR": _svnr,
}
"""By the name the number has in ``id.name``."""
