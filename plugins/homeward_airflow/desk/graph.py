"""A state machine drawn as a graph, with the path that an execution took. Positions come from fast-sugiyama."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from fast_sugiyama import from_edges

from homeward.domain.asl import Edge, edges, flatten
from homeward.domain.executions import Visit

WIDTH, HEIGHT = 148, 38  # of a state, in the drawing's units
ACROSS, DOWN = 168, 74  # from state to state
MARGIN, ARROW = 12, 5
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Node:
    """A state at its place (the middle); `status` is None for one that was not entered."""

    name: str
    type: str
    x: float
    y: float
    status: str | None
    times: int


@dataclass(frozen=True, slots=True)
class Line:
    """A way between two states as an SVG path; `taken` by this execution, `error` after an error."""

    path: str
    label: str
    taken: bool
    error: bool


@dataclass(frozen=True, slots=True)
class Graph:
    """Everything that the template draws."""

    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    width: float
    height: float


def graph(definition: Mapping[str, Any], visits: Sequence[Visit]) -> Graph:
    """Lay it out. Ways after errors bend no other way; they are drawn only when they were taken."""
    states = dict(flatten(definition))
    ways = [edge for name, state in states.items() for edge in edges(name, state)]
    taken = {(one.state, other.state) for one, other in pairwise(visits)}
    laid_out, routes = _layout(_shaping(ways, definition["StartAt"]), definition["StartAt"])
    nodes = tuple(_node(name, state["Type"], laid_out[name], visits) for name, state in states.items())
    lines = [_line(way, routes, laid_out, (way.source, way.target) in taken) for way in ways]
    width = max(node.x for node in nodes) + WIDTH / 2 + MARGIN
    height = max(node.y for node in nodes) + HEIGHT / 2 + MARGIN
    return Graph(nodes, tuple(line for line in lines if line.taken or not line.error), width, height)


def _shaping(ways: Sequence[Edge], start: str) -> list[tuple[str, str]]:
    """The ways that decide where states are: all but those after errors, and of those enough to reach every state."""
    chosen = dict.fromkeys((way.source, way.target) for way in ways if not way.is_error)
    while True:
        reached = _reached(chosen, start)
        missing = next((way for way in ways if way.source in reached and way.target not in reached), None)
        if missing is None:
            return [pair for pair in chosen if pair[0] in reached]
        chosen[(missing.source, missing.target)] = None


def _reached(pairs: Iterable[tuple[str, str]], start: str) -> set[str]:
    found, rest = {start}, [start]
    while rest:
        current = rest.pop()
        more = {target for source, target in pairs if source == current} - found
        found |= more
        rest += more
    return found


def _layout(
    pairs: Sequence[tuple[str, str]], start: str
) -> tuple[dict[Any, Point], dict[tuple[str, str], list[Point]]]:
    """Where each state is, and through which points each way goes."""
    proper = [pair for pair in pairs if pair[0] != pair[1]]
    if not proper:
        return {start: (MARGIN + WIDTH / 2, MARGIN + HEIGHT / 2)}, {}
    (layout,) = from_edges(proper, vertex_spacing=1, dummy_vertices=True, dummy_size=0.4)
    points, _, _, parts = layout
    raw = dict(points)
    left, across = min(x for x, _ in raw.values()), _scale(raw)
    layers = sorted({round(y, 3) for _, y in raw.values()}, reverse=True)
    placed = {
        name: (MARGIN + WIDTH / 2 + (x - left) * across, MARGIN + HEIGHT / 2 + layers.index(round(y, 3)) * DOWN)
        for name, (x, y) in raw.items()
    }
    return placed, {pair: _through(pair, parts or (), placed) for pair in proper}


def _scale(raw: Mapping[Any, Point]) -> float:
    """So that the two states of one layer that are nearest to each other are ACROSS apart."""
    layers: dict[float, list[float]] = {}
    for name, (x, y) in raw.items():
        if isinstance(name, str):
            layers.setdefault(round(y, 3), []).append(x)
    gaps = [other - one for xs in layers.values() for one, other in pairwise(sorted(xs))]
    return ACROSS / min((gap for gap in gaps if gap > 0), default=1)


def _through(pair: tuple[str, str], parts: Sequence[tuple[Any, Any]], placed: Mapping[Any, Point]) -> list[Point]:
    """The bends of a way: the made-up states (numbers) that lead from one end to the other, in either direction."""
    neighbours: dict[Any, list[Any]] = {}
    for one, other in parts:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    for first in neighbours.get(pair[0], ()):
        chain, current = [pair[0]], first
        while isinstance(current, int):
            chain.append(current)
            current = next((n for n in neighbours[current] if n not in chain), None)
        if current == pair[1]:
            return [placed[name] for name in chain[1:]]
    return []


def _node(name: str, kind: str, at: Point, visits: Sequence[Visit]) -> Node:
    own = [visit for visit in visits if visit.state == name]
    return Node(name, kind, *at, own[-1].status.value if own else None, len(own))


def _line(way: Edge, routes: Mapping[tuple[str, str], list[Point]], at: Mapping[str, Point], taken: bool) -> Line:
    (x1, y1), (x2, y2) = at[way.source], at[way.target]
    down = y2 > y1
    out, into = (HEIGHT / 2, HEIGHT / 2 + ARROW) if down else (-HEIGHT / 2, -HEIGHT / 2 - ARROW)
    points = [(x1, y1 + out), *routes.get((way.source, way.target), []), (x2, y2 - into)]
    path = f"M{_xy(points[0])}" + "".join(_curve(one, other) for one, other in pairwise(points))
    return Line(path, way.label, taken, way.is_error)


def _curve(one: Point, other: Point) -> str:
    middle = (one[1] + other[1]) / 2
    return f"C{_xy((one[0], middle))} {_xy((other[0], middle))} {_xy(other)}"


def _xy(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"
