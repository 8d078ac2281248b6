"""What a verification finds wrong keeps a generation from going live, and the live one as it was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from homeward.adapters.aws import client
from homeward.domain.cases import PhotoStatus
from homeward.domain.errors import RebuildError
from homeward.settings import Setting, Settings
from standins.people.portraits import Portraits
from tests.contract.rebuild.rebuilding import Rebuilding, rebuilding_town
from tests.factories import namus

ONE, TWO = "missing-people-1", "missing-people-2"


@pytest.fixture
def town(settings: Settings, portraits: Portraits) -> Iterator[Rebuilding]:
    with rebuilding_town(settings, portraits) as town:
        yield town


def indexed(town: Rebuilding) -> str:
    """A run that has planned and indexed."""
    run = town.new_run()
    for batch in town.plan(run):
        town.index(run, batch)
    return run


def refused(town: Rebuilding, run: str, why: str, min_agreement: float = 0.98) -> None:
    with pytest.raises(RebuildError, match=why):
        town.verify(run, min_agreement)
    assert town.files.get(run, "report.json")["outcome"] == "UNFIT"
    with pytest.raises(RebuildError, match="wasn't verified"):
        town.switch(run)
    assert town.live == ONE
    assert town.disagreements() == []


def put(town: Rebuilding, key: str | None, picture: bytes) -> None:
    client("s3").put_object(Bucket=town.town.bucket, Key=str(key), Body=picture)


def test_a_face_of_somebody_else(town: Rebuilding) -> None:
    run = indexed(town)
    town.plant(TWO, "holiday", town.pictures[3])
    refused(town, run, "1 faces aren't named as ours are")
    assert "holiday" in town.faces(TWO)


def test_a_face_of_the_wrong_picture(town: Rebuilding) -> None:
    photo, right = town.photos()[0], town.pictures[0]
    put(town, photo.object_key, town.pictures[3])
    run = indexed(town)
    put(town, photo.object_key, right)
    refused(town, run, "1 of 4 pictures don't find their own photo")
    examples = town.files.get(run, "report.json")["examples"]
    assert examples[0] == {"photo": photo.key.external_image_id, "what": "not found by its own picture"}


def test_a_photo_that_the_new_model_refuses(town: Rebuilding) -> None:
    photo = town.photos()[0]
    put(town, photo.object_key, namus.jpeg(300, 300))
    run = indexed(town)
    assert town.files.refused(run) == {photo.key.external_image_id: "NO_FACE"}
    refused(town, run, "it has 75.0% of the photos that can be found now; 98.0% are asked")
    town.verify(run, min_agreement=0.7)
    town.switch(run)
    assert town.adopt(run) == {"ADOPT_FACE": 3, "INDEX_AGAIN": 1}
    town.town.index(run)
    assert {one.status for one in town.photos()} == {PhotoStatus.INDEXED, PhotoStatus.REFUSED}
    assert town.disagreements() == []


def test_a_photo_whose_picture_is_lost(town: Rebuilding) -> None:
    client("s3").delete_object(Bucket=town.town.bucket, Key=str(town.photos()[0].object_key))
    run = indexed(town)
    assert town.files.get(run, "plan.json")["without_bytes"] == 1
    refused(town, run, "it has 75.0% of the photos")


def test_faces_too_many_and_too_few_are_mended_on_the_way(town: Rebuilding) -> None:
    run, photos = indexed(town), town.photos()
    (lost,) = town.faces(TWO)[photos[0].key.external_image_id]
    town.lose(TWO, lost)
    town.plant(TWO, photos[1].key.external_image_id, town.pictures[3])
    town.plant(TWO, f"{town.town.key(999)}:1:gone", town.pictures[3])
    report = town.verify(run)
    assert (report["outcome"], report["caught_up"], report["faces"]) == ("VERIFIED", 1, 4)
    assert sorted(town.faces(TWO)) == sorted(photo.key.external_image_id for photo in photos)
    assert {len(ids) for ids in town.faces(TWO).values()} == {1}


def test_more_is_missing_than_a_verification_catches_up(town: Rebuilding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("homeward.steps.verify_generation.CATCH_UP", 3)
    run = town.new_run()
    town.plan(run)
    with pytest.raises(RebuildError, match="4 photos have no face in missing-people-2, where 3 may"):
        town.verify(run)
    assert town.faces(TWO) == {}


def test_a_switch_looks_once_more(town: Rebuilding) -> None:
    run = town.build()
    photo = town.photos()[0]
    first = min(town.town.cases)
    town.add_case(first + 9, town.pictures[3])
    town.plant(TWO, f"{town.town.key(999)}:1:gone", town.pictures[3])
    assert town.switch(run)["caught_up"] == 1
    assert len(town.faces(TWO)) == 5
    assert town.seen(photo) == (TWO, str(photo.key.case))


def test_no_switch_to_what_somebody_else_touched(town: Rebuilding) -> None:
    run = town.build()
    town.plant(TWO, "holiday", town.pictures[3])
    with pytest.raises(RebuildError, match="somebody put 1 faces into missing-people-2"):
        town.switch(run)
    assert town.live == ONE


def test_no_switch_where_another_one_came_first(town: Rebuilding) -> None:
    run = town.build()
    client("rekognition").create_collection(CollectionId="missing-people-7")
    name = town.town.settings[Setting.COLLECTION_PARAMETER]
    client("ssm").put_parameter(Name=name, Value="missing-people-7", Type="String", Overwrite=True)
    with pytest.raises(RebuildError, match="missing-people-7 became live since"):
        town.switch(run)
    assert town.live == "missing-people-7"
