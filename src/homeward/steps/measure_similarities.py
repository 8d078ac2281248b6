"""Measure Similarities: one batch of rows of the matrix; and reading back what all batches measured."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeward.domain.bias.matrix import Matrix
from homeward.domain.bias.models import Comparisons, Gallery
from homeward.domain.errors import NotFoundError
from homeward.domain.measurement import CALL_USD, PLAN, Enrolled, rows_key, run_folder
from homeward.domain.ports import CollectionState, FaceRows, ObjectStore

CALLERS = 4


@dataclass(frozen=True, slots=True)
class MeasureSimilarities:
    """Writes `bias/<run>/rows/<digest>/<batch>.npz`. A batch that is measured already isn't measured again."""

    rows: Any  # Callable[[str], FaceRows]: those of a collection
    objects: ObjectStore
    bucket: str

    def __call__(self, run: str, batch: str) -> dict[str, int]:
        """Return `{"rows", "gone", "comparisons", "calls"}`."""
        plan = read_plan(self.objects, self.bucket, run)
        key = rows_key(run, plan["digest"], batch)
        try:
            return {**_counts(np.load(io.BytesIO(self.objects.get(self.bucket, key)))), "calls": 0}
        except NotFoundError:
            pass
        part = self._measure(plan, *plan["batches"][batch])
        file = io.BytesIO()
        np.savez_compressed(file, allow_pickle=False, **part)
        self.objects.put(self.bucket, key, file.getvalue(), "application/octet-stream")
        counts = _counts(part)
        return {**counts, "calls": counts["rows"] + counts["gone"]}

    def _measure(self, plan: dict[str, Any], first: int, end: int) -> dict[str, NDArray[Any]]:
        found = Enrolled.from_json(plan)
        matrix, gone = Matrix(found.faces, np.array(found.subject_of, np.int32)), []
        rows: FaceRows = self.rows(plan["collection"])
        with ThreadPoolExecutor(CALLERS) as callers:
            for number, row in zip(range(first, end), callers.map(rows.row, found.faces[first:end]), strict=True):
                if row is None:
                    gone.append(number)
                else:
                    matrix.add(found.faces[number], row)
        measured = matrix.comparisons()
        return {
            "probe": measured.probe,
            "subject": measured.subject,
            "similarity": measured.similarity,
            "complete_from": np.array(measured.complete_from),
            "gone": np.array(gone, np.int32),
            "rows": np.array(end - first - len(gone)),
        }


def _counts(part: Any) -> dict[str, int]:
    return {"rows": int(part["rows"]), "gone": len(part["gone"]), "comparisons": len(part["probe"])}


def read_plan(objects: ObjectStore, bucket: str, run: str) -> dict[str, Any]:
    """A run's plan; NotFoundError."""
    plan: dict[str, Any] = json.loads(objects.get(bucket, f"{run_folder(run)}/{PLAN}"))
    return plan


def read_measurement(
    objects: ObjectStore, bucket: str, run: str, end: CollectionState
) -> tuple[Gallery, Comparisons, dict[str, Any]]:
    """What a run measured, without the faces that went away meanwhile, and the facts about it.

    `end` is the collection as it is now. Facts: collection, face_model_version, face_count, at, at_end, calls, usd,
    reused_from, left_out, hosts, gone, came, missing_batches, digest, rows_of.
    """
    plan = read_plan(objects, bucket, run)
    found, missing = Enrolled.from_json(plan), list[str]()
    parts = list(_parts(objects, bucket, plan, missing))
    columns = {name: [part[name] for part in parts] for name in ("probe", "subject", "similarity", "gone")}
    probe, subject = (np.concatenate([np.empty(0, np.int32), *columns[name]]) for name in ("probe", "subject"))
    similarity = np.concatenate([np.empty(0, np.float32), *columns["similarity"]])
    complete_from = max([0.0, *(float(part["complete_from"]) for part in parts)])
    measured = Comparisons(complete_from, probe, subject, similarity)
    unmeasured = {number for name in missing for number in range(*plan["batches"][name])}
    gone = {int(number) for part in columns["gone"] for number in part}
    gallery, comparisons = _without(found, measured, gone | unmeasured)
    reused = plan["rows_of"] != run
    calls = 0 if reused else sum(int(part["rows"]) + len(part["gone"]) for part in parts)
    same = ("collection", "face_model_version", "face_count", "at", "left_out", "hosts", "digest", "rows_of")
    facts = {
        **{name: plan[name] for name in same},
        "at_end": {"collection": end.collection, "face_model_version": end.face_model_version},
        "calls": calls,
        "usd": round(calls * CALL_USD, 2),
        "reused_from": plan["rows_of"] if reused else None,
        "gone": len(gone),
        "came": max(0, end.face_count - plan["face_count"] + len(gone)),
        "missing_batches": missing,
    }
    return gallery, comparisons, facts


def _parts(objects: ObjectStore, bucket: str, plan: dict[str, Any], missing: list[str]) -> Iterator[Any]:
    for batch in plan["batches"]:
        try:
            body = objects.get(bucket, rows_key(plan["rows_of"], plan["digest"], batch))
        except NotFoundError:
            missing.append(batch)
            continue
        yield np.load(io.BytesIO(body))


def _without(found: Enrolled, measured: Comparisons, gone: set[int]) -> tuple[Gallery, Comparisons]:
    """Leave out photos, and people of whom none is left."""
    subject_of = np.array(found.subject_of, np.int32)
    photo_stays = np.ones(len(subject_of), dtype=bool)
    photo_stays[sorted(gone)] = False
    person_stays = np.bincount(subject_of[photo_stays], minlength=len(found.subjects)) > 0
    photo, person = (np.cumsum(stays, dtype=np.int32) - 1 for stays in (photo_stays, person_stays))
    kept = photo_stays[measured.probe] & person_stays[measured.subject]
    numbers = np.flatnonzero(person_stays)
    return (
        Gallery(
            tuple(found.subjects[n] for n in numbers),
            tuple(found.groups[n] for n in numbers),
            person[subject_of[photo_stays]],
        ),
        Comparisons(
            measured.complete_from,
            photo[measured.probe[kept]],
            person[measured.subject[kept]],
            measured.similarity[kept],
        ),
    )
