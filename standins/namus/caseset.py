"""The cases that the server publishes, and what may happen to them. All of it is forgotten when the process ends."""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path

from standins.namus.fields import MISSING_FIELDS, UNIDENTIFIED_FIELDS, Fields
from standins.namus.finder import Finder
from standins.namus.folders import people_cases
from standins.namus.generated import generated_case, generated_cases, unidentified_cases
from standins.namus.images import Image, images_of
from standins.namus.places import place_of
from standins.namus.records import FIRST_NUMBER, NUMBERS, Case, NamusError


class CaseSet:
    """Cases by number. What the site shows of a case: in a search, as a detail, and as resolved or not."""

    def __init__(
        self,
        cases: Iterable[Case],
        fields: Fields,
        others: Iterable[Case] = (),
        draft: Callable[[int], Case] | None = None,
    ) -> None:
        self.fields = fields
        self._cases = {case.number: case for case in cases}
        self._numbers = sorted(self._cases)
        self._others = iter(others)
        self._draft = draft
        self._unlisted: set[int] = set()
        self._silent: set[int] = set()
        self._resolved: set[int] = set()
        self._images: dict[int, list[Image]] = {}
        self._finder: Finder | None = None

    @property
    def finder(self) -> Finder:
        """Searches in what is listed now."""
        if self._finder is None:
            self._finder = Finder(self.listed(), self.fields)
        return self._finder

    def listed(self) -> list[Case]:
        """Every case that a search may find, by number."""
        return [self._cases[number] for number in self._numbers if number not in self._unlisted]

    def get(self, number: int) -> Case | None:
        """The case, or None when its detail is not found."""
        return None if number in self._silent else self._cases.get(number)

    def known(self, number: int) -> Case | None:
        """The case, whatever the site shows of it."""
        return self._cases.get(number)

    def is_listed(self, number: int) -> bool:
        """Whether searches find the case."""
        return number in self._cases and number not in self._unlisted

    def is_resolved(self, number: int) -> bool:
        """Whether its detail says caseIsResolved."""
        return number in self._resolved

    def withdrawn(self) -> list[int]:
        """The numbers that neither a search nor a detail shows."""
        return sorted(self._unlisted & self._silent)

    def resolved(self) -> list[int]:
        """The numbers of the resolved cases."""
        return sorted(self._resolved)

    def images(self, case: Case) -> list[Image]:
        """The images that the case has now."""
        return self._images[case.number] if case.number in self._images else images_of(case)

    def show(
        self, number: int, listed: bool | None = None, answers: bool | None = None, resolved: bool | None = None
    ) -> None:
        """Change what the site shows of a case; None leaves it."""
        for members, wanted in ((self._unlisted, listed), (self._silent, answers)):
            if wanted is not None:
                (members.discard if wanted else members.add)(number)
        if resolved is not None:
            (self._resolved.add if resolved else self._resolved.discard)(number)
        self._finder = None

    def touch(self, number: int, modified: str) -> None:
        """Give a known case the time of a change."""
        self._cases[number] = replace(self._cases[number], modified=modified)
        self._finder = None

    def set_images(self, number: int, images: list[Image]) -> None:
        """Give a known case other images."""
        self._images[number] = images

    def publish(self, modified: str, number: int | None = None, state: str | None = None) -> Case | None:
        """Publish a case that was a draft so far: that number or the next one, and perhaps in that state.

        Numbers come in no order, so most that are published late are older than some that were there. None when the
        number is taken or none is left.
        """
        case = next(self._others, None) if number is None else self._drafted(number)
        if case is None:
            return None
        if case.number in self._cases:  # that draft was published by its number before
            return self.publish(modified, state=state)
        case = replace(case, modified=modified)
        if state is not None:
            case = replace(case, state=state, city=place_of(state).city, also_in=())
        self._cases[case.number] = case
        insort(self._numbers, case.number)
        self._finder = None
        return case

    def _drafted(self, number: int) -> Case | None:
        known = number in self._cases or not 0 < number < FIRST_NUMBER + NUMBERS
        return None if known or self._draft is None else self._draft(number)


def make_cases(people: Path | None, count: int | None, seed: int, today: date, faces: bool = False) -> CaseSet:
    """Missing persons: the people of the folder first, then generated cases up to the count. Raises NamusError."""
    known = people_cases(people, seed, today) if people else []
    wanted = count if count is not None else len(known)
    if wanted < len(known):
        raise NamusError(f"--cases {wanted} leaves no room for the {len(known)} people of {people}; ask for more cases")
    if wanted > NUMBERS:
        raise NamusError(f"at most {NUMBERS} cases")
    others = generated_cases(seed, today, {case.number for case in known}, faces)
    cases = [*known, *islice(others, wanted - len(known))]
    return CaseSet(cases, MISSING_FIELDS, others, partial(generated_case, seed=seed, today=today, faces=faces))


def make_unidentified(count: int, seed: int, today: date, missing: CaseSet) -> CaseSet:
    """Unidentified persons; half of them share an old number with a missing one, as far as there are such."""
    taken = {case.number for case in missing.listed()}
    others = unidentified_cases(seed, today, taken)
    return CaseSet(islice(others, count), UNIDENTIFIED_FIELDS)
