"""The charts are SVG that a page can hold: well formed, no scripts, the page's own colours, ids of their own."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from math import nan

import pytest

from homeward.domain.bias.charts import (
    Curve,
    Mark,
    Scores,
    det_curves,
    distributions,
    intervals,
    rate_curves,
    readable_rate,
    short_rate,
)

X = [50.0, 75.0, 100.0]
CURVES = [
    Curve("<b>A & B $x$", X, [0.1, 0.01, nan], [0.05, 0.005, 0.0], [0.2, 0.02, 0.001]),
    Curve("C", X, [0.2, 0.1, 0.1]),
]


def charts() -> list[str]:
    return [
        rate_curves(CURVES, "rates <by> threshold", [("target", 1e-4)], 1e-7),
        det_curves([Curve("A", [0.1, 0.01, nan], [0.001, 0.1, 0.5])], "det", 1e-7),
        intervals([Mark("A $x$", 1e-3, 1e-4, 1e-2, 1e-4), Mark("B", None, 0.0, 1e-3)], "intervals", "rate", 1e-7),
        distributions([Scores("A", [98, 99], [1, 2], [100, 0], [("alert", 99.0)])], "scores"),
    ]


def test_each_is_one_element_that_says_what_it_shows() -> None:
    for chart in charts():
        root = ElementTree.fromstring(chart)  # noqa: S314 - our own
        assert root.tag.endswith("svg")
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"] == root[0].text
    assert "rates &lt;by&gt; threshold" in charts()[0]
    assert "&lt;b&gt;A &amp; B $x$" in charts()[0]


def test_nothing_runs_and_nothing_is_fetched() -> None:
    for chart in charts():
        assert "<script" not in chart
        assert "<image" not in chart
        assert set(re.findall(r'(?:href|src)="([^#][^"]*)"', chart)) == set()
        assert re.findall(r"url\((?!#)", chart) == []


def test_colours_are_the_pages() -> None:
    for chart in charts():
        assert "currentColor" in chart
        assert re.findall(r"#0102[0-9a-f]{2}", chart) == []
        # What is left of matplotlib's own colours would vanish in one of the themes.
        assert re.findall(r"(?:fill|stroke): #(?:000000|ffffff)\b", chart) == []


def test_ids_are_a_charts_own() -> None:
    ids = [set(re.findall(r'\bid="([^"]+)"', chart)) for chart in charts()]
    assert all(ids)
    assert sum(map(len, ids)) == len(set.union(*ids))
    for chart, own in zip(charts(), ids, strict=True):
        assert set(re.findall(r'href="#([^"]+)"', chart)) | set(re.findall(r"url\(#([^)]+)\)", chart)) <= own


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert charts() == charts()


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0, "0"),
        (1, "100 %"),
        (0.9996, "100 %"),
        (0.9975, "99.8 %"),
        (0.989, "99 %"),
        (0.5, "50 %"),
        (0.0123, "1.2 %"),
        (0.001, "0.1 %"),
        (0.00099, "1 in 1,000"),
        (1 / 81_234, "1 in 81,000"),
        (1 / 3_333_333, "1 in 3,300,000"),
    ],
)
def test_rates_for_people(rate: float, text: str) -> None:
    assert readable_rate(rate) == text


@pytest.mark.parametrize(
    ("rate", "text"),
    [
        (0, "0"),
        (0.1, "10 %"),
        (0.001, "0.1 %"),
        (1e-4, "1:10k"),
        (1e-5, "1:100k"),
        (1e-6, "1:1M"),
        (1 / 1.3e6, "1:1.3M"),
        (1 / 4.3e8, "1:430M"),
        (1 / 23_456, "1:23k"),
        (1 / 418_900, "1:420k"),
    ],
)
def test_rates_for_axes(rate: float, text: str) -> None:
    assert short_rate(rate) == text
