"""Histories: everything that cameras, people, clocks and a failing cloud can do, in any order."""

from __future__ import annotations

from functools import cache

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from homeward.domain.alerts import RetractionReason
from homeward.domain.cases import CaseKey
from homeward.domain.reviews import ReviewVerdict
from tests.invariants.faults import How, Point
from tests.invariants.rules import Story, check
from tests.invariants.wiring import ADULT, MINOR
from tests.invariants.world import PLACES, World

# Nobody, discarded, a question, a clearer one, an alert, one that is hardly clearer, one that is, and the clearest.
SIMILARITIES = (70.0, 84.0, 89.0, 91.5, 95.0, 96.0, 97.5, 99.9)
# A moment, a retry's pause, a lease (60 s), the pause after an unclear publish, a review's limit (600 s), a window.
PAUSES = (1.0, 20.0, 65.0, 150.0, 310.0, 620.0, 1900.0, 3615.0)
DELAYS = (0.0, 0.03, 5.0, 45.0, 200.0)
PEOPLE = ("Alex", "Kim")


# Where two could become of one, or none.
CRITICAL = ("publish_alert", "confirm_alert", "mark_sent", "reserve_alert", "release_alert", "request_review")
Trouble = tuple[Point, How, int]


@cache
def points() -> list[Point]:
    """Every call that can fail, found by watching histories in which everything happens once."""
    seen: set[Point] = set()
    for verdict in ReviewVerdict:
        world = World()
        world.fault(Point("publish_alert", "publish"), How.REFUSED)
        world.fault(Point("publish_alert", "publish"), How.LOST)
        world.fault(Point("mark_sent", "invoke"), How.CRASHED_BEFORE)
        world.fault(Point("Request Review", "after"), How.ABORTED)
        for similarity in SIMILARITIES:
            first = world.picture(similarity)
            world.picture(similarity, MINOR)
            world.wait(30)
            for name in world.detections:
                for person in PEOPLE:
                    world.answer(name, verdict, person)
            world.redrive()
            world.wait(700)
            world.event_again(first)
        for name in world.detections:
            world.retract(name, RetractionReason.OTHER)
        world.heal()
        seen |= world.cloud.points
    return sorted(seen)


@cache
def critical() -> list[Point]:
    """Those around the alert itself."""
    return [point for point in points() if point.function in CRITICAL]


def troubles() -> st.SearchStrategy[Trouble]:
    """A call that goes wrong, and how often."""
    where = st.one_of(st.sampled_from(critical()), st.sampled_from(points()))
    return st.tuples(where, st.sampled_from(How), st.sampled_from((1, 1, 1, 2, 9)))


class History(RuleBasedStateMachine):
    """Things happen; in the end everything heals, and the rules must hold."""

    @initialize(jitter=st.sampled_from((0.0, 0.5, 1.0)))
    def begin(self, jitter: float) -> None:
        self.world = World(jitter)

    @rule(
        similarity=st.sampled_from(SIMILARITIES),
        case=st.sampled_from((ADULT, ADULT, ADULT, MINOR)),
        place=st.sampled_from((PLACES[0], PLACES[0], PLACES[0], PLACES[1])),
        delays=st.lists(st.sampled_from(DELAYS), min_size=1, max_size=2),
    )
    def picture(self, similarity: float, case: CaseKey, place: str, delays: list[float]) -> None:
        self.world.picture(similarity, case, place, *delays)

    @rule(
        similarity=st.sampled_from(SIMILARITIES[3:]),
        trouble=st.lists(st.deferred(troubles), min_size=1, max_size=3),
        receipts=st.lists(st.sampled_from((*DELAYS, 90.0)), min_size=1, max_size=2),
        pause=st.sampled_from(PAUSES),
    )
    def sighting(self, similarity: float, trouble: list[Trouble], receipts: list[float], pause: float) -> None:
        """Somebody is seen in the middle of trouble."""
        for point, how, times in trouble:
            self.world.fault(point, how, times)
        self.world.cloud.receipt_delays.append(tuple(receipts))
        self.world.picture(similarity)
        self.world.wait(pause)

    @rule(
        similarity=st.sampled_from((89.0, 91.5, 97.5)),
        case=st.sampled_from((ADULT, MINOR)),
        trouble=st.lists(st.deferred(troubles), max_size=2),
        answers=st.lists(st.tuples(st.sampled_from(ReviewVerdict), st.sampled_from(PEOPLE)), max_size=3),
        pause=st.sampled_from(PAUSES),
    )
    def question(
        self,
        similarity: float,
        case: CaseKey,
        trouble: list[Trouble],
        answers: list[tuple[ReviewVerdict, str]],
        pause: float,
    ) -> None:
        """People are asked, and answer in the middle of trouble."""
        for one in trouble:
            self.world.fault(*one)
        name = self.world.picture(similarity, case)
        for verdict, person in answers:
            self.world.wait(1)
            self.world.answer(name, verdict, person)
        self.world.wait(pause)

    @rule(number=st.integers(0, 9), verdict=st.sampled_from(ReviewVerdict), person=st.sampled_from(PEOPLE))
    def answer(self, number: int, verdict: ReviewVerdict, person: str) -> None:
        if name := self._one(number):
            self.world.answer(name, verdict, person)

    @rule(seconds=st.sampled_from(PAUSES))
    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    @rule(trouble=st.deferred(troubles))
    def trouble(self, trouble: Trouble) -> None:
        self.world.fault(*trouble)

    @rule(what=st.sampled_from(("event_again", "abort", "redrive")), number=st.integers(0, 9))
    def meddle(self, what: str, number: int) -> None:
        if what == "redrive":
            self.world.redrive()
        elif name := self._one(number):
            getattr(self.world, what)(name)

    @rule(number=st.integers(0, 2), reason=st.sampled_from(RetractionReason))
    def retract(self, number: int, reason: RetractionReason) -> None:
        if name := self._one(number):
            self.world.retract(name, reason)

    @rule(point=st.deferred(lambda: st.sampled_from(critical())), seconds=st.sampled_from((-5.0, 5.0)))
    def skew(self, point: Point, seconds: float) -> None:
        self.world.cloud.skews[point.function] = seconds

    def _one(self, number: int) -> str | None:
        names = self.world.detections
        return names[-1 - number % len(names)] if names else None

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.heal()
            self.told(check(self.world))

    def told(self, story: Story) -> None:
        """A history is over, and has kept every rule."""
