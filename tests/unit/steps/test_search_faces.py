"""Search Faces: named outcomes, and the same answer when it is tried again."""

from __future__ import annotations

import pytest

from homeward.domain.ports import SearchResult
from homeward.steps.search_faces import SearchFaces
from tests.factories import detection, face_match, probe
from tests.fakes import FakeDetections, FakeFaces, clock, live_policy


def made(answer: SearchResult) -> SearchFaces:
    step = SearchFaces(FakeFaces(answer), FakeDetections(), live_policy, clock)
    step.detections.rows[detection().detection_id] = {"state": "RECEIVED"}  # type: ignore[attr-defined]
    return step


@pytest.mark.parametrize(
    ("answer", "outcome", "state"),
    [
        (SearchResult(probe(), (face_match(),)), "MATCHES", "SEARCHED"),
        (SearchResult(probe(), ()), "NO_CANDIDATE", "FINISHED"),
        (SearchResult(None, ()), "NO_FACE", "FINISHED"),
        (SearchResult(None, (), unusable="NOT_AN_IMAGE"), "UNUSABLE_PICTURE", "FINISHED"),
    ],
)
def test_every_answer_has_a_named_outcome(answer: SearchResult, outcome: str, state: str) -> None:
    step = made(answer)
    assert step(detection().to_json())["outcome"] == outcome
    row = step.detections.get(detection().detection_id)
    assert row["state"] == state
    assert row.get("outcome") == (None if outcome == "MATCHES" else outcome)


def test_a_second_try_gives_the_first_answer_and_no_second_event() -> None:
    step = made(SearchResult(probe(), (face_match(similarity=97.0),)))
    first = step(detection().to_json())
    step.faces.answer = SearchResult(probe(), (face_match(similarity=50.0),))  # type: ignore[attr-defined]
    assert step(detection().to_json()) == first
    assert len(step.detections.events) == 1  # type: ignore[attr-defined]
