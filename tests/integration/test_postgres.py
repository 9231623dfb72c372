"""The embedded PostgreSQL: who starts it, who stops it, and what it recovers from."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from elt.local import postgres_access
from elt.local.home import Home
from elt.local.postgres import Cluster
from elt.stack.errors import StackError
from elt.stack.secrets import SUPERUSER
from elt.stack.server import Server


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A state folder whose cluster has been set up and is down."""
    home = Home(tmp_path_factory.mktemp("postgres"))
    with Cluster(home, home.create()).lease():
        pass
    return home


@pytest.fixture
def own(home: Home) -> Iterator[Cluster]:
    """The cluster of ``home``, down before and after the test."""
    cluster = Cluster(home, home.secrets())
    assert cluster.running_port() is None
    yield cluster
    cluster.stop()


def answer(server: Server) -> object:
    with psycopg.connect(server.dsn(SUPERUSER, "postgres")) as connection:
        row = connection.execute("select 1").fetchone()
        return row and row[0]


def postmaster(home: Home) -> psutil.Process:
    return psutil.Process(int((home.postgres / "postmaster.pid").read_text().split()[0]))


def test_it_stops_after_the_last_holder(own: Cluster) -> None:
    with own.lease() as first:
        with own.lease() as second:
            assert second.server.port == first.server.port
        assert answer(first.server) == 1
    assert own.running_port() is None


