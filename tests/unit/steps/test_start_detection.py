"""Start Detection: once per object version, whatever is repeated or breaks."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.domain.errors import InputError, ServiceUnavailableError
from homeward.steps.start_detection import MAX_PICTURE_BYTES, StartDetection
from tests.fakes import FakeDetections, FakeLog, FakeMachines, FakeObjects, clock

KEY = "crops/entrance/20261122T211500123Z-1.jpg"


def event(key: str = KEY, size: int = 20_000, version: str | None = "v1") -> dict[str, Any]:
    return {"detail": {"bucket": {"name": "pictures"}, "object": {"key": key, "size": size, "version-id": version}}}


@pytest.fixture
def step() -> StartDetection:
    objects = FakeObjects({KEY: {"place": "central-station"}, KEY.replace("-1", "-2"): {}})
    return StartDetection(FakeDetections(), FakeLog(), objects, FakeMachines(), "arn:machine", clock)


def test_a_repeated_event_does_nothing(step: StartDetection) -> None:
    first, again = step(event()), step(event())
    assert (first["started"], again["started"]) == (True, False)
    assert first["detection_id"] == again["detection_id"]
    assert len(step.detections.events) == 1  # type: ignore[attr-defined]


def test_an_event_that_died_after_the_row_starts_the_execution_when_it_is_repeated(step: StartDetection) -> None:
    step.machines.broken = ServiceUnavailableError("gone")  # type: ignore[attr-defined]
    with pytest.raises(ServiceUnavailableError):
        step(event())
    step.machines.broken = None  # type: ignore[attr-defined]
    assert step(event())["started"] is True


@pytest.mark.parametrize(
    "bad",
    [
        event("crops/entrance/holiday.jpg"),
        event("frames/x.jpg"),
        event(size=MAX_PICTURE_BYTES + 1),
        event(KEY.replace("-1", "-2")),  # no place in its metadata
        event(KEY.replace("-1", "-3")),  # gone meanwhile
    ],
)
def test_what_can_be_no_detection_is_refused_and_audited(step: StartDetection, bad: dict[str, Any]) -> None:
    assert "refused" in step(bad)
    assert [refusal.outcome for refusal in step.audit.events] == ["REFUSED"]  # type: ignore[attr-defined]
    assert step.machines.started == {}  # type: ignore[attr-defined]


@pytest.mark.parametrize("broken", [{}, {"detail": {}}, {"detail": {"bucket": {"name": "b"}, "object": {"key": 1}}}])
def test_what_is_no_event_is_an_error(step: StartDetection, broken: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        step(broken)
