"""Cases that leave and come back: a case server over HTTP, real tables, objects and faces."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from homeward.adapters.aws import client
from homeward.domain.cases import CaseKey, CaseStatus, PhotoKey, PhotoStatus
from homeward.domain.errors import ConflictError, ServiceUnavailableError, VanishedError
from homeward.domain.ports import IndexResult
from homeward.domain.suppressions import SuppressionReason
from homeward.settings import Setting
from homeward.steps.index_photo import IndexPhoto
from homeward.steps.suppress_case import SuppressCase
from tests.contract.adapters.town import Town, now
from tests.contract.namus_client.scripted import Answer
from tests.factories import namus


@pytest.fixture
def full(town: Town) -> Town:
    """All three cases are home; the first one has a face."""
    assert town.sync()["index"]["INDEXED"] == 1
    return town


def first_of(town: Town) -> int:
    return next(iter(town.cases))


def leave(town: Town, number: int) -> dict[str, Any]:
    """The case disappears from index and detail; its record, to bring it back."""
    town.serve(number, Answer(status=404))
    return town.cases.pop(number)


def come_back(town: Town, record: dict[str, Any], **changes: Any) -> None:
    town.cases[record["id"]] = record | changes
    town.serve(record["id"])


def faces_of(town: Town, number: int) -> list[str]:
    listed = client("rekognition").list_faces(CollectionId="missing-people-1", MaxResults=1000)["Faces"]
    return [face["FaceId"] for face in listed if face["ExternalImageId"].startswith(f"{town.key(number)}:")]


def status(town: Town, number: int) -> tuple[CaseStatus, list[PhotoStatus]]:
    key = town.key(number)
    return town.store.get_cases([key])[key].status, [photo.status for photo in town.store.photos_of(key)]


def listed(town: Town, number: int) -> SuppressionReason | None:
    entry = town.suppressions.entries([town.key(number)]).get(town.key(number))
    return entry.reason if entry else None


def test_a_vanished_case_leaves_after_the_second_sweep_only(full: Town) -> None:
    gone = first_of(full)
    leave(full, gone)
    report = full.sync()
    assert (report["absent"], report["outcome"]) == ({"MISSED_ONCE": 1}, "COMPLETE")
    assert status(full, gone) == (CaseStatus.OPEN, [PhotoStatus.INDEXED])
    assert len(faces_of(full, gone)) == 1
    report = full.sync()
    assert report["absent"] == {"WITHDRAWN": 1}
    assert status(full, gone) == (CaseStatus.WITHDRAWN, [PhotoStatus.WITHDRAWN])
    assert faces_of(full, gone) == []
    assert listed(full, gone) is SuppressionReason.VANISHED
    assert full.story(gone) == ["NEW", "WITHDRAWN"]
    report = full.sync()
    assert (report["diff"]["absent"], report["absent"]) == (0, {})


def test_the_same_run_again_is_not_a_second_sweep(full: Town) -> None:
    gone = first_of(full)
    leave(full, gone)
    run, _ = full.plan()
    for _ in range(3):
        assert full.withdraw(run)["cases"] == {"MISSED_ONCE": 1}
    assert status(full, gone)[0] is CaseStatus.OPEN


def test_sweeps_that_overlap_are_not_two(full: Town) -> None:
    leave(full, first_of(full))
    (one, _), (other, _) = full.plan(), full.plan()
    assert full.withdraw(other)["cases"] == {"MISSED_ONCE": 1}
    assert full.withdraw(one)["cases"] == {"MISSED_ONCE": 1}


def test_an_incomplete_sweep_withdraws_nothing(full: Town) -> None:
    gone = first_of(full)
    leave(full, gone)
    full.sync()
    full.hidden = 1  # the source counts one more than it lists
    report = full.sync()
    assert report["outcome"] == "INCOMPLETE"
    assert report["problems"] == ["the sweep did not see every case, so nothing was withdrawn"]
    assert (report["absent"], status(full, gone)[0]) == ({}, CaseStatus.OPEN)


def test_a_case_that_only_the_index_lacks_stays(full: Town) -> None:
    gone = first_of(full)
    record = leave(full, gone)
    full.serve(gone, Answer(record))
    full.sync()
    assert full.sync()["absent"] == {"STILL_PUBLISHED": 1}
    assert status(full, gone) == (CaseStatus.OPEN, [PhotoStatus.INDEXED])


def test_a_record_that_says_resolved_leaves_as_resolved(full: Town) -> None:
    gone = first_of(full)
    record = leave(full, gone)
    full.serve(gone, Answer(record | {"caseIsResolved": True}))
    full.sync()
    assert full.sync()["absent"] == {"RESOLVED": 1}
    assert (status(full, gone), faces_of(full, gone)) == ((CaseStatus.CLOSED, [PhotoStatus.WITHDRAWN]), [])
    assert listed(full, gone) is SuppressionReason.RESOLVED


def test_a_source_that_does_not_tell_withdraws_nothing_and_is_asked_again(full: Town) -> None:
    gone = first_of(full)
    leave(full, gone)
    full.sync()
    full.serve(gone, Answer(b"<html>Sorry</html>"))
    report = full.sync()
    assert (report["absent"], report["problems"]) == ({"UNSURE": 1}, ["absent cases that could not be looked at: 1"])
    full.serve(gone, Answer(status=404))
    assert full.sync()["absent"] == {"WITHDRAWN": 1}


def test_a_case_that_is_seen_again_begins_anew(full: Town) -> None:
    gone = first_of(full)
    record = leave(full, gone)
    full.sync()
    come_back(full, record)
    assert full.sync()["absent"] == {}
    leave(full, gone)
    assert full.sync()["absent"] == {"MISSED_ONCE": 1}


@pytest.mark.parametrize("changes", [{}, {"modifiedDateTime": "2026-11-20T23:00:00"}], ids=["same", "newer"])
def test_a_case_that_returns_is_reinstated_whatever_the_window(full: Town, changes: dict[str, str]) -> None:
    gone = first_of(full)
    record = leave(full, gone)
    full.sync()
    (before,) = faces_of(full, gone)
    full.sync()
    come_back(full, record, **changes)
    report = full.sync()
    assert (report["cases"], report["diff"]["returned"]) == ({"RETURNED": 1}, 1)
    assert status(full, gone) == (CaseStatus.OPEN, [PhotoStatus.INDEXED])
    (after,) = faces_of(full, gone)
    assert after != before
    assert listed(full, gone) is None
    assert full.story(gone) == ["NEW", "WITHDRAWN", "RETURNED"]
    assert full.sync()["cases"] == {}


def test_a_resolved_case_leaves_at_once_and_comes_back_when_reopened(full: Town) -> None:
    gone = first_of(full)
    full.cases[gone] |= {"caseIsResolved": True, "modifiedDateTime": "2026-11-20T20:00:00"}
    assert full.sync()["photos"] == {"CASE_CLOSED": 3, "WITHDRAWING": 1}
    assert (status(full, gone), faces_of(full, gone)) == ((CaseStatus.CLOSED, [PhotoStatus.WITHDRAWN]), [])
    assert listed(full, gone) is SuppressionReason.RESOLVED
    full.cases[gone] |= {"caseIsResolved": False, "modifiedDateTime": "2026-11-20T21:00:00"}
    assert full.sync()["cases"] == {"CHANGED": 1}
    assert (status(full, gone)[0], len(faces_of(full, gone))) == (CaseStatus.OPEN, 1)
    assert listed(full, gone) is None


def test_a_photo_that_the_record_drops_leaves_and_the_case_stays(full: Town) -> None:
    number = first_of(full)
    full.cases[number] |= {"images": [], "modifiedDateTime": "2026-11-20T20:00:00"}
    assert full.sync()["photos"] == {"WITHDRAWING": 1}
    assert (status(full, number), faces_of(full, number)) == ((CaseStatus.OPEN, [PhotoStatus.WITHDRAWN]), [])
    (photo,) = full.store.photos_of(full.key(number))
    assert (photo.reason, photo.face_id) == ("NOT_LISTED", None)


def test_too_many_at_once_stop_the_run_and_alarm(full: Town) -> None:
    operators = client("sqs").create_queue(QueueName=f"operators-{full.name}")["QueueUrl"]
    arn = client("sqs").get_queue_attributes(QueueUrl=operators, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = full.settings[Setting.OPERATIONS_TOPIC_ARN]
    client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    one, other, _ = list(full.cases)
    leave(full, one)
    leave(full, other)
    with pytest.raises(VanishedError, match="2 of 3 open cases"):
        full.plan()
    messages = client("sqs").receive_message(QueueUrl=operators, WaitTimeSeconds=10).get("Messages", [])
    assert "2 of 3 open cases" in messages[0]["Body"]
    full.plan(accept_vanished=True)
    assert status(full, one) == (CaseStatus.OPEN, [PhotoStatus.INDEXED])


def test_a_photo_that_is_just_being_indexed_leaves_no_face(full: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The case is suppressed between IndexFaces and the note of its result."""
    number = first_of(full)
    full.cases[number] |= {"images": [namus.image(1), namus.image(5)], "modifiedDateTime": "2026-11-20T20:00:00"}
    full.picture(number, 5, *full.server.answers[f"{namus.CASES}/{number}/Images/1/Original"])
    run, (batch,) = full.plan()
    full.fetch(run, batch)
    index, suppress = full.faces.index, SuppressCase(full.store, full.suppressions, now)

    def index_slowly(photo: PhotoKey, bucket: str, object_key: str) -> IndexResult:
        result = index(photo, bucket, object_key)
        assert result.face_id
        suppress(full.key(number), "Alex Example", "asked by the family")
        full.withdraw(run)
        return result

    monkeypatch.setattr(type(full.faces), "index", staticmethod(index_slowly))
    photo = PhotoKey(full.key(number), 5, f"{5:032x}")
    answer = IndexPhoto(full.faces, full.store, full.bucket, now)({"photo": photo.external_image_id})
    assert answer["status"] == "WITHDRAWN"
    assert faces_of(full, number) == []


