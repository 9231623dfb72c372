"""`docker compose up` on a fresh clone: usable at once, closed to the outside, without a secret."""

from __future__ import annotations

import json
import os
import re
import subprocess
from typing import Any

import pytest
from playwright.sync_api import expect

from elt.stack import connections
from elt.stack.airflow_api import AirflowApi, AirflowApiError, call
from elt.stack.connections import BUNDLED
from tests.browser import open_page
from tests.compose.conftest import DAG, ROOT, SERVICES, Compose, Stack, login_of, service_of

MAX_IMAGE_MB = 450
DECLARED = connections.read(ROOT / "dags" / connections.FILE)
SOURCE_VARIABLES = {
    "randomuser_api": "ELT_API_URL",
    "cbr_api": "ELT_URL_CBR_API",
    "rickandmorty_api": "ELT_URL_RICKANDMORTY_API",
}


def test_up_waits_until_all_is_healthy(stack: Stack) -> None:
    states = {service_of(c): c["State"] for c in stack.compose.containers()}
    for service in SERVICES:
        assert states[service]["Health"]["Status"] == "healthy", service
    for service in ("secrets", "init", "sample-source"):
        assert (states[service]["Status"], states[service]["ExitCode"]) == ("exited", 0)


def test_a_port_that_is_taken_leaves_nothing_running(stack: Stack) -> None:
    compose = stack.compose
    refused = compose.refused_up
    assert refused is not None and refused.returncode != 0
    (said,) = [line for line in refused.stderr.splitlines() if line.startswith("Error")]
    assert f"127.0.0.1:{compose.port}" in said and "address already in use" in said
    assert compose.running_after_refusal == []


def test_dbt_test_works_before_anything_is_loaded(stack: Stack) -> None:
    tested = stack.compose.dbt_test_when_empty
    assert tested is not None
    assert tested.returncode == 0, tested.stdout[-3000:]


def test_dbt_and_elt_run_on_the_stacks_warehouse(stack: Stack) -> None:
    tested = stack.compose("run", "--rm", "-T", "dbt", "test")
    assert re.search(r"PASS=[1-9]\d+ WARN=\d+ ERROR=0", tested), tested
    docs = stack.compose("run", "--rm", "-T", "dbt", "docs", "generate")
    assert "Catalog written to /var/lib/elt/dbt/catalog.json" in docs

    report = json.loads(stack.compose("run", "--rm", "-T", "elt", "status", "--json"))
    ((users,),) = stack.compose.psql("warehouse", "select count(*) from analytics.users")
    assert report["rows"]["users"] == int(users) > 0
    loads = [load for load in report["loads"] if load["source"] == "randomuser__users"]
    assert [load["records"] for load in loads] == [int(users)]
    words = stack.compose("run", "--rm", "-T", "elt", "status")
    assert "randomuser__users" in words


def test_dbt_finds_its_project_parsed(stack: Stack) -> None:
    said = stack.compose("run", "--rm", "-T", "dbt", "--debug", "parse")
    assert "Partial parsing enabled: 0 files deleted, 0 files added, 0 files changed" in said


def test_mistakes_are_answered_in_one_line(stack: Stack) -> None:
    compose = stack.compose
    for arguments, status, words in (
        (["elt", "nonsense"], 2, "invalid choice: 'nonsense'"),
        (["elt", "secrets", "rotate"], 1, "only the services `secrets` and `init` see them"),
        (["secrets", "import"], 1, "is not what `secrets export` wrote; nothing was changed"),
        (["--env", "ELT_API_URL=nowhere", "secrets", "create"], 1, "ELT_API_URL is wrong"),
    ):
        done = compose.attempt("run", "--rm", "-T", *arguments, given="{}")
        said = [line for line in done.stderr.splitlines() if line.startswith("elt")]
        assert done.returncode == status
        assert len(said) == 1 and words in said[0], done.stderr
        assert "Traceback" not in done.stderr


def test_the_ui_lets_in_whoever_has_the_password(stack: Stack) -> None:
    login = login_of(stack.compose)
    assert login["url"] == stack.url
    with open_page() as page:
        page.goto(f"{login['url']}/dags/{DAG}")
        for password in ("admin", login["password"]):
            page.get_by_label("Username").fill(login["user"])
            page.get_by_label("Password").first.fill(password)
            page.get_by_role("button", name="Sign In").click()
            if password == "admin":
                expect(page.get_by_text("Invalid login")).to_be_visible()
        page.wait_for_url(f"**/dags/{DAG}")
        expect(page.get_by_role("heading", name=DAG)).to_be_visible()
        for task in ("extract_users", "reconcile"):
            expect(page.get_by_text(task).first).to_be_visible()


