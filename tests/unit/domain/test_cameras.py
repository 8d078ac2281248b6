"""What a heartbeat says, and when a camera is silent or troubled."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeward.domain.cameras import (
    SILENT_AFTER,
    WRONG_CLOCK,
    CameraState,
    checked_camera,
    heartbeat_key,
    parse_heartbeat,
)
from homeward.domain.errors import InputError
from homeward.domain.places import Spot

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
KEY = "heartbeats/lobby.json"


def said(**changes: Any) -> bytes:
    told: dict[str, Any] = {
        "at": "2026-11-22T21:10:00.000+00:00",
        "started_at": "2026-11-22T20:00:00.000+00:00",
        "last_frame_at": "2026-11-22T21:09:59.900+00:00",
        "agent_version": "1.0.0",
        "clock_skew_ms": 0,
        "waiting": 2,
        "dropped": 1,
        "troubles": {},
    }
    return json.dumps({**told, **changes}).encode()


def state(beat_at: datetime = NOW, **changes: Any) -> CameraState:
    found = parse_heartbeat(KEY, beat_at, said(**changes))
    assert found
    return found


def test_a_camera_that_is_well() -> None:
    found = state()
    assert (found.camera, found.version, found.waiting, found.dropped) == ("lobby", "1.0.0", 2, 1)
    assert not found.silent(NOW + SILENT_AFTER)
    assert not found.troubled


def test_without_heartbeats_it_is_silent() -> None:
    assert state().silent(NOW + SILENT_AFTER + timedelta(seconds=1))


def test_a_camera_that_sees_nothing_is_silent_though_it_beats() -> None:
    assert state(last_frame_at="2026-11-22T20:49:00+00:00").silent(NOW)
    assert state(last_frame_at=None).silent(NOW)
    assert not state(last_frame_at=None, started_at="2026-11-22T21:09:00+00:00").silent(NOW)


def test_a_wrong_clock_does_not_make_it_silent_but_troubled() -> None:
    years_ago = {"at": "1970-01-01T00:10:00+00:00", "last_frame_at": "1970-01-01T00:09:59+00:00"}
    found = state(**years_ago, clock_skew_ms=-WRONG_CLOCK // timedelta(milliseconds=1) - 1)
    assert not found.silent(NOW)
    assert found.troubled
    assert not state(clock_skew_ms=-5000).troubled
    assert not state(clock_skew_ms=None).troubled


def test_its_troubles_are_told_and_bounded() -> None:
    found = state(troubles={str(number): "x" * 10_000 for number in range(1000)})
    assert found.troubled
    assert len(found.troubles) == 10
    assert {len(text) for text in found.troubles} == {200}


def test_who_was_enrolled_and_never_heard_of_is_expected() -> None:
    found = parse_heartbeat(KEY, NOW, b'{"enrolled_at": "2026-11-22T21:15:00Z"}')
    assert found == CameraState("lobby", NOW)
    assert not found.silent(NOW)
    assert found.silent(NOW + timedelta(hours=1))


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000, said(at=7), said(troubles=[]), said(waiting="many"),
     said(clock_skew_ms=10**30), said(at="2026-11-22T21:10:00+00:00", last_frame_at="yesterday"), said()[:40]],
)  # fmt: skip
def test_garbage_is_a_trouble_of_that_camera(body: bytes) -> None:
    found = parse_heartbeat(KEY, NOW, body)
    assert found
    assert found.troubled
    assert found.camera == "lobby"


@given(st.binary(max_size=300))
def test_no_bytes_break_it(body: bytes) -> None:
    assert parse_heartbeat(KEY, NOW, body) is not None


@pytest.mark.parametrize(
    "key", ["heartbeats/", "heartbeats/.json", "heartbeats/a/b.json", "heartbeats/a.txt", "x.json"]
)
def test_other_objects_are_no_cameras(key: str) -> None:
    assert parse_heartbeat(key, NOW, said()) is None


@pytest.mark.parametrize("camera", ["", "a/b", "a" * 41, "ä", "a.b"])
def test_names_that_cannot_be_a_cameras_are_refused(camera: str) -> None:
    with pytest.raises(InputError):
        checked_camera(camera)
    assert heartbeat_key("Lobby_1-b") == "heartbeats/Lobby_1-b.json"


def test_it_is_shown_as_plain_values() -> None:
    shown = state(troubles={"disk": "full"}).to_json(NOW + timedelta(minutes=1))
    assert json.loads(json.dumps(shown)) == {
        "camera": "lobby",
        "silent": False,
        "beat_seconds_ago": 60,
        "waiting": 2,
        "dropped": 1,
        "skew_seconds": 0.0,
        "troubles": ["disk: full"],
    }


@pytest.mark.parametrize(
    ("position", "spot"),
    [
        ([43.66, -70.26], Spot(43.66, -70.26)),
        (None, None),
        ([43.66], None),
        ("43.66,-70.26", None),
        ([91, 0], None),
        ([True, False], None),
        (["43", "70"], None),
    ],
)
def test_a_camera_may_say_where_it_stands(position: Any, spot: Spot | None) -> None:
    state = parse_heartbeat(KEY, NOW, said(position=position))
    assert state is not None
    assert (state.position, state.troubles) == (spot, ())
