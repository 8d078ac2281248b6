"""The matching policy: versioned data that says when a person is alerted, when one is asked, and when nothing happens.

The file's form is `policy/matching.schema.json`. Similarities are Rekognition's 0-100 scale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.cases import PhotoClass
from homeward.domain.detections import Outcome
from homeward.domain.errors import PolicyError
from homeward.domain.groups import Group


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


def _tier(data: Mapping[str, Any]) -> Tier:
    return Tier(review=float(data["review"]), alert=float(data["alert"]))


def _rule(data: Mapping[str, Any]) -> GroupRule:
    evidence = data.get("evidence")
    return GroupRule(data.get("sex"), data.get("ethnicity"), data.get("age_band"), _tier(data), evidence)
