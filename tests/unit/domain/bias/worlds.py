"""Small measured worlds, and the statistics of them by double loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.groups import Group

STEPS = np.arange(50.0, 100.1, 5.0)


@dataclass
class World:
    """People with photos, and a similarity for every photo and person."""

    photos: list[int]
    members: NDArray[np.bool_]
    similarity: dict[tuple[int, int], float] = field(default_factory=dict)

    @property
    def subject_of(self) -> NDArray[np.int32]:
        return np.repeat(np.arange(len(self.photos)), self.photos).astype(np.int32)

    def gallery(self) -> Gallery:
        names = tuple(f"namus:MP:{number}" for number in range(len(self.photos)))
        groups = tuple(Group("Female" if member else "Male", (), None, False) for member in self.members)
        return Gallery(names, groups, self.subject_of)

    def comparisons(self) -> Comparisons:
        kept = [(probe, subject, value) for (probe, subject), value in self.similarity.items() if value >= STEPS[0]]
        probe, subject, value = zip(*kept, strict=True) if kept else ((), (), ())
        return Comparisons(
            float(STEPS[0]), np.array(probe, np.int32), np.array(subject, np.int32), np.array(value, np.float32)
        )

    def pairs(self, any_probe: bool, left_out: tuple[tuple[int, int], ...]) -> Iterator[tuple[int, int, list[float]]]:
        """Ordered pairs of people that count, with the similarities of the first one's photos to the second."""
        for a in range(len(self.photos)):
            for b in range(len(self.photos)):
                counts = self.members[b] and (any_probe or self.members[a])
                if a != b and counts and (min(a, b), max(a, b)) not in left_out:
                    probes = np.flatnonzero(self.subject_of == a)
                    yield a, b, [self.similarity[int(probe), b] for probe in probes]


def world(seed: int, people: int = 7) -> World:
    """One to three photos each; people differ in how much they resemble everybody."""
    dice = np.random.default_rng(seed)
    made = World(dice.integers(1, 4, people).tolist(), dice.random(people) < 0.6)
    made.members[:2] = True
    effect = dice.normal(0, 10, people)
    for probe, subject in enumerate(made.subject_of):
        for other in range(people):
            drawn = 62 + effect[subject] + effect[other] + dice.normal(0, 12)
            if other != subject or made.photos[other] > 1:
                made.similarity[probe, other] = float(np.clip(drawn + 25 * (other == subject), 0, 100))
    return made


def dyadic(made: World, any_probe: bool, step: float, left_out: tuple[tuple[int, int], ...]) -> tuple[int, int, float]:
    """Trials, errors, and the cluster-robust variance of their rate, straight from its definition."""
    pairs = list(made.pairs(any_probe, left_out))
    trials = sum(len(values) for _, _, values in pairs)
    errors = sum(value >= step for _, _, values in pairs for value in values)
    rate = errors / trials
    of_person: dict[int, float] = {}
    of_pair: dict[tuple[int, int], float] = {}
    for a, b, values in pairs:
        residual = sum(value >= step for value in values) - rate * len(values)
        for person in (a, b):
            of_person[person] = of_person.get(person, 0.0) + residual
        key = (min(a, b), max(a, b))
        of_pair[key] = of_pair.get(key, 0.0) + residual
    spread = sum(one**2 for one in of_person.values()) - sum(one**2 for one in of_pair.values())
    return trials, errors, max(spread, 0.0) / trials**2
