"""Assess Candidates: the rules with everything that they need to know, and no picture of somebody who isn't missed."""

from __future__ import annotations

from typing import Any

import pytest

from homeward.domain.detections import DetectionState
from tests.factories import FACE_MODEL, case, case_key, face_match, probe
from tests.factories.desk import Desk


def searched(desk: Desk, *similarities: float) -> dict[str, Any]:
    """Case 51557 and its rivals 1, 2, ... with these similarities."""
    found = desk.received()
    numbers = [51557, *range(1, len(similarities))]
    for number in numbers:
        desk.cases.held[case_key(number)] = case(number)
    matches = [face_match(number, similarity) for number, similarity in zip(numbers, similarities, strict=True)]
    search = {
        "outcome": "MATCHES",
        "probe": {name: getattr(probe(), name) for name in probe().__slots__},
        "matches": [{name: getattr(match, name) for name in match.__slots__} for match in matches],
        "face_model_version": FACE_MODEL,
    }
    step = (found.detection_id, [DetectionState.RECEIVED], DetectionState.SEARCHED, {"search": search})
    desk.detections.advance(*step, desk.event(found))
    return {"detection": found.to_json(), "search": search}


@pytest.mark.parametrize(
    ("similarity", "verdict", "end"),
    [
        (97.0, "ALERT", ("ASSESSED", None)),
        (90.0, "REVIEW", ("ASSESSED", None)),
        (80.0, "DISCARD", ("FINISHED", "DISCARDED")),
    ],
)
def test_a_decision_moves_the_detection(similarity: float, verdict: str, end: tuple[str, str | None]) -> None:
    desk = Desk()
    event = searched(desk, similarity)
    assert desk.assess(event)["verdict"] == verdict
    assert desk.end(event) == end
    assert bool(desk.pictures.deleted) is (verdict == "DISCARD")
    assert desk.story(event)[-1] == ("assess_candidates", verdict)


def test_a_second_try_gives_the_first_decision_and_deletes_again() -> None:
    desk = Desk()
    event = searched(desk, 80.0)
    first = desk.assess(event)
    desk.cases.held.clear()
    assert desk.assess(event) == first
    assert len(desk.pictures.deleted) == 2


def test_a_mark_of_a_person_raises_the_bar() -> None:
    desk = Desk()
    event = searched(desk, 97.0, 93.0)
    desk.mark_look_alike(case_key(1), case_key(), "Alex Example", "same brow")
    decision = desk.assess(event)
    assert (decision["verdict"], decision["reasons"][1]) == ("REVIEW", "LOOK_ALIKE")
