"""Items from a folder of people, each a missing person: one folder each, with pictures and perhaps a person.json."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from typing import Any

from standins.fbi.generated import address, classification, offices, times
from standins.fbi.looks import birthday, words_of
from standins.fbi.mix import missing_kind
from standins.fbi.pictures import car, named
from standins.fbi.prose import prose
from standins.fbi.records import Entry, Image, What
from standins.namus.folders import people_cases
from standins.namus.pictures import filed, hexadecimal
from standins.namus.places import place_of
from standins.namus.records import Case, draw

RACES = {
    "White / Caucasian": ("white", "White"),
    "Black / African American": ("black", "Black"),
    "Hispanic / Latino": ("hispanic", "White (Hispanic)"),
    "Asian": ("asian", "Asian"),
    "American Indian / Alaska Native": ("native", "Native American"),
}


def people_entries(folder: Path, seed: int, today: date) -> list[Entry]:
    """One item for each person's folder, by name. What person.json doesn't state is null.

    Raises standins.namus.folders.PeopleFolderError.
    """
    return [_entry(case, seed, today) for case in people_cases(folder, seed, today)]


def _entry(case: Case, seed: int, today: date) -> Entry:
    # The case's number depends on the folder's name alone: another person more leaves the others as they are.
    uid = hexadecimal("person", seed, case.number)
    rng = random.Random(draw(1 << 62, seed, uid))
    kind = missing_kind(draw(1 << 30, seed, uid, "kind"))
    name = f"{case.first_name} {case.last_name}"
    told = _told(case, name, rng)
    race, race_raw = RACES.get(case.ethnicities[0], (None, None))
    said: dict[str, Any] = {
        **told,
        "sex": case.sex if case.sex in ("Male", "Female") else None,
        "race": race,
        "race_raw": race_raw,
        "dates_of_birth_used": None if case.age is None else [words_of(birthday(case.age, today, rng))],
        "coordinates": [],
        **classification(kind),
        "status": "na",
        **times(seed, uid, today),
    }
    return Entry(uid, What.MISSING, address(kind, told["title"], uid), said, _images(case, seed))


def _told(case: Case, name: str, rng: random.Random) -> dict[str, Any]:
    if case.last_contact is None:  # then the place may be none that anybody stated, either
        return {"title": name.upper(), "description": "Missing Person", "details": f"<p>{name} is missing.</p>"}
    place = place_of(case.state or "")._replace(city=case.city)
    told = prose(What.MISSING, name, place, case.last_contact, rng)
    return {**told, "remarks": None, "field_offices": offices(case.city)}


def _images(case: Case, seed: int) -> list[Image]:
    photos = [Image("photo.jpg", None, filed(photo)) for photo in case.photos]
    cars = [car(draw(1 << 60, seed, case.number, "car"))] if case.with_drawings and case.number % 3 == 0 else []
    return named([*photos, *cars])
