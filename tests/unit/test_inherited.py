"""What the embedded stack takes over of the environment it is called in."""

from __future__ import annotations

from pathlib import Path

import pytest
from airflow.configuration import AirflowConfigParser

from elt.local import airflow_home, inherited, shell
from elt.local.home import Home
from elt.local.ports import Ports
from elt.local.processes import environment
from elt.stack import airflow_config
from elt.stack.server import Server

ACCEPTED = (
    "AIRFLOW__CORE__PARALLELISM",
    "AIRFLOW__SMTP__SMTP_HOST",
    "AIRFLOW__SENTRY__SENTRY_DSN_CMD",
    "AIRFLOW__METRICS__STATSD_ON",
    "AIRFLOW__API__WORKERS",
    "AIRFLOW__WEBSERVER__WORKERS",
    "AIRFLOW_CONN_CRM_API",
    "AIRFLOW_VAR_REGION",
    "ELT_TASK_RETRIES",
    "SOMETHING_ELSE",
)
REFUSED = (
    "AIRFLOW__CORE__EXECUTOR",
    "AIRFLOW__CORE__SQL_ALCHEMY_CONN",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_CMD",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_SECRET",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__WEBSERVER__WEB_SERVER_PORT",
    "AIRFLOW__SECRETS__BACKEND",
    "AIRFLOW__SECRETS__BACKEND_KWARG__URL",
    "AIRFLOW_CONN_WAREHOUSE_LOADER",
    "AIRFLOW_CONFIG",
    "DBT_PROFILES_DIR",
)
DROPPED = ("AIRFLOW_HOME", "PGHOST", "ELT_WAREHOUSE_PORT", "DBT_TARGET")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "state")
    home.create()
    return home


def test_what_airflow_reads_reaches_it(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ACCEPTED, *REFUSED, *DROPPED):
        monkeypatch.setenv(name, f"value of {name}")
    passed_on = environment(home)
    assert {name: passed_on[name] for name in ACCEPTED} == {
        name: f"value of {name}" for name in ACCEPTED
    }
    assert not {*REFUSED, *DROPPED} & set(passed_on)


def test_what_is_refused_is_named_with_the_reason_and_without_its_value() -> None:
    refused = inherited.refusals(dict.fromkeys((*ACCEPTED, *REFUSED, *DROPPED), "s3cret"))
    assert set(refused) == set(REFUSED)
    line = inherited.described(refused)
    assert "AIRFLOW__CORE__EXECUTOR (the stack runs everything on this machine)" in line
    assert all(name in line for name in REFUSED)
    assert "s3cret" not in line


def test_former_names_are_those_that_airflow_still_reads() -> None:
    former = {
        option: known[:2]
        for option, known in AirflowConfigParser.deprecated_options.items()
        if option in inherited.REQUIRED
    }
    assert former == inherited.FORMER


def test_an_option_that_holds_an_address_a_folder_or_a_key_of_the_stack_is_required(
    home: Home,
) -> None:
    server = Server("127.0.0.1", 5999, home.secrets())
    airflow_home.write_configuration(home, server, 8999)
    common = airflow_config.common(server, airflow_home.connections_file(home))
    layers = (common, airflow_home._own(home, 8999))
    own = [str(home.root), str(home.dags), "5999", "8999", *home.secrets().databases.values()]
    own += [home.secrets().fernet_key, home.secrets().jwt_secret, home.secrets().api_secret_key]
    found = {
        (section, option)
        for sections in layers
        for section, options in sections.items()
        for option, value in options.items()
        if any(part in str(value) for part in own)
    }
    assert ("cosmos", "cache_dir") in found
    assert found <= set(inherited.REQUIRED)


def test_by_hand_airflow_does_not_see_what_is_refused(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server("127.0.0.1", 5999, home.secrets())
    airflow_home.write_configuration(home, server, 8999)
    Ports(home.ports_file).remember("postgres", 5999)
    monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql://other")
    monkeypatch.setenv("AIRFLOW__SMTP__SMTP_HOST", "mail")
    lines = shell.env(home).splitlines()
    assert "unset AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" in lines
    assert not any("SMTP" in line for line in lines)


def test_nothing_that_elt_env_exports_is_refused(home: Home) -> None:
    server = Server("127.0.0.1", 5999, home.secrets())
    exported = {**airflow_home.public_environment(home, server), **airflow_home.dbt_secret(server)}
    assert inherited.refusals(exported) == {}
