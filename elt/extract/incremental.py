"""The cursor of an incremental source: the greatest value that its records have."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import msgspec

from elt.errors import SourceInvalidError
from elt.extract.decode.json import text_at
from elt.source.place import Place, shown

_LONGEST = 200
"""Characters of a cursor, at most."""


class Greatest:
    """Finds the greatest value at ``place`` of records, which are JSON texts, and of ``before``.

    Numbers are compared as numbers, texts that are moments (ISO 8601; without a zone, UTC) as
    moments, other texts by their characters. The value itself stays as the source sent it.

    >>> greatest = Greatest("at", "shop__orders")
    >>> greatest.add([b'{"at": "2026-11-22T10:00:00+02:00"}', b'{"at": "2026-11-22T09:00:00Z"}'])
    >>> greatest.value
    '2026-11-22T09:00:00Z'
    """

    def __init__(self, place: Place, table: str, before: str | None = None) -> None:
        self._place = place
        self._table = table
        self.value = before
        self._order: tuple[str, Any] | None = None

    def add(self, records: Iterable[bytes]) -> None:
        """Look at more records. Raises SourceInvalidError where one has no comparable value."""
        for record in records:
            text = text_at(record, self._place)
            if text is None:
                raise self._fault("is missing in a record")
            kind, order, value = self._comparable(text)
            if self._order is None:
                self._begin(kind, order, value)
            elif self._order[0] != kind:
                raise self._fault(f"is {self._order[0]} in one record and {kind} in another")
            elif order > self._order[1]:
                self._order, self.value = (kind, order), value

    def _begin(self, kind: str, order: Any, value: str) -> None:
        """Begin with the first record, or with what was there before if that is greater."""
        before = None if self.value is None else _ORDERS[kind](self.value)
        if before is not None and before > order:
            self._order = (kind, before)
        else:
            self._order, self.value = (kind, order), value

    def _comparable(self, text: bytes) -> tuple[str, Any, str]:
        if text[:1] == b'"':
            try:
                value = msgspec.json.decode(text, type=str)
            except msgspec.DecodeError:
                raise self._fault("is no text in a record") from None
            if not value or len(value) > _LONGEST:
                raise self._fault(f"is empty, or longer than {_LONGEST} characters, in a record")
            moment = _moment(value)
            return ("text", value, value) if moment is None else ("a moment", moment, value)
        if len(text) <= _LONGEST and (number := _number(text.decode())) is not None:
            return "a number", number, text.decode()
        raise self._fault("is neither text nor a number in a record")

    def _fault(self, said: str) -> SourceInvalidError:
        return SourceInvalidError(
            f"{self._table}: the incremental field {shown(self._place)} {said}; nothing was landed"
        )


def _moment(text: str) -> datetime | None:
    # Eight digits are a date for ISO 8601, too, and an id for whoever made them.
    if text[4:5] != "-":
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


_ORDERS: dict[str, Callable[[str], Any]] = {"text": str, "a moment": _moment, "a number": _number}
