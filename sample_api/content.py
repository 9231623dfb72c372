"""What the content faults do to the records of a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Raw

from sample_api.faults import ContentFault, EmptyResults, Fewer, Records, RepeatedPage


def page_to_take(page: int, faults: Iterable[ContentFault]) -> int:
    """The page whose records are sent for ``page``."""
    for fault in faults:
        if isinstance(fault, RepeatedPage):
            page = fault.of or max(page - 1, 1)
    return page


def spoiled(
    records: list[Any], faults: Iterable[ContentFault], as_is: Callable[[str], Any] = Raw
) -> list[Any]:
    """Other records in place of good ones.

    Those a fault brings, and the values it sets, are ``msgspec.Raw`` JSON; what it wants sent as
    it is becomes ``as_is`` of the text.
    """
    for fault in faults:
        if isinstance(fault, EmptyResults):
            records = []
        elif isinstance(fault, Fewer):
            records = records[: len(records) // 2 if fault.count is None else fault.count]
        elif isinstance(fault, Records):
            records = _overlaid(records, fault, as_is)
    return records


def _overlaid(records: list[Any], fault: Records, as_is: Callable[[str], Any]) -> list[Any]:
    records = list(records)
    for position, values in fault.set.items():
        if position < len(records):
            for path, value in values.items():
                records[position] = _with_value(records[position], path, value)
    texts = {position: as_is(text) for position, text in fault.raw.items()}
    for position, record in sorted({**fault.records, **texts}.items()):
        records[position : position + 1] = [record]
    return records


def _with_value(record: Any, path: str, value: Raw) -> Any:
    name, _, rest = path.partition(".")
    # A copy, since records share parts.
    changed = dict(record) if isinstance(record, dict) else {}
    changed[name] = _with_value(changed.get(name), rest, value) if rest else value
    return changed
