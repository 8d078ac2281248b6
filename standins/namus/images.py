"""The images of a case, and what its body says of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from standins.namus import drawings
from standins.namus.codes import code
from standins.namus.pictures import Picture, drawn, filed, hexadecimal, portrayed
from standins.namus.records import MISSING, UNIDENTIFIED, Case, draw

MAX_ID = 900_000
# Category, caption, kind of drawing: none of these may become a face to search for.
DRAWINGS = {
    MISSING: (
        ("Other", "Signature", "signature"),
        ("Other", "Map of park area searched", "map"),
        ("Tattoo", "Tattoo on left arm", "tattoo"),
        ("AgeProgression", "Age progressed", "sheet"),
        ("Other", "Newspaper article", "sheet"),
    ),
    UNIDENTIFIED: (
        ("ArtistRendering", "Reconstruction", "sheet"),
        ("Tattoo", "Tattoo on left arm", "tattoo"),
        ("Clothing", "Shirt", "sheet"),
    ),
}
CATEGORY_LISTS = {MISSING: "imageCategory", UNIDENTIFIED: "unidentifiedImageCategory"}
# The site's names for types are not the registered ones; clients must look at the bytes.
MIME_NAMES = {
    "image/jpeg": ("image/jpg", "image/jpg", "image/jpg", "image/pjpeg", "image/jpeg"),
    "image/png": ("image/x-png", "image/png"),
}
DEFAULT_FIRST_OF = 9  # in one case of so many with several portraits, the default image isn't the first


@dataclass(frozen=True)
class Image:
    """One image of a case."""

    identity_id: int
    category: str
    caption: str | None
    mime_name: str
    picture: Picture

    def thumbnail(self) -> bytes:
        """A JPEG of at most 120 x 120."""
        return drawings.thumbnail(self.picture.data())


def images_of(case: Case) -> list[Image]:
    """What the case came with."""
    taken: set[int] = set()
    shown = [*_photos(case, taken), *_portraits(case, taken)]
    return [*shown, *(_drawings(case, taken) if case.with_drawings else ())]


def default_image(images: list[Image]) -> Image | None:
    """The image that stands for the case: the first portrait, never a drawing."""
    return next((image for image in images if image.category == "FacialCaseId"), None)


def new_identity(case: Case, images: list[Image]) -> int:
    """A number for one image more."""
    return _identity({image.identity_id for image in images}, case.id_formatted, "added", len(images))


def image_body(case: Case, image: Image) -> dict[str, object]:
    """The image object of the case's detail."""
    category = code(CATEGORY_LISTS[case.case_set], image.category)
    home = f"{case.home}/Images/{image.identity_id}"
    width, height = image.picture.size
    small_width, small_height = drawings.thumbnail_size(width, height)
    key = image.picture.key
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
            "original": _file(image.mime_name, width, height, key, f"{home}/Original"),
            "thumbnail": _file(
                "image/jpg", small_width, small_height, hexadecimal(key, "thumbnail"), f"{home}/Thumbnail"
            ),
        },
        "hrefDownload": f"{home}/Download",
    }


def _file(mime: str, width: int, height: int, key: str, href: str) -> dict[str, object]:
    return {"mimeType": mime, "height": height, "width": width, "storageKey": key, "href": href}


def _photos(case: Case, taken: set[int]) -> Iterator[Image]:
    for index, photo in enumerate(case.photos):
        identity_id = _identity(taken, case.number, photo.path.name)
        category = "ActualPhoto" if index else "FacialCaseId"
        yield Image(identity_id, category, None, mime_name(photo.media_type, identity_id), filed(photo))


def _portraits(case: Case, taken: set[int]) -> Iterator[Image]:
    later = case.portraits > 1 and draw(DEFAULT_FIRST_OF, case.number, "default") == 0
    for index in range(case.portraits):
        identity_id = _identity(taken, case.number, "portrait", index)
        suffix = ".jpg" if draw(25, identity_id, "suffix") else ".png"
        media_type = "image/jpeg" if suffix == ".jpg" else "image/png"
        category, caption = ("FacialCaseId", None) if index == later else _further(case, identity_id)
        seed = draw(1 << 62, case.number, identity_id, "portrait")
        yield Image(identity_id, category, caption, mime_name(media_type, identity_id), portrayed(seed, suffix))


def _further(case: Case, identity_id: int) -> tuple[str, str | None]:
    """Category and caption of a portrait beside the default one."""
    kind = draw(100, identity_id, "category")
    if kind < 12:
        return "AgeProgression", f"Age progressed to {case.age} yoa" if case.age else "Age progressed"
    if kind < 14:
        return "Composite", "Composite sketch"
    if kind < 17:
        return "ActualPhoto", "With her sister, who closely resembles her"
    return "ActualPhoto", None


def mime_name(media_type: str, identity_id: int) -> str:
    """One of the site's own names for the type."""
    names = MIME_NAMES[media_type]
    return names[draw(len(names), identity_id, "mime")]


def _drawings(case: Case, taken: set[int]) -> Iterator[Image]:
    kinds = DRAWINGS[case.case_set]
    first = draw(len(kinds), case.number, "drawing")
    for index in range(1 + draw(3, case.number, "drawings")):
        category, caption, kind = kinds[(first + index) % len(kinds)]
        identity_id = _identity(taken, case.number, "drawing", index)
        yield Image(identity_id, category, caption, "image/jpg", drawn(kind, identity_id))


def _identity(taken: set[int], *words: object) -> int:
    identity_id = draw(MAX_ID, *words) + 1
    while identity_id in taken:
        identity_id += 1
    taken.add(identity_id)
    return identity_id
