"""Verify Generation: is a generation that isn't live fit to be searched?"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from typing import Any

from homeward.domain.audit import audit_event
from homeward.domain.cases import Photo
from homeward.domain.detections import Picture, iso
from homeward.domain.errors import RebuildError, ServiceRefusedError
from homeward.domain.ports import FaceCollection
from homeward.domain.rebuild import CATCH_UP, Standing
from homeward.domain.rebuild_report import Checked, Fitness, Found, Probe, build_report, found_by
from homeward.steps.build_generation import BuildGeneration
from homeward.steps.index_generation import refusals
from homeward.steps.rebuild_files import RebuildFiles

THRESHOLD, MAX_FACES = 80.0, 20  # of the sampled searches


@dataclass(frozen=True, slots=True)
class VerifyGeneration:
    """Catches up what came since the build, counts, searches; writes `rebuild/<run>/report.json` and `report.html`.

    It searches with stored pictures, as detections do with theirs: that finds a face of the wrong picture, too.
    """

    build: BuildGeneration
    files: RebuildFiles

    def __call__(self, run: str, sample: int, min_agreement: float) -> dict[str, Any]:
        """Return the report; RebuildError, after writing it, when the generation isn't fit."""
        plan = self.files.get(run, "plan.json")
        collection, live = plan["collection"], plan["live"]
        refused = self.files.refused(run)
        _, late = self.build.catch_up(run, collection, refused, CATCH_UP)
        refused |= refusals(late)
        self.files.put(run, "refused.json", refused)
        found, models = self.build.standing(collection), self.build.collections
        live_model = models.face_model(live)
        probes = self._search(run, collection, live if live_model else "", found, sample)
        report = build_report(
            plan,
            iso(self.build.clock()),
            Checked(
                standing=found,
                refused=refused,
                caught_up=Counter(late.values()),
                probes=probes,
                model=models.face_model(collection),
                live_model=live_model,
                min_agreement=min_agreement,
            ),
        )
        self._keep(run, report)
        if report["outcome"] != Fitness.VERIFIED:
            raise RebuildError(f"{collection} isn't fit to be searched: {'; '.join(report['problems'])}")
        return report

    def _search(self, run: str, collection: str, live: str, found: Standing, sample: int) -> list[Probe]:
        """The same photos for the same run. Only what both generations have is compared."""
        missing = {*found.lacking, *found.without_bytes}
        there = [photo for photo in found.wanted if photo not in missing]
        per_case = Counter(photo.key.case for photo in there)
        new, old = self.build.collections.open(collection), self.build.collections.open(live) if live else None
        known = {face.external_image_id for face in old.listed()} if old else set[str]()
        shared = {name for photo in there if (name := _name(photo)) in known or not old}
        chosen = sorted(there, key=lambda photo: _lot(run, photo))[:sample]
        probes = (
            self._probe(photo, per_case[photo.key.case] > 1, new, old if _name(photo) in shared else None, shared)
            for photo in chosen
        )
        return [probe for probe in probes if probe]

    def _probe(
        self, photo: Photo, has_sibling: bool, new: FaceCollection, old: FaceCollection | None, among: Set[str]
    ) -> Probe | None:
        """None when the photo left meanwhile: then what was found, or refused, says nothing."""
        try:
            found = self._find(new, photo, among)
            probe = Probe(photo.key, has_sibling, found, self._find(old, photo, among) if old else None)
        except ServiceRefusedError:
            if self.build.wanted(photo.key):
                raise
            return None
        return probe if self.build.wanted(photo.key) else None

    def _find(self, faces: FaceCollection, photo: Photo, among: Set[str]) -> Found:
        picture = Picture(self.build.bucket, str(photo.object_key), None, 0)
        return found_by(photo.key, faces.search(picture, THRESHOLD, MAX_FACES).matches, among)

    def _keep(self, run: str, report: dict[str, Any]) -> None:
        self.files.put_report(run, report)
        details = {name: report[name] for name in ("run", "photos", "faces", "kept", "searches", "models", "usd")}
        about = (self.build.actor, "verify_generation", f"collection:{report['collection']}", report["outcome"])
        event = audit_event(self.build.clock(), *about, reasons=tuple(report["problems"]), details=details)
        self.build.audit.append(event)


def _name(photo: Photo) -> str:
    return photo.key.external_image_id


def _lot(run: str, photo: Photo) -> str:
    return hashlib.sha256(f"{run} {_name(photo)}".encode()).hexdigest()
