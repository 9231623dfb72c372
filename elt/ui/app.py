"""The app behind the pages: HTML, JSON and the files they need, none of them without a login.

=============================  ==============================================================
route                          answers
=============================  ==============================================================
``/data``                      the page "Data"
``/files/{name}``              its script, its styles, the plot library
``/api/tables``                the state of every table; tables without a model
``/api/tables/{name}``         one table: its state, plot, loads, tests, what its records lack
``/api/tables/{name}/tests/``  ``{test}``: SQL and rows of a test that fails
``/docs/``                     dbt's documentation, as dbt itself ships it
``/docs/manifest.json``        what dbt has parsed of the project
``/docs/catalog.json``         what the DAG ``data_catalog`` found in the warehouse, or nothing yet
=============================  ==============================================================
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, cast

from airflow.api_fastapi.core_api.security import get_user, requires_access_asset
from fastapi import Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse

from elt.health import tables
from elt.health.tables import Project, Table
from elt.transform import project

_STATIC = Path(__file__).with_name("static")
# In the image it lies apart, since a mounted clone may have none (docker-compose.dev.yml).
_VENDOR = Path(os.environ.get("ELT_UI_VENDOR") or Path(__file__).with_name("vendor"))
_FILES = {
    "data.css": (_STATIC / "data.css", "text/css"),
    **{
        name: (_STATIC / name, "text/javascript")
        for name in ("data.js", "dom.js", "tests.js", "words.js")
    },
    "echarts.js": (_VENDOR / "echarts.common.min.js", "text/javascript"),
}

_HEADERS = {
    # Asked anew each time; what has not changed is answered with 304.
    "Cache-Control": "private, no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
_OURS = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:"
_DBTS = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data: blob:;"
    " font-src 'self' data:; connect-src 'self'"
)
_FRAME = "; frame-ancestors 'self'; base-uri 'self'; form-action 'self'"

_NO_CATALOG: dict[str, Any] = {"metadata": {}, "nodes": {}, "sources": {}, "errors": None}
"""What the documentation makes do with until the warehouse has been looked at."""

app = FastAPI(
    title="elt",
    # Whoever can see the tables' assets can see how the tables are.
    dependencies=[Depends(get_user), Depends(requires_access_asset("GET"))],
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
    redirect_slashes=False,
)


@app.middleware("http")
async def _add_headers(request: Request, call_next: Callable[..., Any]) -> Response:
    response: Response = await call_next(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Content-Security-Policy", _OURS + _FRAME)
    return response


@app.exception_handler(FileNotFoundError)
def _nothing_parsed(_request: Request, error: Exception) -> JSONResponse:
    missing = getattr(error, "filename", None) or error
    return JSONResponse({"detail": f"{missing} is missing; `dbt parse` writes the manifest"}, 503)


@app.get("/data")
def page(request: Request) -> Response:
    return _send(request, _STATIC / "data.html", "text/html")


@app.get("/files/{name}")
def file(request: Request, name: str) -> Response:
    if name not in _FILES or not _FILES[name][0].is_file():
        raise HTTPException(404, f"there is no file {name!r}")
    return _send(request, *_FILES[name])


@app.get("/api/tables")
def list_tables() -> Response:
    """``{"now": …, "tables": […], "strays": […]}``; times in ISO 8601, UTC."""
    with _warehouse() as health:
        listing = health.listing(_project())
    return _json(asdict(listing))


@app.get("/api/tables/{name}")
def table(name: str, loads: Annotated[int | None, Query(ge=1, le=100_000)] = None) -> Response:
    """State and detail of one table in one object; ``loads`` bounds its plot (default: all)."""
    found = _table(name)
    with _warehouse() as health:
        state, detail = health.detail(_project(), found, loads)
    return _json({**asdict(state), **asdict(detail)})


@app.get("/api/tables/{name}/tests/{test}")
def failing(name: str, test: str) -> Response:
    """The SQL of a test and the rows that it finds now (`elt.ui.failing.Failing`)."""
    found = _table(name)
    with _warehouse() as health:
        rows = health.failing_rows(_project(), found, test)
    if rows is None:
        raise HTTPException(404, f"{found.name} has no test {test!r}")
    return _json(asdict(rows))


def _project() -> Project:
    return tables.read(project.manifest())


def _table(name: str) -> Table:
    found = _project().find(name)
    if found is None:
        raise HTTPException(404, f"dbt knows no table {name!r}")
    return found


@app.get("/docs/")
def docs(request: Request) -> Response:
    return _send(request, _dbts_page(), "text/html", {"Content-Security-Policy": _DBTS + _FRAME})


# Both files are replaced while they are served: they are read whole, at once.
@app.get("/docs/manifest.json")
def manifest() -> Response:
    return Response(project.manifest().read_bytes(), media_type="application/json")


@app.get("/docs/catalog.json")
def catalog() -> Response:
    try:
        return Response(project.catalog().read_bytes(), media_type="application/json")
    except FileNotFoundError:
        return JSONResponse(_NO_CATALOG)


@contextmanager
def _warehouse() -> Iterator[Any]:
    """`elt.ui.health`, imported at the first question: a server that nobody asks is smaller.

    Raises HTTPException (503) where the warehouse does not answer.
    """
    import psycopg
    from airflow.sdk.exceptions import AirflowNotFoundException

    from elt.ui import health

    try:
        yield health
    except (psycopg.Error, AirflowNotFoundException) as error:
        sentence = str(error).strip().partition("\n")[0] or type(error).__name__
        raise HTTPException(503, f"The warehouse does not answer: {sentence}") from error


@cache
def _dbts_page() -> Path:
    """Beside dbt's modules, which are not imported for it."""
    spec = find_spec("dbt")
    folders = (spec.submodule_search_locations if spec else None) or ()
    pages = (Path(folder) / "task" / "docs" / "index.html" for folder in folders)
    return next(filter(Path.is_file, pages))


def _send(
    request: Request, path: Path, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """The file, or 304 to who has it as it is; with the headers, since they replace the former."""
    answer = FileResponse(path, media_type=media_type, headers=headers, stat_result=path.stat())
    tag = answer.headers["ETag"]
    if tag in request.headers.get("If-None-Match", ""):
        return Response(status_code=304, headers={**(headers or {}), "ETag": tag})
    return answer


def _json(content: object) -> Response:
    return Response(
        json.dumps(content, default=_plain, separators=(",", ":")),
        media_type="application/json",
    )


def _plain(value: object) -> object:
    """Times as ISO 8601, spans of time as seconds."""
    return value.total_seconds() if isinstance(value, timedelta) else cast("Any", value).isoformat()
