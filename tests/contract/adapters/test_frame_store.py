"""The frames table: states move forward with their audit events, and what isn't finished can be found."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from homeward.adapters.audit_log import DynamoAuditLog
from homeward.adapters.detections import DynamoDetectionStore
from homeward.adapters.dynamodb import query
from homeward.adapters.frames import DynamoFrameStore
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.errors import ConflictError, NotFoundError
from homeward.domain.frames import UNFINISHED_FRAMES, Frame, FrameOutcome, FrameState
from homeward.settings import Setting, Settings
from tests.factories import frame

_numbers = itertools.count(1)
NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)


@pytest.fixture
def store(settings: Settings) -> DynamoFrameStore:
    tables = (Setting.FRAMES_TABLE, Setting.DETECTIONS_TABLE, Setting.AUDIT_TABLE)
    return DynamoFrameStore(*(settings[table] for table in tables))


@pytest.fixture
def new(store: DynamoFrameStore) -> Frame:
    made = frame(shot=f"store-{next(_numbers)}")
    assert store.receive(made, event(made, "RECEIVED"))
    return made


def event(about: Frame, outcome: str, minutes: int = 0) -> AuditEvent:
    return audit_event(NOW + timedelta(minutes=minutes), "test", "test", f"frame:{about.frame_id}", outcome)


def outcomes(settings: Settings, about: Frame) -> list[str]:
    return [one.outcome for one in DynamoAuditLog(settings[Setting.AUDIT_TABLE]).story(f"frame:{about.frame_id}")]


def unfinished(store: DynamoFrameStore, state: str) -> set[str]:
    names = {"#state": "unfinished"}
    rows = query(store.table, "#state = :state", index="unfinished", names=names, state=state)
    return {row["frame_id"] for row in rows}


def test_a_frame_is_received_once(store: DynamoFrameStore, new: Frame, settings: Settings) -> None:
    assert not store.receive(new, event(new, "AGAIN"))
    row = store.get(new.frame_id)
    assert Frame.from_json(row) == new
    assert outcomes(settings, new) == ["RECEIVED"]


def test_unknown_ones(store: DynamoFrameStore) -> None:
    with pytest.raises(NotFoundError):
        store.get("never")
    ghost = frame(shot="ghost")
    with pytest.raises(ConflictError):
        store.note_deleted(ghost.frame_id, event(ghost, "DELETED"))


def test_states_move_forward_only(store: DynamoFrameStore, new: Frame, settings: Settings) -> None:
    detected = {"detected": {"outcome": "FACES", "faces": [{"left": 0.125}]}}
    store.advance(new.frame_id, [FrameState.RECEIVED], FrameState.DETECTED, detected, event(new, "FACES", 1))
    with pytest.raises(ConflictError):
        store.advance(new.frame_id, [FrameState.RECEIVED], FrameState.DETECTED, {}, event(new, "AGAIN"))
    assert store.get(new.frame_id)["detected"] == detected["detected"]
    assert outcomes(settings, new) == ["RECEIVED", "FACES"]


def test_rows_are_found_until_they_have_ended_for_good(store: DynamoFrameStore, new: Frame) -> None:
    name = new.frame_id
    assert name in unfinished(store, "RECEIVED")
    store.advance(name, [FrameState.RECEIVED], FrameState.DETECTED, {}, event(new, "FACES"))
    assert name in unfinished(store, "DETECTED") - unfinished(store, "RECEIVED")
    store.advance(name, UNFINISHED_FRAMES, FrameState.FINISHED, {}, event(new, "FAILED", 1), FrameOutcome.FAILED)
    assert name in unfinished(store, "FAILED") - unfinished(store, "DETECTED")
    assert store.get(name)["moved_at"] == event(new, "", 1).at


@pytest.mark.parametrize("outcome", [one for one in FrameOutcome if one is not FrameOutcome.FAILED])
def test_an_end_for_good_leaves_the_index(store: DynamoFrameStore, new: Frame, outcome: FrameOutcome) -> None:
    store.advance(new.frame_id, UNFINISHED_FRAMES, FrameState.FINISHED, {}, event(new, outcome), outcome)
    row = store.get(new.frame_id)
    assert (row["state"], row["outcome"]) == ("FINISHED", outcome)
    assert {"unfinished", "moved_at"} & set(row) == set()


def test_a_deletion_is_noted_once(store: DynamoFrameStore, new: Frame, settings: Settings) -> None:
    store.note_deleted(new.frame_id, event(new, "DELETED", 1))
    with pytest.raises(ConflictError):
        store.note_deleted(new.frame_id, event(new, "AGAIN"))
    assert store.get(new.frame_id)["picture_deleted_at"] == event(new, "", 1).at
    assert outcomes(settings, new) == ["RECEIVED", "DELETED"]


def test_which_detections_have_started(store: DynamoFrameStore, new: Frame, settings: Settings) -> None:
    detections = [new.detection(number) for number in range(1, 101)]
    rows = DynamoDetectionStore(settings[Setting.DETECTIONS_TABLE], settings[Setting.AUDIT_TABLE])
    started = detections[::7]
    for detection in started:
        about = audit_event(NOW, "test", "test", f"detection:{detection.detection_id}", "RECEIVED")
        rows.receive(detection, about)
    assert store.started([one.detection_id for one in detections]) == {one.detection_id for one in started}
    assert store.started([]) == set()
