"""Detections on the local system, warm, among 24,620 faces: how fast, how many at once, and what they would cost.

latency: one crop at a time, each at a place of its own so that none is a duplicate: from the put to the alert at a
queue that is subscribed to the topic, and to the end of a detection that matches nobody.
burst: 500 crops put at once, every tenth of a missing person: until all have ended; memory, processes.
cost: state transitions and functions' seconds, counted in the histories of the latency part's last executions, for a
match with nobody, an alert and its repeat at the same place, at AWS's list prices.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import cv2
import psutil

from benchmarks.prices import LISTED, dollars
from benchmarks.report import Report, options, spread
from benchmarks.system import filled_system
from homeward import bootstrap
from homeward.domain.cost import Work
from homeward.domain.detections import Detection, Picture
from homeward.domain.errors import NotFoundError
from homeward.settings import Setting

PEOPLE, FACES, ROUNDS, QUICK_ROUNDS, WARM_UP = 4, 24_620, 60, 10, 8
BURST, QUICK_BURST, AT_ONCE, SHARE_OF_MISSING = 500, 50, 16, 10
DEEPLENS_2018 = 2.0  # seconds, as its authors reported it
PATIENCE, BURST_PATIENCE = 60.0, 300.0  # seconds for one round, for the burst: its target is 60, its end is measured
STRANGERS = ("NO_CANDIDATE",)


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
        self._shots = iter(range(1, 1_000_000))

    def put(self, crop: bytes, place: str | None = None) -> str:
        """Upload; returns the detection's id. Several threads may."""
        shot, now = next(self._shots), datetime.now(UTC)
        key = f"crops/bench/{now:%Y%m%dT%H%M%S}{now.microsecond // 1000:03d}Z-{shot}.jpg"
        place = place or f"place-{shot}"
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


def until_alert(camera: Camera, crop: bytes, queues: Any, url: str) -> tuple[str, float]:
    """The detection, and seconds from the put to the alert's arrival."""
    began = time.perf_counter()
    wanted = camera.put(crop)
    while time.perf_counter() - began < PATIENCE:
        for message in queues.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages", []):
            arrived = time.perf_counter() - began
            queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            if json.loads(message["Body"])["alert_id"] == wanted:
                return wanted, arrived
    raise RuntimeError(f"no alert for {wanted} within {PATIENCE:.0f} s")


def until_finished(wanted: str, began: float, outcomes: tuple[str, ...], patience: float = PATIENCE) -> float:
    """Seconds from `began` to the end of the detection, which must be one of those."""
    store = bootstrap.detections()
    while time.perf_counter() - began < patience:
        try:
            row = store.get(wanted)
        except NotFoundError:
            row = {}
        if row.get("state") == "FINISHED":
            if row["outcome"] not in outcomes:
                raise RuntimeError(f"{wanted} ended as {row['outcome']}")
            return time.perf_counter() - began
        time.sleep(0.002)
    raise RuntimeError(f"{wanted} isn't finished after {patience:.0f} s")


def burst(camera: Camera, missing: bytes, stranger: bytes, count: int, folder: Path) -> dict[str, Any]:
    """Put so many at once; what it took until the last one had ended."""
    stop, peaks = threading.Event(), dict[str, float]()
    watcher = threading.Thread(target=_watch, args=(folder, peaks, stop))
    watcher.start()
    try:
        began = time.perf_counter()
        with ThreadPoolExecutor(AT_ONCE) as threads:
            pictures = [missing if number % SHARE_OF_MISSING == 0 else stranger for number in range(count)]
            detections = list(threads.map(camera.put, pictures))
        put = time.perf_counter() - began
        for wanted, picture in zip(detections, pictures, strict=True):
            until_finished(wanted, began, ("ALERTED",) if picture is missing else STRANGERS, BURST_PATIENCE)
        seconds = time.perf_counter() - began
    finally:
        stop.set()
        watcher.join()
    return {"pictures": count, "all put, s": round(put, 1), "all ended, s": round(seconds, 1), **peaks}


