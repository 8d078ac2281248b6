"""How often 95 % intervals of false match rates hold the truth, when comparisons share people.

Simulated similarities: a person's own effect (some resemble everybody), an effect of the pair, and noise of the single
photo. The truth is the rate among endless people; intervals come from 50, 100 or 200 of them. Beside ours stand the
exact interval of Clopper and Pearson, which takes comparisons for independent, and the bootstrap over people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy import optimize, stats

from benchmarks.report import Report, options
from homeward.domain.bias.counting import same_group
from homeward.domain.bias.impostors import impostors
from homeward.domain.bias.intervals import bounds, exact

SUBJECTS, PHOTOS = (50, 100, 200), (1, 3)
RATE = 1e-3
# Share of the variance of a similarity that belongs to each person of a pair, to the pair, and the rest to the photo.
MIXES = {"mild": (0.05, 0.5), "strong": (0.15, 0.4)}
ROUNDS, QUICK_ROUNDS, RESAMPLES = 1000, 100, 200
LOWER = 40  # steps of thresholds below the one that is judged: as in a report, they tell the design effect


@dataclass(frozen=True)
class World:
    """So many subjects with so many photos; `person` and `pair` are shares of the variance."""

    subjects: int
    photos: int
    person: float
    pair: float

    def thresholds(self) -> NDArray[np.float64]:
        """From a rate of 5 % down to RATE; a similarity is standard normal by construction."""
        rates = np.geomspace(0.05, RATE, LOWER)
        return np.asarray(stats.norm.isf(rates))

    def draw(self, dice: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
        """Similarity, probe photo and subject of every comparison with a stranger: the best of the subject's photos."""
        people, each = self.subjects, self.photos
        effect = dice.standard_normal(people) * np.sqrt(self.person)
        pair = dice.standard_normal((people, people)) * np.sqrt(self.pair)
        pair = np.triu(pair, 1)
        between = effect[:, None] + effect[None, :] + pair + pair.T
        noise = np.sqrt(max(0.0, 1 - 2 * self.person - self.pair))
        single = dice.standard_normal((people * each, people * each)) * noise
        single = np.triu(single, 1)
        photos = np.repeat(np.repeat(between, each, 0), each, 1) + single + single.T
        best = photos.reshape(people * each, people, each).max(axis=2)
        probe, subject = np.divmod(np.arange(best.size), people)
        stranger = probe // each != subject
        return best.ravel()[stranger], probe[stranger].astype(np.int32), subject[stranger].astype(np.int32)


def truth(world: World, steps: NDArray[np.float64]) -> NDArray[np.float64]:
    """The rate at each threshold, by integration over what the best of several photos shares."""
    if world.photos == 1:
        return np.asarray(stats.norm.sf(steps))
    shared = np.sqrt(2 * world.person + world.pair)
    noise = np.sqrt(1 - shared**2)
    nodes, weights = np.polynomial.hermite_e.hermegauss(200)
    below = stats.norm.cdf((steps[:, None] - shared * nodes[None, :]) / noise)
    return np.asarray(((1 - below**world.photos) * weights).sum(axis=1) / weights.sum())


def steps_for(world: World) -> NDArray[np.float64]:
    """Thresholds at which the true rate falls from 5 % to RATE."""
    wanted = np.geomspace(0.05, RATE, LOWER)
    find = lambda rate: optimize.brentq(lambda step: truth(world, np.array([step]))[0] - rate, -5, 9)  # noqa: E731
    return np.array([find(rate) for rate in wanted])


def one_round(world: World, steps: NDArray[np.float64], dice: np.random.Generator) -> dict[str, bool]:
    """Whether each kind of interval holds the true rate at the last threshold."""
    similarity, probe, subject = world.draw(dice)
    bins = np.searchsorted(steps, similarity, side="right") - 1
    seen = bins >= 0
    found = impostors(
        len(steps),
        bins[seen].astype(np.int16),
        (probe[seen] // world.photos).astype(np.int32),
        subject[seen],
    )
    photos = np.full(world.subjects, world.photos, dtype=np.int64)
    counted = same_group(found, photos, np.ones(world.subjects, dtype=bool))
    low, high = bounds(counted)
    trials = np.array([float(counted.trials)])
    naive = exact(counted.errors[-1:], trials)
    return {
        "ours": bool(low[-1] <= RATE <= high[-1]),
        "ours, upper bound": bool(high[-1] >= RATE),
        "exact, as if independent": bool(naive[0][0] <= RATE <= naive[1][0]),
        "bootstrap of people": _bootstrap(world, bins, probe, subject, len(steps) - 1, dice),
    }


def _bootstrap(
    world: World,
    bins: NDArray[np.int64],
    probe: NDArray[np.int32],
    subject: NDArray[np.int32],
    last: int,
    dice: np.random.Generator,
) -> bool:
    errors = np.flatnonzero(bins >= last)
    first, second = probe[errors] // world.photos, subject[errors]
    drawn = dice.multinomial(world.subjects, np.full(world.subjects, 1 / world.subjects), size=RESAMPLES)
    hits = (drawn[:, first] * drawn[:, second]).sum(axis=1)
    trials = world.photos * (world.subjects**2 - (drawn**2).sum(axis=1))
    low, high = np.quantile(hits / trials, [0.025, 0.975])
    return bool(low <= RATE <= high)


def cover(world: World, rounds: int, seed: int = 1) -> dict[str, float]:
    """Share of rounds in which each interval held the truth, in percent."""
    steps, dice = steps_for(world), np.random.default_rng(seed)
    held = [one_round(world, steps, dice) for _ in range(rounds)]
    return {name: round(100 * float(np.mean([one[name] for one in held])), 1) for name in held[0]}


def worlds() -> Iterator[tuple[str, World]]:
    """Everything that is simulated."""
    for mix, shares in MIXES.items():
        for photos in PHOTOS:
            for subjects in SUBJECTS:
                yield f"{mix} dependence, {subjects} people with {photos}", World(subjects, photos, *shares)


def main() -> None:
    """Simulate every world."""
    chosen = options(__doc__ or "")
    report = Report("coverage")
    for name, world in track(list(worlds()), "simulating", console=Console(stderr=True)):
        covered = cover(world, QUICK_ROUNDS if chosen.quick else ROUNDS)
        report.figures[f"{name}: ours, %"] = covered.pop("ours")
        report.figures[f"{name}: our upper bound, %"] = covered.pop("ours, upper bound")
        report.peers |= {f"{name}: {peer}, %": share for peer, share in covered.items()}
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    main()
