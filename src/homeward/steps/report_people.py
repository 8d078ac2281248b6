"""Report People: the bias report of labelled photos of somebody's own, measured in a collection of their own."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from homeward.domain.bias.analysis import analyse
from homeward.domain.bias.matrix import Matrix
from homeward.domain.bias.models import Gallery
from homeward.domain.bias.page import bias_page
from homeward.domain.bias.people import Person
from homeward.domain.bias.report import build_report
from homeward.domain.bias.strangers import Strangers, false_leads
from homeward.domain.detections import iso
from homeward.domain.errors import InputError
from homeward.domain.policy import parse_policy
from homeward.domain.ports import Clock
from homeward.steps.measure_people import Enrolled, Faces, MeasurePeople, Show

CALL_USD = 0.001  # IndexFaces, SearchFaces, SearchFacesByImage; Amazon Rekognition's list price
RUN = "own-photos"


class Collection(Faces, Protocol):
    """A collection of this measurement's own."""

    name: str
    face_model_version: str


@dataclass(frozen=True, slots=True)
class ReportPeople:
    """Makes the collection, measures, and deletes it, however that ends."""

    collection: Callable[[], AbstractContextManager[Collection]]
    show: Show
    clock: Clock

    def __call__(
        self, people: Sequence[Person], strangers: Sequence[Person], policy: Mapping[str, Any]
    ) -> tuple[str, str]:
        """The report as JSON and as a page. PolicyError before anything is paid for."""
        rules, began = parse_policy(json.dumps(policy)), iso(self.clock())
        with self.collection() as faces:
            measure = MeasurePeople(faces, self.show)
            enrolled = measure.enrol([person.pictures for person in people])
            gallery = _gallery(people, enrolled)
            matrix = Matrix(enrolled.faces, gallery.subject_of)
            for face, similar in measure.rows(enrolled):
                matrix.add(face, similar)
            found = _search(measure, enrolled, strangers)
        statistics = analyse(gallery, matrix.comparisons(), rules, frozenset())
        facts = _facts(faces, people, strangers, enrolled, began)
        report = build_report(RUN, iso(self.clock()), facts, policy, statistics)
        if strangers:
            tier = {"review": rules.highest.review, "alert": rules.highest.alert}
            report["strangers"] = false_leads(found, tier)
        return json.dumps(report, indent=1, sort_keys=True), bias_page(report)


def _gallery(people: Sequence[Person], enrolled: Enrolled) -> Gallery:
    """Those of whom there is a face."""
    if not enrolled.faces:
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in sorted(enrolled.refused.items()))
        raise InputError(f"no picture has a usable face: {reasons}")
    numbers = sorted(set(enrolled.person_of))
    return Gallery(
        subjects=tuple(people[n].name for n in numbers),
        groups=tuple(people[n].attributes.group for n in numbers),
        subject_of=np.searchsorted(numbers, enrolled.person_of).astype(np.int32),
    )


def _search(measure: MeasurePeople, enrolled: Enrolled, strangers: Sequence[Person]) -> Strangers:
    """The most similar person for every picture with a face."""
    person_of = dict(zip(enrolled.faces, enrolled.person_of, strict=True))
    rows, faceless = [], 0
    for person, similar in measure.strangers([one.pictures for one in strangers]):
        if similar is None:
            faceless += 1
            continue
        face, best = max(similar.items(), key=lambda one: one[1], default=("", 0.0))
        rows.append((person, best, person_of.get(face, -1)))
    persons, best_of, found = zip(*rows, strict=True) if rows else ((), (), ())
    return Strangers(
        tuple(one.attributes.group for one in strangers),
        np.array(persons, np.int32),
        np.array(best_of, np.float32),
        np.array(found, np.int32),
        faceless,
    )


def _facts(
    faces: Collection, people: Sequence[Person], strangers: Sequence[Person], enrolled: Enrolled, began: str
) -> dict[str, Any]:
    calls = sum(len(one.pictures) for one in (*people, *strangers)) + len(enrolled.faces)
    return {
        "collection": faces.name,
        "face_model_version": faces.face_model_version,
        "face_count": len(enrolled.faces),
        "at": began,
        "calls": calls,
        "usd": round(calls * CALL_USD, 2),
        "left_out": dict(enrolled.refused),
        "synthetic": any(one.attributes.synthetic for one in people),
    }
