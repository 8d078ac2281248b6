"""Airflow's entry to Homeward. Airflow imports every module of this folder; the code is in `homeward_airflow`.

Plugins are loaded by every Airflow process, each task included, so the web pages are imported by the first request.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from airflow.plugins_manager import AirflowPlugin


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
            "name": "Sync report",
            "href": "/homeward/sync/{DAG_ID}/{RUN_ID}/report",
            "destination": "dag_run",
            "url_route": "sync-report",
        },
        {
            "name": "Replay report",
            "href": "/homeward/replay/{DAG_ID}/{RUN_ID}/report",
            "destination": "dag_run",
            "url_route": "replay-report",
        },
        {
            "name": "Bias report",
            "href": "/homeward/bias/{DAG_ID}/{RUN_ID}/report",
            "destination": "dag_run",
            "url_route": "bias-report",
        },
        {
            "name": "Reconcile report",
            "href": "/homeward/reconcile/{DAG_ID}/{RUN_ID}/report",
            "destination": "dag_run",
            "url_route": "reconcile-report",
        },
        {
            "name": "Rebuild report",
            "href": "/homeward/rebuild/{DAG_ID}/{RUN_ID}/report",
            "destination": "dag_run",
            "url_route": "rebuild-report",
        },
    ]
