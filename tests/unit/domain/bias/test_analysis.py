"""From comparisons to proposed thresholds: a planted bias is found, and nothing loosens what the data don't prove."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from homeward.domain.bias.analysis import analyse
from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.groups import Group
from homeward.domain.policy import Fairness, GroupRule, Tier
from tests.factories import EVIDENCE, policy

TARGETS = {"review": 1e-2, "alert": 1e-3}
FAIRNESS = Fairness(("sex",), TARGETS, 99.5, 365)
NONE: frozenset[tuple[str, str]] = frozenset()


def rules(**changes: Any) -> Any:
    return policy(**{"groups": (), "fairness": FAIRNESS, **changes})


def town(seed: int = 1, people: int = 120, biased: str = "", shift: float = 6.0) -> tuple[Gallery, Comparisons]:
    """Two photos each. Strangers are about 75 alike, the biased group's `shift` more; a person's own about 97."""
    dice = np.random.default_rng(seed)
    groups = tuple(Group(("Female", "Male")[n % 2], (), "30-49", False) for n in range(people))
    subject_of = np.repeat(np.arange(people), 2).astype(np.int32)
    probe = np.repeat(np.arange(2 * people), people).astype(np.int32)
    subject = np.tile(np.arange(people), 2 * people).astype(np.int32)
    alike = np.array([group.sex == biased for group in groups])
    value = dice.normal(75, 4, len(probe)) + shift * (alike[subject_of[probe]] & alike[subject])
    own = subject_of[probe] == subject
    value[own] = dice.normal(97, 1.5, int(own.sum()))
    kept = value >= 50
    value = np.clip(value, 0, 99.4)
    return (
        Gallery(tuple(f"namus:MP:{n}" for n in range(people)), groups, subject_of),
        Comparisons(50.0, probe[kept], subject[kept], value[kept].astype(np.float32)),
    )


def groups_of(statistics: dict[str, Any], *attributes: str) -> dict[str, Any]:
    level = next(level for level in statistics["levels"] if level["attributes"] == list(attributes))
    return {group["label"]: group for group in level["groups"]}


def test_a_planted_bias_is_found_and_its_threshold_rises() -> None:
    plain = groups_of(analyse(*town(), rules(), NONE), "sex")
    told = analyse(*town(biased="Female"), rules(), NONE)
    biased = groups_of(told, "sex")
    same = [group["choice"]["alert"]["threshold"] for group in (plain["Male"], biased["Male"])]
    assert same[0] == same[1]
    risen = biased["Female"]["choice"]["alert"]["threshold"]
    assert risen > plain["Female"]["choice"]["alert"]["threshold"]
    assert told["levels"][0]["summary"]["live"]["review"]["fmr_same"]["worst"] == "Female"
    for group in biased.values():
        for tier, target in TARGETS.items():
            assert group["proposed"][tier]["proved"]
            assert group["proposed"][tier]["fmr_same"]["high"] <= target
            assert group["proposed"][tier]["fmr_any"]["high"] <= target


def test_a_bias_that_no_threshold_can_mend_leaves_a_person_to_decide() -> None:
    gallery, close = town(biased="Female", shift=40.0)
    female = groups_of(analyse(gallery, close, rules(), NONE), "sex")["Female"]
    assert (female["choice"]["alert"]["threshold"] is None) or female["choice"]["alert"]["threshold"] > 99.4
    crossed = Comparisons(
        close.complete_from, close.probe, close.subject, np.where(close.similarity > 95, 100.0, 60.0).astype(np.float32)
    )
    female = groups_of(analyse(gallery, crossed, rules(), NONE), "sex")["Female"]
    assert female["choice"]["alert"] == {
        "threshold": None,
        "reason": "ERRORS",
        "people_needed": None,
        "with_duplicates": None,
    }


def test_a_small_group_gets_the_strictest_and_is_told_what_it_lacks() -> None:
    gallery, comparisons = town(people=16)
    for group in groups_of(analyse(gallery, comparisons, rules(), NONE), "sex").values():
        choice = group["choice"]["alert"]
        assert (choice["threshold"], choice["reason"]) == (None, "TOO_FEW")
        assert choice["people_needed"] > 10
        assert group["proposed"]["alert"]["threshold"] == 99.0


def test_unproved_groups_never_get_less_than_proved_ones() -> None:
    """People without a recorded sex, and a group of one: the highest of all thresholds that occur."""
    gallery, comparisons = town(biased="Female", shift=10.0)
    unknown = list(gallery.groups)
    unknown[0] = Group(None, (), "30-49", False)
    unknown[1] = Group("Third", (), "30-49", False)
    told = analyse(Gallery(gallery.subjects, tuple(unknown), gallery.subject_of), comparisons, rules(), NONE)
    by_sex = groups_of(told, "sex")
    highest = max(group["proposed"]["review"]["threshold"] for group in by_sex.values())
    assert by_sex["Third"]["proposed"]["review"]["threshold"] == highest
    assert any("1 of 120 people have no recorded sex" in problem for problem in told["problems"])
    assert any("one person only" in problem and "Third" in problem for problem in told["problems"])


def test_one_person_under_two_cases_is_reported_and_loosens_nothing() -> None:
    gallery, comparisons = town()
    twins = (comparisons.probe // 2 == 4) & (comparisons.subject == 6)
    close = np.where(twins, 99.9, comparisons.similarity).astype(np.float32)
    doubled = Comparisons(50.0, comparisons.probe, comparisons.subject, close)
    told, plain = analyse(gallery, doubled, rules(), NONE), analyse(gallery, comparisons, rules(), NONE)
    (pair,) = told["duplicates"]
    assert (pair["cases"], pair["left_out"]) == (["namus:MP:4", "namus:MP:6"], True)
    female, before = groups_of(told, "sex")["Female"], groups_of(plain, "sex")["Female"]
    assert female["impostor"] == before["impostor"] - 4
    assert female["choice"]["alert"]["threshold"] >= before["choice"]["alert"]["threshold"]
    assert female["choice"]["alert"]["with_duplicates"] == 100.0, "counted, they are errors up to 99.9"
    marked = analyse(gallery, doubled, rules(), frozenset({("namus:MP:6", "namus:MP:4")}))
    assert groups_of(marked, "sex")["Female"]["choice"]["alert"]["threshold"] == 100.0


def test_nobody_has_two_photos() -> None:
    gallery, comparisons = town()
    first = comparisons.probe % 2 == 0
    strangers = first & (comparisons.probe // 2 != comparisons.subject)
    one = Gallery(gallery.subjects, gallery.groups, np.arange(120, dtype=np.int32))
    kept = Comparisons(
        50.0, comparisons.probe[strangers] // 2, comparisons.subject[strangers], comparisons.similarity[strangers]
    )
    told = analyse(one, kept, rules(), NONE)
    assert told["counts"]["genuine"] == 0
    assert any("misses can't be measured" in problem for problem in told["problems"])
    assert groups_of(told, "sex")["Male"]["live"]["review"]["fnmr"]["rate"] is None


def test_live_rates_are_those_at_the_live_thresholds_of_each_case() -> None:
    gallery, comparisons = town(biased="Female")
    own = (
        GroupRule("Female", None, None, Tier(88.0, 92.0), EVIDENCE),
        GroupRule("Male", None, None, Tier(80.0, 86.0), EVIDENCE),
    )
    told = analyse(gallery, comparisons, rules(groups=own), NONE)
    sexes = np.array([group.sex == "Female" for group in gallery.groups])
    probes = gallery.subject_of[comparisons.probe]
    strangers = probes != comparisons.subject
    for label, member, threshold in (("Female", sexes, 92.0), ("Male", ~sexes, 86.0)):
        rate = groups_of(told, "sex")[label]["live"]["alert"]
        assert rate["threshold"] == threshold
        errors = strangers & member[comparisons.subject] & (comparisons.similarity >= threshold)
        assert rate["fmr_any"]["errors"] == errors.sum()
        assert rate["fmr_same"]["errors"] == (errors & member[probes]).sum()
    age = groups_of(told, "age_band")["30-49"]["live"]["alert"]
    own_threshold = np.where(sexes, 92.0, 86.0)[comparisons.subject]
    assert age["fmr_same"]["errors"] == (strangers & (comparisons.similarity >= own_threshold)).sum()
    assert age["threshold"] == 92.0


def test_histograms_hold_every_comparison_once() -> None:
    told = analyse(*town(biased="Female"), rules(), NONE)
    for level in told["levels"]:
        for group in level["groups"]:
            shown = group["histogram"]
            assert shown["below"] + sum(shown["impostor"]) == group["impostor"]
            assert sum(shown["genuine"]) <= group["genuine"]
            assert len(shown["genuine"]) == len(shown["impostor"]) == 50


def test_a_matrix_that_was_cut_off_judges_no_threshold_below() -> None:
    gallery, comparisons = town()
    cut = Comparisons(93.04, comparisons.probe, comparisons.subject, comparisons.similarity)
    told = analyse(gallery, cut, rules(), NONE)
    assert told["complete_from"] == 93.1
    assert all(group["choice"]["review"]["threshold"] >= 93.1 for group in groups_of(told, "sex").values())


@pytest.mark.parametrize("seed", range(3))
def test_it_is_json_and_the_order_of_people_does_not_matter(seed: int) -> None:
    gallery, comparisons = town(seed, biased="Male")
    order = np.random.default_rng(seed).permutation(len(comparisons.probe))
    shuffled = Comparisons(50.0, comparisons.probe[order], comparisons.subject[order], comparisons.similarity[order])
    one, other = (json.dumps(analyse(gallery, made, rules(), NONE)) for made in (comparisons, shuffled))
    assert one == other
