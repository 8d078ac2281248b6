"""Which recorded groups a measurement is told by: every attribute, and every crossing that occurs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from homeward.domain.groups import Group

ATTRIBUTES = ("sex", "ethnicity", "age_band")


@dataclass(frozen=True, slots=True)
class Members:
    """The people with these recorded values; `mask` has an entry for each person."""

    values: tuple[tuple[str, str], ...]
    mask: NDArray[np.bool_]

    @property
    def label(self) -> str:
        """Readable name, e.g. `Female / Asian / 30-49`."""
        return " / ".join(value for _, value in self.values)

    @property
    def people(self) -> int:
        """How many they are."""
        return int(self.mask.sum())

    def within(self, other: Members) -> bool:
        """Whether this is a finer group of `other`."""
        return self.values != other.values and set(other.values) <= set(self.values)


def levels(groups: Sequence[Group]) -> dict[tuple[str, ...], list[Members]]:
    """Groups by the attributes that make them, single ones first. A person without a value is in no group of it."""
    crossed = [names for size in range(1, 4) for names in combinations(ATTRIBUTES, size)]
    return {names: found for names in crossed if (found := _level(groups, names))}


def _level(groups: Sequence[Group], names: Sequence[str]) -> list[Members]:
    masks: dict[tuple[str, ...], NDArray[np.bool_]] = {}
    for number, group in enumerate(groups):
        for values in product(*(_values(group, name) for name in names)):
            masks.setdefault(values, np.zeros(len(groups), dtype=bool))[number] = True
    return [Members(tuple(zip(names, values, strict=True)), mask) for values, mask in sorted(masks.items())]


def _values(group: Group, name: str) -> Sequence[str]:
    if name == "ethnicity":
        return group.ethnicities
    value = group.sex if name == "sex" else group.age_band
    return (value,) if value else ()
