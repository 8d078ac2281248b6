"""A town whose collection is rebuilt, with the real face service, tables and objects."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from homeward.adapters import parameters
from homeward.adapters.aws import client
from homeward.domain.cases import Photo
from homeward.domain.detections import Picture
from homeward.settings import Setting, Settings
from homeward.steps.adopt_faces import AdoptFaces
from homeward.steps.build_generation import BuildGeneration
from homeward.steps.clear_generations import ClearGenerations
from homeward.steps.collection_repairs import CollectionRepairs
from homeward.steps.delete_retired import DeleteRetired
from homeward.steps.generation_records import GenerationRecords
from homeward.steps.index_generation import IndexGeneration
from homeward.steps.plan_rebuild import PlanRebuild
from homeward.steps.rebuild_files import RebuildFiles
from homeward.steps.suppress_case import SuppressCase
from homeward.steps.survey_collection import SurveyCollection
from homeward.steps.switch_collection import SwitchCollection
from homeward.steps.verify_generation import VerifyGeneration
from standins.people.portraits import Portraits
from tests.contract.adapters.town import Town, now
from tests.contract.namus_client.scripted import Answer, scripted_server
from tests.factories import namus

ACTOR = "dag:rebuild_collection"
_numbers = itertools.count(300_000, 1000)
_runs = itertools.count(1)


@dataclass
class Rebuilding:
    """What the DAGs do with a town."""

    town: Town
    pictures: list[bytes]
    later: timedelta = timedelta()

    # ------------------------------------------------------------------------------------- the tasks

    def plan(self, run: str, switch_to: str = "", dry_run: bool = False, batch_size: int = 2) -> list[str]:
        step = PlanRebuild(self.work, self.records, self.files)
        return [batch["batch"] for batch in step(run, switch_to, batch_size, dry_run)]

    def index(self, run: str, batch: str) -> dict[str, int]:
        return IndexGeneration(self.work, self.files)(run, batch)

    def verify(self, run: str, min_agreement: float = 0.98, sample: int = 50) -> dict[str, Any]:
        return VerifyGeneration(self.work, self.files)(run, sample, min_agreement)

    def switch(self, run: str) -> dict[str, Any]:
        return SwitchCollection(self.work, self.records, self.files)(run, "person:alex")

    def adopt(self, run: str) -> dict[str, int]:
        return AdoptFaces(self.work.survey, self._repairs)(run)

    def build(self, run: str | None = None, switch_to: str = "") -> str:
        """Plan, index and verify; the run's name."""
        run = run or self.new_run()
        for batch in self.plan(run, switch_to):
            self.index(run, batch)
        self.verify(run)
        return run

    def rebuild(self, run: str | None = None, switch_to: str = "") -> str:
        """The whole DAG with a switch; which collection is live now."""
        run = self.build(run, switch_to)
        self.switch(run)
        self.adopt(run)
        return self.live

    def retire(self, keep_days: int = 30, dry_run: bool = False) -> list[str]:
        ClearGenerations(self.work)("retire")
        return DeleteRetired(self.work, self.records)("retire", keep_days, dry_run)

    def new_run(self) -> str:
        return f"rebuild-{next(_runs)}"

    # ------------------------------------------------------------------------------------- what they are made of

    def clock(self) -> datetime:
        return now() + self.later

    @property
    def work(self) -> BuildGeneration:
        town = self.town
        survey = SurveyCollection(town.faces, town.store, town.suppressions, town.objects, town.bucket, self.clock)
        return BuildGeneration(town.collections, town.store, survey, town.audit, town.bucket, self.clock, ACTOR)

    @property
    def records(self) -> GenerationRecords:
        return GenerationRecords(self.town.objects, self.town.bucket, self.clock)

    @property
    def files(self) -> RebuildFiles:
        return RebuildFiles(self.town.objects, self.town.bucket)

    def _repairs(self, run: str) -> CollectionRepairs:
        town = self.town
        stores = (town.faces, town.store, town.failures, town.objects, town.audit)
        return CollectionRepairs(*stores, town.bucket, self.clock, ACTOR, run)

    # ------------------------------------------------------------------------------------- what is there

    @property
    def live(self) -> str:
        return client("ssm").get_parameter(Name=self.town.settings[Setting.COLLECTION_PARAMETER])["Parameter"]["Value"]

    def faces(self, collection: str) -> dict[str, list[str]]:
        """Face ids by ExternalImageId."""
        found: dict[str, list[str]] = {}
        for page in client("rekognition").get_paginator("list_faces").paginate(CollectionId=collection):
            for face in page["Faces"]:
                found.setdefault(face.get("ExternalImageId", ""), []).append(face["FaceId"])
        return found

    def collections(self) -> list[str]:
        return sorted(client("rekognition").list_collections()["CollectionIds"])

    def photos(self) -> list[Photo]:
        return [photo for number in self.town.cases for photo in self.town.store.photos_of(self.town.key(number))]

    def seen(self, photo: Photo) -> tuple[str, str]:
        """What a detection finds with a photo's own picture: the collection that it searched, and the first case."""
        result = self.town.faces.search(Picture(self.town.bucket, str(photo.object_key), None, 0), 80.0, 20)
        first = max(result.matches, key=lambda match: match.similarity)
        return result.collection, first.external_image_id.rsplit(":", 2)[0]

    def disagreements(self) -> list[str]:
        """Told without the rules under test: each row in use names its one face of the live collection."""
        faces, wanted = self.faces(self.live), {}
        for photo in self.photos():
            if photo.status.in_use:
                wanted[photo.key.external_image_id] = [photo.face_id]
        return sorted(str(item) for item in set(map(str, faces.items())) ^ set(map(str, wanted.items())))

    # ------------------------------------------------------------------------------------- what happens to it

    def withdraw(self, number: int) -> None:
        """A person suppresses a case; its faces are deleted at once."""
        SuppressCase(self.town.store, self.town.suppressions, now)(self.town.key(number), "alex", "asked by the family")
        self.town.remover.remove()

    def add_case(self, number: int, picture: bytes) -> None:
        """A case comes, and is indexed in the live collection."""
        self.town.cases[number] = namus.record(number, images=[namus.image(1)])
        self.town.serve(number)
        self.town.picture(number, 1, Answer(picture))
        self.town.sync()

    def plant(self, collection: str, name: str, picture: bytes) -> str:
        answer = client("rekognition").index_faces(
            CollectionId=collection, Image={"Bytes": picture}, ExternalImageId=name, MaxFaces=1
        )
        return str(answer["FaceRecords"][0]["Face"]["FaceId"])

    def lose(self, collection: str, *face_ids: str) -> None:
        client("rekognition").delete_faces(CollectionId=collection, FaceIds=list(face_ids))


