"""How well the same person is told from others: our vectors and those of OpenCV's own code, from the same files.

Each first photo is enrolled as it is; each further one searches, as it is and in other forms. With the enrolled photo
of the same person it is a genuine pair, with those of all others impostor pairs. No face found is no match.
"""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.pictures import Read, Vectors, as_camera, drawn_people, jpeg, opencv_code, our_code, scaled
from benchmarks.report import Report
from standins.rekognition.faces import DIMENSIONS, FaceReader
from standins.rekognition.images import decode
from standins.rekognition.models import find_models

PEOPLE, QUICK_PEOPLE = (480, 150), (40, 10)
"""How many are enrolled, and how many of them search."""

FALSE_MATCHES = 0.001
# What a camera held in each EXIF position would have stored.
_STORED: dict[int, Callable[[Any], Any]] = {
    1: lambda upright: upright,
    2: lambda upright: cv2.flip(upright, 1),
    3: lambda upright: cv2.rotate(upright, cv2.ROTATE_180),
    4: lambda upright: cv2.flip(upright, 0),
    5: lambda upright: cv2.transpose(upright),
    6: lambda upright: cv2.rotate(upright, cv2.ROTATE_90_COUNTERCLOCKWISE),
    7: lambda upright: cv2.flip(cv2.transpose(upright), -1),
    8: lambda upright: cv2.rotate(upright, cv2.ROTATE_90_CLOCKWISE),
}


@dataclass
class Readings:
    """What one implementation made of the pictures: vectors, zeros where no face was found."""

    enrolled: list[Vectors] = field(default_factory=list)
    searched: dict[str, list[Vectors]] = field(default_factory=lambda: defaultdict(list))


def measure(report: Report, quick: bool) -> None:
    """Add the figures of this part."""
    readers = (our_code(), opencv_code())
    ours, theirs = Readings(), Readings()
    owners: list[int] = []
    pictures: list[bytes] = []
    for row, person in enumerate(drawn_people(*(QUICK_PEOPLE if quick else PEOPLE))):
        for read, readings in zip(readers, (ours, theirs), strict=True):
            readings.enrolled.append(_vector(read, person.first.data))
        pictures.append(person.first.data)
        for photo in person.further:
            for form, data in _forms(photo.data, 1 + len(owners) % 8).items():
                for read, readings in zip(readers, (ours, theirs), strict=True):
                    readings.searched[form].append(_vector(read, data))
            owners.append(row)
    report.figures["accuracy, same cut-out, cosine to OpenCV's vector"] = _spread(np.array(_same_cut(pictures)))
    for form in ours.searched:
        _compare(report, form, ours, theirs, np.array(owners))


def _same_cut(pictures: list[bytes]) -> list[float]:
    """The cosines of our vectors to OpenCV's when both start from the face as we cut it out."""
    files = find_models()
    reader, recogniser = FaceReader(files), cv2.FaceRecognizerSF.create(str(files.embedder), "")
    cosines = []
    for pixels in (decode(data).pixels for data in pictures):
        face = reader.largest(pixels)
        if face is not None:
            cut = reader.aligned(pixels, face)
            theirs = recogniser.feature(cut)[0].astype(np.float64)
            cosines.append(float(reader.embed(cut) @ theirs / np.linalg.norm(theirs)))
    return cosines


def _vector(read: Read, data: bytes) -> Vectors:
    vector = read(data)
    return np.zeros(DIMENSIONS, np.float32) if vector is None else vector


def _forms(data: bytes, orientation: int) -> dict[str, bytes]:
    """The same photo as other files."""
    pixels = decode(data).pixels
    wide = np.ascontiguousarray(pixels[:, : int(0.9 * pixels.shape[1])])  # not square: mixed-up sides would show
    grey = cv2.cvtColor(pixels, cv2.COLOR_BGR2GRAY)
    return {
        "as it is": data,
        "EXIF-turned": _turned(jpeg(np.ascontiguousarray(_STORED[orientation](wide))), orientation),
        "640 px": scaled(data, 640),
        "160 px": scaled(data, 160),
        "112 px": scaled(data, 112),
        "PNG": cv2.imencode(".png", cv2.resize(pixels, (512, 512), interpolation=cv2.INTER_AREA))[1].tobytes(),
        "16-bit PNG": cv2.imencode(".png", cv2.resize(pixels, (512, 512)).astype(np.uint16) * 257)[1].tobytes(),
        "grey": jpeg(grey),
        "camera": as_camera(data),
    }


def _turned(data: bytes, orientation: int) -> bytes:
    """The JPEG with an EXIF segment that holds this orientation."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"II*\x00" + struct.pack("<I", 8) + struct.pack("<H", 1) + entry + struct.pack("<I", 0)
    exif = b"Exif\x00\x00" + tiff
    return data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:]


def _compare(report: Report, form: str, ours: Readings, theirs: Readings, owners: NDArray[np.int_]) -> None:
    found, matched = [], []
    for readings, figures in ((ours, report.figures), (theirs, report.peers)):
        probes = np.array(readings.searched[form])
        cosines = probes @ np.array(readings.enrolled).T
        cosines[~probes.any(axis=1)] = -1
        own = np.arange(cosines.shape[1]) == owners[:, np.newaxis]
        name = form if readings is ours else f"{form}, OpenCV's code"
        figures[f"accuracy, {name}"], is_matched = _figures(cosines[own], cosines[~own])
        found.append(probes)
        matched.append(is_matched)
    both = found[0].any(axis=1) & found[1].any(axis=1)
    alike = np.sum(found[0] * found[1], axis=1)[both]
    report.figures[f"accuracy, {form}, cosine to OpenCV's vector"] = _spread(alike)
    report.figures[f"accuracy, {form}, pairs that one alone matches"] = {
        "ours": int(np.sum(matched[0] & ~matched[1])),
        "OpenCV's code": int(np.sum(matched[1] & ~matched[0])),
    }
    ratio = report.figures[f"accuracy, {form}"]["AUC"] / report.peers[f"accuracy, {form}, OpenCV's code"]["AUC"]
    report.ratios[f"accuracy, {form}, AUC"] = round(ratio, 5)


def _spread(cosines: NDArray[np.floating]) -> dict[str, float]:
    ranks = {"min": 0, "1 %": 0.01, "median": 0.5}
    return {"pictures": len(cosines), **{name: round(float(np.quantile(cosines, at)), 7) for name, at in ranks.items()}}


def _figures(genuine: NDArray[np.float32], impostor: NDArray[np.float32]) -> tuple[dict[str, Any], NDArray[np.bool_]]:
    """The figures, and which genuine pairs match at the false match rate."""
    ranked = np.sort(impostor)
    threshold = ranked[-1 - int(FALSE_MATCHES * len(ranked))]
    below = (np.searchsorted(ranked, genuine, "left") + np.searchsorted(ranked, genuine, "right")) / 2
    edges = np.unique(np.concatenate([genuine, impostor]))
    missed = np.searchsorted(np.sort(genuine), edges) / len(genuine)
    passed = 1 - np.searchsorted(ranked, edges) / len(ranked)
    figures = {
        "genuine": len(genuine),
        "impostor": len(impostor),
        "no face": int(np.sum(genuine == -1)),
        "AUC": round(float(below.mean()) / len(ranked), 5),
        "accuracy": round(1 - float((missed + passed).min()) / 2, 4),
        f"matched at {FALSE_MATCHES:.1%} false matches": round(float(np.mean(genuine > threshold)), 4),
    }
    return figures, genuine > threshold
