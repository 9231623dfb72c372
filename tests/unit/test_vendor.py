"""scripts/vendor: nothing but the locked files, from a registry that may be wrong or away."""

import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "vendor"
PATH = "/echarts/-/echarts-6.1.0.tgz"
CONTENTS = {
    "package/LICENSE": b"the licence",
    "package/NOTICE": b"the notice",
    "package/licenses/LICENSE-d3": b"another licence",
    "package/dist/echarts.js": b"another file",
    "package/dist/echarts.common.min.js": b"the script",
}
VENDORED = {
    "echarts.LICENSE": b"the licence",
    "echarts.NOTICE": b"the notice",
    "echarts.LICENSE-d3": b"another licence",
    "echarts.common.min.js": b"the script",
}
UNREACHABLE = "http://127.0.0.1:9"


def tarball(contents: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, content in contents.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


class Registry(ThreadingHTTPServer):
    """An npm registry; ``failures`` are statuses for the first requests, 0 for half an answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.tarballs: dict[str, bytes] = {}
        self.failures: list[int] = []
        self.requests: list[str] = []
        self.logins: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self.server.requests.append(self.path)
        self.server.logins.append(self.headers["Authorization"])
        status = self.server.failures.pop(0) if self.server.failures else 200
        body = self.server.tarballs.get(self.path)
        if status >= 400 or body is None:
            self.send_error(status if status >= 400 else 404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body if status else body[: len(body) // 2])

    def log_message(self, *_: object) -> None:
        pass


class Clone:
    """A clone's script and lock, with the state of its user."""

    def __init__(self, root: Path, resolved: str) -> None:
        self.root = root
        self.folder = root / "elt" / "ui" / "vendor"
        self.home = root / "home"
        self.home.mkdir()
        self.resolved = resolved
        (root / "scripts").mkdir()
        shutil.copy2(SCRIPT, root / "scripts" / "vendor")
        self.folder.parent.mkdir(parents=True)

    def lock(self, content: bytes, version: str = "6.1.0") -> None:
        digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
        entry = {
            "version": version,
            "resolved": self.resolved + PATH.replace("6.1.0", version),
            "integrity": f"sha512-{digest}",
        }
        lock = {"lockfileVersion": 3, "packages": {"": {}, "node_modules/echarts": entry}}
        (self.folder.parent / "package-lock.json").write_text(json.dumps(lock))

    def vendor(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        inherited = {
            key: value
            for key, value in os.environ.items()
            if key.lower() not in ("npm_config_registry", "http_proxy", "all_proxy")
        }
        return subprocess.run(
            [sys.executable, self.root / "scripts" / "vendor", *arguments],
            env=inherited | {"HOME": str(self.home)} | environment,
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def files(self) -> dict[str, bytes]:
        """What is vendored, the script's own notes apart."""
        if not self.folder.exists():
            return {}
        found = {path.name: path.read_bytes() for path in self.folder.iterdir()}
        notes = {name for name in found if name.startswith(".")}
        assert notes <= {".vendored"}, "half-written files must not stay"
        return {name: content for name, content in found.items() if name not in notes}


def complaint(result: subprocess.CompletedProcess[str]) -> str:
    """Return the one line that a failed run says."""
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("scripts/vendor: ")
    assert "echarts" in line
    return line


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        server.tarballs[PATH] = tarball(CONTENTS)
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def clone(tmp_path: Path, registry: Registry) -> Clone:
    clone = Clone(tmp_path, registry.url)
    clone.lock(registry.tarballs[PATH])
    return clone


def test_the_wanted_files_are_there_and_are_not_fetched_again(
    clone: Clone, registry: Registry
) -> None:
    for _ in range(2):
        result = clone.vendor()
        assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
        assert clone.files() == VENDORED
        assert registry.requests == [PATH]
    for path in clone.folder.iterdir():
        assert path.stat().st_mode & 0o444 == 0o444, "the image is used by another user"


def test_a_folder_can_be_named(clone: Clone, tmp_path: Path) -> None:
    assert clone.vendor(str(tmp_path / "some" / "where")).returncode == 0
    assert set(VENDORED) < {path.name for path in (tmp_path / "some" / "where").iterdir()}
    assert clone.files() == {}


def test_a_file_that_was_deleted_and_another_version_are_fetched(
    clone: Clone, registry: Registry
) -> None:
    clone.vendor()
    (clone.folder / "echarts.NOTICE").unlink()
    assert clone.vendor().returncode == 0
    assert clone.files() == VENDORED

    newer = tarball(CONTENTS | {"package/NOTICE": b"a newer notice"})
    registry.tarballs[PATH.replace("6.1.0", "6.2.0")] = newer
    clone.lock(newer, "6.2.0")
    assert clone.vendor().returncode == 0
    assert clone.files() == VENDORED | {"echarts.NOTICE": b"a newer notice"}
    assert len(registry.requests) == 3


@pytest.mark.parametrize("before", [False, True], ids=["new", "update"])
def test_a_wrong_checksum_is_refused_and_nothing_written(
    clone: Clone, registry: Registry, before: bool
) -> None:
    if before:
        clone.vendor()
        registry.requests.clear()
    clone.lock(b"what the author published")
    line = complaint(clone.vendor())
    assert "echarts 6.1.0 could not be fetched from 127.0.0.1" in line
    assert "checksum" in line
    assert registry.requests == [PATH], "a wrong file does not become right at another attempt"
    assert clone.files() == (VENDORED if before else {})
    assert clone.folder.exists() == before


def test_a_package_that_the_registry_lacks(clone: Clone, registry: Registry) -> None:
    registry.tarballs.clear()
    line = complaint(clone.vendor())
    assert "HTTP 404" in line
    assert "NPM_CONFIG_REGISTRY" in line
    assert registry.requests == [PATH]
    assert not clone.folder.exists()


def test_a_package_that_lacks_a_file(clone: Clone, registry: Registry) -> None:
    incomplete = {name: body for name, body in CONTENTS.items() if name != "package/NOTICE"}
    registry.tarballs[PATH] = tarball(incomplete)
    clone.lock(registry.tarballs[PATH])
    assert "does not hold echarts.NOTICE" in complaint(clone.vendor())
    assert not clone.folder.exists()


def test_what_is_no_tarball(clone: Clone, registry: Registry) -> None:
    for content in (b"not gzip", tarball(CONTENTS)[:100]):
        registry.tarballs[PATH] = content
        clone.lock(content)
        assert "cannot be unpacked" in complaint(clone.vendor())
    assert not clone.folder.exists()


def test_more_bytes_than_any_package_has(clone: Clone, registry: Registry) -> None:
    registry.tarballs[PATH] = bytes((32 << 20) + 1)
    clone.lock(registry.tarballs[PATH])
    assert "larger than 32 MiB" in complaint(clone.vendor())
    registry.tarballs[PATH] = tarball(
        CONTENTS | {"package/dist/echarts.common.min.js": bytes((8 << 20) + 1)}
    )
    clone.lock(registry.tarballs[PATH])
    assert "larger than 8 MiB" in complaint(clone.vendor())
    assert not clone.folder.exists()


def test_a_passing_failure_is_tried_again(clone: Clone, registry: Registry) -> None:
    registry.failures = [503, 0]
    assert clone.vendor().returncode == 0
    assert clone.files() == VENDORED
    assert registry.requests == [PATH] * 3


def test_no_registry_at_all(clone: Clone) -> None:
    clone.resolved = UNREACHABLE
    clone.lock(b"")
    assert "127.0.0.1:9" in complaint(clone.vendor())
    assert not clone.folder.exists()


@pytest.mark.parametrize("variable", ["NPM_CONFIG_REGISTRY", "npm_config_registry"])
def test_another_registry_by_the_environment(
    clone: Clone, registry: Registry, variable: str
) -> None:
    content = registry.tarballs.pop(PATH)
    registry.tarballs[f"/npm/mirror{PATH}"] = content
    clone.resolved = UNREACHABLE
    clone.lock(content)
    (clone.home / ".npmrc").write_text(f"registry={UNREACHABLE}/wrong\n")
    result = clone.vendor(**{variable: f"{registry.url}/npm/mirror/"})
    assert result.returncode == 0, result.stderr
    assert clone.files() == VENDORED
    assert registry.requests == [f"/npm/mirror{PATH}"]


def test_another_registry_by_npmrc(clone: Clone, registry: Registry) -> None:
    clone.resolved = UNREACHABLE
    clone.lock(registry.tarballs[PATH])
    npmrc = f"; registry={UNREACHABLE}/comment\n@scope:registry={UNREACHABLE}\n"
    (clone.home / ".npmrc").write_text(npmrc + "fund=false\nregistry = ${MIRROR}\n")
    result = clone.vendor(MIRROR=registry.url)
    assert result.returncode == 0, result.stderr
    assert clone.files() == VENDORED


def test_a_password_is_sent_and_not_shown(clone: Clone, registry: Registry) -> None:
    url = registry.url.replace("//", "//user:se%40cret@")
    assert clone.vendor(NPM_CONFIG_REGISTRY=url).returncode == 0
    assert registry.logins == [f"Basic {base64.b64encode(b'user:se@cret').decode()}"]
    shutil.rmtree(clone.folder)
    registry.tarballs.clear()
    line = complaint(clone.vendor(NPM_CONFIG_REGISTRY=url))
    assert "cret" not in line
    assert f"from 127.0.0.1:{registry.server_port}: HTTP 404" in line


def test_a_lock_that_does_not_say_enough(clone: Clone, registry: Registry) -> None:
    lock = clone.folder.parent / "package-lock.json"
    good = json.loads(lock.read_text())
    for field, wrong in (("resolved", None), ("integrity", None), ("integrity", "sha1-abc")):
        entry = dict(good["packages"]["node_modules/echarts"])
        del entry[field]
        if wrong:
            entry[field] = wrong
        lock.write_text(json.dumps({"packages": {"node_modules/echarts": entry}}))
        assert "npm install --package-lock-only" in complaint(clone.vendor())
    for text in ("", "[]", "{}", '{"packages": {}}'):
        lock.write_text(text)
        assert "npm install --package-lock-only" in complaint(clone.vendor())
    lock.unlink()
    assert "npm install --package-lock-only" in complaint(clone.vendor())
    assert registry.requests == []
    assert not clone.folder.exists()


def test_a_folder_that_cannot_be_written(clone: Clone) -> None:
    clone.folder.write_text("a file")
    assert "could not be written" in complaint(clone.vendor())
    assert clone.folder.read_text() == "a file"
