"""Random users that are the same on every machine for the same seed and page."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sample_api.national_ids import MAKERS, Person
from sample_api.nationality import (
    NATIONALITIES,
    Common,
    Nationality,
    byte_table,
    common,
    nationality,
)

FIELDS: Final = (
    "gender",
    "name",
    "location",
    "email",
    "login",
    "dob",
    "registered",
    "phone",
    "cell",
    "id",
    "picture",
    "nat",
)
"""The fields of a user, in the order they are sent."""

_DAY_MS = 86_400_000
# The real API draws its dates from fixed ranges, up to a moment in May 2022, so that the people of
# a seed keep their birthdays while their ages grow.
_NOW_MS = 1_653_344_189_000
_BORN_MS = range(-800_000_000_000, _NOW_MS - 21 * 365 * _DAY_MS)
_REGISTERED_MS = range(1_016_688_461_000, _NOW_MS)

_SALT = byte_table("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890")
_PORTRAITS = ("https://randomuser.me/api/portraits", (("women", 97), ("men", 100)))


class _Draw(NamedTuple):
    """The random numbers and bytes one user is made from, in the order of ``_NOISE``."""

    uuid: bytes
    born: int
    registered: int
    latitude: int
    longitude: int
    nation: int
    first: int
    last: int
    house: int
    street: int
    city: int
    state: int
    adjective: int
    animal: int
    suffix: int
    password: int
    timezone: int
    gender: int
    title: int
    portrait: int
    salt: bytes
    postcode: bytes
    phone: bytes
    cell: bytes
    id: bytes


_NOISE = struct.Struct("<16s 2Q 2I 12H 3B 8s 10s 20s 20s 20s")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which users a request asks for; the same selection gives the same bytes on the same day.

    ``nationalities`` is sorted; empty means all of them. ``gender`` is "male", "female" or None
    for both. ``fields`` are the wanted ones of ``FIELDS``, in that order.
    """

    seed: str
    page: int = 1
    results: int = 1
    nationalities: tuple[str, ...] = ()
    gender: str | None = None
    fields: tuple[str, ...] = FIELDS
    info: bool = True


@lru_cache(maxsize=50_000)
def _day(days: int) -> tuple[str, date, int]:
    day = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=days)).date()
    return day.isoformat(), day, _as_number(day)


def _as_number(day: date) -> int:
    return day.year * 10_000 + day.month * 100 + day.day


