"""Start Detection: once per object version, whatever is repeated or breaks."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.domain.errors import InputError, ServiceUnavailableError
from homeward.steps.start_detection import MAX_PICTURE_BYTES, ArrivalRefusal, StartDetection
from tests.factories import frame
from tests.fakes import FakeDetections, FakeFrames, FakeLog, FakeMachines, FakePictures, clock

KEY = "crops/entrance/20261122T211500123Z-1.jpg"
FRAME = "frames/entrance/20261122T211500123Z-1.jpg"
CUT_OUT = frame().detection(1).picture.key
PLACE = (b"", {"place": "central-station"})


def event(key: str = KEY, size: int = 20_000, version: str | None = "v1") -> dict[str, Any]:
    return {"detail": {"bucket": {"name": "pictures"}, "object": {"key": key, "size": size, "version-id": version}}}


@pytest.fixture
def step() -> StartDetection:
    unplaced = {KEY.replace("-1", "-2"): (b"", {}), FRAME.replace("-1", "-2"): (b"", {"place": "a/b"})}
    pictures = FakePictures({KEY: PLACE, FRAME: PLACE, CUT_OUT: PLACE, **unplaced})
    return StartDetection(
        detections=FakeDetections(),
        frames=FakeFrames(),
        audit=FakeLog(),
        pictures=pictures,
        machines=FakeMachines(),
        detection_machine_arn="arn:detection",
        frame_machine_arn="arn:frame",
        clock=clock,
    )


@pytest.mark.parametrize(("key", "name", "store"), [(KEY, "detection_id", "detections"), (FRAME, "frame_id", "frames")])
def test_a_repeated_event_does_nothing(step: StartDetection, key: str, name: str, store: str) -> None:
    first, again = step(event(key)), step(event(key))
    assert (first["started"], again["started"]) == (True, False)
    assert first[name] == again[name]
    assert [one.outcome for one in getattr(step, store).events] == ["RECEIVED"]
    assert set(step.machines.started) == {first[name]}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("key", "store"), [(KEY, "detections"), (FRAME, "frames")])
def test_what_has_ended_is_never_started_again(step: StartDetection, key: str, store: str) -> None:
    """Step Functions forgets a name after 90 days, and an archive of events can be replayed later."""
    step(event(key))
    [row] = getattr(step, store).rows.values()
    row["state"] = "FINISHED"
    step.machines.started.clear()  # type: ignore[attr-defined]
    assert step(event(key))["started"] is False
    assert step.machines.started == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("key", "name"), [(KEY, "detection_id"), (FRAME, "frame_id")])
def test_a_repeated_event_of_a_picture_that_has_been_deleted_is_no_refusal(
    step: StartDetection, key: str, name: str
) -> None:
    first = step(event(key))
    del step.pictures.held[key]  # type: ignore[attr-defined]
    assert step(event(key)) == {name: first[name], "started": False}
    assert step.audit.events == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("key", [KEY, FRAME])
def test_an_event_that_died_after_the_row_starts_the_execution_when_it_is_repeated(
    step: StartDetection, key: str
) -> None:
    step.machines.broken = ServiceUnavailableError("gone")  # type: ignore[attr-defined]
    with pytest.raises(ServiceUnavailableError):
        step(event(key))
    step.machines.broken = None  # type: ignore[attr-defined]
    assert step(event(key))["started"] is True


def test_frames_and_crops_go_to_their_own_machines(step: StartDetection) -> None:
    names = [step(event(KEY))["detection_id"], step(event(FRAME))["frame_id"]]
    arns = [step.machines.arns[name] for name in names]  # type: ignore[attr-defined]
    assert arns == ["arn:detection", "arn:frame"]


def test_a_face_that_was_cut_out_again_is_the_same_detection_and_its_second_picture_goes(step: StartDetection) -> None:
    first, again = step(event(CUT_OUT)), step(event(CUT_OUT, version="v2"))
    assert first["detection_id"] == again["detection_id"]
    assert (first["started"], again["started"]) == (True, False)
    assert [picture.version for picture in step.pictures.deleted] == ["v2"]  # type: ignore[attr-defined]


def test_another_version_of_an_uploaded_crop_is_another_detection(step: StartDetection) -> None:
    assert step(event())["detection_id"] != step(event(version="v2"))["detection_id"]
    assert step.pictures.deleted == []  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (event("holiday.jpg"), "FOREIGN_PREFIX"),
        (event("cropsy/entrance/20261122T211500123Z-1.jpg"), "FOREIGN_PREFIX"),
        (event("../crops/entrance/20261122T211500123Z-1.jpg"), "FOREIGN_PREFIX"),
        (event("crops/entrance/holiday.jpg"), "MALFORMED_KEY"),
        (event("frames/x.jpg"), "MALFORMED_KEY"),
        (event("frames/entrance/20261322T211500123Z-1.jpg"), "MALFORMED_KEY"),
        (event(size=MAX_PICTURE_BYTES + 1), "TOO_LARGE"),
        (event(FRAME, size=MAX_PICTURE_BYTES + 1), "TOO_LARGE"),
        (event(KEY.replace("-1", "-2")), "NO_PLACE"),
        (event(FRAME.replace("-1", "-2")), "NO_PLACE"),
        (event(KEY.replace("-1", "-3")), "PICTURE_GONE"),
    ],
)
def test_what_can_be_no_detection_is_refused_and_audited(
    step: StartDetection, bad: dict[str, Any], reason: str
) -> None:
    assert step(bad) == {"refused": reason}
    refusals = step.audit.events  # type: ignore[attr-defined]
    assert [(one.outcome, one.reasons) for one in refusals] == [("REFUSED", (ArrivalRefusal(reason).value,))]
    assert step.machines.started == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize("broken", [{}, {"detail": {}}, {"detail": {"bucket": {"name": "b"}, "object": {"key": 1}}}])
def test_what_is_no_event_is_an_error(step: StartDetection, broken: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        step(broken)
