"""`elt psql` and `elt env`: the stack's databases and tools by hand."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from elt import warehouse
from elt.local import airflow_home, inherited, postgres
from elt.local.home import Home
from elt.local.ports import LOOPBACK, Ports
from elt.local.postgres import Cluster
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
    secrets = home.secrets()
    with Cluster(home, secrets).lease() as lease:
        parameters = lease.server.parameters(ROLES[role], warehouse.WAREHOUSE_DATABASE)
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
    server = Server(LOOPBACK, port, secrets)
    scripts = str(Path(sys.executable).parent)
    variables = {
        **airflow_home.public_environment(home, server),
        **airflow_home.manifest_folder(home),
        # What dbt makes by hand belongs to this stack too; Cosmos' tasks set their own.
        "DBT_TARGET_PATH": str(home.dbt_target),
        **airflow_home.dbt_secret(server),
    }
    lines = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    # Else `airflow` by hand would use another database than the stack's, say.
    refused = inherited.refusals(os.environ)
    lines += [f"unset {name}" for name in refused if name.startswith("AIRFLOW")]
    for name in ("NO_PROXY", "no_proxy"):
        lines.append(f'export {name}="${{{name}:+${name},}}127.0.0.1,localhost"')
    lines.append(f'export PATH={shlex.quote(scripts)}:"$PATH"')
    return "\n".join(lines) + "\n"
