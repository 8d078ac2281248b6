"""Where boxes of a graph go, from left to right: columns, few crossings, short ways. The same graph, the same places.

Columns are longest ways; ways over several columns get a bend in each (a tuple stands for it); each column is ordered
by the mean place of its neighbours, again and again, and the order with the fewest crossings is kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from itertools import combinations, pairwise

SWEEPS = 24
Way = tuple[str, str]
Columns = list[list[Hashable]]


def columns(ways: Sequence[Way]) -> dict[str, int]:
    """The column of each box; one that only sends stands just before the first that it sends to."""
    before: dict[str, list[str]] = defaultdict(list)
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in ways:
        before[target].append(source)
        after[source].append(target)
    column: dict[str, int] = {}

    def place(name: str, path: tuple[str, ...]) -> int:
        """Columns since the first one; a way back to where we came from doesn't count."""
        if name not in column:
            earlier = [place(other, (*path, name)) for other in before[name] if other not in (*path, name)]
            column[name] = 1 + max(earlier, default=-1)
        return column[name]

    names = list(dict.fromkeys(name for way in ways for name in way))
    for name in names:
        place(name, ())
    first = {name: min(column[other] for other in after[name]) - 1 for name in names if not before[name]}
    return {name: first.get(name, column[name]) for name in names}


def arranged(ways: Sequence[Way]) -> tuple[dict[Hashable, tuple[int, float]], dict[Way, list[Hashable]]]:
    """(column, row) of every box and bend, and the bends of every way that leads to the right."""
    at = columns(ways)
    chains: dict[Way, list[Hashable]] = {}
    for source, target in ways:
        if at[source] < at[target]:
            chains[(source, target)] = [(source, target, number) for number in range(at[source] + 1, at[target])]
    links = [pair for way, bends in chains.items() for pair in pairwise([way[0], *bends, way[1]])]
    start: Columns = [[] for _ in range(max(at.values()) + 1)]
    for name, column in at.items():
        start[column].append(name)
    for (source, _), bends in chains.items():
        for number, bend in enumerate(bends):
            start[at[source] + 1 + number].append(bend)
    ordered = _ordered(start, links)
    return _rows(ordered, links), chains


def _neighbours(links: Sequence[tuple[Hashable, Hashable]]) -> dict[Hashable, list[Hashable]]:
    found: dict[Hashable, list[Hashable]] = defaultdict(list)
    for one, other in links:
        found[one].append(other)
        found[other].append(one)
    return found


def _ordered(start: Columns, links: Sequence[tuple[Hashable, Hashable]]) -> Columns:
    near, current = _neighbours(links), [list(column) for column in start]
    best, fewest = current, _crossings(current, links)
    for sweep in range(SWEEPS):
        numbers = range(1, len(current)) if sweep % 2 == 0 else range(len(current) - 2, -1, -1)
        for number in numbers:
            fixed = current[number - 1] if sweep % 2 == 0 else current[number + 1]
            rank = {name: place for place, name in enumerate(fixed)}
            own = {name: place for place, name in enumerate(current[number])}
            current[number] = sorted(own, key=lambda name: _mean([rank[n] for n in near[name] if n in rank], own[name]))
        crossings = _crossings(current, links)
        if crossings < fewest:
            best, fewest = [list(column) for column in current], crossings
    return best


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _crossings(order: Columns, links: Sequence[tuple[Hashable, Hashable]]) -> int:
    place = {name: (column, row) for column, names in enumerate(order) for row, name in enumerate(names)}
    by_column: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for one, other in links:
        by_column[place[one][0]].append((place[one][1], place[other][1]))
    return sum((a - c) * (b - d) < 0 for pairs in by_column.values() for (a, b), (c, d) in combinations(pairs, 2))


def _rows(order: Columns, links: Sequence[tuple[Hashable, Hashable]]) -> dict[Hashable, tuple[int, float]]:
    """Every box as near to the middle of its neighbours as boxes that are a row apart can be."""
    near = _neighbours(links)
    row: dict[Hashable, float] = {name: float(place) for names in order for place, name in enumerate(names)}
    for _ in range(SWEEPS):
        for names in order:
            wanted = [_mean([row[other] for other in near[name]], row[name]) for name in names]
            row |= dict(zip(names, _apart(wanted), strict=True))
    least = min(row.values())
    return {name: (column, row[name] - least) for column, names in enumerate(order) for name in names}


def _apart(wanted: Sequence[float]) -> list[float]:
    """The nearest places, in this order, that are at least 1 apart (least squares, by pooling neighbours)."""
    pools: list[tuple[float, int]] = []  # mean and number, after each place's own row was taken off
    for place, value in enumerate(wanted):
        mean, size = value - place, 1
        while pools and pools[-1][0] > mean:
            before, many = pools.pop()
            mean, size = (before * many + mean * size) / (many + size), many + size
        pools.append((mean, size))
    flat = [mean for mean, size in pools for _ in range(size)]
    return [mean + place for place, mean in enumerate(flat)]
