"""Survey Collection: read what objects, tables and collection hold, and note where they disagree."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from homeward.domain.admission import PHOTO_PREFIX
from homeward.domain.detections import iso
from homeward.domain.drift import compare
from homeward.domain.ports import CaseStore, Clock, FaceCollection, ObjectStore, SuppressionList
from homeward.domain.reconciliation import Holdings, by_source, counts, run_folder

SURVEY = "survey.json"


@dataclass(frozen=True, slots=True)
class SurveyCollection:
    """Writes `reconcile/<run>/survey.json`.

    The tables are read last, so what was stored while the others were read shows up as missing there, and not as
    something to delete. Every repair looks again before it changes anything.
    """

    faces: FaceCollection
    cases: CaseStore
    suppressions: SuppressionList
    objects: ObjectStore
    bucket: str
    clock: Clock

    def __call__(self, run: str) -> dict[str, Any]:
        """Return `{"at", "held", "sources", "found", "repairs"}`.

        That is: what was read, the same by source, findings by drift, how many can be repaired.
        """
        survey = self.now()
        body = json.dumps(survey).encode()
        self.objects.put(self.bucket, f"{run_folder(run)}/{SURVEY}", body, "application/json")
        return {name: value for name, value in survey.items() if name != "findings"}

    def now(self) -> dict[str, Any]:
        """The same as things are now, with its `findings` (`Finding.to_json`), and no file."""
        held, now = self.holdings(self.faces), self.clock()
        findings = compare(held, now)
        return {
            "at": iso(now),
            "held": {name: len(getattr(held, name)) for name in ("cases", "photos", "faces", "objects")},
            "sources": by_source(held),
            "found": counts(findings),
            "repairs": sum(finding.repair is not None for finding in findings),
            "findings": [finding.to_json() for finding in findings],
        }

    def holdings(self, collection: FaceCollection | None) -> Holdings:
        """What the places hold; `collection` may be another generation, or None for one that doesn't exist."""
        faces = list(collection.listed()) if collection else []
        objects = list(self.objects.listed(self.bucket, PHOTO_PREFIX))
        photos = list(self.cases.photos())
        statuses = dict(self.cases.statuses())
        suppressed = frozenset(entry.case for entry in self.suppressions.all())
        return Holdings(statuses, suppressed, photos, faces, objects)


def read_survey(objects: ObjectStore, bucket: str, run: str) -> dict[str, Any]:
    """The survey of a run; NotFoundError."""
    survey: dict[str, Any] = json.loads(objects.get(bucket, f"{run_folder(run)}/{SURVEY}"))
    return survey
