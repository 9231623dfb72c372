"""The plugin that Airflow finds by its entry point (`airflow.plugins` in pyproject.toml).

Every process of Airflow imports this module; what it takes to serve the pages is imported by the
API server alone, when it asks for the apps.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from airflow.configuration import conf
from airflow.plugins_manager import AirflowPlugin

PREFIX = "/elt"
"""Where the app is mounted, below the path of `[api] base_url`."""


class _Apps:
    def __get__(self, instance: object, owner: type) -> list[dict[str, Any]]:
        from elt.ui.app import app

        return [{"app": app, "url_prefix": PREFIX, "name": "elt"}]


def _href(page: str) -> str:
    path = urlsplit(conf.get("api", "base_url", fallback="") or "").path.rstrip("/")
    return f"{path}{PREFIX}/{page}"


class EltPlugin(AirflowPlugin):
    """The pages "Data" and "dbt docs"."""

    name = "elt"
    fastapi_apps = _Apps()
    external_views: list[dict[str, Any]] = [  # noqa: RUF012, as Airflow's own class has it
        {
            "name": "Data",
            "href": _href("data"),
            "url_route": "data",
            "destination": "nav",
            "nav_top_level": True,
        },
        {
            "name": "dbt docs",
            "href": _href("docs/"),
            "url_route": "dbt-docs",
            "destination": "nav",
            "nav_top_level": True,
        },
    ]
