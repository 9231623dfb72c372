"""What the embedded stack takes over of the environment it is called in, and what it refuses.

Airflow reads `AIRFLOW__SECTION__OPTION` (with `_CMD` and `_SECRET` for options that are secret),
`AIRFLOW_CONN_…` and `AIRFLOW_VAR_…`; so does the stack's, except for what the stack sets to its own
addresses, folders and keys. `elt up` and `elt run` name what they refuse, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from elt import warehouse

_OPTION = "AIRFLOW__"
_CONNECTION = "AIRFLOW_CONN_"
_VARIABLE = "AIRFLOW_VAR_"
_FOREIGN = ("AIRFLOW", "PG", "DBT_", "ELT_WAREHOUSE_", "ELT_DBT_TARGET", "COSMOS_")
"""Begins the variables of another Airflow, dbt or PostgreSQL of the user's."""

_DATABASE = "the stack keeps Airflow's database in its own PostgreSQL"
_UI = "the stack chooses where the UI listens: elt up --port"
_KEYS = "the stack makes its own keys"
_LOGIN = "the stack makes its own login"
_CONNECTIONS = "the stack keeps its connections in a file of its own: AIRFLOW_CONN_… adds others"
_DAGS = "ELT_DAGS_FOLDER names another folder"
_STATE = "it lies in the stack's state folder: ELT_HOME names another"
_PROCESSES = "the stack runs everything on this machine"
_WAREHOUSE = "ELT_WAREHOUSE_HOST names another warehouse"
_DBT = "the stack calls dbt with its own settings"

REQUIRED: Mapping[tuple[str, str], str] = {
    ("core", "executor"): _PROCESSES,
    ("core", "execution_api_server_url"): _UI,
    ("core", "unit_test_mode"): "Airflow would leave the stack's configuration aside",
    ("core", "auth_manager"): _LOGIN,
    ("core", "simple_auth_manager_users"): _LOGIN,
    ("core", "simple_auth_manager_passwords_file"): _LOGIN,
    ("core", "dags_folder"): _DAGS,
    ("core", "plugins_folder"): _STATE,
    ("core", "fernet_key"): _KEYS,
    ("database", "sql_alchemy_conn"): _DATABASE,
    ("database", "sql_alchemy_conn_async"): _DATABASE,
    ("database", "sql_alchemy_schema"): _DATABASE,
    ("database", "sql_alchemy_connect_args"): _DATABASE,
    ("database", "sql_alchemy_connect_args_async"): _DATABASE,
    ("api", "base_url"): _UI,
    ("api", "host"): _UI,
    ("api", "port"): _UI,
    ("api", "ssl_cert"): _UI,
    ("api", "ssl_key"): _UI,
    ("api", "secret_key"): _KEYS,
    ("api_auth", "jwt_secret"): _KEYS,
    ("api_auth", "jwt_private_key_path"): _KEYS,
    ("api_auth", "jwt_algorithm"): _KEYS,
    ("api_auth", "trusted_jwks_url"): _KEYS,
    ("secrets", "backend"): _CONNECTIONS,
    ("secrets", "backend_kwargs"): _CONNECTIONS,
    ("workers", "secrets_backend"): _CONNECTIONS,
    ("workers", "secrets_backend_kwargs"): _CONNECTIONS,
    ("dag_processor", "dag_bundle_config_list"): _DAGS,
    ("logging", "base_log_folder"): _STATE,
    ("logging", "dag_processor_child_process_log_directory"): _STATE,
    ("logging", "log_filename_template"): "elt run finds the log of a task by it",
    ("cosmos", "cache_dir"): _STATE,
}
"""Options that the stack depends on, and why another value is refused."""

FORMER: Mapping[tuple[str, str], tuple[str, str]] = {
    ("core", "execution_api_server_url"): ("workers", "execution_api_server_url"),
    ("database", "sql_alchemy_conn"): ("core", "sql_alchemy_conn"),
    ("api", "base_url"): ("webserver", "base_url"),
    ("api", "host"): ("webserver", "web_server_host"),
    ("api", "port"): ("webserver", "web_server_port"),
    ("api", "ssl_cert"): ("webserver", "web_server_ssl_cert"),
    ("api", "ssl_key"): ("webserver", "web_server_ssl_key"),
    ("api", "secret_key"): ("webserver", "secret_key"),
}
"""Names that these options had in earlier versions: Airflow still reads them."""

_BY_KEY = (f"{_OPTION}SECRETS__BACKEND_KWARG__", f"{_OPTION}WORKERS__SECRETS_BACKEND_KWARG__")
_FORMS = ("", "_CMD", "_SECRET")
_OWN_CONNECTIONS = (
    warehouse.LOADER_CONN_ID,
    warehouse.TRANSFORMER_CONN_ID,
    warehouse.READER_CONN_ID,
)
_OF_ELT_ENV = (
    "DBT_PROFILE",
    "DBT_TARGET",
    "DBT_TARGET_PATH",
    "DBT_SEND_ANONYMOUS_USAGE_STATS",
    "DBT_ENV_SECRET_WAREHOUSE_PASSWORD",
)
"""What `elt env` exports: a shell that evaluated it says nothing that the stack does not know."""


def environment(called_in: Mapping[str, str]) -> dict[str, str]:
    """What the processes of the stack inherit of the environment that `elt` was called in."""
    refused = refusals(called_in)
    return {
        name: value
        for name, value in called_in.items()
        if name not in refused and (_is_airflows(name) or not name.startswith(_FOREIGN))
    }


def refusals(called_in: Mapping[str, str]) -> dict[str, str]:
    """The variables that the stack does not take over though Airflow or dbt would, with reasons."""
    reasons = dict(_refused_names())
    found = {}
    for name in called_in:
        if name in reasons:
            found[name] = reasons[name]
        elif name.startswith(_BY_KEY):
            found[name] = _CONNECTIONS
        elif name.startswith("DBT_") and name not in _OF_ELT_ENV:
            found[name] = _DBT
    return found


def described(refused: Mapping[str, str]) -> str:
    """The refused variables in one line, by reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in sorted(refused.items()):
        by_reason.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(names)} ({reason})" for reason, names in by_reason.items())


def _is_airflows(name: str) -> bool:
    return name.startswith((_OPTION, _CONNECTION, _VARIABLE))


def _refused_names() -> Iterator[tuple[str, str]]:
    for (section, option), reason in REQUIRED.items():
        names = [(section, option), *filter(None, [FORMER.get((section, option))])]
        for named_section, named_option in names:
            for form in _FORMS:
                yield f"{_OPTION}{named_section}__{named_option}{form}".upper(), reason
    yield "AIRFLOW_CONFIG", _STATE
    for conn_id in _OWN_CONNECTIONS:
        yield f"{_CONNECTION}{conn_id}".upper(), _WAREHOUSE