def test_another_process_holds_it_too(home: Home, own: Cluster) -> None:
    holder = (
        "import sys; from pathlib import Path; from elt.local.home import Home;"
        " from elt.local.postgres import Cluster; home = Home(Path(sys.argv[1]));\n"
        "with Cluster(home, home.secrets()).lease(): print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(home.root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with own.lease() as lease:
            server = lease.server
        assert answer(server) == 1
        other.kill()
    # A holder that was killed holds nothing; the next one to leave stops the server.
    with own.lease():
        pass
    assert own.running_port() is None


def test_a_killed_server_is_started_again(home: Home, own: Cluster) -> None:
    with own.lease() as lease:
        with psycopg.connect(lease.server.dsn(SUPERUSER, "postgres")) as connection:
            connection.execute("create table kept (id int)")
        killed = postmaster(home)
        killed.send_signal(signal.SIGKILL)
        psutil.wait_procs([killed], timeout=10)
        assert own.running_port() is None
        with (
            own.lease() as again,
            psycopg.connect(again.server.dsn(SUPERUSER, "postgres")) as connection,
        ):
            assert connection.execute("select count(*) from kept").fetchone() == (0,)
            connection.execute("drop table kept")


@pytest.mark.parametrize("stale", ["of another process", "of no process", "nonsense"])
def test_a_pid_file_left_behind_does_not_matter(home: Home, own: Cluster, stale: str) -> None:
    numbers = {"of another process": os.getpid(), "of no process": 2**22 + 1}
    text = f"{numbers[stale]}\n{home.postgres}\n0\n1\n" if stale in numbers else "?\n"
    pid_file = home.postgres / "postmaster.pid"
    pid_file.write_text(text)
    with own.lease() as lease:
        assert answer(lease.server) == 1


def test_it_listens_on_loopback_only_and_wants_a_password(own: Cluster) -> None:
    with own.lease() as lease:
        process = postmaster(own._home)
        listening = {c.laddr.ip for c in process.net_connections() if c.status == "LISTEN"}
        assert listening == {"127.0.0.1"}
        assert not [c for c in process.net_connections("unix") if "PGSQL" in str(c.laddr)]
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(lease.server.dsn(SUPERUSER, "postgres"), password="wrong")


def test_it_is_found_by_another_name_of_the_folder(
    home: Home, own: Cluster, tmp_path: Path
) -> None:
    link = tmp_path / "link's name"
    link.symlink_to(home.root)
    alias = Cluster(Home(link), home.secrets())
    with own.lease() as lease:
        assert alias.running_port() == lease.server.port
        alias.stop()
        assert own.running_port() is None


def test_a_taken_port_is_passed_by(home: Home, own: Cluster) -> None:
    with own.lease() as lease:
        port = lease.server.port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with own.lease() as lease:
            assert lease.server.port != port
            assert answer(lease.server) == 1


def test_an_interrupted_setup_is_begun_anew(tmp_path: Path) -> None:
    home = Home(tmp_path / "state")
    secrets = home.create()
    half = home.root / "postgres.new"
    half.mkdir()
    (half / "PG_VERSION").write_text("18\n")
    with Cluster(home, secrets).lease() as lease:
        assert answer(lease.server) == 1
    assert not half.exists()
    (home.postgres / "PG_VERSION").write_text("9\n")
    with (
        pytest.raises(StackError, match="written by PostgreSQL 9"),
        Cluster(home, secrets).lease(),
    ):
        pass


def test_the_servers_own_reason_is_said(home: Home, own: Cluster) -> None:
    settings = home.postgres / "postgresql.auto.conf"
    before = settings.read_text()
    settings.write_text(f"{before}shared_preload_libraries = 'no_such_library'\n")
    try:
        with (
            pytest.raises(StackError, match=r"could not access file .*no_such_library") as refused,
            own.lease(),
        ):
            pass
    finally:
        settings.write_text(before)
    assert "pg_ctl" not in str(refused.value)


@pytest.fixture
def tiny(home: Home, tmp_path: Path) -> Iterator[Home]:
    """A copy of ``home`` on a disk that is full."""
    disk = tmp_path / "disk"
    disk.mkdir()
    options = ["-t", "tmpfs", "-o", "size=80m,mode=711", "tmpfs"]
    mounted = subprocess.run(["mount", *options, str(disk)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("needs the right to mount a disk of its own")
    try:
        subprocess.run(["cp", "-a", str(home.root), str(disk / "state")], check=True)
        with suppress(OSError), (disk / "filler").open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))
        yield Home(disk / "state")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_said(tiny: Home) -> None:
    cluster = Cluster(tiny, tiny.secrets())
    with pytest.raises(StackError, match="No space left on device"), cluster.lease():
        pass
    assert cluster.running_port() is None


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, whose PostgreSQL is another user's")
def test_programs_that_only_root_may_reach(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    # What pip installs of it (its libraries lie beside it), but for what is not looked for here.
    packages = postgres_access.programs().parents[2]
    unused = shutil.ignore_patterns("pginstall", "include", "*.a", "pg_*dump*", "ecpg", "pgbench")
    for folder in packages.glob(f"{postgres_access.PACKAGE}*"):
        shutil.copytree(folder, private / "packages" / folder.name, symlinks=True, ignore=unused)
    monkeypatch.syspath_prepend(str(private / "packages"))
    assert postgres_access.programs().is_relative_to(private)

    stacks = [Home(private / name) for name in ("one", "other")]
    clusters = [Cluster(stack, stack.create()) for stack in stacks]
    with clusters[0].lease() as one:
        with clusters[1].lease() as other:
            running = [postmaster(stack) for stack in stacks]
            programs = [Path(process.exe()) for process in running]
            assert [answer(lease.server) for lease in (one, other)] == [1, 1]
            assert programs[0] != programs[1]
            assert not any(program.is_relative_to(private) for program in programs)
            assert {process.uids().real for process in running}.isdisjoint({0})
            # Who may not write the programs may not change what the server does.
            assert all(program.stat().st_uid == 0 for program in programs)
            status = Path(f"/proc/{running[0].pid}/status").read_text()
            assert "CapEff:\t0000000000000000" in status
        assert answer(one.server) == 1
        assert not programs[1].exists()
        # Killed with all that held it: the copy stays, until somebody looks after the stack.
        running[0].send_signal(signal.SIGKILL)
        psutil.wait_procs(running, timeout=10)
    assert not programs[0].exists()


def test_nothing_of_the_secrets_is_for_others(home: Home) -> None:
    assert home.secrets_file.stat().st_mode & 0o077 == 0
    assert home.postgres.stat().st_mode & 0o077 == 0
    log = home.logs / "postgres.log"
    assert not any(password in log.read_text() for password in home.secrets().databases.values())
