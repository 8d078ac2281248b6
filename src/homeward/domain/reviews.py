"""Reviews: what people answered to a question, and when that is enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from homeward.domain.errors import InputError

MAX_NOTE = 1000  # characters


class ReviewVerdict(StrEnum):
    """What a reviewer can say."""

    CONFIRMED = "CONFIRMED"
    REJECTED = "REJECTED"
    INCONCLUSIVE = "INCONCLUSIVE"


class ReviewState(StrEnum):
    """Life of a review; an EXPIRED one may be asked again when its detection is done again."""

    OPEN = "OPEN"
    DECIDED = "DECIDED"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True, slots=True)
class ReviewAnswer:
    """One person's answer; `at` is UTC in our one format."""

    verdict: ReviewVerdict
    reviewer: str
    note: str
    at: str


def verdict_of(answers: Sequence[ReviewAnswer], reviewers: int) -> ReviewVerdict | None:
    """The review's verdict, None while another person must look.

    CONFIRMED needs `reviewers` different people. Anything else ends it: at once as what it is, after a confirmation as
    INCONCLUSIVE, for two people who disagree have told us nothing. InputError when a person answers twice.
    """
    if len({answer.reviewer.strip().casefold() for answer in answers}) < len(answers):
        raise InputError(f"{answers[-1].reviewer} has answered already; somebody else must look as well")
    if not answers:
        return None
    if answers[-1].verdict is not ReviewVerdict.CONFIRMED:
        return answers[-1].verdict if len(answers) == 1 else ReviewVerdict.INCONCLUSIVE
    return ReviewVerdict.CONFIRMED if len(answers) >= reviewers else None


def handed_over(review: Mapping[str, Any]) -> dict[str, Any]:
    """What the waiting execution is told of a DECIDED review: the verdict, and how many people confirmed. No names."""
    confirmed = [one for one in review["answers"] if one["verdict"] == ReviewVerdict.CONFIRMED]
    agreed = review["verdict"] == ReviewVerdict.CONFIRMED
    return {"verdict": review["verdict"], "confirmed_by": len(confirmed) if agreed else 0}
