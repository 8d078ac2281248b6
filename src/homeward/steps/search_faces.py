"""Search Faces: which faces of the collection look like the one in the picture?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import Detection, DetectionState, Outcome
from homeward.domain.errors import ConflictError
from homeward.domain.ports import Clock, DetectionStore, FaceCollection, PolicySource, SearchResult
from homeward.steps.crops import Crops

MATCHES = "MATCHES"


@dataclass(frozen=True, slots=True)
class SearchFaces:
    """RECEIVED -> SEARCHED, or a named end when there is nothing to compare or nobody similar."""

    faces: FaceCollection
    detections: DetectionStore
    crops: Crops
    policy: PolicySource
    clock: Clock
    actor: str = "function:search_faces"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return `{"outcome", "probe", "matches", "threshold", "collection", "face_model_version"}`.

        The outcome is MATCHES or a named end of the detection. A repeated call gets the first one's answer.
        """
        detection = Detection.from_json(dict(event))
        row = self.detections.get(detection.detection_id)
        if row["state"] == DetectionState.RECEIVED:
            row = self._search(detection)
        if "search" not in row:
            raise ConflictError(f"{detection.detection_id} failed before it was searched")
        if row["search"]["outcome"] != MATCHES:
            self.crops.settle(detection, row)
        return dict(row["search"])

    def _search(self, detection: Detection) -> dict[str, Any]:
        policy, now = self.policy(), self.clock()
        found = self.faces.search(detection.picture, policy.search_threshold, policy.search_max_faces)
        search = search_json(found, policy.search_threshold)
        outcome = search["outcome"]
        end = None if outcome == MATCHES else Outcome(outcome)
        state = DetectionState.SEARCHED if end is None else DetectionState.FINISHED
        record = audit_event(
            now,
            self.actor,
            "search_faces",
            f"detection:{detection.detection_id}",
            outcome,
            policy_version=policy.version,
            reasons=(found.unusable,) if found.unusable else (),
            details={
                "matches": len(found.matches),
                "threshold": policy.search_threshold,
                "collection": found.collection,
            },
        )
        row = {"search": search, **(self.crops.terms(end, now) if end else {})}
        try:
            self.detections.advance(detection.detection_id, [DetectionState.RECEIVED], state, row, record, end)
        except ConflictError:  # somebody else was faster; that answer counts
            return self.detections.get(detection.detection_id)
        return row


def search_json(found: SearchResult, threshold: float) -> dict[str, Any]:
    """A search from `threshold` on, as rows and states have it."""
    return {
        "outcome": _outcome(found),
        "probe": asdict(found.probe) if found.probe else None,
        "matches": [asdict(match) for match in found.matches],
        "threshold": threshold,
        "collection": found.collection,
        "face_model_version": found.face_model_version,
    }


def _outcome(found: SearchResult) -> str:
    if found.unusable:
        return Outcome.UNUSABLE_PICTURE
    if found.probe is None:
        return Outcome.NO_FACE
    return MATCHES if found.matches else Outcome.NO_CANDIDATE
