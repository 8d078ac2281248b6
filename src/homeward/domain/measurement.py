"""A measurement of error rates: which photos it compares, what that costs, and where its files are.

What is made of its numbers is the matter of `domain/bias`.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any
from urllib.parse import urlsplit

from homeward.domain.cases import Case, CaseKey, CaseStatus, Photo, PhotoClass, PhotoStatus
from homeward.domain.errors import InputError
from homeward.domain.groups import Group, recorded_group

PLAN, REPORT, PAGE = "plan.json", "report.json", "report.html"
LATEST = "bias/latest.json"  # which run's rows another one of the same faces may use
CALL_USD = 0.001  # one SearchFaces; Amazon Rekognition's list price
MAX_BATCHES = 1024  # Airflow expands to no more


def run_folder(run: str) -> str:
    """Where the files of a measurement are, in the cases bucket."""
    return f"bias/{run}"


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The faces that are compared, with the number of their person; persons have keys and recorded groups."""

    faces: tuple[str, ...]
    subject_of: tuple[int, ...]
    subjects: tuple[str, ...]
    groups: tuple[Group, ...]
    hosts: Mapping[str, int]
    left_out: Mapping[str, int]

    def digest(self, face_model_version: str) -> str:
        """Equal for the same faces of the same people under the same model."""
        parts = [face_model_version, *self.subjects, *self.faces, *map(str, self.subject_of)]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """Form in the plan."""
        return {**asdict(self), "groups": [asdict(group) for group in self.groups]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Enrolled:
        """Read `to_json` back, out of a plan."""
        groups = (Group(**{**one, "ethnicities": tuple(one["ethnicities"])}) for one in data["groups"])
        lists = {name: tuple(data[name]) for name in ("faces", "subject_of", "subjects")}
        return cls(**lists, groups=tuple(groups), hosts=data["hosts"], left_out=data["left_out"])


def enrolled(cases: Mapping[CaseKey, Case], photos: Iterable[Photo], trusted: frozenset[PhotoClass]) -> Enrolled:
    """Photos that can raise an alert: indexed, of an open case, of a class that may alert. The rest is counted."""
    left_out: Counter[str] = Counter()
    kept: list[Photo] = []
    for photo in photos:
        if why := _why_not(photo, cases.get(photo.key.case), trusted):
            left_out[why] += 1
        else:
            kept.append(photo)
    kept.sort(key=lambda photo: photo.key)
    keys = sorted({photo.key.case for photo in kept})
    number = {key: n for n, key in enumerate(keys)}
    return Enrolled(
        faces=tuple(str(photo.face_id) for photo in kept),
        subject_of=tuple(number[photo.key.case] for photo in kept),
        subjects=tuple(map(str, keys)),
        groups=tuple(recorded_group(cases[key]) for key in keys),
        hosts=dict(Counter(urlsplit(cases[key].link).netloc for key in keys)),
        left_out=dict(left_out),
    )


def _why_not(photo: Photo, case: Case | None, trusted: frozenset[PhotoClass]) -> str | None:
    if case is None:
        return "CASE_UNKNOWN"
    if case.status is not CaseStatus.OPEN:
        return f"CASE_{case.status}"
    if photo.status is not PhotoStatus.INDEXED or not photo.face_id:
        return photo.reason or photo.status.value
    return None if photo.photo_class in trusted else photo.photo_class.value


def batches(faces: int, size: int) -> dict[str, tuple[int, int]]:
    """Names of batches, and which faces each one measures: from, to."""
    size = max(size, ceil(faces / MAX_BATCHES))
    return {f"{n:04}": (first, min(first + size, faces)) for n, first in enumerate(range(0, faces, size))}


def check_calls(calls: int, most: int) -> None:
    """InputError when it would cost more calls than allowed."""
    if calls > most:
        cost = f"{calls:,} calls of SearchFaces ({calls * CALL_USD:,.2f} USD at list price)"
        raise InputError(f"the measurement would take {cost}, allowed are {most:,}; trigger with a higher *max calls*")


def rows_key(run: str, digest: str, batch: str) -> str:
    """Where a batch's rows are. The digest keeps rows of another plan of the same run apart."""
    return f"{run_folder(run)}/rows/{digest[:16]}/{batch}.npz"


def plan_json(plan: Mapping[str, Any]) -> bytes:
    """A plan as it is stored."""
    return json.dumps(plan).encode()


def label(faces: Sequence[str], first: int, end: int) -> str:
    """What the UI shows of a batch."""
    return f"faces {first + 1:,} to {end:,} of {len(faces):,}"
