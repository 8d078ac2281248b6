"""The matching policy: versioned data that says when a person is alerted, when one is asked, and when nothing happens.

The file's form is `policy/matching.schema.json`. Similarities are Rekognition's 0-100 scale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from homeward.domain.cases import PhotoClass
from homeward.domain.detections import Outcome
from homeward.domain.errors import PolicyError
from homeward.domain.groups import Group

ATTRIBUTES = frozenset({"sex", "ethnicity", "age_band"})


@dataclass(frozen=True, slots=True)
class Tier:
    """Two similarities: from `review` on a person looks, from `alert` on an alert may go out unasked."""

    review: float
    alert: float

    def __post_init__(self) -> None:
        if not 0 <= self.review <= self.alert <= 100:
            raise PolicyError(
                f"thresholds must satisfy 0 <= review <= alert <= 100, not {self.review} and {self.alert}"
            )


@dataclass(frozen=True, slots=True)
class GroupRule:
    """Thresholds for cases whose recorded attributes match all that are named here (None matches any).

    At least one must be named: a rule for everybody would loosen the threshold of those whose group is unknown.

    `evidence` is the measurement that they rest on; without one the rule can't loosen anything.
    """

    sex: str | None
    ethnicity: str | None
    age_band: str | None
    tier: Tier
    evidence: Mapping[str, Any] | None

    def __post_init__(self) -> None:
        if (self.sex, self.ethnicity, self.age_band) == (None, None, None):
            raise PolicyError("a group rule must name sex, ethnicity or age_band; use `strictest` for everybody")

    def covers(self, sex: str | None, ethnicity: str | None, age_band: str | None) -> bool:
        """Whether every attribute that the rule names is recorded and equal."""
        pairs = ((self.sex, sex), (self.ethnicity, ethnicity), (self.age_band, age_band))
        return all(wanted is None or wanted == recorded for wanted, recorded in pairs)


@dataclass(frozen=True, slots=True)
class Probe:
    """The least that a camera's face must have to alert unasked (0-100 as Rekognition measures; px)."""

    confidence: float
    brightness: float
    sharpness: float
    width_px: int


@dataclass(frozen=True, slots=True)
class Fairness:
    """What a measurement of error rates must show before a group has thresholds of its own.

    `group_by` are the attributes (sex, ethnicity, age_band) by whose values rules are made; `target_fmr` holds for each
    tier the false match rate that must be proved. Pairs of cases from `duplicate_similarity` on may be one person.
    """

    group_by: tuple[str, ...]
    target_fmr: Mapping[str, float]
    duplicate_similarity: float
    max_age_days: int

    def __post_init__(self) -> None:
        if not self.group_by or len(set(self.group_by)) < len(self.group_by) or not set(self.group_by) <= ATTRIBUTES:
            raise PolicyError(f"fairness.group_by must name some of {', '.join(sorted(ATTRIBUTES))}, each once")
        if set(self.target_fmr) != {"review", "alert"} or not all(0 < rate < 1 for rate in self.target_fmr.values()):
            raise PolicyError("fairness.target_fmr must hold a rate between 0 and 1 for review and for alert")


