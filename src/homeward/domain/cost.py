"""What it costs at AWS, by service: from a price file, from the paths that the tests walk, and from what a site does.

Left out, because they depend on others: SMS (receiver and carrier), data that leaves AWS, support, taxes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from homeward.domain.errors import InputError

DAYS = 30.4  # of a month
MEMORY_GB = 0.5  # of most functions, as infra/template.yaml says
FUNCTION_SECONDS = 0.1  # of a warm one, at most: `python -m benchmarks.detection` prints what it measured
LOG_KB = 2  # of a function's call
# At most, as the largest change (Mark Sent) needs: the audit event and its two indexes 4; the detection's row of up to
# 3 KB and its index 8; the slot 2; the alert's row and its two indexes 5.
UNITS_A_CHANGE = 19
READS_A_FUNCTION = 6  # at most: rows, slots, case, photos, look-alikes
ROW_KB, EVENT_KB, CROP_KB, PHOTO_KB, RECORD_KB = 3, 1, 15, 200, 10
KEPT_DAYS = 35  # a crop that was kept, at most
SEALS = 24 * DAYS
KEYS = 2  # infra/template.yaml has one that encrypts and one that signs
# The 2018 design put a crop for each face of each frame, and searched for it.
FRAMES_A_WALK_BY = 35  # `python -m benchmarks.edge --only walks`, by day


@dataclass(frozen=True, slots=True)
class Prices:
    """The price file; an unknown name is an InputError."""

    values: Mapping[str, Any]

    @classmethod
    def read(cls, text: str | bytes) -> Prices:
        """InputError when it is none."""
        try:
            values = json.loads(text)
        except ValueError as problem:
            raise InputError(f"the price file isn't JSON: {problem}") from problem
        if not isinstance(values, dict):
            raise InputError("the price file is no JSON object")
        return cls(values)

    def __getitem__(self, name: str) -> float:
        found = self.values.get(name)
        if not isinstance(found, (int, float)) or isinstance(found, bool) or found < 0:
            raise InputError(f"the price file has no price {name!r}")
        return float(found)

    def images(self, count: float) -> float:
        """So many pictures in a month, each tier at its price."""
        total, below = 0.0, 0.0
        for upto, price in self.values["rekognition_image_tiers"]:
            within = min(count, upto if upto is not None else count) - below
            total += max(within, 0.0) * price
            below = max(below, upto or count)
        return total

    @property
    def listed(self) -> str:
        """Where and when they come from."""
        return f"list prices {self.values.get('region', '?')}, {self.values.get('as_of', '?')}; check before you quote"


@dataclass(frozen=True, slots=True)
class Work:
    """What one detection does; functions and seconds with those before and after the machine."""

    states: int
    functions: int
    seconds: float
    changes: int
    alerts: int

    @classmethod
    def of(cls, path: Sequence[str], tasks: Iterable[str]) -> Work:
        """A path through the machine, as cases.json has it; its start, start_detection, confirm_alert come on top."""
        alerted = int("Mark Sent" in path)
        functions = sum(state in set(tasks) for state in path) + 1 + alerted
        return cls(len(path) + 1, functions, functions * FUNCTION_SECONDS, functions, alerted)

    def bill(self, prices: Prices) -> dict[str, float]:
        """Dollars for one, by service, without the search."""
        units = self.changes * UNITS_A_CHANGE * prices["dynamodb_write_unit"]
        reads = self.functions * READS_A_FUNCTION * prices["dynamodb_read_unit"]
        calls = self.functions * prices["lambda_request"]
        return {
            "Step Functions": self.states * prices["transition"],
            "Lambda": calls + self.seconds * MEMORY_GB * prices["lambda_gb_second"],
            "DynamoDB": units + reads,
            "S3": prices["s3_put"] + self.functions * prices["s3_get"],
            "EventBridge": prices["event"],
            "SNS": self.alerts * prices["publish"],
            "CloudWatch": self.functions * LOG_KB / 1e6 * prices["logs_gb"],
        }


@dataclass(frozen=True, slots=True)
class Site:
    """What somebody runs. Shares are from 0 to 1: of detections that match a case, of photos that change in a day."""

    cases: int
    photos: int
    detections_per_day: int
    matched: float = 0.01
    changed: float = 0.001
    alarms: int = 17
    metrics: int = 10

    def __post_init__(self) -> None:
        if min(self.cases, self.photos, self.detections_per_day) < 0:
            raise InputError("cases, photos and detections can't be less than none")
        if not (0 <= self.matched <= 1 and 0 <= self.changed <= 1):
            raise InputError("shares are from 0 to 1")

    @property
    def detections(self) -> float:
        """In a month."""
        return self.detections_per_day * DAYS

    @property
    def indexed(self) -> float:
        """Photos in a month."""
        return self.photos * self.changed * DAYS


def monthly(site: Site, prices: Prices, nobody: Work, matched: Work) -> dict[str, float]:
    """Dollars a month by service, the dearest first; every match goes to a person, as with the shipped policy."""
    bill = dict.fromkeys(nobody.bill(prices), 0.0)
    for work, share in ((nobody, 1 - site.matched), (matched, site.matched)):
        for service, each in work.bill(prices).items():
            bill[service] += site.detections * share * each
    faces = site.photos * prices["rekognition_face_month"]
    bill["Rekognition"] = prices.images(site.detections + site.indexed) + faces
    bill["S3"] += _s3(site, prices)
    bill["DynamoDB"] += _tables(site) * prices["dynamodb_gb_month"]
    bill["CloudWatch"] += site.alarms * prices["alarm_month"] + site.metrics * prices["metric_month"]
    bill["CloudWatch"] += prices["dashboard_month"]
    bill["X-Ray"] = site.detections * prices["trace"]  # at most: it samples
    bill["KMS"] = KEYS * prices["kms_key_month"] + SEALS * prices["kms_sign"]
    return dict(sorted(bill.items(), key=lambda line: -line[1]))


def first_fill(site: Site, prices: Prices) -> float:
    """Dollars for indexing every photo once."""
    return prices.images(site.photos) + site.photos * (prices["s3_put"] + 2 * prices["s3_get"])


def as_in_2018(site: Site, prices: Prices) -> float:
    """Dollars a month when every face of every frame is put, searched for and looked up: one function, no machine."""
    faces = site.detections * FRAMES_A_WALK_BY
    each = prices["s3_put"] + prices["lambda_request"] + FUNCTION_SECONDS * MEMORY_GB * prices["lambda_gb_second"]
    return prices.images(faces) + faces * each + site.photos * prices["rekognition_face_month"]


def _s3(site: Site, prices: Prices) -> float:
    kept = site.detections_per_day * site.matched * KEPT_DAYS * CROP_KB
    held = site.photos * PHOTO_KB + site.cases * RECORD_KB + site.detections * EVENT_KB
    return (kept + held) / 1e6 * prices["s3_gb_month"]


def _tables(site: Site) -> float:
    """GB: cases, photos, detections that matched; and the audit trail of a year, in its table and two indexes."""
    rows = site.cases + site.photos + site.detections * site.matched
    return (rows * ROW_KB + 12 * site.detections * 3 * 3 * EVENT_KB) / 1e6
