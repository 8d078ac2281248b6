"""Homeward's pages inside Airflow: who may see them, who may change something, and what they show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain.detections import Picture
from homeward.domain.errors import NotFoundError, ReviewClosedError, ThrottledError
from homeward.domain.proposals import Answer
from homeward.domain.reviews import ReviewVerdict
from homeward.domain.sync import run_folder, run_name

RUN = "scheduled__2026-11-22T00:00:00+00:00"
OURS = {"x-homeward-desk": "1"}
ANSWER = "/homeward/desk/reviews/gate-1/answer"


@pytest.fixture(scope="module")
def api(airflow_database: None) -> Iterator[Any]:
    """Airflow's whole API server with our plugin in it, without a user."""
    from airflow.api_fastapi.app import create_app, purge_cached_app
    from fastapi.testclient import TestClient

    purge_cached_app()
    with TestClient(create_app(), base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        yield client
    purge_cached_app()


def headers(role: str, name: str = "alex") -> dict[str, str]:
    """Those of a user with a role."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    user = SimpleAuthManagerUser(username=name, role=role)
    return {"Authorization": f"Bearer {get_auth_manager().generate_jwt(user)}"}


@pytest.fixture
def token(api: Any) -> dict[str, str]:
    """Headers of a user who may look at everything."""
    return headers("viewer")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The cases bucket."""
    objects: dict[str, bytes] = {}

    def get(bucket: str, key: str) -> bytes:
        if key not in objects:
            raise NotFoundError(f"there is no {key}")
        return objects[key]

    store = SimpleNamespace(get=get, exists=lambda bucket, key: key in objects)
    monkeypatch.setattr(bootstrap, "objects", lambda: store)
    monkeypatch.setattr(bootstrap, "cases_bucket", lambda: "cases")
    monkeypatch.setattr(bootstrap, "list_executions", lambda: SimpleNamespace(of_run=lambda run: []))
    return objects


@dataclass
class Answers:
    """The step answer_review; `problem` is what it raises."""

    given: list[tuple[Any, ...]] = field(default_factory=list)
    problem: Exception | None = None

    def __call__(self, *answer: Any) -> ReviewVerdict:
        self.given.append(answer)
        if self.problem:
            raise self.problem
        return ReviewVerdict.CONFIRMED


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    found = Answers()
    monkeypatch.setattr(bootstrap, "answer_review", lambda: found)
    return found


def routes() -> list[Any]:
    from homeward_airflow.web import app

    return [route for route in app.routes if route.path != "/desk/static"]  # type: ignore[attr-defined]


def test_every_route_refuses_who_is_not_logged_in(api: Any) -> None:
    assert len(routes()) >= 15
    for route in routes():
        for method in route.methods:
            answer = api.request(method, f"/homeward{route.path}", headers=OURS)
            assert answer.status_code == 401, (method, route.path)


def test_every_route_that_changes_something_wants_the_right_and_our_own_page(api: Any) -> None:
    changing = [route for route in routes() if "POST" in route.methods]
    assert len(changing) >= 5
    for route in changing:
        path = f"/homeward{route.path}"
        assert api.post(path, headers={**headers("viewer"), **OURS}).status_code == 403, path
        assert api.post(path, headers={**headers("user"), **OURS}).status_code == 403, path
        assert api.post(path, headers=headers("op")).status_code == 403, path
        foreign = {"origin": "https://elsewhere.example"}
        assert api.post(path, headers={**headers("op"), **OURS, **foreign}).status_code == 403, path


@pytest.mark.parametrize("role", ["op", "admin"])
def test_an_operator_decides(api: Any, answers: Answers, role: str) -> None:
    sent = {"verdict": "CONFIRMED", "note": "the ear"}
    own = {"origin": "http://127.0.0.1"}
    answer = api.post(ANSWER, json=sent, headers={**headers(role), **OURS, **own})
    assert (answer.status_code, answer.json()["verdict"]) == (200, "CONFIRMED")
    ((detection, verdict, by, note),) = answers.given
    assert (detection, verdict, note) == ("gate-1", ReviewVerdict.CONFIRMED, "the ear")
    assert by == bootstrap.staff().id_of("alex")


@pytest.mark.parametrize(("role", "status"), [("user", 403), ("op", 403), ("admin", 200)])
def test_administrators_change_the_policy(api: Any, monkeypatch: pytest.MonkeyPatch, role: str, status: int) -> None:
    decided = list[tuple[Any, ...]]()
    checked = {"known": False, "sha256": "abc"}
    monkeypatch.setattr(bootstrap, "check_policy", lambda: lambda version: checked)
    monkeypatch.setattr(bootstrap, "decide_policy", lambda: lambda *terms: decided.append(terms))
    path, note = "/homeward/desk/bias/policies/measured-1/publish", {"note": "measured on 10,000 people"}
    assert api.post(path, json=note, headers={**headers(role), **OURS}).status_code == status
    by = bootstrap.staff().id_of("alex")
    expected = ("desk", "measured-1", "abc", Answer.APPROVED, by, note["note"])
    assert decided == ([expected] if status == 200 else [])


@pytest.mark.parametrize(
    ("problem", "status"),
    [(ReviewClosedError("answered already"), 409), (NotFoundError("no review"), 404), (ThrottledError("slow"), 503)],
)
def test_what_went_wrong_is_said(api: Any, answers: Answers, problem: Exception, status: int) -> None:
    answers.problem = problem
    answer = api.post(ANSWER, json={"verdict": "REJECTED"}, headers={**headers("op"), **OURS})
    assert (answer.status_code, answer.json()) == (status, {"detail": str(problem)})


@pytest.mark.parametrize("sent", [{}, {"verdict": "MAYBE"}, {"verdict": "CONFIRMED", "note": "x" * 1001}])
def test_an_answer_that_is_none_is_refused(api: Any, answers: Answers, sent: dict[str, str]) -> None:
    assert api.post(ANSWER, json=sent, headers={**headers("op"), **OURS}).status_code == 422
    assert answers.given == []


def test_nobody_sees_a_report_without_logging_in(api: Any, held: dict[str, bytes]) -> None:
    held[f"{run_folder('run-1')}/report.html"] = b"secret"
    answer = api.get("/homeward/desk/report/sync/run-1")
    assert answer.status_code == 401
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("kind", "folder", "dag"),
    [
        ("sync", "sync", "sync_namus_cases"),
        ("replay", "replay", "replay_detections"),
        ("bias", "bias", "measure_bias"),
        ("reconcile", "reconcile", "reconcile_collection"),
        ("rebuild", "rebuild", "rebuild_collection"),
    ],
)
def test_the_tab_of_a_run_shows_its_report(
    api: Any, token: dict[str, str], held: dict[str, bytes], kind: str, folder: str, dag: str
) -> None:
    tab = f"/homeward/desk/run/{dag}/{RUN}"
    assert "No report (yet)" in api.get(tab, headers=token).text
    run = run_name(dag, RUN)
    held[f"{folder}/{run}/report.html"] = b"<p>the report</p>"
    framed = f"/homeward/desk/report/{kind}/{run}"
    assert f'src="{framed}"' in api.get(tab, headers=token).text
    answer = api.get(framed, headers=token)
    assert (answer.status_code, answer.text) == (200, "<p>the report</p>")
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("run", ["..", "a b", "x" * 200])
def test_a_name_that_is_no_runs_is_refused(api: Any, token: dict[str, str], held: dict[str, bytes], run: str) -> None:
    assert api.get(f"/homeward/desk/report/sync/{run}", headers=token).status_code in (400, 404)


