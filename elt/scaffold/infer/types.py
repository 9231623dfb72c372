"""The type of a field, by all values there are of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from elt.scaffold.infer.fields import Field
from elt.scaffold.json_text import Number
from elt.scaffold.naming import snake

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,30})([.][0-9]{1,30})?([eE][-+]?[0-9]{1,2})?")
_COMMA = re.compile(r"-?(0|[1-9][0-9]{0,30})(,[0-9]{1,30})?")
_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(,[0-9]{3})?")
_LONGEST_NUMBER = 900
"""Characters of a number; from_json takes 1,000 once the exponent is written out."""
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME = r"[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?"
_DATE = re.compile(_DAY)
_TIMESTAMP = re.compile(f"{_DAY}{_TIME}")
_TIMESTAMPTZ = re.compile(f"{_DAY}{_TIME}(Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)")

_INT4 = 2**31
_INT8 = 2**63

# fmt: off
_CODES = frozenset({
    "account", "barcode", "cell", "code", "ean", "fax", "guid", "iban", "id", "isbn", "key",
    "mobile", "number", "phone", "postal", "postcode", "ref", "sku", "ssn", "tel", "telephone",
    "upc", "uuid", "version", "zip", "zipcode",
})
# fmt: on
"""Last words of names whose values are no quantities, though they may consist of digits."""


def type_of(field: Field) -> str:
    """The type of the field's column; text where the values do not agree on anything else."""
    values = field.present
    if not values:
        return "text"
    if any(isinstance(value, dict | list) for value in values):
        return "jsonb"
    if all(isinstance(value, bool) for value in values):
        return "boolean"
    if all(isinstance(value, Number) for value in values):
        return _number(values, is_id=_last_word(field) == "id")
    if any(isinstance(value, bool | Number) for value in values):
        return "text"
    return _of_texts(values, is_code=_last_word(field) in _CODES)


def is_day(text: str) -> bool:
    """Whether a text is a date, without a time, in a form that has one reading."""
    return _is_date(text) or _is_dotted_date(text)


def _of_texts(values: list[Any], *, is_code: bool) -> str:
    """The type of what was sent as text. Numbers with leading zeros are none."""
    for name, is_one in _OF_TEXTS:
        if all(map(is_one, values)):
            return name
    if is_code:
        return "text"
    if all(map(_NUMBER.fullmatch, values)):
        return _number(values, is_id=False)
    # 1,234 is a thousand to some and a little over one to others.
    if all(map(_COMMA.fullmatch, values)) and not all(map(_THOUSANDS.fullmatch, values)):
        return "numeric_comma"
    return "text"


def _number(values: list[str], *, is_id: bool) -> str:
    if not all(map(_INTEGER.fullmatch, values)):
        return "numeric" if all(map(_is_short, values)) else "text"
    least, greatest = min(map(int, values)), max(map(int, values))
    # Ids grow.
    if not is_id and least >= -_INT4 and greatest < _INT4:
        return "integer"
    return "bigint" if least >= -_INT8 and greatest < _INT8 else "numeric"


def _is_short(number: str) -> bool:
    try:
        size = abs(Decimal(number).adjusted())
    except InvalidOperation:
        return False
    return len(number) < _LONGEST_NUMBER and size < _LONGEST_NUMBER


def _last_word(field: Field) -> str:
    return snake(field.path[-1]).rpartition("_")[2]


def _is_uuid(text: str) -> bool:
    return bool(_UUID.fullmatch(text)) and bool(UUID(text))


def _is_moment(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def is_one(text: str) -> bool:
        if not pattern.fullmatch(text):
            return False
        try:
            date.fromisoformat(text[:10])
        except ValueError:
            return False
        return True

    return is_one


def _is_date(text: str) -> bool:
    try:
        return bool(_DATE.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False


def _is_dotted_date(text: str) -> bool:
    """Day, month, year with points; with slashes some write the month first."""
    try:
        return bool(datetime.strptime(text, "%d.%m.%Y")) and len(text) == 10  # noqa: DTZ007
    except ValueError:
        return False


_OF_TEXTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("boolean", lambda text: text in ("true", "false")),
    ("uuid", _is_uuid),
    ("date", _is_date),
    ("date_dmy", _is_dotted_date),
    ("timestamptz", _is_moment(_TIMESTAMPTZ)),
    ("timestamp", _is_moment(_TIMESTAMP)),
)