def _moment(milliseconds: int, today: int) -> tuple[dict[str, str | int], date]:
    days, rest = divmod(milliseconds, _DAY_MS)
    text, day, number = _day(days)
    seconds, ms = divmod(rest, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return {
        "date": f"{text}T{hour:02}:{minute:02}:{second:02}.{ms:03}Z",
        "age": (today - number) // 10_000,
    }, day


def _pictures() -> tuple[tuple[dict[str, str], ...], tuple[dict[str, str], ...]]:
    base, (women, men) = _PORTRAITS

    def of(folder: str, count: int) -> tuple[dict[str, str], ...]:
        return tuple(
            {
                "large": f"{base}/{folder}/{i}.jpg",
                "medium": f"{base}/med/{folder}/{i}.jpg",
                "thumbnail": f"{base}/thumb/{folder}/{i}.jpg",
            }
            for i in range(count)
        )

    return of(*women), of(*men)


_PICTURES: Final = _pictures()


def _noise(selection: Selection) -> bytes:
    # An extendable-output hash is a random stream that no Python version or machine can change, and
    # whose beginning does not depend on how much of it is read: nor do a page's first users depend
    # on `results`.
    key = "\0".join(
        (
            selection.seed,
            str(selection.page),
            ",".join(selection.nationalities),
            selection.gender or "",
        )
    )
    stream = hashlib.shake_128(key.encode("utf-8", "surrogatepass"))
    return stream.digest(selection.results * _NOISE.size)


def users(selection: Selection, today: date) -> list[dict[str, Any]]:
    """The users of a selection, as JSON-like dictionaries with the keys of the real API.

    Ages are those of ``today``. Parts may be shared between users: replace them, don't change them.
    """
    nations = tuple(map(nationality, selection.nationalities or NATIONALITIES))
    gender = {None: None, "female": 0, "male": 1}[selection.gender]
    day = _as_number(today)
    draws = map(_Draw._make, _NOISE.iter_unpack(_noise(selection)))
    everyone = [_user(draw, nations, gender, day) for draw in draws]
    if selection.fields != FIELDS:
        return [{field: user[field] for field in selection.fields} for user in everyone]
    return everyone


def _user(
    draw: _Draw, nations: tuple[Nationality, ...], gender: int | None, today: int
) -> dict[str, Any]:
    shared = common()
    nation = nations[draw.nation % len(nations)]
    male = draw.gender & 1 if gender is None else gender

    titles, pictures = nation.titles[male], _PICTURES[male]
    first, first_ascii = nation.first[male][draw.first % len(nation.first[male])]
    last, last_ascii = nation.last[draw.last % len(nation.last)]
    born, birthday = _moment(_BORN_MS[draw.born % len(_BORN_MS)], today)
    registered, _ = _moment(_REGISTERED_MS[draw.registered % len(_REGISTERED_MS)], today)

    return {
        "gender": "male" if male else "female",
        "name": {
            "title": titles[draw.title % len(titles)],
            "first": first,
            "last": last,
        },
        "location": {
            "street": {
                "number": 1 + draw.house % 9999,
                "name": nation.streets[draw.street % len(nation.streets)],
            },
            "city": nation.cities[draw.city % len(nation.cities)],
            "state": nation.states[draw.state % len(nation.states)],
            "country": nation.country,
            "postcode": _postcode(nation, draw.postcode),
            "coordinates": {
                "latitude": f"{draw.latitude % 1_800_001 / 10_000 - 90:.4f}",
                "longitude": f"{draw.longitude % 3_600_001 / 10_000 - 180:.4f}",
            },
            "timezone": shared.timezones[draw.timezone % len(shared.timezones)],
        },
        "email": f"{first_ascii}.{last_ascii}@example.com",
        "login": _login(draw, shared),
        "dob": born,
        "registered": registered,
        "phone": nation.phone.fill(draw.phone),
        "cell": nation.cell.fill(draw.cell),
        "id": _id(nation, Person(birthday, bool(male), last), draw.id),
        "picture": pictures[draw.portrait % len(pictures)],
        "nat": nation.code,
    }


def _postcode(nation: Nationality, noise: bytes) -> int | str:
    if isinstance(nation.postcode, range):
        return nation.postcode[int.from_bytes(noise, "little") % len(nation.postcode)]
    return nation.postcode.fill(noise)


def _login(draw: _Draw, shared: Common) -> dict[str, str]:
    adjectives, animals = shared.username_adjectives, shared.username_animals
    adjective, animal = (
        adjectives[draw.adjective % len(adjectives)],
        animals[draw.animal % len(animals)],
    )
    password = shared.passwords[draw.password % len(shared.passwords)]
    salt = "".join([_SALT[b] for b in draw.salt])
    secret = (password + salt).encode()
    u = draw.uuid.hex()
    variant = "89ab"[int(u[16], 16) & 3]
    return {
        "uuid": f"{u[:8]}-{u[8:12]}-4{u[13:16]}-{variant}{u[17:20]}-{u[20:]}",
        "username": f"{adjective}{animal}{100 + draw.suffix % 900}",
        "password": password,
        "salt": salt,
        "md5": hashlib.md5(secret, usedforsecurity=False).hexdigest(),
        "sha1": hashlib.sha1(secret, usedforsecurity=False).hexdigest(),
        "sha256": hashlib.sha256(secret).hexdigest(),
    }


def _id(nation: Nationality, person: Person, noise: bytes) -> dict[str, str | None]:
    name = nation.id_name
    if nation.id_patterns is not None:
        return {"name": name, "value": nation.id_patterns.fill(noise)}
    if name:
        return {
            "name": name,
            "value": MAKERS[name](person, int.from_bytes(noise[:16], "little")),
        }
    return {"name": "", "value": None}
