"""Reading a policy, and choosing thresholds for a group."""

from __future__ import annotations

import json

import pytest

from homeward.domain.errors import PolicyError
from homeward.domain.groups import Group, recorded_group
from homeward.domain.policy import GroupRule, Tier, parse_policy
from tests.factories import EVIDENCE, case, policy, policy_json

FAIRNESS, MEASURED = (json.loads(policy_json())[name] for name in ("fairness", "measured"))


def test_rules_with_evidence_say_what_they_rest_on() -> None:
    data = json.loads(policy_json(groups=[{"sex": "Female", "review": 88, "alert": 95, "evidence": EVIDENCE}]))
    del data["measured"]
    with pytest.raises(PolicyError, match="rules with evidence need `measured`"):
        parse_policy(json.dumps(data))
    del data["groups"][0]["evidence"]
    assert parse_policy(json.dumps(data)).measured is None


def test_a_policy_file_is_read() -> None:
    rule = {"sex": "Female", "review": 88, "alert": 95, "evidence": EVIDENCE}
    read = parse_policy(policy_json(groups=[rule]))
    assert read.strictest == Tier(90.0, 99.0)
    assert read.groups == (GroupRule("Female", None, None, Tier(88.0, 95.0), EVIDENCE),)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        json.dumps({}),
        policy_json(strictest={"review": 99, "alert": 90}),
        policy_json(strictest={"review": 10, "alert": 101}),
        policy_json(groups=[{"review": 90, "alert": 99, "evidence": EVIDENCE}]),
        policy_json(photo_classes_that_may_alert=["SKETCH"]),
        policy_json(probe={"confidence": 90}),
        policy_json(fairness={**FAIRNESS, "group_by": []}),
        policy_json(fairness={**FAIRNESS, "group_by": ["sex", "sex"]}),
        policy_json(fairness={**FAIRNESS, "group_by": ["colour"]}),
        policy_json(fairness={**FAIRNESS, "target_fmr": {"alert": 1e-6}}),
        policy_json(fairness={**FAIRNESS, "target_fmr": {"review": 0, "alert": 1e-6}}),
        policy_json(measured={**MEASURED, "at": "yesterday"}),
        policy_json(measured={**MEASURED, "at": "2026-11-01T00:00:00"}),
        policy_json(measured={**MEASURED, "by": "me"}),
        policy_json(measured={"report": "x"}),
        policy_json(measured="x"),
    ],
)
def test_an_unusable_policy_is_refused(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_policy(text)


def test_without_evidence_a_rule_loosens_nothing() -> None:
    lax = policy(groups=(GroupRule("Female", None, None, Tier(50.0, 60.0), None),))
    assert lax.tier_for(recorded_group(case())) == (Tier(90.0, 99.0), False)


def test_the_strictest_covering_rule_counts() -> None:
    rules = (
        GroupRule("Female", None, None, Tier(80.0, 93.0), EVIDENCE),
        GroupRule("Female", "Asian", None, Tier(85.0, 97.0), EVIDENCE),
    )
    assert policy(groups=rules).tier_for(recorded_group(case())) == (Tier(85.0, 97.0), True)


def test_every_recorded_ethnicity_needs_a_rule() -> None:
    rules = (GroupRule(None, "Asian", None, Tier(80.0, 93.0), EVIDENCE),)
    both = case(ethnicities=("Asian", "White / Caucasian"))
    assert policy(groups=rules).tier_for(recorded_group(both)) == (Tier(90.0, 99.0), False)


@pytest.mark.parametrize(
    ("ages", "band", "minor"),
    [((34, 35), "30-49", False), ((17, 19), None, True), ((29, 31), None, False), ((None, None), None, True)],
)
def test_recorded_group(ages: tuple[int | None, int | None], band: str | None, minor: bool) -> None:
    group = recorded_group(case(current_age_min=ages[0], current_age_max=ages[1], ethnicities=("Uncertain", "Asian")))
    assert group == Group("Female", ("Asian",), band, minor)
