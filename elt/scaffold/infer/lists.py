"""Where in a JSON document the records are: a list of objects, or the document as one record.

Where two readings are alike, neither is taken: the message names them, and `--records` chooses. A
place that is called after data (a day, an id) would be another one tomorrow, so it is none.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from elt.scaffold.infer.places import Path, as_option, is_addressable
from elt.scaffold.json_text import Number
from elt.scaffold.naming import plurals, singulars, snake

_DEEPEST = 5
"""Levels of a response that are searched for records."""
_MOST_ITEMS = 10
"""Items of a list that is looked into: `[meta, rows]`."""
# fmt: off
_NAMES = frozenset({
    "content", "data", "docs", "documents", "elements", "entities", "entries", "features", "hits",
    "items", "list", "objects", "records", "resources", "response", "result", "results", "rows",
    "value", "values",
})
"""What lists of records are called, whatever they hold."""
_NOTHING = _NAMES - {"content", "response", "value", "values"}
"""Those that are lists even where they are null."""
_BESIDE = frozenset({
    "_links", "aggregations", "aliases", "attribution", "attributions", "columns", "definitions",
    "errors", "extensions", "facets", "fields", "filters", "included", "includes", "info",
    "licenses", "links", "messages", "meta", "metadata", "notices", "params", "parameters",
    "schema", "sort", "sources", "warnings",
})
"""What lists of something else are called that responses have beside their records."""
_PAGING = frozenset({
    "count", "limit", "offset", "page", "pages", "per_page", "size", "total", "total_count",
    "total_pages", "total_results",
})
# fmt: on
_IDS = frozenset({"id", "uuid", "guid"})
_DATA = re.compile(
    r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?([T ][0-9:.]+(Z|[+-][0-9:]+)?)?"
    r"|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{4}"
    r"|[0-9]+"
    r"|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
    r"|(?=[a-f]*[0-9])[0-9a-f]{16,}"
)
"""Names that are data: days, moments, numbers, UUIDs, digests."""
_CODE = re.compile(r"[A-Z]{2,4}")

Kind = Literal["objects", "rows", "values", "empty"]


class NoRecordsError(ValueError):
    """There is nothing in the response that could be a record; the message says what there is."""


class NoDataError(NoRecordsError):
    """The response cannot be read: it is of another format altogether, or broken."""


@dataclass(frozen=True)
class _List:
    """A list in a document; ``rank`` is how much its name says that it holds the records."""

    path: Path
    kind: Kind
    length: int
    rank: int


@dataclass(frozen=True)
class _Map:
    """An object whose names are data; ``of`` says what its values are."""

    path: Path
    names: tuple[str, ...]
    of: Literal["values", "records", "alike"]
    """``alike``: objects with the same fields, which may be records by name, or parts of one."""


def is_keyed_by_data(objects: Iterable[Mapping[str, Any]]) -> bool:
    """Whether the names in ``objects`` are data: days, ids, or codes with values that are alike.

    >>> is_keyed_by_data([{"2026-01-01": 1}]), is_keyed_by_data([{"CHF": "1", "USD": "2"}])
    (True, True)
    >>> is_keyed_by_data([{"first": 1, "last": 2}]), is_keyed_by_data([{}])
    (False, False)
    """
    values: dict[str, Any] = {name: found[name] for found in objects for name in found}
    if not values:
        return False
    if all(map(_DATA.fullmatch, values)):
        return True
    kinds = {_kind_of_value(value) for value in values.values() if value is not None}
    return len(values) > 1 and len(kinds) == 1 and all(map(_CODE.fullmatch, values))


def locate(document: Any, entity: str) -> tuple[Path | None, tuple[str, ...]]:
    """Where the records are (None: the document is a list of them, or one), and remarks.

    Raises NoRecordsError.
    """
    if isinstance(document, list):
        return _in_list(document, entity)
    if not isinstance(document, dict):
        raise NoRecordsError("the response is a single value, not objects with fields")
    return _Search(document, entity).result()


def _in_list(document: list[Any], entity: str) -> tuple[Path | None, tuple[str, ...]]:
    if not document:
        raise NoRecordsError("the response is an empty list: name a URL that gives some records")
    inner = [
        _List((number,), "objects", len(item), 0)
        for number, item in enumerate(document)
        if len(document) <= _MOST_ITEMS and isinstance(item, list) and _kind(item) == "objects"
    ]
    if len(inner) == 1:
        return inner[0].path, ()
    if inner:
        raise _alike(inner)
    first = document[0]
    if isinstance(first, dict) and not _PAGING.isdisjoint(map(snake, first)):
        rest = [item for item in document[1:] if item not in (None, [])]
        if len(document) > 1 and not rest:
            raise NoRecordsError(
                "the response has no records now ([1] is empty): name a URL that gives some"
            )
    kind = _kind(document)
    if kind == "rows":
        raise _rows(())
    if kind == "values":
        raise NoRecordsError("the response is a list of values, not of objects with fields")
    if any(isinstance(item, list) for item in document):
        raise NoRecordsError(
            "the response is a list of objects and of lists, and it does not show which of them"
            " the records are: name the list by --records, such as '[1]'"
        )
    return None, ()


_WHOLE = "with --records . the response itself"


class _Search:
    """What may be the records of a document that is an object."""

    def __init__(self, document: dict[str, Any], entity: str) -> None:
        self._document = document
        self._entities = _entities(entity)
        self._lists: list[_List] = []
        self._maps: list[_Map] = []
        self._nothing: list[Path] = []
        self._walk()

    def result(self) -> tuple[Path | None, tuple[str, ...]]:
        document = self._document
        objects = [one for one in self._lists if one.kind == "objects" and one.rank >= 0]
        has_id = any(
            snake(name) in _IDS and value is not None and not isinstance(value, dict | list)
            for name, value in document.items()
        )
        if has_id:
            return self._of_one_with_lists(objects), ()
        best = max((one.rank for one in objects), default=-1)
        self._refuse_rows(best)
        self._refuse_maps(best)
        alike = [one for one in objects if one.rank == best]
        if len(alike) > 1:
            raise _alike(alike)
        if alike:
            return alike[0].path, ()
        if not document:
            raise NoRecordsError("the response is an empty object")
        self._refuse_nothing()
        self._refuse_values()
        return None, tuple(self._remarks())

    def _of_one_with_lists(self, objects: list[_List]) -> Path | None:
        """One record that has lists of its own, such as the lines of an order."""
        named = [one for one in objects if one.rank > 0]
        if not named:
            return None
        shown = ", ".join(as_option(one.path) for one in named)
        raise NoRecordsError(
            "the response may be one record, since it has an id, or have its records in"
            f" {shown}: name that by --records; {_WHOLE} is one record"
        )

    def _refuse_rows(self, best: int) -> None:
        rows = [one for one in self._lists if one.kind == "rows" and one.rank >= max(best, 0)]
        if rows:
            raise _rows(rows[0].path)

    def _refuse_maps(self, best: int) -> None:
        if best > 0:
            return
        for found in self._maps:
            names = ", ".join(ascii(name)[1:-1][:40] for name in found.names[:2])
            place = as_option(found.path) if found.path else "the response"
            if found.of == "alike" and best < 0:
                raise NoRecordsError(
                    f"{place} has objects that are alike ({names}, …): they may be records by name,"
                    " and no place of a declaration holds for all of them, or parts of one record:"
                    f" {_WHOLE} is one"
                )
            if found.of == "records":
                raise NoRecordsError(
                    f"{place} is a map whose names are data ({names}, …), and no place of a"
                    " declaration holds for all of them: look for a URL that gives a list;"
                    f" {_WHOLE} is one record, with the map as JSON"
                )

    def _refuse_nothing(self) -> None:
        if self._nothing:
            raise NoRecordsError(
                f"the response has no records now ({as_option(self._nothing[0])} is empty):"
                " name a URL that gives some"
            )
        totals = {"total", "count", "total_count", "total_results", "record_count", "num_found"}
        for name, value in self._document.items():
            if snake(name) in totals and isinstance(value, Number) and value == "0":
                raise NoRecordsError(
                    f"the response has no records now ({as_option((name,))} is 0):"
                    " name a URL that gives some"
                )

    def _refuse_values(self) -> None:
        values = [one for one in self._lists if one.kind == "values" and one.rank > 0]
        if values:
            raise NoRecordsError(
                f"{as_option(values[0].path)} is a list of values, not of objects with fields;"
                f" {_WHOLE} is one record, with the list as JSON"
            )

    def _remarks(self) -> Iterator[str]:
        for one in self._lists:
            if one.kind == "objects":
                yield (
                    f"the response is one record, and its list {as_option(one.path)} a column of"
                    " JSON: name that by --records if it has the records"
                )
        for found in self._maps:
            if found.path and found.of == "values":
                yield (
                    f"{as_option(found.path)} is a map whose names are data, so it is one column of"
                    " JSON"
                )
        columns: dict[tuple[Path, int], list[Path]] = {}
        for one in self._lists:
            if one.kind == "values" and one.length:
                columns.setdefault((one.path[:-1], one.length), []).append(one.path)
        for (_, length), paths in columns.items():
            if len(paths) > 1:
                listed = ", ".join(map(as_option, paths[:3]))
                yield (
                    f"the response is one record: lists of {length:,} values side by side"
                    f" ({listed}) are a column of JSON each"
                )

    def _walk(self) -> None:
        todo: deque[tuple[Path, Any]] = deque([((), self._document)])
        while todo:
            path, value = todo.popleft()
            if isinstance(value, dict):
                self._enter(path, value, todo)
            else:
                self._list(path, value, todo)

    def _enter(self, path: Path, value: dict[str, Any], todo: deque[tuple[Path, Any]]) -> None:
        is_map = bool(path) or all(map(_DATA.fullmatch, value))
        if value and is_map and is_keyed_by_data([value]):
            self._maps.append(_Map(path, tuple(value), _of_map(value.values())))
            return
        if _are_alike(value):
            self._maps.append(_Map(path, tuple(value), "alike"))
        of_data = {name: below for name, below in value.items() if _DATA.fullmatch(name)}
        if any(isinstance(below, dict | list) and below for below in of_data.values()):
            self._maps.append(_Map(path, tuple(of_data), _of_map(of_data.values())))
        for name, below in value.items():
            place = (*path, name)
            if name in of_data or not is_addressable(place):
                continue
            if below in (None, []) and snake(name) in {*_NOTHING, *self._entities}:
                self._nothing.append(place)
            if isinstance(below, dict | list) and len(place) <= _DEEPEST:
                todo.append((place, below))

    def _list(self, path: Path, value: list[Any], todo: deque[tuple[Path, Any]]) -> None:
        kind = _kind(value)
        has_inner = any(isinstance(item, list) and _kind(item) == "objects" for item in value)
        if has_inner and len(value) <= _MOST_ITEMS:
            todo.extend(
                ((*path, number), item)
                for number, item in enumerate(value)
                if isinstance(item, list)
            )
            return
        self._lists.append(_List(path, kind, len(value), _rank(path, self._entities)))


def _entities(entity: str) -> frozenset[str]:
    """What a list of ``entity`` may be called."""
    return frozenset({entity, *singulars(entity), *plurals(entity)})


def _rank(path: Path, entities: frozenset[str]) -> int:
    """How much the name of a list says that it holds the records."""
    names = [snake(step) for step in path if isinstance(step, str)]
    if not names:
        return 0
    if names[-1] in entities:
        return 2
    if not _BESIDE.isdisjoint(names):
        return 0 if names[-1] in _NAMES else -1
    return 1 if names[-1] in _NAMES else 0


def _kind(value: list[Any]) -> Kind:
    if not value:
        return "empty"
    objects = sum(isinstance(item, dict) for item in value)
    if objects and objects * 2 >= len(value):
        return "objects"
    return "rows" if all(isinstance(item, list) for item in value) else "values"


def _are_alike(value: Mapping[str, Any]) -> bool:
    """Whether an object has nothing but objects, with the same fields each."""
    fields = [frozenset(below) for below in value.values() if isinstance(below, dict)]
    return len(value) > 1 and len(fields) == len(value) and len(set(fields)) == 1 and any(fields)


def _of_map(values: Iterable[Any]) -> Literal["values", "records"]:
    are_records = any(
        isinstance(value, dict)
        or (isinstance(value, list) and any(isinstance(item, dict | list) for item in value))
        for value in values
    )
    return "records" if are_records else "values"


def _kind_of_value(value: Any) -> str:
    if isinstance(value, Number):
        return "number"
    return type(value).__name__


def chosen(lists: Mapping[Path, int], entity: str) -> Path:
    """The place that is called as the records are, of lists by place. Raises NoRecordsError."""
    ranked = [
        _List(path, "objects", length, _rank(path, _entities(entity)))
        for path, length in lists.items()
    ]
    best = max(one.rank for one in ranked)
    alike = [one for one in ranked if one.rank == best]
    if len(alike) > 1:
        raise _alike(alike)
    return alike[0].path


def _alike(lists: list[_List]) -> NoRecordsError:
    shown = ", ".join(f"{as_option(one.path)} ({one.length:,})" for one in lists[:5])
    return NoRecordsError(
        f"the response has several lists that may be its records: {shown}: name one by --records"
    )


def _rows(path: Path) -> NoRecordsError:
    what = as_option(path) if path else "the response"
    said = (
        f"{what} is a list of rows of values, whose names are elsewhere, not of objects with"
        " fields; such records cannot be loaded yet: look for a parameter that gives objects"
    )
    return NoRecordsError(
        f"{said}; {_WHOLE} is one record, with the rows as JSON" * bool(path) or said
    )
