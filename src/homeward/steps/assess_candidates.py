"""Assess Candidates: bias and threshold checks against the approved policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import Detection, DetectionState, FaceMatch, Outcome, ProbeFace, Verdict
from homeward.domain.errors import ConflictError
from homeward.domain.matching import Decision, assess, candidates_of, photo_keys
from homeward.domain.policy import Policy
from homeward.domain.ports import CaseStore, Clock, DetectionStore, PolicySource


@dataclass(frozen=True, slots=True)
class AssessCandidates:
    """SEARCHED -> ASSESSED, or FINISHED as DISCARDED. The rules are in `domain/matching.py`."""

    cases: CaseStore
    detections: DetectionStore
    policy: PolicySource
    clock: Clock
    actor: str = "function:assess_candidates"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "search"}`; returns the decision with the policy's `review_seconds`."""
        detection = Detection.from_json(event["detection"])
        policy = self.policy()
        decision = self._decide(detection, event["search"], policy)
        answer = {**decision.to_json(), "review_seconds": policy.review_seconds}
        discarded = decision.verdict is Verdict.DISCARD
        state = DetectionState.FINISHED if discarded else DetectionState.ASSESSED
        record = audit_event(
            self.clock(),
            self.actor,
            "assess_candidates",
            f"detection:{detection.detection_id}",
            decision.verdict.value,
            case=str(decision.best.case) if decision.best else None,
            reasons=tuple(reason.value for reason in decision.reasons),
            policy_version=policy.version,
            details=decision.to_json(),
        )
        try:
            end = Outcome.DISCARDED if discarded else None
            changes = {"decision": answer}
            self.detections.advance(detection.detection_id, [DetectionState.SEARCHED], state, changes, record, end)
        except ConflictError:  # an earlier try came through; its answer counts
            return dict(self.detections.get(detection.detection_id)["decision"])
        return answer

    def _decide(self, detection: Detection, search: Mapping[str, Any], policy: Policy) -> Decision:
        matches = [FaceMatch(**match) for match in search["matches"]]
        classes = self.cases.indexed_classes(photo_keys(matches))
        candidates = candidates_of(matches, classes, policy.alone)
        cases = self.cases.get_cases(candidate.case for candidate in candidates)
        seen_on = date.fromisoformat(detection.captured_at[:10])
        return assess(candidates, cases, ProbeFace(**search["probe"]), seen_on, policy)
