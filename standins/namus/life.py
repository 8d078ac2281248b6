"""What happens to cases over time: touched, resolved, withdrawn, back again."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from standins.namus.caseset import CaseSet
from standins.namus.records import draw

# What each does beside a change of modifiedDateTime, if that is wanted.
ACTIONS: Mapping[str, Callable[[CaseSet, int], None]] = {
    "touch": lambda cases, number: None,
    "resolve": lambda cases, number: cases.show(number, resolved=True),
    "reopen": lambda cases, number: cases.show(number, resolved=False),
    "withdraw": lambda cases, number: cases.show(number, listed=False, answers=False),
    "restore": lambda cases, number: cases.show(number, listed=True, answers=True),
}


def candidates(cases: CaseSet, action: str) -> list[int]:
    """The numbers to which an action makes a difference."""
    if action == "restore":
        return cases.withdrawn()
    if action == "reopen":
        return cases.resolved()
    listed = [case.number for case in cases.listed()]
    return [number for number in listed if not cases.is_resolved(number)] if action == "resolve" else listed


def chosen(numbers: list[int], count: int, seed: int) -> list[int]:
    """So many of the numbers, drawn by the seed; in their order."""
    return sorted(sorted(numbers, key=lambda number: draw(1 << 62, seed, number, "chosen"))[:count])
