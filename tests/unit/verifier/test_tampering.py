"""A thousand random manipulations of a sealed log: each is found, named, and located; an untouched log is whole."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from homeward.domain import audit_format as form
from homeward.verifier.problems import Problem
from homeward.verifier.verify import Verification
from tests.memory.sealing import MemoryLog, World
from tests.unit.verifier.manipulations import MANIPULATIONS, Manipulated
from tests.unit.verifier.worlds import sealed_world

EACH = 40  # of every kind


@pytest.fixture(scope="module")
def world() -> World:
    return sealed_world(seed=7, hours=40)


def verified(world: World, log: MemoryLog) -> list[Problem]:
    return list(Verification(log, world.key.public, until=world.log.last()).problems())


def test_an_untouched_log_is_whole(world: World) -> None:
    assert verified(world, world.log) == []


@pytest.mark.parametrize("manipulate", MANIPULATIONS, ids=lambda each: each.__name__)
def test_every_manipulation_is_found_named_and_located(world: World, manipulate: Manipulated) -> None:
    chance = random.Random(manipulate.__name__)
    for number in range(EACH):
        log = world.log.copy()
        trace = manipulate(world, log, chance)
        assert log.files != world.log.files, f"{number}: nothing was manipulated"
        problems = verified(world, log)
        assert problems, f"{number}: not found: {trace}"
        named = [problem for problem in problems if problem.kind in trace.kinds]
        assert named, f"{number}: {trace} was named {Counter(problem.kind for problem in problems)}"
        located = [problem for problem in named if trace.is_at(problem)]
        assert located, f"{number}: {trace} was located at {[str(problem) for problem in problems]}"
        strangers = [str(problem) for problem in problems if problem.hour not in trace.hours]
        assert strangers == [], f"{number}: {trace} blames innocent hours"


def test_there_are_a_thousand() -> None:
    assert len(MANIPULATIONS) * EACH >= 1000


@pytest.mark.parametrize("seed", range(20))
def test_no_false_alarm(seed: int) -> None:
    world = sealed_world(seed=100 + seed, hours=random.Random(seed).randrange(1, 60))
    assert verified(world, world.log) == []
    hours = world.log.sealed()
    middle = hours[len(hours) // 2]
    assert list(Verification(world.log, world.key.public, since=middle).problems()) == []
    assert list(Verification(world.log, world.key.public, until=middle).problems(form.next_hour(middle, 9))) == []
