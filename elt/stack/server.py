"""Where a stack's PostgreSQL listens and how each role connects to it."""

from __future__ import annotations

from dataclasses import dataclass

from elt import warehouse
from elt.stack.secrets import Secrets


@dataclass(frozen=True)
class Server:
    """A running cluster."""

    host: str
    port: int
    secrets: Secrets

    def parameters(self, role: str, database: str) -> dict[str, str]:
        """Connection parameters of `role`, under libpq's names."""
        return {
            "host": self.host,
            "port": str(self.port),
            "user": role,
            "password": self.secrets.databases[role],
            "dbname": database,
        }

    def dsn(self, role: str, database: str = warehouse.WAREHOUSE_DATABASE) -> str:
        """A libpq connection string, with the password: not for logs or arguments."""
        from psycopg.conninfo import make_conninfo

        return make_conninfo("", **self.parameters(role, database))
