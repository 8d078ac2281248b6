"""Charts as inline SVG for the bias report. Text stays text; colours are the page's variables, so both themes work.

The page defines `--s0` ... `--s9` (series), `--target` (limits) and uses its own text colour for everything else.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

SERIES = 10
STYLES = ("-", "--", "-.", ":")  # told apart without colour, too
# Stand-ins that no chart uses otherwise; the page's colours take their places in the SVG.
_INK, _TARGET = "#010203", "#010206"
_COLOURS = tuple(f"#0102{16 + n:02x}" for n in range(SERIES))
_PAGE_COLOURS = {_INK: "currentColor", _TARGET: "var(--target)", **{c: f"var(--s{n})" for n, c in enumerate(_COLOURS)}}
_RC: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,  # names come from outside
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "grid.color": _INK,
    "grid.alpha": 0.15,
    "grid.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
}


@dataclass(frozen=True, slots=True)
class Curve:
    """A line with its 95 % band; `low` and `high` may be empty."""

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] = ()
    high: Sequence[float] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """A rate with its 95 % interval; without trials there is none."""

    label: str
    rate: float | None
    low: float
    high: float
    limit: float | None = None


@dataclass(frozen=True, slots=True)
class Scores:
    """Counts of similarities in bins one wide, whose lower ends are `edges`; `lines` are thresholds by name."""

    label: str
    edges: Sequence[float]
    genuine: Sequence[int]
    impostor: Sequence[int]
    lines: Sequence[tuple[str, float]] = ()


@mpl.rc_context(_RC)
def rate_curves(curves: Sequence[Curve], about: str, limits: Sequence[tuple[str, float]], floor: float) -> str:
    """False match rate by threshold, on a logarithmic scale down to `floor`; zero is drawn at the floor."""
    figure, axes = _figure(7.2, 4.2)
    for n, curve in enumerate(curves):
        style: Any = {"color": _COLOURS[n % SERIES], "linestyle": STYLES[n // SERIES % len(STYLES)]}
        axes.plot(curve.x, np.maximum(curve.y, floor), label=curve.label, linewidth=1.6, **style)
        if len(curve.high):
            band = (np.maximum(curve.low, floor), np.maximum(curve.high, floor))
            axes.fill_between(curve.x, *band, color=_COLOURS[n % SERIES], alpha=0.12, linewidth=0)
    for label, limit in limits:
        axes.axhline(limit, color=_TARGET, linewidth=1, linestyle=(0, (6, 3)))
        axes.annotate(label, (0.995, limit), xycoords=("axes fraction", "data"), ha="right", va="bottom", color=_TARGET)
    axes.set(yscale="log", ylim=(floor, 1), xlabel="threshold (similarity)", ylabel="false match rate")
    _log_ticks(axes.yaxis)
    _legend(axes)
    return _svg(figure, about)


@mpl.rc_context(_RC)
def det_curves(curves: Sequence[Curve], about: str, floor: float) -> str:
    """DET: false non-match rate against false match rate, both logarithmic; zero is drawn at the edge."""
    figure, axes = _figure(7.2, 4.6)
    lowest = min((y for curve in curves for y in curve.y if y > 0), default=0.01) / 2
    for n, curve in enumerate(curves):
        style: Any = {"color": _COLOURS[n % SERIES], "linestyle": STYLES[n // SERIES % len(STYLES)]}
        axes.plot(np.maximum(curve.x, floor), np.maximum(curve.y, lowest), label=curve.label, linewidth=1.6, **style)
    axes.set(xscale="log", yscale="log", xlim=(floor, 1), ylim=(lowest, 1))
    axes.set(xlabel="false match rate (strangers taken for the person)", ylabel="false non-match rate (person missed)")
    _log_ticks(axes.xaxis)
    _log_ticks(axes.yaxis)
    _legend(axes)
    return _svg(figure, about)


@mpl.rc_context(_RC)
def intervals(marks: Sequence[Mark], about: str, axis: str, floor: float) -> str:
    """Rates with their intervals, one line each, from the top; the marks' own limits as ticks."""
    figure, axes = _figure(7.2, 0.9 + 0.26 * max(1, len(marks)))
    for row, mark in enumerate(marks):
        axes.plot([max(mark.low, floor), max(mark.high, floor)], [row, row], color=_COLOURS[0], linewidth=2)
        if mark.rate is not None:
            axes.plot(max(mark.rate, floor), row, "o", color=_COLOURS[0], markersize=4.5)
        if mark.limit is not None:
            axes.plot([mark.limit] * 2, [row - 0.4, row + 0.4], color=_TARGET, linewidth=1.4)
    axes.set_yticks(range(len(marks)), [mark.label for mark in marks])
    axes.set(xscale="log", xlim=(floor, 1), ylim=(len(marks) - 0.4, -0.6), xlabel=axis)
    axes.grid(visible=False, axis="y")
    _log_ticks(axes.xaxis)
    return _svg(figure, about)


