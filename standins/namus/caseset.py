"""The cases that the server publishes, and what may happen to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import islice
from pathlib import Path

from standins.namus.folders import people_cases
from standins.namus.generated import generated_cases
from standins.namus.records import NUMBERS, Case, NamusError


class CaseSet:
    """All missing persons; withdrawn ones are as if they had never been there."""

    def __init__(self, cases: list[Case]) -> None:
        self._cases = {case.number: case for case in cases}
        self._withdrawn: set[int] = set()

    def published(self) -> list[Case]:
        """Every case that a search may find, in the order of their numbers' creation."""
        return [case for number, case in self._cases.items() if number not in self._withdrawn]

    def get(self, number: int) -> Case | None:
        """The case, or None when there is none or it was withdrawn."""
        return None if number in self._withdrawn else self._cases.get(number)

    def change(self, number: int, modified: str | None, withdrawn: bool | None) -> bool:
        """Change a case as its owners would; False when the number was never given out."""
        if number not in self._cases:
            return False
        if modified is not None:
            self._cases[number] = replace(self._cases[number], modified=modified)
        if withdrawn is not None:
            (self._withdrawn.add if withdrawn else self._withdrawn.discard)(number)
        return True


def make_cases(people: Path | None, count: int | None, seed: int, today: date) -> CaseSet:
    """The people of the folder first, then generated cases up to the count. Raises NamusError."""
    known = people_cases(people, seed, today) if people else []
    wanted = count if count is not None else len(known)
    if wanted < len(known):
        raise NamusError(f"--cases {wanted} leaves no room for the {len(known)} people of {people}; ask for more cases")
    if wanted > NUMBERS:
        raise NamusError(f"at most {NUMBERS} cases")
    others = generated_cases(seed, today, {case.number for case in known})
    cases = [*known, *islice(others, wanted - len(known))]
    return CaseSet(sorted(cases, key=lambda case: case.number))
