"""1,000 detections on a wire that fails: is anything lost or doubled, and is the dead-letter queue empty in the end?

Between the functions and the local cloud, and between them and the face service, stands a proxy. It throttles, answers
500, resets connections, hangs, and does what was asked but loses the answer. Every missing person is seen several times
at each place, so that exactly one alert is right. Afterwards the wire is mended, and what `redrive_stuck` does is done
until nothing is left; its clock is ahead, as its pauses between two redrives of one detection grow to 80 minutes.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3

from benchmarks.detection import crops, subscribed_queue
from benchmarks.proxy import Proxy, proxy
from benchmarks.report import Report, options
from benchmarks.system import filled_system
from homeward import bootstrap
from homeward.domain.detections import Detection, Outcome, Picture
from homeward.settings import Setting

COUNT, QUICK, AT_ONCE = 1000, 40, 8
MISSING, SIGHTINGS = 0.3, 3  # share of the pictures that show a missing person, and how often each place sees them
PATIENCE, AHEAD, LIMIT = 1800.0, timedelta(hours=2), 1000  # seconds; how far redriving's clock is ahead
SPOILED = ("search_faces", "assess_candidates", "reserve_alert", "publish_alert", "mark_sent", "release_alert")
LOST_ANSWER = {"abort_bytes": 0}  # done, but the caller's connection ends before the answer

ON_TABLES = [
    {"service": "dynamodb", "error": {"code": "ThrottlingException"}, "probability": 0.03},
    {"service": "dynamodb", "error": {"code": "InternalServerError", "status": 500}, "probability": 0.02},
    {"service": "dynamodb", "reset": True, "probability": 0.01},
    {"service": "dynamodb", "response": LOST_ANSWER, "probability": 0.02},
    {"service": "dynamodb", "timeout_ms": 25_000, "times": 2},
]
ON_TOPICS = [
    {"service": "sns", "error": {"code": "Throttling"}, "probability": 0.10},
    {"service": "sns", "error": {"code": "InternalError", "status": 500}, "probability": 0.02},
    {"service": "sns", "response": LOST_ANSWER, "probability": 0.15},
]
ON_FACES = [
    {"service": "rekognition", "error": {"code": "ProvisionedThroughputExceededException"}, "probability": 0.10},
    {"service": "rekognition", "error": {"code": "InternalServerError", "status": 500}, "probability": 0.05},
    {"service": "rekognition", "reset": True, "probability": 0.03},
    {"service": "rekognition", "timeout_ms": 25_000, "times": 2},
]


@contextmanager
def spoiled_functions(folder: Path) -> Iterator[tuple[Proxy, Proxy]]:
    """Lead the functions of the detection machine through two proxies: to the cloud, and to the face service."""
    lambdas = boto3.client("lambda")
    with (
        proxy(os.environ["AWS_ENDPOINT_URL"], folder / "proxy-cloud.log") as cloud,
        proxy(os.environ["AWS_ENDPOINT_URL_REKOGNITION"], folder / "proxy-faces.log") as faces,
    ):
        through = {"AWS_ENDPOINT_URL": cloud.url, "AWS_ENDPOINT_URL_REKOGNITION": faces.url}
        for page in lambdas.get_paginator("list_functions").paginate():
            for function in page["Functions"]:
                if function["FunctionName"].endswith(SPOILED):
                    variables = function.get("Environment", {}).get("Variables", {})
                    lambdas.update_function_configuration(
                        FunctionName=function["FunctionName"], Environment={"Variables": {**variables, **through}}
                    )
        yield cloud, faces


class Cameras:
    """Put crops of missing people and of strangers, and remember what must come of them."""

    def __init__(self, missing: bytes, stranger: bytes) -> None:
        self.bucket = bootstrap.settings()[Setting.PICTURES_BUCKET]
        self.s3, self.crops = boto3.client("s3"), (missing, stranger)

    def put(self, number: int, count: int) -> tuple[str, str | None]:
        """Upload picture `number` of so many; the detection's id, and the place if an alert is due there."""
        is_missing = number < MISSING * count
        place = f"place-{number // SIGHTINGS}" if is_missing else "elsewhere"
        now = datetime.now(UTC)
        key = f"crops/faults/{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{number}.jpg"
        crop = self.crops[not is_missing]
        answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=crop, Metadata={"place": place})
        picture = Picture(self.bucket, key, answer.get("VersionId"), len(crop))
        return Detection.of(picture, place).detection_id, place if is_missing else None


