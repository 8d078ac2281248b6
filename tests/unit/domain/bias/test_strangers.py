"""Pictures of people who aren't enrolled: how often one of them reaches a threshold."""

from __future__ import annotations

import numpy as np

from homeward.domain.bias.strangers import Strangers, false_leads
from homeward.domain.groups import Group

AT = {"review": 90.0, "alert": 99.0}
WOMAN, MAN = Group("Female", ("Asian", "White / Caucasian"), "18-29", False), Group("Male", (), None, True)


def strangers(*searches: tuple[int, float, int], groups: tuple[Group, ...] = (WOMAN, MAN)) -> Strangers:
    """Each search: the person, the best similarity, whose case."""
    person, best, found = zip(*searches, strict=True) if searches else ((), (), ())
    return Strangers(groups, np.array(person, np.int32), np.array(best, np.float32), np.array(found, np.int32), 2)


def test_everybody_and_each_recorded_group() -> None:
    made = false_leads(strangers((0, 99.0, 7), (0, 90.0, 3), (1, 89.99, 3), (1, 0.0, -1)), AT)
    groups = {one["label"]: one for one in made["groups"]}
    assert list(groups) == ["everybody", "Female", "Male", "Asian", "White / Caucasian", "18-29"]
    counts = {name: [(one[t]["errors"], one[t]["trials"]) for t in AT] for name, one in groups.items()}
    assert counts["everybody"] == [(2, 4), (1, 4)]
    assert counts["Female"] == counts["Asian"] == [(2, 2), (1, 2)]
    assert counts["Male"] == [(0, 2), (0, 2)]
    assert (made["people"], made["pictures"], made["faceless"]) == (2, 4, 2)


def test_intervals_hold_the_rate_and_none_seen_is_not_zero() -> None:
    made = false_leads(strangers(*[(n % 2, 0.0, -1) for n in range(40)]), AT)
    for one in made["groups"]:
        for tier in AT:
            assert one[tier]["low"] == one[tier]["rate"] == 0.0
            assert one[tier]["high"] > 0.05


def test_nobody_showed_a_face() -> None:
    for made in (false_leads(strangers(), AT), false_leads(strangers(groups=()), AT)):
        everybody = made["groups"][0]
        assert (everybody["review"]["trials"], everybody["review"]["rate"]) == (0, None)


def test_one_threshold_for_both() -> None:
    made = false_leads(strangers((0, 99.5, 1), (1, 98.0, 1)), {"review": 99.0, "alert": 99.0})
    assert [made["groups"][0][tier]["errors"] for tier in AT] == [1, 1]
