"""What items say of how a person looks, and of when they were born: drawn, or null, as often in the real list."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

# The list's word, and the one it was entered as; (None, None) where nothing is said.
RACES = (
    (("white", "White"), 50),
    (("black", "Black"), 17),
    (("hispanic", "White (Hispanic)"), 12),
    (("hispanic", "Hispanic"), 5),
    (("asian", "Asian"), 6),
    (("native", "Native American"), 5),
    ((None, None), 5),
)
SEXES = (("Male", 58), ("Female", 38), (None, 4))
_HAIRS, _EYES = ("Brown", "Black", "Blond", "Gray", "Red or Auburn", None), ("Brown", "Blue", "Green", "Hazel", None)
_BUILDS, _COMPLEXIONS = ("Medium", "Slim", "Heavy", None, None), ("Light", "Medium", "Dark", None, None, None)
_MARKS = ("has a scar on the left hand.", "has a tattoo on the right arm.", "has pierced ears.")
_YEAR = 365.25  # days


def looks(rng: random.Random) -> dict[str, Any]:
    """Sex, race, hair, eyes, size and marks of somebody."""
    (sex,), (race, race_raw) = rng.choices(*_split(SEXES)), rng.choices(*_split(RACES))[0]
    return {"sex": sex, "race": race, "race_raw": race_raw, **_colours(rng), **_size(rng)}


def _colours(rng: random.Random) -> dict[str, Any]:
    hair, eyes = rng.choice(_HAIRS), rng.choice(_EYES)
    return {
        "hair": hair.split()[0].lower() if hair else None,
        "hair_raw": hair,
        "eyes": eyes.lower() if eyes else None,
        "eyes_raw": eyes,
        "build": rng.choice(_BUILDS),
        "complexion": rng.choice(_COMPLEXIONS),
        "scars_and_marks": f"This person {rng.choice(_MARKS)}" if rng.random() < 0.3 else None,
    }


def _size(rng: random.Random) -> dict[str, Any]:
    height, weight = rng.randint(58, 76), rng.randint(95, 240)
    spread = rng.choice((0, 0, 2, 20))
    stated = {
        "height_min": height,
        "height_max": height + spread // 10,
        "weight": f"{weight} to {weight + spread} pounds" if spread else f"{weight} pounds",
        "weight_min": weight,
        "weight_max": weight + spread,
    }
    return {key: value if rng.random() < 0.85 else None for key, value in stated.items()}


def birthday(age: int, today: date, rng: random.Random) -> date:
    """A day on which somebody was born who has this age today."""
    oldest = today - timedelta(days=int((age + 1) * _YEAR) - 2)
    return oldest + timedelta(days=rng.randint(0, 360))


def ages(born: date | None, today: date, rng: random.Random) -> dict[str, Any]:
    """Dates of birth in words, an age as numbers, both, or neither: half have only the date."""
    how = rng.choices(("born", "age", "both", "nothing"), (50, 15, 25, 10))[0] if born else "nothing"
    age = int((today - born).days / _YEAR) if born else None
    spread = rng.choice((0, 0, 5))
    with_age, with_birth = how in ("age", "both"), how in ("born", "both")
    words = f"{age} to {(age or 0) + spread} years old" if spread else f"{age} years old"
    return {
        "dates_of_birth_used": [words_of(born)] if born and with_birth else None,
        "age_range": words if with_age else None,
        "age_min": age if with_age else None,
        "age_max": (age or 0) + spread if with_age else None,
    }


def words_of(day: date) -> str:
    """A day as the list writes it: March 5, 1990."""
    return f"{day:%B} {day.day}, {day.year}"


def _split(weighted: Any) -> tuple[list[Any], list[int]]:
    return [value for value, _ in weighted], [weight for _, weight in weighted]
