"""Fields and parameters whose names say that their values are nobody's business."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from elt.scaffold.naming import snake

# fmt: off
_WORDS = frozenset({
    "credential", "credentials", "cvc", "cvv", "passcode", "passphrase", "passwd", "password",
    "passwords", "pwd", "secret", "secrets", "token", "tokens",
})
# fmt: on
_PASSWORD = re.compile(r"passw(or)?d|passphrase|passcode")
_ENDS = re.compile(r"(^|_)(api|access|auth|private|secret|subscription|signing|client)_?key$")


def is_secret_field(name: str) -> bool:
    """Whether a field of this name holds a secret.

    >>> [is_secret_field(name) for name in ("apiKey", "password_hash", "token", "tokenised", "key")]
    [True, True, True, False, False]
    """
    cleaned = snake(name)
    return (
        not _WORDS.isdisjoint(cleaned.split("_"))
        or bool(_PASSWORD.search(cleaned.replace("_", "")))
        or bool(_ENDS.search(cleaned))
    )


def secret_fields(records: Iterable[Any]) -> list[tuple[str, ...]]:
    """The paths of the fields of ``records`` to redact, the lists on the way entered."""
    found: dict[tuple[str, ...], None] = {}
    todo: list[tuple[tuple[str, ...], Any]] = [((), record) for record in records]
    while todo:
        path, value = todo.pop()
        if isinstance(value, list):
            todo += [(path, item) for item in value]
        elif isinstance(value, dict):
            for name, below in value.items():
                place = (*path, name)
                if is_secret_field(name):
                    found[place] = None
                else:
                    todo.append((place, below))
    return sorted(found)


def hide(value: Any, secrets: Iterable[str]) -> Any:
    """``value`` with three asterisks wherever its texts quote one of ``secrets``."""
    known = sorted({secret for secret in secrets if len(secret) >= 4}, key=len, reverse=True)
    if not known:
        return value
    pattern = re.compile("|".join(map(re.escape, known)))

    def hidden(value: Any) -> Any:
        if type(value) is str:
            return pattern.sub("***", value)
        if isinstance(value, dict):
            return {hidden(name): hidden(below) for name, below in value.items()}
        if isinstance(value, list):
            return [hidden(below) for below in value]
        return value

    return hidden(value)
