"""Names that a source chose, as names of columns, tables and files: safe ones, each used once."""

from __future__ import annotations

import keyword
import re
import sys
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

from slugify import slugify

from elt.names import SNAKE_CASE

LONGEST = 50
"""Characters of a column's name. PostgreSQL would take 63, and the files' lines are longer then."""


_OWN = frozenset(
    {
        *("load_id", "record_no", "load_period", "record", "row_hash"),
        *("rejection_reason", "misfits", "faulty_record"),
    }
)
"""Columns that staging or what is made of it has, whatever the source sends."""

# What PostgreSQL and Greenplum reserve, wholly or as names of columns, functions or types, and
# what neither lets a table have. The integration tests hold it against a server's own list.
_RESERVED = frozenset(Path(__file__).with_name("reserved_words.txt").read_text().split())

_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_UNSUITABLE_FOR_DAGS = re.compile(r"dbt_|test_|airflow_local_settings$|conftest$")


def snake(text: str) -> str:
    """``text`` in snake case and ASCII; empty where nothing of it can be written so.

    >>> snake("createdAt"), snake("HTTPStatus 2"), snake("Имя"), snake("@ID"), snake("'); --")
    ('created_at', 'http_status_2', 'imia', 'id', '')
    """
    ascii_only = slugify(
        text[:500], separator=" ", lowercase=False, entities=False, decimal=False, hexadecimal=False
    )
    return re.sub(r"[ _]+", "_", _WORDS.sub(" ", ascii_only)).strip("_").lower()


def is_reserved(name: str) -> bool:
    """Whether SQL has another use for ``name``, or every model a column of that name."""
    return name in _RESERVED or name in _OWN


def columns(paths: Sequence[Sequence[str]]) -> list[str]:
    """A name for the column of each path: safe, unique, at most 50 characters.

    >>> columns([["user", "createdAt"], ["order"], ["a.b"], ["a", "b"], ["$"], ["2020"]])
    ['user_created_at', 'order_value', 'a_b', 'a_b_2', 'field_5', 'field_2020']
    """
    taken: set[str] = set()
    names = []
    for number, path in enumerate(paths, 1):
        name = _free(_column(path, number), taken)
        taken.add(name)
        names.append(name)
    return names


def _column(path: Sequence[str], number: int) -> str:
    # XML's text of an element that has attributes, too.
    parts = ["value" if part == "#text" else snake(part) for part in path]
    if not any(parts):
        return f"field_{number}"
    name = "_".join(part or "field" for part in parts)
    if not name[0].isalpha():
        name = f"field_{name}"
    name = name[:LONGEST].rstrip("_")
    return f"{name}_value" if is_reserved(name) else name


def _free(name: str, taken: set[str]) -> str:
    candidate, count = name, 1
    while candidate in taken:
        count += 1
        ending = f"_{count}"
        candidate = name[: LONGEST - len(ending)].rstrip("_") + ending
    return candidate


def entity(path: str, source: str) -> str:
    """What the records of an endpoint are called, by the last part of its path that says it.

    The source's name where it is the plural of that, ``records`` where no part says anything.

    >>> entity("/api/v2/sales-orders.json", "shop"), entity("/api/character/", "characters")
    ('sales_orders', 'characters')
    >>> entity("/api/v1/", "shop"), entity("/api/orders/17", "shop")
    ('records', 'orders')
    """
    for part in reversed(path.split("/")):
        name = snake(re.sub(r"\.[A-Za-z]{2,5}$", "", part))
        if not SNAKE_CASE.fullmatch(name) or re.fullmatch(
            r"api|rest|v\d+(_\d+)*|[0-9a-f_]{32,}", name
        ):
            continue
        return source if source in plurals(name) else name
    return "records"


def plurals(noun: str) -> tuple[str, ...]:
    """What the plural of an English noun may be."""
    return (f"{noun}s", f"{noun}es", f"{noun.removesuffix('y')}ies")


def singulars(noun: str) -> tuple[str, ...]:
    """What the singular of an English noun may be, itself among it.

    >>> singulars("companies")
    ('companies', 'companie', 'compani', 'company')
    """
    found = [noun]
    for ending, instead in (("s", ""), ("es", ""), ("ies", "y")):
        if noun.endswith(ending) and len(noun) > len(ending) + 1:
            found.append(noun.removesuffix(ending) + instead)
    return tuple(found)


def model(wanted: str, source: str, taken: Iterable[str]) -> str:
    """A name for a table of ``wanted``: that, or one that begins with the source's.

    >>> model("orders", "shop", []), model("orders", "shop", ["orders"]), model("user", "shop", [])
    ('orders', 'shop_orders', 'shop_user')
    """
    known = frozenset(taken)
    if wanted not in known and not is_reserved(wanted):
        return wanted
    return _free(f"{source}_{wanted}", set(known))


def fault_of_source(name: str) -> str | None:
    """Why a source cannot have this name, which is a module, a DAG and a dbt source; or None."""
    if not SNAKE_CASE.fullmatch(name):
        return "is not snake case: letters a to z, digits, single underscores"
    if keyword.iskeyword(name) or keyword.issoftkeyword(name):
        return "is a word of Python's own"
    if _UNSUITABLE_FOR_DAGS.match(name):
        return "begins like files that dbt, Airflow or pytest have a use for"
    # Airflow puts the DAG folder before everything else on the path of modules.
    if name in sys.stdlib_module_names or find_spec(name) is not None:
        return "is the name of a Python module, which the DAG file would stand in for"
    return None
