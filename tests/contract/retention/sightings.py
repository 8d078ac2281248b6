"""Cases at home and people who walk past a camera: real detections on the deployed machine, for tests of what goes."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.dynamodb import scan
from homeward.domain.detections import Picture, PictureKey
from homeward.domain.erasures import Erasure, Target
from homeward.domain.reviews import ReviewVerdict
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.contract.adapters.town import Town
from tests.contract.namus_client.scripted import Answer, ScriptedServer, scripted_server
from tests.factories import namus

# The key of what was erased stays here, so that it stays out, and that it can be proved.
KEEP_KEYS = (Setting.AUDIT_TABLE, Setting.ERASURES_TABLE, Setting.SUPPRESSIONS_TABLE)
PERSON = "person:tester"
COLLECTION = "missing-people-1"
_numbers = itertools.count(300_000, 1000)
_minutes = itertools.count(1)


def until(condition: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait for it; its answer."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it didn't happen in time"
        time.sleep(0.1)
    return found


@dataclass
class Sightings:
    """`first` and `second` are numbers of cases, each with a photo of a person of its own."""

    town: Town
    pictures: list[bytes]
    first: int
    second: int
    stranger: bytes = b""  # somebody whom no case has

    @property
    def settings(self) -> Settings:
        return self.town.settings

    def key(self, number: int) -> str:
        return str(self.town.key(number))

    def pass_by(self, person: int) -> str:
        """A person walks past; the id of the detection whose question is then open."""
        return self.wait_for(self.put_crop(person), "IN_REVIEW")

    def put_crop(self, person: int) -> str:
        """A camera's crop of a person; its detection's id."""
        minute = next(_minutes)
        bucket, key = self.settings[Setting.PICTURES_BUCKET], f"crops/gate{minute}/20261122T2115{minute:05d}Z-1.jpg"
        put = client("s3").put_object(
            Bucket=bucket, Key=key, Body=self.pictures[person], Metadata={"place": f"place{minute}"}
        )
        return PictureKey.parse(key).name(Picture(bucket, key, put["VersionId"], 0))

    def wait_for(self, detection_id: str, state: str) -> str:
        until(lambda: (self.row(detection_id) or {}).get("state") == state)
        return detection_id

    def row(self, detection_id: str) -> dict[str, Any] | None:
        return bootstrap.retention.rows(Setting.DETECTIONS_TABLE).get(detection_id=detection_id)

    def alerted(self, person: int) -> str:
        """A person walks past, and somebody confirms who it is."""
        detection_id = self.pass_by(person)
        bootstrap.answer_review()(detection_id, ReviewVerdict.CONFIRMED, "a reviewer", "")
        return self.wait_for(detection_id, "FINISHED")

    def erase(self, target: str) -> Erasure:
        """What the command does."""
        found = Target.parse(target)
        bootstrap.request_erasure()(found, "tester", "somebody asked")
        return bootstrap.erase_record(PERSON)(found)

    def story(self, subject: str) -> list[tuple[str, str]]:
        return [(event.action, event.outcome) for event in bootstrap.audit_log().story(subject)]


def everything(settings: Settings) -> Iterator[tuple[str, str]]:
    """(where, content) of every row, object version and face in the whole cloud, whoever put it there."""
    kept = {settings[setting] for setting in KEEP_KEYS}
    for table in client("dynamodb").list_tables()["TableNames"]:
        if table not in kept:
            yield from ((f"table {table}", json.dumps(row, default=sorted)) for row in scan(table))
    for bucket in client("s3").list_buckets()["Buckets"]:
        if not bucket["Name"].startswith("homeward-artifacts"):
            yield from _versions(bucket["Name"])
    for collection in client("rekognition").list_collections()["CollectionIds"]:
        for face in client("rekognition").list_faces(CollectionId=collection, MaxResults=4096)["Faces"]:
            yield f"collection {collection}", f"{face['ExternalImageId']} {face['FaceId']}"


def _versions(bucket: str) -> Iterator[tuple[str, str]]:
    for page in client("s3").get_paginator("list_object_versions").paginate(Bucket=bucket):
        for one in page.get("Versions", []):
            body = client("s3").get_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])["Body"].read()
            yield f"object {bucket}/{one['Key']}", f"{one['Key']} {body.decode(errors='replace')}"


def mentions(settings: Settings, *words: str) -> list[str]:
    """Where any of the words is still found."""
    return sorted({where for where, content in everything(settings) if any(word in content for word in words)})


@contextmanager
def sighted_town(settings: Settings, portraits: Portraits) -> Iterator[Sightings]:
    """A town of two cases, synced; nobody knows its people's faces afterwards, so the next one may have the same."""
    with scripted_server() as server:
        seen = settled(settings, portraits, server)
        yield seen
    for number in (seen.first, seen.second):
        listed = client("rekognition").list_faces(CollectionId=COLLECTION, MaxResults=4096)["Faces"]
        own = [face["FaceId"] for face in listed if face["ExternalImageId"].startswith(f"{seen.key(number)}:")]
        if own:
            client("rekognition").delete_faces(CollectionId=COLLECTION, FaceIds=own)


def settled(settings: Settings, portraits: Portraits, server: ScriptedServer, name: str = "") -> Sightings:
    """A town of two cases, synced; `name` is its source's, one of its own when there is none."""
    first = next(_numbers)
    people = (portrait.data for portrait in map(portraits.get, itertools.count()) if portrait)
    pictures = list(itertools.islice(people, 3))
    records = {number: namus.record(number, images=[namus.image(1)]) for number in (first, first + 1)}
    town = Town(name or f"seen{first}", server, settings, records)
    for number, picture in zip(records, (pictures[0], pictures[2]), strict=True):
        town.picture(number, 1, Answer(picture))
    assert town.sync()["index"] == {"INDEXED": 2}
    return Sightings(town, [pictures[0], pictures[2]], first, first + 1, pictures[1])
