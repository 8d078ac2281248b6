"""A town: a case server over HTTP with some cases, and the steps of a sync on real tables, objects and faces."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from homeward.adapters.audit_log import DynamoAuditLog
from homeward.adapters.aws import client
from homeward.adapters.cases import DynamoCaseStore
from homeward.adapters.face_collections import RekognitionCollections
from homeward.adapters.faces import RekognitionCollection
from homeward.adapters.fetch_failures import DynamoFailureStore
from homeward.adapters.messages import SnsPublisher
from homeward.adapters.objects import S3ObjectStore
from homeward.adapters.operators import TopicOperators
from homeward.adapters.sources.namus import NamusSource
from homeward.adapters.sources.web import Site, SiteClient
from homeward.adapters.suppressions import DynamoSuppressionList
from homeward.domain.cases import CaseKey
from homeward.domain.errors import SourceError
from homeward.domain.latest import Latest, sync_job
from homeward.settings import Setting, Settings
from homeward.steps.case_photos import SortPhotos
from homeward.steps.diff_cases import DiffCases
from homeward.steps.fetch_cases import FetchCases
from homeward.steps.index_photo import IndexPhoto
from homeward.steps.latest_runs import LatestRuns
from homeward.steps.remove_faces import RemoveFaces
from homeward.steps.summarise_sync import SummariseSync
from homeward.steps.sweep_cases import SweepCases
from homeward.steps.withdraw_cases import WithdrawCases
from homeward.steps.write_manifest import WriteManifest
from tests.contract.namus_client.scripted import Answer, Asked, ScriptedServer
from tests.factories import namus

DAY = ("2026-11-20", "2026-11-21")
ACTOR = "dag:sync_town_cases"
_runs = itertools.count(1)


def now() -> datetime:
    return datetime.now(UTC)


def case_store(names: Settings) -> DynamoCaseStore:
    """The cases, as the functions see them."""
    return DynamoCaseStore(
        table=names[Setting.CASES_TABLE],
        photos_table=names[Setting.PHOTOS_TABLE],
        suppressions_table=names[Setting.SUPPRESSIONS_TABLE],
        failures_table=names[Setting.FAILURES_TABLE],
        audit_table=names[Setting.AUDIT_TABLE],
    )


@dataclass(frozen=True, slots=True)
class TownSource(NamusSource):
    """NamUs under another name: the cases of other towns are not this one's, so they can't vanish from it."""

    name: str = "town"


@dataclass
class Town:
    """A case server with some cases, and the steps that bring them home."""

    name: str
    server: ScriptedServer
    settings: Settings
    cases: dict[int, dict[str, Any]]
    hidden: int = 0  # cases that the source counts and doesn't list
    retract_alerts_of: Callable[[CaseKey, str], Sequence[str]] = lambda key, actor: ()

    def __post_init__(self) -> None:
        self.connect()
        self.server.answers[f"{namus.ROOT}/States"] = [Answer([{"name": "Iowa"}])]
        self.server.answers[f"{namus.ROOT}/MissingPersons/Search"] = self._search
        for number in self.cases:
            self.serve(number)

    def connect(self) -> None:
        """Make the stores and the source, with connections of their own."""
        names = self.settings
        self.bucket = names[Setting.CASES_BUCKET]
        site = Site("X", self.server.url, requests_per_second=0, pause_seconds=0.01)
        self.source = TownSource(SiteClient(site), name=self.name)
        self.store = case_store(names)
        self.failures = DynamoFailureStore(names[Setting.FAILURES_TABLE], names[Setting.AUDIT_TABLE])
        self.suppressions = DynamoSuppressionList(names[Setting.SUPPRESSIONS_TABLE], names[Setting.AUDIT_TABLE])
        self.objects, self.audit = S3ObjectStore(), DynamoAuditLog(names[Setting.AUDIT_TABLE])
        self.faces = RekognitionCollection(names[Setting.COLLECTION_PARAMETER])
        self.collections = RekognitionCollections(names[Setting.COLLECTION_PARAMETER])

    def serve(self, number: int, *answers: Answer) -> None:
        self.server.answers[f"{namus.CASES}/{number}"] = [*answers] or [Answer(self.cases[number])]

    def picture(self, number: int, identity: int, *answers: Answer) -> None:
        self.server.answers[f"{namus.CASES}/{number}/Images/{identity}/Original"] = [*answers]

    def _search(self, asked: Asked) -> Answer:
        rows = [namus.index_row(found) for found in self.cases.values()]
        return Answer({"count": len(rows) + self.hidden, "results": rows[asked.body["skip"] :][: asked.body["take"]]})

    def plan(self, window: tuple[str, str] = DAY, accept_vanished: bool = False) -> tuple[str, list[str]]:
        """Sweep and diff a new run; its name and its batches."""
        run = f"run-{next(_runs)}"
        SweepCases(self.source, self.objects, self.bucket, now)(run)
        stores = (self.store, self.failures, self.suppressions, self.objects, self.audit)
        operators = TopicOperators(SnsPublisher(), self.settings[Setting.OPERATIONS_TOPIC_ARN])
        step = DiffCases(self.source, *stores, operators, self.bucket, now, ACTOR)
        found = step(run, *window, batch_size=2, accept_vanished=accept_vanished)
        return run, [batch["batch"] for batch in found]

    def fetch(self, run: str, batch: str) -> dict[str, Any]:
        photos = SortPhotos(self.source, self.store, self.objects, self.bucket)
        stores = (self.store, self.failures, self.suppressions, photos, self.objects)
        return FetchCases(self.source, *stores, self.bucket, now, ACTOR)(run, batch)

    def withdraw(self, run: str) -> dict[str, Any]:
        withdrawn = WithdrawCases(self.source, self.store, self.objects, self.bucket, now, ACTOR)(run)
        self.remover(run)
        return withdrawn

    @property
    def remover(self) -> RemoveFaces:
        stores = (self.collections, self.store, self.objects, self.bucket)
        return RemoveFaces(*stores, now, ACTOR, self.retract_alerts_of)

    def index(self, run: str) -> list[dict[str, Any]]:
        """What the machine index_photos does, one photo after the other."""
        manifest = WriteManifest(self.store, self.objects, self.bucket, "arn")(run)
        lines = self.objects.get(self.bucket, manifest["key"]).decode().splitlines()
        assert len(lines) == manifest["photos"]
        return [IndexPhoto(self.faces, self.store, self.bucket, now)(json.loads(line)) for line in lines]

    def summary(self, run: str) -> dict[str, Any]:
        stores = (self.store, self.objects, self.audit, LatestRuns(self.objects, self.bucket))
        return SummariseSync(*stores, self.source.name, self.bucket, now, ACTOR)(run)

    def sync(self, window: tuple[str, str] = DAY) -> dict[str, Any]:
        run, batches = self.plan(window)
        for batch in batches:
            with suppress(SourceError):
                self.fetch(run, batch)
        self.withdraw(run)
        self.index(run)
        return self.summary(run)

    @property
    def latest(self) -> Latest | None:
        return LatestRuns(self.objects, self.bucket).read(sync_job(self.source.name))

    def state(self) -> Any:
        """Cases, photos and vectors as they are now, and every object outside the runs' folders with its version."""
        keys = [self.key(number) for number in self.cases]
        cases = self.store.get_cases(keys)
        photos = [photo for key in keys for photo in self.store.photos_of(key)]
        listed = client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket)
        objects = {item["Key"]: item["ETag"] for page in listed for item in page.get("Contents", [])}
        faces = client("rekognition").list_faces(CollectionId="missing-people-1", MaxResults=1000)["Faces"]
        kept = {key: tag for key, tag in objects.items() if not key.startswith(("sync/", "latest/"))}
        return cases, photos, kept, sorted((face["FaceId"], face["ExternalImageId"]) for face in faces)

    def asked(self, part: str) -> int:
        return sum(part in asked.path for asked in self.server.asked)

    def story(self, number: int) -> list[str]:
        return [event.outcome for event in self.audit.story(f"case:{self.key(number)}")]

    def key(self, number: int) -> CaseKey:
        return CaseKey(self.name, "MP", str(number))
