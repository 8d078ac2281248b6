"""How near a site comes to each limit of AWS, which one bites first, and what to do about it.

Limits are a file with a date and an address each. What a detection does is counted on the paths that the tests walk
(`domain/cost.py`). What is assumed stands here by name; it errs on the side of more load.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.cost import EVENT_KB, ROW_KB, Work
from homeward.domain.errors import InputError

DAY = 86_400
TRANSACTION = 2  # write units for each kB that is written in a transaction
SECONDS_A_CALL = 1.0  # of a function, with the services that it waits for and cold starts; warm ones here take 0.1
PARAMETERS, KEPT = 2, 60  # that a function reads (collection, policy), and for how many seconds it keeps them
TEXT_PARTS = 2  # of an alert's SMS, at most
PHOTOS_A_CASE = 24_620 / 14_444
ANSWERS_A_DAY = 240  # of one person: two minutes each, for eight hours
ENTERS_AND_LEAVES = 2  # writes of the index `unfinished`, for each state that a detection waits in


@dataclass(frozen=True, slots=True)
class Size:
    """What somebody runs. `peak` is how many times busier the busiest second is than the mean of a day."""

    faces: int
    cameras: int
    detections_per_camera_per_day: int
    matched: float = 0.01
    peak: float = 10.0
    phones: int = 10

    def __post_init__(self) -> None:
        if min(self.faces, self.cameras, self.detections_per_camera_per_day, self.phones) < 0 or self.peak < 1:
            raise InputError("faces, cameras, detections and phones can't be less than none, peak not less than 1")
        if not 0 <= self.matched <= 1:
            raise InputError("shares are from 0 to 1")

    @property
    def detections(self) -> int:
        """In a day."""
        return self.cameras * self.detections_per_camera_per_day

    @property
    def busiest(self) -> float:
        """Detections in the busiest second."""
        return self.detections / DAY * self.peak

    @property
    def cases(self) -> float:
        """With as many photos each as NamUs has."""
        return self.faces / PHOTOS_A_CASE

    @property
    def questions(self) -> float:
        """In a day: with the shipped policy every match is one."""
        return self.detections * self.matched

    @property
    def reviewers(self) -> float:
        """People who do nothing else."""
        return self.questions / ANSWERS_A_DAY

    @property
    def bearable_fmr(self) -> float:
        """The false match rate of one comparison at which strangers alone make that many questions."""
        return self.matched / self.cases if self.cases else 1.0


@dataclass(frozen=True, slots=True)
class Day:
    """A size, and what a detection does that matches nobody, and one that somebody confirms."""

    size: Size
    nobody: Work
    confirmed: Work

    def mean(self, of: Callable[[Work], float]) -> float:
        """Of one detection."""
        share = self.size.matched
        return (1 - share) * of(self.nobody) + share * of(self.confirmed)

    def rate(self, of: Callable[[Work], float]) -> float:
        """In the busiest second."""
        return self.size.busiest * self.mean(of)

    @property
    def at_once(self) -> float:
        """Functions in the busiest second."""
        return self.rate(lambda work: work.functions) * SECONDS_A_CALL

    @property
    def events_per_hour(self) -> float:
        """Of the audit log, on the average."""
        return self.size.detections / 24 * self.mean(lambda work: work.changes)


@dataclass(frozen=True, slots=True)
class Rule:
    """One limit: what loads it, of what it depends, and what to do before it bites."""

    name: str
    what: str
    grows_with: str  # a property of Size
    load: Callable[[Day], float]
    then: str


RULES = (
    Rule(
        "collection_faces",
        "Rekognition: faces in a collection",
        "faces",
        lambda day: day.size.faces,
        "can't be raised: several stacks, each with a part of the sources (docs/capacity.md)",
    ),
    Rule(
        "search_faces",
        "Rekognition: SearchFacesByImage",
        "detections",
        lambda day: day.size.busiest,
        "ask AWS for more, months before; fewer crops per walk-by; a region with a high default",
    ),
    Rule(
        "detect_faces",
        "Rekognition: DetectFaces, for matches",
        "detections",
        lambda day: day.size.busiest * day.size.matched,
        "ask AWS; cameras that send whole frames need one for each",
    ),
    Rule(
        "start_execution",
        "Step Functions: StartExecution",
        "detections",
        lambda day: day.size.busiest,
        "ask AWS; what is refused goes to the dead-letter queue, and redrive_stuck starts it",
    ),
    Rule(
        "state_transitions",
        "Step Functions: state transitions",
        "detections",
        lambda day: day.rate(lambda work: work.states),
        "ask AWS; new accounts begin with less",
    ),
    Rule(
        "open_executions",
        "Step Functions: open executions, if nobody answers",
        "detections",
        lambda day: day.size.questions,
        "more people, or a stricter policy, long before",
    ),
    Rule(
        "lambda_concurrency",
        "Lambda: functions at once",
        "detections",
        lambda day: day.at_once,
        "ask AWS; new accounts begin with less",
    ),
    Rule(
        "event_invocations",
        "EventBridge: events delivered",
        "detections",
        lambda day: day.size.busiest,
        "ask AWS; late events aren't lost",
    ),
    Rule(
        "audit_partition",
        "DynamoDB: audit table, one partition an hour",
        "detections",
        lambda day: day.rate(lambda work: work.changes) * TRANSACTION * EVENT_KB,
        "can't be raised: spread the key of an hour over several partitions (a change of code)",
    ),
    Rule(
        "unfinished_partition",
        "DynamoDB: index `unfinished`, one partition a state",
        "detections",
        lambda day: day.size.busiest * ENTERS_AND_LEAVES,
        "can't be raised: spread the key of a state (a change of code)",
    ),
    Rule(
        "new_table",
        "DynamoDB: detections, a table that is new",
        "detections",
        lambda day: day.rate(lambda work: work.changes) * TRANSACTION * ROW_KB,
        "grows to twice the former peak by itself; or set warm throughput before the first busy day",
    ),
    Rule(
        "parameters",
        "SSM: GetParameter",
        "detections",
        lambda day: day.at_once * PARAMETERS / KEPT,
        "turn on higher throughput for parameters (costs)",
    ),
    Rule(
        "crops_prefix",
        "S3: crops put and deleted, one prefix",
        "detections",
        lambda day: day.size.busiest * 2,
        "S3 splits busy prefixes by itself, within minutes; agents keep what is refused",
    ),
    Rule(
        "publish",
        "SNS: messages",
        "detections",
        lambda day: day.rate(lambda work: work.alerts),
        "ask AWS",
    ),
    Rule(
        "sms_parts",
        "SMS: parts, from a US toll-free number",
        "detections",
        lambda day: day.rate(lambda work: work.alerts) * day.size.phones * TEXT_PARTS,
        "a short code (100 a second); subscribe a program instead of phones",
    ),
    Rule(
        "camera_stacks",
        "CloudFormation: a stack for each camera",
        "cameras",
        lambda day: day.size.cameras + 1,
        "ask AWS",
    ),
    Rule(
        "camera_users",
        "IAM: a user for each camera",
        "cameras",
        lambda day: day.size.cameras,
        "can't be raised: several stacks in several accounts",
    ),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The file of limits; an unknown name is an InputError."""

    values: Mapping[str, Any]
    elsewhere: bool = False

    @classmethod
    def read(cls, text: str | bytes, elsewhere: bool = False) -> Limits:
        """InputError when it is none. `elsewhere`: of the regions with the lowest defaults."""
        try:
            values = json.loads(text)
        except ValueError as problem:
            raise InputError(f"the file of limits isn't JSON: {problem}") from problem
        if not isinstance(values, dict) or not isinstance(values.get("limits"), dict):
            raise InputError("the file of limits has no object `limits`")
        return cls(values, elsewhere)

    def of(self, name: str) -> Mapping[str, Any]:
        """A limit as the file has it."""
        found = self.values["limits"].get(name)
        if not isinstance(found, dict) or not isinstance(found.get("value"), int) or found["value"] <= 0:
            raise InputError(f"the file of limits has no limit {name!r}")
        return found

    def __getitem__(self, name: str) -> int:
        limit = self.of(name)
        return int(limit.get("elsewhere", limit["value"]) if self.elsewhere else limit["value"])

    @property
    def listed(self) -> str:
        """Where and when they come from."""
        where = "the regions with the least" if self.elsewhere else str(self.values.get("region", "?"))
        return f"default quotas of {where}, read {self.values.get('as_of', '?')}; yours may differ"


