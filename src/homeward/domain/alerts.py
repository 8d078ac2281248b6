"""What an alert says: a lead, never an identification, and no more about the person than the case number and link."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

from homeward.domain.cases import Case
from homeward.domain.detections import Detection

LEAD = "a lead, not an identification"


def alert_texts(
    detection: Detection, decision: Mapping[str, Any], case: Case, confirmed_by: str | None
) -> dict[str, str]:
    """Return the text per SNS protocol: `sms` for people, `default` (JSON) for programs."""
    best, thresholds = decision["best"], decision["thresholds"]
    facts = {
        "notice": LEAD,
        "alert_id": detection.detection_id,
        "case": str(case.key),
        "case_link": case.link,
        "place": detection.place,
        "camera": detection.camera,
        "captured_at": detection.captured_at,
        "similarity": best["similarity"],
        "thresholds": thresholds,
        "reasons": decision["reasons"],
        "policy_version": decision["policy_version"],
        "confirmed_by_person": confirmed_by is not None,
    }
    return {"default": json.dumps(facts, sort_keys=True), "sms": sms_text(detection, decision, case, confirmed_by)}


def shown(similarity: float) -> str:
    """A similarity for people: one decimal, cut and not rounded, so that nothing below 100 looks like it."""
    return f"{math.floor(similarity * 10) / 10:.1f}"


def sms_text(detection: Detection, decision: Mapping[str, Any], case: Case, confirmed_by: str | None) -> str:
    """A text of at most two SMS parts (plain GSM letters)."""
    when = f"{detection.captured_at[:10]} {detection.captured_at[11:16]} UTC"
    how = "confirmed by a reviewer" if confirmed_by else f"alert from {decision['thresholds']['alert']:.1f}"
    return (
        f"Homeward: possible sighting of {case.key.label} at {detection.place}, {when}. "
        f"Similarity {shown(decision['best']['similarity'])} ({how}). This is {LEAD}. {case.link}"
        f" Ref {detection.detection_id}"
    )


def alert_attributes(detection: Detection, decision: Mapping[str, Any]) -> dict[str, str]:
    """SNS message attributes, for subscribers' filter policies."""
    return {"case": decision["best"]["case"], "place": detection.place, "camera": detection.camera}
