"""Assess candidates: the one place where similarity becomes a decision.

Pure and total: the same input always gives the same decision with its reasons. Two promises that tests hold it to:
a higher similarity of the best case never turns an alert into less, and an unknown group never gets a looser threshold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from homeward.domain.cases import Case, CaseKey, CaseStatus, PhotoClass, PhotoKey
from homeward.domain.detections import FaceMatch, ProbeFace, Verdict
from homeward.domain.errors import InputError
from homeward.domain.groups import recorded_group
from homeward.domain.policy import Policy, Tier


class Reason(StrEnum):
    """Why a decision is what it is."""

    ABOVE_ALERT_THRESHOLD = "ABOVE_ALERT_THRESHOLD"
    BELOW_ALERT_THRESHOLD = "BELOW_ALERT_THRESHOLD"
    BELOW_REVIEW_THRESHOLD = "BELOW_REVIEW_THRESHOLD"
    NO_ELIGIBLE_CASE = "NO_ELIGIBLE_CASE"
    CASE_UNKNOWN = "CASE_UNKNOWN"
    CASE_CLOSED = "CASE_CLOSED"
    BEFORE_LAST_CONTACT = "BEFORE_LAST_CONTACT"
    GROUP_WITHOUT_EVIDENCE = "GROUP_WITHOUT_EVIDENCE"
    MAYBE_MINOR = "MAYBE_MINOR"
    LAST_CONTACT_UNKNOWN = "LAST_CONTACT_UNKNOWN"
    RUNNER_UP_CLOSE = "RUNNER_UP_CLOSE"
    LOOK_ALIKE = "LOOK_ALIKE"
    LOW_TRUST_PHOTO = "LOW_TRUST_PHOTO"
    PROBE_QUALITY_LOW = "PROBE_QUALITY_LOW"
    MODEL_CHANGED = "MODEL_CHANGED"
    POLICY_EXPIRED = "POLICY_EXPIRED"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A case with its best similarity over its photos.

    `trusted` is the best over those photos whose class may raise an alert alone, 0 when there is none.
    """

    case: CaseKey
    similarity: float
    trusted: float
    external_image_id: str
    photos: int

    def to_json(self) -> dict[str, Any]:
        """Form used between states."""
        return {"case": str(self.case), **{name: getattr(self, name) for name in self.__slots__[1:]}}


