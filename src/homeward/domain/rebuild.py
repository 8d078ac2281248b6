"""What a generation of the collection holds, measured against what it should hold. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from homeward.domain.cases import CaseStatus, Photo, PhotoKey, PhotoStatus
from homeward.domain.errors import InputError
from homeward.domain.reconciliation import Holdings, ListedFace

CATCH_UP = 500  # photos that a verification may still index by itself; more than that is a build of its own
INDEX_USD = 0.001  # a call of IndexFaces, list price


@dataclass(frozen=True, slots=True)
class Standing:
    """How a generation stands.

    `wanted` are the photos that belong in it; of these `lacking` have no face in it that their row knows, and
    `without_bytes` can't get one. `spare` are faces to delete: second ones, and those of photos that must not be found.
    `foreign` aren't named as ours are, so nobody here may delete them.
    """

    wanted: tuple[Photo, ...]
    lacking: tuple[Photo, ...]
    without_bytes: tuple[Photo, ...]
    spare: tuple[ListedFace, ...]
    foreign: tuple[ListedFace, ...]
    faces: int


def standing(held: Holdings) -> Standing:
    """Measure; `held.faces` are the generation's."""
    ours: dict[PhotoKey, list[str]] = defaultdict(list)
    foreign = []
    for face in held.faces:
        try:
            ours[PhotoKey.parse(face.external_image_id)].append(face.face_id)
        except InputError:
            foreign.append(face)
    objects = {stored.key for stored in held.objects}
    wanted = tuple(photo for photo in held.photos if is_wanted(photo) and _searched(photo, held))
    due = [photo for photo in wanted if not set(ours.get(photo.key, ())) & set(photo.face_ids)]
    return Standing(
        wanted=wanted,
        lacking=tuple(photo for photo in due if photo.object_key in objects),
        without_bytes=tuple(photo for photo in due if photo.object_key not in objects),
        spare=tuple(_spare(held, ours)),
        foreign=tuple(foreign),
        faces=len(held.faces),
    )


def is_wanted(photo: Photo) -> bool:
    """Whether the photo's own state lets it into a new generation: what one face model refused, another may take.

    An ADMITTED photo is just getting its face in the live generation; it is caught up when it has it.
    """
    return photo.status is PhotoStatus.INDEXED or (photo.status is PhotoStatus.REFUSED and photo.object_key is not None)


def _searched(photo: Photo, held: Holdings) -> bool:
    case = photo.key.case
    return held.cases.get(case) is CaseStatus.OPEN and case not in held.suppressed


def _spare(held: Holdings, ours: dict[PhotoKey, list[str]]) -> Iterator[ListedFace]:
    """A photo's face stays while its row doesn't know it: it may be indexed just now."""
    rows = {photo.key: photo for photo in held.photos}
    for key, ids in ours.items():
        photo, kept = rows.get(key), set[str]()
        known = sorted(set(ids) & set(photo.face_ids)) if photo else []
        if photo and photo.status is PhotoStatus.WITHDRAWING:
            kept = set(known)  # they are just being deleted
        elif photo and _searched(photo, held) and (is_wanted(photo) or photo.status is PhotoStatus.ADMITTED):
            kept = {(known or sorted(ids))[0]}
        yield from (ListedFace(one, key.external_image_id) for one in ids if one not in kept)


def batches(photos: Sequence[Photo], size: int, most: int) -> dict[str, list[str]]:
    """ExternalImageIds by batch name, at most `most` batches of at least `size`; the photos of a case stay close."""
    names = [photo.key.external_image_id for photo in sorted(photos, key=lambda photo: photo.key)]
    size = max(size, -(-len(names) // most))
    return {f"{number:04}": names[first : first + size] for number, first in enumerate(range(0, len(names), size))}


def run_folder(run: str) -> str:
    """Where the files of a rebuild run are, in the cases bucket."""
    return f"rebuild/{run}"
