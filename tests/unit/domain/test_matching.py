"""Assess candidates: examples for each reason, and the two promises as properties."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.cases import Case, CaseStatus, PhotoClass
from homeward.domain.detections import ProbeFace, Verdict
from homeward.domain.groups import recorded_group
from homeward.domain.matching import Candidate, Decision, Reason, Standing, assess, best_of, candidates_of
from homeward.domain.policy import GroupRule, Tier
from tests.factories import (
    EVIDENCE,
    FACE_MODEL,
    MEASURED_AT,
    candidate,
    case,
    case_key,
    face_match,
    photo_key,
    policy,
    probe,
)

SEEN_ON = date(2026, 11, 22)
STANDING = Standing(FACE_MODEL, MEASURED_AT + timedelta(days=21))
RANK = {Verdict.DISCARD: 0, Verdict.REVIEW: 1, Verdict.ALERT: 2}


def decide(*candidates: Candidate, cases: tuple[Case, ...] = (case(),), **more: object) -> Decision:
    values = {"probe": probe(), "seen_on": SEEN_ON, "policy": policy(), "standing": STANDING, **more}
    return assess(candidates, {c.key: c for c in cases}, **values)  # type: ignore[arg-type]


def test_clear_match_of_a_proved_group_alerts() -> None:
    decision = decide(candidate(similarity=97.0))
    assert decision.verdict is Verdict.ALERT
    assert decision.reasons == (Reason.ABOVE_ALERT_THRESHOLD,)
    assert decision.tier == Tier(88.0, 95.0)
    assert decision.policy_version == "test-1"


@pytest.mark.parametrize(
    ("similarity", "verdict", "reason"),
    [
        (95.0, Verdict.ALERT, Reason.ABOVE_ALERT_THRESHOLD),
        (94.9, Verdict.REVIEW, Reason.BELOW_ALERT_THRESHOLD),
        (88.0, Verdict.REVIEW, Reason.BELOW_ALERT_THRESHOLD),
        (87.9, Verdict.DISCARD, Reason.BELOW_REVIEW_THRESHOLD),
    ],
)
def test_thresholds_are_inclusive(similarity: float, verdict: Verdict, reason: Reason) -> None:
    decision = decide(candidate(similarity=similarity))
    assert (decision.verdict, decision.reasons[0]) == (verdict, reason)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"sex": "Unsure"}, Reason.GROUP_WITHOUT_EVIDENCE),
        ({"sex": None}, Reason.GROUP_WITHOUT_EVIDENCE),
        ({"current_age_min": 17}, Reason.MAYBE_MINOR),
        ({"current_age_min": None, "current_age_max": None}, Reason.MAYBE_MINOR),
        ({"last_contact": None}, Reason.LAST_CONTACT_UNKNOWN),
    ],
)
def test_what_the_case_record_says_can_ask_for_a_person(changed: dict[str, object], reason: Reason) -> None:
    decision = decide(candidate(similarity=99.5), cases=(case(**changed),))
    assert decision.verdict is Verdict.REVIEW
    assert reason in decision.reasons


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"status": CaseStatus.CLOSED}, Reason.CASE_CLOSED),
        ({"last_contact": date(2026, 11, 23)}, Reason.BEFORE_LAST_CONTACT),
    ],
)
def test_a_case_that_cannot_be_meant_is_left_out(changed: dict[str, object], reason: Reason) -> None:
    decision = decide(candidate(similarity=100.0), cases=(case(**changed),))
    assert decision.verdict is Verdict.DISCARD
    assert decision.excluded == ((str(case_key()), reason),)
    assert Reason.NO_ELIGIBLE_CASE in decision.reasons


def test_a_candidate_without_a_case_row_is_left_out() -> None:
    assert decide(candidate(number=1)).excluded == (("namus:MP:1", Reason.CASE_UNKNOWN),)


@pytest.mark.parametrize("status", list(CaseStatus))
def test_two_similar_cases_are_a_question_even_if_the_other_is_closed(status: CaseStatus) -> None:
    both = (case(1), case(2, status=status))
    decision = decide(candidate(1, 97.0), candidate(2, 96.0), cases=both)
    assert decision.verdict is Verdict.REVIEW
    assert Reason.RUNNER_UP_CLOSE in decision.reasons
    assert decision.runner_up == candidate(2, 96.0)


@pytest.mark.parametrize(
    ("rival", "marked", "verdict"),
    [
        (92.1, 2, Verdict.REVIEW),  # nearer than the margin of look-alikes
        (92.1, 3, Verdict.ALERT),  # far enough for strangers
        (92.0, 2, Verdict.ALERT),
        (95.5, 2, Verdict.REVIEW),
    ],
)
def test_look_alikes_need_a_wider_margin(rival: float, marked: int, verdict: Verdict) -> None:
    cases, alike = (case(), case(2), case(3)), frozenset({case_key(marked)})
    decision = decide(
        candidate(similarity=97.0), candidate(2, rival), candidate(3, 80.0), cases=cases, look_alikes=alike
    )
    assert decision.verdict is verdict
    assert (Reason.LOOK_ALIKE in decision.reasons) is (verdict is Verdict.REVIEW)


def test_a_look_alike_counts_behind_a_stranger_too() -> None:
    cases, alike = (case(), case(2), case(3)), frozenset({case_key(3)})
    decision = decide(
        candidate(similarity=97.0), candidate(2, 94.0), candidate(3, 93.0), cases=cases, look_alikes=alike
    )
    assert decision.reasons == (Reason.ABOVE_ALERT_THRESHOLD, Reason.LOOK_ALIKE)
    assert decision.runner_up == candidate(2, 94.0)


@pytest.mark.parametrize(("ages", "reviewers"), [((34, 35), 1), ((17, 18), 2)])
def test_the_policy_says_for_which_reasons_two_people_look(ages: tuple[int, int], reviewers: int) -> None:
    decision = decide(candidate(), cases=(case(current_age_min=ages[0], current_age_max=ages[1]),))
    assert decision.reviewers == decision.to_json()["reviewers"] == reviewers


def test_the_best_is_the_first_that_may_be_meant() -> None:
    cases = {case_key(1): case(1, status=CaseStatus.CLOSED), case_key(2): case(2)}
    assert best_of([candidate(2, 90.0), candidate(1, 99.0)], cases, SEEN_ON) == candidate(2, 90.0)
    assert best_of([candidate(1, 99.0)], cases, SEEN_ON) is None


def test_a_composite_never_alerts_alone() -> None:
    decision = decide(candidate(similarity=99.9, trusted=90.0))
    assert decision.verdict is Verdict.REVIEW
    assert Reason.LOW_TRUST_PHOTO in decision.reasons


@pytest.mark.parametrize("poor", [{"brightness": 5.0}, {"sharpness": None}, {"width_px": 20}, {"confidence": 50.0}])
def test_a_poor_or_unmeasured_probe_asks_for_a_person(poor: dict[str, float | None]) -> None:
    decision = decide(candidate(similarity=99.9), probe=probe(**poor))
    assert decision.verdict is Verdict.REVIEW
    assert Reason.PROBE_QUALITY_LOW in decision.reasons


def test_candidates_group_by_case_and_ignore_faces_without_an_indexed_photo() -> None:
    matches = [face_match(1, 91.0, 1), face_match(1, 99.0, 2), face_match(2, 95.0), face_match(3, 99.9)]
    foreign = replace(face_match(), external_image_id="somebody-elses.jpg")
    classes = {
        photo_key(1, 1): PhotoClass.FACIAL,
        photo_key(1, 2): PhotoClass.COMPOSITE,
        photo_key(2): PhotoClass.ACTUAL,
    }
    found = candidates_of([*matches, foreign], classes, frozenset({PhotoClass.FACIAL}))
    assert [(c.case.number, c.similarity, c.trusted, c.photos) for c in found] == [
        ("1", 99.0, 91.0, 2),
        ("2", 95.0, 0.0, 1),
    ]


# ------------------------------------------------------------------------------------ promises

similarities = st.floats(0, 100)
sexes = st.sampled_from(["Female", "Male", "Unsure", None])
races = st.lists(st.sampled_from(["Asian", "White / Caucasian", "Uncertain"]), max_size=2, unique=True).map(tuple)
ages = st.one_of(st.none(), st.integers(0, 90))
cases_ = st.builds(
    lambda sex, race, age: case(1, sex=sex, ethnicities=race, current_age_min=age, current_age_max=age),
    sexes,
    races,
    ages,
)
tiers = st.tuples(similarities, similarities).map(lambda pair: Tier(min(pair), max(pair)))
attributes = st.tuples(
    st.sampled_from(["Female", "Male", None]),
    st.sampled_from(["Asian", "White / Caucasian", None]),
    st.sampled_from(["18-29", "30-49", None]),
).filter(any)
rules = st.builds(
    lambda group, tier, proof: GroupRule(*group, tier, proof), attributes, tiers, st.sampled_from([EVIDENCE, None])
)
policies = st.builds(
    lambda strictest, groups: policy(strictest=strictest, groups=groups), tiers, st.lists(rules).map(tuple)
)
probes = st.builds(ProbeFace, similarities, st.one_of(st.none(), similarities), similarities, st.integers(0, 500))


@given(cases_, policies, probes, similarities, similarities, st.floats(0, 100), st.booleans(), st.booleans())
def test_more_similarity_never_turns_an_alert_into_less(  # type: ignore[no-untyped-def]
    found, rules, face, one, other, rival, trusted, alike
) -> None:
    low, high = sorted((one, other))
    verdicts = []
    for similarity in (low, high):
        mine = candidate(1, similarity, similarity if trusted else 0.0)
        others = [candidate(2, rival)] if rival <= low else []
        cases = {found.key: found, case_key(2): case(2)}
        marked = frozenset({case_key(2)}) if alike else frozenset()
        decision = assess([mine, *others], cases, face, SEEN_ON, rules, STANDING, marked)
        verdicts.append(RANK[decision.verdict])
    assert verdicts[0] <= verdicts[1]


@given(cases_, policies, probes, similarities, st.floats(0, 100))
def test_a_mark_never_loosens_anything(found, rules, face, similarity, rival) -> None:  # type: ignore[no-untyped-def]
    both, cases = [candidate(1, similarity), candidate(2, rival)], {found.key: found, case_key(2): case(2)}
    marks = frozenset({case_key(1), case_key(2)})
    unmarked, marked = (assess(both, cases, face, SEEN_ON, rules, STANDING, one) for one in (frozenset(), marks))
    assert RANK[marked.verdict] <= RANK[unmarked.verdict]
    assert set(unmarked.reasons) <= set(marked.reasons)


@given(cases_, policies)
def test_an_unknown_group_never_gets_a_looser_threshold(found: Case, rules) -> None:  # type: ignore[no-untyped-def]
    unknown = case(1, sex=None, ethnicities=(), current_age_min=None, current_age_max=None)
    known_tier, _ = rules.tier_for(recorded_group(found))
    strict_tier, _ = rules.tier_for(recorded_group(unknown))
    assert strict_tier.alert >= known_tier.alert
    assert strict_tier.review >= known_tier.review


@given(cases_, policies, probes, similarities)
def test_same_input_same_output(found, rules, face, similarity) -> None:  # type: ignore[no-untyped-def]
    def once() -> Decision:
        return assess([candidate(1, similarity)], {found.key: found}, face, SEEN_ON, rules, STANDING)

    assert once() == once()
    assert once().to_json() == once().to_json()


@pytest.mark.parametrize("model", ["8.0", "", None])
def test_another_face_model_turns_alerts_into_questions(model: str | None) -> None:
    decision = decide(candidate(similarity=97.0), standing=Standing(model, STANDING.now))
    assert (decision.verdict, decision.reasons) == (
        Verdict.REVIEW,
        (Reason.ABOVE_ALERT_THRESHOLD, Reason.MODEL_CHANGED),
    )


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (timedelta(days=365) - timedelta(seconds=1), Verdict.ALERT),
        (timedelta(days=365), Verdict.REVIEW),
        (timedelta(days=4000), Verdict.REVIEW),
    ],
)
def test_a_measurement_is_good_for_so_long(age: timedelta, verdict: Verdict) -> None:
    decision = decide(candidate(similarity=97.0), standing=Standing(FACE_MODEL, MEASURED_AT + age))
    assert decision.verdict is verdict
    assert (Reason.POLICY_EXPIRED in decision.reasons) is (verdict is Verdict.REVIEW)


def test_what_rests_on_no_measurement_can_neither_age_nor_change() -> None:
    old = Standing(None, datetime.max.replace(tzinfo=MEASURED_AT.tzinfo))
    decision = decide(candidate(similarity=99.5), policy=policy(groups=(), measured=None), standing=old)
    assert decision.reasons == (Reason.ABOVE_ALERT_THRESHOLD, Reason.GROUP_WITHOUT_EVIDENCE)


@given(cases_, policies, probes, similarities, st.sampled_from([None, "8.0"]), st.integers(0, 5000))
def test_the_gate_never_makes_more_of_a_match(found, rules, face, similarity, model, days) -> None:  # type: ignore[no-untyped-def]
    def under(standing: Standing) -> Decision:
        return assess([candidate(1, similarity)], {found.key: found}, face, SEEN_ON, rules, standing)

    free, gated = under(STANDING), under(Standing(model, MEASURED_AT + timedelta(days=days)))
    assert RANK[gated.verdict] <= RANK[free.verdict]
    assert gated.verdict is not Verdict.ALERT
    assert (gated.verdict is Verdict.DISCARD) is (free.verdict is Verdict.DISCARD), "nothing is lost by it"
