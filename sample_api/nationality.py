"""The 21 nationalities of randomuser.me 1.4: names, places and number formats, from ``data/``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from sample_api.latin import to_ascii

# fmt: off
NATIONALITIES: Final = (
    "AU", "BR", "CA", "CH", "DE", "DK", "ES", "FI", "FR", "GB", "IE",
    "IN", "IR", "MX", "NL", "NO", "NZ", "RS", "TR", "UA", "US",
)
# fmt: on

_DIGITS = "0123456789"
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def byte_table(alphabet: str) -> str:
    """The alphabet repeated to 256 characters, so that any byte is an index into it."""
    return (alphabet * 256)[:256]


class Pattern:
    """Text with random places: ``#`` a digit, ``@`` a capital letter, ``[xyz]`` one of these.

    >>> Pattern("0[12]#-@").fill(bytes(8))
    '010-A'
    """

    def __init__(self, text: str) -> None:
        tables = []
        rest = text
        while rest:
            if rest[0] == "[":
                alphabet, rest = rest[1:].split("]", 1)
            else:
                alphabet = {"#": _DIGITS, "@": _LETTERS}.get(rest[0], rest[0])
                rest = rest[1:]
            tables.append(byte_table(alphabet))
        self._tables = tuple(tables)

    def fill(self, noise: bytes) -> str:
        """The text with its places filled from ``noise``: one byte a character."""
        return "".join([table[b] for table, b in zip(self._tables, noise, strict=False)])


class Alternatives:
    """One of several patterns, chosen by the first byte of the noise."""

    def __init__(self, texts: list[str]) -> None:
        self._patterns = tuple(Pattern(text) for text in texts)

    def fill(self, noise: bytes) -> str:
        """One of the patterns, filled from the bytes after the first."""
        patterns = self._patterns
        return patterns[noise[0] % len(patterns)].fill(noise[1:])


class _Postcode(msgspec.Struct, forbid_unknown_fields=True):
    min: int = 0
    max: int = 0
    patterns: list[str] = []


class _Id(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    patterns: list[str] = []


class _File(msgspec.Struct, forbid_unknown_fields=True):
    country: str
    postcode: _Postcode
    phone: list[str]
    cell: list[str]
    id: _Id
    male_titles: list[str]
    female_titles: list[str]
    male_first: list[str]
    female_first: list[str]
    last: list[str]
    cities: list[str]
    states: list[str]
    streets: list[str]


class Common(msgspec.Struct):
    """What all nationalities share."""

    username_adjectives: list[str]
    username_animals: list[str]
    passwords: list[str]
    timezones: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Nationality:
    """What the users of one nationality are made from.

    First and last names come with their form in an e-mail address. ``postcode`` is a range for
    nationalities whose postcodes are numbers, else patterns. ``id_patterns`` is None where
    ``national_ids`` makes the number, or where there is none (``id_name`` is "").
    """

    code: str
    country: str
    titles: tuple[tuple[str, ...], tuple[str, ...]]
    first: tuple[tuple[tuple[str, str], ...], tuple[tuple[str, str], ...]]
    last: tuple[tuple[str, str], ...]
    cities: tuple[str, ...]
    states: tuple[str, ...]
    streets: tuple[str, ...]
    postcode: Alternatives | range
    phone: Alternatives
    cell: Alternatives
    id_name: str
    id_patterns: Alternatives | None


def _read(name: str) -> bytes:
    return files(__package__).joinpath("data", f"{name}.json").read_bytes()


def _with_ascii(names: list[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, to_ascii(name)) for name in names)


@cache
def common() -> Common:
    """The lists all nationalities share, read once."""
    return msgspec.json.decode(_read("common"), type=Common)


@cache
def nationality(code: str) -> Nationality:
    """The nationality of a two-letter code in ``NATIONALITIES``, read once.

    Pairs are (female, male).
    """
    content = msgspec.json.decode(_read(code), type=_File)
    postcode = content.postcode
    return Nationality(
        code=code,
        country=content.country,
        titles=(tuple(content.female_titles), tuple(content.male_titles)),
        first=(_with_ascii(content.female_first), _with_ascii(content.male_first)),
        last=_with_ascii(content.last),
        cities=tuple(content.cities),
        states=tuple(content.states),
        streets=tuple(content.streets),
        postcode=(
            Alternatives(postcode.patterns)
            if postcode.patterns
            else range(postcode.min, postcode.max + 1)
        ),
        phone=Alternatives(content.phone),
        cell=Alternatives(content.cell),
        id_name=content.id.name,
        id_patterns=Alternatives(content.id.patterns) if content.id.patterns else None,
    )
