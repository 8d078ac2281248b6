"""A frame: a picture with any number of faces. Each face is cut out, and its crop becomes a detection of its own."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from homeward.domain.detections import CROPS, FRAMES, Detection, Picture, PictureKey, checked_place, iso
from homeward.domain.errors import InputError

MAX_FACES = 100  # Amazon Rekognition finds no more in one picture; the largest ones
MARGIN = 0.6  # of the face, on each side of its crop
LEAST_SIDE = 80  # pixels of a crop; Amazon Rekognition refuses smaller pictures


class Area(NamedTuple):
    """A part of a picture in pixels; right and bottom are the first that don't belong to it."""

    left: int
    top: int
    right: int
    bottom: int

    def within(self, crop: Area) -> Area:
        """Where it is in a crop of the picture; may be outside."""
        return Area(self.left - crop.left, self.top - crop.top, self.right - crop.left, self.bottom - crop.top)


@dataclass(frozen=True, slots=True)
class FaceBox:
    """Where a face is, in shares of the upright picture's width and height; it may reach over the border."""

    left: float
    top: float
    width: float
    height: float

    def area(self, size: tuple[int, int], margin: float = 0.0, least: int = 0) -> Area:
        """The face in a picture of `size` (width, height), with `margin`; within the border, `least` wide and high."""
        left, right = _span(self.left, self.width, size[0], margin, least)
        top, bottom = _span(self.top, self.height, size[1], margin, least)
        return Area(left, top, right, bottom)


def crop_area(box: FaceBox, size: tuple[int, int]) -> Area:
    """What of the picture goes into the face's crop."""
    return box.area(size, MARGIN, LEAST_SIDE)


def _span(start: float, length: float, limit: int, margin: float, least: int) -> tuple[int, int]:
    """From where to where along one side. A span outside of the picture becomes its nearest pixel."""
    low = min(max(round((start - margin * length) * limit), 0), limit - 1)
    high = max(min(round((start + length * (1 + margin)) * limit), limit), low + 1)
    if high - low < least:
        low = max(min(low - (least - high + low) // 2, limit - least), 0)
        high = min(low + least, limit)
    return low, high


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture to look for faces in."""

    frame_id: str
    picture: Picture
    camera: str
    place: str
    captured_at: str

    @classmethod
    def of(cls, picture: Picture, place: str) -> Frame:
        """The frame of an uploaded picture; InputError when key or place can't be one's."""
        key = PictureKey.parse(picture.key)
        if key.folder != FRAMES:
            raise InputError(f"{picture.key!r} is no frame")
        return cls(key.name(picture), picture, key.camera, checked_place(place), iso(key.captured_at))

    def to_json(self) -> dict[str, Any]:
        """The state machine's input."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Frame:
        """Inverse of `to_json`; InputError when something is missing."""
        try:
            picture = Picture(**data["picture"])
            return cls(data["frame_id"], picture, data["camera"], data["place"], data["captured_at"])
        except (KeyError, TypeError) as problem:
            raise InputError(f"not a frame: {problem!r}") from problem

    def detection(self, number: int, size: int = 0) -> Detection:
        """The detection of face `number` (from 1), known before its crop of `size` bytes is put.

        Its key carries what tells this frame from every other one, also from another version of the same picture.
        """
        moment = PictureKey.parse(self.picture.key).captured_at
        time = f"{moment:%Y%m%dT%H%M%S}{moment.microsecond // 1000:03}Z"
        key = f"{CROPS}/{self.camera}/{time}-{self.frame_id[-12:]}-f{number:03}.jpg"
        return Detection.of(Picture(self.picture.bucket, key, None, size), self.place)


class FrameOutcome(StrEnum):
    """The named ends of a frame."""

    UNUSABLE_PICTURE = "UNUSABLE_PICTURE"
    NO_FACE = "NO_FACE"
    CROPPED = "CROPPED"
    FAILED = "FAILED"


class FrameState(StrEnum):
    """How far a frame has come; FINISHED ones carry a FrameOutcome."""

    RECEIVED = "RECEIVED"
    DETECTED = "DETECTED"
    FINISHED = "FINISHED"


UNFINISHED_FRAMES = tuple(state for state in FrameState if state is not FrameState.FINISHED)
