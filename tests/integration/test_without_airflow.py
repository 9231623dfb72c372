"""Client, pagination, decoder and spool where neither Airflow nor dbt is installed."""

from __future__ import annotations

import subprocess
import sysconfig
import venv
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.http_source import Asked, Reply, http_source

ROOT = Path(__file__).parents[2]
NEEDED = (
    "annotated-types",
    "certifi",
    "charset-normalizer",
    "elt",
    "idna",
    "msgspec",
    "pydantic",
    "pydantic-core",
    "requests",
    "typing-extensions",
    "typing-inspection",
    "urllib3",
)
"""The distributions that the environment has."""
PROGRAM = """
import sys
from elt.extract.fetch import fetch
from elt.extract.spool import Spool
from elt.http.auth import BearerAuth
from elt.http.connection import DirectConnection
from elt.source import PageNumber, Source

source = Source(name="shop", entity="orders", conn_id="shop", endpoint="/orders",
                records_path="items", pagination=PageNumber(page_param="page", total_path="total"))
with Spool() as spool:
    shop = DirectConnection(sys.argv[1], auth=BearerAuth("s3cret"))
    fetched = fetch(shop, source, {}, None, spool)
    print(fetched.pages, b"".join(record for page in spool.pages() for record in page).decode())
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment of its own, with links to what is installed in this one."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder, symlinks=True)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(folder)}))
    for name in NEEDED:
        found = distribution(name)
        tops = {Path(file).parts[0] for file in found.files or () if ".." not in file.parts}
        for top in sorted(tops - {"__pycache__"}):
            if not top.endswith(".pth"):
                (packages / top).symlink_to(Path(str(found.locate_file(top))))
    (packages / "elt").symlink_to(ROOT / "elt")
    return folder / "bin" / "python"


def run(python: Path, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [python, "-I", "-c", program, *arguments], capture_output=True, text=True, check=False
    )


def test_it_has_no_airflow(python: Path) -> None:
    for name in ("airflow", "cosmos", "dbt", "psycopg"):
        assert "No module named" in run(python, f"import {name}").stderr


def test_ten_lines_fetch_all_pages(python: Path) -> None:
    pages = [[{"id": 1}, {"id": 2}], [{"id": 3}]]

    def answer(asked: Asked) -> Reply:
        assert asked.headers["Authorization"] == "Bearer s3cret"
        number = int(asked.params["page"])
        return Reply({"total": 3, "items": pages[number - 1]})

    with http_source(answer) as source:
        done = run(python, PROGRAM, source.url)
    assert done.returncode == 0, done.stderr
    assert done.stdout == '2 {"id": 1}{"id": 2}{"id": 3}\n'


@pytest.mark.parametrize("room", ["source", "http", "extract"])
def test_every_module_of_these_rooms_can_be_imported(python: Path, room: str) -> None:
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / "elt" / room).rglob("*.py")
    ]
    done = run(python, "\n".join(f"import {name}" for name in modules))
    assert done.returncode == 0, done.stderr
