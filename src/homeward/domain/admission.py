"""Which images of a case become photos that a camera's face is compared with.

Sources file maps, signatures and pictures of relatives beside portraits. A wrong picture in the collection raises
wrong alerts for a real person, so an image must qualify; every refusal has a reason code.

A source serves a placeholder as "default image" of a case without pictures. It can't get in: only images that the
record lists, with an identity and a storage key of their own, are looked at.
"""

from __future__ import annotations

import re
from enum import StrEnum

from homeward.domain.cases import CaseKey, PhotoClass, PhotoKey
from homeward.domain.errors import InputError
from homeward.domain.pictures import picture_format, pixel_size
from homeward.domain.sources import SourceImage

PHOTO_PREFIX = "photos/"
_OBJECT_KEY = re.compile(rf"{PHOTO_PREFIX}([^/:]+)/([^/:]+)/([^/:]+)/(\d{{1,12}})-([^/:]+)\.[a-z]{{3,4}}")
MAX_BYTES = 15 * 1024 * 1024  # Amazon Rekognition's limit for a picture in S3
MIN_SIDE = 80  # pixels; Amazon Rekognition's least
MAX_PIXELS = 64_000_000  # our own bound: a few bytes can claim to be a picture that fills a machine's memory
MAX_PHOTOS = 40  # of one case; a change adds and removes so many in one transaction of 100; real cases have seven

_CLASSES = {
    "FacialCaseId": PhotoClass.FACIAL,
    "ActualPhoto": PhotoClass.ACTUAL,
    "Composite": PhotoClass.COMPOSITE,
    "AgeProgression": PhotoClass.AGE_PROGRESSION,
}
# Things that show no face, or a face as printed elsewhere: small, screened, with other people's beside it.
_NO_FACE = re.compile(
    r"\b(newspaper|articles?|maps?|signatures?|(?:finger|palm|foot)[\s-]?prints?|fl[iy]ers?|posters?|documents?"
    r"|licen[sc]e plates?|vehicles?)\b",
    re.IGNORECASE,
)
# People who look like the missing person without being them, and people who may stand beside them.
_OTHER_PERSON = re.compile(r"\b(sisters?|brothers?|twins?|siblings?|cousins?|suspects?|abductors?)\b", re.IGNORECASE)
_AGED = re.compile(r"\bage[\s-]?(progress\w*|enhanced|advanced)\b", re.IGNORECASE)
_DRAWN = re.compile(r"\b(composite|sketch\w*|drawing|drawn|artist\w*|rendering|reconstruction)\b", re.IGNORECASE)


class Refusal(StrEnum):
    """Why an image isn't in the collection. Amazon Rekognition's own reasons (e.g. LOW_SHARPNESS) come beside these."""

    NOT_PUBLIC = "NOT_PUBLIC"
    CATEGORY_NOT_ADMITTED = "CATEGORY_NOT_ADMITTED"
    CAPTION_NO_FACE = "CAPTION_NO_FACE"
    CAPTION_OTHER_PERSON = "CAPTION_OTHER_PERSON"
    NO_IDENTITY = "NO_IDENTITY"
    TOO_MANY_PHOTOS = "TOO_MANY_PHOTOS"
    CASE_CLOSED = "CASE_CLOSED"
    PICTURE_MISSING = "PICTURE_MISSING"
    NOT_AN_IMAGE = "NOT_AN_IMAGE"
    TOO_LARGE = "TOO_LARGE"
    TOO_SMALL = "TOO_SMALL"
    NO_FACE = "NO_FACE"
    MANY_FACES = "MANY_FACES"


def admit(case: CaseKey, image: SourceImage) -> tuple[PhotoKey, PhotoClass] | Refusal:
    """Decide by what the record says about an image; its bytes are judged by `picture_refusal`."""
    photo_class = _CLASSES.get(image.category or "")
    if not image.is_public:
        return Refusal.NOT_PUBLIC
    if photo_class is None:
        return Refusal.CATEGORY_NOT_ADMITTED
    if _NO_FACE.search(image.caption):
        return Refusal.CAPTION_NO_FACE
    if _OTHER_PERSON.search(image.caption):
        return Refusal.CAPTION_OTHER_PERSON
    key = _photo_key(case, image)
    return (key, _trust(photo_class, image.caption)) if key else Refusal.NO_IDENTITY


def _photo_key(case: CaseKey, image: SourceImage) -> PhotoKey | None:
    if image.identity_id is None or image.storage_key is None:
        return None
    try:
        return PhotoKey.parse(PhotoKey(case, image.identity_id, image.storage_key).external_image_id)
    except InputError:
        return None


def _trust(photo_class: PhotoClass, caption: str) -> PhotoClass:
    """A caption can lower the trust that the category gives, never raise it."""
    if photo_class in (PhotoClass.COMPOSITE, PhotoClass.AGE_PROGRESSION):
        return photo_class
    if _AGED.search(caption):
        return PhotoClass.AGE_PROGRESSION
    return PhotoClass.COMPOSITE if _DRAWN.search(caption) else photo_class


def picture_refusal(data: bytes) -> Refusal | None:
    """Why these bytes can't be a photo, or None when they can."""
    if len(data) > MAX_BYTES:
        return Refusal.TOO_LARGE
    size = pixel_size(data)
    if size is None:
        return Refusal.NOT_AN_IMAGE
    if size[0] * size[1] > MAX_PIXELS:
        return Refusal.TOO_LARGE
    return Refusal.TOO_SMALL if min(size) < MIN_SIDE else None


def photo_object_key(photo: PhotoKey, data: bytes) -> str:
    """Where the bytes are kept: `photos/namus/MP/51557/61676-0f3a.jpg`. InputError when they are no picture."""
    found = picture_format(data)
    if found is None:
        raise InputError(f"the bytes of {photo.external_image_id} are neither JPEG nor PNG")
    return f"{photo_folder(photo.case)}{photo.identity_id}-{photo.storage_key}.{found}"


def photo_folder(case: CaseKey) -> str:
    """What the keys of all pictures of a case begin with."""
    return f"{PHOTO_PREFIX}{case.source}/{case.case_set}/{case.number}/"


def photo_of_object(object_key: str) -> PhotoKey | None:
    """Whose picture an object is, by its key; None when it isn't named as ours are."""
    found = _OBJECT_KEY.fullmatch(object_key)
    try:
        return PhotoKey.parse(":".join(found.groups())) if found else None
    except InputError:
        return None
