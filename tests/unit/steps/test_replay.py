"""Planning, deciding again and reporting, on objects in memory."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

import pytest

from homeward.domain.cases import Case, CaseKey, PhotoClass, PhotoKey
from homeward.domain.detections import Picture, ProbeFace
from homeward.domain.errors import InputError, NotFoundError, PolicyError
from homeward.domain.ports import SearchResult
from homeward.steps.assess_candidates import Judge
from homeward.steps.plan_replay import PlanReplay
from homeward.steps.replay_detections import GONE, NEVER_SEARCHED, PICTURE_GONE, ReplayDetections
from homeward.steps.summarise_replay import SummariseReplay
from tests.factories import EVIDENCE, FACE_MODEL, case, case_key, detection, face_match, policy_json
from tests.fakes import FakeDetections, FakeFaces, FakeLog, clock

SINCE, UNTIL = "2026-11-15T00:00:00Z", "2026-11-23T00:00:00Z"
PROBE = {"confidence": 99.0, "brightness": 80.0, "sharpness": 70.0, "width_px": 120}


@dataclass
class Objects:
    """ObjectStore of the cases bucket."""

    held: dict[str, bytes] = field(default_factory=dict)

    def put(self, bucket: str, key: str, body: bytes, content_type: str) -> None:
        self.held[key] = body

    def get(self, bucket: str, key: str) -> bytes:
        if key not in self.held:
            raise NotFoundError(key)
        return self.held[key]


@dataclass
class Pictures:
    """The part of PictureStore that a replay uses."""

    keys: set[str] = field(default_factory=set)

    def metadata(self, picture: Picture) -> dict[str, str]:
        if picture.key not in self.keys:
            raise NotFoundError(picture.key)
        return {}


class Cases:
    """The part of CaseStore that a decision asks: everybody is an open case with a good photo."""

    def indexed_classes(self, photos: Iterable[PhotoKey]) -> dict[PhotoKey, PhotoClass]:
        return dict.fromkeys(photos, PhotoClass.FACIAL)

    def get_cases(self, keys: Iterable[CaseKey]) -> dict[CaseKey, Case]:
        return {key: case(int(key.number)) for key in keys}


class NoLookAlikes:
    """LookAlikeStore without a pair."""

    def of(self, case: CaseKey) -> frozenset[CaseKey]:
        return frozenset()


def rules(alert: float = 99, **changes: Any) -> bytes:
    """A policy that alerts unasked from `alert` on."""
    women = {"sex": "Female", "review": 80, "alert": alert, "evidence": EVIDENCE}
    return policy_json(strictest={"review": 80, "alert": alert}, groups=[women], **changes).encode()


class Bench:
    """All three steps on the same stores."""

    def __init__(self, *rows: dict[str, Any]) -> None:
        self.rows = FakeDetections({row["detection_id"]: row for row in rows})
        self.objects = Objects({"policy/live.json": rules()})
        self.pictures, self.log = Pictures(), FakeLog()
        self.asked: list[str] = []
        self.found = SearchResult(ProbeFace(**PROBE), (face_match(similarity=99.5),), None, "other", FACE_MODEL)

    def between(self, since: datetime, until: datetime) -> list[str]:
        return sorted(self.rows.rows)

    def plan(self, policy: str = "", collection: str = "", size: int = 500) -> list[dict[str, str]]:
        step = PlanReplay(self, self.objects, "cases", lambda: "policy/live.json", clock)
        return step("run", SINCE, UNTIL, policy, collection, size)

    def faces(self, collection: str) -> FakeFaces:
        self.asked.append(collection)
        return FakeFaces(self.found)

    def batch(self, name: str) -> dict[str, int]:
        judge: Any = Judge(Cases(), NoLookAlikes(), clock)  # type: ignore[arg-type]
        step: Any = ReplayDetections(self.rows, self.pictures, self.faces, judge, self.objects, "cases")  # type: ignore[arg-type]
        return dict(step("run", name))

    def replay(self, **terms: Any) -> list[dict[str, Any]]:
        """The results of all batches."""
        for batch in self.plan(**terms):
            self.batch(batch["batch"])
        results = sorted(key for key in self.objects.held if "/results/" in key)
        return [json.loads(line) for key in results for line in self.objects.held[key].splitlines()]

    def report(self) -> dict[str, Any]:
        SummariseReplay(self.objects, self.log, "cases", clock, "test")("run")  # type: ignore[arg-type]
        return dict(json.loads(self.objects.held["replay/run/report.json"]))


def row(shot: str = "1", similarity: float | None = 95.0, verdict: str = "REVIEW", **more: Any) -> dict[str, Any]:
    """A kept detection; without a similarity nobody was similar."""
    matches = [asdict(face_match(similarity=similarity))] if similarity else []
    search = {"outcome": "MATCHES" if matches else "NO_CANDIDATE", "probe": PROBE, "matches": matches}
    decision = {"verdict": verdict, "reasons": [], "best": {"case": str(case_key()), "similarity": similarity}}
    stored = {
        "search": {**search, "threshold": 80, "collection": "one", "face_model_version": FACE_MODEL},
        "outcome": "ALERTED",
        "state": "FINISHED",
    }
    return {**detection(shot=shot).to_json(), **stored, **({"decision": decision} if matches else {}), **more}


def test_stored_matches_are_decided_again_under_the_live_policy() -> None:
    bench = Bench(row("1", 95.0, "REVIEW"), row("2", 99.5, "REVIEW"))
    first, second = sorted(bench.replay(), key=lambda one: one["new"]["similarity"])
    assert (first["source"], first["old"]["verdict"], first["new"]["verdict"]) == ("STORED", "REVIEW", "REVIEW")
    assert second["new"]["verdict"] == "ALERT"
    assert bench.asked == []
    report = bench.report()
    assert report["changes"] == {"REVIEW -> ALERT": 1}
    assert (report["policy"], report["policy_version"]) == ("policy/live.json", "1")
    assert [(event.subject, event.outcome) for event in bench.log.events] == [("run:run", "COMPLETE")]
    assert b"REVIEW" in bench.objects.held["replay/run/report.html"]


def test_another_policy_counts_by_version_or_key() -> None:
    bench = Bench(row(similarity=95.0))
    bench.objects.held["policy/2.json"] = rules(90, version="2")
    for name in ("2", "policy/2.json"):
        (one,) = bench.replay(policy=name)
        assert one["new"]["verdict"] == "ALERT"
        assert bench.report()["policy_version"] == "2"


def test_a_policy_that_is_not_there_or_not_usable_stops_the_run_before_anything() -> None:
    bench = Bench(row())
    with pytest.raises(InputError, match=r"policy/9\.json"):
        bench.plan(policy="9")
    bench.objects.held["policy/9.json"] = b"{}"
    with pytest.raises(PolicyError):
        bench.plan(policy="9")
    assert not [key for key in bench.objects.held if key.startswith("replay/")]


def test_another_collection_is_searched_where_the_picture_is_kept() -> None:
    kept, gone = row("1", 95.0), row("2", 95.0)
    bench = Bench(kept, gone)
    bench.pictures.keys = {kept["picture"]["key"]}
    results = {one["detection"]: one for one in bench.replay(collection="other")}
    assert results[kept["detection_id"]]["source"] == "SEARCHED"
    assert results[kept["detection_id"]]["new"]["verdict"] == "ALERT"
    assert (results[gone["detection_id"]]["new"], results[gone["detection_id"]]["why"]) == (None, PICTURE_GONE)
    assert bench.asked == ["other"]


def test_a_lower_search_threshold_searches_the_same_collection_again() -> None:
    bench = Bench(row("1", None))
    bench.pictures.keys = {detection().picture.key}
    bench.objects.held["policy/2.json"] = rules(search={"threshold": 70, "max_faces": 20})
    (one,) = bench.replay(policy="2")
    assert (one["old"]["verdict"], one["new"]["verdict"]) == ("NOBODY", "ALERT")
    assert bench.asked == ["one"]


def test_a_higher_search_threshold_forgets_matches() -> None:
    bench = Bench(row(similarity=85.0))
    bench.objects.held["policy/2.json"] = rules(search={"threshold": 86, "max_faces": 20})
    (one,) = bench.replay(policy="2")
    assert (one["source"], one["new"]["verdict"]) == ("STORED", "NOBODY")


def test_a_picture_without_a_face_stays_one() -> None:
    faceless = {"outcome": "NO_FACE", "probe": None, "matches": []}
    (one,) = Bench(row("1", None, search=faceless)).replay(collection="other")
    assert (one["source"], one["new"]["verdict"]) == ("STORED", "NOBODY")


def test_what_cannot_be_told_is_counted() -> None:
    bench = Bench(row("1"), {name: value for name, value in row("2").items() if name != "search"})
    bench.plan()
    del bench.rows.rows[row("1")["detection_id"]]
    assert bench.batch("0000") == {"NONE": 2}
    assert bench.report()["unknown"] == {GONE: 1, NEVER_SEARCHED: 1}


def test_batches_are_named_and_a_missing_one_is_reported() -> None:
    bench = Bench(*(row(str(number)) for number in range(5)))
    batches = bench.plan(size=2)
    assert [batch["batch"] for batch in batches] == ["0000", "0001", "0002"]
    assert batches[0]["label"].endswith("+ 1")
    report = bench.report()
    assert report["missing_batches"] == ["0000", "0001", "0002"]
    assert bench.log.events[-1].outcome == "INCOMPLETE"


def test_a_period_that_cannot_be_is_refused() -> None:
    step = PlanReplay(Bench(), Objects(), "cases", lambda: "x", clock)
    with pytest.raises(InputError):
        step("run", UNTIL, SINCE, "", "", 500)
