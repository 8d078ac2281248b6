"""Cases from a folder of people: one folder each, with pictures and perhaps a person.json."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import cv2
import numpy as np

from standins.namus.codes import names
from standins.namus.places import PLACES
from standins.namus.records import FIRST_NUMBER, NUMBERS, Case, NamusError, Photo, draw, modified_of

MEDIA_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
OTHER_PICTURES = {".bmp", ".gif", ".heic", ".heif", ".tif", ".tiff", ".webp", ".avif"}
# How a whole file ends; a copy that was cut off lacks it.
ENDINGS = {"image/jpeg": b"\xff\xd9", "image/png": b"IEND"}
# A case needs a state to be found by state; a person without person.json is put here, and nothing else is stated.
DEFAULT_PLACE = next(place for place in PLACES if place.state == "District of Columbia")


class PeopleFolderError(NamusError):
    """Something in the folder of people can't be used; the text names it."""


def people_cases(folder: Path, seed: int, today: date) -> list[Case]:
    """One case for each person's folder, by name. Raises PeopleFolderError."""
    if not folder.is_dir():
        raise PeopleFolderError(f"{folder} is no folder; --people takes one that holds a folder of pictures per person")
    homes = sorted(home for home in folder.iterdir() if home.is_dir() and not home.name.startswith("."))
    if not homes:
        raise PeopleFolderError(f"{folder} holds no folders; put each person's pictures into a folder of their own")
    taken: set[int] = set()
    return [_case(home, seed, today, taken) for home in homes]


def _case(home: Path, seed: int, today: date, taken: set[int]) -> Case:
    photos = tuple(_photos(home))
    if not photos:
        raise PeopleFolderError(f"{home} holds no picture; add a JPEG or PNG file, or remove the folder")
    stated = _stated(home / "person.json")
    number = _number(home.name, seed, taken)
    first_name, last_name = _name(home.name)
    age = stated.get("age")
    return Case(
        number=number,
        first_name=str(stated.get("first_name", first_name)),
        last_name=str(stated.get("last_name", last_name)),
        sex=_listed("sex", stated.get("sex", "Unsure"), home),
        ethnicities=(_listed("ethnicity", stated.get("ethnicity", "Uncertain"), home),),
        age=age if isinstance(age, int) else None,
        last_contact=_day(stated.get("missing_since"), home),
        city=str(stated.get("city", DEFAULT_PLACE.city)),
        state=_listed("state", stated.get("state", DEFAULT_PLACE.state), home),
        modified=modified_of(number, seed, today),
        photos=photos,
        with_drawings=stated.get("synthetic") is True,
    )


def _number(name: str, seed: int, taken: set[int]) -> int:
    """From the folder's name alone, so that adding a person leaves the others' numbers as they are."""
    number = draw(NUMBERS, seed, name)
    while FIRST_NUMBER + number in taken:
        number = (number + 1) % NUMBERS
    taken.add(FIRST_NUMBER + number)
    return FIRST_NUMBER + number


def _name(folder: str) -> tuple[str, str]:
    words = [word.capitalize() for word in re.split(r"[\s_\-]+", folder) if word] or [folder]
    return words[0], " ".join(words[1:]) or "Unknown"


def _stated(file: Path) -> dict[str, object]:
    if not file.exists():
        return {}
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PeopleFolderError(f"{file} is no JSON ({error}); mend or remove it") from error
    if not isinstance(content, dict):
        raise PeopleFolderError(f"{file} must hold a JSON object")
    return {key: value for key, value in content.items() if value is not None}


def _listed(kind: str, value: object, home: Path) -> str:
    if value not in names(kind):
        raise PeopleFolderError(f"{home / 'person.json'}: {kind} {value!r} is none of: {', '.join(names(kind))}")
    return str(value)


def _day(value: object, home: Path) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise PeopleFolderError(f"{home / 'person.json'}: missing_since must look like 2024-05-31") from error


def _photos(home: Path) -> Iterator[Photo]:
    """The pictures of a folder, photo-2 before photo-10; other files are nobody's business."""
    for path in sorted(home.iterdir(), key=_natural):
        if path.name.startswith(".") or not path.is_file():
            continue
        if path.suffix.lower() in OTHER_PICTURES:
            raise PeopleFolderError(f"{path} is neither JPEG nor PNG; convert or remove it")
        if path.suffix.lower() in MEDIA_TYPES:
            yield _photo(path)


def _natural(path: Path) -> list[tuple[int, str]]:
    return [(int(part or 0), text) for text, part in re.findall(r"(\D*)(\d*)", path.name.lower())]


def _photo(path: Path) -> Photo:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise PeopleFolderError(f"{path} cannot be read ({error.strerror}); mend or remove it") from error
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) if data else None
    media_type = "image/png" if data.startswith(b"\x89PNG") else "image/jpeg"
    # The ending may be followed by padding, but never lies in the first half: there only a preview ends.
    if picture is None or data.rfind(ENDINGS[media_type]) < len(data) // 2:
        raise PeopleFolderError(f"{path} is not a whole JPEG or PNG picture; replace or remove it")
    height, width = picture.shape[:2]
    return Photo(path, media_type, width, height, hashlib.sha256(data).hexdigest())
