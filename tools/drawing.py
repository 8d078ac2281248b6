"""Boxes and arrows, and a grid of marks, as SVG that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import pairwise

from tools.layers import arranged

WIDTH, HEIGHT = 150, 30  # of a box
ACROSS, DOWN = 205, 44  # from column to column, from row to row
MARGIN = 16
CELL, NAMES, HEADS = 30, 190, 150  # of the grid: a cell, the names on the left, those above
COLOURS = {
    "function": "#dbeafe",
    "machine": "#fde68a",
    "bucket": "#dcfce7",
    "table": "#dcfce7",
    "topic": "#fce7f3",
    "queue": "#fee2e2",
    "people": "#ffffff",
    "service": "#ede9fe",
    "room": "#e5e7eb",
    "rule": "#fef3c7",
}
STYLE = (
    "text{font:12px sans-serif;fill:#111827}.l{fill:none;stroke:#6b7280;stroke-width:1.2}"
    ".d{stroke-dasharray:4 3}.b{stroke:#374151}.h{font-weight:bold}.g{stroke:#d1d5db}"
)
Point = tuple[float, float]


def svg(width: float, height: float, parts: Iterable[str], title: str) -> str:
    """A whole file."""
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
    head += f'height="{height:.0f}" role="img"><title>{escape(title)}</title><style>{STYLE}</style>'
    arrow = '<marker id="a" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    arrow += '<path d="M0,0L8,4L0,8z" fill="#6b7280"/></marker>'
    paper = f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>'
    return "\n".join([head, f"<defs>{arrow}</defs>", paper, *parts, "</svg>"]) + "\n"


def graph(kinds: Mapping[str, str], ways: Mapping[tuple[str, str], bool], title: str) -> str:
    """Boxes by name with their kind, and arrows between them, dashed where the value is true; from left to right."""
    spots, bends = arranged(list(ways))
    placed = {name: _point(*spot) for name, spot in spots.items()}
    lines = []
    for (source, target), dashed in ways.items():
        points = [placed[one] for one in (source, *bends.get((source, target), ()), target)]
        lines.append(f'<path class="l{" d" if dashed else ""}" d="{_path(points)}" marker-end="url(#a)"/>')
    boxes = [_box(name, kinds[name], *placed[name]) for name in kinds]
    width = max(x for x, _ in placed.values()) + WIDTH / 2 + MARGIN
    height = max(y for _, y in placed.values()) + HEIGHT / 2 + MARGIN
    return svg(width, height, [*lines, *boxes], title)


def _point(column: int, row: float) -> Point:
    return MARGIN + WIDTH / 2 + column * ACROSS, MARGIN + HEIGHT / 2 + row * DOWN


def _path(points: Sequence[Point]) -> str:
    (x1, y1), (x2, y2) = points[0], points[-1]
    forward = x2 > x1
    ends = [(x1 + WIDTH / 2, y1), *points[1:-1], (x2 - WIDTH / 2, y2)]
    if not forward:  # back, or within a column: around the boxes
        ends = [(x1 - WIDTH / 2, y1), (x2 + WIDTH / 2, y2)]
    text = f"M{ends[0][0]:.0f},{ends[0][1]:.0f}"
    for (ax, ay), (bx, by) in pairwise(ends):
        middle = (ax + bx) / 2
        text += f"C{middle:.0f},{ay:.0f} {middle:.0f},{by:.0f} {bx:.0f},{by:.0f}"
    return text


def _box(name: str, kind: str, x: float, y: float) -> str:
    frame = f'<rect class="b" x="{x - WIDTH / 2:.0f}" y="{y - HEIGHT / 2:.0f}" width="{WIDTH}" height="{HEIGHT}" '
    frame += f'rx="{14 if kind == "machine" else 4}" fill="{COLOURS[kind]}"/>'
    return f'{frame}<text x="{x:.0f}" y="{y + 4:.0f}" text-anchor="middle">{escape(name)}</text>'


def grid(rows: Sequence[str], columns: Sequence[str], marks: Mapping[tuple[str, str], str], title: str) -> str:
    """A mark (`r`, `w`, `rw`) where a row and a column meet."""
    width, height = NAMES + len(columns) * CELL + 90, HEADS + len(rows) * CELL + MARGIN
    parts = []
    for number, name in enumerate(columns):
        x = NAMES + number * CELL
        parts.append(f'<line class="g" x1="{x}" y1="{HEADS}" x2="{x}" y2="{HEADS + len(rows) * CELL}"/>')
        place = f"{x + CELL / 2 + 4:.0f},{HEADS - 8}"
        parts.append(f'<text transform="translate({place}) rotate(-45)">{escape(name)}</text>')
    for number, name in enumerate(rows):
        y = HEADS + number * CELL
        parts.append(f'<line class="g" x1="0" y1="{y}" x2="{NAMES + len(columns) * CELL}" y2="{y}"/>')
        parts.append(f'<text x="{NAMES - 10}" y="{y + 20}" text-anchor="end">{escape(name)}</text>')
        for at, column in enumerate(columns):
            if mark := marks.get((name, column)):
                parts.append(_mark(mark, NAMES + at * CELL, y))
    return svg(width, height, parts, title)


def _mark(mark: str, x: float, y: float) -> str:
    colour = {"r": "#dbeafe", "w": "#fed7aa", "rw": "#fca5a5"}[mark]
    frame = f'<rect x="{x + 3}" y="{y + 3}" width="{CELL - 6}" height="{CELL - 6}" rx="3" fill="{colour}"/>'
    return f'{frame}<text x="{x + CELL / 2}" y="{y + 19}" text-anchor="middle">{mark}</text>'
