"""What a detection costs at AWS: list prices of us-east-1, in US dollars, as published in 2025. Check before you quote.

Left out, as they depend on the receiver: the SMS itself, and data that leaves AWS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

SEARCH = 0.001  # SearchFacesByImage, the first million a month
TRANSITION = 0.025 / 1000  # Step Functions, Standard: each time that a state is entered, or tried again
REQUEST = 0.20 / 1_000_000  # Lambda
GB_SECOND = 0.0000166667  # Lambda, x86
WRITE_UNIT = 0.625 / 1_000_000  # DynamoDB on demand, up to 1 KB
PUT = 0.005 / 1000  # S3
EVENT = 1.00 / 1_000_000  # EventBridge, a custom event; S3's own are free or cheaper

MEMORY_GB = 0.5  # of the functions, as infra/template.yaml says
# A change writes the row and its audit event, in a transaction: two units each.
UNITS_A_CHANGE = 4


@dataclass(frozen=True, slots=True)
class Work:
    """What one execution did: states entered, functions called (`start_detection` too), their seconds, changes."""

    states: int
    functions: int
    seconds: float
    changes: int


def dollars(work: Work, count: int) -> dict[str, Any]:
    """The bill of so many, by service; `seconds` are those of the machine that was measured."""
    bill = {
        "Rekognition": SEARCH,
        "Step Functions": work.states * TRANSITION,
        "Lambda": work.functions * REQUEST + work.seconds * MEMORY_GB * GB_SECOND,
        "DynamoDB, S3, EventBridge": work.changes * UNITS_A_CHANGE * WRITE_UNIT + PUT + EVENT,
    }
    rounded = {name: round(count * price, 3) for name, price in bill.items()}
    return {"transitions each": work.states, "USD": round(count * sum(bill.values()), 3), **rounded}
