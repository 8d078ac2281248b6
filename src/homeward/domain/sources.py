"""What a source of cases gives us: an index of what exists, single records, and the images that a record lists."""

from __future__ import annotations

from dataclasses import dataclass

from homeward import __version__
from homeward.domain.cases import Case

SOFTWARE = f"Homeward/{__version__}"  # how we introduce ourselves to a source


@dataclass(frozen=True, slots=True, order=True)
class IndexRow:
    """One case in a source's index. Times are the source's own text, compared as they are."""

    number: str
    created: str
    modified: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """What asking cost: requests that were sent, further tries included, and bytes of bodies as they travelled."""

    requests: int = 0
    bytes: int = 0

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(self.requests + other.requests, self.bytes + other.bytes)

    def __sub__(self, other: Traffic) -> Traffic:
        """What was added since `other`."""
        return Traffic(self.requests - other.requests, self.bytes - other.bytes)


@dataclass(frozen=True, slots=True)
class Sweep:
    """A source's whole index as read now, each case once, in the order of the numbers.

    `expected` is how many cases the source said it had. `complete` means: proved that every case which it had then was
    seen. What an incomplete sweep doesn't hold is not gone. `unplaced` counts the cases that no ordinary part of
    the index listed, found otherwise or not; `dropped_fields` are those that the source refused to tell; `notes` say in
    words what was odd, and why an incomplete sweep is none.
    """

    rows: tuple[IndexRow, ...]
    expected: int
    traffic: Traffic
    complete: bool
    unplaced: int = 0
    dropped_fields: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def requests(self) -> int:
        """How many requests reading it took."""
        return self.traffic.requests


@dataclass(frozen=True, slots=True)
class SourceImage:
    """An image as the record lists it; `category` is the source's own name, None where the record doesn't say."""

    identity_id: int | None
    storage_key: str | None
    category: str | None
    is_public: bool
    caption: str


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """A record as it came (`raw`, JSON), and what we read in it."""

    raw: bytes
    case: Case
    images: tuple[SourceImage, ...]
