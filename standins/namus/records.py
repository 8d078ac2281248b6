"""What the server knows of a case, and the times it states."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

# A prime: steps of any size visit every number once, so case numbers lie evenly however many there are.
NUMBERS = 199_999
FIRST_NUMBER = 40_001
FIRST_YEAR = datetime(2025, 1, 1, tzinfo=UTC)  # when the case numbers were given out, lowest first
YEAR = timedelta(days=365)
# Numbers below this are of the old days, when each case set counted for itself: two sets may share them.
LEGACY_NUMBERS = 19_997  # a prime, too
LEGACY_YEAR = datetime(2008, 1, 1, tzinfo=UTC)
MISSING, UNIDENTIFIED = "MissingPersons", "UnidentifiedPersons"
PREFIXES = {MISSING: "MP", UNIDENTIFIED: "UP"}


class NamusError(Exception):
    """Root of everything that keeps the server from starting; one line that says how to mend it."""


@dataclass(frozen=True)
class Photo:
    """A picture file of a person, already read once: its size and a digest of its bytes."""

    path: Path
    media_type: str  # image/jpeg or image/png
    width: int
    height: int
    sha256: str


@dataclass(frozen=True)
class Case:
    """One case. None means: not stated. Of an unidentified person, the last contact is the day of the finding."""

    number: int
    first_name: str
    last_name: str
    sex: str
    ethnicities: tuple[str, ...]
    age: int | None  # now
    last_contact: date | None
    city: str
    state: str | None
    modified: str
    photos: tuple[Photo, ...] = ()
    with_drawings: bool = False  # pictures that show no face: a map, a signature, ...
    portraits: int = 0  # how many drawn faces
    also_in: tuple[str, ...] = ()  # further states whose search lists the case
    case_set: str = MISSING

    @property
    def id_formatted(self) -> str:
        """As people cite the case, e.g. MP51557."""
        return f"{PREFIXES[self.case_set]}{self.number}"

    @property
    def home(self) -> str:
        """The path of the case's detail."""
        return f"/api/CaseSets/NamUs/{self.case_set}/Cases/{self.number}"

    @property
    def created(self) -> str:
        """Numbers rise with the time of creation, as those of the real site do."""
        return created_of(self.number)

    @property
    def missing_age(self) -> int | None:
        """The age when last seen; the present age counts as that of the last change."""
        if self.age is None or self.last_contact is None:
            return None
        return max(self.age - (date.fromisoformat(self.modified[:10]) - self.last_contact).days // 365, 0)


def draw(limit: int, *words: object) -> int:
    """A number below the limit that depends on the words alone."""
    digest = hashlib.blake2s(":".join(map(str, words)).encode()).digest()
    return int.from_bytes(digest[:8], "big") % limit


def row_id(case: Case, *words: object) -> int:
    """The id of something that belongs to a case; the site's own table's, of no meaning to anyone."""
    return draw(200_000, case.number, *words) + 1


def created_of(number: int) -> str:
    """When a number was given out."""
    if number >= FIRST_NUMBER:
        return stamp(FIRST_YEAR + YEAR * (number - FIRST_NUMBER) / NUMBERS)
    return stamp(LEGACY_YEAR + (FIRST_YEAR - LEGACY_YEAR) * number / FIRST_NUMBER)


def modified_of(number: int, seed: int, today: date) -> str:
    """When the case was last changed: once a year, each case on a day of its own.

    So changes spread over the year before `today`, a few cases change every day, and none changes with each start.
    """
    first = FIRST_YEAR + timedelta(milliseconds=draw(int(YEAR.total_seconds() * 1000), seed, number, "modified"))
    now = datetime(today.year, today.month, today.day, tzinfo=UTC)
    latest = first + YEAR * ((now - first) // YEAR)
    return max(stamp(latest), created_of(number))


def stamp(moment: datetime) -> str:
    """As the site writes times: UTC without a zone, up to three decimals and no zeros at the end."""
    text = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}"
    return text.rstrip("0").rstrip(".")
