"""What a source of cases gives us: an index of what exists, single records, and the images that a record lists."""

from __future__ import annotations

from dataclasses import dataclass

from homeward import __version__
from homeward.domain.cases import Case

SOFTWARE = f"Homeward/{__version__}"  # how we introduce ourselves to a source


@dataclass(frozen=True, slots=True, order=True)
class IndexRow:
    """One case in a source's index. Times are the source's own text, compared as they are."""

    number: int
    created: str
    modified: str


@dataclass(frozen=True, slots=True)
class Sweep:
    """A source's whole index as read now, each case once, by number.

    `expected` is how many cases the source says it has; `requests` is what reading them took.
    """

    rows: tuple[IndexRow, ...]
    expected: int
    requests: int

    @property
    def complete(self) -> bool:
        """Whether every case was seen. What an incomplete sweep doesn't hold is not gone."""
        return len(self.rows) >= self.expected


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
