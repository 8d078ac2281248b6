"""Missing-person cases and their photos, as recorded by the source."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from homeward.domain.errors import InputError

_KEY = r"[a-z][a-z0-9]{0,15}:[A-Z]{1,4}:[A-Za-z0-9]{1,40}"
# Amazon Rekognition allows these characters in an ExternalImageId, 255 at most.
_EXTERNAL_IMAGE_ID = re.compile(rf"({_KEY}):(\d{{1,12}}):([A-Za-z0-9_.\-]{{1,128}})")


@dataclass(frozen=True, slots=True, order=True)
class CaseKey:
    """Identity of a case: NamUs numbers repeat across case sets, so the number alone isn't enough.

    A case number is the source's own; it may hold letters.
    """

    source: str
    case_set: str
    number: str

    def __str__(self) -> str:
        return f"{self.source}:{self.case_set}:{self.number}"

    @property
    def label(self) -> str:
        """What people call the case, e.g. `MP51557`."""
        return f"{self.case_set}{self.number}"

    @classmethod
    def parse(cls, text: str) -> CaseKey:
        """Read `namus:MP:51557`; InputError when it isn't of that form."""
        if not re.fullmatch(_KEY, text):
            raise InputError(f"{text!r} is not a case key; expected SOURCE:SET:NUMBER, e.g. namus:MP:51557")
        return cls(*text.split(":"))


class CaseStatus(StrEnum):
    """Whether we still look for the person: yes; no, the source says so; no, the source has the case no more."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Case:
    """What matching needs to know of a case; everything else stays in the raw record.

    `sex` and `ethnicities` are the source's own words (NamUs code list), `None` or empty when it doesn't know.
    Ages are in years, as of today, as the source computes them.
    """

    key: CaseKey
    status: CaseStatus
    sex: str | None
    ethnicities: tuple[str, ...]
    current_age_min: int | None
    current_age_max: int | None
    last_contact: date | None
    link: str
    created: str
    modified: str
    raw_key: str
    raw_sha256: str


class PhotoClass(StrEnum):
    """How much a photo can be trusted to show the person as they look."""

    FACIAL = "FACIAL"
    ACTUAL = "ACTUAL"
    COMPOSITE = "COMPOSITE"
    AGE_PROGRESSION = "AGE_PROGRESSION"


class PhotoStatus(StrEnum):
    """Life of a photo: kept and waiting for IndexFaces, searchable, or refused with a reason.

    One that must go is WITHDRAWING at once, which ends its part in matching, and WITHDRAWN when its face is deleted.
    """

    ADMITTED = "ADMITTED"
    INDEXED = "INDEXED"
    REFUSED = "REFUSED"
    WITHDRAWING = "WITHDRAWING"
    WITHDRAWN = "WITHDRAWN"

    @property
    def in_use(self) -> bool:
        """Whether the photo has, or is about to get, a face in the collection."""
        return self in (PhotoStatus.ADMITTED, PhotoStatus.INDEXED)


@dataclass(frozen=True, slots=True, order=True)
class PhotoKey:
    """Identity of a photo: it never changes, so indexing again can't add a second vector."""

    case: CaseKey
    identity_id: int
    storage_key: str

    @property
    def external_image_id(self) -> str:
        """The ExternalImageId under which Amazon Rekognition knows the photo."""
        return f"{self.case}:{self.identity_id}:{self.storage_key}"

    @property
    def photo_id(self) -> str:
        """Identity within the case."""
        return f"{self.identity_id}:{self.storage_key}"

    @classmethod
    def parse(cls, external_image_id: str) -> PhotoKey:
        """Read an ExternalImageId back; InputError for one that isn't ours."""
        found = _EXTERNAL_IMAGE_ID.fullmatch(external_image_id)
        if not found:
            raise InputError(f"{external_image_id!r} is not an ExternalImageId of ours")
        return cls(CaseKey.parse(found[1]), int(found[2]), found[3])


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of a case: where its bytes are and what became of it. `reason` says why it is refused or must go.

    `face_id` is its face in the live collection, `other_faces` those that other generations have, or had.
    """

    key: PhotoKey
    photo_class: PhotoClass
    status: PhotoStatus
    object_key: str | None
    sha256: str | None
    reason: str | None = None
    face_id: str | None = None
    other_faces: tuple[str, ...] = ()

    @property
    def in_use(self) -> bool:
        """Whether it has, or is about to get, a face in any generation: one may find what another refused."""
        return self.status.in_use or (self.status is PhotoStatus.REFUSED and bool(self.other_faces))

    @property
    def face_ids(self) -> tuple[str, ...]:
        """Every face that we know of it."""
        return (*([self.face_id] if self.face_id else []), *self.other_faces)
