"""A town whose pictures, tables and faces drift apart: ways to plant faults behind the product's back, and to look."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from homeward.adapters.aws import client
from homeward.adapters.messages import SnsPublisher
from homeward.adapters.operators import TopicOperators
from homeward.domain.cases import CaseStatus, Photo, PhotoStatus
from homeward.settings import Setting, Settings
from homeward.steps.collection_repairs import CollectionRepairs
from homeward.steps.latest_runs import LatestRuns
from homeward.steps.remove_faces import RemoveFaces
from homeward.steps.repair_collection import RepairCollection
from homeward.steps.summarise_reconcile import SummariseReconcile
from homeward.steps.survey_collection import SurveyCollection
from standins.people.portraits import Portraits
from tests.contract.adapters.town import Town
from tests.contract.namus_client.scripted import Answer, scripted_server
from tests.factories import namus

ACTOR = "dag:reconcile_collection"
COLLECTION = "missing-people-1"
NOBODY = 999_000_000
_numbers = itertools.count(200_000, 1000)
_runs = itertools.count(1)


def later() -> datetime:
    """Two days from now, when nothing that the test stored is young any more."""
    return datetime.now(UTC) + timedelta(days=2)


@dataclass
class Drifting:
    """`damage` names what can be done to a photo (a case's one where the whole case is meant)."""

    town: Town
    pictures: list[bytes]
    closed: set[int] = field(default_factory=set)  # cases whose photos must leave because of a fault

    def reconcile(self, max_changes: int = 1000) -> dict[str, Any]:
        """What the DAG does, its report."""
        run = f"reconcile-{next(_runs)}"
        self.repair(run, max_changes)
        return self.summarise(run, repaired=True)

    def repair(self, run: str, max_changes: int = 1000) -> None:
        town = self.town
        self.survey(run)
        RepairCollection(town.objects, town.bucket, self._operators, self._repairs)(run, max_changes)
        RemoveFaces(town.collections, town.store, town.objects, town.bucket, later, ACTOR, town.retract_alerts_of)(run)
        town.index(run)

    def survey(self, run: str) -> dict[str, Any]:
        return self._survey(run)

    def summarise(self, run: str, repaired: bool) -> dict[str, Any]:
        town = self.town
        latest = LatestRuns(town.objects, town.bucket)
        where = (latest, self._operators, town.bucket, later, ACTOR)
        return SummariseReconcile(self._survey, town.objects, town.audit, *where)(run, repaired)

    @property
    def _survey(self) -> SurveyCollection:
        town = self.town
        return SurveyCollection(town.faces, town.store, town.suppressions, town.objects, town.bucket, later)

    def _repairs(self, run: str) -> CollectionRepairs:
        town = self.town
        stores = (town.faces, town.store, town.failures, town.objects, town.audit)
        return CollectionRepairs(*stores, town.bucket, later, ACTOR, run)

    @property
    def _operators(self) -> TopicOperators:
        return TopicOperators(SnsPublisher(), self.town.settings[Setting.OPERATIONS_TOPIC_ARN])

    # ------------------------------------------------------------------------------------- what is there

    def faces(self) -> dict[str, list[str]]:
        """Face ids by ExternalImageId, this town's and foreign ones."""
        found: dict[str, list[str]] = {}
        for page in client("rekognition").get_paginator("list_faces").paginate(CollectionId=COLLECTION):
            for face in page["Faces"]:
                found.setdefault(face.get("ExternalImageId", ""), []).append(face["FaceId"])
        return {name: sorted(ids) for name, ids in found.items()}

    def pictures_of(self, number: int) -> dict[str, str]:
        """Keys of a case's pictures and their versions."""
        prefix = f"photos/{self.town.name}/MP/{number}/"
        listed = client("s3").list_object_versions(Bucket=self.town.bucket, Prefix=prefix)
        return {one["Key"]: one["VersionId"] for one in listed.get("Versions", []) if one["IsLatest"]}

    def holdings(self, number: int) -> Any:
        """Everything of a case: record, rows, faces, versions of pictures."""
        key, faces = self.town.key(number), self.faces()
        photos = sorted(self.town.store.photos_of(key), key=lambda photo: photo.key)
        own = {name: ids for name, ids in faces.items() if name.startswith(f"{key}:")}
        return self.town.store.get_cases([key]).get(key), photos, own, self.pictures_of(number)

    def disagreements(self) -> list[str]:
        """Told without the rules under test: each listed photo is one row, one face, one picture; nothing else is."""
        faces, problems = self.faces(), []
        for number, record in self.town.cases.items():
            key = self.town.key(number)
            rows = {photo.key.identity_id: photo for photo in self.town.store.photos_of(key)}
            case = self.town.store.get_cases([key]).get(key)
            kept = set() if number in self.closed else {image["identityId"] for image in record["images"]}
            for identity in kept:
                row = rows.get(identity)
                if row is None or row.status is not PhotoStatus.INDEXED:
                    problems.append(f"{number}/{identity} is {row.status if row else 'gone'}")
                elif faces.get(row.key.external_image_id) != [row.face_id]:
                    problems.append(f"{number}/{identity}: {row.face_id}, not {faces.get(row.key.external_image_id)}")
            if kept and (case is None or case.status is not CaseStatus.OPEN):
                problems.append(f"{number} has no open record")
            names = {rows[identity].object_key for identity in kept if identity in rows}
            if set(self.pictures_of(number)) != names:
                problems.append(f"{number} has the pictures {sorted(self.pictures_of(number))}")
            problems += [f"{number}: face {name}" for name in faces if name.startswith(f"{key}:") and not kept]
        return problems + [f"face {name}" for name in faces if name.startswith(f"{self.town.key(NOBODY)}:")]

    # ------------------------------------------------------------------------------------- faults

    @property
    def damage(self) -> dict[str, Callable[[Photo], object]]:
        """What can be done to a photo, by name."""
        names = [name for name in dir(self) if name.startswith(("lose_", "add_"))]
        return {name: getattr(self, name) for name in names}

    def lose_face(self, photo: Photo) -> None:
        if ids := self.faces().get(photo.key.external_image_id):
            client("rekognition").delete_faces(CollectionId=COLLECTION, FaceIds=ids)

    def lose_face_id(self, photo: Photo) -> None:
        """The face is another one than the row says."""
        self.lose_face(photo)
        self._index(photo.key.external_image_id, 0)

    def add_second_face(self, photo: Photo) -> None:
        self._index(photo.key.external_image_id, 1)

    def add_face_of_nobody(self, photo: Photo) -> None:
        self._index(f"{self.town.key(NOBODY)}:{photo.key.identity_id}:{photo.key.case.number}", 0)

    def add_foreign_face(self, photo: Photo) -> None:
        self._index(f"holiday-{photo.key.case.number}-{photo.key.identity_id}", 0)

    def lose_picture(self, photo: Photo) -> None:
        client("s3").delete_object(Bucket=self.town.bucket, Key=str(photo.object_key))

    def lose_picture_for_good(self, photo: Photo) -> None:
        bucket, key = self.town.bucket, str(photo.object_key)
        listed = client("s3").list_object_versions(Bucket=bucket, Prefix=key)
        for one in [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]:
            client("s3").delete_object(Bucket=bucket, Key=key, VersionId=one["VersionId"])

    def add_picture_of_nobody(self, photo: Photo) -> None:
        key = f"photos/{self.town.name}/MP/{NOBODY}/{photo.key.identity_id}-{photo.key.case.number}.jpg"
        client("s3").put_object(Bucket=self.town.bucket, Key=key, Body=self.pictures[0])

    def lose_row(self, photo: Photo) -> None:
        self._delete(Setting.PHOTOS_TABLE, case=str(photo.key.case), photo_id=photo.key.photo_id)

    def lose_row_and_face(self, photo: Photo) -> None:
        self.lose_row(photo)
        self.lose_face(photo)

    def lose_row_and_picture(self, photo: Photo) -> None:
        self.lose_row(photo)
        self.lose_picture_for_good(photo)

    def lose_case(self, photo: Photo) -> None:
        self._delete(Setting.CASES_TABLE, case=str(photo.key.case))

    def lose_withdrawal(self, photo: Photo) -> None:
        """The case closed, and its photos stayed."""
        number = int(photo.key.case.number)
        self.town.cases[number]["caseIsResolved"] = True
        self.town.serve(number)
        self.closed.add(number)
        if self.town.store.get_cases([photo.key.case]):
            client("dynamodb").update_item(
                TableName=self.town.settings[Setting.CASES_TABLE],
                Key={"case": {"S": str(photo.key.case)}},
                UpdateExpression="SET #status = :closed",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues={":closed": {"S": CaseStatus.CLOSED.value}},
            )

    def lose_suppression(self, photo: Photo) -> None:
        """The case was suppressed, and its photos stayed."""
        item = {"case": str(photo.key.case), "reason": "REQUESTED", "since": later().isoformat(), "by": "person:x"}
        values = {name: {"S": value} for name, value in {**item, "note": ""}.items()}
        client("dynamodb").put_item(TableName=self.town.settings[Setting.SUPPRESSIONS_TABLE], Item=values)
        self.closed.add(int(photo.key.case.number))

    def _index(self, name: str, picture: int) -> None:
        client("rekognition").index_faces(
            CollectionId=COLLECTION, Image={"Bytes": self.pictures[picture]}, ExternalImageId=name, MaxFaces=1
        )

    def _delete(self, table: Setting, **key: str) -> None:
        values = {name: {"S": value} for name, value in key.items()}
        client("dynamodb").delete_item(TableName=self.town.settings[table], Key=values)


@contextmanager
def drifting_town(settings: Settings, portraits: Portraits, cases: int) -> Iterator[Drifting]:
    """A town of so many cases, each with two photos, all of them indexed."""
    drawn = (portraits.get(number) for number in itertools.count())
    pictures = [portrait.data for portrait in itertools.islice(filter(None, drawn), 3)]
    first = next(_numbers)
    with scripted_server() as server:
        records = {
            number: namus.record(number, images=[namus.image(1), namus.image(2)])
            for number in range(first, first + cases)
        }
        town = Town(f"drift{first}", server, settings, records)
        for number in records:
            town.picture(number, 1, Answer(pictures[0]))
            town.picture(number, 2, Answer(pictures[2]))
        assert town.sync()["index"] == {"INDEXED": 2 * cases}
        yield Drifting(town, pictures)