@contextmanager
def rebuilding_town(settings: Settings, portraits: Portraits, cases: int = 2) -> Iterator[Rebuilding]:
    """So many cases of two photos, all of them indexed, and no other case, face or generation."""
    _empty(settings)
    drawn = (portraits.get(number) for number in itertools.count())
    pictures = [portrait.data for portrait in itertools.islice(filter(None, drawn), 5)]
    first = next(_numbers)
    with scripted_server() as server:
        numbers = range(first, first + cases)
        records = {number: namus.record(number, images=[namus.image(1), namus.image(2)]) for number in numbers}
        town = Town(f"rebuilt{first}", server, settings, records)
        for index, number in enumerate(records):
            town.picture(number, 1, Answer(pictures[index]))
            town.picture(number, 2, Answer(pictures[index]))
        assert town.sync()["index"] == {"INDEXED": 2 * cases}
        yield Rebuilding(town, pictures)


def _empty(settings: Settings) -> None:
    """As after a first deployment."""
    rekognition, dynamodb, s3 = client("rekognition"), client("dynamodb"), client("s3")
    for collection in rekognition.list_collections()["CollectionIds"]:
        rekognition.delete_collection(CollectionId=collection)
    rekognition.create_collection(CollectionId="missing-people-1")
    parameters.point(settings[Setting.COLLECTION_PARAMETER], "missing-people-1")
    for table, names in ((Setting.CASES_TABLE, ("case",)), (Setting.PHOTOS_TABLE, ("case", "photo_id"))):
        for page in dynamodb.get_paginator("scan").paginate(TableName=settings[table]):
            for item in page["Items"]:
                dynamodb.delete_item(TableName=settings[table], Key={name: item[name] for name in names})
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=settings[Setting.CASES_BUCKET]):
        for stored in page.get("Contents", []):
            if stored["Key"].startswith(("generations/", "photos/")):
                s3.delete_object(Bucket=settings[Setting.CASES_BUCKET], Key=stored["Key"])
