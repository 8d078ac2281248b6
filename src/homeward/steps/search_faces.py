"""Search Faces: which faces of the collection look like the one in the picture?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import Detection, DetectionState, Outcome
from homeward.domain.errors import ConflictError
from homeward.domain.ports import Clock, DetectionStore, FaceCollection, PolicySource, SearchResult

MATCHES = "MATCHES"


@dataclass(frozen=True, slots=True)
class SearchFaces:
    """RECEIVED -> SEARCHED, or a named end when there is nothing to compare or nobody similar."""

    faces: FaceCollection
    detections: DetectionStore
    policy: PolicySource
    clock: Clock
    actor: str = "function:search_faces"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Return `{"outcome", "probe", "matches"}`; outcome is MATCHES or a named end of the detection."""
        detection = Detection.from_json(dict(event))
        policy = self.policy()
        found = self.faces.search(detection.picture, policy.search_threshold, policy.search_max_faces)
        search = _search(found)
        end = None if search["outcome"] == MATCHES else Outcome(search["outcome"])
        state = DetectionState.SEARCHED if end is None else DetectionState.FINISHED
        record = audit_event(
            self.clock(),
            self.actor,
            "search_faces",
            f"detection:{detection.detection_id}",
            search["outcome"],
            policy_version=policy.version,
            reasons=(found.unusable,) if found.unusable else (),
            details={"matches": len(found.matches), "threshold": policy.search_threshold},
        )
        try:
            changes = {"search": search}
            self.detections.advance(detection.detection_id, [DetectionState.RECEIVED], state, changes, record, end)
        except ConflictError:  # an earlier try came through; its answer counts
            return dict(self.detections.get(detection.detection_id)["search"])
        return search


def _search(found: SearchResult) -> dict[str, Any]:
    if found.unusable:
        outcome = Outcome.UNUSABLE_PICTURE.value
    elif found.probe is None:
        outcome = Outcome.NO_FACE.value
    else:
        outcome = MATCHES if found.matches else Outcome.NO_CANDIDATE.value
    probe = asdict(found.probe) if found.probe else None
    return {"outcome": outcome, "probe": probe, "matches": [asdict(match) for match in found.matches]}
