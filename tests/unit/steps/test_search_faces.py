"""Search Faces: named outcomes, the same answer when it is tried again, and no picture of nobody."""

from __future__ import annotations

import pytest

from homeward.domain.detections import Outcome
from homeward.domain.errors import ConflictError, ServiceUnavailableError
from homeward.domain.ports import SearchResult
from tests.factories import detection, face_match, policy, probe
from tests.factories.desk import Desk

FOUND = SearchResult(probe(), (face_match(),), None, "missing-people-1", "7.0")
NOBODY = SearchResult(probe(), ())
ANSWERS = [
    (FOUND, "MATCHES", "SEARCHED"),
    (NOBODY, "NO_CANDIDATE", "FINISHED"),
    (SearchResult(None, ()), "NO_FACE", "FINISHED"),
    (SearchResult(None, (), unusable="NOT_AN_IMAGE"), "UNUSABLE_PICTURE", "FINISHED"),
]


@pytest.mark.parametrize(("answer", "outcome", "state"), ANSWERS)
def test_every_answer_has_a_named_outcome(answer: SearchResult, outcome: str, state: str) -> None:
    desk = Desk()
    event = {"detection": desk.received().to_json()}
    assert desk.search(answer)(event["detection"])["outcome"] == outcome
    assert desk.end(event) == (state, None if outcome == "MATCHES" else outcome)


def test_the_row_says_what_was_searched_and_how() -> None:
    desk = Desk()
    event = {"detection": desk.received().to_json()}
    search = desk.search(FOUND)(event["detection"])
    assert (search["collection"], search["threshold"]) == ("missing-people-1", 80.0)
    assert desk.row(event)["search"] == search


def test_a_second_try_gives_the_first_answer_and_no_second_event() -> None:
    desk = Desk()
    event = {"detection": desk.received().to_json()}
    first = desk.search(FOUND)(event["detection"])
    assert desk.search(NOBODY)(event["detection"]) == first
    assert desk.story(event) == [("search_faces", "MATCHES")]


@pytest.mark.parametrize(("answer", "outcome", "state"), ANSWERS)
def test_the_crop_of_nobody_is_deleted(answer: SearchResult, outcome: str, state: str) -> None:
    desk = Desk()
    found = desk.received()
    desk.search(answer)(found.to_json())
    assert (found.picture in desk.pictures.deleted) is (state == "FINISHED")


def test_a_policy_may_keep_it_and_the_row_says_why_and_until_when() -> None:
    desk = Desk(policy(keep_days={Outcome.ALERTED: 30, Outcome.NO_CANDIDATE: 2}))
    event = {"detection": desk.received().to_json()}
    desk.search(NOBODY)(event["detection"])
    assert desk.pictures.deleted == []
    row = desk.row(event)
    assert (row["kept_because"], row["keep_until"]) == ("NO_CANDIDATE", "2026-11-24T21:15:00.000Z")


def test_a_crash_before_the_deletion_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    found = desk.received()

    def away(_: object) -> None:
        raise ServiceUnavailableError("S3 is away")

    with monkeypatch.context() as s3:
        s3.setattr(desk.pictures, "delete", away)
        with pytest.raises(ServiceUnavailableError):
            desk.search(NOBODY)(found.to_json())
    assert desk.end({"detection": found.to_json()}) == ("FINISHED", "NO_CANDIDATE")
    assert desk.search(FOUND)(found.to_json())["outcome"] == "NO_CANDIDATE"
    assert desk.pictures.deleted == [found.picture]


def test_a_picture_that_is_done_again_is_searched_again() -> None:
    desk = Desk()
    event = {"detection": desk.received().to_json()}
    desk.search(FOUND)(event["detection"])
    desk.failed(event)
    assert desk.search(NOBODY)(event["detection"])["outcome"] == "NO_CANDIDATE"
    assert detection().detection_id == desk.id(event)


def test_a_call_that_comes_after_the_failure_has_no_answer() -> None:
    desk = Desk()
    found = desk.received()
    desk.tables.detections.update(found.detection_id, {"state": "FINISHED", "outcome": "FAILED"})
    with pytest.raises(ConflictError):
        desk.search(FOUND)(found.to_json())
    assert desk.pictures.deleted == []