@dataclass(frozen=True, slots=True)
class Strain:
    """A limit at a size."""

    rule: Rule
    load: float
    limit: int
    unit: str
    bites_at: float | None  # of what it grows with; None when nothing loads it

    @property
    def share(self) -> float:
        """1 is the limit."""
        return self.load / self.limit


def strains(day: Day, limits: Limits) -> list[Strain]:
    """Every limit, the one that bites first first."""
    found = []
    for rule in RULES:
        load, limit = rule.load(day), limits[rule.name]
        bites = getattr(day.size, rule.grows_with) * limit / load if load else None
        found.append(Strain(rule, load, limit, str(limits.of(rule.name)["unit"]), bites))
    return sorted(found, key=lambda strain: -strain.share)


@dataclass(frozen=True, slots=True)
class Job:
    """Work whose time was measured at one size, or follows from a quota."""

    what: str
    seconds: Callable[[Day, Limits], float]
    basis: str


MEASURED_FACES = 24_620
JOBS = (
    Job(
        "first fill: metadata of cases",
        lambda day, limits: day.size.cases / 127,
        "127 cases a second measured, linear",
    ),
    Job(
        "first fill: from a source that allows a request a second",
        lambda day, limits: day.size.cases / 26_000 * DAY,
        "about a day for 26,000 cases (page of sync_namus_cases), linear",
    ),
    Job(
        "first fill, rebuild: faces indexed, at the quota",
        lambda day, limits: day.size.faces / limits["index_faces"],
        "quota of IndexFaces; the machine as shipped has 10 photos at once",
    ),
    Job(
        "sync that finds nothing new",
        lambda day, limits: day.size.cases / 26_647 * 27,
        "27 s for 26,647 cases measured, linear",
    ),
    Job(
        "reconcile",
        lambda day, limits: day.size.faces / MEASURED_FACES * 14.5,
        "14.5 s for 24,620 faces measured, linear",
    ),
    Job(
        "measure_bias: calls, at the quota",
        lambda day, limits: day.size.faces / limits["search_faces"],
        "quota of SearchFaces; detections need the same",
    ),
    Job(
        "measure_bias: the report",
        lambda day, limits: (day.size.faces / MEASURED_FACES) ** 2 * 53,
        "53 s for 24,620 photos measured, grows with the square",
    ),
    Job(
        "an hour of the audit log sealed",
        lambda day, limits: day.events_per_hour / 1_000_000 * 48,
        "48 s for 1,000,000 events measured, linear; reading the table apart",
    ),
)
RECONCILE_MB = 233  # for MEASURED_FACES, with what the process takes anyway


def reconcile_gigabytes(size: Size) -> float:
    """At most: as if nothing of what was measured were the process itself."""
    return size.faces / MEASURED_FACES * RECONCILE_MB / 1_000
