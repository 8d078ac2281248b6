"""Cases and photos on real tables: nothing newer is lost, nothing indexed is forgotten, events come with changes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from homeward.adapters.audit_log import DynamoAuditLog
from homeward.domain.admission import MAX_PHOTOS
from homeward.domain.audit import AuditEvent, audit_event
from homeward.domain.cases import CaseStatus, Photo, PhotoClass, PhotoKey, PhotoStatus
from homeward.domain.errors import ConflictError, TransientError
from homeward.domain.ports import CaseChange, IndexResult
from homeward.domain.sync import KnownCase
from homeward.settings import Setting, Settings
from tests.contract.adapters.town import case_store
from tests.factories import case, case_key, photo_key

NOW = datetime(2026, 11, 22, 21, 15, tzinfo=UTC)
_numbers: Iterator[int] = itertools.count(1000)


class Archive:
    """The stores under test, and short ways to use them."""

    def __init__(self, names: Settings) -> None:
        self.cases = case_store(names)
        self.audit = DynamoAuditLog(names[Setting.AUDIT_TABLE])

    def save(self, number: int, photos: list[Photo], **changes: Any) -> None:
        change = CaseChange(case(number, **changes), tuple(photos))
        self.cases.save_case(change, event(number, changes.get("modified", "")))

    def story(self, number: int) -> list[str]:
        return [found.outcome for found in self.audit.story(f"case:{case_key(number)}")]


def event(number: int, outcome: str = "x") -> AuditEvent:
    return audit_event(NOW, "test", "test", f"case:{case_key(number)}", outcome, case=str(case_key(number)))


def photo(number: int, identity: int = 1, status: PhotoStatus = PhotoStatus.ADMITTED) -> Photo:
    refused = status is PhotoStatus.REFUSED
    where = None if refused else f"photos/{number}/{identity}.jpg"
    return Photo(
        photo_key(number, identity), PhotoClass.FACIAL, status, where, "0" * 64, "NOT_AN_IMAGE" if refused else None
    )


@pytest.fixture(scope="module")
def archive(settings: Settings) -> Archive:
    return Archive(settings)


@pytest.fixture
def number(archive: Archive) -> Iterator[int]:
    """A case number of the test's own. Its photos show nobody: none is left waiting for those who index what waits."""
    mine = next(_numbers)
    yield mine
    for found in archive.cases.photos_of(case_key(mine)):
        if found.status is PhotoStatus.ADMITTED:
            archive.cases.finish_photo(found.key, IndexResult(None, "NO_FACE"), event(mine))


def waiting(archive: Archive) -> set[PhotoKey]:
    return {found.key for found in archive.cases.photos_awaiting_index()}


def test_what_is_saved_is_read_back(archive: Archive, number: int) -> None:
    unknown = next(_numbers)
    bare = {"sex": None, "ethnicities": (), "current_age_min": None, "current_age_max": None, "last_contact": None}
    archive.save(number, [photo(number), photo(number, 2, PhotoStatus.REFUSED)])
    archive.save(unknown, [], **bare, status=CaseStatus.CLOSED)
    keys = [case_key(number), case_key(unknown), case_key(999_999)]
    found = archive.cases.get_cases([*keys, keys[0]])
    assert found == {keys[0]: case(number), keys[1]: case(unknown, **bare, status=CaseStatus.CLOSED)}
    assert archive.cases.photos_of(keys[0]) == [photo(number), photo(number, 2, PhotoStatus.REFUSED)]
    assert archive.cases.get_photo(photo_key(number)) == photo(number)
    assert archive.cases.get_photo(photo_key(number, 9)) is None


def test_versions_are_listed_by_case_set(archive: Archive, number: int) -> None:
    archive.save(number, [], modified="2026-11-20T12:00:00.5")
    known = archive.cases.known_cases("namus", "MP")[str(number)]
    assert known == KnownCase("2026-11-20T12:00:00.5", CaseStatus.OPEN)
    assert archive.cases.known_cases("namus", "UP") == {}


def test_an_older_version_never_replaces_a_newer_one(archive: Archive, number: int) -> None:
    archive.save(number, [], modified="2026-11-20T12:00:00.16")
    for older in ("2026-11-20T12:00:00", "2026-11-20T12:00:00.1", "2026-11-19T23:59:59.999"):
        with pytest.raises(ConflictError):
            archive.save(number, [photo(number)], modified=older)
    assert archive.cases.photos_of(case_key(number)) == []
    assert archive.story(number) == ["2026-11-20T12:00:00.16"]
    archive.save(number, [], modified="2026-11-20T12:00:00.16")
    archive.save(number, [], modified="2026-11-20T12:00:01")
    assert archive.cases.get_cases([case_key(number)])[case_key(number)].modified == "2026-11-20T12:00:01"


def test_an_indexed_photo_keeps_its_face(archive: Archive, number: int) -> None:
    archive.save(number, [photo(number)])
    assert photo_key(number) in waiting(archive)
    archive.cases.finish_photo(photo_key(number), IndexResult("face-1", None), event(number, "indexed"))
    with pytest.raises(ConflictError):
        archive.save(number, [photo(number)])
    archive.save(number, [photo(number, 2)])
    assert waiting(archive) & {photo_key(number), photo_key(number, 2)} == {photo_key(number, 2)}
    kept = archive.cases.get_photo(photo_key(number))
    assert kept is not None
    assert (kept.status, kept.face_id) == (PhotoStatus.INDEXED, "face-1")


