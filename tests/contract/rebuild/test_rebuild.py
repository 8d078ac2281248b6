"""A new generation is built beside the live one, verified, switched to, and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from homeward.adapters.aws import client
from homeward.adapters.faces import RekognitionCollection
from homeward.domain.cases import PhotoStatus
from homeward.domain.errors import InputError, RebuildError, ServiceRefusedError
from homeward.domain.rebuild_report import planned_report
from homeward.settings import Settings
from standins.people.portraits import Portraits
from tests.contract.rebuild.rebuilding import Rebuilding, rebuilding_town

ONE, TWO, THREE = "missing-people-1", "missing-people-2", "missing-people-3"


@pytest.fixture
def town(settings: Settings, portraits: Portraits) -> Iterator[Rebuilding]:
    with rebuilding_town(settings, portraits) as town:
        yield town


def test_a_dry_run_tells_what_it_would_cost_and_changes_nothing(town: Rebuilding) -> None:
    before = town.town.state()
    assert town.plan("dry", dry_run=True) == []
    report = town.files.get("dry", "report.json")
    assert (report["outcome"], report["collection"]) == ("PLANNED", TWO)
    assert (report["photos"], report["lacking"], report["usd"]) == (4, 4, 0.004)
    assert town.collections() == [ONE]
    _, photos, _, faces = town.town.state()
    assert (photos, faces) == (before[1], before[3])


def test_detections_see_the_old_one_until_the_new_one_is_whole(town: Rebuilding) -> None:
    photo, run = town.photos()[0], town.new_run()
    batches = town.plan(run)
    assert len(batches) == 2
    for batch in batches:
        assert town.seen(photo) == (ONE, str(photo.key.case))
        assert town.index(run, batch) == {"INDEXED": 2}
    report = town.verify(run)
    assert (report["outcome"], report["photos"], report["faces"]) == ("VERIFIED", 4, 4)
    assert report["searches"] == {"sampled": 4, "own face found": 1.0, "own case first": 1.0, "agreement": 1.0}
    assert town.seen(photo) == (ONE, str(photo.key.case))
    assert town.switch(run) == {"collection": TWO, "was": ONE, "caught_up": 0}
    assert town.seen(photo) == (TWO, str(photo.key.case))
    assert town.adopt(run) == {"ADOPT_FACE": 4, "INDEX_AGAIN": 0}
    assert town.disagreements() == []
    assert sorted(town.faces(ONE)) == sorted(town.faces(TWO))


def test_what_is_indexed_live_while_it_is_built_is_caught_up(town: Rebuilding) -> None:
    run, first = town.new_run(), min(town.town.cases)
    for batch in town.plan(run):
        town.index(run, batch)
    town.add_case(first + 9, town.pictures[3])
    assert town.verify(run)["caught_up"] == 1
    town.switch(run)
    assert town.adopt(run) == {"ADOPT_FACE": 5, "INDEX_AGAIN": 0}
    assert town.disagreements() == []


def test_a_photo_that_a_late_function_put_into_the_old_one_is_indexed_again(town: Rebuilding) -> None:
    """Functions hear of a switch within a minute."""
    run, first, late = town.build(), min(town.town.cases), RekognitionCollection("", ONE)
    town.switch(run)
    town.town.faces = late
    town.add_case(first + 9, town.pictures[3])
    town.town.connect()
    assert town.adopt(run) == {"ADOPT_FACE": 4, "INDEX_AGAIN": 1}
    town.town.index(run)
    assert town.disagreements() == []
    town.withdraw(first + 9)
    assert not [name for name in town.faces(ONE) if name.startswith(str(town.town.key(first + 9)))]


def test_a_switch_is_told_once_and_done_again_changes_nothing(town: Rebuilding) -> None:
    run = town.build()
    town.switch(run)
    town.adopt(run)
    before = town.town.state()
    assert town.switch(run) == {"collection": TWO, "was": ONE, "caught_up": 0}
    assert town.adopt(run) == {"ADOPT_FACE": 0, "INDEX_AGAIN": 0}
    assert town.town.state() == before
    switched = [event for event in town.town.audit.story(f"collection:{TWO}") if event.action == "switch_collection"]
    assert [(event.outcome, event.details["was"], event.details["asked_by"]) for event in switched][-1:] == [
        ("LIVE", ONE, "person:alex")
    ]
    assert len([event for event in switched if event.details["run"] == run]) == 1


def test_no_switch_without_this_runs_own_verification(town: Rebuilding) -> None:
    run = town.new_run()
    for batch in town.plan(run):
        town.index(run, batch)
    town.files.put_report(run, planned_report(town.files.get(run, "plan.json")))
    with pytest.raises(RebuildError, match="wasn't verified"):
        town.switch(run)
    assert town.live == ONE


def test_the_way_back_and_forth(town: Rebuilding) -> None:
    assert town.rebuild() == TWO
    first = min(town.town.cases)
    town.add_case(first + 9, town.pictures[3])
    (new,) = town.town.store.photos_of(town.town.key(first + 9))
    assert new.key.external_image_id not in town.faces(ONE)
    assert town.rebuild(switch_to=ONE) == ONE
    assert new.key.external_image_id in town.faces(ONE)
    assert town.disagreements() == []
    assert town.rebuild(switch_to=TWO) == TWO
    assert town.disagreements() == []
    with pytest.raises(InputError, match="live already"):
        town.plan("again", switch_to=TWO)
    with pytest.raises(InputError, match="there are missing-people-1, missing-people-2"):
        town.plan("nowhere", switch_to="missing-people-9")
    assert town.rebuild() == THREE


def test_what_was_begun_is_resumed_and_not_paid_again(town: Rebuilding) -> None:
    run = town.new_run()
    first, _ = town.plan(run)
    town.index(run, first)
    indexed = town.faces(TWO)
    again = town.new_run()
    assert len(town.plan(again)) == 1
    assert town.files.get(again, "plan.json")["lacking"] == 2
    assert town.rebuild() == TWO
    assert {name: town.faces(TWO)[name] for name in indexed} == indexed
    assert town.collections() == [ONE, TWO]


def test_a_lost_collection_is_told_and_rebuilt(town: Rebuilding) -> None:
    client("rekognition").delete_collection(CollectionId=ONE)
    photo = town.photos()[0]
    with pytest.raises(ServiceRefusedError, match="no face collection missing-people-1: rebuild it"):
        town.seen(photo)
    with pytest.raises(ServiceRefusedError, match="no face collection missing-people-1: rebuild it"):
        town.town.faces.index(photo.key, town.town.bucket, str(photo.object_key))
    assert town.rebuild() == TWO
    assert town.disagreements() == []
    assert town.seen(photo) == (TWO, str(photo.key.case))


def test_a_lost_collection_keeps_nobody_from_leaving(town: Rebuilding) -> None:
    client("rekognition").delete_collection(CollectionId=ONE)
    number = min(town.town.cases)
    town.withdraw(number)
    assert {photo.status for photo in town.town.store.photos_of(town.town.key(number))} == {PhotoStatus.WITHDRAWN}
    assert town.rebuild() == TWO
    assert town.disagreements() == []
