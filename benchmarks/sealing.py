"""Sealing and verifying up to 1,000,000 audit events, on disk with a key in hand; then against the local cloud.

The first part leaves out what a cloud does: events come from a generator instead of the table, files go to a folder,
and the key is here instead of in KMS. Every figure is from a process of its own, so that its memory is its own. The
second part reads the events from the table, writes them to the bucket and signs with KMS.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Any

from benchmarks.report import Report, options
from homeward.domain import audit_format as form
from homeward.steps.seal_hours import SealHours
from homeward.verifier.shelf import Folder
from homeward.verifier.signatures import PublicKeys
from homeward.verifier.verify import Verification
from tests.memory.sealing import OwnKey

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
SIZES = (125_000, 250_000, 500_000, 1_000_000)
IN_CLOUD = 20_000
HOURS = 24
KEY = "key.der"


def event(hour: str, number: int) -> dict[str, Any]:
    """One as the machine writes them, in 420 bytes; 3.6 ms after the one before it."""
    seconds, micros = divmod(3_600 * number, 10**6)
    moment = f"{hour}:{seconds // 60:02d}:{seconds % 60:02d}.{micros:06d}Z"
    return {
        "hour": hour,
        "event_id": f"{moment}-{number:012x}",
        "at": f"{moment[:23]}Z",
        "actor": "lambda:search_faces",
        "action": "search_faces",
        "subject": f"detection:gate-{number % 50}-20260301T{number:09d}",
        "case": f"namus:MP:{number % 26_647}",
        "outcome": "CANDIDATES",
        "reasons": ["ABOVE_REVIEW"],
        "policy_version": "2026-11-20.1",
        "software_version": "0.1.0",
        "details": {"similarity": 80 + number % 2000 / 100, "faces": number % 7, "collection": "missing-people-1"},
    }


@dataclass
class MadeHours:
    """AuditHours: so many events, as many in each of so many hours."""

    count: int
    hours: int

    def first(self) -> str:
        """See the port."""
        return form.hour_of(BEGIN)

    def events(self, hour: str) -> Iterator[dict[str, Any]]:
        """See the port."""
        return (event(hour, number) for number in range(self.count // self.hours))


@dataclass
class FolderLog:
    """SealedLog in a folder."""

    folder: Path

    def last(self) -> str | None:
        """See the port."""
        return None

    def begun(self) -> str | None:
        """See the port."""
        return None

    def read(self, name: str) -> IO[bytes]:
        """See the port."""
        return (self.folder / name).open("rb")

    def write(self, name: str, body: IO[bytes]) -> bool:
        """See the port."""
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        with (self.folder / name).open("xb") as file:
            copyfileobj(body, file)
        return True


def seal(folder: Path, count: int, hours: int) -> int:
    """Seal so many events; how many it were."""
    key, now = OwnKey(), BEGIN + hours * form.HOUR + form.GRACE
    (folder / KEY).write_bytes(key.der)
    return int(SealHours(MadeHours(count, hours), FolderLog(folder), key, lambda: now)(now)["events"])


def verify(folder: Path, *_: int) -> int:
    """Verify them; AssertionError when they aren't whole."""
    verification = Verification(Folder(folder), PublicKeys.of([(folder / KEY).read_bytes()]))
    assert list(verification.problems()) == []
    return verification.events


def measured(what: str, folder: Path, count: int, hours: int) -> dict[str, Any]:
    """One of the two, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.sealing", "--child", what, str(folder), str(count), str(hours)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout)
    assert found.pop("events") == count // hours * hours
    return found


def child(what: str, folder: str, count: str, hours: str) -> None:
    """Do it and print seconds, processor seconds and MB."""
    began = time.perf_counter()
    events = {"seal": seal, "verify": verify}[what](Path(folder), int(count), int(hours))
    seconds = round(time.perf_counter() - began, 1)
    used = resource.getrusage(resource.RUSAGE_SELF)
    result = {"events": events, "s": seconds, "cpu_s": round(used.ru_utime + used.ru_stime, 1)}
    print(json.dumps({**result, "MB": round(used.ru_maxrss / 1024)}))


def in_cloud(folder: Path, count: int) -> dict[str, Any]:
    """Write events to the deployed table, seal them into the deployed bucket, verify them there."""
    from homeward import bootstrap
    from homeward.adapters.audit_hours import DynamoAuditHours
    from homeward.settings import Setting
    from tests.deployed import deployed

    with deployed(folder, "sealing") as settings:
        os.environ["HOMEWARD_STACK"] = "sealing"
        bootstrap.settings.cache_clear()
        hour = form.hour_of(BEGIN)
        store(settings[Setting.AUDIT_TABLE], hour, count)
        table = DynamoAuditHours(settings[Setting.AUDIT_TABLE])
        reading = timed(lambda: sum(1 for _ in table.events(hour)))
        sealing = timed(lambda: bootstrap.seal_hours()(BEGIN + form.HOUR + form.GRACE))
        again = timed(lambda: bootstrap.seal_hours()(BEGIN + 2 * form.HOUR + form.GRACE))
        keys = PublicKeys.of([bootstrap.audit_public_key()])
        whole = Verification(bootstrap.audit_shelf(), keys)
        verifying = timed(lambda: list(whole.problems()))
        assert (whole.events, whole.hours) == (count, 2)
    return {"read_table_s": reading, "seal_s": sealing, "look_back_s": again, "verify_s": verifying}


def store(table: str, hour: str, count: int) -> None:
    """Fill the table, 25 events a request."""
    from homeward.adapters.aws import client
    from homeward.adapters.dynamodb import to_attributes

    for start in range(0, count, 25):
        items = [to_attributes(event(hour, number)) for number in range(start, min(start + 25, count))]
        puts = [{"PutRequest": {"Item": item}} for item in items]
        answer = client("dynamodb").batch_write_item(RequestItems={table: puts})
        assert not answer["UnprocessedItems"]


def timed(what: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    what()
    return round(time.perf_counter() - began, 1)


def main() -> None:
    """Measure both parts, or one of them."""
    chosen = options(__doc__ or "", parts=("files", "cloud"))
    report = Report("sealing")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        for hours in (1, HOURS) if chosen.only != "cloud" else ():
            for size in (size // (10 if chosen.quick else 1) for size in SIZES):
                place = folder / f"{hours}-{size}"
                place.mkdir()
                for what in ("seal", "verify"):
                    report.figures[f"{what} {size} events in {hours} h"] = measured(what, place, size, hours)
                shutil.rmtree(place)
        if chosen.only != "files":
            count = IN_CLOUD // (10 if chosen.quick else 1)
            report.figures[f"local cloud, {count} events in 1 h"] = in_cloud(folder, count)
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(*sys.argv[2:])
    else:
        main()
