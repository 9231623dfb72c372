"""Which warehouse the environment names, and what is said where it names none or half of one."""

from __future__ import annotations

from pathlib import Path

import pytest

from elt import warehouse as names
from elt.local import airflow_home, shell
from elt.local.home import Home
from elt.local.ports import Ports
from elt.stack import airflow_config, elsewhere
from elt.stack.errors import StackError
from elt.stack.server import Server

NAMED = {
    "ELT_WAREHOUSE_HOST": "dwh.example.com",
    "ELT_WAREHOUSE_LOADER_PASSWORD": "of the loader",
    "ELT_WAREHOUSE_TRANSFORMER_PASSWORD": "of the transformer",
    "ELT_WAREHOUSE_READER_PASSWORD": "of the reader",
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.create()
    return home


def named(**environment: str) -> Server:
    server = elsewhere.named(NAMED | environment)
    assert server is not None
    return server


def test_a_host_and_three_passwords_are_enough() -> None:
    server = named()
    assert server.title == "warehouse on dwh.example.com:5432"
    assert server.parameters(names.LOADER) == {
        "host": "dwh.example.com",
        "port": "5432",
        "user": "elt_loader",
        "password": "of the loader",
        "dbname": "warehouse",
    }


def test_port_database_and_target_are_taken_too() -> None:
    server = named(
        ELT_WAREHOUSE_PORT="6000", ELT_WAREHOUSE_DATABASE="dw", ELT_DBT_TARGET="greenplum"
    )
    assert server.title == "dw on dwh.example.com:6000 (greenplum)"
    written = airflow_config.connections({}, server)[names.READER_CONN_ID]
    assert (written["host"], written["port"], written["schema"]) == ("dwh.example.com", 6000, "dw")
    assert written["password"] == "of the reader"


def test_airflow_and_dbt_are_told(home: Home) -> None:
    server = named(ELT_DBT_TARGET="greenplum")
    told = airflow_home.airflow_environment(home, server)
    assert told["ELT_WAREHOUSE_HOST"] == "dwh.example.com"
    assert (told["DBT_TARGET"], told["ELT_DBT_TARGET"]) == ("greenplum", "greenplum")
    assert told["DBT_ENV_SECRET_WAREHOUSE_PASSWORD"] == "of the transformer"


def test_a_password_may_lie_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("of a file\n")
    environment = {**NAMED, "ELT_WAREHOUSE_READER_PASSWORD_FILE": str(file)}
    del environment["ELT_WAREHOUSE_READER_PASSWORD"]
    assert elsewhere.passwords(environment)[names.READER] == "of a file"
    file.unlink()
    with pytest.raises(StackError, match=r"READER_PASSWORD_FILE: .* cannot be read: No such file"):
        elsewhere.passwords(environment)


def test_dbt_s_own_variable_is_the_transformer_s() -> None:
    environment = {**NAMED, "DBT_ENV_SECRET_WAREHOUSE_PASSWORD": "of dbt"}
    assert elsewhere.passwords(environment)[names.TRANSFORMER] == "of the transformer"
    del environment["ELT_WAREHOUSE_TRANSFORMER_PASSWORD"]
    assert elsewhere.passwords(environment)[names.TRANSFORMER] == "of dbt"


@pytest.mark.parametrize("environment", [{}, {"ELT_DBT_TARGET": "postgres"}])
def test_nothing_that_is_named_is_the_stack_s_own(environment: dict[str, str]) -> None:
    assert elsewhere.named(environment) is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"ELT_DBT_TARGET": "greenplum"}, "ELT_DBT_TARGET is set, but no warehouse is named"),
        ({"ELT_WAREHOUSE_PORT": "5433"}, "ELT_WAREHOUSE_PORT is set, but no warehouse is named"),
        ({"ELT_WAREHOUSE_DATABASE": "dw"}, "ELT_WAREHOUSE_DATABASE is set, but no warehouse"),
        (NAMED | {"ELT_DBT_TARGET": "mysql"}, "ELT_DBT_TARGET is 'mysql'"),
        (NAMED | {"ELT_WAREHOUSE_PORT": "0"}, "ELT_WAREHOUSE_PORT is '0'"),
        (NAMED | {"ELT_WAREHOUSE_USER": "me"}, "ELT_WAREHOUSE_USER is me"),
        (
            {"ELT_WAREHOUSE_HOST": "localhost", "ELT_WAREHOUSE_READER_PASSWORD": "x"},
            "ELT_WAREHOUSE_LOADER_PASSWORD, ELT_WAREHOUSE_TRANSFORMER_PASSWORD are not set",
        ),
    ],
)
def test_half_a_warehouse_is_refused(environment: dict[str, str], said: str) -> None:
    with pytest.raises(StackError, match=said):
        elsewhere.named(environment)


def test_what_elt_env_exports_names_no_other_warehouse(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (*NAMED, "ELT_DBT_TARGET"):
        monkeypatch.delenv(name, raising=False)
    airflow_home.write_configuration(home, Server("127.0.0.1", 5999, home.secrets()), 8999)
    Ports(home.ports_file).remember("postgres", 5999)
    exported = dict(
        line.removeprefix("export ").split("=", 1)
        for line in shell.env(home).splitlines()
        if line.startswith("export ELT_")
    )
    assert exported["ELT_WAREHOUSE_PORT"] == "5999"
    assert elsewhere.named(exported) is None
    # Whoever then names a host means it.
    assert elsewhere.address(exported | {"ELT_WAREHOUSE_HOST": "dwh.example.com"}) == (
        ("dwh.example.com", 5999, "warehouse", "postgres")
    )


def test_elt_env_exports_the_warehouse_that_is_named(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    airflow_home.write_configuration(home, Server("127.0.0.1", 5999, home.secrets()), 8999)
    Ports(home.ports_file).remember("postgres", 5999)
    for name, value in NAMED.items():
        monkeypatch.setenv(name, value)
    lines = shell.env(home).splitlines()
    assert "export ELT_WAREHOUSE_HOST=dwh.example.com" in lines
    assert "export DBT_ENV_SECRET_WAREHOUSE_PASSWORD='of the transformer'" in lines
    assert "export ELT_WAREHOUSE_OWN=''" in lines


def test_processes_of_the_stack_inherit_no_password(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in NAMED.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ELT_WAREHOUSE_ADMIN_PASSWORD", "of the admin")
    told = airflow_home.airflow_environment(home, named())
    assert not {"of the loader", "of the reader", "of the admin"} & set(told.values())
