"""An index that moves while it is read: whatever happens, a sweep that is called complete has missed nobody."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from homeward.adapters.sources.namus_search import Search
from homeward.adapters.sources.namus_slices import FIELDS
from homeward.adapters.sources.namus_sweep import Sweeper
from homeward.domain.sources import Sweep
from tests.contract.namus_client.conftest import ReadIndex
from tests.contract.namus_client.index import Index, Listed

STATES = ("Iowa", "Utah", "Guam")
places = st.sampled_from([("Iowa",), ("Utah",), ("Guam",), ("Iowa", "Utah"), ()])
cases = st.builds(Listed, st.just(0), places, st.sampled_from(["Male", "Female"]), st.sampled_from([None, 8, 30, 31]))
# (ahead of which search, what, which case, where to)
moves = st.tuples(
    st.integers(0, 20), st.sampled_from(["publish", "withdraw", "touch", "move"]), st.integers(0, 30), places
)


class Moving:
    """Changes an index between searches, and knows which cases were there all the time."""

    def __init__(self, index: Index, script: list[tuple[int, str, int, tuple[str, ...]]]) -> None:
        self.index, self.script, self.happened = index, sorted(script, key=lambda move: move[0]), 0
        self.always = set(index.cases)
        self._next = max(index.cases, default=0) + 1
        index.before = self.before

    def before(self, search: int) -> None:
        while self.script and self.script[0][0] <= search:
            _, what, which, states = self.script.pop(0)
            self._do(what, which, states)

    def _do(self, what: str, which: int, states: tuple[str, ...]) -> None:
        there = sorted(self.index.cases)
        if what == "publish" or not there:
            self.index.put(self._next, states=states)
            self._next += 1
        else:
            number = there[which % len(there)]
            if what == "withdraw":  # never to come back within a sweep: that is assumed
                del self.index.cases[number]
                self.always.discard(number)
            else:
                self.index.put(number, **({"states": states} if what == "move" else {}))
        self.happened += 1


def numbered(found: list[Listed]) -> Index:
    index = Index(states=STATES, window=6)
    for number, case in enumerate(found, 1):
        index.put(number, states=case.states, gender=case.gender, age=case.age)
    return index


def check(sweep: Sweep, moving: Moving) -> None:
    read = {int(row.number) for row in sweep.rows}
    if sweep.complete:
        assert moving.always <= read
    else:
        assert sweep.notes
        if not moving.happened and moving.index.shuffled is None:
            assert len(read) < len(moving.always)  # who stands still is missed only where no part lists him
    event(f"complete: {sweep.complete}, changes: {min(moving.happened, 3)}")


@settings(max_examples=500, deadline=None)
@given(
    st.lists(cases, max_size=14),
    st.lists(moves, max_size=8),
    st.booleans(),
    st.one_of(st.none(), st.integers(0, 99)),
    st.integers(1, 4),
)
def test_what_is_called_complete_misses_nobody(
    found: list[Listed], script: list[Any], sortable: bool, shuffled: int | None, page: int
) -> None:
    index = numbered(found)
    index.unsortable, index.shuffled = frozenset() if sortable else frozenset({"modifiedDateTime"}), shuffled
    moving = Moving(index, script)
    check(Sweeper(Search(index.post, FIELDS["MP"]), STATES, page=page, wide_page=page, window=6)(), moving)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(found=st.lists(cases, max_size=14), script=st.lists(moves, max_size=8))
def test_over_http_too(reads: ReadIndex, found: list[Listed], script: list[Any]) -> None:
    index = numbered(found)
    moving = Moving(index, script)
    check(reads(index, page=3, window=6).sweep(), moving)
