"""How far groups are apart: ratios, their bounds, and the Gini coefficient."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.bias.summaries import gini, summary


def rate(value: float, trials: int = 1000) -> dict[str, Any]:
    return {"errors": int(value * trials), "trials": trials, "rate": value, "low": value / 2, "high": value * 2 + 1e-3}


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        ([0.1, 0.1, 0.1], 0.0),
        ([0.3, 0.0, 0.0], 1.0),
        ([0.1, 0.3], 0.5),
        ([0.0, 0.0], None),
        ([1e-6, 2e-6, 3e-6], 1 / 3),
    ],
)
def test_gini_with_the_correction_for_few_groups(rates: list[float], expected: float | None) -> None:
    assert gini(rates) == (pytest.approx(expected) if expected is not None else None)


def test_worst_best_and_ratios() -> None:
    told = summary({"a": rate(0.01), "b": rate(0.04), "c": rate(0.16), "d": {**rate(0.5), "trials": 0}, "e": None})
    assert (told["worst"], told["best"]) == ("c", "a")
    assert told["max_min"]["value"] == pytest.approx(16)
    assert told["max_geometric_mean"]["value"] == pytest.approx(4)
    assert told["max_min"]["low"] == pytest.approx(0.08 / 0.021)
    assert told["max_min"]["high"] == pytest.approx(0.321 / 0.005)


def test_without_errors_only_bounds_are_told() -> None:
    told = summary({"a": rate(0.0), "b": rate(0.1)})
    assert told["max_min"]["value"] is None
    assert told["max_min"]["high"] is None
    assert told["max_min"]["low"] == pytest.approx(0.05 / 0.001)


@pytest.mark.parametrize("rates", [{}, {"a": rate(0.1)}, {"a": rate(0.1), "b": None}])
def test_one_group_can_be_compared_with_none(rates: dict[str, Any]) -> None:
    assert summary(rates)["max_min"] == {"value": None, "low": None, "high": None}


@given(st.lists(st.floats(1e-6, 0.3), min_size=2, max_size=8))
def test_bounds_hold_the_value(values: list[float]) -> None:
    told = summary({str(n): rate(value) for n, value in enumerate(values)})
    for name in ("max_min", "max_geometric_mean"):
        assert told[name]["low"] <= told[name]["value"] * (1 + 1e-9)
        assert told[name]["value"] <= told[name]["high"] * (1 + 1e-9)
    assert 0 <= told["garbe"]["value"] <= 1 + 1e-9


def test_published_worked_number_of_the_corrected_gini_coefficient() -> None:
    """The example vector of R's package `ineq`; `acid::gini` documents 0.5134346 for it, corrected for its length."""
    incomes = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]
    assert gini(incomes) == pytest.approx(0.5134346, abs=5e-8)
