"""How far groups are apart, in one number: per-group rates with intervals come first.

GARBE's part for one kind of error: the Gini coefficient with Deltas's correction for few groups (Howard et al., ICPR
2022; ISO/IEC 19795-10). Ratios are undefined where a group shows no error: then only their bounds are given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Rate = Mapping[str, Any]


def summary(rates: Mapping[str, Rate | None]) -> dict[str, Any]:
    """Compare the groups' rates, by label; those without trials don't count.

    `{"worst", "best", "max_min", "max_geometric_mean", "garbe"}`, the last three `{"value", "low", "high"}`, where None
    is unknown or unbounded. Bounds come from the groups' own intervals, so they are wider than 95 %.
    """
    known = {label: rate for label, rate in rates.items() if rate and rate["trials"]}
    if len(known) < 2:
        nothing = {"value": None, "low": None, "high": None}
        return {"worst": None, "best": None, "max_min": nothing, "max_geometric_mean": nothing, "garbe": nothing}
    by_size = sorted(known, key=lambda label: (known[label]["rate"], known[label]["high"]))
    seen = [float(known[label]["rate"]) for label in by_size]
    low, high = ([float(known[label][end]) for label in by_size] for end in ("low", "high"))
    return {
        "worst": by_size[-1],
        "best": by_size[0],
        "max_min": _ratio(seen, low, high, min),
        "max_geometric_mean": _ratio(seen, low, high, geometric_mean),
        "garbe": {"value": gini(seen), "low": None, "high": None},
    }


def _ratio(seen: Sequence[float], low: Sequence[float], high: Sequence[float], of: Any) -> dict[str, float | None]:
    least, most = of(high), of(low)
    return {
        "value": max(seen) / of(seen) if min(seen) > 0 else None,
        "low": max(1.0, max(low) / least) if least > 0 else None,
        "high": max(high) / most if most > 0 else None,
    }


def geometric_mean(rates: Sequence[float]) -> float:
    """0 as soon as one of them is."""
    return float(np.exp(np.mean(np.log(rates)))) if min(rates) > 0 else 0.0


def gini(rates: Sequence[float]) -> float | None:
    """0 where all are equal, 1 where one group has every error; None without errors."""
    values = np.asarray(rates, dtype=np.float64)
    groups, mean = len(values), float(values.mean())
    if mean == 0:
        return None
    apart = np.abs(values[:, None] - values[None, :]).sum()
    return float(groups / (groups - 1) * apart / (2 * groups**2 * mean))