def redrive() -> None:
    """One round of `redrive_stuck`."""
    bootstrap.redrive_dead_letters()(LIMIT)
    for rows in (bootstrap.redrive_detections(), bootstrap.redrive_alerts()):
        rows(LIMIT, [], "")
    bootstrap.redrive_reviews()(LIMIT)


def ends(detection_ids: list[str]) -> dict[str, str]:
    """The outcome of each, or what it is without one."""
    table, rows = bootstrap.settings()[Setting.DETECTIONS_TABLE], dict[str, str]()
    for page in boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table):
        for item in page["Items"]:
            rows[item["detection_id"]["S"]] = item.get("outcome", item["state"])["S"]
    return {wanted: rows.get(wanted, "NEVER_RECEIVED") for wanted in detection_ids}


def at_work(detection_ids: list[str]) -> bool:
    """Whether a picture hasn't been received yet, or an execution runs."""
    running = {"stateMachineArn": bootstrap.settings()[Setting.DETECTION_MACHINE_ARN], "statusFilter": "RUNNING"}
    if boto3.client("stepfunctions").list_executions(**running, maxResults=1)["executions"]:
        return True
    return "NEVER_RECEIVED" in ends(detection_ids).values()


def messages(queues: Any, url: str) -> list[dict[str, Any]]:
    """Everything that the subscriber has got."""
    found: list[dict[str, Any]] = []
    while batch := queues.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        for message in batch:
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            found.append(json.loads(message["Body"]))
    return found


def letters() -> int:
    """Dead letters in the queue."""
    url = bootstrap.settings()[Setting.DEAD_LETTER_QUEUE_URL]
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    counts = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, counts.values()))


def settled(found: dict[str, str]) -> bool:
    """Whether every detection has ended well and the queue is empty."""
    over = {outcome.value for outcome in Outcome} - {Outcome.FAILED.value}
    return set(found.values()) <= over and letters() == 0


def measure(folder: Path, population: Path, count: int) -> dict[str, Any]:
    """Put the pictures on a wire that fails, mend it, redrive; count."""
    cameras, (queues, url) = Cameras(*crops(population)), subscribed_queue()
    with spoiled_functions(folder) as (cloud, faces):
        cloud.spoil([*ON_TABLES, *ON_TOPICS])
        faces.spoil(ON_FACES)
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            put = list(threads.map(lambda number: cameras.put(number, count), range(count)))
        wanted = [detection_id for detection_id, _ in put]
        while at_work(wanted) and time.monotonic() - began < PATIENCE:
            time.sleep(1)
        struck = Counter[str]()
        for rule in (*cloud.struck(), *faces.struck()):
            struck[f"{rule['service']} {_kind(rule)}"] += rule["fired_count"]
        cloud.spoil([])
        faces.spoil([])
        first = Counter(ends(wanted).values())
        bootstrap.base.clock = lambda: datetime.now(UTC) + AHEAD
        rounds = 0
        while not settled(ends(wanted)) and time.monotonic() - began < PATIENCE:
            redrive()
            rounds += 1
            while at_work(wanted) and time.monotonic() - began < PATIENCE:
                time.sleep(1)
        seconds = time.monotonic() - began
    told = [message for message in messages(queues, url) if message["kind"] == "ALERT"]
    due = {place for _, place in put if place}
    alerts = Counter(message["place"] for message in told)
    return {
        "detections": count,
        "faults that struck": dict(struck),
        "ends before redriving": dict(first),
        "rounds of redriving": rounds,
        "ends": dict(Counter(ends(wanted).values())),
        "seconds": round(seconds),
        "lost": sum(end not in set(Outcome) or end == Outcome.FAILED for end in ends(wanted).values())
        + len(due - alerts.keys()),
        "doubled": sum(times - 1 for times in alerts.values()) + len(alerts.keys() - due),
        "dead letters": letters(),
    }


def _kind(rule: dict[str, Any]) -> str:
    if rule.get("error"):
        return str(rule["error"]["code"])
    return "reset" if rule.get("reset") else "hang" if rule.get("timeout_ms") else "lost answer"


def main() -> int:
    """Measure and show; fails when anything was lost or doubled, or a letter is left."""
    chosen = options(__doc__ or "")
    report = Report("faults")
    with tempfile.TemporaryDirectory() as name, filled_system(Path(name), people=4) as population:
        counted = measure(Path(name), population, QUICK if chosen.quick else COUNT)
    report.figures.update(counted)
    report.show()
    report.write(chosen.json)
    return 1 if any(counted[name] for name in ("lost", "doubled", "dead letters")) else 0


if __name__ == "__main__":
    sys.exit(main())
