"""A whole sync, step by step: a case server over HTTP, real tables, objects and faces."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from homeward.adapters.aws import client
from homeward.adapters.cases import DynamoCaseStore
from homeward.domain.cases import PhotoStatus
from homeward.domain.errors import NotFoundError, ServiceUnavailableError, SourceBlockedError, SourceError
from homeward.domain.latest import Latest
from homeward.settings import Settings
from homeward.steps.index_photo import IndexPhoto
from homeward.steps.write_manifest import WriteManifest
from tests.contract.adapters.town import Town, now
from tests.contract.namus_client.scripted import Answer
from tests.factories import namus


def test_a_run_brings_cases_photos_and_faces_home(town: Town) -> None:
    report = town.sync()
    first, second, third = town.cases
    assert (report["outcome"], report["problems"]) == ("COMPLETE", [])
    assert report["cases"] == {"NEW": 3}
    assert report["photos"] == {"ADMITTED": 2, "CAPTION_NO_FACE": 1, "CATEGORY_NOT_ADMITTED": 1}
    assert report["index"] == {"INDEXED": 1, "NO_FACE": 1}
    cases, photos, objects, faces = town.state()
    assert {int(key.number) for key in cases} == set(town.cases)
    assert {(case.sex, case.modified) for case in cases.values()} == {("Female", "2026-11-20T12:00:00")}
    indexed, refused = photos
    assert (indexed.status, refused.status, refused.reason) == (PhotoStatus.INDEXED, PhotoStatus.REFUSED, "NO_FACE")
    assert (indexed.face_id, f"{town.key(first)}:1:{1:032x}") in faces
    for case in cases.values():
        assert town.objects.get(town.bucket, case.raw_key) == json.dumps(town.cases[int(case.key.number)]).encode()
    assert f"photos/{town.name}/MP/{second}/1-{1:032x}.jpg" in objects
    assert town.story(third) == ["NEW"]
    assert not town.asked("/2/")
    assert json.loads(town.objects.get(town.bucket, f"sync/{report['run']}/report.json")) == report
    (told,) = town.audit.story(f"run:{report['run']}")
    assert (told.outcome, told.details["cases"]) == ("COMPLETE", {"NEW": 3})
    assert town.latest == Latest(report["run"], datetime(2026, 11, 21, tzinfo=UTC)), "it knows of its window"


def test_a_sync_of_long_ago_does_not_make_the_source_look_stale_or_fresh(town: Town) -> None:
    newest = town.sync()["run"]
    town.sync(("2026-01-01", "2026-01-02"))
    assert town.latest
    assert town.latest.run == newest


def test_a_window_that_ends_in_the_future_vouches_for_no_more_than_now(town: Town) -> None:
    town.sync(("2026-11-20", "2126-11-21"))
    assert town.latest
    assert town.latest.at <= datetime.now(UTC)


def test_a_repeated_run_changes_nothing(town: Town) -> None:
    town.sync()
    before, records = town.state(), town.asked("Cases/")
    report = town.sync()
    assert report["outcome"] == "COMPLETE"
    assert report["diff"]["unchanged"] == 3
    assert town.state() == before
    assert town.asked("Cases/") == records
    assert town.story(next(iter(town.cases))) == ["NEW"]


def test_a_finished_batch_again_asks_nothing_and_changes_nothing(town: Town) -> None:
    run, batches = town.plan()
    for batch in batches:
        town.fetch(run, batch)
    before, records = town.state(), town.asked("Cases/")
    for batch in batches:
        assert set(town.fetch(run, batch)["cases"]) == {"STORED_ALREADY"}
    assert (town.state(), town.asked("Cases/")) == (before, records)


def test_a_changed_case_keeps_its_photos_and_adds_new_ones(town: Town) -> None:
    town.sync()
    first = next(iter(town.cases))
    _, before, _, faces = town.state()
    changed = {"modifiedDateTime": "2026-11-20T18:00:00", "images": [namus.image(1), namus.image(9)]}
    town.cases[first] |= changed
    town.picture(first, 9, Answer(namus.jpeg(60, 300)))
    report = town.sync()
    assert report["cases"] == {"CHANGED": 1}
    assert report["photos"] == {"INDEXED": 1, "TOO_SMALL": 1}
    assert town.asked(f"{first}/Images/1/") == 1
    _, photos, _, now_faces = town.state()
    assert photos[0] == before[0]
    assert (photos[1].status, photos[1].reason) == (PhotoStatus.REFUSED, "TOO_SMALL")
    assert now_faces == faces
    assert town.story(first) == ["NEW", "CHANGED"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(b"<html>"), "NOT_AN_IMAGE"),
        (Answer(status=404), "PICTURE_MISSING"),
        (Answer(namus.jpeg() + bytes(15 * 1024 * 1024)), "TOO_LARGE"),
        (Answer(namus.jpeg(79, 300)), "TOO_SMALL"),
    ],
    ids=["html", "gone", "too large", "too small"],
)
def test_a_bad_picture_is_refused_and_its_case_stays(town: Town, answer: Answer, reason: str) -> None:
    first = next(iter(town.cases))
    town.picture(first, 1, answer)
    report = town.sync()
    assert report["outcome"] == "COMPLETE"
    assert report["photos"][reason] == 1
    _, photos, objects, _ = town.state()
    assert (photos[0].status, photos[0].reason, photos[0].object_key) == (PhotoStatus.REFUSED, reason, None)
    assert not [key for key in objects if key.startswith(f"photos/{town.name}/MP/{first}/")]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(b"<html>Sorry</html>"), "SourceError"),
        (Answer(b'{"id": 1, "created'), "SourceError"),
        (Answer({"id": 5}), "SourceError"),
        (Answer(status=302, headers={"Location": "http://127.0.0.1:1/"}), "SourceError"),
        (Answer(status=404), "NotFoundError"),
        (Answer(status=503), "ServiceUnavailableError"),
    ],
    ids=["html", "cut off", "somebody else", "redirect", "gone", "down"],
)
def test_one_bad_case_stops_nobody_else(town: Town, answer: Answer, error: str) -> None:
    first, *others = town.cases
    town.serve(first, answer)
    run, batches = town.plan()
    with pytest.raises(SourceError, match=f"1 of 2 cases of batch 0000 failed.*{town.key(first)}"):
        town.fetch(run, batches[0])
    town.fetch(run, batches[1])
    town.withdraw(run)
    town.index(run)
    report = town.summary(run)
    assert (report["outcome"], report["problems"]) == ("INCOMPLETE", ["cases that failed: 1"])
    assert (report["cases"], report["failures"][0]["error"]) == ({"NEW": 2, "FAILED": 1}, error)
    assert {int(key.number) for key in town.state()[0]} == set(others)
    assert town.story(first) == ["FAILED"]
    town.serve(first)  # mended: the same batch again brings what is missing, and only that
    asked = town.asked(f"Cases/{others[0]}")
    assert town.fetch(run, batches[0])["cases"] == {"NEW": 1, "STORED_ALREADY": 1}
    assert town.asked(f"Cases/{others[0]}") == asked
    town.index(run)
    assert town.summary(run)["outcome"] == "COMPLETE"


def test_a_refusal_by_the_source_stops_at_once(town: Town) -> None:
    first, *others = town.cases
    town.serve(first, Answer(status=403))
    run, batches = town.plan()
    with pytest.raises(SourceBlockedError):
        town.fetch(run, batches[0])
    assert town.asked(f"Cases/{others[0]}") == 0
    assert town.story(first) == []


class Dies(DynamoCaseStore):
    """A store whose process ends just before it would commit."""

    def save_case(self, *_: Any) -> None:
        raise KeyboardInterrupt


def test_dying_before_the_commit_costs_only_the_next_try(town: Town) -> None:
    run, batches = town.plan()
    real = town.store
    town.store = Dies(**{name: getattr(real, name) for name in DynamoCaseStore.__slots__})
    with pytest.raises(KeyboardInterrupt):
        town.fetch(run, batches[0])
    town.store = real
    assert town.state()[:2] == ({}, [])
    assert town.sync()["outcome"] == "COMPLETE"
    assert len(town.state()[0]) == 3


def test_two_runs_at_once_end_as_one(town: Town) -> None:
    (run, batches), (other, same) = town.plan(), town.plan()
    for batch, twin in zip(batches, same, strict=True):
        assert set(town.fetch(run, batch)["cases"]) == {"NEW"}
        assert set(town.fetch(other, twin)["cases"]) == {"STORED_ALREADY"}
    town.index(run)
    before = town.state()
    town.withdraw(other)
    town.index(other)
    assert town.summary(other)["outcome"] == "COMPLETE"
    assert town.state() == before


def test_a_finished_photo_is_not_paid_for_twice(town: Town) -> None:
    run, batches = town.plan()
    for batch in batches:
        town.fetch(run, batch)
    lines = town.index(run)
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    events = client("rekognition", town.faces.attempts).meta.events
    events.register("before-call.rekognition", note)
    step = IndexPhoto(town.faces, town.store, town.bucket, now)
    assert [step({"photo": line["photo"]}) for line in lines] == lines
    events.unregister("before-call.rekognition", note)
    assert calls == []


def test_a_closed_case_gives_no_photos(town: Town) -> None:
    first = next(iter(town.cases))
    town.cases[first]["caseIsResolved"] = True
    report = town.sync()
    assert report["photos"]["CASE_CLOSED"] == 3
    assert not town.asked(f"{first}/Images")


def test_photos_that_a_dead_run_left_are_indexed_by_the_next(town: Town) -> None:
    run, batches = town.plan()
    for batch in batches:
        town.fetch(run, batch)
    report = town.sync()  # nothing new in it
    assert report["cases"] == {}
    assert report["index"]["INDEXED"] == 1


def test_a_photo_whose_indexing_fails_shows_in_the_summary(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    run, batches = town.plan()
    for batch in batches:
        town.fetch(run, batch)
    town.withdraw(run)
    WriteManifest(town.store, town.objects, town.bucket, "arn")(run)
    report = town.summary(run)
    assert report["outcome"] == "INCOMPLETE"
    assert report["problems"] == ["photos that still wait to be indexed: 2"]
    town.index(run)


def test_a_run_that_died_is_not_called_complete(town: Town) -> None:
    assert town.summary("never-began")["problems"] == [
        "the sweep did not finish",
        "the cases were not compared",
        "the absent cases were not looked at",
        "the photos were not listed",
    ]
    run, _ = town.plan()
    town.withdraw(run)
    town.index(run)
    assert town.summary(run)["problems"] == ["batches that were not fetched: 2"]
    assert town.latest is None


def test_an_unknown_photo_is_an_error(town: Town) -> None:
    step = IndexPhoto(town.faces, town.store, town.bucket, now)
    with pytest.raises(NotFoundError):
        step({"photo": "namus:MP:1:1:nobody"})


def test_a_photo_is_not_finished_while_the_service_is_away(
    town: Town, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, batches = town.plan()
    for batch in batches:
        town.fetch(run, batch)
    client.cache_clear()
    with monkeypatch.context() as env:
        env.setenv("AWS_ENDPOINT_URL_REKOGNITION", "http://127.0.0.1:1")
        with pytest.raises(ServiceUnavailableError):
            town.index(run)
    client.cache_clear()
    assert all(photo.status is PhotoStatus.ADMITTED for photo in town.state()[1])
    assert {line["status"] for line in town.index(run)} == {"INDEXED", "REFUSED"}
