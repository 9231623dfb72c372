"""The names of release 0.1, which work for one release: fields of declarations, modules, paths."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from elt.former_names import NAMES
from elt.source import (
    Cursor,
    Incremental,
    LastRecord,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
    SinglePage,
    Source,
)

BASE: dict[str, Any] = {"name": "shop", "entity": "orders", "conn_id": "c", "endpoint": "/o"}
SIZES = ({"size": "n", "most": 7}, {"size_param": "n", "page_size": 7})
BY_CURSOR = {"cursor_param": "c", "cursor_path": "a"}
SAID = ({"total": "t", "more": "m"}, {"total_path": "t", "more_path": "m"})


def both(*pairs: tuple[dict[str, Any], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    former: dict[str, Any] = {}
    new: dict[str, Any] = {}
    for one, other in pairs:
        former |= one
        new |= other
    return former, new


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize(
    ("kind", "pairs"),
    [
        (
            PageNumber,
            both(
                SIZES,
                SAID,
                ({"page": "p", "last_page": "l"}, {"page_param": "p", "last_page_path": "l"}),
            ),
        ),
        (Offset, both(SIZES, SAID, ({"offset": "o"}, {"offset_param": "o"}))),
        (
            Cursor,
            both(
                SIZES, SAID, ({"param": "c", "at": "a"}, {"cursor_param": "c", "cursor_path": "a"})
            ),
        ),
        (
            LastRecord,
            both(
                SIZES,
                SAID,
                ({"param": "c", "field": "a"}, {"cursor_param": "c", "cursor_path": "a"}),
            ),
        ),
        (NextLink, both(SAID, ({"at": "a"}, {"next_url_path": "a"}))),
        (LinkHeader, both(SIZES, SAID)),
        (SinglePage, SAID),
        (
            Incremental,
            ({"field": "a", "param": "p"}, {"cursor_path": "a", "cursor_param": "p"}),
        ),
        (
            Source,
            both(
                (BASE, BASE),
                (
                    {"records": "r", "error": "e", "from_answer": {"x": "y"}},
                    {"records_path": "r", "error_path": "e", "from_response": {"x": "y"}},
                ),
            ),
        ),
    ],
)
def test_former_fields_are_taken_with_a_warning(
    kind: type[BaseModel], pairs: tuple[dict[str, Any], dict[str, Any]]
) -> None:
    former, new = pairs
    with pytest.warns(FutureWarning, match="the former name will be refused") as warned:
        assert kind(**former) == kind(**new)
    changed = {name for name in former if name not in new}
    said = [str(one.message) for one in warned]
    assert all(any(f"{kind.__name__}: {name!r} is" in text for text in said) for name in changed)
    with pytest.raises(ValidationError, match="is the former name of"):
        kind(**former, **{name: new[name] for name in new if name not in former})


@pytest.mark.filterwarnings("ignore:.*former name")
@pytest.mark.parametrize("former", sorted(NAMES))
def test_a_former_module_is_the_new_one(former: str) -> None:
    assert importlib.import_module(former) is importlib.import_module(NAMES[former])
    assert importlib.import_module(former).__spec__.name == NAMES[former]  # type: ignore[union-attr]


@pytest.mark.filterwarnings("ignore:.*former name")
def test_modules_of_a_package_that_was_moved_are_not_loaded_twice() -> None:
    assert importlib.import_module("elt.decode.errors") is importlib.import_module(
        "elt.extract.decode.errors"
    )


@pytest.mark.filterwarnings("ignore:.*former name")
@pytest.mark.parametrize(
    "path", ["elt.results.record", "elt.catalog.publish", "elt.schedule.CatchUpTimetable"]
)
def test_a_path_that_is_stored_by_name_leads_to_something(path: str) -> None:
    from airflow.sdk._shared.module_loading import import_string

    assert import_string(path)


def test_a_timetable_in_airflows_database_is_known() -> None:
    from airflow.serialization.decoders import decode_timetable

    former = {
        "__type": "elt.schedule.CatchUpTimetable",
        "__var": {"expression": "0 0 * * *", "most": None},
    }
    assert decode_timetable(former).summary == "0 0 * * *"


def test_the_sample_api_runs_by_its_former_name() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "elt.sample_api", "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "--fault" in done.stdout
    assert "elt.sample_api is sample_api now" in done.stderr
