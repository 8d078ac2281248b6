"""What the server knows of an item of the list, and the body it shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from standins.namus.pictures import Picture

# Every key of an item, in the order of the list; what an item doesn't say is null.
KEYS = (
    "uid", "@id", "path", "url", "title", "description", "details", "remarks", "caution", "warning_message",
    "additional_information", "images", "files", "aliases", "dates_of_birth_used", "place_of_birth", "age_range",
    "age_min", "age_max", "sex", "race", "race_raw", "hair", "hair_raw", "eyes", "eyes_raw", "height_min",
    "height_max", "weight", "weight_min", "weight_max", "build", "complexion", "scars_and_marks", "nationality",
    "languages", "occupations", "locations", "coordinates", "field_offices", "legat_names", "possible_countries",
    "possible_states", "subjects", "suspects", "person_classification", "poster_classification", "status", "ncic",
    "reward_text", "reward_min", "reward_max", "publication", "modified",
)  # fmt: skip
STATUSES = ("na", "captured", "deceased", "resolved", "surrendered", "located")


class FbiError(Exception):
    """Root of everything that keeps the server from starting; one line that says how to mend it."""


class What(StrEnum):
    """Who an item is about: the truth, which the list itself tells only through classifications and subjects."""

    MISSING = "missing"
    FUGITIVE = "fugitive"
    VICTIM = "victim"  # of a crime that is to be solved
    UNIDENTIFIED = "unidentified"  # a body without a name
    UNKNOWN_OFFENDER = "unknown offender"
    UNKNOWN_SUSPECT = "unknown suspect"


@dataclass(frozen=True)
class Image:
    """An image of an item. The first has no name of its own; of further ones it is a part of their address."""

    name: str | None
    caption: str | None
    picture: Picture

    def body(self, page: str) -> dict[str, str | None]:
        """What the item says of it; `page` is the item's own address."""
        address = f"{page}/{self.name}/@@images/image" if self.name else f"{page}/@@images/image"
        return {
            "original": address,
            "large": f"{address}/large",
            "thumb": f"{address}/thumb",
            "caption": self.caption,
        }


@dataclass
class Entry:
    """One item: what it says (`said`, without what depends on our address), its images, and whether it shows.

    `forced` are values that replace whatever stands in the body, true or not.
    """

    uid: str
    what: What
    path: str  # /wanted/kidnap/jordan-synthetic-oak
    said: dict[str, Any]
    images: list[Image]
    listed: bool = True
    answers: bool = True
    forced: dict[str, Any] = field(default_factory=dict)

    def body(self, home: str) -> dict[str, Any]:
        """The item as the list shows it; `home` is the server's address without a slash at the end."""
        page = home + self.path
        own = {
            "uid": self.uid,
            "@id": f"{home}/@wanted-person/{self.uid}",
            "path": self.path,
            "url": page,
            "images": [image.body(page) for image in self.images],
            "files": [{"url": f"{page}/download.pdf", "name": "English"}],
        }
        return {**dict.fromkeys(KEYS), **self.said, **own, **self.forced}

    def stated(self, key: str) -> Any:
        """What it says under a key that doesn't depend on our address."""
        said: Mapping[str, Any] = {**self.said, **self.forced}
        return said.get(key)
