"""The columns that each way of loading users fills, and the checksum by which their contents agree.

They are those of the staging model: 33 fields of a user, and the digest of the password.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

TYPES: dict[str, LiteralString] = {
    "user_id": "uuid",
    "street_number": "integer",
    "age": "integer",
    "registration_age": "integer",
    "latitude": "numeric",
    "longitude": "numeric",
    "born_at": "timestamptz",
    "registered_at": "timestamptz",
}
"""Types of columns; the others are text."""

PATHS = {
    "user_id": "login.uuid",
    "national_id": "id.value",
    "national_id_name": "id.name",
    "gender": "gender",
    "title": "name.title",
    "first_name": "name.first",
    "last_name": "name.last",
    "street_name": "location.street.name",
    "city": "location.city",
    "state": "location.state",
    "country": "location.country",
    "postcode": "location.postcode",
    "timezone_offset": "location.timezone.offset",
    "timezone_description": "location.timezone.description",
    "email": "email",
    "username": "login.username",
    "password_salt": "login.salt",
    "password_md5": "login.md5",
    "password_sha1": "login.sha1",
    "password_sha256": "login.sha256",
    "phone": "phone",
    "cell": "cell",
    "picture_large_url": "picture.large",
    "picture_medium_url": "picture.medium",
    "picture_thumbnail_url": "picture.thumbnail",
    "nationality": "nat",
    "street_number": "location.street.number",
    "age": "dob.age",
    "registration_age": "registered.age",
    "latitude": "location.coordinates.latitude",
    "longitude": "location.coordinates.longitude",
    "born_at": "dob.date",
    "registered_at": "registered.date",
}
"""Where in a record each column is."""

DIGEST = "password"
"""The one column that is made of two others."""

# The mart has no ages, and of the digests of the password only one.
_COMPARED = [
    name for name in PATHS if "age" not in name.split("_") and not name.startswith("password")
]
_RENAMED = {"first_name": "firstname", "last_name": "lastname"}


@dataclass(frozen=True)
class Contents:
    """How many rows a table has, and the sum of the hashes of what is in them."""

    rows: int
    checksum: str


def definition() -> sql.Composable:
    """The columns as ``create table`` takes them, with the key."""
    typed: list[sql.Composable] = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(TYPES.get(name, "text")))
        for name in PATHS
    ]
    typed.append(sql.SQL("{} text").format(sql.Identifier(DIGEST)))
    typed.append(sql.SQL("primary key (user_id)"))
    return sql.SQL(", ").join(typed)


def flattened(record: sql.Composable) -> sql.Composable:
    """What a select takes from a record for all columns, in their order: arrows and bare casts."""
    values = [sql.SQL("{}::{}").format(_at(record, name), _type(name)) for name in PATHS]
    values.append(
        sql.SQL("'sha256$' || {} || '$' || {}").format(
            _at(record, "password_salt"), _at(record, "password_sha256")
        )
    )
    return sql.SQL(", ").join(values)


def of_mart(relation: sql.Composable) -> sql.Composable:
    """What the mart `users` holds, as texts under the names of `PATHS`."""
    return _texts(relation, lambda name: _RENAMED.get(name, name))


def of_staging(relation: sql.Composable) -> sql.Composable:
    """The same of a table with these names."""
    return _texts(relation, lambda name: name)


def of_dlt(relation: sql.Composable) -> sql.Composable:
    """The same of dlt's table, which names and types the columns itself."""
    # A column has one type; what does not fit lies in another one, as texts beside numbers do here.
    joined = sql.SQL(
        "(select *, 'sha256$' || login__salt || '$' || login__sha256 as password,"
        " coalesce(to_jsonb(loaded) ->> 'location__postcode__v_text', location__postcode::text)"
        " as postcode from {} as loaded) as joined"
    ).format(relation)
    own = ("postcode", DIGEST)
    return _texts(joined, lambda name: name if name in own else PATHS[name].replace(".", "__"))


def contents(connection: psycopg.Connection, texts: sql.Composable) -> Contents:
    """Rows and checksum of what one of the functions above gives."""
    row = connection.execute(
        sql.SQL(
            "select count(*), coalesce(sum(hashtextextended(row(texts.*)::text, 0)), 0)::text"
            " from ({}) as texts"
        ).format(texts)
    ).fetchone()
    if row is None:
        raise SystemExit("A checksum has no row.")
    return Contents(*row)


def differences(
    connection: psycopg.Connection, got: sql.Composable, wanted: sql.Composable
) -> dict[str, int]:
    """In how many rows of the same key the two differ, by column; those that are alike left out."""
    counts = [
        sql.SQL("count(*) filter (where got.{name} is distinct from wanted.{name})").format(
            name=sql.Identifier(name)
        )
        for name in _COMPARED
    ]
    row = connection.execute(
        sql.SQL("select {} from ({}) as got inner join ({}) as wanted using (user_id)").format(
            sql.SQL(", ").join(counts), got, wanted
        )
    ).fetchone()
    pairs = zip(_COMPARED, row or (), strict=True)
    return {name: count for name, count in pairs if count}


def _texts(relation: sql.Composable, named: Callable[[str], str]) -> sql.Composable:
    columns = [
        sql.SQL("({}::{})::text as {}").format(
            sql.Identifier(named(name)), _type(name), sql.Identifier(name)
        )
        for name in _COMPARED
    ]
    return sql.SQL("select {} from {}").format(sql.SQL(", ").join(columns), relation)


def _at(record: sql.Composable, name: str) -> sql.Composable:
    *parents, last = PATHS[name].split(".")
    steps = [sql.SQL(" -> {}").format(sql.Literal(parent)) for parent in parents]
    return sql.SQL("({}{} ->> {})").format(record, sql.Composed(steps), sql.Literal(last))


def _type(name: str) -> sql.SQL:
    return sql.SQL(TYPES.get(name, "text"))
