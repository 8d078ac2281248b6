"""What a generation should hold, and when it is fit to be searched."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from homeward.domain.cases import CaseKey, CaseStatus, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.domain.detections import FaceMatch
from homeward.domain.rebuild import Standing, batches, standing
from homeward.domain.rebuild_page import rebuild_page
from homeward.domain.rebuild_report import LATE, Checked, Found, Probe, build_report, found_by, problems
from homeward.domain.reconciliation import Holdings, ListedFace, StoredObject
from tests.factories import case_key, photo_key

NOW = datetime(2026, 11, 23, tzinfo=UTC)
CASE, KEY = case_key(), photo_key()
OPEN = {CASE: CaseStatus.OPEN}
RIGHT = Found(True, str(CASE))
PLAN = {
    "run": "run",
    "collection": "faces-2",
    "live": "faces-1",
    "at": "2026-11-23T00:00:00Z",
    "photos": 4,
    "lacking": 4,
    "without_bytes": 0,
    "usd": 0.004,
}


def photo(key: PhotoKey = KEY, **changes: Any) -> Photo:
    known = Photo(key, PhotoClass.FACIAL, PhotoStatus.INDEXED, f"photos/{key.photo_id}", "0", None, "old", ("new",))
    return replace(known, **changes)


def face(face_id: str = "new", key: PhotoKey = KEY) -> ListedFace:
    return ListedFace(face_id, key.external_image_id)


def stand(
    *photos: Photo,
    faces: tuple[ListedFace, ...] = (face(),),
    cases: dict[CaseKey, CaseStatus] | None = None,
    suppressed: frozenset[CaseKey] = frozenset(),
    bytes_lost: bool = False,
) -> Standing:
    objects = [] if bytes_lost else [StoredObject(str(one.object_key), NOW) for one in photos]
    return standing(Holdings(OPEN if cases is None else cases, suppressed, photos, faces, objects))


# --------------------------------------------------------------------------------------------- what it should hold


def test_a_photo_with_its_one_known_face_is_done() -> None:
    found = stand(photo())
    assert (found.wanted, found.lacking, found.spare, found.foreign, found.faces) == ((photo(),), (), (), (), 1)


def test_what_one_face_model_refused_is_tried_again() -> None:
    refused = photo(status=PhotoStatus.REFUSED, face_id=None, other_faces=(), reason="LOW_SHARPNESS")
    assert stand(refused, faces=()).lacking == (refused,)
    assert stand(replace(refused, object_key=None), faces=()).wanted == ()


def test_a_face_that_its_row_does_not_know_is_not_enough_and_stays() -> None:
    """Removal goes by the rows. Indexing again gives the same face, and the row then knows it."""
    stranger = photo(other_faces=())
    found = stand(stranger)
    assert (found.lacking, found.spare) == ((stranger,), ())


def test_the_known_one_of_two_faces_stays() -> None:
    assert stand(photo(), faces=(face("a"), face("new"), face("z"))).spare == (face("a"), face("z"))
    assert stand(photo(other_faces=()), faces=(face("b"), face("a"))).spare == (face("b"),)


@pytest.mark.parametrize(
    "why",
    [
        {"cases": {CASE: CaseStatus.CLOSED}},
        {"cases": {CASE: CaseStatus.WITHDRAWN}},
        {"cases": {}},
        {"suppressed": frozenset({CASE})},
    ],
)
def test_nobody_is_found_whose_case_is_not_looked_for(why: dict[str, Any]) -> None:
    found = stand(photo(), **why)
    assert (found.wanted, found.spare) == ((), (face(),))


def test_photos_that_left_have_no_face_and_leaving_ones_are_in_other_hands() -> None:
    assert stand(photo(status=PhotoStatus.WITHDRAWN, face_id=None, other_faces=())).spare == (face(),)
    leaving = photo(status=PhotoStatus.WITHDRAWING)
    assert stand(leaving).spare == ()
    assert stand(replace(leaving, other_faces=())).spare == (face(),)
    assert stand().spare == (face(),)


def test_a_photo_that_is_just_being_indexed_live_keeps_its_face_and_is_not_asked_for() -> None:
    found = stand(photo(status=PhotoStatus.ADMITTED, face_id=None))
    assert (found.wanted, found.spare) == ((), ())


def test_faces_of_others_are_told_and_never_deleted() -> None:
    found = stand(photo(), faces=(face(), ListedFace("x", "holiday")))
    assert (found.spare, found.foreign) == ((), (ListedFace("x", "holiday"),))


def test_a_photo_without_bytes_can_get_no_face() -> None:
    found = stand(photo(), faces=(), bytes_lost=True)
    assert (found.lacking, found.without_bytes) == ((), (photo(),))


def test_batches_hold_everything_once_and_are_never_too_many() -> None:
    photos = [photo(photo_key(number)) for number in range(1, 26)]
    cut = batches(photos, 2, most=5)
    assert [len(batch) for batch in cut.values()] == [5] * 5
    assert sorted(name for batch in cut.values() for name in batch) == sorted(
        one.key.external_image_id for one in photos
    )
    assert batches([], 2, most=5) == {}


# --------------------------------------------------------------------------------------------- is it fit?


def probe(new: Found = RIGHT, live: Found | None = RIGHT, **changes: Any) -> Probe:
    return Probe(**{"photo": KEY, "has_sibling": True, "new": new, "live": live, **changes})


def checked(found: Standing | None = None, *probes: Probe, **changes: Any) -> Checked:
    values: dict[str, Any] = {
        "standing": found or stand(photo()),
        "refused": {},
        "caught_up": {},
        "probes": probes or (probe(),),
        "model": "7",
        "live_model": "7",
        "min_agreement": 0.98,
    }
    return Checked(**{**values, **changes})


def lacking(count: int, **changes: Any) -> Standing:
    """A generation in which so many of a thousand photos have no face."""
    photos = [photo(photo_key(number), **changes) for number in range(1, 1001)]
    cases = {one.key.case: CaseStatus.OPEN for one in photos}
    return stand(*photos, faces=tuple(face(key=one.key) for one in photos[count:]), cases=cases)


def test_a_whole_generation_is_fit() -> None:
    assert problems(checked()) == []


def test_some_may_have_come_since_but_not_many() -> None:
    refusing = {"status": PhotoStatus.REFUSED, "face_id": None}
    assert problems(checked(lacking(LATE, **refusing))) == []
    assert problems(checked(lacking(LATE + 1, **refusing))) == ["26 photos have no face, and no reason why not"]


def test_a_refusal_is_a_reason_as_long_as_few_are_lost() -> None:
    for count, fit in ((20, True), (21, False)):
        found = lacking(count)
        refused = {one.key.external_image_id: "LOW_SHARPNESS" for one in found.lacking}
        assert (problems(checked(found, refused=refused)) == []) is fit


def test_faces_too_many_or_of_others_are_never_fit() -> None:
    (spare,) = problems(checked(stand(photo(), faces=(face(), face("again")))))
    (foreign,) = problems(checked(stand(photo(), faces=(face(), ListedFace("x", "holiday")))))
    assert "too many" in spare
    assert "aren't named as ours" in foreign


def test_one_face_of_the_wrong_picture_is_too_many_where_the_live_one_has_the_right_one() -> None:
    wrong = probe(new=Found(False, None))
    assert len(problems(checked(None, *[probe()] * 199, wrong))) == 1
    both = probe(new=Found(False, None), live=Found(False, None))
    assert problems(checked(None, *[probe()] * 199, both)) == []
    alone = [probe(live=None)] * 198
    assert problems(checked(None, *alone, *[replace(wrong, live=None)] * 4)) == []
    assert len(problems(checked(None, *alone, *[replace(wrong, live=None)] * 5))) == 1


def test_agreement_is_asked_of_the_same_face_model_only() -> None:
    other = probe(new=Found(True, "namus:MP:1"), has_sibling=False)
    probes = [probe(has_sibling=False)] * 97 + [other] * 3
    (why,) = problems(checked(None, *probes))
    assert why == "97.0% of the searches agree with the live one; 98.0% are asked"
    assert problems(checked(None, *probes, live_model="6")) == []
    assert problems(checked(None, *[replace(one, live=None) for one in probes], live_model="")) == []


def test_another_face_model_may_not_find_people_worse() -> None:
    worse = probe(new=Found(True, None))
    assert problems(checked(None, *[probe()] * 98, *[worse] * 2, live_model="6")) == []
    (why,) = problems(checked(None, *[probe()] * 97, *[worse] * 3, live_model="6"))
    assert why == "people's other photos come first in 97.0% of the searches, 100.0% in the live one"


def test_what_a_search_found() -> None:
    other, stranger = photo_key(identity=2), photo_key(number=7)
    both = {key.external_image_id for key in (KEY, other, stranger)}
    found = found_by(KEY, [match(stranger, 90.0), match(KEY, 100.0), match(other, 95.0)], both)
    assert found == Found(True, str(CASE))
    assert found_by(KEY, [match(stranger, 99.0), match(KEY, 98.0)], both) == Found(False, str(stranger.case))
    assert found_by(KEY, [match(stranger, 100.0), match(KEY, 100.0)], both).own
    assert found_by(KEY, [match(stranger, 90.0)], both - {stranger.external_image_id}) == Found(False, None)
    assert found_by(KEY, [FaceMatch("holiday", "x", 90.0)], both) == Found(False, None)
    assert found_by(KEY, [], both) == Found(False, None)


def match(key: PhotoKey, similarity: float) -> FaceMatch:
    return FaceMatch(key.external_image_id, "x", similarity)


def test_a_page_escapes_what_comes_from_outside() -> None:
    report = build_report(PLAN, "now", checked(None, refused={"<script>": "<b>"}))
    page = rebuild_page(report)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "VERIFIED" in page