def test_a_person_s_suppression_outlives_the_source_until_a_person_lifts_it(full: Town) -> None:
    number = first_of(full)
    suppress = SuppressCase(full.store, full.suppressions, now)
    assert suppress(full.key(number), "Alex Example", "asked by the family") == 1
    report = full.sync()
    assert (report["diff"]["suppressed"], faces_of(full, number)) == (1, [])
    full.cases[number] |= {"modifiedDateTime": "2026-11-20T20:00:00"}
    assert full.sync()["cases"] == {}
    record = leave(full, number)
    full.sync()
    full.sync()
    assert listed(full, number) is SuppressionReason.REQUESTED
    come_back(full, record)
    assert full.sync()["cases"] == {}
    suppress.lift(full.key(number), "Alex Example", "the family changed its mind")
    assert full.sync()["cases"] == {"RETURNED": 1}
    assert len(faces_of(full, number)) == 1
    assert full.story(number) == ["NEW", "SUPPRESSED", "LIFTED", "RETURNED"]


def test_a_case_that_was_never_seen_can_be_suppressed(full: Town) -> None:
    number = first_of(full) + 7
    suppress = SuppressCase(full.store, full.suppressions, now)
    assert suppress(full.key(number), "Alex Example", "") == 0
    come_back(full, namus.record(number, images=[]))
    assert full.sync()["diff"]["suppressed"] == 1
    assert full.store.get_cases([full.key(number)]) == {}
    suppress.lift(full.key(number), "Alex Example", "")
    with pytest.raises(ConflictError):
        suppress.lift(full.key(number), "Alex Example", "")
    assert full.sync()["cases"] == {"NEW": 1}


