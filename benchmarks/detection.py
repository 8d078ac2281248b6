"""From a camera picture in S3 to the alert at a subscriber, warm; and to the end of a detection that matches nobody.

Each round puts one crop (a new place each time, so that none is a duplicate) and waits for the alert in a queue that is
subscribed to the topic. The 2018 system that this one descends from reported about 2 seconds for the same way.
"""

from __future__ import annotations

import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import cv2

from benchmarks.report import Report, options, spread
from benchmarks.system import filled_system
from homeward import bootstrap
from homeward.domain.detections import Detection, Picture
from homeward.domain.errors import NotFoundError
from homeward.settings import Setting

PEOPLE, ROUNDS, QUICK_ROUNDS, WARM_UP = 4, 60, 10, 8
DEEPLENS_2018 = 2.0  # seconds, as its authors reported it
PATIENCE = 60.0  # seconds for one round


def crops(population: Path) -> tuple[bytes, bytes]:
    """A crop of a missing person, and one of somebody who isn't missing."""
    truth = json.loads((population / "frames" / "truth.json").read_text())
    found: dict[bool, bytes] = {}
    for name, people in truth.items():
        picture = cv2.imread(str(population / "frames" / name))
        for person in people:
            x, y, width, height = person["box"]
            margin = int(0.6 * height)
            cut = picture[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
            found.setdefault(person["slug"] is not None, cv2.imencode(".jpg", cut)[1].tobytes())
    return found[True], found[False]


class Camera:
    """Puts crops, each under a time and place of its own."""

    def __init__(self) -> None:
        self.bucket = bootstrap.settings()[Setting.PICTURES_BUCKET]
        self.s3 = boto3.client("s3")
        self.shots = 0

    def put(self, crop: bytes) -> str:
        """Upload; returns the detection's id."""
        self.shots += 1
        now = datetime.now(UTC)
        key = f"crops/bench/{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{self.shots}.jpg"
        place = f"place-{self.shots}"
        answer = self.s3.put_object(Bucket=self.bucket, Key=key, Body=crop, Metadata={"place": place})
        return Detection.of(Picture(self.bucket, key, answer.get("VersionId"), len(crop)), place).detection_id


def subscribed_queue() -> tuple[Any, str]:
    """A queue that gets every alert."""
    queues = boto3.client("sqs")
    url = queues.create_queue(QueueName="benchmark-alerts")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = bootstrap.settings()[Setting.ALERT_TOPIC_ARN]
    boto3.client("sns").subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"}
    )
    return queues, url


def until_alert(camera: Camera, crop: bytes, queues: Any, url: str) -> float:
    """Seconds from the put to the alert's arrival."""
    began = time.perf_counter()
    wanted = camera.put(crop)
    while time.perf_counter() - began < PATIENCE:
        for message in queues.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            arrived = time.perf_counter() - began
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if json.loads(message["Body"])["alert_id"] == wanted:
                return arrived
    raise RuntimeError(f"no alert for {wanted} within {PATIENCE:.0f} s")


def until_finished(camera: Camera, crop: bytes) -> float:
    """Seconds from the put to the named end of a detection that matches nobody."""
    began = time.perf_counter()
    wanted, store = camera.put(crop), bootstrap.detections()
    while time.perf_counter() - began < PATIENCE:
        try:
            row = store.get(wanted)
        except NotFoundError:
            row = {}
        if row.get("state") == "FINISHED":
            if row["outcome"] not in ("NO_CANDIDATE", "DISCARDED"):
                raise RuntimeError(f"a stranger ended as {row['outcome']}")
            return time.perf_counter() - began
        time.sleep(0.002)
    raise RuntimeError(f"{wanted} isn't finished after {PATIENCE:.0f} s")


def main() -> None:
    """Measure and show."""
    chosen = options(__doc__ or "")
    rounds = QUICK_ROUNDS if chosen.quick else ROUNDS
    with tempfile.TemporaryDirectory() as folder, filled_system(Path(folder), PEOPLE) as population:
        missing, stranger = crops(population)
        camera, (queues, url) = Camera(), subscribed_queue()
        for _ in range(WARM_UP):
            until_alert(camera, missing, queues, url)
            until_finished(camera, stranger)
        alerts = [until_alert(camera, missing, queues, url) for _ in range(rounds)]
        misses = [until_finished(camera, stranger) for _ in range(rounds)]
    report = Report("detection", {"put to alert, ms": spread(alerts), "put to no candidate, ms": spread(misses)})
    report.peers["DeepLens 2018, as reported, ms"] = 1000 * DEEPLENS_2018
    report.ratios["put to alert, median / 2018"] = round(sorted(alerts)[len(alerts) // 2] / DEEPLENS_2018, 3)
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    main()