@mpl.rc_context(_RC)
def distributions(groups: Sequence[Scores], about: str) -> str:
    """Similarities of genuine and of impostor comparisons, a small chart a group, counts on a logarithmic scale."""
    columns = min(4, max(1, len(groups)))
    rows = -(-len(groups) // columns)
    figure = Figure(figsize=(2.7 * columns, 0.3 + 1.75 * rows), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    for axes, scores in zip(grid.flat, groups, strict=False):
        for counts, colour in ((scores.impostor, _COLOURS[1]), (scores.genuine, _COLOURS[0])):
            axes.stairs(counts, [*scores.edges, scores.edges[-1] + 1], fill=True, color=colour, alpha=0.55)
        for _, threshold in scores.lines:
            axes.axvline(threshold, color=_TARGET, linewidth=1)
        axes.set_title(scores.label, fontsize=9, loc="left")
        axes.set(yscale="symlog", xlim=(scores.edges[0], 100))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.tick_params(labelsize=8)
    for axes in list(grid.flat)[len(groups) :]:
        axes.set_visible(False)
    return _svg(figure, about)


def _figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    axes.grid(visible=True, which="major")
    return figure, axes


def _log_ticks(axis: Any) -> None:
    axis.set_major_locator(LogLocator(numticks=12))
    axis.set_major_formatter(FuncFormatter(lambda value, _: short_rate(value)))
    axis.set_minor_formatter(NullFormatter())


def short_rate(rate: float) -> str:
    """For axes and bounds: `10 %`, `1:10k`, `1:1.3M`."""
    if rate >= 0.001 or rate <= 0:
        return readable_rate(rate)
    count, unit = (1e-6 / rate, "M") if rate < 1.005e-6 else (1e-3 / rate, "k")
    return f"1:{count:.2g}{unit}" if count < 99.5 else f"1:{round(count, -1):,.0f}{unit}"


def readable_rate(rate: float) -> str:
    """`0.0123` -> `1.2 %`; small ones as `1 in 81,000`; zero as `0`."""
    if rate <= 0:
        return "0"
    if rate >= 0.001:
        return f"{100 * rate:.{3 if rate >= 0.99 else 2}g} %"
    count = 1 / rate
    digits = max(0, len(str(int(count))) - 2)
    return f"1 in {round(count, -digits):,.0f}"


def _legend(axes: Axes) -> None:
    figure = axes.figure
    handles, labels = axes.get_legend_handles_labels()
    if labels:
        figure.legend(handles, labels, loc="outside lower center", ncols=min(3, len(labels)), fontsize=9)


def _svg(figure: Figure, about: str) -> str:
    """The SVG element alone, without a size of its own, its ids unlike those of any other chart of the page."""
    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": about}):
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    svg = file.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    for colour, name in _PAGE_COLOURS.items():
        svg = svg.replace(colour, name)
    head = re.search(r'viewBox="([^"]+)"', svg)
    assert head is not None  # noqa: S101 - matplotlib always writes one
    body = svg[svg.index(">") + 1 :]
    prefix = f"c{zlib.crc32(about.encode()):x}-"
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}\1"', body)
    body = re.sub(r'xlink:href="#([^"]+)"', rf'href="#{prefix}\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}\1)", body)
    width = 1.35 * float(head[1].split()[2])  # points -> pixels at which its text is as large as the page's small one
    opening = f'<svg viewBox="{head[1]}" style="max-width: {width:.0f}px" role="img" aria-label="{escape(about)}">'
    return f"{opening}<title>{escape(about)}</title>{body}"