def _watch(folder: Path, peaks: dict[str, float], stop: threading.Event) -> None:
    """Note the most memory of each part, and the most function processes, until told to stop."""
    while not stop.wait(0.5):
        now = {"cloud, MB": 0.0, "face service, MB": 0.0, "functions, MB": 0.0, "function processes": 0.0}
        for part, megabytes in _parts(str(folder)):
            now[f"{part}, MB"] += megabytes
            now["function processes"] += part == "functions"
        for name, value in now.items():
            peaks[name] = max(peaks.get(name, 0), round(value))


def _parts(folder: str) -> Iterator[tuple[str, float]]:
    for process in psutil.process_iter(["cmdline", "memory_info"]):
        words = " ".join(process.info["cmdline"] or [])
        if folder in words and process.info["memory_info"]:
            part = "functions" if "_worker" in words else "cloud" if "standins.cloud" in words else ""
            part = part or ("face service" if "standins.rekognition" in words else "")
            if part:
                yield part, process.info["memory_info"].rss / 1e6


def work_of(detection_id: str) -> Work:
    """What a finished execution did, as its history tells it."""
    machine = bootstrap.settings()[Setting.DETECTION_MACHINE_ARN]
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{detection_id}"
    machines = boto3.client("stepfunctions")
    while machines.describe_execution(executionArn=arn)["status"] == "RUNNING":
        time.sleep(0.01)
    pages = machines.get_paginator("get_execution_history").paginate(executionArn=arn)
    events = [event for page in pages for event in page["events"]]
    entered = sum("stateEnteredEventDetails" in event for event in events)
    began = {event["id"]: event["timestamp"] for event in events}
    functions = [
        (event["timestamp"] - began[event["previousEventId"]]).total_seconds()
        for event in events
        if event["type"] == "TaskSucceeded"
    ]
    changes = len(bootstrap.audit_log().story(f"detection:{detection_id}"))
    alerts = int(bootstrap.detections().get(detection_id)["outcome"] == "ALERTED")
    calls = len(functions) + 1 + alerts  # start_detection and confirm_alert, in no history: as long as the others
    return Work(entered, calls, sum(functions) / len(functions) * calls, changes, alerts)


def main() -> int:
    """Measure and show."""
    chosen = options(__doc__ or "")
    rounds = QUICK_ROUNDS if chosen.quick else ROUNDS
    report = Report("detection")
    report.figures["load of the machine before, processes"] = round(psutil.getloadavg()[0], 1)
    with tempfile.TemporaryDirectory() as name, filled_system(Path(name), PEOPLE, FACES) as population:
        missing, stranger = crops(population)
        camera, (queues, url) = Camera(), subscribed_queue()
        alerts, misses = list[tuple[str, float]](), list[tuple[str, float]]()
        for number in range(WARM_UP + rounds):
            print(f"\r  {number + 1} of {WARM_UP + rounds}", end="", file=sys.stderr, flush=True)
            alerts.append(until_alert(camera, missing, queues, url))
            began = time.perf_counter()
            wanted = camera.put(stranger)
            misses.append((wanted, until_finished(wanted, began, STRANGERS)))
        print(file=sys.stderr)
        count = QUICK_BURST if chosen.quick else BURST
        report.figures["put to alert, ms"] = spread([seconds for _, seconds in alerts[WARM_UP:]])
        report.figures["put to the end of a match with nobody, ms"] = spread([s for _, s in misses[WARM_UP:]])
        report.figures["at once"] = burst(camera, missing, stranger, count, Path(name))
        place = bootstrap.detections().get(alerts[-1][0])["place"]
        repeat = camera.put(missing, place)
        until_finished(repeat, time.perf_counter(), ("DUPLICATE",))
        for wanted in (misses[-1][0], alerts[-1][0], repeat):
            outcome = bootstrap.detections().get(wanted)["outcome"]
            report.figures[f"1,000 detections, each {outcome}"] = dollars(work_of(wanted), 1000)
        report.figures["prices"] = LISTED
    report.peers["DeepLens 2018, as reported, ms"] = 1000 * DEEPLENS_2018
    median = report.figures["put to alert, ms"]["median"]
    report.ratios["put to alert, median / 2018"] = round(median / 1000 / DEEPLENS_2018, 3)
    report.show()
    report.write(chosen.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
