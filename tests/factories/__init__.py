"""Records for tests: people who do not exist, with every attribute overridable."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

from homeward.domain.cases import Case, CaseKey, CaseStatus, PhotoClass, PhotoKey
from homeward.domain.detections import Detection, FaceMatch, Outcome, Picture, ProbeFace
from homeward.domain.frames import Frame
from homeward.domain.matching import Candidate
from homeward.domain.policy import Fairness, GroupRule, Measurement, Policy, Probe, Tier

FACE_MODEL, MEASURED_AT = "7.0", datetime(2026, 11, 1, tzinfo=UTC)
EVIDENCE = {"people": 60, "impostor_pairs": 14160, "false_matches": 0, "source": "test"}


def case_key(number: int = 51557) -> CaseKey:
    return CaseKey("namus", "MP", str(number))


def photo_key(number: int = 51557, identity: int = 1) -> PhotoKey:
    return PhotoKey(case_key(number), identity, f"{identity:032x}")


def case(number: int = 51557, **changes: Any) -> Case:
    values: dict[str, Any] = {
        "key": case_key(number),
        "status": CaseStatus.OPEN,
        "sex": "Female",
        "ethnicities": ("Asian",),
        "current_age_min": 34,
        "current_age_max": 35,
        "last_contact": date(2026, 3, 1),
        "link": f"https://www.namus.gov/MissingPersons/Case#/{number}",
        "created": "2026-03-02T10:00:00",
        "modified": "2026-03-02T10:00:00",
        "raw_key": f"raw/namus/MP/{number}/1.json",
        "raw_sha256": "0" * 64,
    }
    return Case(**{**values, **changes})


def policy(**changes: Any) -> Policy:
    values: dict[str, Any] = {
        "version": "test-1",
        "search_threshold": 80.0,
        "search_max_faces": 20,
        "strictest": Tier(review=90.0, alert=99.0),
        "groups": (GroupRule("Female", None, None, Tier(88.0, 95.0), EVIDENCE),),
        "runner_up_margin": 2.0,
        "probe": Probe(confidence=90.0, brightness=20.0, sharpness=20.0, width_px=40),
        "alone": frozenset({PhotoClass.FACIAL, PhotoClass.ACTUAL}),
        "quiet_seconds": 3600,
        "lease_seconds": 60,
        "review_seconds": 600,
        "look_alike_margin": 5.0,
        "escalation_margin": 2.0,
        "two_reviewers_for": frozenset({"MAYBE_MINOR"}),
        "keep_days": {Outcome.ALERTED: 30, Outcome.DUPLICATE: 7},
        "fairness": Fairness(("sex", "ethnicity", "age_band"), {"review": 1e-4, "alert": 1e-6}, 99.5, 365),
        "measured": Measurement("bias/r/report.json", "0" * 64, "missing-people-1", FACE_MODEL, MEASURED_AT),
    }
    return Policy(**{**values, **changes})


def probe(**changes: Any) -> ProbeFace:
    values: dict[str, Any] = {"confidence": 99.0, "brightness": 80.0, "sharpness": 70.0, "width_px": 120}
    return ProbeFace(**{**values, **changes})


def candidate(number: int = 51557, similarity: float = 97.0, trusted: float | None = None) -> Candidate:
    sure = similarity if trusted is None else trusted
    return Candidate(case_key(number), similarity, sure, photo_key(number).external_image_id, 1)


def face_match(number: int = 51557, similarity: float = 97.0, identity: int = 1) -> FaceMatch:
    return FaceMatch(photo_key(number, identity).external_image_id, f"face-{number}-{identity}", similarity)


def detection(camera: str = "entrance", shot: str = "1", time: str = "20261122T211500123Z") -> Detection:
    picture = Picture("pictures", f"crops/{camera}/{time}-{shot}.jpg", None, 20480)
    return Detection.of(picture, "central-station")


def frame(camera: str = "entrance", shot: str = "1", time: str = "20261122T211500123Z") -> Frame:
    picture = Picture("pictures", f"frames/{camera}/{time}-{shot}.jpg", "v1", 204800)
    return Frame.of(picture, "central-station")


def policy_json(**changes: Any) -> str:
    values: dict[str, Any] = {
        "version": "1",
        "search": {"threshold": 80, "max_faces": 20},
        "strictest": {"review": 90, "alert": 99},
        "groups": [],
        "runner_up_margin": 2,
        "probe": {"confidence": 90, "brightness": 20, "sharpness": 20, "width_px": 40},
        "photo_classes_that_may_alert": ["FACIAL", "ACTUAL"],
        "quiet_seconds": 3600,
        "lease_seconds": 60,
        "review_seconds": 600,
        "look_alike_margin": 5,
        "escalation_margin": 2,
        "two_reviewers_for": ["MAYBE_MINOR"],
        "keep_days": {"ALERTED": 30, "DUPLICATE": 7},
        "fairness": {
            "group_by": ["sex", "ethnicity", "age_band"],
            "target_fmr": {"review": 0.0001, "alert": 0.000001},
            "duplicate_similarity": 99.5,
            "max_age_days": 365,
        },
        "measured": {
            "report": "bias/r/report.json",
            "report_sha256": "0" * 64,
            "collection": "missing-people-1",
            "face_model_version": FACE_MODEL,
            "at": MEASURED_AT.isoformat(),
        },
    }
    return json.dumps({**values, **changes})
