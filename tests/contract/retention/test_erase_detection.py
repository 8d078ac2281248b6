"""A detection is erased: its picture, question and alert go with it, and its picture's event doesn't bring it back."""

from __future__ import annotations

import pytest

from homeward import bootstrap
from homeward.adapters.aws import client
from homeward.adapters.machines import StepFunctionsMachines
from homeward.domain.audit import audit_event
from homeward.domain.errors import NotFoundError
from homeward.domain.frames import FrameOutcome, FrameState
from homeward.settings import Setting
from tests.contract.adapters.town import now
from tests.contract.retention.sightings import Sightings, everything, mentions
from tests.factories import frame


def places(seen: Sightings, detection_id: str, crop: str) -> list[str]:
    """Where it is found, but for its tombstone."""
    found = [pair for pair in everything(seen.settings) if detection_id in pair[1] or crop in pair[1]]
    return [where for where, content in found if '"outcome": "ERASED"' not in content]


def crop_of(seen: Sightings, detection_id: str) -> str:
    row = seen.row(detection_id)
    assert row
    return str(row["picture"]["key"])


def test_one_whose_alert_went_out(seen: Sightings) -> None:
    gone, stays = seen.alerted(0), seen.alerted(0)
    crop = crop_of(seen, gone)
    erasure = seen.erase(gone)
    assert erasure.problems == {}
    assert places(seen, gone, crop) == []
    assert seen.row(gone).keys() == {"detection_id", "state", "outcome", "erased_at"}  # type: ignore[union-attr]
    assert erasure.counts.items() >= {"objects": 1, "leads": 1, "detections": 1, "reviews": 1}.items()
    story = seen.story(f"detection:{gone}")
    assert story.index(("retract_alert", "TOLD")) < story.index(("erase_row", "DELETED"))
    assert story[-1] == ("erase_record", "ERASED")
    assert crop_of(seen, stays)
    assert len(mentions(seen.settings, stays)) >= 3


def test_one_that_waits_for_a_person(seen: Sightings) -> None:
    gone = seen.pass_by(0)
    crop = crop_of(seen, gone)
    erasure = seen.erase(gone)
    assert erasure.problems == {}
    machine = seen.settings[Setting.DETECTION_MACHINE_ARN]
    assert StepFunctionsMachines().status(machine, gone) == "ABORTED"
    assert gone not in [review["detection_id"] for review in bootstrap.reviews().list_open()]
    assert places(seen, gone, crop) == []


def test_its_pictures_event_comes_again(seen: Sightings) -> None:
    gone = seen.pass_by(0)
    row = seen.row(gone)
    assert row
    seen.erase(gone)
    picture = row["picture"]
    stored = {"key": picture["key"], "version-id": picture["version"], "size": picture["size"]}
    answer = bootstrap.start_detection()({"detail": {"bucket": {"name": picture["bucket"]}, "object": stored}})
    assert answer == {"refused": "PICTURE_GONE"}
    assert places(seen, gone, picture["key"]) == []
    with pytest.raises(NotFoundError):
        bootstrap.detections().get(gone)


def test_its_frame_is_cut_again(seen: Sightings) -> None:
    """The face of a frame is told by the frame: whoever cuts it again finds that this face is dealt with."""
    bucket = seen.settings[Setting.PICTURES_BUCKET]
    whole = frame(camera="gate7", time=f"20261122T2115{seen.first % 100000:05d}Z")
    whole = type(whole).of(type(whole.picture)(bucket, whole.picture.key, "v1", 9), "hall")
    face = whole.detection(1)
    put = client("s3").put_object(
        Bucket=bucket, Key=face.picture.key, Body=seen.pictures[0], Metadata={"place": "hall"}
    )
    assert put["VersionId"]
    seen.wait_for(face.detection_id, "IN_REVIEW")
    frames = bootstrap.frames()
    row = {"faces": [{"crop": face.picture.key, "detection_id": face.detection_id}]}
    frames.receive(whole, audit_event(now(), "test", "test", "x", "x"))
    end = (FrameState.FINISHED, row, audit_event(now(), "test", "test", "x", "x"), FrameOutcome.CROPPED)
    frames.advance(whole.frame_id, [FrameState.RECEIVED], *end)
    assert seen.erase(face.detection_id).problems == {}
    assert places(seen, face.detection_id, face.picture.key) == []
    assert frames.get(whole.frame_id)["faces"] == [{"crop": "erased", "detection_id": "erased"}]
    assert frames.started([face.detection_id]) == {face.detection_id}


def test_a_letter_about_it_is_dealt_with(seen: Sightings) -> None:
    gone = seen.pass_by(0)
    seen.erase(gone)
    assert bootstrap.redrive_detection()(gone) == "ENDED"


def test_somebody_elses_quiet_window_stays(seen: Sightings) -> None:
    """The slot of an erased alert keeps its time: the next sighting at the place is no new lead."""
    gone = seen.alerted(0)
    row = seen.row(gone)
    assert row
    case, place = seen.town.key(seen.first), row["place"]
    before = bootstrap.alerts().slots(case, place).current
    seen.erase(gone)
    after = bootstrap.alerts().slots(case, place).current
    assert (after.state, after.sent_at, after.holder) == (before.state, before.sent_at, "erased")
