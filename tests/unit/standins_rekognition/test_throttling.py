from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from standins.rekognition.errors import StartError
from standins.rekognition.throttling import (
    Bucket,
    ProvisionedThroughputExceededError,
    Throttle,
    ThrottlingError,
    parse_rates,
)

NAMES = ("IndexFaces", "ListFaces", "SearchFaces")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_second_of_calls_may_come_at_once_and_more_come_evenly() -> None:
    clock = Clock()
    bucket = Bucket(5, clock)
    assert [bucket.take() for _ in range(7)] == [True] * 5 + [False] * 2
    clock.now += 0.2
    assert [bucket.take() for _ in range(2)] == [True, False]
    clock.now += 1000
    assert [bucket.take() for _ in range(7)] == [True] * 5 + [False] * 2


def test_a_rate_below_one_gives_one_call_from_time_to_time() -> None:
    clock = Clock()
    bucket = Bucket(0.5, clock)
    assert [bucket.take() for _ in range(2)] == [True, False]
    clock.now += 1.9
    assert not bucket.take()
    clock.now += 0.2
    assert [bucket.take() for _ in range(2)] == [True, False]


@given(rate=st.floats(0.1, 100), pauses=st.lists(st.floats(0, 1), max_size=200))
def test_no_more_calls_than_the_rate_and_one_second_allow(rate: float, pauses: list[float]) -> None:
    clock = Clock()
    bucket = Bucket(rate, clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += bucket.take()
    assert taken <= max(1, rate) + sum(pauses) * rate + 1e-6


def test_refused_calls_cost_nothing_and_others_have_their_own_bucket() -> None:
    clock = Clock()
    throttle = Throttle({"IndexFaces": 1, "ListFaces": 1}, clock)
    for name, error in (("IndexFaces", ProvisionedThroughputExceededError), ("ListFaces", ThrottlingError)):
        throttle.take(name)
        for _ in range(10):
            with pytest.raises(error):
                throttle.take(name)
    clock.now += 1
    throttle.take("IndexFaces")
    for _ in range(100):
        throttle.take("SearchFaces")


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("5", dict.fromkeys(NAMES, 5.0)),
        ("IndexFaces=5, SearchFaces=0.5", {"IndexFaces": 5.0, "SearchFaces": 0.5}),
        ("IndexFaces=5,50", {"IndexFaces": 5.0, "ListFaces": 50.0, "SearchFaces": 50.0}),
    ],
)
def test_what_the_switch_says(text: str, rates: dict[str, float]) -> None:
    assert parse_rates(text, NAMES) == rates


@pytest.mark.parametrize("text", ["", "x", "5,", "=5", "IndexFaces", "IndexFaces=", "0", "-1", "nan", "inf", "Other=5"])
def test_what_the_switch_cannot_say(text: str) -> None:
    with pytest.raises(StartError, match=r"^--throttle: "):
        parse_rates(text, NAMES)
