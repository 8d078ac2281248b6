"""Homeward's pages inside Airflow: who may see them, and what they show."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain.errors import NotFoundError
from homeward.domain.sync import run_folder, run_name

DAG = "sync_namus_cases"
RUN = "scheduled__2026-11-22T00:00:00+00:00"
PAGE = f"/homeward/sync/sync_namus_cases/{RUN}/report"


@pytest.fixture(scope="module")
def api(airflow_database: None) -> Iterator[Any]:
    """Airflow's whole API server with our plugin in it, without a user."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from fastapi.testclient import TestClient

    purge_cached_app()
    with TestClient(create_app(), base_url="http://127.0.0.1") as client:
        yield client
    purge_cached_app()


@pytest.fixture
def token(api: Any) -> dict[str, str]:
    """Headers of a user who may look at everything."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    user = SimpleAuthManagerUser(username="alex", role="viewer")
    return {"Authorization": f"Bearer {get_auth_manager().generate_jwt(user)}"}


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The cases bucket."""
    objects: dict[str, bytes] = {}

    def get(bucket: str, key: str) -> bytes:
        if key not in objects:
            raise NotFoundError(key)
        return objects[key]

    monkeypatch.setattr(bootstrap, "objects", lambda: SimpleNamespace(get=get))
    monkeypatch.setattr(bootstrap, "cases_bucket", lambda: "cases")
    return objects


def test_nobody_sees_a_report_without_logging_in(api: Any, held: dict[str, bytes]) -> None:
    held[f"{run_folder(run_name('sync_namus_cases', RUN))}/report.html"] = b"secret"
    answer = api.get(PAGE)
    assert answer.status_code == 401
    assert "secret" not in answer.text


def test_the_report_of_a_run(api: Any, token: dict[str, str], held: dict[str, bytes]) -> None:
    held[f"{run_folder(run_name('sync_namus_cases', RUN))}/report.html"] = b"<p>the report</p>"
    answer = api.get(PAGE, headers=token)
    assert (answer.status_code, answer.text) == (200, "<p>the report</p>")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"


def test_a_run_without_a_report_says_so(api: Any, token: dict[str, str], held: dict[str, bytes]) -> None:
    answer = api.get(PAGE, headers=token)
    assert answer.status_code == 404
    assert "no sync report (yet)" in answer.text


def test_the_report_of_a_replay(api: Any, token: dict[str, str], held: dict[str, bytes]) -> None:
    page = f"/homeward/replay/replay_detections/{RUN}/report"
    assert api.get(page).status_code == 401
    answer = api.get(page, headers=token)
    assert (answer.status_code, "no replay report (yet)" in answer.text) == (404, True)
    held[f"replay/{run_name('replay_detections', RUN)}/report.html"] = b"<p>what would have differed</p>"
    assert api.get(page, headers=token).text == "<p>what would have differed</p>"


def test_the_report_of_a_measurement(api: Any, token: dict[str, str], held: dict[str, bytes]) -> None:
    page = f"/homeward/bias/measure_bias/{RUN}/report"
    assert api.get(page).status_code == 401
    answer = api.get(page, headers=token)
    assert (answer.status_code, "no bias report (yet)" in answer.text) == (404, True)
    held[f"bias/{run_name('measure_bias', RUN)}/report.html"] = b"<p>error rates</p>"
    assert api.get(page, headers=token).text == "<p>error rates</p>"


def test_the_report_of_a_reconcile_run(api: Any, token: dict[str, str], held: dict[str, bytes]) -> None:
    page = f"/homeward/reconcile/reconcile_collection/{RUN}/report"
    assert api.get(page).status_code == 401
    held[f"reconcile/{run_name('reconcile_collection', RUN)}/report.html"] = b"<p>they agree</p>"
    assert api.get(page, headers=token).text == "<p>they agree</p>"


def test_the_report_of_a_rebuild(api: Any, token: dict[str, str], held: dict[str, bytes]) -> None:
    page = f"/homeward/rebuild/rebuild_collection/{RUN}/report"
    assert api.get(page).status_code == 401
    held[f"rebuild/{run_name('rebuild_collection', RUN)}/report.html"] = b"<p>fit to be searched</p>"
    assert api.get(page, headers=token).text == "<p>fit to be searched</p>"


def test_the_report_is_a_tab_of_the_run(api: Any, token: dict[str, str]) -> None:
    plugins = api.get("/api/v2/plugins", headers=token).json()["plugins"]
    (ours,) = (plugin for plugin in plugins if plugin["name"] == "homeward")
    tabs = {view["name"]: view for view in ours["external_views"]}
    assert tabs["Sync report"]["destination"] == "dag_run"
    assert tabs["Sync report"]["href"] == "/homeward/sync/{DAG_ID}/{RUN_ID}/report"
    assert tabs["Replay report"]["href"] == "/homeward/replay/{DAG_ID}/{RUN_ID}/report"
    assert tabs["Bias report"]["href"] == "/homeward/bias/{DAG_ID}/{RUN_ID}/report"
    assert tabs["Reconcile report"]["href"] == "/homeward/reconcile/{DAG_ID}/{RUN_ID}/report"
    assert tabs["Rebuild report"]["href"] == "/homeward/rebuild/{DAG_ID}/{RUN_ID}/report"