@dataclass(frozen=True, slots=True)
class Measurement:
    """The measurement that the rules' evidence comes from; they are only good for that collection and face model."""

    report: str
    report_sha256: str
    collection: str
    face_model_version: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Policy:
    """A whole policy. `strictest` applies wherever nothing better is proved. Times are in seconds.

    `two_reviewers_for` holds reasons of `domain/matching.py`; `keep_days` the ends after which a crop is kept, and how
    long: after any other it is deleted at once.
    """

    version: str
    search_threshold: float
    search_max_faces: int
    strictest: Tier
    groups: tuple[GroupRule, ...]
    runner_up_margin: float
    probe: Probe
    alone: frozenset[PhotoClass]
    quiet_seconds: int
    lease_seconds: int
    review_seconds: int
    look_alike_margin: float
    escalation_margin: float
    two_reviewers_for: frozenset[str]
    keep_days: Mapping[Outcome, int]
    fairness: Fairness
    measured: Measurement | None = None

    def __post_init__(self) -> None:
        if self.measured is None and any(rule.evidence for rule in self.groups):
            raise PolicyError("rules with evidence need `measured`: the report, collection and face model they rest on")

    def expires(self) -> datetime | None:
        """When what was measured is too old to alert by; None when nothing was."""
        return self.measured.at + timedelta(days=self.fairness.max_age_days) if self.measured else None

    def tier_for(self, group: Group) -> tuple[Tier, bool]:
        """Return the thresholds for a recorded group, and whether evidence stands behind them.

        Several ethnicities: each needs a rule of its own, and the highest thresholds count. Anything unknown or
        unproved: the strictest of the whole policy.
        """
        tiers = [self._proved_tier(group, name) for name in group.ethnicities or (None,)]
        proved = [tier for tier in tiers if tier is not None]
        if not tiers or len(proved) < len(tiers):
            return self.highest, False
        return _highest(proved), True

    @property
    def highest(self) -> Tier:
        """The strictest thresholds that occur anywhere in the policy."""
        return _highest([self.strictest, *(rule.tier for rule in self.groups)])

    def _proved_tier(self, group: Group, ethnicity: str | None) -> Tier | None:
        covering = [rule for rule in self.groups if rule.evidence and rule.covers(group.sex, ethnicity, group.age_band)]
        return _highest([rule.tier for rule in covering]) if covering else None


def _highest(tiers: list[Tier]) -> Tier:
    return Tier(review=max(tier.review for tier in tiers), alert=max(tier.alert for tier in tiers))


def parse_policy(text: str) -> Policy:
    """Read a policy file; PolicyError says what is wrong with it."""
    try:
        data = json.loads(text)
        return Policy(
            version=str(data["version"]),
            search_threshold=float(data["search"]["threshold"]),
            search_max_faces=int(data["search"]["max_faces"]),
            strictest=_tier(data["strictest"]),
            groups=tuple(_rule(rule) for rule in data["groups"]),
            runner_up_margin=float(data["runner_up_margin"]),
            probe=Probe(**data["probe"]),
            alone=frozenset(PhotoClass(name) for name in data["photo_classes_that_may_alert"]),
            quiet_seconds=int(data["quiet_seconds"]),
            lease_seconds=int(data["lease_seconds"]),
            review_seconds=int(data["review_seconds"]),
            look_alike_margin=float(data["look_alike_margin"]),
            escalation_margin=float(data["escalation_margin"]),
            two_reviewers_for=frozenset(data["two_reviewers_for"]),
            keep_days=_keep_days(data["keep_days"]),
            fairness=_fairness(data["fairness"]),
            measured=_measurement(data["measured"]) if "measured" in data else None,
        )
    except KeyError as missing:
        raise PolicyError(f"the policy has no {missing}; see policy/matching.schema.json") from missing
    except (TypeError, ValueError) as problem:
        raise PolicyError(f"the policy isn't usable: {problem}; see policy/matching.schema.json") from problem


def _keep_days(data: Mapping[str, Any]) -> dict[Outcome, int]:
    days = {Outcome(end): int(number) for end, number in data.items()}
    if Outcome.ALERTED not in days:
        raise PolicyError("keep_days has no ALERTED: the picture behind an alert must be there when it is asked for")
    return days


def _fairness(data: Mapping[str, Any]) -> Fairness:
    return Fairness(
        group_by=tuple(data["group_by"]),
        target_fmr={tier: float(rate) for tier, rate in data["target_fmr"].items()},
        duplicate_similarity=float(data["duplicate_similarity"]),
        max_age_days=int(data["max_age_days"]),
    )


def _measurement(data: Mapping[str, Any]) -> Measurement:
    at = datetime.fromisoformat(data["at"])
    if at.tzinfo is None:
        raise PolicyError("measured.at must name its time zone, e.g. 2026-11-23T04:30:00Z")
    return Measurement(**{**data, "at": at.astimezone(UTC)})


def _tier(data: Mapping[str, Any]) -> Tier:
    return Tier(review=float(data["review"]), alert=float(data["alert"]))


def _rule(data: Mapping[str, Any]) -> GroupRule:
    evidence = data.get("evidence")
    return GroupRule(data.get("sex"), data.get("ethnicity"), data.get("age_band"), _tier(data), evidence)