def test_the_views_are_in_the_navigation_and_on_runs_and_tasks(api: Any, token: dict[str, str]) -> None:
    from homeward_airflow.desk.page import VIEWS

    plugins = api.get("/api/v2/plugins", headers=token).json()["plugins"]
    (ours,) = (plugin for plugin in plugins if plugin["name"] == "homeward")
    views = ours["external_views"]
    named = {view["name"]: view["href"] for view in views if view.get("category") == "Homeward"}
    assert named == {view.name: f"/homeward/desk/{view.route}" for view in VIEWS}
    tabs = {view["destination"]: view["href"] for view in views if view["destination"] != "nav"}
    assert tabs == dict.fromkeys(("dag_run", "task_instance"), "/homeward/desk/run/{DAG_ID}/{RUN_ID}")


@dataclass
class Shown:
    """The pictures bucket."""

    body: bytes = b"\xff\xd8\xff\xe0 a picture"
    asked: list[Picture] = field(default_factory=list)

    def read(self, picture: Picture) -> bytes:
        self.asked.append(picture)
        return self.body


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Shown:
    found = Shown()
    monkeypatch.setattr(bootstrap, "pictures", lambda: found)
    return found


@pytest.fixture
def link(api: Any) -> str:
    from homeward_airflow.desk.pictures import link

    return link("alex", "pictures", "crops/gate/1.jpg", "v1")


def test_a_link_shows_its_picture(api: Any, token: dict[str, str], shown: Shown, link: str) -> None:
    answer = api.get(link, headers=token)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
    assert (answer.content, answer.headers["x-content-type-options"]) == (shown.body, "nosniff")
    assert shown.asked == [Picture("pictures", "crops/gate/1.jpg", "v1", 0)]


def test_a_link_is_its_users_own(api: Any, shown: Shown, link: str) -> None:
    assert api.get(link).status_code == 401
    assert api.get(link, headers=headers("admin", "robin")).status_code == 403
    assert shown.asked == []


def test_a_link_expires(
    api: Any, token: dict[str, str], shown: Shown, link: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from homeward_airflow.desk import pictures

    monkeypatch.setattr(pictures, "SECONDS", -1)
    answer = api.get(link, headers=token)
    assert (answer.status_code, shown.asked) == (410, [])
    assert "expired" in answer.text


@pytest.mark.parametrize("change", [lambda link: link[:-2] + "xx", lambda link: link.replace("=", "=x", 1)])
def test_a_link_that_was_changed_is_none(api: Any, token: dict[str, str], shown: Shown, link: str, change: Any) -> None:
    assert api.get(change(link), headers=token).status_code == 404
    assert shown.asked == []


@pytest.mark.parametrize("body", [b"", b"<svg onload='x'/>", b"<html>", b"GIF89a"])
def test_what_is_no_picture_is_not_sent(api: Any, token: dict[str, str], shown: Shown, link: str, body: bytes) -> None:
    shown.body = body
    answer = api.get(link, headers=token)
    assert answer.status_code == 415
    assert body not in answer.content or not body


def test_links_are_masked_in_the_access_log(link: str) -> None:
    from airflow.api_fastapi.common import http_access_log

    if not hasattr(http_access_log, "_redact_query_string"):
        pytest.skip("Airflow masks nothing before 3.3: docs/mwaa.md says so")
    query = link.partition("?")[2]
    assert query.removeprefix("token=") not in http_access_log._redact_query_string(query)


def test_pages_run_nothing_but_our_scripts(api: Any, token: dict[str, str]) -> None:
    answer = api.get("/homeward/desk/nothing", headers=token)
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "onclick" not in answer.text
