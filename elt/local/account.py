"""Who PostgreSQL runs as: it refuses root, so root hands it to an ordinary user."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from elt.stack.errors import StackError

_CANDIDATES = ("postgres", "nobody")

# Bits of CapEff in /proc/self/status; the first that this process has is passed on.
_TRAVERSING_CAPABILITIES = (("dac_read_search", 2), ("dac_override", 1))


@dataclass(frozen=True)
class Account:
    """How to start a program of PostgreSQL, and who owns its files."""

    uid: int
    gid: int
    switches: bool
    """Whether programs must be started as another user than this process's."""
    prefix: tuple[str, ...] = ()
    """Command that switches the user, where subprocess cannot do it alone."""

    def run(
        self, command: Sequence[str | Path], *, env: dict[str, str], output: int
    ) -> subprocess.CompletedProcess[bytes]:
        """Run `command` to its end in a session of its own, its output going to `output`."""
        arguments = [*self.prefix, *map(str, command)]
        direct = self.switches and not self.prefix
        try:
            return subprocess.run(
                arguments,
                env=env,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                check=False,
                user=self.uid if direct else None,
                group=self.gid if direct else None,
                extra_groups=[] if direct else None,
            )
        except PermissionError as error:
            raise StackError(
                f"cannot start {Path(arguments[0]).name} as uid {self.uid} ({error.strerror}): "
                "run `elt` as an ordinary user"
            ) from error

    def own(self, path: Path) -> None:
        if self.switches:
            os.chown(path, self.uid, self.gid)


def choose(program: Path, folder: Path) -> Account:
    """The account that can run `program` and keep its files in `folder`.

    An ordinary user runs it as himself. Root runs it as `postgres` or `nobody`; where that user
    cannot reach one of the two paths (a clone in a private folder), it is given the one
    capability that lets it pass. Raises StackError when there is no way.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switches=False)
    entry = _unprivileged_user()
    plain = Account(entry.pw_uid, entry.pw_gid, switches=True)
    if _reaches(plain, program, folder):
        return plain
    account = Account(entry.pw_uid, entry.pw_gid, True, _capability_prefix(entry))
    if account.prefix and _reaches(account, program, folder):
        return account
    raise StackError(
        f"PostgreSQL refuses to run as root, and the user {entry.pw_name} cannot reach {folder}: "
        "run `elt` as an ordinary user, or move the clone or ELT_HOME out of the private folder"
    )


def _unprivileged_user() -> pwd.struct_passwd:
    for name in _CANDIDATES:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise StackError(
        "PostgreSQL refuses to run as root, and there is neither a user `postgres` nor `nobody` "
        "to run it as: run `elt` as an ordinary user"
    )


def _reaches(account: Account, program: Path, folder: Path) -> bool:
    # Trying beats reading modes: access lists and mounts count too.
    check = 'cd "$2" && "$1" --version'
    command = ["/bin/sh", "-c", check, "sh", str(program), str(folder)]
    environment = {"PATH": os.defpath}
    return account.run(command, env=environment, output=subprocess.DEVNULL).returncode == 0


def _capability_prefix(entry: pwd.struct_passwd) -> tuple[str, ...]:
    """A setpriv command that keeps one capability across the switch; empty where it cannot."""
    setpriv = shutil.which("setpriv")
    if sys.platform != "linux" or setpriv is None:
        return ()
    status = Path("/proc/self/status").read_text()
    held = int(
        next(line for line in status.splitlines() if line.startswith("CapEff")).split()[1], 16
    )
    for name, bit in _TRAVERSING_CAPABILITIES:
        if held & 1 << bit:
            only = f"-all,+{name}"
            return (
                setpriv,
                f"--reuid={entry.pw_uid}",
                f"--regid={entry.pw_gid}",
                "--clear-groups",
                "--no-new-privs",
                f"--inh-caps={only}",
                f"--ambient-caps={only}",
                f"--bounding-set={only}",
                "--",
            )
    return ()
