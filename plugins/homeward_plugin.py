"""Airflow's entry to Homeward. Airflow imports every module of this folder; the code is in `homeward_airflow`.

Plugins are loaded by every Airflow process, each task included, so the web pages are imported by the first request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin

# Name in the navigation, route below /homeward/desk. The pages' own navigation has the same entries, in this order.
VIEWS = (
    ("Reviews", "reviews"),
    ("Executions", "executions"),
    ("Sightings", "sightings"),
    ("Collection", "collection"),
    ("Bias", "bias"),
    ("Audit", "audit"),
)


async def web(
    scope: MutableMapping[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]
) -> None:
    """The ASGI application of the web pages."""
    from homeward_airflow.web import app

    await app(scope, receive, send)


class HomewardPlugin(AirflowPlugin):
    """Registers Homeward with Airflow."""

    name = "homeward"
    fastapi_apps = [{"app": web, "url_prefix": "/homeward", "name": "Homeward"}]  # noqa: RUF012 - Airflow's own form
    external_views = [  # noqa: RUF012
        {
            "name": "Homeward",
            "href": "/homeward/desk/reviews",
            "destination": "nav",
            "nav_top_level": True,
            "icon": "/homeward/desk/static/icon.svg",
            "icon_dark_mode": "/homeward/desk/static/icon-dark.svg",
            "url_route": "homeward",
        },
        *(
            {
                "name": name,
                "href": f"/homeward/desk/{route}",
                "destination": "nav",
                "category": "Homeward",
                "url_route": f"homeward-{route}",
            }
            for name, route in VIEWS
        ),
        # Tabs are on the runs and tasks of every DAG: Airflow has no filter. The pages say so where there is nothing.
        {
            "name": "Homeward",
            "href": "/homeward/desk/run/{DAG_ID}/{RUN_ID}",
            "destination": "dag_run",
            "url_route": "homeward-run",
        },
        {
            "name": "Homeward",
            "href": "/homeward/desk/run/{DAG_ID}/{RUN_ID}",
            "destination": "task_instance",
            "url_route": "homeward-task",
        },
    ]
