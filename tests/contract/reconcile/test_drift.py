"""Whatever was planted behind our back: one repair, and the sync that it hands over to, bring everything together."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime

import pytest

from homeward.adapters.aws import client
from homeward.domain.errors import DriftError
from homeward.domain.latest import Job, Latest
from homeward.settings import Settings
from homeward.steps.latest_runs import LatestRuns
from standins.people.portraits import Portraits
from tests.contract.reconcile.drifting import Drifting, drifting_town

FAULTS, CASES, UNTOUCHED = 200, 105, 10


@pytest.fixture
def drifting(settings: Settings, portraits: Portraits) -> Iterator[Drifting]:
    with drifting_town(settings, portraits, 2) as town:
        yield town


def test_nothing_is_found_where_nothing_is_wrong(drifting: Drifting) -> None:
    before = [drifting.holdings(number) for number in drifting.town.cases]
    report = drifting.reconcile()
    assert (report["outcome"], report["repairs"]) == ("AGREED", 0)
    latest = LatestRuns(drifting.town.objects, drifting.town.bucket).read(Job.RECONCILE)
    assert latest == Latest(report["run"], datetime.fromisoformat(report["at"]), 0)
    assert [drifting.holdings(number) for number in drifting.town.cases] == before
    assert drifting.disagreements() == []


def test_every_kind_of_fault_is_noticed_alone(settings: Settings, portraits: Portraits) -> None:
    with drifting_town(settings, portraits, 15) as drifting:
        for number, (name, damage) in zip(drifting.town.cases, drifting.damage.items(), strict=False):
            photo = min(drifting.town.store.photos_of(drifting.town.key(number)), key=lambda photo: photo.key)
            damage(photo)
            report = drifting.reconcile()
            assert report["found"], name
            assert report["outcome"] != "LEFT", name
            drifting.town.sync()
            assert drifting.disagreements() == [], name
        assert drifting.reconcile()["outcome"] == "AGREED"


def test_two_hundred_random_faults(settings: Settings, portraits: Portraits) -> None:
    dice = random.Random(20261123)
    with drifting_town(settings, portraits, CASES + UNTOUCHED) as drifting:
        numbers = list(drifting.town.cases)
        innocent = {number: drifting.holdings(number) for number in numbers[CASES:]}
        photos = [
            photo for number in numbers[:CASES] for photo in drifting.town.store.photos_of(drifting.town.key(number))
        ]
        planted = list(zip(dice.choices(list(drifting.damage), k=FAULTS), dice.sample(photos, FAULTS), strict=True))
        for name, photo in planted:
            drifting.damage[name](photo)
        assert len(drifting.disagreements()) > FAULTS / 2
        report = drifting.reconcile()
        assert report["outcome"] in ("REPAIRED", "WAITING"), report["left"]
        drifting.town.sync()
        assert drifting.disagreements() == []
        assert {number: drifting.holdings(number) for number in innocent} == innocent
        foreign = [photo for name, photo in planted if name == "add_foreign_face"]
        assert {f"holiday-{one.key.case.number}-{one.key.identity_id}" for one in foreign} <= set(drifting.faces())
        again = drifting.reconcile()
        assert (again["outcome"], set(again["left"])) == ("AGREED", {"FACE_FOREIGN"})


def test_a_run_that_would_change_too_much_changes_nothing(drifting: Drifting) -> None:
    for number in drifting.town.cases:
        for photo in drifting.town.store.photos_of(drifting.town.key(number)):
            drifting.lose_face(photo)
    before = [drifting.holdings(number) for number in drifting.town.cases]
    with pytest.raises(DriftError, match="4 repairs, where a run may do 3"):
        drifting.reconcile(max_changes=3)
    assert [drifting.holdings(number) for number in drifting.town.cases] == before
    assert drifting.reconcile(max_changes=4)["outcome"] == "REPAIRED"
    assert drifting.disagreements() == []


def test_what_somebody_else_mended_since_the_survey_is_left_alone(drifting: Drifting) -> None:
    photos = [
        photo for number in drifting.town.cases for photo in drifting.town.store.photos_of(drifting.town.key(number))
    ]
    drifting.lose_face(photos[0])
    drifting.survey("overtaken")
    ours = client("rekognition").index_faces(
        CollectionId="missing-people-1",
        Image={"Bytes": drifting.pictures[0]},
        ExternalImageId=photos[0].key.external_image_id,
    )
    assert ours["FaceRecords"]
    drifting.reconcile()
    assert drifting.disagreements() == []
