"""`elt psql` and `elt env`: the stack's databases and tools by hand."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from elt import warehouse
from elt.local import airflow_home, inherited, postgres
from elt.local.home import Home
from elt.local.ports import LOOPBACK, Ports
from elt.local.postgres import Cluster
from elt.stack import elsewhere
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server

ROLES = {
    "reader": warehouse.READER,
    "transformer": warehouse.TRANSFORMER,
    "loader": warehouse.LOADER,
    "admin": SUPERUSER,
}


def psql(home: Home, role: str, arguments: Sequence[str]) -> int:
    """Run psql on the warehouse as `role`, a key of ROLES; psql's exit code."""
    with ExitStack() as held:
        named = elsewhere.named(os.environ)
        if named is None:
            server = held.enter_context(Cluster(home, home.secrets()).lease()).server
        else:
            server = named
            # Not where the rows go: they may go to a file.
            sys.stderr.write(f"warehouse: {server.title}\n")
        if ROLES[role] == SUPERUSER and named:
            parameters = elsewhere.admin(os.environ, server, server.database)
        else:
            parameters = server.parameters(ROLES[role])
        return _psql(parameters, arguments)


def _psql(parameters: Mapping[str, str], arguments: Sequence[str]) -> int:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PG")},
        "PGHOST": parameters["host"],
        "PGPORT": parameters["port"],
        "PGUSER": parameters["user"],
        "PGPASSWORD": parameters["password"],
        "PGDATABASE": parameters["dbname"],
        "PGAPPNAME": "elt psql",
    }
    # Ctrl-C is psql's: it cancels a query. (An ignored signal would be ignored there too.)
    former = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(
            [postgres.programs() / "psql", *arguments],
            env=environment,
            check=False,
        ).returncode
    finally:
        signal.signal(signal.SIGINT, former)


def env(home: Home) -> str:
    """Shell lines that point `dbt` and `airflow` at the stack.

    Raises StackError where the stack was never set up.
    """
    secrets = home.secrets()
    port = Cluster(home, secrets).running_port()
    if port is None:
        sys.stderr.write("PostgreSQL is down: `elt up` starts it\n")
        port = Ports(home.ports_file).remembered("postgres")
    if port is None or not (home.airflow / "airflow.cfg").exists():
        raise StackError(
            f"the stack in {home.root} is not set up yet: `elt run` or `elt up` does it"
        )
    own = Server(LOOPBACK, port, secrets)
    named = elsewhere.named(os.environ)
    server = named or own
    # Else a later command would take this address for another warehouse's.
    mark = "" if named else elsewhere.own_mark(own.host, str(own.port))
    scripts = str(Path(sys.executable).parent)
    variables = {
        **airflow_home.public_environment(home, server),
        **airflow_home.manifest_folder(home),
        # What dbt makes by hand belongs to this stack too; Cosmos' tasks set their own.
        "DBT_TARGET_PATH": str(home.dbt_target),
        **airflow_home.dbt_secret(server),
        elsewhere.OWN: mark,
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    # Else `airflow` by hand would use another database than the stack's, say.
    refused = inherited.refusals(os.environ)
    lines += [f"unset {name}" for name in refused if name.startswith("AIRFLOW")]
    for name in ("NO_PROXY", "no_proxy"):
        lines.append(f'export {name}="${{{name}:+${name},}}127.0.0.1,localhost"')
    lines.append(f'export PATH={shlex.quote(scripts)}:"$PATH"')
    return "\n".join(lines) + "\n"
