"""Statistics of a measurement as `analyse` gives them, for whoever reads them: invented, every part overridable."""

from __future__ import annotations

from typing import Any

THRESHOLDS = [80.0, 90.0, 99.0]
LIVE = {"review": 90.0, "alert": 99.0}
TIERS = ("review", "alert")


def rate(errors: int = 3, trials: int = 30_000, high: float | None = None) -> dict[str, Any]:
    value = errors / trials if trials else None
    low = (value or 0.0) / 3
    return {"errors": errors, "trials": trials, "rate": value, "low": low, "high": high or (value or 1e-4) * 3}


def curve(errors: list[int], trials: int = 30_000) -> dict[str, Any]:
    rates = [rate(one, trials) for one in errors]
    return {"trials": trials, **{name: [one[name] for one in rates] for name in ("errors", "rate", "low", "high")}}


def tiers(thresholds: dict[str, float], proved: bool = False, **rates: Any) -> dict[str, Any]:
    found = {"fmr_same": rate(), "fmr_any": rate(), "fnmr": rate(20, 400), "fpir": rate(40, 4_000), **rates}
    return {tier: {"threshold": thresholds[tier], "proved": proved, **found} for tier in TIERS}


def choice(threshold: float | None = None, needed: int | None = 1_200) -> dict[str, Any]:
    reason = "TOO_FEW" if threshold is None else "MEASURED"
    people = needed if threshold is None else None
    return {"threshold": threshold, "reason": reason, "people_needed": people, "with_duplicates": threshold}


def group(attributes: dict[str, str], **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "label": " / ".join(attributes.values()),
        "attributes": attributes,
        "people": 200,
        "photos": 400,
        "genuine": 380,
        "impostor": 79_600,
        "fmr_same": curve([300, 3, 0]),
        "fmr_any": curve([200, 2, 0]),
        "fnmr": curve([1, 4, 20], 380),
        "fpir": curve([400, 40, 4], 4_000),
        "histogram": {"below": 70_000, "genuine": [0, 5, 300], "impostor": [900, 30, 1]},
        "live": tiers(LIVE),
        "proposed": tiers(LIVE),
        "choice": {tier: choice() for tier in TIERS},
    }
    return {**values, **changes}


def summary(worst: str, best: str, low: float | None = 1.4) -> dict[str, Any]:
    measures = {name: {"value": 2.0, "low": low, "high": None} for name in ("max_min", "max_geometric_mean")}
    one = {"worst": worst, "best": best, **measures, "garbe": {"value": 0.3, "low": None, "high": None}}
    return {which: {tier: {"fmr_same": one, "fnmr": one} for tier in TIERS} for which in ("live", "proposed")}


def level(*groups: dict[str, Any], low: float | None = 1.4) -> dict[str, Any]:
    labels = [one["label"] for one in groups]
    return {
        "attributes": list(groups[0]["attributes"]),
        "groups": list(groups),
        "summary": summary(labels[0], labels[-1], low),
    }


def statistics(*levels: dict[str, Any], **changes: Any) -> dict[str, Any]:
    both = (group({"sex": "Female"}), group({"sex": "Male"}))
    values: dict[str, Any] = {
        "confidence": 0.95,
        "complete_from": 97.0,
        "thresholds": THRESHOLDS,
        "targets": {"review": 1e-4, "alert": 1e-6},
        "group_by": ["sex"],
        "strictest": LIVE,
        "counts": {"people": 400, "photos": 800, "genuine": 760, "impostor": 319_200},
        "levels": list(levels or [level(*both)]),
        "duplicates": [],
        "problems": [],
    }
    return {**values, **changes}
