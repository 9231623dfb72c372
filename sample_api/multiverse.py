"""The locations and characters of an invented multiverse, from the words in ``data/``."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import msgspec

from sample_api.draw import draw

LOCATIONS: Final = 126
CHARACTERS: Final = 826

_CROWDS = {88: 72, 47: 72, 112: 55, 3: 55, 20: 41, 64: 41}
"""The residents of the largest locations, with ties; most of these are not on the first page."""
_EMPTY = 6
_HOMELESS = 12
"""Every so many of the others, at random: locations without residents, characters without place."""
_EPISODES = 51
_NOWHERE = {"name": "unknown", "url": ""}


class _Words(msgspec.Struct, forbid_unknown_fields=True):
    worlds: list[str]
    kinds: list[tuple[str, str]]
    dimensions: list[str]
    first_names: list[str]
    last_names: list[str]
    species: list[str]
    types: list[str]


@cache
def _words() -> _Words:
    content = files(__package__).joinpath("data", "multiverse.json").read_bytes()
    return msgspec.json.decode(content, type=_Words)


def _pick(choices: list[str], *key: str | int) -> str:
    return choices[draw(*key) % len(choices)]


@cache
def _homes() -> dict[int, int]:
    """Where each character is, by numbers; those who are nowhere are left out."""
    everyone = sorted(range(1, CHARACTERS + 1), key=lambda number: draw("order", number))
    homes: dict[int, int] = {}
    for crowded, size in _CROWDS.items():
        for character in everyone[len(homes) : len(homes) + size]:
            homes[character] = crowded
    quiet = [
        number
        for number in range(1, LOCATIONS + 1)
        if number not in _CROWDS and draw("empty", number) % _EMPTY
    ]
    for character in everyone[len(homes) :]:
        if draw("homeless", character) % _HOMELESS:
            homes[character] = quiet[draw("home", character) % len(quiet)]
    return homes


@cache
def _residents() -> dict[int, list[int]]:
    residents: dict[int, list[int]] = defaultdict(list)
    for character, home in sorted(_homes().items()):
        residents[home].append(character)
    return residents


def _location_name(number: int) -> tuple[str, str]:
    words = _words()
    # A step that has no divisor with the number of pairs in common comes by each pair once.
    at = number * 37 % (len(words.worlds) * len(words.kinds))
    suffix, kind = words.kinds[at % len(words.kinds)]
    return f"{words.worlds[at // len(words.kinds)]} {suffix}".rstrip(), kind


def _created(start: datetime, number: int) -> str:
    seconds = number * 27_431 + draw("created", number) % 10_000
    moment = start + timedelta(seconds=seconds, milliseconds=draw("ms", number) % 1000)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def location(number: int, api: str) -> dict[str, Any]:
    """A location from 1 to ``LOCATIONS``; its links begin with ``api``."""
    name, kind = _location_name(number)
    return {
        "id": number,
        "name": name,
        "type": kind,
        "dimension": _pick(_words().dimensions, "dimension", number),
        "residents": [f"{api}/character/{resident}" for resident in _residents().get(number, ())],
        "url": f"{api}/location/{number}",
        "created": _created(datetime(2017, 11, 10, 12, 42, 4, tzinfo=UTC), number),
    }


def character(number: int, api: str) -> dict[str, Any]:
    """A character from 1 to ``CHARACTERS``; its links begin with ``api``."""
    words = _words()
    at = number * 143 % (len(words.first_names) * len(words.last_names))
    first, last = divmod(at, len(words.last_names))
    origin = draw("origin", number) % (LOCATIONS + 20) + 1
    return {
        "id": number,
        "name": f"{words.first_names[first]} {words.last_names[last]}",
        "status": _pick(["Alive", "Dead", "unknown"], "status", number),
        "species": _pick(words.species, "species", number),
        "type": _pick(words.types, "type", number),
        "gender": _pick(["Female", "Male", "Genderless", "unknown"], "gender", number),
        "origin": _link(origin if origin <= LOCATIONS else None, api),
        "location": _link(_homes().get(number), api),
        "image": f"{api}/character/avatar/{number}.jpeg",
        "episode": [f"{api}/episode/{episode}" for episode in _episodes(number)],
        "url": f"{api}/character/{number}",
        "created": _created(datetime(2017, 11, 4, 18, 48, 46, tzinfo=UTC), number),
    }


def _link(number: int | None, api: str) -> dict[str, str]:
    if number is None:
        return _NOWHERE
    return {"name": _location_name(number)[0], "url": f"{api}/location/{number}"}


def _episodes(number: int) -> list[int]:
    count = draw("episodes", number) % 4 + 1
    return sorted({draw("episode", number, at) % _EPISODES + 1 for at in range(count)})
