"""What counts as drift between objects, tables and collection, and what mends it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from homeward.domain.cases import CaseKey, CaseStatus, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.domain.drift import compare
from homeward.domain.reconciliation import YOUNG, Drift, Finding, Holdings, ListedFace, Repair, StoredObject
from tests.factories import case_key, photo_key

NOW = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
CASE, KEY, FACE = case_key(), photo_key(), "face-1"


def object_key(key: PhotoKey = KEY) -> str:
    case = key.case
    return f"photos/{case.source}/{case.case_set}/{case.number}/{key.identity_id}-{key.storage_key}.jpg"


def photo(key: PhotoKey = KEY, status: PhotoStatus = PhotoStatus.INDEXED, **changes: Any) -> Photo:
    face_id = FACE if status is PhotoStatus.INDEXED else None
    return replace(Photo(key, PhotoClass.FACIAL, status, object_key(key), "0" * 64, None, face_id), **changes)


def stored(key: PhotoKey = KEY, age: timedelta = 2 * YOUNG) -> StoredObject:
    return StoredObject(object_key(key), NOW - age)


def face(face_id: str = FACE, key: PhotoKey = KEY) -> ListedFace:
    return ListedFace(face_id, key.external_image_id)


def held(
    photos: tuple[Photo, ...] = (photo(),),
    faces: tuple[ListedFace, ...] = (face(),),
    objects: tuple[StoredObject, ...] = (stored(),),
    cases: dict[CaseKey, CaseStatus] | None = None,
    suppressed: frozenset[CaseKey] = frozenset(),
) -> Holdings:
    return Holdings({CASE: CaseStatus.OPEN} if cases is None else cases, suppressed, photos, faces, objects)


def found(holdings: Holdings) -> list[tuple[Drift, Repair | None]]:
    return [(finding.drift, finding.repair) for finding in compare(holdings, NOW)]


def test_nothing_where_all_three_agree() -> None:
    assert compare(held(), NOW) == []
    assert compare(held((), (), (), {}), NOW) == []


def test_a_photo_that_the_live_collection_has_at_last_is_adopted() -> None:
    """An earlier face model refused it; when the collection was rebuilt, it got a face."""
    refused = photo(status=PhotoStatus.REFUSED, other_faces=(FACE,), reason="LOW_SHARPNESS")
    adopted, orphan = (one for one in compare(held((refused,), (face(), face("face-2"))), NOW) if one.face_id)
    assert (adopted.drift, adopted.repair, adopted.face_id) == (Drift.FACE_MISPLACED, Repair.ADOPT_FACE, FACE)
    assert (orphan.drift, orphan.repair, orphan.face_id) == (Drift.FACE_ORPHANED, Repair.DELETE_FACE, "face-2")
    assert found(held((refused,), ())) == [(Drift.CASE_FACELESS, None)]


def test_such_a_photo_leaves_with_its_case() -> None:
    refused = photo(status=PhotoStatus.REFUSED, other_faces=(FACE,), reason="LOW_SHARPNESS")
    closed = held((refused,), cases={CASE: CaseStatus.CLOSED})
    assert found(closed) == [(Drift.PHOTO_UNWANTED, Repair.WITHDRAW_PHOTO)]
    leaving = replace(refused, status=PhotoStatus.WITHDRAWING)
    assert found(held((leaving,), cases={CASE: CaseStatus.CLOSED})) == []


def test_a_face_that_is_gone_is_indexed_again() -> None:
    (finding,) = compare(held(faces=()), NOW)
    assert (finding.drift, finding.repair, finding.face_id) == (Drift.FACE_MISSING, Repair.INDEX_AGAIN, FACE)


def test_another_face_of_the_photo_is_taken_for_its_own_and_spare_ones_go() -> None:
    moved, spare = compare(held(faces=(face("face-9"), face("face-5"))), NOW)
    assert (moved.drift, moved.repair, moved.face_id, moved.reason) == (
        Drift.FACE_MISPLACED,
        Repair.ADOPT_FACE,
        "face-5",
        FACE,
    )
    assert (spare.drift, spare.repair, spare.face_id) == (Drift.FACE_DUPLICATE, Repair.DELETE_FACE, "face-9")


def test_the_face_that_the_row_names_is_kept_whatever_else_there_is() -> None:
    (spare,) = compare(held(faces=(face("face-0"), face())), NOW)
    assert (spare.drift, spare.face_id) == (Drift.FACE_DUPLICATE, "face-0")


@pytest.mark.parametrize("status", [PhotoStatus.REFUSED, PhotoStatus.WITHDRAWN])
def test_a_face_of_a_photo_that_must_have_none_goes(status: PhotoStatus) -> None:
    findings = found(
        held(
            (photo(status=status), photo(photo_key(identity=2), face_id="face-2")),
            (face(), face("face-2", photo_key(identity=2))),
            (stored(), stored(photo_key(identity=2))),
        )
    )
    assert (Drift.FACE_ORPHANED, Repair.DELETE_FACE) in findings


def test_a_photo_that_is_just_leaving_takes_its_own_face_along_and_no_other() -> None:
    leaving = photo(status=PhotoStatus.WITHDRAWING, face_id=FACE)
    (orphan,) = [one for one in compare(held((leaving,), (face(), face("face-2"))), NOW) if one.face_id]
    assert (orphan.drift, orphan.face_id) == (Drift.FACE_ORPHANED, "face-2")


@pytest.mark.parametrize("status", [CaseStatus.CLOSED, CaseStatus.WITHDRAWN])
def test_photos_of_a_case_that_nobody_looks_for_leave(status: CaseStatus) -> None:
    assert found(held(cases={CASE: status})) == [(Drift.PHOTO_UNWANTED, Repair.WITHDRAW_PHOTO)]


def test_a_suppressed_case_leaves_though_its_record_is_open_or_gone() -> None:
    unwanted = [(Drift.PHOTO_UNWANTED, Repair.WITHDRAW_PHOTO)]
    assert found(held(suppressed=frozenset({CASE}))) == unwanted
    assert found(held(suppressed=frozenset({CASE}), cases={})) == unwanted


def test_lost_bytes_come_back_and_the_face_stays() -> None:
    assert found(held(objects=())) == [(Drift.BYTES_MISSING, Repair.RESTORE_BYTES)]


def test_a_lost_record_is_fetched_again_and_nothing_of_the_case_is_touched() -> None:
    assert found(held(cases={})) == [(Drift.CASE_MISSING, Repair.FETCH_AGAIN)]


def test_a_lost_row_of_an_open_case_is_no_reason_to_lose_the_person() -> None:
    other = photo(photo_key(identity=2), face_id="face-2")
    rest = {"faces": (face("face-2", other.key),), "objects": (stored(other.key),)}
    everything = held((other,), (face(), *rest["faces"]), (stored(), *rest["objects"]))  # type: ignore[arg-type, misc]
    assert found(everything) == [(Drift.ROW_MISSING, Repair.FETCH_AGAIN)]


def test_what_is_left_of_nobodys_photo_goes() -> None:
    assert sorted(found(held((), cases={}))) == [
        (Drift.FACE_ORPHANED, Repair.DELETE_FACE),
        (Drift.OBJECT_ORPHANED, Repair.DELETE_OBJECT),
    ]
    assert sorted(found(held((), cases={}, suppressed=frozenset({CASE})))) == [
        (Drift.FACE_ORPHANED, Repair.DELETE_FACE),
        (Drift.OBJECT_ORPHANED, Repair.DELETE_OBJECT),
    ]


def test_a_face_without_row_and_picture_goes_and_its_case_is_read_again() -> None:
    assert sorted(found(held((), objects=()))) == [
        (Drift.FACE_ORPHANED, Repair.DELETE_FACE),
        (Drift.ROW_MISSING, Repair.FETCH_AGAIN),
    ]


def test_a_picture_that_was_stored_a_moment_ago_may_get_its_row_yet() -> None:
    for cases in ({CASE: CaseStatus.OPEN}, {}):
        assert found(held((), (), (stored(age=timedelta(hours=1)),), cases)) == []
    withdrawn = photo(status=PhotoStatus.WITHDRAWN)
    closed = {CASE: CaseStatus.CLOSED}
    assert found(held((withdrawn,), (), (stored(age=timedelta(hours=1)),), closed)) == []
    assert found(held((withdrawn,), (), (stored(),), closed)) == [(Drift.OBJECT_ORPHANED, Repair.DELETE_OBJECT)]


def test_a_foreign_face_is_told_and_never_touched() -> None:
    foreign = ListedFace("face-7", "holiday.jpg")
    (finding,) = compare(held(faces=(face(), foreign)), NOW)
    assert (finding.drift, finding.repair, finding.reason) == (Drift.FACE_FOREIGN, None, "holiday.jpg")


def test_a_foreign_object_under_our_prefix_goes_when_it_is_old() -> None:
    foreign = StoredObject("photos/readme.txt", NOW - 2 * YOUNG)
    assert found(held(objects=(stored(), foreign))) == [(Drift.OBJECT_ORPHANED, Repair.DELETE_OBJECT)]


def test_an_open_case_whose_pictures_were_all_refused_is_told() -> None:
    refused = photo(status=PhotoStatus.REFUSED, reason="NO_FACE")
    (finding,) = compare(held((refused,), ()), NOW)
    assert (finding.drift, finding.repair, finding.reason) == (Drift.CASE_FACELESS, None, "NO_FACE")
    assert found(held((refused,), (), (), {CASE: CaseStatus.CLOSED})) == []


def test_an_admitted_photo_only_waits() -> None:
    admitted = photo(status=PhotoStatus.ADMITTED)
    assert found(held((admitted,), ())) == [(Drift.PHOTO_WAITING, None)]
    assert found(held((admitted,), (face(),))) == [(Drift.PHOTO_WAITING, None)]


def test_findings_survive_their_file() -> None:
    for finding in compare(held(faces=(face("face-9"), ListedFace("x", "")), objects=()), NOW):
        assert Finding.from_json(finding.to_json()) == finding
