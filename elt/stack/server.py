"""Where a stack's PostgreSQL listens and how each role connects to it."""

from __future__ import annotations

from dataclasses import dataclass

from elt import warehouse
from elt.stack.secrets import Secrets

POSTGRES = "postgres"
GREENPLUM = "greenplum"
TARGETS = (POSTGRES, GREENPLUM)
"""dbt's targets, as `dbt_project/profiles.yml` has them."""


@dataclass(frozen=True)
class Server:
    """A running cluster; or somebody's server with the warehouse on it (`elt.stack.elsewhere`)."""

    host: str
    port: int
    secrets: Secrets
    database: str = warehouse.WAREHOUSE_DATABASE
    """The name of the warehouse's database."""
    target: str = POSTGRES
    """dbt's target, which is what kind of server it is."""

    @property
    def title(self) -> str:
        """Which warehouse it is, in words."""
        kind = "" if self.target == POSTGRES else f" ({self.target})"
        return f"{self.database} on {self.host}:{self.port}{kind}"

    def parameters(self, role: str, database: str | None = None) -> dict[str, str]:
        """Connection parameters of `role`, under libpq's names; of the warehouse unless told."""
        return {
            "host": self.host,
            "port": str(self.port),
            "user": role,
            "password": self.secrets.databases[role],
            "dbname": database or self.database,
        }

    def dsn(self, role: str, database: str | None = None) -> str:
        """A libpq connection string, with the password: not for logs or arguments."""
        from psycopg.conninfo import make_conninfo

        return make_conninfo("", **self.parameters(role, database))
