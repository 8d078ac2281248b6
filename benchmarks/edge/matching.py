"""Does the face service know everybody from the agent's crops whom it would have known from any frame?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from benchmarks.edge.agent import Event, Run
from benchmarks.edge.videos import Video
from standins.people.generator import Picture

COLLECTION = "walk-bys"
MATCH = 80.0  # similarity
LARGE = 60.0  # px, the shorter side
MARGIN = 0.6
SAME = 0.3  # intersection over union of a shot's box and the truth's


@dataclass(frozen=True)
class Outcome:
    """Of one video: whom a frame would have shown, and whom the crops do."""

    walk_bys: int
    large: int  # with a face over LARGE px
    knowable: frozenset[str]
    known: frozenset[str]
    shots: dict[str, int]  # of each person
    strays: int  # shots of nothing that the truth has

    @property
    def missed(self) -> list[str]:
        """Who would have been known and wasn't."""
        return sorted(self.knowable - self.known)


class Gallery:
    """The people's case photos in the face service."""

    def __init__(self, client: Any, video: Video) -> None:
        self._client = client
        client.create_collection(CollectionId=COLLECTION)
        for number, photo in video.first_photos.items():
            client.index_faces(CollectionId=COLLECTION, Image={"Bytes": photo}, ExternalImageId=number, MaxFaces=1)

    def knows(self, number: str, crop: bytes) -> bool:
        """Whether the search for the crop's largest face finds that person."""
        try:
            found = self._client.search_faces_by_image(
                CollectionId=COLLECTION, Image={"Bytes": crop}, FaceMatchThreshold=MATCH, MaxFaces=10
            )
        except self._client.exceptions.InvalidParameterException:  # no face
            return False
        return any(match["Face"]["ExternalImageId"] == number for match in found["FaceMatches"])

    def close(self) -> None:
        """Forget them."""
        self._client.delete_collection(CollectionId=COLLECTION)


def judge(video: Video, run: Run, crops: dict[str, bytes], gallery: Gallery) -> Outcome:
    """Compare the agent's crops (by key) with what the frames would have given."""
    known, shots, strays = set[str](), dict[str, int](), 0
    for shot in run.of("shot"):
        number = whose(shot, video.truth)
        if number is None:
            strays += 1
            continue
        shots[number] = shots.get(number, 0) + 1
        if number not in known and gallery.knows(number, crops[shot["key"]]):
            known.add(number)
    large = [number for number in video.first_photos if largest(video.truth, number) >= LARGE]
    knowable = known | _knowable(video, [number for number in large if number not in known], gallery)
    return Outcome(len(video.first_photos), len(large), frozenset(knowable), frozenset(known), shots, strays)


def whose(shot: Event, truth: list[dict[str, list[float]]]) -> str | None:
    """The person whom a shot shows."""
    boxes = truth[int(shot["frame"])]
    best = max(boxes, key=lambda number: overlap(shot["box"], boxes[number]), default=None)
    return best if best is not None and overlap(shot["box"], boxes[best]) >= SAME else None


def largest(truth: list[dict[str, list[float]]], number: str) -> float:
    """The shorter side of the person's largest face, px."""
    return max((min(frame[number][2:]) for frame in truth if number in frame), default=0.0)


def _knowable(video: Video, people: list[str], gallery: Gallery) -> set[str]:
    """Those whom any frame's own crop would have shown; asked for the people whom the agent missed only."""
    found = set[str]()
    if people:
        for frame, boxes in _frames(video):
            for number in set(people) & set(boxes) - found:
                if min(boxes[number][2:]) >= LARGE and gallery.knows(number, _crop(frame, boxes[number])):
                    found.add(number)
    return found


def _frames(video: Video) -> Iterator[tuple[Picture, dict[str, list[float]]]]:
    capture = cv2.VideoCapture(str(video.path))
    for boxes in video.truth:
        read, picture = capture.read()
        if read:
            yield np.asarray(picture, np.uint8), boxes
    capture.release()


def _crop(picture: Picture, box: list[float]) -> bytes:
    x, y, wide, high = box
    rows = slice(max(round(y - MARGIN * high), 0), round(y + (1 + MARGIN) * high))
    columns = slice(max(round(x - MARGIN * wide), 0), round(x + (1 + MARGIN) * wide))
    return cv2.imencode(".jpg", picture[rows, columns])[1].tobytes()


def overlap(one: list[float], other: list[float]) -> float:
    """Intersection over union of two boxes."""
    wide = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    high = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    common = max(wide, 0) * max(high, 0)
    return common / (one[2] * one[3] + other[2] * other[3] - common)
