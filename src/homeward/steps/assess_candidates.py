"""Assess Candidates: bias and threshold checks against the approved policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.detections import Detection, DetectionState, FaceMatch, Outcome, ProbeFace, Verdict
from homeward.domain.errors import ConflictError
from homeward.domain.matching import Decision, Standing, assess, best_of, candidates_of, photo_keys
from homeward.domain.policy import Policy
from homeward.domain.ports import CaseStore, Clock, DetectionStore, LookAlikeStore, PolicySource
from homeward.steps.crops import Crops


@dataclass(frozen=True, slots=True)
class Judge:
    """Brings together what a decision needs to know; the rules are in `domain/matching.py`."""

    cases: CaseStore
    look_alikes: LookAlikeStore
    clock: Clock

    def decide(self, detection: Detection, search: Mapping[str, Any], policy: Policy) -> Decision:
        """Decide about a detection by what Search Faces found."""
        matches = [FaceMatch(**match) for match in search["matches"]]
        classes = self.cases.indexed_classes(photo_keys(matches))
        candidates = candidates_of(matches, classes, policy.alone)
        cases = self.cases.get_cases(candidate.case for candidate in candidates)
        seen_on = date.fromisoformat(detection.captured_at[:10])
        best = best_of(candidates, cases, seen_on)
        alike = self.look_alikes.of(best.case) if best and len(candidates) > 1 else frozenset()
        standing = Standing(search.get("face_model_version"), self.clock())
        return assess(candidates, cases, ProbeFace(**search["probe"]), seen_on, policy, standing, alike)


@dataclass(frozen=True, slots=True)
class AssessCandidates:
    """SEARCHED -> ASSESSED, or FINISHED as DISCARDED."""

    judge: Judge
    detections: DetectionStore
    crops: Crops
    policy: PolicySource
    clock: Clock
    actor: str = "function:assess_candidates"

    def __call__(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Takes `{"detection", "search"}`; returns the decision. A repeated call gets the first one's decision."""
        detection = Detection.from_json(event["detection"])
        policy, now = self.policy(), self.clock()
        decision = self.judge.decide(detection, event["search"], policy)
        answer = decision.to_json()
        record = audit_event(
            now,
            self.actor,
            "assess_candidates",
            f"detection:{detection.detection_id}",
            decision.verdict.value,
            case=str(decision.best.case) if decision.best else None,
            reasons=tuple(reason.value for reason in decision.reasons),
            policy_version=policy.version,
            details=answer,
        )
        end = Outcome.DISCARDED if decision.verdict is Verdict.DISCARD else None
        state = DetectionState.FINISHED if end else DetectionState.ASSESSED
        row = {"decision": answer, **(self.crops.terms(end, now) if end else {})}
        try:
            self.detections.advance(detection.detection_id, [DetectionState.SEARCHED], state, row, record, end)
        except ConflictError:  # an earlier try came through; its answer counts
            row = self.detections.get(detection.detection_id)
            if "decision" not in row:  # it failed meanwhile
                raise
        if row["decision"]["verdict"] == Verdict.DISCARD:
            self.crops.settle(detection, row)
        return dict(row["decision"])
