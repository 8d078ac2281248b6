"""Cutting NamUs's index into parts that a search can reach: a state, then one gender in it, then a range of ages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

# As the site names them; whoever has another one, or none, is missed by these parts, which the counts then show.
GENDERS = ("Male", "Female", "Unsure")
MAX_AGE = 120  # years; older ones fall into the last part


@dataclass(frozen=True, slots=True)
class Fields:
    """What a case set calls the fields that we search and sort by; None where nobody knows it."""

    state: str
    gender: str | None = None
    age: str | None = None
    day: str | None = None


# That the last set has more than a state to search by, and the second one's age, was never seen: assumptions.
FIELDS = {
    "MP": Fields("stateOfLastContact", "gender", "computedMissingMinAge", "dateOfLastContact"),
    "UP": Fields("stateOfRecovery", "sex", "estimatedAgeFrom", "dateFound"),
    "UC": Fields("stateFound"),
}


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the index; without any restriction all of it. Ages are whole years, both ends included."""

    state: str | None = None
    gender: str | None = None
    youngest: int | None = None
    oldest: int | None = None

    def predicates(self, fields: Fields) -> list[dict[str, Any]]:
        """The search that finds it."""
        return list(self._predicates(fields))

    def parts(self, fields: Fields) -> tuple[Slice, ...]:
        """The parts that it falls into; none when it can't be cut further."""
        if self.gender is None:
            return tuple(replace(self, gender=gender) for gender in GENDERS) if fields.gender else ()
        low, high = self.youngest or 0, MAX_AGE if self.oldest is None else self.oldest
        if fields.age is None or low >= high:
            return ()
        cut = low + (high - low) // 4  # the young are many
        return replace(self, oldest=cut), replace(self, youngest=cut + 1)

    def __str__(self) -> str:
        ages = f"aged {self.youngest or 0}-{'' if self.oldest is None else self.oldest}"
        bounded = self.youngest is not None or self.oldest is not None
        named = (self.state or "all states", self.gender, ages if bounded else None)
        return ", ".join(name for name in named if name)

    def _predicates(self, fields: Fields) -> Iterator[dict[str, Any]]:
        if self.state is not None:
            yield {"field": fields.state, "operator": "IsIn", "values": [self.state]}
        if self.gender is not None:
            yield {"field": fields.gender, "operator": "IsIn", "values": [self.gender]}
        # That ages compare is what one captured search shows, and another report doubts.
        if self.youngest is not None:
            yield {"field": fields.age, "operator": "GreaterThanOrEqualTo", "value": self.youngest}
        if self.oldest is not None:
            yield {"field": fields.age, "operator": "LessThanOrEqualTo", "value": self.oldest}
