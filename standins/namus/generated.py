"""Cases without end, drawn from a seed: nobody who exists, and faces only where drawn ones are asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from standins.namus.names import FIRST_NAMES, LAST_NAME_PREFIX, LAST_NAMES
from standins.namus.places import PLACES, UNLISTED
from standins.namus.records import (
    FIRST_NUMBER,
    FIRST_YEAR,
    LEGACY_NUMBERS,
    NUMBERS,
    UNIDENTIFIED,
    Case,
    draw,
    modified_of,
)

STEP = 123_607  # about the golden section of NUMBERS: any run of cases spreads evenly over the numbers
LEGACY_STEP = 12_359
LEGACY_EVERY = 50  # one case in so many has a number of the old days
UNPLACED_EVERY = 400  # ... names no state, or one that the list of states leaves out
SHARED_EVERY = 100  # ... is listed under a second state
ETHNICITIES = (
    (("White / Caucasian",), 52),
    (("Black / African American",), 17),
    (("Hispanic / Latino",), 18),
    (("Asian",), 4),
    (("American Indian / Alaska Native",), 3),
    (("Other",), 1),
    (("Uncertain",), 2),
    (("White / Caucasian", "Hispanic / Latino"), 2),
    (("White / Caucasian", "American Indian / Alaska Native"), 1),
)
SEXES = (("Male", 620), ("Female", 375), ("Unsure", 5))
PORTRAITS = ((0, 47), (1, 170), (2, 74), (3, 55), (4, 22), (5, 12), (6, 6), (7, 3))  # as 389 real cases have images


def generated_cases(seed: int, today: date, taken: set[int], faces: bool) -> Iterator[Case]:
    """Cases in a fixed order, their numbers none of the taken ones; at most NUMBERS of them."""
    start, old = draw(NUMBERS, seed, "first generated"), legacy_numbers()
    for index in range(NUMBERS):
        number = FIRST_NUMBER + (start + index * STEP) % NUMBERS
        if draw(LEGACY_EVERY, seed, number, "legacy") == 0:
            number = next(old)
        if number not in taken:
            yield generated_case(number, seed, today, faces)


def unidentified_cases(seed: int, today: date, taken: set[int]) -> Iterator[Case]:
    """Cases of unidentified persons: first such with the missing ones' old numbers, then numbers that they left."""
    newer = (FIRST_NUMBER + index for index in range(NUMBERS) if FIRST_NUMBER + index not in taken)
    for index, number in enumerate(legacy_numbers()):
        number = number if index % 2 == 0 else next(newer)
        case = generated_case(number, seed + 1, today, faces=False)
        yield replace(case, case_set=UNIDENTIFIED, with_drawings=index % 3 == 0)


def legacy_numbers() -> Iterator[int]:
    """The numbers of the old days, in the order in which every case set takes them."""
    return (1 + index * LEGACY_STEP % LEGACY_NUMBERS for index in range(1, LEGACY_NUMBERS))


_SEX_WEIGHTS = [weight for _, weight in SEXES]
_ETHNICITY_WEIGHTS = [weight for _, weight in ETHNICITIES]
_COUNTS, _COUNT_WEIGHTS = zip(*PORTRAITS, strict=True)
_PLACE_WEIGHTS = [place.weight for place in PLACES]


def generated_case(number: int, seed: int, today: date, faces: bool) -> Case:
    """The case that has this number, always the same."""
    rng = random.Random(draw(1 << 62, seed, number))
    place = rng.choices(PLACES, _PLACE_WEIGHTS)[0]
    missing_age = rng.randint(15, 80)
    last_contact = FIRST_YEAR.date() - timedelta(days=int(rng.expovariate(1 / (9 * 365))) % (60 * 365) + 1)
    case = Case(
        number=number,
        first_name=rng.choice(FIRST_NAMES),
        last_name=LAST_NAME_PREFIX + rng.choice(LAST_NAMES),
        sex=rng.choices(SEXES, _SEX_WEIGHTS)[0][0],
        ethnicities=rng.choices(ETHNICITIES, _ETHNICITY_WEIGHTS)[0][0],
        age=missing_age + (FIRST_YEAR.date() - last_contact).days // 365,
        last_contact=last_contact,
        city=place.city,
        state=place.state,
        modified=modified_of(number, seed, today),
        with_drawings=rng.random() < 0.1,
    )
    portraits = rng.choices(_COUNTS, _COUNT_WEIGHTS)[0]
    return replace(case, portraits=portraits if faces else 0, **_odd_place(case, rng))


def _odd_place(case: Case, rng: random.Random) -> dict[str, Any]:
    """Nothing for most cases; a few are in no state, in one that no list has, or in two."""
    oddity = rng.randrange(2 * UNPLACED_EVERY)
    if oddity == 0:
        return {"state": None}
    if oddity == 1:
        return {"state": UNLISTED.state, "city": UNLISTED.city}
    if oddity % SHARED_EVERY == 2:
        return {"also_in": (rng.choice([place.state for place in PLACES if place.state != case.state]),)}
    return {}
