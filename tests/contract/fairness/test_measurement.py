"""Measuring a live collection: every comparison once, resumable, reused, and truthful about what changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.case_items import case_item, photo_item
from homeward.adapters.collection_state import state_of
from homeward.adapters.dynamodb import put, transact
from homeward.adapters.face_rows import RekognitionRows
from homeward.domain.cases import Case, CaseStatus, Photo, PhotoClass
from homeward.domain.errors import InputError, ServiceRefusedError
from homeward.domain.measurement import LATEST, rows_key
from homeward.settings import Setting
from homeward.steps.measure_similarities import read_measurement, read_plan
from homeward.steps.one_person import one_person
from standins.rekognition.similarity import similarity
from tests.contract.fairness.conftest import COLLECTION, Population, population

PEOPLE = 15


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Population]:
    with population(tmp_path_factory.mktemp("shared"), PEOPLE, "Female", 1.0) as made:
        yield made


@pytest.fixture
def measured(shared: Population) -> Iterator[Population]:
    """For tests that change no more than rows, which are put back."""
    yield shared
    for one in shared.cases:
        keep(shared, one)
    for photo in shared.photos:
        keep(shared, photo)
    bootstrap.objects().remove(bootstrap.cases_bucket(), LATEST)


@pytest.fixture
def own(tmp_path: Any) -> Iterator[Population]:
    """For tests that lose faces, or the collection."""
    with population(tmp_path, PEOPLE, "Female", 1.0) as made:
        yield made


def keep(made: Population, one: Case | Photo) -> None:
    """Write a row."""
    if isinstance(one, Case):
        transact(put(made.settings[Setting.CASES_TABLE], case_item(one)))
    else:
        transact(put(made.settings[Setting.PHOTOS_TABLE], photo_item(one)))


def report(run: str) -> Any:
    return json.loads(bootstrap.objects().get(bootstrap.cases_bucket(), f"bias/{run}/report.json"))


def measure(run: str, size: int = 8) -> dict[str, Any]:
    plan = bootstrap.plan_measurement()(run, 10_000, size)
    for batch in plan["batches"]:
        bootstrap.measure_similarities()(run, batch["batch"])
    return dict(plan)


def read(run: str) -> Any:
    return read_measurement(bootstrap.objects(), bootstrap.cases_bucket(), run, bootstrap.live_collection())


def test_every_comparison_is_that_of_the_vectors(measured: Population) -> None:
    plan = measure("all")
    assert (plan["photos"], plan["calls"], plan["usd"], len(plan["batches"])) == (30, 30, 0.03, 4)
    gallery, comparisons, facts = read("all")
    assert gallery.subjects == tuple(str(one.key) for one in measured.cases)
    expected = similarity(measured.vectors @ measured.vectors.T)
    listed = {(p, s): v for p, s, v in zip(comparisons.probe, comparisons.subject, comparisons.similarity, strict=True)}
    assert len(listed) == len(comparisons.probe), "each at most once"
    for probe in range(30):
        for subject in range(PEOPLE):
            others = [n for n in (2 * subject, 2 * subject + 1) if n != probe]
            best = max(float(expected[probe, n]) for n in others)
            if best >= comparisons.complete_from + 0.01:
                assert listed[probe, subject] == pytest.approx(best, abs=0.01)
            elif best < comparisons.complete_from - 0.01:
                assert (probe, subject) not in listed
    assert {group.sex for group in gallery.groups} == {"Female", "Male"}
    assert facts["at_end"] == {"collection": COLLECTION, "face_model_version": facts["face_model_version"]}
    assert (facts["gone"], facts["came"], facts["missing_batches"], facts["calls"]) == (0, 0, [], 30)
    assert facts["hosts"] == {"example.org": PEOPLE}


def test_what_is_measured_is_not_measured_again(measured: Population) -> None:
    measure("twice")
    again = bootstrap.plan_measurement()("twice", 0, 8)
    assert (again["calls"], again["batches"]) == (0, [])
    first = bootstrap.measure_similarities()("twice", "0000")
    assert (first["rows"], first["calls"]) == (8, 0)


def test_a_run_that_was_cut_short_measures_the_rest(measured: Population) -> None:
    plan = bootstrap.plan_measurement()("cut", 10_000, 8)
    bootstrap.measure_similarities()("cut", plan["batches"][1]["batch"])
    assert read("cut")[2]["missing_batches"] == ["0000", "0002", "0003"]
    left = bootstrap.plan_measurement()("cut", 10_000, 8)
    assert [batch["batch"] for batch in left["batches"]] == ["0000", "0002", "0003"]
    assert left["calls"] == 22
    measure("cut")
    assert read("cut")[2]["missing_batches"] == []


def test_another_run_of_the_same_faces_costs_nothing(measured: Population) -> None:
    measure("first")
    assert bootstrap.report_bias()("first")["may_propose"]
    plan = bootstrap.plan_measurement()("second", 0, 5)
    assert (plan["calls"], plan["reused_from"], plan["batches"]) == (0, "first", [])
    bootstrap.report_bias()("second")
    one, other = (
        json.loads(bootstrap.objects().get(bootstrap.cases_bucket(), f"bias/{run}/report.json"))
        for run in ("first", "second")
    )
    assert one["statistics"] == other["statistics"]
    assert (other["measurement"]["calls"], other["measurement"]["reused_from"]) == (0, "first")
    third = bootstrap.plan_measurement()("third", 0, 5)
    assert third["reused_from"] == "first", "a copy of a copy is read from the original"
    keep(measured, replace(measured.cases[0], status=CaseStatus.CLOSED))
    assert bootstrap.plan_measurement()("changed", 10_000, 5)["calls"] == 28


def test_a_plan_that_costs_too_much_is_refused_before_the_first_call(measured: Population) -> None:
    with pytest.raises(InputError, match=r"30 calls of SearchFaces \(0.03 USD at list price\), allowed are 29"):
        bootstrap.plan_measurement()("dear", 29, 8)


def test_only_photos_that_can_alert_are_compared_and_the_rest_is_counted(measured: Population) -> None:
    keep(measured, replace(measured.photos[0], photo_class=PhotoClass.AGE_PROGRESSION))
    keep(measured, replace(measured.cases[2], status=CaseStatus.CLOSED))
    measure("some")
    gallery, _, facts = read("some")
    assert facts["left_out"] == {"AGE_PROGRESSION": 1, "CASE_CLOSED": 2}
    assert (len(gallery.subjects), len(gallery.subject_of)) == (PEOPLE - 1, 27)


def test_one_person_under_two_cases_is_told_to_those_who_reconcile(measured: Population) -> None:
    assert one_person(bootstrap.objects(), bootstrap.cases_bucket()) is None
    one, other = measured.photos[1], measured.photos[5]
    keep(measured, replace(one, face_id=other.face_id))
    keep(measured, replace(other, face_id=one.face_id))
    measure("doubled")
    bootstrap.report_bias()("doubled")
    told = one_person(bootstrap.objects(), bootstrap.cases_bucket())
    assert told is not None
    assert told["run"] == "doubled"
    pair = told["pairs"][0]  # the most similar
    assert sorted(pair["cases"]) == sorted((str(one.key.case), str(other.key.case)))
    bootstrap.survey_collection()("nightly")
    report = bootstrap.summarise_reconcile()("nightly", repaired=False)
    assert report["one_person"] == told
    page = bootstrap.objects().get(bootstrap.cases_bucket(), "reconcile/nightly/report.html").decode()
    assert str(one.key.case) in page
    assert "For a person to judge" in page


def test_faces_that_go_while_it_is_measured_are_left_out_and_told(own: Population) -> None:
    plan = bootstrap.plan_measurement()("goes", 10_000, 8)
    gone = [own.photos[n].face_id for n in (8, 9, 20)]
    client("rekognition").delete_faces(CollectionId=COLLECTION, FaceIds=gone)
    for batch in plan["batches"]:
        bootstrap.measure_similarities()("goes", batch["batch"])
    gallery, comparisons, facts = read("goes")
    assert facts["gone"] == 3
    assert str(own.cases[4].key) not in gallery.subjects, "nothing is left of that person"
    assert (len(gallery.subjects), len(gallery.subject_of)) == (PEOPLE - 1, 27)
    assert comparisons.probe.max() < 27
    assert comparisons.subject.max() < PEOPLE - 1
    told = bootstrap.report_bias()("goes")
    assert any("3 faces left the collection" in problem for problem in told["problems"])


def test_another_collection_at_the_end_proposes_nothing(own: Population) -> None:
    measure("moved")
    client("rekognition").create_collection(CollectionId="missing-people-2")
    name = own.settings[Setting.COLLECTION_PARAMETER]
    client("ssm").put_parameter(Name=name, Value="missing-people-2", Type="String", Overwrite=True)
    told = bootstrap.report_bias()("moved")
    assert not told["may_propose"]
    assert bootstrap.propose_policy()("moved")["version"] is None


def test_rows_of_a_plan_that_no_longer_holds_are_not_read(own: Population) -> None:
    measure("planned")
    old = read_plan(bootstrap.objects(), bootstrap.cases_bucket(), "planned")
    client("rekognition").delete_faces(CollectionId=COLLECTION, FaceIds=[own.photos[0].face_id])
    keep(own, replace(own.photos[0], face_id=None, reason="X"))
    again = bootstrap.plan_measurement()("planned", 10_000, 8)
    new = read_plan(bootstrap.objects(), bootstrap.cases_bucket(), "planned")
    assert rows_key("planned", old["digest"], "0000") != rows_key("planned", new["digest"], "0000")
    assert again["calls"] == 29


def test_rows_come_without_the_face_itself_and_gone_faces_have_none(measured: Population) -> None:
    rows = RekognitionRows(COLLECTION)
    face = str(measured.photos[0].face_id)
    row = rows.row(face)
    assert row is not None
    assert len(row) == 29
    assert face not in row
    assert rows.row("00000000-0000-4000-8000-000000000000") is None
    with pytest.raises(ServiceRefusedError):
        RekognitionRows("no-such-collection").row(face)
    assert state_of(COLLECTION).face_count == 30
    assert np.isfinite(list(row.values())).all()
