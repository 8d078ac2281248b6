"""The images of a case: what its body says of them, and their bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from standins.namus import drawings
from standins.namus.codes import code
from standins.namus.records import Case, Photo, draw

MAX_ID = 900_000
# Category, caption, kind of drawing: none of these may become a face to search for.
DRAWINGS = (
    ("Other", "Signature", "signature"),
    ("Other", "Map of park area searched", "map"),
    ("Tattoo", "Tattoo on left arm", "tattoo"),
    ("AgeProgression", "Age progressed", "sheet"),
    ("Other", "Newspaper article", "sheet"),
)
# The site's names for types are not the registered ones; clients must look at the bytes.
MIME_NAMES = {
    "image/jpeg": ("image/jpg", "image/jpg", "image/jpg", "image/pjpeg", "image/jpeg"),
    "image/png": ("image/x-png", "image/png"),
}


@dataclass(frozen=True)
class Image:
    """One image of a case; exactly one of photo and drawing is set."""

    identity_id: int
    category: str
    caption: str | None
    mime_name: str
    photo: Photo | None = None
    drawing: tuple[str, int] | None = None

    def original(self) -> bytes:
        """The bytes of the picture as it was handed in. Raises OSError when its file is gone."""
        if self.photo:
            return self.photo.path.read_bytes()
        return drawings.drawing(*self.drawing) if self.drawing else b""

    def thumbnail(self) -> bytes:
        """A JPEG of at most 120 x 120."""
        return drawings.thumbnail(self.original())

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the original."""
        return (self.photo.width, self.photo.height) if self.photo else (drawings.WIDTH, drawings.HEIGHT)

    @property
    def storage_key(self) -> str:
        """32 hexadecimal digits that change when the file is replaced."""
        return self.photo.sha256[:32] if self.photo else _hex(*(self.drawing or ()))


def images_of(case: Case) -> list[Image]:
    """The images, the default one first if the case has one."""
    taken: set[int] = set()
    return [*_photos(case, taken), *(_drawings(case, taken) if case.with_drawings else ())]


def default_image(images: list[Image]) -> Image | None:
    """The image that stands for the case: the first portrait, never a drawing."""
    return next((image for image in images if image.category == "FacialCaseId"), None)


def image_body(case: Case, image: Image) -> dict[str, object]:
    """The image object of the case's detail."""
    category = code("imageCategory", image.category)
    home = f"/api/CaseSets/NamUs/MissingPersons/Cases/{case.number}/Images/{image.identity_id}"
    width, height = image.size
    small_width, small_height = drawings.thumbnail_size(width, height)
    return {
        "id": image.identity_id + 3863,
        "identityId": image.identity_id,
        "category": {
            "canBeDefault": image.category != "AgeProgression",
            "canBePublic": True,
            **category.body(),
            "ordinal": category.id * 10,
        },
        **({"caption": image.caption} if image.caption else {}),
        "isPublic": True,
        "createdDateTime": case.created,
        "files": {
            "original": _file(image.mime_name, width, height, image.storage_key, f"{home}/Original"),
            "thumbnail": _file(
                "image/jpg", small_width, small_height, _hex(image.storage_key, "thumbnail"), f"{home}/Thumbnail"
            ),
        },
        "hrefDownload": f"{home}/Download",
    }


def _file(mime: str, width: int, height: int, key: str, href: str) -> dict[str, object]:
    return {"mimeType": mime, "height": height, "width": width, "storageKey": key, "href": href}


def _photos(case: Case, taken: set[int]) -> Iterator[Image]:
    for index, photo in enumerate(case.photos):
        identity_id = _identity(taken, case.number, photo.path.name)
        names = MIME_NAMES[photo.media_type]
        category = "ActualPhoto" if index else "FacialCaseId"
        yield Image(identity_id, category, None, names[draw(len(names), identity_id, "mime")], photo=photo)


def _drawings(case: Case, taken: set[int]) -> Iterator[Image]:
    first = draw(len(DRAWINGS), case.number, "drawing")
    for index in range(1 + draw(3, case.number, "drawings")):
        category, caption, kind = DRAWINGS[(first + index) % len(DRAWINGS)]
        identity_id = _identity(taken, case.number, "drawing", index)
        yield Image(identity_id, category, caption, "image/jpg", drawing=(kind, identity_id))


def _identity(taken: set[int], *words: object) -> int:
    identity_id = draw(MAX_ID, *words) + 1
    while identity_id in taken:
        identity_id += 1
    taken.add(identity_id)
    return identity_id


def _hex(*words: object) -> str:
    return hashlib.sha256(":".join(map(str, words)).encode()).hexdigest()[:32]
