"""Case data for a made person: drawn from the number, never read off the face.

A face may therefore not fit the sex, age or ethnicity that the case states. That is meant: nothing here guesses such
things from a picture, and whatever uses the data must not either. Everyone is an adult (19 to 70), and was when last
seen. Ages are those of the year of DATED, not of the clock: the same number always gives the same person.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from standins.namus.codes import names
from standins.namus.names import FIRST_NAMES, LAST_NAME_PREFIX, LAST_NAMES
from standins.namus.places import PLACES

DATED = date(2026, 1, 1)
MIN_AGE, MAX_AGE = 19, 70
ADULT = 18
LONGEST_MISSING = 12  # years
ETHNICITY_WEIGHTS = {"White / Caucasian": 9, "Black / African American": 4, "Hispanic / Latino": 4, "Asian": 2}


def _ethnicity(rng: np.random.Generator) -> str:
    known = [name for name in names("ethnicity") if name != "Uncertain"]
    weights = np.array([ETHNICITY_WEIGHTS.get(name, 1) for name in known], float)
    return str(rng.choice(known, p=weights / weights.sum()))


def person_of(number: int) -> dict[str, object]:
    """The content of person.json."""
    rng = np.random.default_rng([number, 0xCA5E])
    first_name, last_name = str(rng.choice(FIRST_NAMES)), str(rng.choice(LAST_NAMES))
    age = int(rng.integers(MIN_AGE, MAX_AGE + 1))
    days = int(rng.integers(60, 365 * min(age - ADULT, LONGEST_MISSING) + 1))
    place = PLACES[int(rng.integers(len(PLACES)))]
    return {
        # The number makes it unique.
        "slug": f"{first_name}-{last_name}-{number}".lower(),
        "first_name": first_name,
        "last_name": LAST_NAME_PREFIX + last_name,
        "sex": str(rng.choice(["Female", "Male"])),
        "ethnicity": _ethnicity(rng),
        "age": age,
        "missing_since": (DATED - timedelta(days=days)).isoformat(),
        "city": place.city,
        "state": place.state,
        "synthetic": True,
    }
