"""What the detections of a benchmark cost, at the prices of infra/prices.json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from homeward.domain.cost import Prices, Work

PRICES = Prices.read((Path(__file__).resolve().parent.parent / "infra" / "prices.json").read_bytes())
LISTED = PRICES.listed


def dollars(work: Work, count: int) -> dict[str, Any]:
    """The bill of so many, by service; `seconds` are those of the machine that was measured."""
    bill = {"Rekognition": PRICES.images(1), **work.bill(PRICES)}
    rounded = {name: round(count * price, 4) for name, price in bill.items()}
    measured = {"transitions each": work.states, "functions each": work.functions, "ms each": work.seconds * 1000}
    return {**{k: round(v) for k, v in measured.items()}, "USD": round(count * sum(bill.values()), 3), **rounded}
