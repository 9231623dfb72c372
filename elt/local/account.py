"""Who PostgreSQL runs as: it refuses root, so root hands it to an ordinary user."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from elt.stack.errors import StackError

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """How to start a program of PostgreSQL, and who owns its files."""

    name: str
    uid: int
    gid: int
    switches: bool
    """Whether programs must be started as another user than this process's."""

    def run(
        self,
        command: Sequence[str],
        *,
        env: dict[str, str],
        output: int,
        inherited: Sequence[int] = (),
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `command` to its end in a session of its own, its output going to `output`.

        It inherits the descriptors `inherited`. Raises StackError when it cannot be started.
        """
        try:
            return subprocess.run(
                command,
                env=env,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
                pass_fds=inherited,
                user=self.uid if self.switches else None,
                group=self.gid if self.switches else None,
                extra_groups=[] if self.switches else None,
            )
        # A container without the right to switch users, or that knows no other than root.
        except OSError as error:
            raise StackError(
                f"cannot start {command[0]} as {self.name} ({error.strerror}): "
                "run `elt` as an ordinary user"
            ) from error

    def succeeds(self, command: Sequence[str], *, inherited: Sequence[int] = ()) -> bool:
        """Whether `command` ends with 0, its output going nowhere."""
        environment = {"PATH": os.defpath}
        done = self.run(command, env=environment, output=subprocess.DEVNULL, inherited=inherited)
        return done.returncode == 0

    def own(self, path: Path) -> None:
        if self.switches:
            os.chown(path, self.uid, self.gid)


def choose() -> Account:
    """The account for PostgreSQL: an ordinary user's own; for root `postgres` or `nobody`.

    Raises StackError where root finds no such user.
    """
    if os.geteuid() != 0:
        return Account("this user", os.geteuid(), os.getegid(), switches=False)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, switches=True)
    raise StackError(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody` "
        "to run it as: run `elt` as an ordinary user"
    )
