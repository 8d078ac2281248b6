"""Cases without end, drawn from a seed: no pictures of faces, nobody who exists."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

from standins.namus.names import FIRST_NAMES, LAST_NAME_PREFIX, LAST_NAMES
from standins.namus.places import PLACES
from standins.namus.records import FIRST_NUMBER, FIRST_YEAR, NUMBERS, Case, draw, modified_of

STEP = 123_607  # about the golden section of NUMBERS: any run of cases spreads evenly over the numbers
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


def generated_cases(seed: int, today: date, taken: set[int]) -> Iterator[Case]:
    """Cases in a fixed order, their numbers none of the taken ones; at most NUMBERS of them."""
    start = draw(NUMBERS, seed, "first generated")
    for index in range(NUMBERS):
        number = FIRST_NUMBER + (start + index * STEP) % NUMBERS
        if number not in taken:
            yield _case(number, seed, today)


_SEX_WEIGHTS = [weight for _, weight in SEXES]
_ETHNICITY_WEIGHTS = [weight for _, weight in ETHNICITIES]
_PLACE_WEIGHTS = [place.weight for place in PLACES]


def _case(number: int, seed: int, today: date) -> Case:
    rng = random.Random(draw(1 << 62, seed, number))
    place = rng.choices(PLACES, _PLACE_WEIGHTS)[0]
    missing_age = rng.randint(15, 80)
    last_contact = FIRST_YEAR.date() - timedelta(days=int(rng.expovariate(1 / (9 * 365))) % (60 * 365) + 1)
    return Case(
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
