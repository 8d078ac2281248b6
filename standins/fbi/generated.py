"""Items without end, drawn from a seed: nobody who exists."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from standins.fbi import clock
from standins.fbi.looks import ages, birthday, looks
from standins.fbi.mix import Kind, kind_at
from standins.fbi.pictures import images_of
from standins.fbi.prose import prose
from standins.fbi.records import Entry, What
from standins.namus.names import FIRST_NAMES, LAST_NAME_PREFIX, LAST_NAMES
from standins.namus.pictures import hexadecimal
from standins.namus.places import PLACES, Place
from standins.namus.records import draw

OLDEST = datetime(2008, 1, 1, tzinfo=UTC)
BULK_TOUCHES = 9  # a year: changes of the site's own, each of which gives many items the same time
BULK_SHARE = 0.7
STATUSES = {True: ("located", "deceased", "resolved"), False: ("captured", "captured", "surrendered", "deceased")}
STILL_WANTED = 377 / 400
_PLACE_WEIGHTS = [place.weight for place in PLACES]
_NAMELESS = (What.UNIDENTIFIED, What.UNKNOWN_OFFENDER, What.UNKNOWN_SUSPECT)


@dataclass(frozen=True)
class Maker:
    """Makes items: always the same for the same seed and day."""

    seed: int
    today: date
    faces: bool

    def entries(self) -> Iterator[Entry]:
        """Items in a fixed order whose kinds are mixed as in the real list; the same with or without faces."""
        start = draw(400, self.seed, "mix")
        for index in count():
            yield self._entry(hexadecimal("item", self.seed, index), kind_at(start, index))

    def _entry(self, uid: str, kind: Kind) -> Entry:
        rng = random.Random(draw(1 << 62, self.seed, uid))
        name = f"{rng.choice(FIRST_NAMES)} {LAST_NAME_PREFIX}{rng.choice(LAST_NAMES)}"
        place = rng.choices(PLACES, _PLACE_WEIGHTS)[0]
        day = (OLDEST + timedelta(days=rng.randint(0, 6_000))).date()
        told = prose(kind.what, name, place, day, rng)
        born = None if kind.what in _NAMELESS else self._adult_since(day, rng)
        said = {
            **told,
            **looks(rng),
            **ages(born, self.today, rng),
            **origin(place, rng),
            **classification(kind),
            "status": "na" if rng.random() < STILL_WANTED else rng.choice(STATUSES[kind.what is What.MISSING]),
            **times(self.seed, uid, self.today),
        }
        images = images_of(kind.what, random.Random(draw(1 << 62, self.seed, uid, "images")), self.faces)
        return Entry(uid, kind.what, address(kind, told["title"], uid), said, images)

    def _adult_since(self, day: date, rng: random.Random) -> date:
        """The birthday of somebody who was an adult on that day."""
        return birthday(self.today.year - day.year + rng.randint(19, 60), self.today, rng)


def classification(kind: Kind) -> dict[str, Any]:
    """What an item says of its kind."""
    return {
        "subjects": [*kind.subjects],
        "person_classification": kind.person,
        "poster_classification": kind.poster,
    }


def address(kind: Kind, title: str, uid: str) -> str:
    """An item's path. A part of the uid keeps two of the same name apart."""
    slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    return f"/wanted/{kind.folder}/{slug}-{uid[:6]}"


def origin(place: Place, rng: random.Random) -> dict[str, Any]:
    """Where a person comes from, and who looks for them."""
    at_home = rng.random() < 0.4
    return {
        "place_of_birth": f"{place.city}, {place.state}" if at_home else None,
        "nationality": "American" if at_home else None,
        "languages": rng.choice((None, None, ["English"], ["English", "Spanish"])),
        "occupations": rng.choice((None, None, None, ["Cook"], ["Teacher", "Driver"])),
        "locations": None,
        "coordinates": [],
        "field_offices": offices(place.city) if rng.random() < 0.6 else None,
        "possible_countries": rng.choice((None, None, None, ["MEX"], ["CAN", "USA"])),
    }


def offices(city: str) -> list[str]:
    """The field office of a city: losangeles."""
    return [re.sub(r"[^a-z]", "", city.lower())]


def times(seed: int, uid: str, today: date) -> dict[str, str]:
    """When it was published, and when it was last changed: most share that time with many others."""
    published = OLDEST + timedelta(
        seconds=draw(int((clock.FIRST_YEAR - OLDEST).total_seconds()), seed, uid, "published")
    )
    bulk = draw(1000, seed, uid, "bulk") < BULK_SHARE * 1000
    words = ("bulk", draw(BULK_TOUCHES, seed, uid, "touch")) if bulk else ("alone", uid)
    changed = clock.yearly(draw(int(clock.YEAR.total_seconds()), seed, *words), today)
    return {"publication": clock.publication(published), "modified": clock.modified(max(changed, published))}
