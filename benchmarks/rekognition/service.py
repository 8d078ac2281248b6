"""The service as its callers meet it: photos a second, time of a search, errors, restart, and memory.

Callers are threads of this process with a connection each; their requests are made beforehand. So the two share the
machine's cores, as a caller and a local service do.
"""

from __future__ import annotations

import base64
import http.client
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from benchmarks.pictures import drawn_people, scaled
from benchmarks.rekognition.galleries import COLLECTION, fill
from benchmarks.report import Report, spread

FACES, MANY_FACES = 24_620, 1_000_000
PHOTO_SIDE, PHOTOS, QUICK_PHOTOS = 640, 60, 20
CALLERS = (1, 4, 8)
ROUNDS, QUICK_ROUNDS = 5, 2
READY_SECONDS = 120


@dataclass
class Calls:
    """What came of many calls."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    elapsed: float = 0.0

    def figures(self) -> dict[str, Any]:
        """Times in milliseconds."""
        return {
            **spread(self.seconds),
            "a second": round(len(self.seconds) / self.elapsed, 1),
            "errors": len(self.errors),
        }


@dataclass
class Running:
    """A service that answers."""

    port: int
    process: psutil.Process
    ready_after: float

    def calls(self, operation: str, bodies: Sequence[bytes], callers: int) -> Calls:
        """Send every body once, with so many callers at a time."""
        result, left = Calls(), iter(bodies)

        def call() -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            for body in left:
                began = time.perf_counter()
                error = _call(connection, operation, body)
                result.seconds.append(time.perf_counter() - began)
                if error:
                    result.errors.append(error)
            connection.close()

        threads = [threading.Thread(target=call) for _ in range(callers)]
        began = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        result.elapsed = time.perf_counter() - began
        return result

    def memory(self) -> dict[str, float]:
        """Resident megabytes, now and at most so far."""
        peak = next(
            line for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines() if "VmHWM" in line
        )
        return {
            "MB": round(self.process.memory_info().rss / 1e6),
            "MB at most": round(int(peak.split()[1]) * 1024 / 1e6),
        }


def measure(report: Report, quick: bool) -> None:
    """Add the figures of this part."""
    people = drawn_people(QUICK_PHOTOS if quick else PHOTOS, 0)
    photos = [base64.b64encode(scaled(person.first.data, PHOTO_SIDE)).decode() for person in people]
    rounds = QUICK_ROUNDS if quick else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), FACES)
        report.figures[f"restart with {FACES:,} faces, ms"] = spread([_restart(Path(folder)) for _ in range(rounds)])
        with running(Path(folder)) as service:
            _searches(report, service, photos * rounds)
            _indexing(report, service, photos, rounds)
    if not quick:
        with tempfile.TemporaryDirectory() as folder:
            fill(Path(folder), MANY_FACES)
            _many_faces(report, Path(folder), photos)


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    """The service on a free port."""
    command = [sys.executable, "-m", "standins.rekognition", "--port", "0", "--data", str(folder)]
    began = time.perf_counter()
    with subprocess.Popen([*command, "--log-level", "error"], stdout=subprocess.PIPE, text=True) as process:
        silence = threading.Timer(READY_SECONDS, process.kill)
        silence.start()
        assert process.stdout is not None
        line = process.stdout.readline()
        ready_after = time.perf_counter() - began
        silence.cancel()
        try:
            if not line.startswith("ready "):
                raise RuntimeError(f"the face service said {line!r}")
            yield Running(int(line.rsplit(":", 1)[1]), psutil.Process(process.pid), ready_after)
        finally:
            process.terminate()


def _restart(folder: Path) -> float:
    with running(folder) as service:
        return service.ready_after


def _searches(report: Report, service: Running, photos: Sequence[str]) -> None:
    bodies = [_body(photo) for photo in photos]
    service.calls("SearchFacesByImage", bodies[:5], 1)
    for callers in CALLERS:
        figures = service.calls("SearchFacesByImage", bodies, callers).figures()
        report.figures[f"SearchFacesByImage, {FACES:,} faces, {_said(callers)}, ms"] = figures


def _indexing(report: Report, service: Running, photos: Sequence[str], rounds: int) -> None:
    for callers in CALLERS:
        done = [
            # A new id each time, so that every photo's face is kept anew.
            service.calls(
                "IndexFaces",
                [_body(photo, ExternalImageId=f"{callers}-{turn}-{row}") for row, photo in enumerate(photos)],
                callers,
            )
            for turn in range(rounds)
        ]
        report.figures[f"IndexFaces, {_said(callers)}"] = {
            "photos a second, median of rounds": round(statistics.median(len(d.seconds) / d.elapsed for d in done), 1),
            "best round": round(max(len(d.seconds) / d.elapsed for d in done), 1),
            "errors": sum(len(d.errors) for d in done),
        }


def _many_faces(report: Report, folder: Path, photos: Sequence[str]) -> None:
    with running(folder) as service:
        report.figures[f"ready with {MANY_FACES:,} faces, s"] = round(service.ready_after, 1)
        report.figures[f"memory with {MANY_FACES:,} faces, when ready"] = service.memory()
        bodies = [_body(photo) for photo in photos]
        service.calls("SearchFacesByImage", bodies[:3], 1)
        for callers in (1, 8):
            figures = service.calls("SearchFacesByImage", bodies, callers).figures()
            report.figures[f"SearchFacesByImage, {MANY_FACES:,} faces, {_said(callers)}, ms"] = figures
        service.calls(
            "IndexFaces", [_body(photo, ExternalImageId=f"more-{row}") for row, photo in enumerate(photos)], 4
        )
        report.figures[f"memory with {MANY_FACES:,} faces, after searches and additions"] = service.memory()


def _body(photo: str, **more: str) -> bytes:
    return json.dumps({"CollectionId": COLLECTION, "Image": {"Bytes": photo}, **more}).encode()


def _call(connection: http.client.HTTPConnection, operation: str, body: bytes) -> str:
    """What went wrong, empty if nothing did."""
    headers = {"X-Amz-Target": f"RekognitionService.{operation}", "Content-Type": "application/x-amz-json-1.1"}
    try:
        connection.request("POST", "/", body, headers)
        answer = connection.getresponse()
        content = answer.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return repr(error)
    return "" if answer.status == 200 else content.decode()


def _said(callers: int) -> str:
    return "1 caller" if callers == 1 else f"{callers} callers"
