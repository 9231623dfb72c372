"""A pipeline for an endpoint: looked at, written, and what there is to say about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console

from elt.scaffold import files, look
from elt.scaffold.infer.places import as_option
from elt.scaffold.plan import Plan, Request
from elt.scaffold.planning import plan
from elt.scaffold.render import dag, dbt, fixture, snapshot, source_test
from elt.source import SinglePage
from elt.source.place import steps as steps_of
from elt.stack import connections
from elt.stack.command import command_name
from elt.stack.errors import UsageError
from elt.stack.folders import Folders


def texts(made: Plan, folders: Folders) -> dict[Path, str]:
    """The files of a pipeline, by their paths."""
    name = made.source.name
    models = folders.dbt_project / "models"
    staging = models / "staging" / name
    tests = folders.project / "tests"
    found = {
        folders.dags / f"{name}.py": dag.dag(made),
        staging / f"_{name}__sources.yml": dbt.sources(made),
        staging / f"{made.staging}.sql": dbt.staging(made),
        staging / f"{made.staging}.yml": dbt.staging_yaml(made),
    }
    if made.mart is not None:
        found[models / "marts" / f"{made.mart}.sql"] = dbt.mart(made)
        found[models / "marts" / f"{made.mart}.yml"] = dbt.mart_yaml(made)
    found[models / "marts" / f"{made.rejected}.sql"] = dbt.rejected(made)
    found[models / "marts" / f"{made.rejected}.yml"] = dbt.rejected_yaml(made)
    # The tests are of the clone's own folders.
    if tests.is_dir() and folders.dags == folders.project / "dags":
        found[_fixture(made, folders)] = fixture.fixture(made)
        found[tests / "integration" / "sources" / f"test_{name}.py"] = source_test.source_test(made)
        snapshots = tests / "integration" / "snapshots"
        found[snapshots / f"{name}.json"] = snapshot.snapshot(made)
        found[snapshots / "assets" / f"{name}.json"] = snapshot.assets(made)
    return found


def new(folders: Folders, request: Request, console: Console, *, dry_run: bool = False) -> int:
    """Look at an endpoint and write its pipeline; the command's exit code. Raises StackError."""
    _expect_new(folders, request.source)
    _expect_base(folders, request)
    made = plan(request, look.Look(request.headers), _tables(folders.dbt_project))
    written = texts(made, folders)
    files.expect_none(written)
    own = folders.dags / connections.FILE
    if dry_run:
        for path, text in written.items():
            _say(console, f"--- {_shown(path, folders)}")
            _say(console, text)
    else:

        def finish() -> None:
            if made.new_connection:
                connections.add(folders.connections_file, made.source.conn_id, made.target.base)

        contents: dict[Path, str | bytes] = dict(written)
        if (path := _fixture(made, folders)) in contents:
            contents[path] = fixture.encoded(made)
        files.write(contents, folders.project, finish)
    _report(console, folders, made, [*written, *([own] if made.new_connection else [])], dry_run)
    return 0


def _fixture(made: Plan, folders: Folders) -> Path:
    return folders.project / "tests" / "fixtures" / fixture.name(made)


def _expect_new(folders: Folders, source: str) -> None:
    """Refuse a name that a DAG or a dbt source has, before anything is asked."""
    taken = [
        path
        for path in (
            folders.dags / f"{source}.py",
            folders.dbt_project / "models" / "staging" / source,
        )
        if path.exists()
    ]
    if taken:
        raise UsageError(f"SOURCE {source!r} is taken: there is {_shown(taken[0], folders)}")


def _expect_base(folders: Folders, request: Request) -> None:
    """See to it that the URL is one that the connection leads to."""
    asked = look.target(request.url)
    conn_id = request.connection or f"{request.source}_api"
    known = connections.read(folders.connections_file).get(conn_id)
    if known is not None and known != asked.base:
        raise UsageError(
            f"--url is of {asked.base}, and the connection {conn_id} is of {known}"
            f" (dags/connections.toml): name another one by --connection"
        )


def _tables(dbt_project: Path) -> set[str]:
    """The names of what dbt makes already."""
    return {
        path.stem
        for folder in ("models", "seeds", "snapshots")
        for path in (dbt_project / folder).rglob("*")
        if path.suffix in (".sql", ".csv", ".py")
    }


def _report(
    console: Console, folders: Folders, made: Plan, paths: list[Path], dry_run: bool
) -> None:
    source = made.source
    records = (
        "the response itself"
        if source.records_path is None
        else as_option(steps_of(source.records_path))
    )
    pages = type(source.pagination).__name__
    if not isinstance(source.pagination, SinglePage):
        given = source.pagination.model_dump(exclude_defaults=True)
        pages += f" ({', '.join(f'{name} {_plain(value)}' for name, value in given.items())})"
    types: dict[str, int] = {}
    for column in made.columns:
        types[column.type] = types.get(column.type, 0) + 1
    found = {
        "records": f"{records}, {len(made.page.records)} on the first page",
        "key": _key(made),
        "columns": ", ".join(f"{count} {name}" for name, count in sorted(types.items())),
        "pages": pages,
    }
    found["asked"] = f"{made.asked} requests" if made.asked > 1 else "1 request"
    if source.redact:
        found["redacted"] = ", ".join(as_option(steps_of(place)) for place in source.redact)
    for name, value in found.items():
        _say(console, f"{name:9} {ascii(value)[1:-1]}")
    for remark in made.remarks:
        _say(console, f"Note: {remark}.")
    for question in source.open_questions:
        _say(console, f"Question: {ascii(question)[1:-1]}")
    if source.open_questions:
        _say(
            console,
            "The pipeline does not run before that is answered in the DAG file, and its line in"
            " open_questions removed.",
        )
    _say(console, "\nWould write:" if dry_run else "\nWritten:")
    for path in paths:
        _say(console, f"  {_shown(path, folders)}")
    if dry_run:
        return
    elt = command_name()
    tests = "tests/integration/sources"
    _say(console, "\nWhat to try next:")
    model = folders.dbt_project / "models" / "staging" / source.name / f"{made.staging}.sql"
    steps = {
        _shown(model, folders): "names and types: mend them before the first load",
        f"{elt} run {source.name}": "load it, once the questions are answered"
        if source.open_questions
        else "load it",
        f"{elt} psql -c 'table analytics.{made.mart or made.staging} limit 5'": "see it",
        f"make test ARGS={tests}/test_{source.name}.py": "decode the fixture",
    }
    width = max(map(len, steps))
    for step, does in steps.items():
        _say(console, f"  {step:{width}}  {does}")


def _plain(value: Any) -> str:
    """A value of a pagination, places as people write them."""
    if isinstance(value, dict):
        return f"header {value.get('name', '')}"
    return as_option(value) if isinstance(value, tuple) else str(value)


def _key(made: Plan) -> str:
    """The key as `--key` takes it, and what else it could be."""
    others = ", ".join(made.candidates)
    if made.key is None:
        return f"none (--key may be {others})" if others else "none"
    found = as_option(made.key.path)
    return f"{found} (--key may be {others}, too)" if others else found


def _shown(path: Path, folders: Folders) -> str:
    return (
        str(path.relative_to(folders.project))
        if path.is_relative_to(folders.project)
        else str(path)
    )


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
