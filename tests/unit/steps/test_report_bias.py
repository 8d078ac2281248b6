"""A measurement becomes a report: for programs, for people, and in the audit trail, with the same numbers."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import pytest

from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.errors import NotFoundError
from homeward.domain.groups import Group
from homeward.steps.report_bias import Measured, ReportBias
from tests.factories import case_key, policy_json
from tests.fakes import NOW

FACTS = {
    "collection": "missing-people-1",
    "face_model_version": "7.0",
    "calls": 80,
    "usd": 0.08,
    "hosts": {"127.0.0.1": 40},
    "digest": "0" * 64,
    "rows_of": "earlier",
}
SAME = {"collection": "missing-people-1", "face_model_version": "7.0"}


class Objects:
    """The cases bucket, with the live policy in it."""

    def __init__(self) -> None:
        self.held = {"policy/1.json": policy_json(version="1", groups=[]).encode()}

    def get(self, bucket: str, key: str) -> bytes:
        if key not in self.held:
            raise NotFoundError(key)
        return self.held[key]

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        self.held[key] = body


class Audit:
    def __init__(self) -> None:
        self.events: list[Any] = []

    def append(self, event: Any) -> None:
        self.events.append(event)


class LookAlikes:
    def pairs(self) -> Any:
        yield case_key(1), case_key(2)


def measurement(**facts: Any) -> Measured:
    """Forty people with two photos each; the first two women look alike."""
    groups = tuple(Group("Female" if n % 2 else "Male", ("Asian",), "30-49", False) for n in range(40))
    photos = np.repeat(np.arange(40), 2).astype(np.int32)
    gallery = Gallery(tuple(str(case_key(n)) for n in range(40)), groups, photos)
    probe = np.arange(80, dtype=np.int32)
    genuine = Comparisons(
        50.0,
        np.r_[probe, np.array([2, 6], np.int32)].astype(np.int32),
        np.r_[photos, np.array([3, 1], np.int32)].astype(np.int32),
        np.r_[np.full(80, 99.0), [95.5, 96.5]].astype(np.float32),
    )
    return gallery, genuine, {**FACTS, "at_end": SAME, **facts}


class Scene:
    def __init__(self, **facts: Any) -> None:
        self.objects, self.audit = Objects(), Audit()
        stores: Any = (self.objects, "cases", lambda: "policy/1.json", LookAlikes(), self.audit)
        self.report = ReportBias(lambda run: measurement(**facts), *stores, lambda: NOW, "dag:measure_bias")

    def json(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.objects.held["bias/run-1/report.json"])
        return told


def test_the_same_numbers_everywhere() -> None:
    scene = Scene()
    shown = scene.report("run-1")
    report = scene.json()
    assert shown == {
        **report["statistics"]["counts"],
        "problems": report["problems"],
        "may_propose": True,
    }
    assert (shown["people"], shown["photos"], shown["genuine"]) == (40, 80, 80)
    page = scene.objects.held["bias/run-1/report.html"].decode()
    assert "40 people with 80 photos" in page
    assert "These people do not exist" in page
    assert report["policy"]["version"] == "1"
    (sex,) = [level for level in report["statistics"]["levels"] if level["attributes"] == ["sex"]]
    errors = {group["label"]: group["live"]["review"]["fmr_same"]["errors"] for group in sex["groups"]}
    assert errors == {"Female": 2, "Male": 0}


def test_the_audit_trail_names_the_very_file() -> None:
    scene = Scene()
    scene.report("run-1")
    (event,) = scene.audit.events
    assert (event.actor, event.action, event.subject) == ("dag:measure_bias", "report_bias", "run:run-1")
    assert (event.outcome, event.policy_version) == ("COMPLETE", "1")
    assert event.details["report_sha256"] == hashlib.sha256(scene.objects.held["bias/run-1/report.json"]).hexdigest()
    assert (event.details["collection"], event.details["calls"], event.details["people"]) == (
        "missing-people-1",
        80,
        40,
    )


def test_a_collection_that_was_switched_meanwhile_supports_nothing() -> None:
    scene = Scene(at_end={**SAME, "collection": "missing-people-2"})
    assert not scene.report("run-1")["may_propose"]
    assert scene.audit.events[0].outcome == "INCOMPLETE"
    assert "missing-people-2" in scene.json()["problems"][0]


def test_again_gives_the_same_report() -> None:
    scene = Scene()
    scene.report("run-1")
    before = dict(scene.objects.held)
    scene.report("run-1")
    assert scene.objects.held == before


def test_without_a_policy_there_is_no_report() -> None:
    scene = Scene()
    scene.objects.held.clear()
    with pytest.raises(NotFoundError):
        scene.report("run-1")
    assert scene.audit.events == []