@dataclass(frozen=True, slots=True)
class Standing:
    """What thresholds that were measured once must still fit: the face model that searched, and the time."""

    face_model_version: str | None
    now: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """The verdict with everything that it rests on. `excluded` holds each case left out with its reason.

    `reviewers` is how many people must confirm if people are asked.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    policy_version: str
    best: Candidate | None = None
    tier: Tier | None = None
    group: str | None = None
    runner_up: Candidate | None = None
    excluded: tuple[tuple[str, Reason], ...] = ()
    reviewers: int = 1

    def to_json(self) -> dict[str, Any]:
        """Form used between states, in the detections table and in audit details."""
        return {
            "verdict": self.verdict.value,
            "reasons": [reason.value for reason in self.reasons],
            "policy_version": self.policy_version,
            "best": self.best.to_json() if self.best else None,
            "thresholds": {"review": self.tier.review, "alert": self.tier.alert} if self.tier else None,
            "group": self.group,
            "runner_up": self.runner_up.to_json() if self.runner_up else None,
            "excluded": {case: reason.value for case, reason in self.excluded},
            "reviewers": self.reviewers,
        }


def photo_keys(matches: Iterable[FaceMatch]) -> list[PhotoKey]:
    """The photos behind the matches; a foreign ExternalImageId has none."""
    keys = []
    for match in matches:
        try:
            keys.append(PhotoKey.parse(match.external_image_id))
        except InputError:
            continue
    return keys


def candidates_of(
    matches: Iterable[FaceMatch], classes: Mapping[PhotoKey, PhotoClass], alone: frozenset[PhotoClass]
) -> list[Candidate]:
    """Group matches by case, best first. `classes` holds the photos whose row says INDEXED.

    A face counts only while its photo's row says so: an orphaned or foreign vector can't raise an alert.
    """
    known = {photo.external_image_id: photo for photo in classes}
    by_case: dict[CaseKey, list[FaceMatch]] = {}
    for match in matches:
        if match.external_image_id in known:
            by_case.setdefault(known[match.external_image_id].case, []).append(match)
    trusted = {photo.external_image_id for photo, photo_class in classes.items() if photo_class in alone}
    return sorted((_candidate(case, found, trusted) for case, found in by_case.items()), key=_rank)


def _candidate(case: CaseKey, found: list[FaceMatch], trusted: set[str]) -> Candidate:
    best = max(found, key=lambda match: (match.similarity, match.external_image_id))
    surest = max((match.similarity for match in found if match.external_image_id in trusted), default=0.0)
    images = {match.external_image_id for match in found}
    return Candidate(case, best.similarity, surest, best.external_image_id, len(images))


def _rank(candidate: Candidate) -> tuple[float, CaseKey]:
    return (-candidate.similarity, candidate.case)


def best_of(candidates: Iterable[Candidate], cases: Mapping[CaseKey, Case], seen_on: date) -> Candidate | None:
    """The most similar case that may have been there at all."""
    return next((c for c in sorted(candidates, key=_rank) if not _excluded(cases.get(c.case), seen_on)), None)


def assess(
    candidates: Iterable[Candidate],
    cases: Mapping[CaseKey, Case],
    probe: ProbeFace,
    seen_on: date,
    policy: Policy,
    standing: Standing,
    look_alikes: frozenset[CaseKey] = frozenset(),
) -> Decision:
    """Decide about one detection. `seen_on` is the UTC day of the picture, `look_alikes` are those of `best_of`."""
    ranked = sorted(candidates, key=_rank)
    excluded = tuple((str(c.case), why) for c in ranked if (why := _excluded(cases.get(c.case), seen_on)))
    best = best_of(ranked, cases, seen_on)
    if best is None:
        reasons = (Reason.NO_ELIGIBLE_CASE, *sorted({why for _, why in excluded}))
        return Decision(Verdict.DISCARD, reasons, policy.version, excluded=excluded)
    # Closed cases compete too: a face that looks more like somebody who was found is not a clear match.
    rivals = [candidate for candidate in ranked if candidate.case != best.case]
    group = recorded_group(cases[best.case])
    tier, proved = policy.tier_for(group)
    holds = tuple(
        reason
        for reason, holds in (
            (Reason.GROUP_WITHOUT_EVIDENCE, not proved),
            (Reason.MAYBE_MINOR, group.maybe_minor),
            (Reason.LAST_CONTACT_UNKNOWN, cases[best.case].last_contact is None),
            (Reason.RUNNER_UP_CLOSE, _close(best, rivals, policy.runner_up_margin)),
            (Reason.LOOK_ALIKE, _close(best, [r for r in rivals if r.case in look_alikes], policy.look_alike_margin)),
            (Reason.LOW_TRUST_PHOTO, best.trusted < tier.alert <= best.similarity),
            (Reason.PROBE_QUALITY_LOW, _is_poor(probe, policy)),
            (Reason.MODEL_CHANGED, proved and _model_changed(policy, standing)),
            (Reason.POLICY_EXPIRED, proved and is_expired(policy, standing.now)),
        )
        if holds
    )
    verdict, why = _verdict(best.similarity, tier, bool(holds))
    reasons = (why, *holds)
    return Decision(
        verdict,
        reasons,
        policy.version,
        best,
        tier,
        group.label,
        rivals[0] if rivals else None,
        excluded,
        reviewers=2 if policy.two_reviewers_for.intersection(reasons) else 1,
    )


def _excluded(case: Case | None, seen_on: date) -> Reason | None:
    if case is None:
        return Reason.CASE_UNKNOWN
    if case.status is not CaseStatus.OPEN:
        return Reason.CASE_CLOSED
    if case.last_contact and seen_on < case.last_contact:
        return Reason.BEFORE_LAST_CONTACT
    return None


def _close(best: Candidate, rivals: list[Candidate], margin: float) -> bool:
    """Whether a rival is nearer to the best than `margin`; one that ranks before it is."""
    return any(best.similarity - rival.similarity < margin for rival in rivals)


def _is_poor(probe: ProbeFace, policy: Policy) -> bool:
    """A quality that wasn't measured counts as poor."""
    measured = (
        (probe.confidence, policy.probe.confidence),
        (probe.brightness, policy.probe.brightness),
        (probe.sharpness, policy.probe.sharpness),
        (probe.width_px, policy.probe.width_px),
    )
    return any(value is None or value < least for value, least in measured)


def _model_changed(policy: Policy, standing: Standing) -> bool:
    """A search that doesn't say by which model it was done is by none that was measured."""
    return policy.measured is None or policy.measured.face_model_version != standing.face_model_version


def is_expired(policy: Policy, now: datetime) -> bool:
    """Whether what the policy's rules rest on was measured too long ago."""
    expires = policy.expires()
    return expires is not None and now >= expires


def _verdict(similarity: float, tier: Tier, held: bool) -> tuple[Verdict, Reason]:
    if similarity >= tier.alert:
        return (Verdict.REVIEW if held else Verdict.ALERT), Reason.ABOVE_ALERT_THRESHOLD
    if similarity >= tier.review:
        return Verdict.REVIEW, Reason.BELOW_ALERT_THRESHOLD
    return Verdict.DISCARD, Reason.BELOW_REVIEW_THRESHOLD
