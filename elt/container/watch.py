"""For development: dbt's manifest kept up to date with models that are edited outside."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from elt.stack import dbt_manifest
from elt.stack.errors import StackError

_POLL_SECONDS = 1.0


def watch(project: Path) -> None:
    """Parse the dbt project whenever one of its files has changed, until the process is stopped.

    A project that dbt cannot parse leaves the former manifest in force; the error is printed once.
    """
    said = ""
    while True:
        try:
            if dbt_manifest.refresh(project, os.environ, Path("/tmp/dbt")):
                sys.stdout.write("the dbt project is parsed\n")
                said = ""
        except StackError as error:
            if str(error) != said:
                said = str(error)
                sys.stderr.write(f"{said}\n")
        time.sleep(_POLL_SECONDS)