def test_a_photo_is_finished_once(archive: Archive, number: int) -> None:
    archive.save(number, [photo(number), photo(number, 2)])
    archive.cases.finish_photo(photo_key(number), IndexResult("face-1", None), event(number, "indexed"))
    archive.cases.finish_photo(photo_key(number, 2), IndexResult(None, "NO_FACE"), event(number, "refused"))
    for identity in (1, 2, 3):
        with pytest.raises(ConflictError):
            archive.cases.finish_photo(photo_key(number, identity), IndexResult("other", None), event(number, "again"))
    found = {
        kept.key.identity_id: (kept.status, kept.reason, kept.face_id)
        for kept in archive.cases.photos_of(case_key(number))
    }
    assert found == {1: (PhotoStatus.INDEXED, None, "face-1"), 2: (PhotoStatus.REFUSED, "NO_FACE", None)}
    assert sorted(archive.story(number)) == ["", "indexed", "refused"]
    assert not waiting(archive) & {photo_key(number), photo_key(number, 2)}


def test_only_indexed_photos_have_a_class_to_match_with(archive: Archive, number: int) -> None:
    archive.save(number, [photo(number), photo(number, 2), photo(number, 3, PhotoStatus.REFUSED)])
    archive.cases.finish_photo(photo_key(number), IndexResult("face-1", None), event(number))
    keys = [photo_key(number, identity) for identity in (1, 2, 3, 4, 1)]
    assert archive.cases.indexed_classes(keys) == {photo_key(number): PhotoClass.FACIAL}


def test_runs_that_save_the_same_case_at_once_agree(archive: Archive, number: int) -> None:
    """Each either stores everything with its event, or is told and leaves nothing behind."""

    def save(second: int) -> str | None:
        version = f"2026-11-20T12:00:{second:02}"
        try:
            archive.save(number, [photo(number, second)], modified=version)
        except (ConflictError, TransientError):
            return None
        return version

    with ThreadPoolExecutor(8) as pool:
        stored = [version for version in pool.map(save, range(16)) if version]
    assert stored
    assert archive.cases.get_cases([case_key(number)])[case_key(number)].modified == max(stored)
    assert sorted(archive.story(number)) == sorted(stored)
    assert len(archive.cases.photos_of(case_key(number))) == len(stored)


def test_a_case_with_as_many_photos_as_we_admit_fits_into_one_transaction(archive: Archive, number: int) -> None:
    archive.save(number, [photo(number, identity) for identity in range(1, MAX_PHOTOS + 1)])
    assert len(archive.cases.photos_of(case_key(number))) == MAX_PHOTOS


def test_a_face_elsewhere_is_noted_while_the_photo_may_be_found(archive: Archive, number: int) -> None:
    key = photo_key(number)
    archive.save(number, [photo(number)])
    archive.cases.finish_photo(key, IndexResult("live", None), event(number, "INDEXED"))
    archive.cases.note_face(key, "other", event(number, "NOTED"))
    archive.cases.note_face(key, "another", event(number, "NOTED"))
    (found,) = archive.cases.photos_of(case_key(number))
    assert (found.face_id, found.other_faces) == ("live", ("another", "other"))
    archive.cases.adopt_face(key, "live", "other", event(number, "ADOPTED"))
    (found,) = archive.cases.photos_of(case_key(number))
    assert (found.face_id, set(found.face_ids)) == ("other", {"another", "live", "other"})
    archive.cases.index_again(key, "other", event(number, "AGAIN"))
    (found,) = archive.cases.photos_of(case_key(number))
    assert (found.status, found.face_id, set(found.face_ids)) == (
        PhotoStatus.ADMITTED,
        None,
        {"another", "live", "other"},
    )


def test_no_face_is_noted_of_a_photo_that_leaves_or_a_case_that_nobody_looks_for(archive: Archive, number: int) -> None:
    key, other = photo_key(number), photo_key(number, 2)
    archive.save(number, [photo(number), photo(number, 2)])
    archive.cases.withdraw_photo(key, "WHY", event(number, "LEAVES"))
    with pytest.raises(ConflictError):
        archive.cases.note_face(key, "face", event(number, "NOTED"))
    with pytest.raises(ConflictError):
        archive.cases.note_face(photo_key(number, 3), "face", event(number, "NOTED"))
    archive.save(number, [], status=CaseStatus.CLOSED)
    with pytest.raises(ConflictError):
        archive.cases.note_face(other, "face", event(number, "NOTED"))
    assert "NOTED" not in archive.story(number)


def test_a_refused_photo_is_in_use_once_another_generation_has_its_face(archive: Archive, number: int) -> None:
    key = photo_key(number)
    archive.save(number, [photo(number)])
    archive.cases.finish_photo(key, IndexResult(None, "LOW_SHARPNESS"), event(number, "REFUSED"))
    with pytest.raises(ConflictError):
        archive.cases.withdraw_photo(key, "WHY", event(number, "LEAVES"))
    with pytest.raises(ConflictError):
        archive.cases.adopt_face(key, "", "other", event(number, "ADOPTED"))
    archive.cases.note_face(key, "other", event(number, "NOTED"))
    archive.cases.withdraw_photo(key, "WHY", event(number, "LEAVES"))
    (found,) = archive.cases.photos_of(case_key(number))
    assert (found.status, found.other_faces) == (PhotoStatus.WITHDRAWING, ("other",))
    archive.cases.finish_leaving(key, event(number, "LEFT"))
    (found,) = archive.cases.photos_of(case_key(number))
    assert (found.status, found.face_ids) == (PhotoStatus.WITHDRAWN, ())
