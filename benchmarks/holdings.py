"""As many cases and photos as NamUs has, in the tables, buckets and collection of a local system; their people don't
exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rich.console import Console
from rich.progress import track

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.case_items import case_item, photo_item
from homeward.adapters.dynamodb import to_attributes
from homeward.domain.cases import Case, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.settings import Setting
from tests.factories import case, case_key

PHOTOS, CASES = 24_620, 14_000
PICTURE = b"\xff\xd8\xff\xe0 a picture is as good as another here"


def key_of(number: int) -> PhotoKey:
    """The photos of a case are its first, and a second one for the cases with low numbers."""
    return PhotoKey(case_key(number % CASES), number // CASES + 1, f"{number:032x}")


def photo_of(number: int, face_id: str) -> Photo:
    """An indexed photo."""
    key = key_of(number)
    where = f"photos/{key.case.source}/{key.case.case_set}/{key.case.number}/{key.identity_id}-{key.storage_key}.jpg"
    return Photo(key, PhotoClass.FACIAL, PhotoStatus.INDEXED, where, "0" * 64, face_id=face_id)


def store_rows(photos: int, case_of: Callable[[int], Case] = case) -> list[Photo]:
    """Rows of cases and photos that go with the faces that are there."""
    ids = {face.external_image_id: face.face_id for face in bootstrap.faces().listed()}
    stored = [photo_of(number, ids[key_of(number).external_image_id]) for number in range(photos)]
    names = bootstrap.settings()
    cases = [case_item(case_of(number)) for number in range(min(CASES, photos))]
    with ThreadPoolExecutor(8) as threads:
        for table, items in ((Setting.CASES_TABLE, cases), (Setting.PHOTOS_TABLE, [*map(photo_item, stored)])):
            batches = [items[first : first + 25] for first in range(0, len(items), 25)]
            list(threads.map(lambda some, table=names[table]: write(table, some), batches))
    return stored


def store_pictures(photos: list[Photo], picture: bytes = PICTURE) -> None:
    """An object for each photo."""
    bucket = bootstrap.cases_bucket()

    def put(photo: Photo) -> None:
        client("s3").put_object(Bucket=bucket, Key=str(photo.object_key), Body=picture)

    with ThreadPoolExecutor(8) as threads:
        list(progress("storing pictures", threads.map(put, photos), len(photos)))


def write(table: str, items: Iterable[dict[str, Any]]) -> None:
    """Put at most 25 rows."""
    requests = [{"PutRequest": {"Item": to_attributes(item)}} for item in items]
    client("dynamodb").batch_write_item(RequestItems={table: requests})


def progress(what: str, steps: Iterable[Any], total: int) -> Iterator[Any]:
    """Show how far it is."""
    yield from track(steps, what, total=total, console=Console(stderr=True))