def test_the_api_refuses_a_wrong_password_and_no_password(stack: Stack) -> None:
    for password in ("", "admin", "airflow", stack.password[:-1]):
        with pytest.raises(AirflowApiError) as refused:
            AirflowApi(stack.url, password)
        assert refused.value.status in (400, 401, 422)

    with pytest.raises(AirflowApiError) as refused:
        call(f"{stack.url}/api/v2/dags")
    assert refused.value.status == 401


def test_no_secret_is_in_inspect_config_history_or_logs(stack: Stack) -> None:
    compose = stack.compose
    exported = json.loads(compose("run", "--rm", "-T", "secrets", "export"))
    secrets = [*exported.pop("databases").values(), *exported.pop("fernet_key").split(",")]
    secrets += exported.values()
    assert len(secrets) >= 9 and all(len(secret) >= 20 for secret in secrets)
    assert stack.password in secrets

    inspected = json.dumps(compose.containers())
    history = subprocess.run(
        ["docker", "image", "history", "--no-trunc", f"elt:{compose.project}"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    tasks = compose(
        *("exec", "-T", "scheduler", "sh", "-c"),
        "find /opt/airflow/logs -type f -exec cat {} +",
    )
    places = {
        "docker inspect": inspected,
        "docker compose config": compose("config"),
        "docker image history": history,
        "docker compose logs": compose("logs", "--no-color"),
        "logs of tasks": tasks,
    }
    assert "extract_users" in tasks and "Starting the scheduler" in places["docker compose logs"]
    found = [
        (place, secret[:3])
        for place, text in places.items()
        for secret in secrets
        if secret in text
    ]
    assert found == []


def test_postgres_can_read_its_own_password_and_no_other(stack: Stack) -> None:
    folder = "/run/elt/secrets"
    read = stack.compose.attempt("exec", "-T", "postgres", "cat", f"{folder}/superuser-password")
    assert read.returncode == 0
    refused = stack.compose.attempt("exec", "-T", "postgres", "cat", f"{folder}/secrets.json")
    assert refused.returncode != 0 and "Permission denied" in refused.stderr
    for service in ("api-server", "scheduler", "dag-processor", "triggerer"):
        listed = stack.compose.attempt("exec", "-T", service, "ls", "-A", folder)
        assert listed.stdout == ""


def test_containers_have_no_more_rights_than_they_need(stack: Stack) -> None:
    containers = stack.compose.containers()
    assert {service_of(c) for c in containers} >= {*SERVICES, "secrets", "init"}
    for container in containers:
        service, host = service_of(container), container["HostConfig"]
        assert host["ReadonlyRootfs"] is True, service
        assert host["CapDrop"] == ["ALL"], service
        assert not host["CapAdd"] and not host["Privileged"], service
        assert "no-new-privileges:true" in host["SecurityOpt"], service
        assert host["Memory"] > 0, service
    for service in SERVICES:
        status = stack.compose("exec", "-T", service, "cat", "/proc/1/status")
        fields = {line.split(":")[0]: line.split()[1:] for line in status.splitlines()}
        assert "0" not in fields["Uid"], service
        assert set(fields["CapEff"][0]) == {"0"}, service
        assert fields["NoNewPrivs"] == ["1"], service
        written = stack.compose.attempt("exec", "-T", service, "touch", "/etc/probe")
        assert "Read-only file system" in written.stderr, service


def test_only_the_ui_is_reachable_from_outside(stack: Stack) -> None:
    published = {}
    for container in stack.compose.containers():
        for port, bindings in (container["NetworkSettings"]["Ports"] or {}).items():
            if bindings:
                published[service_of(container), port] = {b["HostIp"] for b in bindings}
    assert published == {("api-server", "8080/tcp"): {"127.0.0.1"}}

    networks = stack.compose.container("postgres")["NetworkSettings"]["Networks"]
    assert list(networks) == [f"{stack.compose.project}_database"]
    inspected = subprocess.run(
        ["docker", "network", "inspect", f"{stack.compose.project}_database"],
        capture_output=True,
        check=True,
    )
    assert json.loads(inspected.stdout)[0]["Internal"] is True
    # The sample API plays the outside: the scheduler reaches it, the database does not.
    probe = 'import socket; socket.create_connection(("sample-api", 8000), 3)'
    stack.compose("exec", "-T", "scheduler", "python", "-c", probe)
    outside = stack.compose.attempt("exec", "-T", "dag-processor", "python", "-c", probe)
    assert outside.returncode != 0


def test_settings_are_documented_with_their_defaults() -> None:
    used: dict[str, str] = {}
    for name in ("docker-compose.yml", "docker-compose.dev.yml"):
        text = (ROOT / name).read_text()
        used |= dict(re.findall(r"\$\{(ELT_[A-Z_]+):-([^${}]*)\}", text))
    used["ELT_UI_URL"] = "http://localhost:8080"
    used |= {
        name: DECLARED[conn_id] for conn_id, name in SOURCE_VARIABLES.items() if used[name] == ""
    }
    lines = (ROOT / ".env.example").read_text().splitlines()
    documented = dict(re.findall(r"^#([A-Z_]+)=(.*)$", "\n".join(lines), re.MULTILINE))
    assert documented.pop("COMPOSE_PROFILES") == ""
    assert documented == used
    # With everything as documented, nothing changes.
    assert not [line for line in lines if line and not line.startswith("#")]


def test_the_development_override_adds_no_service() -> None:
    """So that the `down` of the README removes all of it."""

    def services(*files: str) -> set[str]:
        shown = subprocess.run(
            [
                "docker",
                "compose",
                *files,
                "--env-file=/dev/null",
                "--profile=*",
                "config",
                "--services",
            ],
            cwd=ROOT,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            capture_output=True,
            text=True,
            check=True,
        )
        return set(shown.stdout.split())

    main = ("-f", "docker-compose.yml")
    assert services(*main, "-f", "docker-compose.dev.yml") == services(*main)


def test_the_source_is_the_real_api_unless_the_sample_is_asked_for() -> None:
    def configured(*profiles: str) -> dict[str, Any]:
        shown = subprocess.run(
            ["docker", "compose", "--env-file", "/dev/null", *profiles, "config", "--format=json"],
            cwd=ROOT,
            env={name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            capture_output=True,
            check=True,
        )
        return dict(json.loads(shown.stdout)["services"])

    environment = configured()["secrets"]["environment"]
    assert {environment[name] for name in SOURCE_VARIABLES.values()} == {""}
    assert DECLARED["randomuser_api"] == "https://randomuser.me"
    assert "sample-source" not in configured()
    sampled = configured("--profile", "sample")["sample-source"]
    assert sampled["command"] == ["source", "http://sample-api:8000"]


def test_the_connections_follow_the_profile(stack: Stack) -> None:
    def hosts() -> dict[str, str]:
        shown = stack.compose("exec", "-T", "scheduler", "cat", "/run/elt/config/connections.json")
        known = json.loads(shown)
        return {conn_id: known[conn_id]["host"] for conn_id in BUNDLED}

    compose = stack.compose
    sampled = dict.fromkeys(BUNDLED, "http://sample-api:8000")
    assert hosts() == sampled
    # What `up` runs first without the profile, and then with it.
    other = "ELT_API_URL=https://api.example.com"
    compose("run", "--rm", "-T", "--env", other, "secrets", "create")
    real = {conn_id: DECLARED[conn_id] for conn_id in BUNDLED}
    assert hosts() == real | {"randomuser_api": "https://api.example.com"}
    compose.up()
    assert hosts() == sampled


def test_the_image_is_small_and_runs_no_root(compose: Compose) -> None:
    shown = subprocess.run(
        ["docker", "image", "inspect", f"elt:{compose.project}"], capture_output=True, check=True
    )
    (image,) = json.loads(shown.stdout)
    assert image["Size"] <= MAX_IMAGE_MB * 1_000_000
    assert image["Config"]["User"] == "elt"


def test_the_image_holds_no_file_of_the_clone_that_it_does_not_need(compose: Compose) -> None:
    listed = compose("run", "--rm", "-T", "--entrypoint", "ls", "elt", "-A", "/opt/elt")
    assert sorted(listed.split()) == ["dags", "dbt_project", "elt", "sample_api", "vendor"]
