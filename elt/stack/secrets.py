"""What a stack keeps secret: made once, written where only its owner reads, never a default."""

from __future__ import annotations

import base64
import json
import secrets
import string
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from elt import warehouse

SUPERUSER = "postgres"

_SECRET_BYTES = 32
# Airflow signs its tokens with HMAC-SHA-512, whose key has 64 bytes (RFC 7518, 3.2). These are 64
# characters in base64.
_TOKEN_KEY_BYTES = 48
_TOKEN_KEY_LENGTH = 64
_LOGIN_PASSWORD_LENGTH = 20
_LOGIN_ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, repr=False)
class Secrets:
    """What is generated once for a stack and never has a default."""

    databases: Mapping[str, str]
    """Password of each database role, the superuser included."""
    fernet_key: str
    """Key of what Airflow encrypts in its database; after a rotation also the former, by comma."""
    jwt_secret: str
    api_secret_key: str
    admin_password: str

    @staticmethod
    def generate() -> Secrets:
        return Secrets(
            databases={
                role: secrets.token_urlsafe(_SECRET_BYTES) for role in (SUPERUSER, *warehouse.ROLES)
            },
            fernet_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            jwt_secret=secrets.token_urlsafe(_TOKEN_KEY_BYTES),
            api_secret_key=secrets.token_urlsafe(_SECRET_BYTES),
            admin_password="".join(
                secrets.choice(_LOGIN_ALPHABET) for _ in range(_LOGIN_PASSWORD_LENGTH)
            ),
        )

    def strengthened(self) -> Secrets:
        """These secrets with a key of tokens that is long enough; the same ones if it is already.

        Stacks that were made before have a key of 43 characters, of which PyJWT warns with each
        token. A new key ends sessions of the UI and of tasks, so services have to start anew.
        """
        if len(self.jwt_secret) >= _TOKEN_KEY_LENGTH:
            return self
        return replace(self, jwt_secret=secrets.token_urlsafe(_TOKEN_KEY_BYTES))

    @staticmethod
    def from_json(text: str) -> Secrets:
        """Raises ValueError or TypeError where the text is something else."""
        return Secrets(**json.loads(text))

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)
