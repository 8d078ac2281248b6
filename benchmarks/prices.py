"""What a detection costs at AWS, in US dollars: list price us-east-1, as of 2025. Check them before you quote.

Left out: SMS (by receiver and carrier), S3 reads (0.0004 per 1,000), logs, storage, alarms, data that leaves AWS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LISTED = "list price us-east-1, 2025; check before you quote"
SEARCH = 0.001  # SearchFacesByImage, the first million a month
TRANSITION = 0.025 / 1000  # Step Functions, Standard: each time that a state is entered, or tried again
REQUEST = 0.20 / 1_000_000  # Lambda
GB_SECOND = 0.0000166667  # Lambda, x86; arm64, which infra/template.yaml asks for, costs a fifth less
WRITE_UNIT = 0.625 / 1_000_000  # DynamoDB on demand, up to 1 KB; twice as many in a transaction
READ_UNIT = 0.125 / 1_000_000  # DynamoDB on demand, up to 4 KB, consistent
PUT = 0.005 / 1000  # S3
EVENT = 1.00 / 1_000_000  # EventBridge, an event that a service was asked to send, as S3 is
PUBLISH = 0.50 / 1_000_000  # SNS; what it hands to functions and queues is free

MEMORY_GB = 0.5  # of the detection machine's functions, as infra/template.yaml says
# At most, as the largest change (Mark Sent) needs: the audit event and its two indexes 4; the detection's row of up to
# 3 KB and its index 8; the slot 2; the alert's row and its index 3.
UNITS_A_CHANGE = 17
READS_A_FUNCTION = 6  # at most: rows, slots, case, photos, look-alikes


@dataclass(frozen=True, slots=True)
class Work:
    """What one detection did; functions and seconds with those before and after the machine."""

    states: int
    functions: int
    seconds: float
    changes: int
    alerts: int


def dollars(work: Work, count: int) -> dict[str, Any]:
    """The bill of so many, by service; `seconds` are those of the machine that was measured."""
    units = work.changes * UNITS_A_CHANGE * WRITE_UNIT + work.functions * READS_A_FUNCTION * READ_UNIT
    bill = {
        "Rekognition": SEARCH,
        "Step Functions": work.states * TRANSITION,
        "Lambda": work.functions * REQUEST + work.seconds * MEMORY_GB * GB_SECOND,
        "DynamoDB, at most": units,
        "S3, EventBridge": PUT + EVENT,
        "SNS without SMS": work.alerts * PUBLISH,
    }
    rounded = {name: round(count * price, 4) for name, price in bill.items()}
    measured = {"transitions each": work.states, "functions each": work.functions, "ms each": work.seconds * 1000}
    return {**{k: round(v) for k, v in measured.items()}, "USD": round(count * sum(bill.values()), 3), **rounded}
