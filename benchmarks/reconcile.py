"""Reconciling 24,620 photos and faces of 14,000 cases, in the local cloud and face service: nothing wrong, then faults.

Every run is a whole one, as the DAG does it without Airflow: survey, repair, remove, second survey, report. Indexing
again what lost its face is the machine index_photos, and not in the time.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from benchmarks.rekognition.galleries import fill
from benchmarks.report import Report, options
from benchmarks.system import FIRST_COLLECTION, local_system
from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.case_items import case_item, photo_item, photo_item_key
from homeward.adapters.dynamodb import to_attributes
from homeward.bootstrap import base
from homeward.domain.cases import Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.settings import Setting
from tests.factories import case, case_key

PHOTOS, CASES, QUICK = 24_620, 14_000, 1_000
FAULTS = 200
PICTURE = b"\xff\xd8\xff\xe0 a picture is as good as another here"


def key_of(number: int) -> PhotoKey:
    """The photos of a case are its first, and a second one for the cases with low numbers."""
    return PhotoKey(case_key(number % CASES), number // CASES + 1, f"{number:032x}")


def photo_of(number: int, face_id: str) -> Photo:
    """An indexed photo."""
    key = key_of(number)
    where = f"photos/{key.case.source}/{key.case.case_set}/{key.case.number}/{key.identity_id}-{key.storage_key}.jpg"
    return Photo(key, PhotoClass.FACIAL, PhotoStatus.INDEXED, where, "0" * 64, face_id=face_id)


def store_everything(photos: int, picture: bytes = PICTURE) -> list[Photo]:
    """Rows and objects that go with the faces that are there."""
    ids = {face.external_image_id: face.face_id for face in bootstrap.faces().listed()}
    stored = [photo_of(number, ids[key_of(number).external_image_id]) for number in range(photos)]
    names, bucket = bootstrap.settings(), bootstrap.cases_bucket()
    cases = [case_item(case(number)) for number in range(min(CASES, photos))]

    def put(photo: Photo) -> None:
        client("s3").put_object(Bucket=bucket, Key=str(photo.object_key), Body=picture)

    with ThreadPoolExecutor(8) as threads:
        for table, items in ((Setting.CASES_TABLE, cases), (Setting.PHOTOS_TABLE, [*map(photo_item, stored)])):
            batches = [items[first : first + 25] for first in range(0, len(items), 25)]
            list(threads.map(lambda some, table=names[table]: write(table, some), batches))
        list(progress("storing pictures", threads.map(put, stored), len(stored)))
    return stored


def write(table: str, items: Iterable[dict[str, Any]]) -> None:
    """Put at most 25 rows."""
    requests = [{"PutRequest": {"Item": to_attributes(item)}} for item in items]
    client("dynamodb").batch_write_item(RequestItems={table: requests})


def progress(what: str, steps: Iterable[Any], total: int) -> Iterator[Any]:
    """Show how far it is."""
    yield from track(steps, what, total=total, console=Console(stderr=True))


def plant(photos: list[Photo], faults: int) -> None:
    """In turn a face, a row and a picture are lost, far apart from each other."""
    names, bucket = bootstrap.settings(), bootstrap.cases_bucket()
    for number in range(faults):
        photo = photos[number * (len(photos) // faults)]
        if number % 3 == 0:
            bootstrap.faces().delete([str(photo.face_id)])
        elif number % 3 == 1:
            key = to_attributes(photo_item_key(photo.key))
            client("dynamodb").delete_item(TableName=names[Setting.PHOTOS_TABLE], Key=key)
        else:
            client("s3").delete_object(Bucket=bucket, Key=str(photo.object_key))


def timed(what: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what came of it."""
    began = time.perf_counter()
    done = what()
    return round(time.perf_counter() - began, 1), done


def reconcile(run: str) -> dict[str, Any]:
    """A whole run; its report."""
    bootstrap.survey_collection()(run)
    bootstrap.repair_collection()(run, 10_000)
    bootstrap.remove_faces(bootstrap.RECONCILER)(run)
    return bootstrap.summarise_reconcile()(run, repaired=True)


def main() -> None:
    """Fill, reconcile, plant, reconcile."""
    chosen = options(__doc__ or "")
    photos = QUICK if chosen.quick else PHOTOS
    report = Report("reconcile")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder / "faces", photos, FIRST_COLLECTION, named=lambda number: key_of(number).external_image_id)
        with local_system(folder, "--cases", "1"):
            # Two days from now: pictures of today may get their rows yet.
            base.clock = lambda: datetime.now(UTC) + timedelta(days=2)
            stored = store_everything(photos)
            seconds, found = timed(lambda: reconcile("in-agreement"))
            report.figures["photos, faces and pictures"] = photos
            report.figures["seconds, nothing wrong"] = seconds
            report.figures["found, nothing wrong"] = found["found"]
            plant(stored, FAULTS)
            seconds, found = timed(lambda: reconcile("drifted"))
            report.figures[f"seconds, {FAULTS} faults"] = seconds
            report.figures["found"] = found["found"]
            report.figures["left for the next sync and for indexing"] = found["left"]
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
            report.figures["memory of the process, MB"] = round(peak)
    report.show()
    report.write(chosen.json)


if __name__ == "__main__":
    sys.exit(main())
