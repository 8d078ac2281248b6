"""Choosing people that the face model can tell apart, and several pictures of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from standins.people.faces import Vector
from standins.people.models import PeopleError
from standins.people.portraits import Portrait, Portraits

NUMBERS_PER_SEED = 100_000  # seed s draws the people s * 100,000, s * 100,000 + 1, ...
MAX_STRANGER_COSINE = 0.33  # between the first photos of two chosen people
MIN_SAME_COSINE = 0.6  # between a person's first photo and every other picture of that person
# OpenCV's published threshold: another person's picture must stay below it against every first photo.
MAX_LOOKALIKE_COSINE = 0.363
TRIES_PER_PERSON = 40
TRIES_PER_PICTURE = 15
# Detector and embedder can't tell a child from an adult, so these were left out by eye: of the people 0 to 63, those
# who look like small children (on whom SFace is weak), and portraits with half of a second face at the border.
LOOK_LIKE_CHILDREN = frozenset({1, 5, 6, 7, 8, 12, 25, 39, 47, 51, 57, 62})
SHOW_A_SECOND_PERSON = frozenset({10, 11, 48, 54})


class TooFewPeopleError(PeopleError):
    """The numbers tried gave fewer people than asked for, told apart clearly enough."""


@dataclass(frozen=True)
class Identity:
    """One person: the first photo, further photos, and pictures kept back for the camera."""

    first: Portrait
    more: list[Portrait]
    kept_back: list[Portrait]

    @property
    def number(self) -> int:
        """What the person is drawn from."""
        return self.first.number


def choose_people(portraits: Portraits, count: int, seed: int, tick: Callable[[], None]) -> list[Portrait]:
    """First photos of `count` people whose pairwise cosine stays below MAX_STRANGER_COSINE, chosen greedily."""
    chosen: list[Portrait] = []
    start = seed * NUMBERS_PER_SEED
    for number in range(start, start + NUMBERS_PER_SEED):
        if len(chosen) == count:
            break
        if number - start >= TRIES_PER_PERSON * count:
            raise TooFewPeopleError(
                f"only {len(chosen)} clearly different people among {number - start}; ask for fewer than {count}"
            )
        if number in LOOK_LIKE_CHILDREN | SHOW_A_SECOND_PERSON:
            continue
        portrait = portraits.get(number)
        if portrait and closest(portrait, chosen) < MAX_STRANGER_COSINE:
            chosen.append(portrait)
            tick()
    return chosen


def other_pictures(portraits: Portraits, first: Portrait, strangers: list[Portrait]) -> Iterator[Portrait]:
    """Further pictures of a person, without end: surely the same person, surely none of the strangers.

    Raises TooFewPeopleError when TRIES_PER_PICTURE variants in a row were unusable.
    """
    variant, failed = 0, 0
    while failed < TRIES_PER_PICTURE:
        variant += 1
        portrait = portraits.get(first.number, variant)
        if (
            portrait
            and cosine(portrait.face.vector, first.face.vector) >= MIN_SAME_COSINE
            and closest(portrait, strangers) < MAX_LOOKALIKE_COSINE
        ):
            failed = 0
            yield portrait
        else:
            failed += 1
    raise TooFewPeopleError(f"no further usable picture of person {first.number} after variant {variant}")


def closest(portrait: Portrait, others: list[Portrait]) -> float:
    """The highest cosine between the portrait and any of the others; -1 without others."""
    return max((cosine(portrait.face.vector, other.face.vector) for other in others), default=-1.0)


def cosine(one: Vector, other: Vector) -> float:
    """How alike two faces are, -1 to 1."""
    return float(one @ other)
