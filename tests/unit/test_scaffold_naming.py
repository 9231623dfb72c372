"""Names of a source as names of ours: whatever they are, safe and each used once."""

from __future__ import annotations

import doctest

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elt.names import SNAKE_CASE
from elt.scaffold import naming

NAMES = st.text(max_size=80) | st.sampled_from(["id", "ID", "a.b", "order", "record"])
PATHS = st.lists(st.lists(NAMES, min_size=1), max_size=40)


def test_the_examples_hold() -> None:
    assert doctest.testmod(naming).failed == 0


@given(PATHS)
def test_columns_are_safe_and_unique(paths: list[list[str]]) -> None:
    columns = naming.columns(paths)
    assert len(columns) == len(set(columns)) == len(paths)
    for column in columns:
        assert SNAKE_CASE.fullmatch(column), column
        assert len(column) <= naming.LONGEST
        assert not naming.is_reserved(column)


@given(st.text(max_size=60))
def test_an_entity_is_snake_case(path: str) -> None:
    assert SNAKE_CASE.fullmatch(naming.entity(path, "shop"))


@pytest.mark.parametrize(
    ("path", "source", "entity"),
    [
        ("/api/character", "characters", "characters"),
        ("/api/character", "rickandmorty", "character"),
        ("/api/v2/OrderLines.json", "shop", "order_lines"),
        ("/v1/", "shop", "records"),
        ("/", "shop", "records"),
        ("/users/42", "crm", "users"),
        ("/scripts/XML_daily.asp", "cbr", "xml_daily"),
        ("/%D0%B8", "shop", "d0_b8"),
    ],
)
def test_entities(path: str, source: str, entity: str) -> None:
    assert naming.entity(path, source) == entity


@pytest.mark.parametrize(
    "name",
    ["Shop", "1a", "a__b", "", "a-b", "json", "airflow", "requests", "class", "dbt_x", "elt"],
)
def test_names_that_a_source_cannot_have(name: str) -> None:
    assert naming.fault_of_source(name)


def test_a_name_that_it_can_have() -> None:
    assert naming.fault_of_source("rickandmorty") is None


def test_a_table_gives_way_to_those_that_are_there() -> None:
    assert naming.model("users", "crm", {"users"}) == "crm_users"
    assert naming.model("users", "crm", {"users", "crm_users"}) == "crm_users_2"
    assert naming.model("group", "crm", set()) == "crm_group"
