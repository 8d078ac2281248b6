"""What the steps around a claim share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from homeward.domain.cases import CaseKey
from homeward.domain.claims import Claim
from homeward.domain.detections import Detection, Verdict
from homeward.domain.errors import ConflictError, ThrottledError

_TRIES = 5
T = TypeVar("T")


def claim_of(event: Mapping[str, Any]) -> tuple[Detection, Claim]:
    """Read `{"detection", "decision"}`: the detection and the claim that it makes."""
    detection, decision = Detection.from_json(event["detection"]), event["decision"]
    case, similarity = CaseKey.parse(decision["best"]["case"]), decision["best"]["similarity"]
    return detection, Claim(case, detection.place, detection.detection_id, Verdict(decision["verdict"]), similarity)


def again_when_lost(step: Callable[[], T]) -> T:
    """Read, decide and write again when somebody else has written what was read; ThrottledError after five times."""
    for _ in range(_TRIES):
        try:
            return step()
        except ConflictError as lost:
            problem = lost
    raise ThrottledError("others write the same records all the time") from problem