def test_a_failed_case_is_tried_again_by_the_next_run_whatever_its_window(town: Town) -> None:
    number = first_of(town)
    town.serve(number, Answer(b"<html>Sorry</html>"))
    assert town.sync()["cases"] == {"FAILED": 1, "NEW": 2}
    assert town.failures.failed(town.name, "MP") == {str(number)}
    town.serve(number)
    report = town.sync(("2020-01-01", "2020-01-02"))
    assert (report["cases"], report["diff"]["retried"]) == ({"NEW": 1}, 1)
    assert town.failures.failed(town.name, "MP") == set()
    assert town.sync()["cases"] == {}


def test_a_picture_that_was_missing_is_asked_for_again_with_the_next_version(town: Town) -> None:
    number = first_of(town)
    there = town.server.answers[f"{namus.CASES}/{number}/Images/1/Original"]
    town.picture(number, 1, Answer(status=404))
    assert town.sync()["photos"]["PICTURE_MISSING"] == 1
    town.picture(number, 1, *there)
    town.cases[number] |= {"modifiedDateTime": "2026-11-20T20:00:00"}
    assert town.sync()["photos"]["ADMITTED"] == 1
    assert status(town, number) == (CaseStatus.OPEN, [PhotoStatus.INDEXED])


def test_alerts_of_a_case_that_is_closed_are_taken_back_before_its_faces_are_done_with(full: Town) -> None:
    first, retracted = first_of(full), list[CaseKey]()
    full.cases[first] |= {"caseIsResolved": True, "modifiedDateTime": "2026-11-20T23:00:00"}
    full.serve(first)

    def away(key: CaseKey, actor: str) -> Sequence[str]:
        raise ServiceUnavailableError("SNS is away")

    def retract(key: CaseKey, actor: str) -> Sequence[str]:
        retracted.append(key)
        return ["one alert"]

    full.retract_alerts_of = away
    with pytest.raises(ServiceUnavailableError):
        full.sync()
    assert status(full, first) == (CaseStatus.CLOSED, [PhotoStatus.WITHDRAWING])
    full.retract_alerts_of = retract
    assert full.sync()["removed"] == {"photos": 1, "faces": 1, "alerts": 1}
    assert (retracted, status(full, first)[1]) == ([full.key(first)], [PhotoStatus.WITHDRAWN])
    full.sync()
    assert len(retracted) == 1


def test_a_photo_that_is_no_longer_listed_takes_no_alert_back(full: Town) -> None:
    first = first_of(full)
    full.cases[first] |= {"images": [], "modifiedDateTime": "2026-11-20T23:00:00"}
    full.serve(first)
    full.retract_alerts_of = lambda key, actor: pytest.fail(f"{key} is still looked for")
    assert full.sync()["removed"] == {"photos": 1, "faces": 1, "alerts": 0}
