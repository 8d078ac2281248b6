"""Who may what at the desk under FAB's roles: MWAA has its auth manager."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from homeward import bootstrap
from homeward.domain.reviews import ReviewVerdict
from tests.fakes import FakeStaff

OURS = {"x-homeward-desk": "1"}
ROLES = ("Public", "Viewer", "User", "Reviewer", "Op", "Admin")
Asks = Callable[..., int]


@pytest.fixture(scope="module")
def api() -> Iterator[Any]:
    """Airflow's API server with its metadata database, and FAB's."""
    from airflow.api_fastapi.app import create_app
    from airflow.utils import db
    from fastapi.testclient import TestClient

    db.initdb()
    with TestClient(create_app(), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="module")
def people(api: Any) -> dict[str, Any]:
    """A user of each role; Reviewer is one of our own, as docs/mwaa.md makes it: Viewer, and variables."""
    from airflow.api_fastapi.app import get_auth_manager

    manager: Any = get_auth_manager()
    with manager.flask_app.app_context():
        known = manager.security_manager
        viewer = known.find_role("Viewer")
        own = known.add_role("Reviewer")
        for permission in viewer.permissions:
            known.add_permission_to_role(own, permission)
        known.add_permission_to_role(own, known.get_permission("can_edit", "Variables"))
        return {
            role: known.add_user(role.lower(), role, role, f"{role}@example.org", known.find_role(role), password="x")
            for role in ROLES
        }


@pytest.fixture
def asks(api: Any, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Asks:
    """`asks("Op", "get", "picture?token=x")`: the status of what the desk answers."""
    from airflow.api_fastapi.app import get_auth_manager

    monkeypatch.setattr(bootstrap, "staff", FakeStaff)
    monkeypatch.setattr(bootstrap, "answer_review", lambda: lambda *terms: ReviewVerdict.CONFIRMED)
    monkeypatch.setattr(bootstrap, "check_policy", lambda: lambda version: {"known": False, "sha256": "abc"})
    monkeypatch.setattr(bootstrap, "decide_policy", lambda: lambda *terms: None)

    def asks(role: str, method: str, path: str, **sent: Any) -> int:
        manager: Any = get_auth_manager()
        with manager.flask_app.app_context():
            bearer = {"Authorization": f"Bearer {manager.generate_jwt(people[role])}"}
        return int(api.request(method, f"/homeward/desk/{path}", headers={**bearer, **OURS}, **sent).status_code)

    return asks


@pytest.mark.parametrize("role", ROLES)
def test_who_may_look(asks: Asks, role: str) -> None:
    """A picture that there isn't is 404 for those who may see pictures."""
    assert asks(role, "get", "picture?token=x") == (403 if role == "Public" else 404)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_answer(asks: Asks, role: str) -> None:
    may = role in ("Reviewer", "Op", "Admin")
    assert asks(role, "post", "reviews/gate-1/answer", json={"verdict": "CONFIRMED"}) == (200 if may else 403)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_change_the_policy(asks: Asks, role: str) -> None:
    sent = {"note": "measured on 10,000 people"}
    assert asks(role, "post", "bias/policies/measured-1/publish", json=sent) == (200 if role == "Admin" else 403)
