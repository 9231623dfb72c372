"""The sources' HTTP connections, as `dags/connections.toml` and the environment have them.

The stacks write them into the file that Airflow's LocalFilesystemBackend reads. Airflow asks that
first, then the environment (``AIRFLOW_CONN_<ID>``), then its database (what was made in the UI), so
a connection that has a login there must not be in the file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from elt import files
from elt.names import SNAKE_CASE
from elt.stack.errors import StackError

FILE = "connections.toml"
"""Its name in the DAG folder."""

BUNDLED = ("randomuser_api", "cbr_api", "rickandmorty_api")
"""The connections that the sample API can stand in for."""

_RESERVED = "warehouse_"
_NOT_IN_A_URL = re.compile(r'[\s\x00-\x1f\x7f"<>\\^`{|}]')
_READABLE = 0o644

_ALIASES = {"randomuser_api": "ELT_API_URL"}
"""Variables of connections that have one beside ``ELT_URL_<ID>``."""


def read(path: Path) -> dict[str, str]:
    """URLs by connection, as the file has them. Raises StackError where something is wrong."""
    try:
        text = path.read_bytes().decode()
    except FileNotFoundError as error:
        raise StackError(
            f'there is no {path}: it names the sources\' connections, a line `id = "URL"` each'
        ) from error
    except OSError as error:
        raise StackError(f"{path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise StackError(f"{path} is not UTF-8: save it as that") from error
    return _parse(path, text)


def in_effect(path: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """What is to be written for Airflow: the file's URLs, or those that override them.

    Leaves out the connections that the environment defines. Raises StackError.
    """
    return {
        conn_id: override(conn_id, environment) or url
        for conn_id, url in read(path).items()
        if not is_defined(conn_id, environment)
    }


def is_defined(conn_id: str, environment: Mapping[str, str]) -> bool:
    """Whether the environment defines the connection, login and all, in Airflow's own way."""
    return bool(environment.get(f"AIRFLOW_CONN_{conn_id.upper()}"))


def override(conn_id: str, environment: Mapping[str, str]) -> str | None:
    """The URL that the environment names for a connection. Raises StackError where it is none."""
    for variable in (f"ELT_URL_{conn_id.upper()}", _ALIASES.get(conn_id, "")):
        value = environment.get(variable)
        if value:
            try:
                return base_url(value)
            except ValueError as error:
                raise StackError(f"{variable} is wrong: {error}") from error
    return None


def add(path: Path, conn_id: str, url: str) -> bool:
    """Append a connection to the file, which is made where it is missing; False if it has it.

    Raises StackError, and leaves the file as it is, where the id or the URL is wrong, the file has
    another URL for the id, or is broken.
    """
    url = _checked(path, conn_id, url)
    # Of a link, the file it points to.
    path = path.resolve()
    try:
        with files.locked(path.parent):
            text = path.read_bytes().decode() if path.exists() else ""
            known = _parse(path, text)
            if conn_id in known:
                if known[conn_id] == url:
                    return False
                raise StackError(
                    f"{path}: {conn_id} is {known[conn_id]} there, not {url}:"
                    " change the line by hand, or take another id"
                )
            end = "\r\n" if "\r\n" in text else "\n"
            if text and not text.endswith("\n"):
                text += end
            mode = path.stat().st_mode & 0o777 if path.exists() else _READABLE
            files.replace(path, f'{text}{conn_id} = "{url}"{end}', mode)
    except OSError as error:
        raise StackError(f"{path} cannot be written ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise StackError(f"{path} is not UTF-8: save it as that") from error
    return True


def base_url(text: str) -> str:
    """The URL of an API, without a slash at its end. Raises ValueError, with the reason."""
    try:
        parts = urlsplit(text)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if valid and "@" in parts.netloc:
        # Said without the URL, which ends in logs.
        raise ValueError("a login does not belong in a URL: define AIRFLOW_CONN_<ID> instead")
    if not valid or _NOT_IN_A_URL.search(text):
        raise ValueError(f"{text!r} is not a URL like https://randomuser.me")
    if "?" in text or "#" in text:
        raise ValueError(
            f"{parts.path or text!r}: an API's URL ends with its path, without ? and #"
        )
    return text.rstrip("/")


def _parse(path: Path, text: str) -> dict[str, str]:
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StackError(f"{path} is not TOML: {error}") from error
    return {conn_id: _checked(path, conn_id, value) for conn_id, value in entries.items()}


def _checked(path: Path, conn_id: str, value: object) -> str:
    """The URL of an entry. Raises StackError where id or URL is wrong."""
    if not SNAKE_CASE.fullmatch(conn_id):
        raise StackError(f"{path}: {conn_id!r} is not an id in snake case, like randomuser_api")
    if conn_id.startswith(_RESERVED):
        raise StackError(
            f"{path}: {conn_id}: ids that begin with {_RESERVED} are those of the warehouse"
        )
    if not isinstance(value, str):
        raise StackError(f'{path}: {conn_id} is not a URL in quotes: write {conn_id} = "https://…"')
    try:
        return base_url(value)
    except ValueError as error:
        raise StackError(f"{path}: {conn_id}: {error}") from error
