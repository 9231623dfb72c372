"""The sources' HTTP connections: the file, what overrides it, what each stack makes of them."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from elt.container import cli as container
from elt.container.volumes import Volumes, read_secrets
from elt.local import apis
from elt.local.apis import Choice
from elt.local.home import Home
from elt.stack import airflow_config, connections
from elt.stack.connections import BUNDLED
from elt.stack.errors import StackError, UsageError

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = "http://127.0.0.1:8000"
DECLARED = {
    "randomuser_api": "https://randomuser.me",
    "cbr_api": "https://www.cbr.ru",
    "rickandmorty_api": "https://rickandmortyapi.com",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "dags"
    folder.mkdir()
    lines = [f'{conn_id} = "{url}"' for conn_id, url in DECLARED.items()]
    text = "\n".join(["# The sources.", *lines, 'crm_api = "https://crm.example.com"  # ours', ""])
    path = folder / connections.FILE
    path.write_text(text)
    return path


def test_the_projects_own_file() -> None:
    known = connections.read(ROOT / "dags" / connections.FILE)
    assert {conn_id: known[conn_id] for conn_id in BUNDLED} == DECLARED


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('a_api = "https://x', "is not TOML: "),
        ('a_api = "https://x"\na_api = "https://y"', "is not TOML: "),
        ("a_api = 1", "a_api is not a URL in quotes"),
        ('[a_api]\nhost = "https://x"', "a_api is not a URL in quotes"),
        ('a_api = "ftp://x"', "a_api: 'ftp://x' is not a URL like"),
        ('a_api = "https://"', "a_api: 'https://' is not a URL like"),
        ('a_api = "https://x:port"', "a_api: 'https://x:port' is not a URL like"),
        ('a_api = "https://a b"', "a_api: 'https://a b' is not a URL like"),
        ('a_api = ""', "a_api: '' is not a URL like"),
        ('a_api = "https://me:secret@x"', "a_api: a login does not belong in a URL"),
        ('a_api = "https://x/v1?key=secret"', "a_api: '/v1': an API's URL ends with its path"),
        ('A_API = "https://x"', "'A_API' is not an id in snake case"),
        ('"a-api" = "https://x"', "'a-api' is not an id in snake case"),
        ('warehouse_loader = "https://x"', "warehouse_loader: ids that begin with warehouse_"),
    ],
)
def test_a_wrong_line_is_named(file: Path, line: str, said: str) -> None:
    file.write_text(f"# comment\n{line}\n")
    with pytest.raises(StackError) as refused:
        connections.read(file)
    assert str(file) in str(refused.value)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_file_that_cannot_be_read(file: Path) -> None:
    file.write_bytes(b'a_api = "https://\xff"')
    with pytest.raises(StackError, match=r"connections\.toml is not UTF-8"):
        connections.read(file)
    file.unlink()
    with pytest.raises(StackError, match=r"there is no .*connections\.toml"):
        connections.read(file)
    file.mkdir()
    with pytest.raises(StackError, match=r"connections\.toml cannot be read"):
        connections.read(file)


def test_add_appends_a_line_and_keeps_the_others(file: Path) -> None:
    before = file.read_text()
    file.chmod(0o664)
    assert connections.add(file, "shop_api", "https://shop.example.com/v2/") is True
    assert file.read_text() == f'{before}shop_api = "https://shop.example.com/v2"\n'
    assert file.stat().st_mode & 0o777 == 0o664
    assert connections.add(file, "shop_api", "https://shop.example.com/v2") is False
    assert list(connections.read(file))[-1] == "shop_api"
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_add_to_a_file_without_end_of_line_or_to_none(file: Path) -> None:
    file.write_bytes(b'# \xc3\xbc\r\na_api = "https://a.example.com"')
    connections.add(file, "b_api", "https://b.example.com")
    assert file.read_bytes() == (
        b'# \xc3\xbc\r\na_api = "https://a.example.com"\r\nb_api = "https://b.example.com"\r\n'
    )
    file.unlink()
    connections.add(file, "b_api", "https://b.example.com")
    assert file.read_text() == 'b_api = "https://b.example.com"\n'


@pytest.mark.parametrize(
    ("conn_id", "url", "said"),
    [
        ("crm_api", "https://other.example.com", "crm_api is https://crm.example.com there, not"),
        ("Shop", "https://shop.example.com", "'Shop' is not an id in snake case"),
        ("warehouse_shop", "https://shop.example.com", "those of the warehouse"),
        ("shop_api", "shop.example.com", "'shop.example.com' is not a URL"),
        ("shop_api", "https://me:secret@shop.example.com", "a login does not belong in a URL"),
        ("shop_api", 'https://x"\ny_api="https://y', "is not a URL"),
    ],
)
def test_add_refuses(file: Path, conn_id: str, url: str, said: str) -> None:
    before = file.read_text()
    with pytest.raises(StackError) as refused:
        connections.add(file, conn_id, url)
    assert said in str(refused.value)
    assert "secret" not in str(refused.value)
    assert file.read_text() == before


def test_add_leaves_a_broken_file_and_a_missing_folder(file: Path, tmp_path: Path) -> None:
    file.write_text("broken")
    with pytest.raises(StackError, match="is not TOML"):
        connections.add(file, "shop_api", "https://shop.example.com")
    assert file.read_text() == "broken"
    with pytest.raises(StackError, match="cannot be written"):
        connections.add(tmp_path / "none" / "x.toml", "shop_api", "https://shop.example.com")


def test_two_at_once_both_add(file: Path) -> None:
    def add(number: int) -> None:
        connections.add(file, f"api_{number}", f"https://{number}.example.com")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {f"api_{number}" for number in range(8)} < connections.read(file).keys()


def test_the_environment_overrides_the_file(file: Path) -> None:
    def in_effect(**variables: str) -> dict[str, str]:
        return connections.in_effect(file, variables)

    assert in_effect() == connections.read(file)
    assert in_effect(ELT_URL_CRM_API="")["crm_api"] == "https://crm.example.com"
    assert in_effect(ELT_URL_CRM_API="http://mirror/")["crm_api"] == "http://mirror"
    assert in_effect(ELT_API_URL="http://mirror")["randomuser_api"] == "http://mirror"
    assert (
        in_effect(ELT_API_URL="http://a", ELT_URL_RANDOMUSER_API="http://b")["randomuser_api"]
        == "http://b"
    )
    assert "crm_api" not in in_effect(AIRFLOW_CONN_CRM_API="{}", ELT_URL_CRM_API="http://mirror")
    for variable in ("ELT_API_URL", "ELT_URL_CRM_API"):
        with pytest.raises(StackError, match=f"{variable} is wrong: 'nowhere' is not a URL"):
            in_effect(**{variable: "nowhere"})


# ---- the embedded stack


@pytest.fixture
def plan(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., dict[str, str | None]]:
    """The plan for what `--api` says, and variables."""
    monkeypatch.setenv("ELT_DAGS_FOLDER", str(file.parent))
    home = Home(tmp_path / "state")

    def plan(*given: str, **variables: str) -> dict[str, str | None]:
        return apis.plan(home, Choice.of([apis.argument(text) for text in given]), variables)

    return plan


def test_the_sample_api_stands_in_for_the_bundled_connections(
    plan: Callable[..., dict[str, str | None]],
) -> None:
    own = {"crm_api": "https://crm.example.com"}
    sampled: dict[str, str | None] = dict.fromkeys(BUNDLED)
    assert plan() == sampled | own
    assert plan("real") == DECLARED | own
    assert plan("http://x") == dict.fromkeys([*DECLARED, *own], "http://x")
    assert plan("cbr_api=http://x") == sampled | own | {"cbr_api": "http://x"}
    assert plan("cbr_api=real") == sampled | own | {"cbr_api": DECLARED["cbr_api"]}
    assert plan("real", "cbr_api=http://x") == DECLARED | own | {"cbr_api": "http://x"}
    assert plan("http://x/a=b")["cbr_api"] == "http://x/a=b"


def test_the_environment_is_before_the_sample_and_after_the_option(
    plan: Callable[..., dict[str, str | None]],
) -> None:
    mirror = {"ELT_URL_CBR_API": "http://mirror"}
    assert plan(**mirror)["cbr_api"] == plan("real", **mirror)["cbr_api"] == "http://mirror"
    assert plan("cbr_api=http://x", **mirror)["cbr_api"] == "http://x"
    defined = {"AIRFLOW_CONN_CBR_API": '{"conn_type": "http"}'}
    assert "cbr_api" not in plan(**defined)
    assert "cbr_api" not in plan("real", **defined)
    assert plan("cbr_api=http://x", **defined)["cbr_api"] == "http://x"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["nope_api=http://x"], "there is no connection 'nope_api'"),
        (["http://x", "real"], "two APIs for every connection: http://x and real"),
        (["cbr_api=http://x", "cbr_api=http://y"], "two APIs for cbr_api: http://x and http://y"),
    ],
)
def test_apis_that_contradict(
    plan: Callable[..., dict[str, str | None]], given: list[str], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        plan(*given)


def test_a_running_stack_must_have_the_apis_that_are_asked_for(
    plan: Callable[..., dict[str, str | None]],
) -> None:
    def difference(*given: str) -> tuple[str, str, str] | None:
        running = apis.with_sample(plan("cbr_api=http://x"), SAMPLE)
        choice = Choice.of([apis.argument(text) for text in given])
        return apis.difference(choice, plan(*given), running)

    assert difference() is None
    assert difference("cbr_api=http://x") is None
    assert difference(f"randomuser_api={SAMPLE}") is None
    assert difference("crm_api=real") is None
    assert difference("cbr_api=http://y") == ("cbr_api", "http://y", "http://x")
    assert difference("real") == ("randomuser_api", "https://randomuser.me", SAMPLE)


def test_apis_are_listed_with_their_connections(
    plan: Callable[..., dict[str, str | None]],
) -> None:
    assert apis.described(apis.with_sample(plan(), SAMPLE)) == [
        f"{SAMPLE}  (randomuser_api, cbr_api, rickandmorty_api)",
        "https://crm.example.com  (crm_api)",
    ]


def test_a_dag_folder_without_connections_has_the_clones(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELT_DAGS_FOLDER", str(file.parent))
    home = Home(tmp_path / "state")
    assert home.connections_file == file
    file.unlink()
    assert home.connections_file == ROOT / "dags" / connections.FILE


# ---- the stack in containers


@pytest.fixture
def volumes(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Volumes:
    """What `elt` in the image works on, in folders of the test."""
    monkeypatch.setenv("ELT_DAGS_FOLDER", str(file.parent))
    for name in ("SECRETS", "CONFIG"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(f"ELT_{name}", str(tmp_path / name))
    for conn_id in (*DECLARED, "crm_api"):
        monkeypatch.delenv(f"ELT_URL_{conn_id.upper()}", raising=False)
        monkeypatch.delenv(f"AIRFLOW_CONN_{conn_id.upper()}", raising=False)
    monkeypatch.delenv("ELT_API_URL", raising=False)
    return Volumes.of_container()


def urls(volumes: Volumes) -> dict[str, str] | None:
    return airflow_config.source_urls(volumes.connections)


def test_containers_connections_are_the_files(
    volumes: Volumes, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert urls(volumes) is None
    assert container.main(["secrets", "create"]) == 0
    assert urls(volumes) == connections.read(file)
    written = json.loads(volumes.connections.read_text())
    assert written["cbr_api"] == {"conn_type": "http", "host": "https://www.cbr.ru"}
    assert {"warehouse_loader", "warehouse_reader"} < written.keys()

    monkeypatch.setenv("AIRFLOW_CONN_CRM_API", "{}")
    monkeypatch.setenv("ELT_API_URL", "")
    monkeypatch.setenv("ELT_URL_CBR_API", "https://mirror.example.com")
    assert container.main(["secrets", "create"]) == 0
    assert urls(volumes) == DECLARED | {"cbr_api": "https://mirror.example.com"}


def test_the_sample_source_is_for_the_bundled_ones(
    volumes: Volumes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_CBR_API", "{}")
    container.main(["secrets", "create"])
    assert container.main(["source", SAMPLE]) == 0
    assert urls(volumes) == {
        "randomuser_api": SAMPLE,
        "rickandmorty_api": SAMPLE,
        "crm_api": "https://crm.example.com",
    }


def test_secrets_that_are_imported_leave_the_urls_in_effect(
    volumes: Volumes, monkeypatch: pytest.MonkeyPatch
) -> None:
    container.main(["secrets", "create"])
    container.main(["source", SAMPLE])
    before = urls(volumes)
    backup = read_secrets(volumes.secrets_file).to_json()
    monkeypatch.setattr("sys.stdin", io.StringIO(backup))
    assert container.main(["secrets", "import"]) == 0
    assert urls(volumes) == before
    # Into an empty stack: those of the file.
    volumes.connections.unlink()
    monkeypatch.setattr("sys.stdin", io.StringIO(backup))
    assert container.main(["secrets", "import"]) == 0
    assert urls(volumes) == DECLARED | {"crm_api": "https://crm.example.com"}


def test_containers_mistakes_are_said_in_one_line(
    volumes: Volumes, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("ELT_API_URL", "nowhere")
    assert container.main(["secrets", "create"]) == 1
    assert capsys.readouterr().err.startswith("elt: ELT_API_URL is wrong: 'nowhere' is not a URL")
    monkeypatch.delenv("ELT_API_URL")
    file.write_text("crm_api = 1")
    assert container.main(["secrets", "create"]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"elt: {file}: crm_api is not a URL in quotes")
    assert len(said.splitlines()) == 1
    volumes.connections.write_text("damaged")
    assert urls(volumes) is None
