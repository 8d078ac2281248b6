"""Replay Detections: decide kept detections again, and alert nobody: there is nothing here that could."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeward.domain.detections import Detection
from homeward.domain.errors import NotFoundError
from homeward.domain.policy import Policy, parse_policy
from homeward.domain.ports import DetectionStore, FaceCollection, ObjectStore, PictureStore
from homeward.domain.replay import Source, is_enough, is_faceless, judgement, matches_under, run_folder
from homeward.steps.assess_candidates import Judge
from homeward.steps.plan_replay import POLICY, read_plan
from homeward.steps.search_faces import search_json

GONE = "the detection is no longer kept"
NEVER_SEARCHED = "it was never searched for"
PICTURE_GONE = "the stored matches don't suffice, and the picture is no longer kept"


@dataclass(frozen=True, slots=True)
class ReplayDetections:
    """One batch of a plan; its results go to `replay/<run>/results/<batch>.jsonl`.

    Stored matches are used where they suffice; else the picture is searched for again, if it is still there (one
    Rekognition call, two with a match). `collections` makes the collection of a name, "" being the live one.
    """

    detections: DetectionStore
    pictures: PictureStore
    collections: Callable[[str], FaceCollection]
    judge: Judge
    objects: ObjectStore
    bucket: str

    def __call__(self, run: str, batch: str) -> dict[str, int]:
        """Return how many were decided from stored matches, from a new search, and not at all."""
        plan = read_plan(self.objects, self.bucket, run)
        policy = parse_policy(self.objects.get(self.bucket, f"{run_folder(run)}/{POLICY}").decode())
        results = [self._replay(name, policy, plan["collection"]) for name in plan["batches"][batch]]
        lines = "".join(json.dumps(result) + "\n" for result in results)
        key = f"{run_folder(run)}/results/{batch}.jsonl"
        self.objects.put(self.bucket, key, lines.encode(), "application/jsonl")
        return dict(Counter(result["source"] for result in results))

    def _replay(self, detection_id: str, policy: Policy, collection: str) -> dict[str, Any]:
        try:
            row = self.detections.get(detection_id)
        except NotFoundError:
            return {"detection": detection_id, "source": Source.NONE.value, "old": None, "new": None, "why": GONE}
        source, search, why = self._search(row, policy, collection)
        result = {
            "detection": detection_id,
            "captured_at": row["captured_at"],
            "place": row["place"],
            "outcome": row.get("outcome"),
            "source": source.value,
            "old": judgement(row.get("decision")),
            "new": None,
            "why": why,
        }
        if search is None:
            return result
        decision = self.judge.decide(Detection.from_json(row), search, policy) if search["matches"] else None
        return {**result, "new": judgement(decision.to_json() if decision else None)}

    def _search(
        self, row: Mapping[str, Any], policy: Policy, collection: str
    ) -> tuple[Source, Mapping[str, Any] | None, str]:
        search = row.get("search")
        if search is None:
            return Source.NONE, None, NEVER_SEARCHED
        if is_faceless(search) or is_enough(search, policy, collection):
            return Source.STORED, matches_under(search, policy), ""
        picture = Detection.from_json(dict(row)).picture
        try:
            self.pictures.metadata(picture)
        except NotFoundError:
            return Source.NONE, None, PICTURE_GONE
        faces = self.collections(collection or search.get("collection", ""))
        found = faces.search(picture, policy.search_threshold, policy.search_max_faces)
        return Source.SEARCHED, search_json(found, policy.search_threshold), ""
